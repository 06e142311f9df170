"""How failures come, are found and mended, each rule by a closed form; compiled and plain rules agree in every step."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from build import START, at_hour
from failing import HANDS, LINK, Both, helpers, mode, station, unit

from moonstation.components.contract import Process, Store, Thermostat
from moonstation.station import fault_tables as ft
from moonstation.station import recovery as rungs
from moonstation.station.model import Delivery
from moonstation.station.recovery import Recovery

PROMPT = Recovery(persistence_h=3.0, reset_h=2.0, max_resets=2, ground_h=4.0, patience_h=10.0, limit_persistence_h=5.0)


def both(*modes, recovery=PROMPT, others=None, **more) -> Both:
    """One unit whose first mode fails in step 1, beside helpers."""
    others = helpers() if others is None else others
    return Both(station(unit("pump", *modes, **more), *others, recovery=recovery), forced=(0, 1))


def codes(events) -> list[tuple[int, int, int, int]]:
    """Step, code, why and rung."""
    return [(step, code, why, rung) for step, code, _, _, why, rung in events]


def test_a_fault_is_found_by_its_residual_after_so_long_a_time_of_wanted_operation():
    life = both(mode(remaining=0.5))
    assert codes(life.run(3)) == [(1, ft.F_FAILED, ft.BY_TEST, -1)]
    assert life.health("pump").tolist() == [0.5]
    idle = [0] * int(life.plan.processes[0])
    life.run(5, seen=idle)  # nobody wants it: nothing is seen
    assert len(life.events()) == 1
    assert codes(life.run(1))[1] == (8, ft.F_DETECTED, ft.BY_RESIDUAL, -1)  # the third wanted step after 1 and 2


def test_what_is_less_than_the_threshold_or_latent_shows_only_at_the_next_test():
    for hidden in (mode(remaining=0.97), mode(latent=True)):
        life = both(hidden, recovery=Recovery(test_every_h=50.0))
        assert codes(life.run(60))[1] == (50, ft.F_DETECTED, ft.BY_CHECK, -1)


def test_a_limit_that_is_passed_for_long_finds_what_its_own_numbers_do_not_show():
    life = both(mode(latent=True))
    blocked = [ft.TRIED | ft.BLOCKED] * int(life.plan.processes[0])
    life.run(3)
    assert codes(life.run(6, seen=blocked))[1] == (7, ft.F_DETECTED, ft.BY_LIMIT, -1)


def test_a_reset_takes_its_time_with_the_unit_switched_off_and_clears_what_it_can():
    life = both(mode(reset_chance=1.0, remaining=0.5))
    life.run(4)  # found in step 3, off from then on
    assert life.health("pump").tolist() == [0.0]
    assert codes(life.run(2))[-1] == (5, ft.F_STEP, ft.MENDED, rungs.RESET)
    assert life.health("pump").tolist() == [1.0]


def test_the_ladder_is_climbed_to_its_end_where_nothing_helps():
    ladder = {"default": ("reset", "switch", "reset-subsystem", "shed", "robots", "crew", "wait", "do-without")}
    life = both(mode(), recovery=Recovery(ladders=ladder, autonomous=rungs.RUNGS, max_resets=1))
    ends = [(why, rung) for _, code, why, rung in codes(life.run(40)) if code == ft.F_STEP]
    assert ends == [
        (ft.NO_EFFECT, rungs.RESET),
        (ft.NOT_POSSIBLE, rungs.SWITCH),
        (ft.NO_EFFECT, rungs.SUBSYSTEM),
        (ft.DONE, rungs.SHED),
        (ft.NOT_POSSIBLE, rungs.ROBOTS),
        (ft.NOT_POSSIBLE, rungs.CREW),
        (ft.LEFT, rungs.DO_WITHOUT),
    ]
    assert life.health("pump").tolist() == [0.0]


def test_a_reset_of_the_subsystem_switches_its_family_off_at_its_site_alone():
    ladder = {"default": ("reset-subsystem", "do-without")}
    others = [unit("brother"), unit("far", node="hill")]
    built = station(
        unit("pump", mode()), *others, recovery=Recovery(ladders=ladder, autonomous=rungs.RUNGS, reset_h=2.0)
    )
    built.sites["hill"] = None
    life = Both(built, forced=(0, 1))
    life.run(3)
    assert [life.health(name).tolist() for name in ("pump", "brother", "far")] == [[0.0], [0.0], [1.0]]
    life.run(3)
    assert [life.health(name).tolist() for name in ("pump", "brother", "far")] == [[0.0], [1.0], [1.0]]


SUBSYSTEM = Recovery(
    ladders={"default": ("reset-subsystem", "do-without")}, autonomous=rungs.RUNGS, persistence_h=1.0, reset_h=6.0
)


def test_a_reset_of_the_subsystem_ends_in_its_time_where_its_fault_clears_by_itself():
    def begun(seed: int) -> Both:
        pump = unit("pump", mode(clears_after_h=3.0))
        return Both(station(pump, unit("brother"), recovery=SUBSYSTEM), seed, forced=(0, 1))

    clears_in_step_4 = (4, ft.F_CLEARED)
    life = begun(next(seed for seed in range(100) if begun(seed).run(5)[-1][:2] == clears_in_step_4))
    life.run(7)  # off from step 1 to 7, sound since 4
    assert [life.health(name).tolist() for name in ("pump", "brother")] == [[0.0], [0.0]]
    life.run(1)
    assert [life.health(name).tolist() for name in ("pump", "brother")] == [[1.0], [1.0]]


def test_a_reset_of_the_subsystem_ends_in_its_time_where_the_unit_that_failed_is_lost():
    life = Both(station(unit("pump", mode()), unit("brother"), recovery=SUBSYSTEM), forced=(0, 1))
    life.run(3)
    life.run(4, alive=[False, True])
    assert life.health("brother").tolist() == [0.0]
    life.run(1, alive=[False, True])
    assert life.health("brother").tolist() == [1.0]


def test_a_unit_that_lands_during_a_reset_of_its_subsystem_is_no_part_of_it():
    life = Both(station(unit("pump", mode()), unit("brother"), recovery=SUBSYSTEM), forced=(0, 1))
    life.run(3, alive=[True, False])
    life.run(1)
    assert [life.health(name).tolist() for name in ("pump", "brother")] == [[0.0], [1.0]]


SWITCH = Recovery(ladders={"default": ("switch", "robots", "wait")}, autonomous=rungs.RUNGS, persistence_h=1.0)


def test_a_resting_unit_takes_over_and_the_mended_one_rests():
    heater = Process("heater", {"electricity": -1.0}, control=Thermostat("", 250.0))
    work = Process("work", {"water": 1.0}, boundary=True)
    two = [unit(f"pump {n}", mode(robot_h=4.0), processes=(work,), group="pump", needed=1) for n in (1, 2)]
    life = Both(station(*two, *helpers(), recovery=SWITCH), forced=(0, 5))
    life.run(5)
    assert [life.health(f"pump {n}")[0] for n in (1, 2)] == [1.0, 0.0]
    life.run(1)  # failed and found in step 5: the other works from the next on
    assert [life.health(f"pump {n}")[0] for n in (1, 2)] == [0.0, 1.0]
    assert codes(life.run(4))[-1] == (8, ft.F_STEP, ft.MENDED, rungs.ROBOTS)  # one robot, four hours, from step 5
    assert [life.health(f"pump {n}")[0] for n in (1, 2)] == [0.0, 1.0]
    assert heater.control


def test_a_unit_that_is_lost_is_replaced_by_one_that_rests():
    two = [unit(f"pump {n}", group="pump", needed=1) for n in (1, 2)]
    life = Both(station(*two, recovery=SWITCH))
    life.run(3)
    life.ahead(alive=[False, True])
    assert codes(life.events()) == [(3, ft.F_REPLACED, 1, -1)]
    assert life.health("pump 2").tolist() == [1.0]


def test_what_keeps_a_resting_unit_alive_runs_on():
    clock = Process("clock", {"electricity": -0.1}, priority=0)
    work = Process("work", {"electricity": -1.0, "water": 1.0}, boundary=True)
    two = [unit(f"pump {n}", processes=(clock, work), group="pump", needed=1) for n in (1, 2)]
    life = Both(station(*two))
    life.run(2)
    assert life.health("pump 2").tolist() == [1.0, 0.0]


def test_a_repair_takes_a_spare_and_the_hours_that_nobody_used():
    life = both(mode(robot_h=5.0, spare=True), spares=1, recovery=SWITCH)
    life.run(3, offered=[0.25, 0.5])  # of the buses in order of name: crew, robots
    assert codes(life.events())[-1] == (1, ft.F_STEP, ft.BEGUN, rungs.ROBOTS)
    assert life.tables.stock[:, 1].max() == 0
    life.run(30, offered=[0.25, 0.5])
    assert codes(life.events())[-1] == (10, ft.F_STEP, ft.MENDED, rungs.ROBOTS)  # 10 steps of half an hour, 1 to 10


def test_without_a_spare_it_waits_until_a_mission_lands_one():
    later = unit("second pump", start=at_hour(20.0), spares=1)
    life = both(mode(robot_h=2.0, spare=True), recovery=SWITCH, others=[*helpers(), later])
    before = [True] * 4 + [False]
    events = codes(life.run(20, alive=before))
    assert events[-1] == (1, ft.F_STEP, ft.BEGUN, rungs.WAIT)
    assert events[-2] == (1, ft.F_STEP, ft.NO_SPARE, rungs.ROBOTS)
    assert codes(life.run(5))[-1][1:] == (ft.F_STEP, ft.MENDED, rungs.ROBOTS)


@pytest.mark.parametrize("tended", [True, False])
def test_a_site_is_mended_from_the_one_that_tends_it_by_its_hands_and_spares_and_over_its_links(tended):
    ladders = {"default": ("robots", "wait")}
    asking = Recovery(ladders=ladders, autonomous=("wait",), persistence_h=1.0, ground_h=4.0)
    spare = unit("pump of the ridge", mode(robot_h=2.0, spare=True), spares=1)
    cable = unit("pump", mode(robot_h=2.0, spare=True), node="hollow")
    hollow = SimpleNamespace(tended_from="ridge" if tended else "")
    built = replace(station(cable, spare, *helpers(), recovery=asking), sites={"ridge": None, "hollow": hollow})
    life = Both(built, forced=(0, 1))
    events = codes(life.run(30))
    mended = (6, ft.F_STEP, ft.MENDED, rungs.ROBOTS)  # asked in step 1, begun in 5, two hours
    assert (mended in events, life.health("pump").tolist()) == (tended, [float(tended)])
    assert life.tables.stock[:, 1].sum() == (0 if tended else 1)


@pytest.mark.parametrize("landed_at", ["ridge", "hollow"])
def test_spares_that_a_delivery_lands_serve_a_site_that_is_tended_wherever_they_land(landed_at):
    alone = Recovery(ladders={"default": ("robots", "do-without")}, autonomous=rungs.RUNGS, persistence_h=1.0)
    pump = unit("pump", mode(robot_h=2.0, spare=True), node="hollow")
    landed = Delivery(landed_at, START, {}, "supply", {pump.component.kind: 1})
    sites = {"ridge": None, "hollow": SimpleNamespace(tended_from="ridge")}
    life = Both(replace(station(pump, *helpers(), recovery=alone, deliveries=(landed,)), sites=sites), forced=(0, 1))
    assert codes(life.run(10))[-1][1:] == (ft.F_STEP, ft.MENDED, rungs.ROBOTS)


def test_a_repair_that_finds_no_hands_gives_its_spare_back():
    ladder = {"default": ("robots", "do-without")}
    life = both(
        mode(robot_h=2.0, spare=True),
        spares=1,
        recovery=Recovery(ladders=ladder, autonomous=rungs.RUNGS, patience_h=8.0),
    )
    events = codes(life.run(20, offered=[0.0, 0.0]))
    assert events[-2:] == [(9, ft.F_STEP, ft.NOBODY_CAME, rungs.ROBOTS), (9, ft.F_STEP, ft.LEFT, rungs.DO_WITHOUT)]
    assert life.tables.stock[:, 1].max() == 1


def test_earth_is_asked_when_a_link_is_open_and_takes_its_time():
    policy = Recovery(ladders={"default": ("reset",)}, autonomous=(), persistence_h=1.0, reset_h=1.0, ground_h=4.0)
    life = both(mode(reset_chance=1.0), recovery=policy)
    silent = [1] * int(life.plan.processes[0])
    silent[life.plan.links[0]] = 0
    life.run(10, seen=silent)
    assert len(life.events()) == 2  # failed, found
    assert codes(life.run(8))[2:] == [(10, ft.F_STEP, ft.ASKED_EARTH, 0), (15, ft.F_STEP, ft.MENDED, 0)]


@pytest.mark.parametrize("broken", ["radio", "relay", "ears"])
def test_earth_is_heard_only_where_all_of_a_way_works(broken):
    booked = {"antenna_h@earth": -1.0}
    others = [
        unit("radio", processes=(Process("up", {"data": -1.0, "data@relay": 1.0}),)),
        unit("relay", processes=(Process("down", {"data": -1.0, "data@earth": 1.0} | booked),), node="relay"),
        unit("ears", processes=(Process("listening", {"antenna_h@earth": 1.0}),)),
    ]
    policy = Recovery(ladders={"default": ("reset",)}, autonomous=(), persistence_h=1.0, reset_h=1.0, ground_h=4.0)
    life = both(mode(reset_chance=1.0), recovery=policy, others=others)
    names = [asset.name for asset in life.station.assets]
    assert life.plan.links.tolist() == [1, 2, 3, 2, 3], "the way of the site, and that of the relay"
    silent = [1] * int(life.plan.processes[0])
    silent[names.index(broken)] = 0
    life.run(10, seen=silent)
    assert len(life.events()) == 2  # failed, found
    assert codes(life.run(8))[2:] == [(10, ft.F_STEP, ft.ASKED_EARTH, 0), (15, ft.F_STEP, ft.MENDED, 0)]


def test_a_silence_that_the_test_imposes_delays_the_word_from_earth():
    policy = Recovery(
        ladders={"default": ("reset",)},
        autonomous=(),
        persistence_h=1.0,
        reset_h=1.0,
        ground_h=0.0,
        silent_from=START,
        silent_h=30.0,
    )
    life = both(mode(reset_chance=1.0), recovery=policy)
    assert codes(life.run(40))[2] == (30, ft.F_STEP, ft.ASKED_EARTH, 0)


def test_safe_mode_is_asked_of_the_site():
    lamp = Process("lamp", {"electricity": -1.0})
    policy = Recovery(ladders={"default": ("safe-mode", "do-without")}, persistence_h=1.0, safe_mode_h=12.0)
    life = both(mode(), processes=(lamp,), recovery=policy)
    life.run(3)
    assert life.tables.safe_until[:, 1].tolist() == [1 + 12]


def test_what_comes_and_goes_clears_by_itself_after_a_time_of_its_own():
    policy = Recovery(ladders={"default": ("do-without",)}, persistence_h=1.0)
    life = both(mode(clears_after_h=20.0), recovery=policy)
    events = codes(life.run(400))
    (cleared,) = [step for step, code, _, _ in events if code == ft.F_CLEARED]
    assert cleared > 1
    assert life.health("pump").tolist() == [1.0]


def test_a_landing_strikes_what_stands_there_already_and_not_elsewhere():
    dusty = mode(on_landing=1.0, remaining=0.5)
    assets = [unit("old", dusty), unit("far", dusty, node="hill"), unit("new", dusty, start=at_hour(5.0), mission="2")]
    built = station(*assets)
    built.sites["hill"] = None
    life = Both(built)
    life.run(5, alive=[True, True, False])
    life.run(3)
    assert [(step, unit_) for step, code, _, unit_, why, _ in life.events() if code == ft.F_FAILED] == [(5, 0)]


def test_a_brown_out_strikes_when_it_begins():
    lamp = Process("lamp", {"electricity": -1.0})
    life = Both(station(unit("pump", mode(on_brown_out=1.0), processes=(lamp,))))
    life.run(3)
    life.run(4, unserved=[True])
    assert codes(life.events())[0] == (3, ft.F_FAILED, ft.BY_BROWN_OUT, -1)


def test_solar_events_strike_all_sites_at_once(monkeypatch):
    assets = [unit("a", mode(on_solar_event=1.0)), unit("b", mode(on_solar_event=1.0), node="hill")]
    built = station(*assets, recovery=Recovery(ladders={"default": ("do-without",)}))
    built.sites["hill"] = None
    life = Both(built)
    life.tables.solar_interval_h[:] = 40.0
    life.plain.numbers = life.plain.numbers._replace(solar_interval_h=40.0)
    events = life.run(400)
    (first, *_) = [step for step, code, *_ in events if code == ft.F_SOLAR_EVENT]
    assert [(step, unit_) for step, code, _, unit_, *_ in events if code == ft.F_FAILED][:2] == [(first, 0), (first, 1)]


def test_a_unit_that_is_gone_needs_no_repair():
    life = both(mode(robot_h=50.0), recovery=SWITCH)
    life.run(3)
    life.ahead(alive=[False, True, True, True])
    count = len(life.events())
    life.run(60, alive=[False, True, True, True])
    assert len(life.events()) == count


def test_a_lost_share_of_a_store_is_seen_at_once_and_mended_in_full():
    tank = Store("tank", "water", 10.0)
    life = both(mode(remaining=0.5, robot_h=1.0), processes=(), stores=(tank,), recovery=SWITCH)
    life.run(1)
    life.ahead(offered=[0.0, 0.0])
    assert life.health("pump").tolist() == [0.5, 1.0]  # what it holds, what it takes and gives
    life.run(2)
    assert life.health("pump").tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", ["pump", "radio", "another"])
def test_another_asset_changes_no_draw_of_the_others(name):
    failing = unit("pump", mode(life_h=100.0))
    alone = Both(station(failing, *helpers()))
    together = Both(station(unit("aaa", mode(life_h=10.0)), failing, *helpers(), unit(f"{name} 2", mode(life_h=50.0))))
    alone.ahead()
    together.ahead()
    assert together.tables.faults["due"][1, 1] == alone.tables.faults["due"][0, 1]


def test_another_landing_changes_no_draw_of_later_ones():
    dusty = [unit(f"pump {number}", mode(on_landing=0.5)) for number in range(40)]
    later = unit("later", mode(), start=at_hour(5.0), mission="second")
    earlier = unit("earlier", mode(), start=at_hour(3.0), mission="first", node="hill")
    plain, other = station(*dusty, later), station(*dusty, later, earlier)
    other.sites["hill"] = None
    struck = [
        [unit_ for step, code, _, unit_, *_ in Both(built).run(8) if code == ft.F_FAILED and step == 5]
        for built in (plain, other)
    ]
    assert 5 < len(struck[0]) < 35
    assert struck[0] == struck[1]


def test_hands_and_links_are_those_of_the_own_site():
    away = [unit("robot", processes=(HANDS,), node="hill"), unit("radio", processes=(LINK,), node="hill")]
    built = station(unit("pump", mode(robot_h=1.0)), *away, recovery=SWITCH)
    built.sites["hill"] = None
    life = Both(built, forced=(0, 1))
    ends = [(why, rung) for _, code, why, rung in codes(life.run(10)) if code == ft.F_STEP]
    assert ends == [(ft.NOT_POSSIBLE, rungs.SWITCH), (ft.NOT_POSSIBLE, rungs.ROBOTS), (ft.LEFT, -1)]
