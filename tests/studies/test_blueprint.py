"""What the lives of an ensemble share, and each life's own network: the same as compiling it the long way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moonstation.facts.table import lookup
from moonstation.facts.usage import overridden
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import library, load_scenario, read_scenario
from moonstation.station.network import compile_station
from moonstation.station.places import Places
from moonstation.station.uncertainty import UncertainFact, latin_hypercube
from moonstation.studies.blueprint import HELD_FAILURES, HELD_PLACE, HELD_SERIES, Blueprint, blueprint

END = "2029-01-20"


@pytest.fixture(scope="module")
def plan() -> Blueprint:
    return blueprint("first-night", end=END)


def the_long_way(values):
    with overridden(values):
        station = build_station(load_scenario("first-night", end=END))
        return compile_station(station, Places.of(station).of_asset)


def assert_same_network(one, other):
    """Equal, but for the rounding of numbers that stand on the mean of a series."""
    for name, table, same in zip(one._fields, one, other, strict=True):
        for column, left, right in zip(table._fields, table, same, strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-14, err_msg=f"{name}.{column}")


def test_a_life_has_the_network_and_the_series_of_its_facts(plan):
    for row in latin_hypercube(plan.sampled, 4, seed=7):
        values = {fact.key: float(value) for fact, value in zip(plan.sampled, row, strict=True)}
        life = plan.member(values)
        made = life.compiled
        known = the_long_way(values)
        assert not life.softened
        assert_same_network(made.network, known.network)
        for one, other in zip(made.columns, known.columns, strict=True):
            np.testing.assert_array_equal(one, other)
        assert [p.capability for _, p in made.processes] == [p.capability for _, p in known.processes]
        assert made.capabilities == known.capabilities


def test_a_life_with_the_tables_values_is_the_nominal_one(plan):
    life = plan.member({fact.key: fact.mode for fact in plan.sampled})
    made = life.compiled
    assert not life.softened
    np.testing.assert_array_equal(life.failures.modes, plan.nominal.failures.modes)
    assert_same_network(made.network, plan.compiled.network)


def test_a_fact_that_is_tried_on_its_own_assets_gives_the_network_of_all_made_anew(plan):
    for fact in plan.sampled:
        for value in (fact.low, fact.high):
            tried, made = plan.tried(fact.key, value), plan._made_with({fact.key: value})
            assert (tried is None) == (made is None), fact.key
            if tried is None or made is None:
                continue
            for table, other in zip(tried.compiled.network, made.compiled.network, strict=True):
                for column, same in zip(table, other, strict=True):
                    np.testing.assert_array_equal(column, same, err_msg=fact.key)
            assert tried.compiled.capabilities == made.compiled.capabilities
            np.testing.assert_array_equal(tried.failures.modes, made.failures.modes, err_msg=fact.key)


def test_a_fact_is_tried_against_the_nominal_life_even_where_that_is_not_known_yet(plan):
    fresh = replace(plan)  # nothing is worked out yet
    fact = next(fact for fact in plan.sampled if fact.key not in plan.of_failures)
    assert fresh.tried(fact.key, fact.high) is not None
    for table, other in zip(fresh._nominal.compiled.network, plan._nominal.compiled.network, strict=True):
        for column, same in zip(table, other, strict=True):
            np.testing.assert_array_equal(column, same)


def test_every_uncertain_fact_is_sampled_or_held_or_changes_nothing(plan):
    sampled, held = {fact.key for fact in plan.sampled}, {fact.key: fact.reason for fact in plan.held}
    assert not sampled & held.keys()
    assert "battery.charge_efficiency" in sampled
    assert held["regolith.albedo_normal"] == HELD_PLACE
    known_range = {key for key in plan.facts if lookup(key).low is not None or lookup(key).high is not None}
    assert sampled | held.keys() <= known_range
    unmoved = known_range - sampled - held.keys()
    for key in sorted(unmoved)[:3]:
        assert_same_network(the_long_way({key: lookup(key).high}).network, plan.compiled.network)


def test_facts_that_shape_a_series_are_held(plan):
    moved = [fact.key for fact in plan.held if fact.reason == HELD_SERIES]
    for key in moved:
        changed = the_long_way({key: UncertainFact(key, *_range(key)).quantile(0.995).item()})
        same = all(np.array_equal(*pair) for pair in zip(changed.columns, plan.compiled.columns, strict=True))
        assert not same, key


def _range(key):
    fact = lookup(key)
    low, high = (fact.value if end is None else end for end in (fact.low, fact.high))
    return low, fact.value, high


def test_facts_that_contradict_each_other_are_softened(plan):
    cold = {"battery.heater_setpoint": 233.0, "battery.survive_min": 273.0}  # the heater would hold dead cells
    life = plan.member(cold)
    made = life.compiled
    assert life.softened
    nominal = plan.compiled.network.thermal
    assert (made.network.thermal.survive_min_k >= nominal.survive_min_k).all()
    assert (made.network.thermal.survive_min_k < 273.0).all()


def test_a_number_that_the_file_gives_as_a_fact_follows_the_fact():
    path = library()["first-night"]
    text = path.read_text("utf-8").replace(
        'name = "lander battery"', 'floor_fraction = { fact = "battery.floor" }\nname = "lander battery"'
    )
    scenario = read_scenario(text, Path(path), end=END)
    plan = blueprint(scenario)
    made = plan.member({"battery.floor": 0.05}).compiled
    assert 0.05 in made.network.stores.floor
    assert 0.05 not in plan.compiled.network.stores.floor


HOUSED_CELL = """
[[assets]]
name = "cell"
type = "oxygen_generator"
site = "landing-place"
mission = "First lander"
housed_in = "lander body"
oxygen_kg_h = 0.001

