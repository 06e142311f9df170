"""Changes by schedule, each rule by a closed form; compiled and plain rules agree in every step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from build import at_hour, compile_lit
from failing import HANDS, Both, helpers, mode, station, unit

from moonstation.components.contract import Process
from moonstation.station import fault_tables as ft
from moonstation.station import recovery as rungs
from moonstation.station.fault_plan import life_numbers, plan_failures
from moonstation.station.fault_tables import fault_tables
from moonstation.station.model import Delivery
from moonstation.station.recovery import Recovery
from moonstation.station.repairs import run_faults

DAILY = Recovery(
    ladders={"default": ("robots", "crew", "wait")},
    autonomous=rungs.RUNGS,
    persistence_h=1.0,
    test_every_h=24.0,
    patience_h=10.0,
    kept_spares=0,
)
NOBODY = [0.0, 0.0]


def policy(**changed) -> Recovery:
    return replace(DAILY, **changed)


def both(*modes, recovery=DAILY, others=None, forced=None, hours=24.0 * 40, **more) -> Both:
    others = helpers() if others is None else others
    return Both(station(unit("pump", *modes, **more), *others, recovery=recovery, hours=hours), forced=forced)


def told(events, code=ft.F_CHANGE) -> list[tuple[int, int, int]]:
    """Step, why and rung."""
    return [(step, why, rung) for step, found, _, _, why, rung in events if found == code]


def stock(life: Both) -> int:
    return int(life.plain.stock[life.plan.units["pool"][0]])


def test_what_would_pass_its_limit_before_the_next_test_is_changed_and_its_unit_is_off_for_the_hours_of_work():
    life = both(mode(limit_h=100.0, robot_h=4.0, spare=True), spares=1)
    life.run(97)  # 72 h + 24 h are less than the limit, 96 h + 24 h are more
    assert life.events() == []
    assert life.health("pump").tolist() == [1.0]  # it works on while it is made ready
    life.run(3)
    assert told(life.events()) == [(99, ft.CHANGED, rungs.ROBOTS)]  # one robot, four hours, from step 96
    assert stock(life) == 0
    for _ in range(4):
        assert life.health("pump").tolist() == [0.0]
        life.run(1)
    assert life.health("pump").tolist() == [1.0]


def test_a_change_takes_the_hours_that_nobody_used():
    life = both(mode(limit_h=100.0, crew_h=1.5))
    taken = np.zeros(2)
    for _ in range(120):
        life.ahead(offered=[0.25, 0.0])  # crew, robots
        taken += life.tables.taken[:, life.lane]
    assert taken.tolist() == [1.5, 0.0]
    assert told(life.events()) == [(101, ft.CHANGED, rungs.CREW)]


def test_what_its_meter_counts_brings_it_to_its_limit_as_the_last_spell_between_tests_says():
    # 1 kg in a step, 25 at the first test: at the test at step 72 it is 73 kg, and 97 kg at the next
    life = both(mode(limit_kg=90.0, robot_h=1.0))
    assert told(life.run(80)) == [(72, ft.CHANGED, rungs.ROBOTS)]
    idle = both(mode(limit_kg=90.0, robot_h=1.0))
    for _ in range(300):
        idle.ahead(meter_kg=[20.0])
    assert idle.events() == []


def test_what_lives_less_than_the_time_between_tests_is_changed_at_each_and_not_overdue_for_that():
    life = both(mode(limit_kg=20.0, robot_h=1.0))
    assert [why for _, why, _ in told(life.run(100))] == [ft.CHANGED] * 4


def test_a_changed_unit_is_as_good_as_new():
    worn = mode(limit_h=100.0, robot_h=1.0)
    life = both(worn)
    first = life.plain.modes[0].due
    assert [step for step, *_ in told(life.run(400))] == [96, 192, 288, 384]
    assert life.plain.modes[0].due != first


def test_without_a_spare_it_goes_on_past_its_limit_which_is_told_once_until_a_mission_lands_one():
    later = unit("second pump", start=at_hour(300.0), spares=1)
    life = both(mode(limit_h=100.0, robot_h=1.0, spare=True), others=[*helpers(), later])
    before = [True] * 4 + [False]
    events = life.run(300, alive=before)
    assert told(events) == [(120, ft.NO_SPARE_LEFT, -1)]  # the first test after it
    assert life.health("pump").tolist() == [1.0]
    assert told(life.run(3))[1:] == [(300, ft.CHANGED, rungs.ROBOTS)]


def test_a_delivery_lands_spares_at_its_site_alone():
    spare = mode(limit_h=100.0, robot_h=1.0, spare=True)
    far = unit("far", spare, node="hill")
    built = station(unit("pump", spare), far, *helpers(), unit("r", processes=(HANDS,), node="hill"), recovery=DAILY)
    built = replace(built, deliveries=(Delivery("hill", at_hour(130.0), {}, spares={"thing": 1, "robot": 3}),))
    built.sites["hill"] = None
    life = Both(built)
    told_of = [(step, of, why) for step, _, _, of, why, _ in life.run(200)]
    assert told_of == [(120, 0, ft.NO_SPARE_LEFT), (120, 1, ft.NO_SPARE_LEFT), (130, 1, ft.CHANGED)]


def test_the_last_spares_are_left_to_repairs():
    life = both(mode(limit_h=100.0, robot_h=1.0, spare=True), spares=2, recovery=policy(kept_spares=1))
    assert told(life.run(400)) == [(96, ft.CHANGED, rungs.ROBOTS), (216, ft.NO_SPARE_LEFT, -1)]
    assert stock(life) == 1


def test_hands_that_do_not_come_are_told_from_hands_that_are_nowhere():
    life = both(mode(limit_h=100.0, robot_h=1.0))
    assert told(life.run(300, offered=NOBODY)) == [(120, ft.NO_HANDS_FREE, -1)]
    assert told(life.run(2))[1:] == [(300, ft.CHANGED, rungs.ROBOTS)]
    alone = both(mode(limit_h=100.0, robot_h=1.0), others=())
    assert told(alone.run(300)) == [(120, ft.NO_HANDS_AT_ALL, -1)]


def test_work_that_nobody_goes_on_with_gives_its_spare_back():
    life = both(mode(limit_h=200.0, robot_h=4.0, spare=True), spares=1)
    life.run(194)  # begun at the test at step 192, two hours of it done
    assert stock(life) == 0
    life.run(12, offered=NOBODY)
    assert stock(life) == 1
    assert told(life.run(4)) == [(209, ft.CHANGED, rungs.ROBOTS)]  # all four hours anew, from step 206


def test_a_resting_unit_takes_the_place_of_what_is_changed():
    work = Process("work", {"water": 1.0}, boundary=True)
    two = [
        unit(f"pump {n}", mode(limit_kg=k, robot_h=2.0), processes=(work,), group="p", needed=1)
        for n, k in ((1, 100.0), (2, 1e6))
    ]
    life = Both(station(*two, *helpers(), recovery=DAILY))
    life.run(97)
    assert [life.health(f"pump {n}")[0] for n in (1, 2)] == [1.0, 0.0]
    life.run(1)
    assert [life.health(f"pump {n}")[0] for n in (1, 2)] == [0.0, 1.0]
    assert told(life.run(30)) == [(97, ft.CHANGED, rungs.ROBOTS)]
    assert [life.health(f"pump {n}")[0] for n in (1, 2)] == [0.0, 1.0]


def test_nothing_is_changed_where_the_policy_says_so():
    life = both(mode(limit_h=100.0, robot_h=1.0), recovery=policy(scheduled_changes=False))
    assert life.run(300) == []


def test_a_failure_while_it_waits_is_mended_and_that_makes_it_new():
    life = both(mode(limit_h=100.0, robot_h=4.0, spare=True), spares=1, forced=(0, 98))
    events = life.run(150)
    assert [(step, code) for step, code, *_ in events][:2] == [(98, ft.F_FAILED), (98, ft.F_DETECTED)]
    assert told(events, ft.F_STEP)[-1] == (101, ft.MENDED, rungs.ROBOTS)
    assert told(life.run(60)) == []  # new since step 101: 187 h are after the test at step 192
    assert stock(life) == 0


def test_what_a_reset_clears_is_no_younger():
    ladder = {"default": ("reset", "robots", "wait")}
    life = both(
        mode(limit_h=100.0, robot_h=1.0, reset_chance=1.0), recovery=policy(ladders=ladder, reset_h=1.0), forced=(0, 50)
    )
    assert told(life.run(120)) == [(96, ft.CHANGED, rungs.ROBOTS)]


def test_repairs_have_hands_before_changes():
    broken = unit("fan", mode(robot_h=10.0))
    life = Both(
        station(
            unit("pump", mode(limit_h=100.0, robot_h=2.0)), broken, unit("robot", processes=(HANDS,)), recovery=DAILY
        ),
        forced=(1, 92),
    )
    events = life.run(120)
    assert told(events, ft.F_STEP)[-1] == (101, ft.MENDED, rungs.ROBOTS)
    assert told(events) == [(103, ft.CHANGED, rungs.ROBOTS)]


def test_the_first_life_of_a_mode_is_drawn_as_without_a_limit():
    due = [both(mode(life_h=500.0, **limit)) for limit in ({}, {"limit_h": 100.0, "robot_h": 1.0})]
    for life in due:
        life.ahead()
    assert due[0].plain.modes[0].due == due[1].plain.modes[0].due


@pytest.mark.parametrize(("changes", "fewest", "most"), [(True, 0, 0), (False, 290, 300)])
def test_what_wears_out_is_changed_before_it_does(changes, fewest, most):
    """Weibull of shape 10 and 400 h: (144 / 400)^10 are 4e-5 of all lives, exp(-(480 / 400)^10) = 0.002 last longer."""
    lives, hours = 300, 480
    pump = unit("pump", mode(life_h=400.0, shape=10.0, limit_h=150.0, robot_h=1.0))
    robot = unit("robot", processes=(HANDS,))
    built = station(pump, robot, recovery=policy(scheduled_changes=changes), hours=hours)
    plan, numbers = plan_failures(built, compile_lit(built), seed=5), life_numbers(built)
    tables = fault_tables(plan, [numbers] * lives, list(range(lives)), 100)
    tables.alive[:], tables.seen[:], tables.lanes["lives_changed"], tables.offered[:] = True, ft.TRIED, True, 1.0
    run_faults(tables, 0, hours)
    failed = sum((tables.log[n, : tables.lanes["count"][n]]["code"] == ft.F_FAILED).any() for n in range(lives))
    assert fewest <= failed <= most
