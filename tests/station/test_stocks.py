"""Stores, buses and recipes in the kernel against closed forms; every run is also held to the reference kernel."""

from __future__ import annotations

import numpy as np
import pytest
from build import START, Run, asset, at_hour, compile_lit, station

from moonstation.components.contract import (
    HoldLevel,
    Hysteresis,
    Interlock,
    OnSurplus,
    Process,
    Proportional,
    Store,
    ThermalNode,
)
from moonstation.components.quantities import reaction
from moonstation.core.errors import ScenarioError
from moonstation.station import packed
from moonstation.station.kernel import run as run_kernel_of
from moonstation.station.model import Delivery

STEP_H = 1.0 / 6.0


def source(kw, name="source", **more):
    return asset(name, Process("p", {"electricity": 1.0}, limit=kw, **more))


def load(kw, name="load", **more):
    return asset(name, Process("p", {"electricity": -1.0}, limit=kw, **more))


def battery(capacity, start, **more):
    return asset("battery", stores=[Store("b", "electricity", capacity, start, **more)])


# ---------------------------------------------------------------- stores


def test_a_battery_keeps_its_efficiency_of_what_is_charged():
    run = Run(source(3.0), battery(100.0, 10.0, charge_efficiency=0.9), hours=5)
    hours = STEP_H * np.arange(1, 31)
    np.testing.assert_allclose(run.amount("battery/b"), 10.0 + 3.0 * 0.9 * hours, rtol=1e-6)
    assert run.ledger("electricity")["lost"] == pytest.approx(3.0 * 0.1 * 5.0)


def test_a_full_battery_spills_the_rest():
    run = Run(source(6.0), battery(10.0, 9.5, charge_efficiency=0.5), hours=2)
    assert run.amount("battery/b")[-1] == 10.0
    # 0.5 kWh of room take 1 kWh at the bus
    assert run.ledger("electricity")["spilled"] == pytest.approx(12.0 - 1.0)
    assert run.power()["spilled"].sum() == pytest.approx(11.0)


def test_a_battery_gives_its_efficiency_of_what_is_drawn_and_stops_at_its_floor():
    run = Run(load(2.0), battery(10.0, 8.0, floor_fraction=0.2, discharge_efficiency=0.8), hours=6)
    # 6 kWh above the floor give 4.8 kWh: 2.4 h of 2 kW
    served = np.minimum(2.0 * STEP_H * np.arange(1, 37), 4.8)
    np.testing.assert_allclose(run.amount("battery/b"), 8.0 - served / 0.8, rtol=1e-6)
    assert run.power()["served"].sum() == pytest.approx(4.8)
    assert run.power()["shed"].sum() == pytest.approx(12.0 - 4.8)
    assert run.ledger("electricity")["lost"] == pytest.approx(1.2)


def test_rates_limit_what_a_battery_takes_and_gives():
    stormy = source(5.0, series=(np.arange(36) < 18).astype(np.float32))
    run = Run(stormy, load(9.0, priority=9, name="big"), battery(100.0, 50.0, discharge_limit=3.0), hours=6)
    # 5 kW of the source and 3 kW of the battery, then the battery alone
    np.testing.assert_allclose(run.activity("big/p"), np.where(np.arange(36) < 18, 8.0, 3.0), rtol=1e-6)
    run = Run(source(5.0), battery(100.0, 0.0, charge_limit=3.0), hours=6)
    np.testing.assert_allclose(run.amount("battery/b")[-1], 18.0, rtol=1e-6)


def test_what_is_given_and_taken_in_the_same_step_does_not_pass_through_the_battery():
    run = Run(source(2.0), load(2.0), battery(10.0, 5.0, charge_efficiency=0.5, discharge_efficiency=0.5), hours=6)
    assert (run.amount("battery/b") == 5.0).all()
    assert run.ledger("electricity")["lost"] == 0.0


