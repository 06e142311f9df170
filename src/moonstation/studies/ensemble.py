"""Many lives of one scenario, each with its own facts and failures: run, gathered, and told in probabilities."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.cores import core_count
from moonstation.core.errors import Fault, RangeError
from moonstation.core.output import cleared_at_a_stop
from moonstation.facts.table import UNCONFIRMED, Fact, lookup
from moonstation.station.fault_history import idle_facts
from moonstation.station.named_series import name_faults
from moonstation.studies.blueprint import Blueprint, blueprint
from moonstation.studies.chunks import NOMINAL, ChunkStore, Lives, Order, identity
from moonstation.studies.ensemble_progress import Count, Progress

if TYPE_CHECKING:
    import xarray as xr

    from moonstation.studies.ensemble_causes import Causes

#: Members that a run may have; more would fill the memory with their daily records.
MOST_MEMBERS = 100_000
_SEEDS = 2**63


@dataclass(frozen=True, slots=True)
class Workers:
    """Who runs the lives: ``threads`` of this machine, all cores if not given, or the workers of a Dask ``cluster``."""

    threads: int | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Where finished chunks are kept until all are finished, and whether to go on from those that are there.

    where : what a refusal calls the folder
    """

    folder: Path
    resume: bool = False
    where: str = "folder"


@dataclass(frozen=True)
class Gathered:
    """What all members left, in order of member; ``nominal`` is the life with every fact at its table's value."""

    names: tuple[str, ...]
    outcomes: NDArray[np.float64]
    nominal: Mapping[str, NDArray[Any]]
    downtime_h: NDArray[np.float32]
    degraded_h: NDArray[np.float32]
    softened: NDArray[np.bool_]
    series: Mapping[str, NDArray[np.float32]]
    events: NDArray[Any]
    faults: NDArray[Any]


@dataclass(frozen=True, repr=False)
class Ensemble:
    """A scenario, its lives, and what they tell."""

    lives: Lives
    gathered: Gathered
    elapsed_s: float

    def __repr__(self) -> str:
        """One line: the numbers are in ``summary``, ``outcomes`` and ``timeseries``."""
        told = self.summary
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
        """The facts among them that nobody has confirmed: assumptions, and numbers from memory."""
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
    def _causes(self) -> dict[str, Causes]:
        return {}


