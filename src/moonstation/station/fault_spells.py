"""From the log of a life's failures: which unit had an open failure when, and what mending took."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.station import fault_tables as ft
from moonstation.station.chances import FaultLog
from moonstation.station.recovery import CREW, ROBOTS


def open_spells(log: FaultLog, steps: int) -> list[tuple[int, int, int]]:
    """Number of the unit, first step and end of every failure of which it was not free, in order of their ends.

    A failure ends where it clears by itself, is mended, or the run of ``steps`` steps ends.
    """
    begun: dict[int, tuple[int, int]] = {}
    spells = []
    for row in log.rows[_of_modes(log.rows)]:
        mode, unit, step = int(row["mode"]), int(row["unit"]), int(row["step"])
        if row["code"] == ft.F_FAILED:
            begun.setdefault(mode, (unit, step))
        elif mode in begun:
            owner, first = begun.pop(mode)
            spells.append((owner, first, step))
    return spells + [(unit, first, steps) for unit, first in begun.values()]


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
