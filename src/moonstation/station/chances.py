"""One life's chances: what of a station fails in it, made ready for the kernel, and what came of it in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import TimeGrid
from moonstation.station import fault_tables as ft
from moonstation.station.fault_plan import life_numbers, plan_failures
from moonstation.station.fault_tables import FaultTables, LifeNumbers, Plan, fault_tables
from moonstation.station.model import Station
from moonstation.station.network import Compiled
from moonstation.station.recovery import RUNGS

_CAUSES = ("by age or chance", "by a solar particle event", "by dust of a landing", "by a brown-out", "for a test")
_EVIDENCE = ("it gives less than expected", "limits are exceeded", "a test of the unit")
_OUTCOMES = (
    "mended",
    "no effect",
    "not possible",
    "done",
    "the Earth is asked",
    "nobody came",
    "no spare",
    "begun",
    "left as it is",
)
KINDS = ("failed", "cleared", "detected", "recovery", "solar-event", "replaced", "change")
#: Events that are told afterwards (``station.unheard``), by codes beyond those of the kernel; their ``why`` is a unit.
F_UNHEARD, F_HEARD = 100, 101
_TOLD_AFTERWARDS = {F_UNHEARD: "unheard", F_HEARD: "heard"}
_CHANGES = (
    "changed by schedule",
    "overdue, no spare left for it",
    "overdue, no hands free",
    "overdue, nobody there who could",
)


@dataclass(frozen=True, slots=True)
class Chances:
    """Which life of an ensemble is drawn.

    seed, member : name the random numbers
    forced : names of an asset and of a failure mode, and the moment at which that fails, and nothing else ever does
    """

    seed: int = 0
    member: int = 0
    forced: tuple[str, str, datetime] | None = None


@dataclass(frozen=True, slots=True)
class FaultEvent:
    """What happened to a failure mode: ``kind`` one of KINDS, or told afterwards; the rest in words, "" for none.

    cause : why it failed or is to be changed; evidence : by what that was found; rule : step of the ladder
    outcome : what came of it
    """

    step: int
    kind: str
    unit: str
    mode: str
    cause: str = ""
    evidence: str = ""
    rule: str = ""
    outcome: str = ""

    @property
    def detail(self) -> str:
        """One line."""
        ended = f"{self.rule}: {self.outcome}" if self.rule else self.outcome
        found = f"found: {self.evidence}" if self.evidence else ""
        return ", ".join(part for part in (self.mode, self.cause, found, ended) if part)


@dataclass(frozen=True)
class FaultLog:
    """Events of the failures of one life.

    remaining : share that each mode leaves of what it strikes, shape (mode,) [-]; None where nobody asks
    hours : work that mending or changing takes robots and people, shape (2, mode) [h]; None likewise
    """

    plan: Plan
    rows: NDArray[Any]
    remaining: NDArray[np.float64] | None = None
    hours: NDArray[np.float64] | None = None

    def events(self) -> list[FaultEvent]:
        """All of them, in order of time."""
        return [self._event(row) for row in self.rows]

    def _event(self, row: Any) -> FaultEvent:
        code, why, rung = int(row["code"]), int(row["why"]), int(row["rung"])
        unit = self.plan.unit_names[row["unit"]] if row["unit"] >= 0 else ""
        mode = self.plan.mode_names[row["mode"]] if row["mode"] >= 0 else ""
        given: dict[str, str] = {}
        if code == ft.F_FAILED:
            given = {"cause": _CAUSES[why]}
        elif code == ft.F_DETECTED:
            given = {"evidence": _EVIDENCE[why]}
        elif code == ft.F_STEP:
            given = {"rule": RUNGS[rung] if rung >= 0 else "end of the ladder", "outcome": _OUTCOMES[why]}
        elif code == ft.F_CHANGE:
            given = {"cause": "limit of life", "evidence": "its meter at a test of the unit", "outcome": _CHANGES[why]}
            given |= {"rule": RUNGS[rung]} if rung >= 0 else {}
        elif code == ft.F_CLEARED:
            given = {"outcome": "cleared by itself"}
        elif code == F_UNHEARD:
            cause = f"no word from the Earth: {self.plan.unit_names[why]} has failed"
            given = {"cause": cause, "evidence": "a window of commands in vain", "rule": RUNGS[rung]}
            given["outcome"] = "waits for the link"
        elif code == F_HEARD:
            cause = f"{self.plan.unit_names[why]} had failed"
            given = {"cause": cause, "rule": RUNGS[rung], "outcome": "no longer waits for the link"}
        elif code == ft.F_REPLACED:
            unit, given = self.plan.unit_names[why], {"outcome": "takes the place of a unit that is lost"}
        return FaultEvent(int(row["step"]), _TOLD_AFTERWARDS.get(code) or KINDS[code], unit, mode, **given)


def plan_of(station: Station, compiled: Compiled, chances: Chances) -> tuple[Plan, LifeNumbers]:
    """Plan and numbers of one life; what is forced to fail fails alone.

    Raises RangeError where no such unit or mode is there.
    """
    plan, numbers = plan_failures(station, compiled, chances.seed), life_numbers(station)
    return (plan, alone(numbers)) if chances.forced else (plan, numbers)


def alone(numbers: LifeNumbers) -> LifeNumbers:
    """The same life in which nothing fails by itself, nor is changed before it does."""
    modes = numbers.modes.copy()
    modes[[ft.LIFE, ft.LIFE_KG, ft.LIMIT_H, ft.LIMIT_KG]] = np.inf
    modes[[ft.ON_SOLAR, ft.ON_LANDING, ft.ON_BROWN_OUT]] = 0.0
    return LifeNumbers(modes, np.inf, numbers.dormancy)


def tables_of(plan: Plan, numbers: LifeNumbers, chances: Chances, grid: TimeGrid, event_room: int) -> FaultTables:
    """Tables of one life before the first landing."""
    tables = fault_tables(plan, [numbers], [chances.member], event_room)
    if chances.forced:
        unit, mode, moment = chances.forced
        tables.lanes["forced_mode"], tables.lanes["forced_step"] = mode_row(plan, unit, mode), grid.index_at(moment)
    return tables


def mode_names(plan: Plan) -> list[tuple[str, str]]:
    """Unit and name of every failure mode, by row."""
    return list(zip([plan.unit_names[number] for number in plan.modes["unit"]], plan.mode_names, strict=True))


def mode_row(plan: Plan, unit: str, mode: str) -> int:
    """Row of a failure mode of a unit. Raises RangeError where there is none."""
    names = mode_names(plan)
    if (unit, mode) not in names:
        known = ", ".join(sorted(other for owner, other in names if owner == unit)) or "nothing of it"
        raise RangeError(Fault(unit, "has no such failure mode", mode, allowed=known))
    return names.index((unit, mode))


def log_of(plan: Plan, tables: FaultTables, lane: int = 0) -> FaultLog:
    """What a finished life tells."""
    rows = tables.log[lane, : int(tables.lanes["count"][lane])].copy()
    hours = tables.number[[ft.ROBOT_H, ft.CREW_H], :, lane]
    return FaultLog(plan, rows, tables.number[ft.REMAINING, :, lane].copy(), hours)