def ensemble(  # noqa: PLR0913 (what may be asked of an ensemble)
    scenario: str | Path,
    *,
    members: int,
    seed: int = 0,
    step: str | None = None,
    series: Sequence[str] = (),
    failures: bool = True,
    workers: Workers = Workers(),  # noqa: B008 (nobody can change it)
    keep: Keep | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Run ``members`` lives of a scenario; the same seed gives the same lives whatever computes them.

    step : time step in place of the scenario's, such as ``1h``
    series : further series to keep of every life, such as ``charge_kwh@ridge`` (see ``station.named_series``)
    failures : whether things fail; without, lives differ in their facts alone
    workers : who runs them; keep : where finished members are kept until all are

    Raises ScenarioError, RangeError, TerrainError for bad input, BalanceError when mass or energy does not close.
    """
    begin = time.perf_counter()
    tell = progress or (lambda what, done, total: None)
    if faults := order_faults(members, seed, workers.threads):
        raise RangeError(faults)
    tell("compiling the station", 0, 0)
    lives = lives_of(scenario, members=members, seed=seed, step=step, series=series, failures=failures)
    store = None
    if keep is not None:
        store = ChunkStore(keep.folder, identity(lives, _version()))
        store.open(resume=keep.resume, where=keep.where)
    with cleared_at_a_stop(store.clear_if_empty if store else lambda: None):
        chunks = _run(lives, store, tell, workers)
    return Ensemble(lives, gathered(lives, chunks), time.perf_counter() - begin)


def lives_of(
    scenario: str | Path,
    *,
    members: int,
    seed: int = 0,
    step: str | None = None,
    series: Sequence[str] = (),
    failures: bool = True,
) -> Lives:
    """The lives of a scenario before any is run. Raises as ``ensemble`` does."""
    if faults := order_faults(members, seed):
        raise RangeError(faults)
    plan = blueprint(scenario, **({"step": step} if step else {}))
    plan = plan if failures else plan.without_failures()
    order = Order(members, seed, tuple(dict.fromkeys(series)), failures)
    if faults := name_faults(order.series, plan.compiled, "--series"):
        raise RangeError(faults)
    return Lives(plan, order)


def order_faults(members: int, seed: int, threads: int | None = None) -> list[Fault]:
    """What is wrong with the numbers of an order."""
    faults = []
    if not 1 <= members <= MOST_MEMBERS:
        faults.append(Fault("--members", "out of range", members, allowed=f"1 to {MOST_MEMBERS}"))
    if not 0 <= seed < _SEEDS:
        faults.append(Fault("--seed", "out of range", seed, allowed=f"0 to {_SEEDS - 1}"))
    if threads is not None and threads < 1:
        faults.append(Fault("--threads", "out of range", threads, allowed="1 or more"))
    return faults


def _version() -> str:
    from importlib.metadata import version

    return version("moonstation")


def _run(
    lives: Lives, store: ChunkStore | None, tell: Progress, workers: Workers
) -> Mapping[int, dict[str, NDArray[Any]]]:
    """Every chunk by its first member, finished ones from the store."""
    chunks = lives.order.chunks()
    done = store.finished() & chunks.keys() if store else set[int]()
    kept: dict[int, dict[str, NDArray[Any]]] = {}
    count = Count(tell, lives.order.members, sum(len(chunks[first]) for first in done if first != NOMINAL))
    todo = {first: chunks[first] for first in chunks if first not in done}
    with count.while_compiling():
        for first, chunk in _computed(lives, todo, workers, count):
            if store:
                store.put(first, chunk)
            kept[first] = chunk
            count.finished(first, len(chunks[first]) if first != NOMINAL else 0)
    return kept | {first: store.get(first) for first in done if store}


def _computed(
    lives: Lives, todo: Mapping[int, Sequence[int]], workers: Workers, count: Count
) -> Iterator[tuple[int, dict[str, NDArray[Any]]]]:
    """Chunks as they are finished."""
    threads = workers.threads or core_count()
    if workers.cluster:
        from moonstation.studies.ensemble_cluster import cluster_chunks

        yield from cluster_chunks(lives, todo, workers.cluster)
    elif threads == 1:
        for first, members in todo.items():
            yield first, lives.run(members, count.of(first))
    else:
        yield from _in_threads(lives, todo, threads, count)


def _in_threads(
    lives: Lives, todo: Mapping[int, Sequence[int]], threads: int, count: Count
) -> Iterator[tuple[int, dict[str, NDArray[Any]]]]:
    """Chunks as they are finished; no more are begun than there are threads, so that a fault is told soon."""
    waiting: dict[Future[dict[str, NDArray[Any]]], int] = {}
    rest = iter(todo.items())

    def begin(pool: ThreadPoolExecutor, more: int) -> None:
        for first, members in islice(rest, more):
            waiting[pool.submit(lives.run, members, count.of(first))] = first

    with ThreadPoolExecutor(threads) as pool:
        begin(pool, threads)
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                first = waiting.pop(future)
                yield first, future.result()
                begin(pool, 1)


def gathered(lives: Lives, chunks: Mapping[int, dict[str, NDArray[Any]]]) -> Gathered:
    """All chunks side by side, in order of member; takes the arrays out of the chunks."""
    nominal = chunks[NOMINAL]
    parts = [chunks[first] for first in sorted(chunks) if first != NOMINAL]

    def all_of(name: str) -> NDArray[Any]:
        return np.concatenate([part.pop(name) for part in parts])  # or everything would be there twice

    return Gathered(
        names=tuple(map(str, nominal["outcome_names"])),
        outcomes=all_of("outcomes"),
        nominal=nominal,
        downtime_h=all_of("downtime_h"),
        degraded_h=all_of("degraded_h"),
        softened=all_of("softened"),
        series={name.removeprefix("series."): all_of(name) for name in _series_names(nominal)},
        events=all_of("events"),
        faults=all_of("faults"),
    )


def _series_names(chunk: Iterable[str]) -> list[str]:
    return [name for name in chunk if name.startswith("series.")]