def test_stores_empty_together_each_by_what_it_holds():
    two = asset("tanks", stores=[Store("a", "water", 1.0, 1.0), Store("b", "water", 1.0, 0.5)])
    run = Run(two, asset("tap", Process("p", {"water": -1.0}, boundary=True)), hours=1.5)
    left = 1.5 - STEP_H * np.arange(1, 10)  # two thirds of it stand in the first tank, as at the begin
    np.testing.assert_allclose(run.amount("tanks/a"), left * 2 / 3, atol=1e-7)
    np.testing.assert_allclose(run.amount("tanks/b"), left / 3, atol=1e-7)


def test_stores_that_begin_alike_stay_alike():
    """Two cabins with one air keep one pressure, whether it falls or rises."""
    cabins = [Store("large", "cabin_oxygen", 30.0, 18.0), Store("small", "cabin_oxygen", 10.0, 6.0)]
    supply = Process("supply", {"cabin_oxygen": 1.0}, boundary=True, series=(np.arange(240) % 80 >= 40).astype("f4"))
    breath = Process("breath", {"cabin_oxygen": -0.5}, boundary=True)
    run = Run(asset("cabins", supply, breath, stores=cabins), hours=40)
    fill = run.amount("cabins/large") / 30.0
    assert fill.max() - fill.min() > 0.05
    np.testing.assert_allclose(run.amount("cabins/small") / 10.0, fill, rtol=1e-5)


def test_stores_of_a_bus_share_by_what_each_can_give_and_take():
    two = asset("tanks", stores=[Store("a", "water", 4.0, 1.0), Store("b", "water", 1.0, 0.5)])
    run = Run(two, asset("tap", Process("p", {"water": -1.0}, boundary=True)), hours=1.5)
    emptied = np.arange(1, 10) / 9.0
    np.testing.assert_allclose(run.amount("tanks/a"), 1.0 - emptied, atol=1e-7)
    np.testing.assert_allclose(run.amount("tanks/b"), 0.5 - 0.5 * emptied, atol=1e-7)
    run = Run(two, asset("well", Process("p", {"water": 1.0}, boundary=True)), hours=3.5)
    filled = np.arange(1, 22) / 21.0
    np.testing.assert_allclose(run.amount("tanks/a"), 1.0 + 3.0 * filled, rtol=1e-6)
    np.testing.assert_allclose(run.amount("tanks/b"), 0.5 + 0.5 * filled, rtol=1e-6)


def test_a_slow_battery_leaves_the_rest_to_its_neighbour():
    slow = Store("slow", "electricity", 10.0, 10.0, discharge_limit=1.0)
    fast = Store("fast", "electricity", 10.0, 10.0, discharge_limit=5.0)
    run = Run(load(3.0), asset("batteries", stores=[slow, fast]), hours=1)
    assert run.amount("batteries/slow")[-1] == pytest.approx(9.5, rel=1e-6)  # a sixth of what both could
    assert run.amount("batteries/fast")[-1] == pytest.approx(7.5, rel=1e-6)
    run = Run(load(9.0), asset("batteries", stores=[slow, fast]), hours=1)
    assert run.activity("load/p")[0] == pytest.approx(6.0)


def test_self_discharge_is_exponential():
    run = Run(battery(10.0, 8.0, loss_per_h=0.05), hours=48)
    hours = STEP_H * np.arange(1, 289)
    np.testing.assert_allclose(run.amount("battery/b"), 8.0 * np.exp(-0.05 * hours), rtol=1e-6)
    assert run.ledger("electricity")["lost"] == pytest.approx(8.0 * (1.0 - np.exp(-0.05 * 48)))


