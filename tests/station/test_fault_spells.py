"""From a log of failures to spells, counts and spares, on a log that can be read off."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from moonstation.station import fault_tables as ft
from moonstation.station.chances import FaultLog
from moonstation.station.fault_spells import failures, open_spells, takes_of_use
from moonstation.station.recovery import CREW, RESET, ROBOTS, WAIT

STEPS = 100
#: Modes 0 and 1 of unit 5, mode 2 of unit 6; mending modes 0 and 2 takes a spare.
SPARE = np.array([(True,), (False,), (True,)], [("spare", np.bool_)])


def log(*rows: tuple[int, int, int, int, int]) -> FaultLog:
    """Rows of step, code, mode, why and rung."""
    out = np.zeros(len(rows), ft.FAULT_EVENT)
    for number, (step, code, mode, why, rung) in enumerate(rows):
        unit = 6 if mode == 2 else 5
        out[number] = (step, code, mode, unit, why, rung, 0.0)
    return FaultLog(SimpleNamespace(modes=SPARE), out)


TOLD = log(
    (10, ft.F_FAILED, 0, ft.BY_AGE, -1),
    (12, ft.F_DETECTED, 0, ft.BY_RESIDUAL, -1),
    (13, ft.F_STEP, 0, ft.NO_EFFECT, RESET),
    (20, ft.F_FAILED, 2, ft.BY_LANDING, -1),
    (30, ft.F_STEP, 0, ft.MENDED, ROBOTS),
    (40, ft.F_FAILED, 1, ft.BY_AGE, -1),
    (45, ft.F_CLEARED, 1, 0, -1),
    (50, ft.F_FAILED, 0, ft.BY_AGE, -1),
    (55, ft.F_STEP, 2, ft.BEGUN, WAIT),
    (60, ft.F_STEP, 0, ft.MENDED, RESET),
    (70, ft.F_FAILED, 1, ft.BY_AGE, -1),
    (80, ft.F_STEP, 1, ft.MENDED, CREW),
)


def test_a_failure_lasts_until_it_is_mended_or_clears_or_the_run_ends():
    spells = [[5, 0, 10, 30], [5, 1, 40, 45], [5, 0, 50, 60], [5, 1, 70, 80], [6, 2, 20, STEPS]]
    assert open_spells(TOLD, STEPS).tolist() == spells


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.booleans()), max_size=30))
def test_spells_are_those_that_somebody_reads_off_row_by_row(told):
    step, rows = 0, []
    for later, mode, fails in told:
        step += later
        rows.append((step, *((ft.F_FAILED, mode, ft.BY_AGE) if fails else (ft.F_CLEARED, mode, 0)), -1))
    begun, ended = {}, []
    for step, code, mode, *_ in rows:
        if code == ft.F_FAILED:
            begun.setdefault(mode, step)
        elif mode in begun:
            ended.append([6 if mode == 2 else 5, mode, begun.pop(mode), step])
    cut_off = [[6 if mode == 2 else 5, mode, first, STEPS] for mode, first in begun.items()]
    assert open_spells(log(*rows), STEPS).tolist() == ended + cut_off


def test_every_failure_counts():
    assert failures(TOLD) == 5


def test_nothing_comes_of_an_empty_log():
    assert open_spells(log(), STEPS).tolist() == []
    assert failures(log()) == 0


def test_a_heater_that_fails_takes_nothing_of_the_use_of_its_unit():
    """A rover's work and store, and its heater; a bus whose controller, which always runs, is all it has."""
    plan = SimpleNamespace(
        modes=np.array(
            [(0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 3, 4), (0, 4, 6)],
            [("unit", np.int64), ("first", np.int64), ("last", np.int64)],
        ),
        mode_parts=np.array([0, 1, 3, 2, 0, 1]),  # work; heater; store; controller; work and heater
        units=np.array([(0, 3), (3, 4)], [("parts_first", np.int64), ("parts_last", np.int64)]),
        unit_parts=np.array([0, 1, 3, 2]),  # processes 0 to 2, store 3
        keeps=np.array([False, True, True, True]),
        processes=np.array([3]),
    )
    assert [takes_of_use(plan, mode) for mode in range(5)] == [True, False, True, True, True]
