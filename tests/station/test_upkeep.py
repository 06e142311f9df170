"""Counts of repairs and of changes by schedule, on a log that can be read off."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from moonstation.station import fault_tables as ft
from moonstation.station.chances import FaultLog
from moonstation.station.recovery import CREW, RESET, ROBOTS, WAIT
from moonstation.station.upkeep import upkeep

#: Mending or changing mode 0 takes a spare, and 8 h of robots or 3 h of people; mode 1 no spare, and 5 h of people.
PLAN = SimpleNamespace(modes=np.array([(True,), (False,)], [("spare", np.bool_)]))
HOURS = np.array([[8.0, np.inf], [3.0, 5.0]])


def log(*rows: tuple[int, int, int, int]) -> FaultLog:
    """Rows of code, mode, why and rung."""
    out = np.zeros(len(rows), ft.FAULT_EVENT)
    for number, (code, mode, why, rung) in enumerate(rows):
        out[number] = (number, code, mode, 0, why, rung, 0.0)
    return FaultLog(PLAN, out, hours=HOURS)  # type: ignore[arg-type]


def test_repairs_count_apart_from_changes_by_schedule():
    told = log(
        (ft.F_FAILED, 0, ft.BY_AGE, -1),
        (ft.F_STEP, 0, ft.MENDED, RESET),
        (ft.F_FAILED, 0, ft.BY_AGE, -1),
        (ft.F_STEP, 0, ft.BEGUN, ROBOTS),
        (ft.F_STEP, 0, ft.MENDED, ROBOTS),
        (ft.F_STEP, 1, ft.MENDED, CREW),
        (ft.F_STEP, 1, ft.BEGUN, WAIT),
        (ft.F_CHANGE, 0, ft.CHANGED, CREW),
        (ft.F_CHANGE, 0, ft.CHANGED, ROBOTS),
        (ft.F_CHANGE, 1, ft.NO_HANDS_FREE, -1),
        (ft.F_CHANGE, 1, ft.CHANGED, CREW),
    )
    assert upkeep(told) == {
        "spares_used": 1.0,
        "repair_crew_h": 5.0,
        "repair_robot_h": 8.0,
        "scheduled_changes": 3.0,
        "scheduled_spares": 2.0,
        "scheduled_crew_h": 8.0,
        "scheduled_robot_h": 8.0,
        "overdue_changes": 1.0,
    }


def test_nothing_comes_of_an_empty_log_or_none():
    assert set(upkeep(log()).values()) == {0.0}
    assert upkeep(None) == upkeep(log())