def test_capacity_fades_by_cycles_and_by_age():
    run = Run(
        source(1.0, series=(np.arange(60) >= 30).astype(np.float32)),
        load(1.0, series=(np.arange(60) < 30).astype(np.float32)),
        battery(10.0, 10.0, fade_per_cycle=0.01, fade_per_h=0.001),
        hours=10,
    )
    # half a cycle of discharge, and ten hours of age, both of the first capacity
    assert run.capacity("battery/b")[-1] == pytest.approx(10.0 * (1.0 - 0.01 * 0.5 - 0.001 * 10.0))
    assert run.amount("battery/b")[-1] == pytest.approx(run.capacity("battery/b")[-1])
    aged = Run(battery(10.0, 10.0, fade_per_h=0.01), hours=10)
    assert aged.amount("battery/b")[-1] == pytest.approx(9.0)
    assert aged.ledger("electricity")["lost"] == pytest.approx(1.0)


def test_a_battery_that_is_drawn_fast_gives_less_of_what_it_holds():
    """At half its rate of 4 kW it loses half of the share that it loses at the full one."""
    strained = battery(10.0, 8.0, discharge_limit=4.0, discharge_efficiency=0.9, rate_loss=0.3)
    run = Run(load(2.0), strained, hours=6)
    per_h = 2.0 / (0.9 * (1.0 - 0.3 * 2.0 / 4.0))
    whole = int(8.0 / per_h / STEP_H)
    np.testing.assert_allclose(
        run.amount("battery/b")[:whole], 8.0 - per_h * STEP_H * np.arange(1, whole + 1), rtol=1e-6
    )
    assert run.amount("battery/b")[-1] == pytest.approx(0.0, abs=1e-12)  # the last of it just empties it
    assert run.ledger("electricity")["lost"] == pytest.approx(8.0 - run.power()["served"].sum())


def test_a_battery_that_is_charged_fast_keeps_less():
    strained = battery(10.0, 2.0, charge_limit=4.0, charge_efficiency=0.9, rate_loss=0.5)
    run = Run(source(3.0), strained, hours=8)
    kept_per_h = 3.0 * 0.9 * (1.0 - 0.5 * 3.0 / 4.0)
    whole = int(8.0 / kept_per_h / STEP_H)
    np.testing.assert_allclose(
        run.amount("battery/b")[:whole], 2.0 + kept_per_h * STEP_H * np.arange(1, whole + 1), rtol=1e-6
    )
    np.testing.assert_allclose(run.amount("battery/b")[whole:], 10.0, rtol=1e-12)  # what just fits, then nothing


def test_a_store_beyond_which_faster_charging_would_keep_less_is_refused():
    with pytest.raises(ScenarioError, match="rate_loss of its store b is out of range"):
        Run(battery(10.0, 2.0, charge_limit=4.0, rate_loss=0.6), hours=1)


def test_a_cold_battery_gives_and_takes_nothing():
    """It cools through 270 K, under which it takes nothing, and 250 K, under which it gives nothing."""
    cells = ThermalNode("cells", 1e5, 280.0, conductance_w_k=5.0, conductive_sink_k=200.0)
    limits = {"works_in": "cells", "charge_min_k": 270.0, "discharge_min_k": 250.0}
    part = asset("battery", stores=[Store("b", "electricity", 50.0, 20.0, **limits)], nodes=[cells])
    sunny = (np.arange(72) % 2).astype(np.float32)
    run = Run(part, source(3.0, series=sunny), load(1.0), hours=12)
    begins = np.append(280.0, run.temperature("battery/cells")[:-1])
    assert begins[-1] < 250.0
    steps = np.diff(run.amount("battery/b"), prepend=20.0)
    np.testing.assert_allclose(steps[sunny > 0], np.where(begins >= 270.0, 2.0 * STEP_H, 0.0)[sunny > 0], atol=1e-5)
    np.testing.assert_allclose(steps[sunny == 0], np.where(begins >= 250.0, -STEP_H, 0.0)[sunny == 0], atol=1e-5)


def test_nothing_is_drawn_where_nothing_is_stored():
    run = Run(load(1.0), asset("tap", Process("p", {"water": -1.0}, boundary=True)), hours=2)
    assert run.activity("load/p").max() == run.activity("tap/p").max() == 0.0
    assert (run.shortfall("tap/p") == 1.0).all()


# ---------------------------------------------------------------- recipes


