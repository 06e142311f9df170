"""One life of an ensemble in full: the same draws and facts, with the time series and the report of a study."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import HOUR_S
from moonstation.facts.table import Fact, lookup
from moonstation.facts.usage import overridden
from moonstation.roadmap.milestones import evaluate
from moonstation.station.fault_tables import FaultTables, fault_tables
from moonstation.station.results import RunResult
from moonstation.station.simulate import closed, run_compiled, run_failing
from moonstation.studies.compilation import COMPILING, kernel_compiles
from moonstation.studies.study import Progress, Study

if TYPE_CHECKING:
    from moonstation.studies.chunks import Lives

_RUNNING = "running the life"


@dataclass(frozen=True, repr=False)
class LifeStudy(Study):
    """A life of an ensemble, run and judged as a study.

    member, members, seed, failures : which life of which ensemble
    values : its values of the sampled facts, by key; softened : whether they contradicted each other (see docs)
    """

    member: int
    members: int
    seed: int
    failures: bool
    values: Mapping[str, float]
    softened: bool

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that the life stood on, with the values that it had."""
        with overridden({} if self.softened else self.values):
            return tuple(lookup(key) for key in sorted(self.fact_keys))

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The numbers of a study, and which life it is."""
        which = {"member": self.member, "members": self.members, "seed": self.seed, "failures": self.failures}
        return {**super().summary, "life": which | {"softened": self.softened}}

    @property
    def origin(self) -> dict[str, Any]:
        """What was drawn."""
        return {"seed": self.seed, "member": self.member, "members": self.members, "failures": self.failures}


def member_faults(member: int, members: int) -> list[Fault]:
    """What is wrong with the number of a life."""
    if 0 <= member < members:
        return []
    return [Fault("member", "is no life of these", member, allowed=f"0 to {members - 1}")]


def life_study(lives: Lives, member: int, progress: Progress | None = None) -> LifeStudy:
    """Run a life of an ensemble again, with everything recorded by the hour.

    progress : told the name of each stage as it begins

    Raises RangeError for a life that is not among them, BalanceError when mass or energy does not close.
    """
    tell = progress or (lambda _stage: None)
    begin = time.perf_counter()
    plan, order = lives.blueprint, lives.order
    if faults := member_faults(member, order.members):
        raise RangeError(faults)
    made, grid = lives.member(member), plan.station.grid
    record_steps = max(round(HOUR_S / grid.step_s), 1)
    failure_plan, log = lives.failure_plan, None
    tell(_RUNNING)
    with kernel_compiles(lambda change: tell(COMPILING if change > 0 else _RUNNING)):
        if failure_plan is None:
            records = run_compiled(made.compiled, grid.step_h, record_steps)
        else:

            def tables(room: int) -> FaultTables:
                return fault_tables(failure_plan, [made.failures], [member], room)

            records, log = run_failing(made.compiled, failure_plan, grid.step_h, record_steps, tables)
    run = RunResult(plan.station, plan.places, made.compiled, closed(records), record_steps, faults=log)
    tell("judging the life")
    title = f"{plan.scenario.title}: life {member} of {order.members}, seed {order.seed}"
    scenario = plan.scenario.model_copy(update={"title": title})
    keys = [fact.key for fact in plan.sampled]
    return LifeStudy(
        scenario,
        run,
        tuple(evaluate(plan.milestones, run)),
        plan.facts,
        time.perf_counter() - begin,
        member=member,
        members=order.members,
        seed=order.seed,
        failures=order.failures,
        values=dict(zip(keys, map(float, lives.values[member]), strict=True)),
        softened=made.softened,
    )