[[assets]]
name = "water"
type = "tank"
site = "landing-place"
mission = "First lander"
quantity = "water"
capacity_kg = 1
start_kg = 1

[[assets]]
name = "oxygen"
type = "tank"
site = "landing-place"
mission = "First lander"
quantity = "oxygen"
capacity_kg = 1
"""


def test_a_fact_by_which_a_machine_cools_what_houses_it_or_warms_it_is_sampled():
    path = library()["first-night"]
    plan = blueprint(read_scenario(path.read_text("utf-8") + HOUSED_CELL, Path(path), end=END))
    assert "oga.energy" in {fact.key for fact in plan.sampled}
    frugal = plan.member({"oga.energy": lookup("oga.energy_floor").low})  # under the heat that hydrogen holds
    cell = [process.name.startswith("electrolysis") for _, process in plan.compiled.processes]
    assert not frugal.softened
    assert (plan.compiled.network.processes.heat_kw[cell] > 0.0).all()
    assert (frugal.compiled.network.processes.heat_kw[cell] < 0.0).any()


def test_the_digest_tells_other_networks_and_other_light_apart(plan):
    assert plan.digest == blueprint("first-night", end=END).digest
    assert plan.digest != blueprint("first-night", end="2029-01-21").digest


def test_facts_of_failures_differ_from_life_to_life(plan):
    key = next(fact.key for fact in plan.sampled if fact.key.startswith("failure.battery."))
    fact = lookup(key)
    life = plan.member({key: fact.high})
    changed = life.failures.modes != plan.nominal.failures.modes
    assert changed.any()
    assert (life.failures.modes[changed] == fact.high).all()
    assert_same_network(life.compiled.network, plan.compiled.network)


def test_where_nothing_fails_the_facts_of_failures_are_held(plan):
    calm = plan.without_failures()
    gone = {fact.key for fact in plan.sampled} - {fact.key for fact in calm.sampled}
    assert {"failure.battery.regulator.crew_h"} <= gone
    assert "battery.floor" not in gone
    assert {fact.key for fact in calm.held if fact.reason == HELD_FAILURES} == gone
