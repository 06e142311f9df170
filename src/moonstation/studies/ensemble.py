"""Many lives of one scenario, each with its own facts and failures: run, gathered, and told in probabilities."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.core.output import cleared_at_a_stop
from moonstation.facts.table import UNCONFIRMED, Fact, lookup
from moonstation.scenario.schema import Scenario
from moonstation.station.fault_history import first_failures_h, idle_facts
from moonstation.station.influence import Reorderings
from moonstation.station.named_series import name_faults
from moonstation.studies.blueprint import Blueprint
from moonstation.studies.blueprint import drafted as draft_of
from moonstation.studies.chunks import ChunkStore, Lives, Order, identity
from moonstation.studies.ensemble_progress import Count, Progress
from moonstation.studies.gathering import Gathered
from moonstation.studies.running import Running, Workers

if TYPE_CHECKING:
    import xarray as xr

    from moonstation.studies.ensemble_causes import Causes

#: Members that a run may have; more would fill the memory with their daily records.
MOST_MEMBERS = 100_000
_SEEDS = 2**63


@dataclass(frozen=True, slots=True)
class Keep:
    """Where finished chunks are kept until all are finished, and whether to go on from those that are there.

    where : what a refusal calls the folder
    """

    folder: Path
    resume: bool = False
    where: str = "folder"


@dataclass(frozen=True, repr=False)
class Ensemble:
    """A scenario, its lives, and what they tell."""

    lives: Lives
    gathered: Gathered
    elapsed_s: float

    def __repr__(self) -> str:
        """One line: the numbers are in ``summary``, ``outcomes`` and ``timeseries``."""
        told = self.summary
        share = "not judged"
        if not self.not_judged:
            share = f"{told['survival_probability']:.3f} ({told['survival_low']:.3f} to {told['survival_high']:.3f})"
        return f"<{type(self).__name__} {self.name}: survival {share}, {self.members} members, seed {self.seed}>"

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.plan.scenario.name

    @property
    def plan(self) -> Blueprint:
        """What the lives have in common."""
        return self.lives.blueprint

    @property
    def members(self) -> int:
        """Count of lives."""
        return self.lives.order.members

    @property
    def seed(self) -> int:
        """Seed of every draw."""
        return self.lives.order.seed

    @property
    def not_judged(self) -> str:
        """Why no life can be told to survive or not, "" where each can."""
        return self.lives.shared.stakes.why_not_judged

    def outcome(self, name: str) -> NDArray[np.float64]:
        """An outcome of every member, nan where there is none, shape (member,); KeyError for an unknown one."""
        if name not in self.gathered.names:
            raise KeyError(name)
        return np.asarray(self.gathered.outcomes[:, self.gathered.names.index(name)])

    def nominal_outcome(self, name: str) -> float:
        """The same of the nominal life."""
        return float(self.gathered.nominal["outcomes"][0, self.gathered.names.index(name)])

    @cached_property
    def timeseries(self) -> xr.Dataset:
        """The tracked series of every member (dims ``time``, ``member``), one record a day, and the nominal life's."""
        from moonstation.studies.ensemble_tables import timeseries

        return timeseries(self)

    @cached_property
    def outcomes(self) -> xr.Dataset:
        """Outcomes, sampled facts and downtimes of every member (dims ``member``, ``fact``, ``asset``)."""
        from moonstation.studies.ensemble_tables import outcomes

        return outcomes(self)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The numbers for machines: the content of summary.json."""
        from moonstation.studies.ensemble_tables import summary

        return summary(self)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that the lives stand on, in order of key."""
        return tuple(lookup(key) for key in sorted(self.plan.facts))

    @property
    def assumptions(self) -> tuple[Fact, ...]:
        """The facts among them that nobody has confirmed: assumptions."""
        return tuple(fact for fact in self.facts if fact.status in UNCONFIRMED)

    def causes(self, outcome: str) -> Causes:
        """What an outcome hangs on: uncertain facts and failures, the surest first."""
        if outcome not in self._causes:
            from moonstation.studies.ensemble_causes import causes

            self._causes[outcome] = causes(self, outcome)
        return self._causes[outcome]

    @cached_property
    def idle_facts(self) -> set[str]:
        """Keys of the sampled facts of failures that changed nothing in any life."""
        plan, rows = self.lives.failure_plan, self.gathered.faults
        if plan is None:
            return set()
        kinds = [asset.component.kind for asset in self.plan.compiled.assets]
        return idle_facts([fact.key for fact in self.plan.sampled], plan, kinds, rows)

    @cached_property
    def first_failures_h(self) -> NDArray[np.float64]:
        """Begin of the record in which each asset first failed by itself [h], inf for never, shape (member, asset)."""
        grid, assets = self.plan.station.grid, len(self.plan.station.assets)
        return first_failures_h(self.gathered.faults, self.members, assets, self.lives.record_steps, grid.step_h)

    @cached_property
    def reorderings(self) -> Reorderings:
        """Orders of the lives by which the chance of a coincidence is counted."""
        return Reorderings(self.seed)

    @cached_property
    def _causes(self) -> dict[str, Causes]:
        return {}


