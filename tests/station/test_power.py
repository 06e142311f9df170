"""Modes, shedding by priority and critical loads in the kernel; every run is also held to the reference kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from build import Run, asset, at_hour

from moonstation.components.contract import FollowDemand, Process, Store, ThermalNode
from moonstation.core.errors import ScenarioError
from moonstation.station import packed
from moonstation.station.model import MODES
from policies import LENIENT, SHEDDING

NOMINAL, DARK, SURVIVAL, SAFE = range(4)


def source(kw, **more):
    return asset("source", Process("p", {"electricity": 1.0}, limit=kw, **more))


def load(kw, priority, name=None, **more):
    return asset(name or f"load {priority}", Process("p", {"electricity": -1.0}, kw, priority=priority, **more))


def battery(capacity, start, **more):
    return asset("battery", stores=[Store("b", "electricity", capacity, start, **more)])


def test_the_lowest_priority_is_shed_first():
    loads = [load(2.0, priority) for priority in (9, 1, 5)]
    run = Run(source(3.0), *loads, hours=1)
    served = {priority: run.activity(f"load {priority}/p")[0] for priority in (1, 5, 9)}
    assert served == {1: 2.0, 5: pytest.approx(1.0), 9: 0.0}
    assert run.power()["shed"].sum() == pytest.approx(3.0)


def test_equal_priorities_are_served_in_the_order_of_the_assets():
    run = Run(source(3.0), load(2.0, 4, "first"), load(2.0, 4, "second"), hours=1)
    assert (run.activity("first/p")[0], run.activity("second/p")[0]) == (2.0, pytest.approx(1.0))


def test_the_shift_of_an_asset_moves_its_loads():
    late = asset("late", Process("p", {"electricity": -1.0}, 2.0, priority=1), priority_shift=5)
    run = Run(source(3.0), late, load(2.0, 4), hours=1)
    assert (run.activity("late/p")[0], run.activity("load 4/p")[0]) == (pytest.approx(1.0), 2.0)


def test_a_site_bus_with_losses_takes_more_than_its_loads_use():
    bus = asset("bus", capability={"distribution_efficiency": 0.8})
    run = Run(source(10.0), load(4.0, 1), bus, hours=1)
    assert run.activity("load 1/p")[0] == 4.0
    assert run.power()["served"].sum() == pytest.approx(5.0)
    assert run.power()["spilled"].sum() == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("charge", "sun", "mode"),
    [(0.95, 0.0, NOMINAL), (0.8, 1.0, NOMINAL), (0.8, 0.0, DARK), (0.3, 1.0, SURVIVAL), (0.1, 1.0, SAFE)],
)
def test_the_mode_follows_charge_and_sun(charge, sun, mode):
    floor = 0.2
    run = Run(battery(10.0, 10.0 * (floor + 0.8 * charge), floor_fraction=floor), hours=1, sun=sun, policy=SHEDDING)
    assert (run.mode() == mode).all()
    changed = [(0, 0, float(mode))] if mode else []
    assert run.events(packed.EV_MODE) == changed


def test_each_mode_serves_down_to_its_priority():
    for start, mode in ((9.9, NOMINAL), (8.0, DARK), (3.0, SURVIVAL), (1.0, SAFE)):
        loads = [load(0.001, priority) for priority in range(10)]
        run = Run(*loads, battery(10.0, start), hours=1, sun=0.0, policy=SHEDDING)
        served = [priority for priority in range(10) if run.activity(f"load {priority}/p")[0] > 0.0]
        assert served == list(range(SHEDDING.serve_up_to[MODES[mode]] + 1))
        ready = [priority for priority in range(10) if run.ready(f"load {priority}/p")[0] > 0.0]
        assert ready == served


def test_a_bus_without_stores_is_nominal():
    assert (Run(load(1.0, 5), hours=1, sun=0.0, policy=SHEDDING).mode() == NOMINAL).all()


def test_a_severer_mode_comes_at_once_and_a_milder_one_after_its_time():
    night = (np.arange(240) >= 60).astype(np.float32)
    run = Run(source(2.0, series=night), load(1.0, 0), battery(12.0, 12.0), hours=40, policy=SHEDDING)
    charge = np.concatenate([[12.0], run.amount("battery/b")[:-1]]) / 12.0
    mode = run.mode()
    entered = int(np.argmax(mode == SURVIVAL))
    assert entered == np.argmax(charge < SHEDDING.survival_below)
    recovered = int(np.argmax(charge[60:] >= SHEDDING.survival_exit)) + 60
    back = int(np.argmax(mode[entered:] == NOMINAL)) + entered
    assert back == recovered + round(SHEDDING.recovery_h * 6)
    assert set(mode[entered:back]) <= {SURVIVAL, SAFE}


def test_recovery_counts_only_without_a_break():
    """The sun shows for three hours, goes for one, and comes back: six hours count from its return."""
    sun = np.ones(150, np.float32)
    sun[:30] = 0.0
    sun[48:54] = 0.0
    run = Run(battery(10.0, 8.0), sun=sun, hours=25, policy=SHEDDING)
    np.testing.assert_array_equal(run.mode() == NOMINAL, np.arange(150) >= 54 + 36)


def test_without_recovery_time_the_mode_is_what_the_step_calls_for():
    policy = replace(SHEDDING, recovery_h=0.0)
    sun = (np.arange(36) % 2).astype(np.float32)
    run = Run(battery(10.0, 8.0), sun=sun, hours=6, policy=policy)
    np.testing.assert_array_equal(run.mode(), np.where(sun > 0.0, NOMINAL, DARK))


def test_critical_loads_are_watched_apart_from_the_others():
    waning = np.linspace(3.0, 0.0, 36).astype(np.float32)
    run = Run(source(1.0, series=waning), load(1.0, 2), load(1.0, 3), hours=6)
    served = run.activity("load 2/p") >= 1.0
    np.testing.assert_array_equal(run.critical() == 1, served)
    assert [step for step, _, _ in run.events(packed.EV_UNSERVED)] == [int(np.argmin(served))]
    waxing = Run(source(1.0, series=waning[::-1].copy()), load(1.0, 2), hours=6)
    assert [step for step, _, _ in waxing.events(packed.EV_UNSERVED)] == [0]
    assert [step for step, _, _ in waxing.events(packed.EV_SERVED)] == [int(np.argmax(waxing.critical() == 1))]


def test_a_bus_without_critical_loads_says_so():
    run = Run(source(1.0), load(1.0, 5), load(1.0, 7), hours=1)
    assert (run.critical() == -1).all()


def test_a_critical_load_that_wants_nothing_is_not_unserved():
    run = Run(source(0.0), load(1.0, 1, series=np.zeros(6, np.float32)), hours=1)
    assert (run.critical() == -1).all()


def test_nothing_is_drawn_from_a_battery_that_left():
    leaving = asset("battery", stores=[Store("b", "electricity", 9.0, 9.0)], end=at_hour(1))
    frozen = ThermalNode("cells", 1e4, 300.0, conductance_w_k=20.0, conductive_sink_k=100.0, survive_min_k=200.0)
    dying = asset("battery", stores=[Store("b", "electricity", 9.0, 9.0)], nodes=[frozen])
    for gone in (leaving, dying):
        run = Run(load(1.0, 1), gone, hours=4)
        last = int(np.argmin(run.amount("battery/b") > 0.0))
        assert run.activity("load 1/p")[last + 1 :].max() == 0.0
        assert run.power()["served"].sum() == pytest.approx((last + (gone is dying)) / 6.0)


def test_every_bus_of_electricity_has_its_own_mode():
    rover = asset(
        "rover",
        Process("p", {"electricity@self": -1.0}, priority=5),
        stores=[Store("b", "electricity@self", 6.0, 6.0)],
    )
    run = Run(source(9.0), load(1.0, 1), battery(10.0, 10.0), rover, hours=6, policy=SHEDDING)
    assert (run.mode("ridge") == NOMINAL).all()
    assert run.mode("rover")[-1] == SURVIVAL
    # serving stops at priority 3 once under 35 %
    assert 0.0 < run.amount("rover/b")[-1] / 6.0 < SHEDDING.survival_below


def test_the_series_of_power_balance():
    run = Run(source(2.0), load(1.5, 1), load(1.0, 7), battery(1.0, 0.5), hours=10, policy=LENIENT)
    power = run.power()
    stored = np.diff(np.concatenate([[0.5], run.amount("battery/b")]))
    np.testing.assert_allclose(power["supply"], power["served"] + power["spilled"] + stored, atol=1e-6)
    wanted = power["served"] + power["shed"]
    np.testing.assert_allclose(wanted, 2.5 / 6.0, rtol=1e-6)


# ---------------------------------------------------------------- what follows demand


def follower(limit, fraction=0.5, name="generator", recipe=None, bus="electricity", **more):
    return asset(
        name, Process("p", recipe or {bus: 1.0}, limit, control=FollowDemand(bus, fraction), **more), node="ridge"
    )


def test_a_generator_gives_what_the_sources_leave_open():
    """The loads ask for 3 kW, what is shed included; the Sun gives 2 and then 5."""
    waxing = np.repeat([2.0, 5.0], 18).astype(np.float32)
    run = Run(source(1.0, series=waxing), load(3.0, 1), follower(10.0), hours=6)
    lag = np.arange(36) == 0  # nothing was asked for before the first step
    np.testing.assert_allclose(
        run.activity("generator/p"), np.where(lag, 0.0, np.maximum(3.0 - waxing, 0.0)), rtol=1e-6
    )
    np.testing.assert_allclose(run.activity("load 1/p"), np.where(lag, 2.0, 3.0), rtol=1e-6)
    assert run.power()["spilled"].sum() == pytest.approx(2.0 * 3.0)


def test_a_generator_brings_the_battery_to_its_share_and_lets_it_serve_what_lies_above():
    run = Run(load(1.0, 1), battery(10.0, 8.0), follower(2.0, fraction=0.5), hours=8)
    amount, activity = run.amount("battery/b"), run.activity("generator/p")
    empties = int(np.argmax(activity > 1e-9))
    assert empties == 18  # after 3 hours the loads alone would bring it under its share
    np.testing.assert_allclose(amount[empties:], 5.0, rtol=1e-6)
    np.testing.assert_allclose(activity[empties:], 1.0, rtol=1e-6)
    low = Run(load(1.0, 1), battery(10.0, 2.0), follower(2.0, fraction=0.5), hours=4)
    np.testing.assert_allclose(low.amount("battery/b")[-1], 5.0, rtol=1e-6)
    assert low.activity("generator/p").max() == 2.0


def test_a_second_generator_gives_what_the_first_leaves_open():
    run = Run(load(3.0, 1), follower(2.0, 0.0, "first", priority=0), follower(9.0, 0.0, "second"), hours=2)
    assert (run.activity("first/p")[1:] == 2.0).all()
    np.testing.assert_allclose(run.activity("second/p")[1:], 1.0, rtol=1e-6)


def test_a_cable_carries_what_the_far_bus_lacks_and_leaves_the_rest():
    cable = follower(9.0, 0.0, "cable", {"electricity@cable": 0.9, "electricity": -1.0}, bus="electricity@cable")
    far = asset("far", Process("p", {"electricity@cable": -1.0}, 1.8))
    run = Run(source(5.0), cable, far, hours=2)
    np.testing.assert_allclose(run.activity("cable/p")[1:], 2.0, rtol=1e-6)
    np.testing.assert_allclose(run.activity("far/p")[1:], 1.8, rtol=1e-6)
    np.testing.assert_allclose(run.power()["spilled"][1:], 3.0 / 6.0, rtol=1e-6)


def test_what_follows_a_demand_must_feed_it():
    with pytest.raises(ScenarioError, match="gives no electricity"):
        Run(follower(1.0, recipe={"electricity": -1.0}), hours=1)
