"""From the log of a life's failures: which unit had an open failure when, and what mending took."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.station import fault_tables as ft
from moonstation.station.chances import FaultLog
from moonstation.station.fault_tables import Plan


def open_spells(log: FaultLog, steps: int) -> NDArray[np.int64]:
    """Every failure while it was open: numbers of unit and mode, first step and end, shape (spell, 4).

    A failure ends where it clears by itself, is mended, or the run of ``steps`` steps ends. In order of their ends;
    those that the end of the run cuts off come last, as they began.
    """
    told = log.rows[_of_modes(log.rows)]
    order = np.argsort(told["mode"], kind="stable")
    rows = told[order]
    fails = rows["code"] == ft.F_FAILED
    open_before = np.zeros(len(rows), np.bool_)
    open_before[1:] = fails[:-1] & (rows["mode"][1:] == rows["mode"][:-1])
    bounds = np.flatnonzero(fails != open_before)  # where failures begin, and right behind each its end, if it has one
    begins = fails[bounds]
    closed = np.append(~begins[1:], np.zeros(min(len(begins), 1), np.bool_))[begins]
    first, end = bounds[begins], bounds[begins].copy()
    end[closed] = bounds[~begins]
    last = np.where(closed, rows["step"][end], steps)
    table = np.stack([rows["unit"][first], rows["mode"][first], rows["step"][first], last], axis=1)
    return np.asarray(table[np.lexsort((order[end], ~closed))], np.int64)


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


def _of_modes(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows tell that a failure begins or ends."""
    ends = (rows["code"] == ft.F_CLEARED) | ((rows["code"] == ft.F_STEP) & (rows["why"] == ft.MENDED))
    return np.asarray((rows["code"] == ft.F_FAILED) | ends)