def ensemble(
    scenario: str | Path | Scenario,
    order: Order,
    *,
    workers: Workers = Workers(),  # noqa: B008 (nobody can change it)
    keep: Keep | None = None,
    progress: Progress | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Ensemble:
    """Run the lives of a scenario that are ordered; they are the same whatever computes them.

    workers : who runs them; keep : where finished members are kept until all are
    meanwhile : is called once while the first lives run beside, where they do: to import what will tell of them

    Raises ScenarioError, RangeError, TerrainError for bad input, BalanceError when mass or energy does not close.
    """
    begin = time.perf_counter()
    if faults := order_faults(order, workers):
        raise RangeError(faults)
    count = Count(progress or (lambda what, done, total: None), order.members)
    with count.while_compiling(), ThreadPoolExecutor(workers.beside or 1) as pool:
        running = Running(workers, pool, count, meanwhile)
        lives = lives_of(scenario, order, None if keep and keep.resume else running.begin_nominal)
        store = None
        if keep is not None:
            store = ChunkStore(keep.folder, identity(lives, version("moonstation")))
            store.open(resume=keep.resume, where=keep.where)
        with cleared_at_a_stop(store.clear_if_empty if store else lambda: None):
            gathered = running.gathered(lives, store)
    return Ensemble(lives, gathered, time.perf_counter() - begin)


def lives_of(scenario: str | Path | Scenario, order: Order, drafted: Callable[[Lives], None] | None = None) -> Lives:
    """The lives of a scenario before any is run. Raises as ``ensemble`` does.

    drafted : is given them as soon as the nominal one may run, for to find out which facts are sampled takes as long
    """
    if faults := order_faults(order):
        raise RangeError(faults)
    draft = draft_of(scenario, **({"step": order.step} if order.step else {}))
    order = replace(order, series=tuple(dict.fromkeys(order.series)))
    if faults := name_faults(order.series, draft.plain.compiled, "series"):
        raise RangeError(faults)
    lives = Lives(draft.plain, order)
    if drafted:
        drafted(lives)
    plan = draft.sorted()
    return lives.with_facts(plan if order.failures else plan.without_failures())


def order_faults(order: Order, workers: Workers = Workers()) -> list[Fault]:  # noqa: B008 (as above)
    """What is wrong with an order before its scenario is read, and with who is to run it."""
    faults = _whole_faults("members", order.members, 1, MOST_MEMBERS) + seed_faults(order.seed)
    return faults + _worker_faults(workers) + _series_faults(order.series)


def _worker_faults(workers: Workers) -> list[Fault]:
    if not isinstance(workers, Workers):
        allowed = "Workers(threads=3) or Workers(cluster='tcp://HOST:PORT')"
        hint = "from moonstation.studies.running import Workers"
        return [Fault("workers", "does not say who runs the lives", workers, "", allowed, hint)]
    if workers.threads is None:
        return []
    faults = _whole_faults("threads", workers.threads, 1)
    if workers.cluster:
        words = "is for this machine, and a cluster runs the lives"
        hint = "leave it out: a worker of a cluster has as many as it was started with"
        faults.insert(0, Fault("threads", words, workers.threads, hint=hint))
    return faults


def refuse_order_of_many(asked: Mapping[str, Any]) -> None:
    """Raise where one life is asked for together with what only many lives have, by the names of ``ensemble``.

    ``failures`` may be False: in the one life with every fact at its table's value nothing fails.
    """
    if unknown := asked.keys() - {"seed", "series", "workers", "keep", "failures"}:
        raise TypeError(f"simulate() has no parameter {', '.join(sorted(unknown))}")
    given = [
        name for name, value in asked.items() if value not in ((), []) and value is not None and value is not False
    ]
    if given:
        hint = "say how many lives with members"
        raise RangeError(Fault(name, "is for many lives", asked[name], hint=hint) for name in given)


def seed_faults(seed: int) -> list[Fault]:
    """What is wrong with the seed of all draws."""
    return _whole_faults("seed", seed, 0, _SEEDS - 1)


def _series_faults(series: Sequence[str]) -> list[Fault]:
    """What is wrong with the names of series before any is looked up: one name is not a list of names."""
    if isinstance(series, str):
        return [Fault("series", "is one name where a list of names goes", series, hint=f"write [{series!r}]")]
    if not isinstance(series, Sequence) or not all(isinstance(name, str) for name in series):
        return [Fault("series", "is no list of names", series, hint="write such as ['charge_kwh@ridge']")]
    return []


def _whole_faults(where: str, value: object, least: int, most: int | None = None) -> list[Fault]:
    allowed = f"{least} or more" if most is None else f"{least} to {most}"
    if not isinstance(value, Integral) or isinstance(value, bool):
        return [Fault(where, "is no whole number", value, allowed=allowed)]
    if int(value) < least or (most is not None and int(value) > most):
        return [Fault(where, "out of range", value, allowed=allowed)]
    return []
