"""What the upkeep of a life took: spares and hours of work, of repairs and of changes by schedule apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.station import fault_tables as ft
from moonstation.station.chances import FaultLog
from moonstation.station.recovery import CREW, ROBOTS

#: Names of what is counted, of repairs and of changes.
REPAIRS = ("spares_used", "repair_crew_h", "repair_robot_h")
CHANGES = ("scheduled_changes", "scheduled_spares", "scheduled_crew_h", "scheduled_robot_h", "overdue_changes")


def upkeep(log: FaultLog | None) -> dict[str, float]:
    """How many spares and hours mending and changing took, and how many limits of life were passed.

    Work that was given up half-way counts nothing. Zeros where nothing fails.
    """
    if log is None:
        return dict.fromkeys((*REPAIRS, *CHANGES), 0.0)
    rows = log.rows
    by_hand = np.isin(rows["rung"], (ROBOTS, CREW))
    mended = rows[(rows["code"] == ft.F_STEP) & (rows["why"] == ft.MENDED) & by_hand]
    limits = rows[rows["code"] == ft.F_CHANGE]
    changed = limits[limits["why"] == ft.CHANGED]
    counts = (float(len(changed)), *_took(log, changed), float(len(limits) - len(changed)))
    return dict(zip((*REPAIRS, *CHANGES), (*_took(log, mended), *counts), strict=True))


def _took(log: FaultLog, rows: NDArray[Any]) -> tuple[float, float, float]:
    """Spares, hours of crews and of robots."""
    robot_h, crew_h = (
        0.0 if log.hours is None else float(log.hours[number, rows["mode"][rows["rung"] == rung]].sum())
        for number, rung in enumerate((ROBOTS, CREW))
    )
    return float(log.plan.modes["spare"][rows["mode"]].sum()), crew_h, robot_h