def test_electrolysis_runs_as_far_as_water_goes_and_closes_in_every_element():
    recipe = reaction({"water": -2, "hydrogen": 2, "oxygen": 1}, per="oxygen")
    plant = asset(
        "plant",
        Process("p", {**recipe, "electricity": -5.0}, limit=0.5),
        stores=[Store(name, name, 10.0, 2.0 if name == "water" else 0.0) for name in recipe],
    )
    run = Run(source(100.0), plant, hours=6)
    water = {name: run.amount(f"plant/{name}")[-1] for name in recipe}
    assert water["water"] == pytest.approx(0.0, abs=1e-12)
    assert water["oxygen"] == pytest.approx(2.0 * recipe["oxygen"] / -recipe["water"], rel=1e-6)
    assert water["oxygen"] + water["hydrogen"] == pytest.approx(2.0, rel=1e-6)
    assert run.records.residual[1] < 1e-15


def test_a_full_tank_holds_the_maker_back_unless_it_may_let_the_excess_go():
    def plant(spills):
        makes = Process("p", {"grey_water": -1.0, "water": 1.0}, spills=spills)
        return asset("plant", makes, stores=[Store("in", "grey_water", 50.0, 50.0), Store("out", "water", 1.0)])

    held = Run(plant(False), hours=3)
    assert held.activity("plant/p").sum() * STEP_H == pytest.approx(1.0)
    assert held.ledger("water")["spilled"] == pytest.approx(0.0, abs=1e-15)
    free = Run(plant(True), hours=3)
    assert free.activity("plant/p").sum() * STEP_H == pytest.approx(3.0)
    assert free.ledger("water")["spilled"] == pytest.approx(2.0)


def test_a_tap_makes_room_for_a_maker_that_follows_it_within_the_step():
    taps = asset("tap", Process("p", {"water": -2.0}, priority=1, boundary=True))
    tank = asset("tank", stores=[Store("t", "water", 1.0, 1.0), Store("g", "grey_water", 90.0, 90.0)])
    maker = asset("maker", Process("p", {"grey_water": -1.0, "water": 1.0}, limit=2.0, priority=5))
    run = Run(taps, tank, maker, hours=2)
    assert (run.activity("maker/p") == 2.0).all()
    np.testing.assert_allclose(run.amount("tank/t"), 1.0, rtol=1e-12)


def test_a_held_back_quantity_is_not_spilled_even_where_the_charging_rate_is_limited():
    tank = Store("t", "water", 100.0, 8.0, charge_limit=1.0)
    pump = asset("pump", Process("p", {"grey_water": -1.0, "water": 1.0}, limit=5.0, priority=5))
    tap = asset("tap", Process("p", {"water": -2.0}, priority=1, boundary=True))
    run = Run(pump, tap, asset("tank", stores=[tank, Store("g", "grey_water", 90.0, 90.0)]), hours=4)
    np.testing.assert_allclose(run.activity("pump/p"), 3.0, rtol=1e-6)  # what the tap takes, and the tank's rate
    assert run.ledger("water")["spilled"] == pytest.approx(0.0, abs=1e-12)


def test_a_transport_carries_electricity_to_another_bus():
    line = Process("p", {"electricity": -1.0, "electricity@self": 0.9}, limit=2.0)
    rover = asset("rover", line, stores=[Store("b", "electricity@self", 10.0)])
    run = Run(source(5.0), rover, hours=3)
    np.testing.assert_allclose(run.amount("rover/b"), 1.8 * STEP_H * np.arange(1, 19), rtol=1e-6)
    assert run.power("rover")["supply"].sum() == pytest.approx(5.4)
    assert run.power("ridge")["served"].sum() == pytest.approx(6.0)


