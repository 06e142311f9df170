"""What draws only from surplus: a line leaves the near bus what it needs; every run is also held to the reference."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from build import Run, asset
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stations import relaxed

from moonstation.components.contract import FollowDemand, Process, Store
from moonstation.core.errors import ScenarioError


def source(kw, node="ridge", name="source", **more):
    return asset(name, Process("p", {"electricity": 1.0}, limit=kw, **more), node=node)


def load(kw, priority=1, node="ridge", name="load", **more):
    return asset(name, Process("p", {"electricity": -1.0}, kw, priority=priority, **more), node=node)


def battery(capacity, start, node="ridge", name="battery", **more):
    return asset(name, stores=[Store("b", "electricity", capacity, start, **more)], node=node)


def line(near, far, limit=50.0, gain=0.9, keep=1.0, reserve=1.0, name="line"):
    recipe = {f"electricity@{near}": -1.0, f"electricity@{far}": gain}
    control = FollowDemand(f"electricity@{far}", keep)
    return asset(name, Process("p", recipe, limit, priority=1, control=control, surplus_above=reserve))


def stack(name, limit, fill=1.0, node="ridge", room=1e6):
    """An electrolyser that stands for any use of surplus: a kilogram of water for a kWh, until ``room`` is full."""
    recipe = {"electricity": -1.0, "water@self": -1.0, "grey_water@self": 1.0}
    stores = [Store("water", "water@self", room, room), Store("made", "grey_water@self", room)]
    return asset(name, Process("p", recipe, limit, priority=8, surplus_above=fill), stores=stores, node=node)


HUB = asset("hub")


# ---------------------------------------------------------------- lines


def test_a_hungry_far_site_gets_only_what_a_scarce_near_site_has_over():
    run = Run(source(3.0), load(2.0), HUB, load(10.0, node="hub", name="far"), line("ridge", "hub"), hours=2)
    assert (run.activity("load/p") == [0.0, *[2.0] * 11])[1:].all()
    np.testing.assert_allclose(run.activity("line/p")[1:], 1.0, rtol=1e-6)
    np.testing.assert_allclose(run.activity("far/p")[1:], 0.9, rtol=1e-6)
    assert (run.critical()[1:] == 1).all()


def test_the_near_sites_least_load_comes_before_the_far_sites_first():
    near = [load(1.0, 1, name="first"), load(4.0, 9, name="least")]
    run = Run(source(3.0), *near, HUB, load(1.0, 0, "hub", "far"), line("ridge", "hub"), hours=2)
    np.testing.assert_allclose(run.activity("least/p")[1:], 2.0, rtol=1e-6)
    assert run.activity("line/p")[1:].max() == 0.0


def test_stores_of_the_near_site_come_first_up_to_the_reserve_and_give_what_lies_above():
    """5 kWh an hour are over: at 0.5 of 10 kWh the line begins; from 8 kWh on a full battery gives down to it."""
    parts = (load(1.0), HUB, load(9.0, node="hub", name="far"), line("ridge", "hub", reserve=0.5))
    low = Run(source(6.0), battery(10.0, 1.0), *parts, hours=3)
    np.testing.assert_allclose(np.minimum(low.amount("battery/b"), 5.0), low.amount("battery/b"), rtol=1e-6)
    begins = int(np.argmax(low.activity("line/p") > 1e-9))
    assert begins == pytest.approx(4.0 / 5.0 * 6.0, abs=1)
    np.testing.assert_allclose(low.activity("line/p")[begins + 1 :], 5.0, rtol=1e-6)
    high = Run(battery(10.0, 8.0), *parts, hours=3)
    assert high.amount("battery/b").min() < 5.0 < high.amount("battery/b")[1]  # its own load goes on
    drawn = high.activity("line/p").sum() / 6.0
    own = high.activity("load/p")[high.amount("battery/b") >= 5.0 - 1e-6].sum() / 6.0
    assert drawn + own == pytest.approx(3.0, abs=1.0 / 6.0)


def test_a_line_pays_the_loss_of_the_lines_of_a_site_only_where_loads_hang_on_them():
    losses = {"distribution_efficiency": 0.8}
    near, hub = asset("bus", capability=losses), asset("hub", capability=losses, node="hub")
    run = Run(source(5.0), near, hub, load(1.0, node="hub", name="far"), line("ridge", "hub"), hours=2)
    np.testing.assert_allclose(run.activity("far/p")[1:], 1.0, rtol=1e-6)
    np.testing.assert_allclose(run.power()["served"][1:] * 6.0, 1.0 / 0.8 / 0.9, rtol=1e-6)


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_lines_by_way_of_a_bus_without_stores_carry_on_in_the_same_step_whatever_their_order(order):
    lines = [line("ridge", "hub", name="one"), line("hub", "end", name="two")]
    ends = (HUB, asset("end"), load(0.81, node="end", name="far"))
    run = Run(source(5.0), load(1.0), *ends, *(lines[number] for number in order), hours=2)
    np.testing.assert_allclose(run.activity("far/p")[3:], 0.81, rtol=1e-6)
    np.testing.assert_allclose(run.activity("one/p")[3:], 1.0, rtol=1e-6)


@pytest.mark.parametrize(("keep", "reserve"), [(1.0, 1.0), (0.5, 0.5), (0.5, 0.6), (0.5, 1.0)])
def test_a_bus_on_the_way_passes_on_however_full_its_battery_is_kept(keep, reserve):
    """Its battery first gets out of the surplus what the second line leaves it; then the surplus goes on."""
    way = (line("ridge", "hub", keep=keep, name="one"), line("hub", "end", reserve=reserve, name="two"))
    end = (asset("end"), load(1.8, node="end", name="far"))
    run = Run(source(20.0), load(1.0), HUB, battery(4.0, 2.4, "hub"), *end, *way, hours=3)
    np.testing.assert_allclose(run.activity("far/p")[-3:], 1.8, rtol=1e-6)
    held = run.amount("battery/b")
    assert held[-1] >= 4.0 * reserve * (1.0 - 1e-5)
    assert held[-1] == held[-3]
    np.testing.assert_allclose(run.activity("one/p")[-3:], 1.8 / 0.81, rtol=1e-6)  # no more than is used


def test_what_a_bus_on_the_way_makes_itself_is_not_brought_to_it_for_others():
    way = (line("ridge", "hub", keep=0.5, name="one"), line("hub", "end", reserve=0.5, name="two"))
    end = (asset("end"), load(1.8, node="end", name="far"))
    made = (source(3.0), HUB, source(1.5, "hub", "own"), battery(4.0, 2.4, "hub"))
    run = Run(*made, *end, *way, hours=6)
    np.testing.assert_allclose(run.activity("far/p")[1:], 1.8, rtol=1e-6)
    np.testing.assert_allclose(run.activity("one/p")[-3:], (2.0 - 1.5) / 0.9, rtol=1e-6)
    assert run.power("hub")["spilled"].max() < 1e-12


def test_two_lines_one_each_way_help_and_do_not_pump():
    ways = (line("ridge", "hub", name="there"), line("hub", "ridge", name="back"))
    parts = (battery(9.0, 9.0), HUB, battery(9.0, 9.0, "hub", "far battery"))
    run = Run(source(8.0), *parts, load(2.0), load(1.0, node="hub", name="far"), *ways, hours=6)
    np.testing.assert_allclose(run.activity("there/p")[2:], 1.0 / 0.9, rtol=1e-6)  # the first step went on its battery
    assert run.activity("back/p").max() == 0.0
    assert run.amount("far battery/b").min() > 8.8
    idle = Run(*parts, *ways, hours=6)
    assert idle.activity("there/p").max() == idle.activity("back/p").max() == 0.0


@settings(relaxed, max_examples=60)
@given(
    sun=st.lists(st.floats(0.0, 10.0, width=32), min_size=1, max_size=5),
    own=st.floats(0.0, 5.0),
    hunger=st.floats(0.0, 20.0),
    start=st.floats(0.0, 1.0),
    efficiency=st.floats(0.5, 1.0),
    rates=st.tuples(st.floats(0.1, 20.0), st.floats(0.1, 20.0)),
    strain=st.floats(0.0, 0.5),
    reserve=st.floats(0.0, 1.0) | st.just(1.0),
)
def test_no_far_site_costs_the_near_one_a_load_or_its_stores_what_they_are_left(  # noqa: PLR0913, PLR0917
    sun, own, hunger, start, efficiency, rates, strain, reserve
):
    light = np.zeros(41, np.float32)  # dark in the first step, in which nothing has been asked for yet
    light[1:] = np.repeat(sun, -(-40 // len(sun)))[:40]
    kept = {"charge_efficiency": efficiency, "discharge_efficiency": efficiency, "rate_loss": strain}
    kept |= {"charge_limit": rates[0], "discharge_limit": rates[1], "floor_fraction": 0.1}
    near = (source(1.0, series=light), load(own), battery(6.0, 6.0 * start, **kept))
    far = (HUB, load(hunger, node="hub", name="far"), battery(3.0, 0.0, "hub", "far battery"))
    alone = Run(*near, hours=41 / 6)
    run = Run(*near, *far, line("ridge", "hub", reserve=reserve), hours=41 / 6)
    before, after = np.append(6.0 * start, run.amount("battery/b")[:-1]), run.amount("battery/b")
    carries = np.flatnonzero(run.activity("line/p") > 1e-6)
    carries = carries[carries > 0]
    assert (after[carries] >= np.minimum(6.0 * reserve, before[carries]) - 1e-5).all()
    if reserve == 1.0:
        np.testing.assert_allclose(run.activity("load/p"), alone.activity("load/p"), atol=1e-6)
        np.testing.assert_allclose(run.amount("battery/b"), alone.amount("battery/b"), atol=1e-5)
    served = run.activity("load/p")[carries]
    np.testing.assert_allclose(served, own, atol=1e-5)  # it carries nothing while an own load goes short


# ---------------------------------------------------------------- uses of surplus


def test_a_use_of_surplus_takes_what_loads_and_stores_leave_and_no_more():
    run = Run(source(5.0), load(2.0), battery(1.0, 0.0), stack("stack", 9.0), hours=3)
    assert run.activity("stack/p")[:2].max() < 1e-9  # the battery is filled first
    np.testing.assert_allclose(run.activity("stack/p")[3:], 3.0, rtol=1e-6)
    assert run.amount("battery/b")[-1] == pytest.approx(1.0)
    assert run.power()["shed"].sum() == 0.0
    assert run.power()["spilled"][3:].max() < 1e-9


def test_a_load_that_comes_up_in_this_step_comes_before_a_use_of_surplus():
    wave = (np.arange(24) % 2).astype(np.float32)
    run = Run(source(3.0), load(2.0, series=wave), battery(1.0, 1.0), stack("stack", 9.0), hours=4)
    assert run.amount("battery/b").min() == pytest.approx(1.0)
    np.testing.assert_allclose(run.activity("stack/p")[1:], 1.0, rtol=1e-6)


def test_a_use_of_surplus_never_draws_on_stores():
    run = Run(load(0.5), battery(5.0, 5.0), stack("stack", 9.0, fill=0.2), hours=3)
    assert run.activity("stack/p").max() == 0.0


def test_what_brings_power_to_a_use_of_surplus_is_a_line_from_true_surplus():
    """The far stack makes of the near surplus, through the line, until it is full; no battery is drawn for it."""
    far = (HUB, load(1.0, node="hub", name="far"), stack("stack", 2.0, node="hub", room=2.0))
    run = Run(source(6.0), load(1.0), *far, line("ridge", "hub", reserve=0.5), battery(9.0, 9.0), hours=6)
    stacked = run.activity("stack/p")
    np.testing.assert_allclose(stacked[3:7], 2.0, rtol=1e-6)
    assert stacked.sum() / 6.0 == pytest.approx(2.0, rel=1e-5)
    np.testing.assert_allclose(run.activity("line/p")[-6:], 1.0 / 0.9, rtol=1e-6)  # no more than the load, once full
    dark = Run(load(1.0), *far, line("ridge", "hub", reserve=0.5), battery(9.0, 9.0), hours=2)
    assert dark.activity("stack/p").max() == 0.0
    assert dark.activity("far/p")[1:].min() == pytest.approx(1.0)  # a load's lack is worth the battery


def test_what_follows_a_demand_gives_no_more_than_stores_have_room_for():
    cell = asset("cell", Process("p", {"electricity": 1.0}, 9.0, control=FollowDemand("electricity", 0.9)))
    run = Run(load(1.0), cell, battery(10.0, 2.0, charge_limit=0.5), hours=3)
    np.testing.assert_allclose(run.activity("cell/p")[1:], 1.5, rtol=1e-6)
    assert run.power()["spilled"].max() < 1e-12


def test_what_takes_only_surplus_must_draw():
    with pytest.raises(ScenarioError, match="draws no electricity"):
        Run(asset("gift", Process("p", {"electricity": 1.0}, surplus_above=0.5)), hours=1)
