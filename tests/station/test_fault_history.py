"""First failures and idle facts, from a log of many lives that can be read off."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from moonstation.station import fault_tables as ft
from moonstation.station.fault_history import first_failures_h, idle_facts
from moonstation.station.recovery import CREW, RESET, ROBOTS
from moonstation.studies.chunks import FAULT

#: Unit 0 is a pump with two modes, unit 1 a lamp with one.
PLAN = SimpleNamespace(
    modes=np.array([(0,), (0,), (1,)], [("unit", np.int64)]), mode_names=("seal worn", "hang-up", "dark")
)
KINDS = ["pump", "lamp"]


def rows(*given: tuple[int, int, int, int, int, int]) -> np.ndarray:
    """Rows of member, step, code, mode, why and rung."""
    out = np.zeros(len(given), FAULT)
    for number, (member, step, code, mode, why, rung) in enumerate(given):
        out[number] = (member, step, code, mode, (0, 0, 1)[mode], why, rung)
    return out


TOLD = rows(
    (0, 50, ft.F_FAILED, 0, ft.BY_AGE, -1),
    (0, 60, ft.F_STEP, 0, ft.BEGUN, CREW),
    (0, 90, ft.F_STEP, 0, ft.NOBODY_CAME, CREW),
    (0, 200, ft.F_FAILED, 0, ft.BY_AGE, -1),
    (1, 30, ft.F_FAILED, 1, ft.BY_BROWN_OUT, -1),
    (1, 31, ft.F_STEP, 1, ft.NO_EFFECT, RESET),
    (1, 40, ft.F_STEP, 1, ft.MENDED, ROBOTS),
    (1, 147, ft.F_FAILED, 1, ft.BY_SOLAR_EVENT, -1),
)


def test_the_first_failure_counts_from_its_record_on_and_one_by_a_brown_out_does_not():
    found = first_failures_h(TOLD, lives=3, assets=2, record_steps=24, step_h=0.5)
    np.testing.assert_array_equal(found, [[24.0, np.inf], [72.0, np.inf], [np.inf, np.inf]])


def test_facts_of_what_never_came_to_pass_are_idle():
    numbers = {
        "seal_worn": ("life_h", "shape", "remaining", "crew_h", "robot_h", "on_landing"),
        "hang_up": ("life_h", "reset_chance", "robot_h", "crew_h", "on_brown_out", "on_solar_event", "on_landing"),
    }
    keys = [f"failure.pump.{mode}.{number}" for mode, every in numbers.items() for number in every]
    used = {"seal_worn": {"life_h", "shape", "remaining"}}
    used["hang_up"] = {"reset_chance", "robot_h", "on_brown_out", "on_solar_event"}
    expected = {key for key in keys if key.rpartition(".")[2] not in used[key.split(".")[2]]}
    assert idle_facts(keys, PLAN, KINDS, TOLD) == expected
    assert idle_facts(["failure.lamp.dark.life_h"], PLAN, KINDS, TOLD) == {"failure.lamp.dark.life_h"}


def test_a_fact_that_several_parts_of_one_kind_share_is_idle_only_where_none_of_them_failed():
    plan = SimpleNamespace(modes=PLAN.modes, mode_names=("seal 1", "seal 2", "dark"))
    key = "failure.pump.seal.life_h"
    assert idle_facts([key], plan, KINDS, TOLD[TOLD["mode"] == 0]) == set()
    assert idle_facts([key], plan, KINDS, TOLD[TOLD["mode"] == 2]) == {key}


def test_facts_of_anything_else_are_never_idle():
    keys = ["failure.general.dormancy", "battery.floor", "failure.valve.stuck.life_h"]
    assert idle_facts(keys, PLAN, KINDS, TOLD) == set()
    assert idle_facts(keys, PLAN, KINDS, rows()) == set()


def test_a_limit_of_life_matters_where_something_came_near_it_and_hours_where_it_was_changed():
    keys = ["failure.pump.seal_worn.limit_h", "failure.pump.seal_worn.limit_kg", "failure.pump.seal_worn.crew_h"]
    assert idle_facts(keys, PLAN, KINDS, rows()) == set(keys)
    changed = rows((0, 50, ft.F_CHANGE, 0, ft.CHANGED, CREW))
    assert idle_facts(keys, PLAN, KINDS, changed) == set()
    overdue = rows((0, 50, ft.F_CHANGE, 0, ft.NO_SPARE_LEFT, -1))
    assert idle_facts(keys, PLAN, KINDS, overdue) == {"failure.pump.seal_worn.crew_h"}