def test_data_flow_to_the_earth_and_what_finds_no_recorder_is_spilled_and_told():
    up = (np.arange(36) >= 18).astype(np.float32)
    makes = asset("camera", Process("p", {"electricity": -0.1, "data": 1.0}))
    link = asset("link", Process("p", {"data": -1.0, "data@earth": 1.0}, limit=4.0, series=up))
    run = Run(source(1.0), makes, link, asset("memory", stores=[Store("m", "data", 2.0)]), hours=6)
    assert run.ledger("data")["spilled"] == pytest.approx(1.0)  # three hours into two hours of memory
    assert run.ledger("data", "earth")["stored_end"] == pytest.approx(5.0)
    bus = run.compiled.bus_keys.index(("data", "ridge"))
    assert [(step, index) for step, index, _ in run.events(packed.EV_SPILL)] == [(12, bus)]
    assert [(step, index) for step, index, _ in run.events(packed.EV_SPILL_END)] == [(18, bus)]


def test_spilling_ends_when_the_maker_leaves():
    camera = asset("camera", Process("p", {"data": 1.0}), end=at_hour(1))
    run = Run(camera, hours=2)
    assert [step for step, _, _ in run.events(packed.EV_SPILL)] == [0]
    assert [step for step, _, _ in run.events(packed.EV_SPILL_END)] == [6]


# ---------------------------------------------------------------- controls


def test_hysteresis_fills_between_its_marks():
    pump = asset("pump", Process("p", {"grey_water": -1.0, "water": 1.0}, 3.0, control=Hysteresis("water", 0.2, 0.8)))
    tap = asset("tap", Process("p", {"water": -1.0}, priority=1, boundary=True))
    tank = asset("tank", stores=[Store("t", "water", 10.0, 5.0), Store("g", "grey_water", 500.0, 500.0)])
    run = Run(pump, tap, tank, hours=48)
    level, on = run.amount("tank/t") / 10.0, run.activity("pump/p") > 0.0
    before = np.concatenate([[0.5], level[:-1]])
    assert level.min() > 0.2 - 0.02
    assert level.max() < 0.8 + 0.04
    assert not on[0]  # between its marks it stays as it is, and it begins switched off
    assert on[before < 0.2 - 1e-6].all()
    assert not on[before > 0.8 + 1e-6].any()
    assert 4 <= np.abs(np.diff(on)).sum() <= 12


def test_hysteresis_drains_between_its_marks():
    processor = Process("p", {"urine": -1.0, "grey_water": 1.0}, 3.0, control=Hysteresis("urine", 0.7, 0.1))
    crew = asset("crew", Process("p", {"water": -0.5, "urine": 0.5}, priority=1))
    tanks = [Store("u", "urine", 10.0), Store("g", "grey_water", 500.0), Store("w", "water", 500.0, 500.0)]
    run = Run(crew, asset("processor", processor, stores=tanks), hours=60)
    before = np.concatenate([[0.0], run.amount("processor/u")[:-1]]) / 10.0
    on = run.activity("processor/p") > 0.0
    assert on[before > 0.7].all()
    assert not on[before < 0.1].any()
    assert before.max() < 0.72


def test_hold_level_gives_just_what_is_missing():
    pump = asset("pump", Process("p", {"grey_water": -1.0, "water": 1.0}, 3.0, control=HoldLevel("water", 0.6)))
    tap = asset("tap", Process("p", {"water": -1.0}, priority=1, boundary=True))
    tank = asset("tank", stores=[Store("t", "water", 10.0, 5.0), Store("g", "grey_water", 500.0, 500.0)])
    run = Run(pump, tap, tank, hours=6)
    # net 2 kg/h until 6 kg, then just what the tap takes
    np.testing.assert_allclose(run.amount("tank/t"), np.minimum(5.0 + 2.0 * STEP_H * np.arange(1, 37), 6.0), rtol=1e-6)
    assert run.activity("pump/p")[-1] == pytest.approx(1.0)
    assert run.shortfall("pump/p").max() == 0.0


