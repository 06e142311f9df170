"""From the log of a life's failures: which unit had an open failure when, and what mending took."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.station import fault_tables as ft
from moonstation.station.chances import FaultLog
from moonstation.station.fault_tables import Plan
from moonstation.station.recovery import CREW, ROBOTS


class Spell(NamedTuple):
    """A failure while it was open: numbers of the unit and of the mode, first step and end."""

    unit: int
    mode: int
    first: int
    end: int


def open_spells(log: FaultLog, steps: int) -> list[Spell]:
    """Every failure of which a unit was not free, in order of their ends.

    A failure ends where it clears by itself, is mended, or the run of ``steps`` steps ends.
    """
    begun: dict[int, tuple[int, int]] = {}
    spells: list[Spell] = []
    told, failed = log.rows[_of_modes(log.rows)], int(ft.F_FAILED)
    columns = (told[name].tolist() for name in ("mode", "unit", "step", "code"))
    for mode, unit, step, code in zip(*columns, strict=True):
        if code == failed:
            begun.setdefault(mode, (unit, step))
        elif mode in begun:
            owner, first = begun.pop(mode)
            spells.append(Spell(owner, mode, first, step))
    return spells + [Spell(unit, mode, first, steps) for mode, (unit, first) in begun.items()]


def takes_of_use(plan: Plan, mode: int) -> bool:
    """Whether what a failure mode takes is taken of its unit's use.

    A heater that fails, or what else keeps a unit alive, leaves it as useful as it was, until the cold takes it.
    """
    row = plan.modes[mode]
    unit = plan.units[row["unit"]]
    own = slice(unit["parts_first"], unit["parts_last"])
    parts, keeps = plan.unit_parts[own], plan.keeps[own] & (plan.unit_parts[own] < plan.processes[0])
    hit = np.isin(parts, plan.mode_parts[row["first"] : row["last"]])
    return bool((hit & ~keeps).any() or hit.all())


def failures(log: FaultLog) -> int:
    """How often something failed."""
    return int((log.rows["code"] == ft.F_FAILED).sum())


def spares_used(log: FaultLog) -> int:
    """How many spare units and kits mending took."""
    rows = log.rows
    mended = (rows["code"] == ft.F_STEP) & (rows["why"] == ft.MENDED) & np.isin(rows["rung"], (ROBOTS, CREW))
    return int(log.plan.modes["spare"][rows["mode"][mended]].sum())


def _of_modes(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows tell that a failure begins or ends."""
    ends = (rows["code"] == ft.F_CLEARED) | ((rows["code"] == ft.F_STEP) & (rows["why"] == ft.MENDED))
    return np.asarray((rows["code"] == ft.F_FAILED) | ends)