@pytest.mark.parametrize("quantity", ["water", "electricity"])
def test_hold_level_drains_what_is_too_much(quantity):
    dump = Process("p", {quantity: -1.0}, limit=2.0, control=HoldLevel(quantity, 0.5), boundary=True)
    run = Run(asset("dump", dump, stores=[Store("t", quantity, 10.0, 8.0)]), hours=3)
    np.testing.assert_allclose(run.amount("dump/t"), np.maximum(8.0 - 2.0 * STEP_H * np.arange(1, 19), 5.0), rtol=1e-6)


def test_surplus_uses_run_only_while_the_stores_are_full_enough():
    extra = load(4.0, name="extra", control=OnSurplus(0.9), priority=9)
    run = Run(source(2.0), extra, battery(10.0, 8.0), hours=12)
    before = np.concatenate([[8.0], run.amount("battery/b")[:-1]]) / 10.0
    np.testing.assert_array_equal(run.activity("extra/p") > 0.0, before > np.float32(0.9))
    assert 0.85 < run.amount("battery/b")[-20:].min() < run.amount("battery/b")[-20:].max() < 0.95 * 10


def test_what_runs_in_proportion_empties_a_stock_exponentially():
    leak = asset("leak", Process("p", {"water": -1.0}, 4.0, control=Proportional("water"), boundary=True))
    run = Run(asset("tank", stores=[Store("w", "water", 10.0, 9.0)]), leak, hours=5)
    left = 9.0 * (1.0 - 4.0 * STEP_H / 10.0) ** np.arange(1, 31)
    np.testing.assert_allclose(run.amount("tank/w"), left, rtol=1e-6)


def test_what_runs_in_proportion_has_a_full_rate():
    filter_ = Process("p", {"water": -1.0}, 2.0, control=Proportional("water", full_at=0.5), boundary=True)
    run = Run(asset("tank", stores=[Store("w", "water", 10.0, 9.0)]), asset("filter", filter_), hours=5)
    fill = np.append(0.9, run.amount("tank/w")[:-1] / 10.0)
    np.testing.assert_allclose(run.activity("filter/p"), 2.0 * np.minimum(fill / 0.5, 1.0), rtol=1e-6)
    assert run.activity("filter/p")[0] == 2.0


def test_a_limit_decays_from_the_landing_on():
    source_ = asset("late", Process("p", {"electricity": 1.0}, 8.0, decay_per_h=0.1), start=at_hour(2))
    run = Run(source_, hours=5)
    age_h = STEP_H * np.arange(18)
    np.testing.assert_allclose(run.activity("late/p"), np.append(np.zeros(12), 8.0 * np.exp(-0.1 * age_h)), rtol=1e-6)


def test_an_interlock_stops_a_process_outside_its_band():
    breath = Process("p", {"oxygen": -1.0}, boundary=True, interlocks=(Interlock("oxygen", low=0.5),))
    run = Run(asset("crew", breath, stores=[Store("o", "oxygen", 6.0, 6.0)]), hours=6, step_s=3600.0)
    # it looks at the level when the step begins: 3 kg are still allowed, so one more step runs
    assert run.amount("crew/o").tolist() == [5.0, 4.0, 3.0, 2.0, 2.0, 2.0]
    assert run.ready("crew/p").tolist() == [1.0, 1.0, 1.0, 1.0, 0.0, 0.0]
    high = Process("p", {"oxygen": -1.0}, boundary=True, interlocks=(Interlock("oxygen", high=0.9),))
    assert Run(asset("crew", high, stores=[Store("o", "oxygen", 6.0, 6.0)]), hours=1).activity("crew/p").max() == 0.0


def test_controls_and_interlocks_see_that_a_watched_store_is_gone():
    """A store that left must not look as full as when it was last seen."""
    tank = asset("tank", stores=[Store("t", "oxygen", 6.0, 6.0)], end=at_hour(1))
    lock = Process("p", {"electricity": -1.0}, interlocks=(Interlock("oxygen", low=0.5),))
    run = Run(source(1.0), asset("machine", lock), tank, hours=2)
    np.testing.assert_array_equal(run.activity("machine/p") > 0.0, np.arange(12) < 6)
    cold = asset(
        "tank", Process("p", {"electricity@self": -1.0}, starve_limit_h=1.0), stores=[Store("t", "oxygen", 6, 6)]
    )
    run = Run(source(1.0), asset("machine", lock), cold, hours=2)
    assert [step for step, _, _ in run.events(packed.EV_LOST_STARVED)] == [5]
    np.testing.assert_array_equal(run.activity("machine/p") > 0.0, np.arange(12) < 6)


def test_min_fraction_is_all_or_nothing():
    def run_of(kw, least):
        return Run(source(kw), load(2.0, min_fraction=least), hours=1)

    assert run_of(1.0, 0.5).activity("load/p")[0] == pytest.approx(1.0)
    assert run_of(1.0, 0.51).activity("load/p").max() == 0.0
    assert run_of(1.0, 0.51).power()["shed"].sum() == pytest.approx(2.0)
    dry = Process("p", {"water": -1.0}, 1.0, min_fraction=0.5, boundary=True)
    run = Run(asset("tap", dry, stores=[Store("t", "water", 1.0, 0.25)]), hours=1)
    # one whole step of 1/6 kg leaves half of the next
    np.testing.assert_allclose(run.activity("tap/p"), [1.0, 0.5, 0.0, 0.0, 0.0, 0.0], atol=1e-6)


# ---------------------------------------------------------------- comings and goings


def test_a_store_lands_with_its_start_and_leaves_with_what_it_holds():
    tank = asset("tank", stores=[Store("t", "water", 5.0, 4.0)], start=at_hour(1), end=at_hour(3))
    run = Run(tank, hours=4)
    np.testing.assert_array_equal(run.amount("tank/t"), np.where((np.arange(24) >= 6) & (np.arange(24) < 18), 4.0, 0.0))
    ledger = run.ledger("water")
    assert (ledger["delivered"], ledger["removed"], ledger["stored_end"]) == (4.0, 4.0, 0.0)
    assert [step for step, index, _ in run.events(packed.EV_LANDED) if index == 0] == [6]
    assert [step for step, index, _ in run.events(packed.EV_ENDED) if index == 0] == [18]


def test_an_asset_that_ended_before_the_run_never_lives():
    old = asset("old", Process("p", {"electricity": 1.0}), start=at_hour(-9), end=at_hour(-1))
    assert Run(old, hours=2).activity("old/p").max() == 0.0
    early = asset("early", Process("p", {"electricity": 1.0}), start=at_hour(-9))
    assert Run(early, hours=2).activity("early/p").min() == 1.0


def test_a_delivery_fills_the_stores_and_the_rest_overflows():
    tanks = asset("tanks", stores=[Store("a", "water", 2.0), Store("b", "water", 3.0, 1.0)])
    run = Run(tanks, hours=2, deliveries=[Delivery("ridge", at_hour(1), {"water": 6.0})])
    assert (run.amount("tanks/a")[-1], run.amount("tanks/b")[-1]) == (2.0, 3.0)
    ledger = run.ledger("water")
    assert (ledger["delivered"], ledger["spilled"]) == (7.0, 2.0)
    bus = run.compiled.bus_keys.index(("water", "ridge"))
    assert run.events(packed.EV_DELIVERY) == [(6, bus, 6.0)]
    assert run.events(packed.EV_DELIVERY_OVERFLOW) == [(6, bus, 2.0)]


def test_an_unserved_load_takes_its_asset_with_it_after_its_limit():
    dark = (np.arange(36) < 12).astype(np.float32)
    mind = asset(
        "mind", Process("p", {"electricity": -1.0}, starve_limit_h=2.0), stores=[Store("t", "water", 5.0, 4.0)]
    )
    run = Run(source(1.0, series=dark), mind, hours=6)
    number = 1
    assert run.events(packed.EV_LOST_STARVED) == [(23, number, 2.0)]  # steps 12 to 23 are two hours
    assert run.ledger("water")["lost"] == 4.0
    assert run.amount("mind/t")[-1] == 0.0


def test_a_break_in_starving_starts_the_clock_again():
    pulse = (np.arange(36) % 6 == 0).astype(np.float32)
    run = Run(source(1.0, series=pulse), load(1.0, starve_limit_h=1.0), hours=6)
    assert run.events(packed.EV_LOST_STARVED) == []
    assert len(Run(source(1.0, series=pulse), load(1.0, starve_limit_h=5 / 6), hours=6).events(5)) == 1


def test_a_limit_of_no_hours_spares_what_is_served():
    run = Run(
        source(1.0), load(1.0, "good", starve_limit_h=0.0), load(1.0, "bad", priority=6, starve_limit_h=0.0), hours=1
    )
    assert [index for _, index, _ in run.events(packed.EV_LOST_STARVED)] == [2]


# ---------------------------------------------------------------- ledger


def test_a_recipe_that_does_not_close_is_found_out():
    wrong = asset(
        "wrong",
        Process("p", {"water": -1.0, "oxygen": 1.0}),
        stores=[Store("w", "water", 9.0, 9.0), Store("o", "oxygen", 9.0)],
    )
    run = Run(wrong, hours=1, closes=False)
    assert run.records.residual[0] < 1e-12  # each bus closes
    assert run.records.residual[1] > 1e-3  # the elements do not
    from_ground = asset("ground", Process("p", {"oxygen": 1.0}, boundary=True), stores=[Store("o", "oxygen", 9.0)])
    assert Run(from_ground, hours=1).records.residual[1] < 1e-12


def test_a_bus_named_twice_in_a_recipe_is_drawn_from_once():
    tap = Process("p", {"water": -1.0, "water@ridge": -1.0}, boundary=True)
    run = Run(asset("tap", tap, stores=[Store("t", "water", 10.0, 0.2)]), hours=1)
    assert run.activity("tap/p").sum() * STEP_H * 2.0 == pytest.approx(0.2)


def test_a_draw_beyond_what_there_is_is_found_out():
    """A network whose recipe looks at a bus twice and draws from it twice, as the compiler never makes one."""
    tap = asset("tap", Process("p", {"oxygen": -1.0, "water": -1.0}, boundary=True))
    tanks = asset("tanks", stores=[Store("o", "oxygen", 10.0, 5.0), Store("w", "water", 10.0, 0.2)])
    built = station(tap, tanks, hours=1)
    compiled = compile_lit(built)
    both = np.full(2, compiled.bus_keys.index(("water", "ridge")))
    network = compiled.network._replace(processes=compiled.network.processes._replace(recipe_bus=both))
    records = packed.empty_records(network, built.grid.count, 1, 100)
    run_kernel_of(network, compiled.series, STEP_H, 1, records)
    assert records.residual[0] > 1e-3


def test_the_ledger_adds_up():
    run = Run(
        source(3.0, series=(np.arange(60) % 7 < 4).astype(np.float32)),
        load(2.0),
        battery(5.0, 2.0, charge_efficiency=0.9, discharge_efficiency=0.9, loss_per_h=0.01),
        hours=10,
    )
    row = run.ledger("electricity")
    gone = row["consumed"] + row["spilled"] + row["lost"] + row["removed"] + row["stored_end"]
    assert row["delivered"] + row["produced"] == pytest.approx(gone, rel=1e-12)
    assert row["stored_end"] == pytest.approx(run.amount("battery/b")[-1], rel=1e-6)


def test_a_delivery_fills_a_tank_to_what_it_holds_and_not_by_rounding_beyond():
    # 0.12366546875000001 + (0.791459 - 0.12366546875000001) is one place of rounding more than 0.791459
    tank = Store("tank", "water", 0.791459, 0.12366546875000001)
    run = Run(asset("thing", stores=[tank]), deliveries=[Delivery("ridge", START, {"water": 1.0})])
    assert run.ledger("water")["lost"] == 0.0
    assert run.ledger("water")["spilled"] == pytest.approx(1.0 - (0.791459 - 0.12366546875000001))
