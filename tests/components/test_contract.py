"""What every component owes, over the whole registry, without exclusions.

A component declares ``example`` (values for its required parameters, and switches that bring out every flow); its flows
are compared with what that example really compiles into. A flow's bus may name a parameter: ``data@{relay}``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from place import ConstantPlace

from moonstation.components.contract import (
    HoldLevel,
    Hysteresis,
    Parameter,
    Primitives,
    Process,
    Surroundings,
    Thermostat,
    parameters,
)
from moonstation.components.quantities import ELEMENTS, quantities
from moonstation.components.registry import components
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup

DOCS = Path(__file__).resolve().parents[2] / "docs" / "models"
GRID = TimeGrid.between("2030-01-01", "2030-01-03", "10min")
FAMILIES = ("energy", "thermal", "comms", "life_support", "robotics", "science", "isru")
#: Units that leave no trace in a parameter's name.
BARE_UNITS = ("-", "name", "persons")
_WORDS = {"yr": "(yr|years?)", "d": "(d|days?)", "h": "(h|hours?)", "1": "", "%": "percent"}

every_component = pytest.mark.parametrize("cls", components().values(), ids=components().keys())


def compiled(cls, place=None) -> Primitives:
    return cls(**cls.example).primitives(place or ConstantPlace(GRID))


def quantity_of(bus: str) -> str:
    return bus.split("@", maxsplit=1)[0]


def is_text(item: Parameter) -> bool:
    return item.unit == "name"


def suffix_pattern(unit: str) -> str:
    """Pattern of the piece that a unit leaves in a name: kWh/kg -> kwh_kg or kwh_per_kg."""
    words = [_WORDS.get(word, re.escape(word.lower())) for word in re.split(r"[\s/*]+", unit)]
    return "_(per_)?".join(words) if words[0] else "per_" + "_(per_)?".join(words[1:])


def series_of(parts: Primitives) -> Iterator[tuple[str, np.ndarray]]:
    for process in parts.processes:
        if process.series is not None:
            yield f"{process.name}.series", process.series
    for node in parts.thermal_nodes:
        for field in dataclasses.fields(node):
            value = getattr(node, field.name)
            if isinstance(value, np.ndarray):
                yield f"{node.name}.{field.name}", value


def real_flows(parts: Primitives) -> set[tuple[str, str]]:
    flows = {(store.bus, "store") for store in parts.stores}
    for process in parts.processes:
        flows |= {(bus, "in" if amount < 0 else "out") for bus, amount in process.recipe.items() if amount}
    return flows


def test_the_registry_has_components():
    assert components()


@every_component
def test_it_is_a_frozen_dataclass_of_a_known_family_and_says_what_it_is(cls):
    assert cls.__dataclass_params__.frozen
    assert cls.family in FAMILIES
    assert re.fullmatch(r"[a-z][a-z0-9_]*", cls.kind)
    assert not cls.__doc__.startswith(f"{cls.__name__}("), "no docstring"
    assert cls.leaves_out.strip()
    assert cls.flows


@every_component
def test_declared_flows_are_the_real_ones(cls):
    component = cls(**cls.example)
    values = {item.name: getattr(component, item.name) for item in parameters(cls)}
    declared = [(flow.bus.format(**values), flow.direction) for flow in cls.flows]
    assert len(set(declared)) == len(declared), "a flow is declared twice"
    assert set(declared) == real_flows(compiled(cls))
    assert all(flow.doc.strip() for flow in cls.flows)
    assert {quantity_of(bus) for bus, _ in declared} <= set(quantities())


@every_component
def test_mass_closes_per_element_in_every_process_within_the_station(cls):
    for process in compiled(cls).processes:
        if not process.boundary:
            assert_closes(process)


def assert_closes(process: Process) -> None:
    made_of = {bus: quantities()[quantity_of(bus)].composition for bus in process.recipe}
    for element in ELEMENTS:
        amounts = [amount * made_of[bus].get(element, 0.0) for bus, amount in process.recipe.items()]
        assert abs(sum(amounts)) <= 1e-9 * max(map(abs, amounts), default=0.0), f"{process.name}: {element}"


@every_component
def test_parameters_have_unit_meaning_range_and_origin(cls):
    for item in parameters(cls):
        assert item.doc.strip(), item.name
        assert item.unit, item.name
        if item.unit not in BARE_UNITS:
            assert re.search(rf"(^|_){suffix_pattern(item.unit)}(_|$)", item.name), f"{item.name} [{item.unit}]"
        if not is_text(item):
            assert item.low is not None, f"{item.name} has no lower bound"
            assert item.high is not None, f"{item.name} has no upper bound"
            assert item.low <= item.high


@every_component
def test_defaults_lie_in_range_and_facts_have_the_parameters_unit(cls):
    for item in parameters(cls):
        value = item.default
        if item.fact_key:
            fact = lookup(item.fact_key)
            assert fact.unit == item.unit, f"{item.name} [{item.unit}] takes {item.fact_key} [{fact.unit}]"
            value = fact.value
        if value is dataclasses.MISSING:
            continue
        if is_text(item):
            assert not item.choices or value in item.choices
        else:
            assert item.low <= value <= item.high, item.name


@every_component
def test_the_example_names_every_required_parameter_and_only_known_ones(cls):
    declared = {item.name: item for item in parameters(cls)}
    assert set(cls.example) <= set(declared)
    assert {name for name, item in declared.items() if item.required} <= set(cls.example)
    for name, value in cls.example.items():
        if not is_text(declared[name]):
            assert declared[name].low <= value <= declared[name].high, name


@every_component
def test_the_manual_names_it_and_says_what_is_left_out(cls):
    page = (DOCS / f"{cls.family}.md").read_text(encoding="utf-8")
    assert f"`{cls.kind}`" in page
    assert "What this leaves out" in page


@every_component
def test_series_fit_the_grid(cls):
    for name, series in series_of(compiled(cls)):
        assert series.shape == (GRID.count,), name
        assert series.dtype == np.float32, name
        assert np.isfinite(series).all(), name
        assert (series >= 0).all(), name


@every_component
def test_primitives_refer_to_each_other_by_name(cls):
    parts = compiled(cls)
    nodes = {node.name for node in parts.thermal_nodes}
    for group in (parts.stores, parts.processes, parts.thermal_nodes):
        names = [part.name for part in group]
        assert len(set(names)) == len(names)
    for process in parts.processes:
        assert {process.heat_node, process.works_in} <= nodes | {""}, process.name
        if isinstance(process.control, Thermostat):
            assert process.control.node in nodes
        if isinstance(process.control, Hysteresis | HoldLevel):
            assert quantity_of(process.control.bus) in quantities()
        assert {quantity_of(lock.bus) for lock in process.interlocks} <= set(quantities())
    assert_tree({node.name: node.parent for node in parts.thermal_nodes})


def assert_tree(parent: dict[str, str]) -> None:
    for name in parent:
        seen, at = set(), name
        while at:
            assert at in parent, f"{name} hangs on an unknown node {at}"
            assert at not in seen, f"{name} hangs in a circle"
            seen.add(at)
            at = parent[at]


@every_component
def test_amounts_are_physical(cls):
    parts = compiled(cls)
    for store in parts.stores:
        assert 0 <= store.start <= store.capacity
        assert 0 <= store.floor_fraction < 1
        assert 0 < store.charge_efficiency <= 1
        assert 0 < store.discharge_efficiency <= 1
        assert min(store.loss_per_h, store.fade_per_cycle, store.fade_per_h) >= 0
    for process in parts.processes:
        assert 0 <= process.priority <= 9
        assert process.limit >= 0
        assert 0 <= process.min_fraction <= 1
    for node in parts.thermal_nodes:
        assert node.heat_capacity_j_k > 0
        assert node.work_min_k < node.work_max_k
        assert node.survive_min_k < node.start_k < node.survive_max_k


@every_component
def test_it_compiles_the_same_twice_and_at_a_dark_silent_place(cls):
    dark = ConstantPlace(GRID, sun_disc_fraction=0.0, earth_disc_fraction=0.0, earth_contact=0.0, relay_visible=0.0)
    first, second = compiled(cls), compiled(cls)
    assert [process.recipe for process in first.processes] == [process.recipe for process in second.processes]
    for (name, one), (_, two) in zip(series_of(first), series_of(second), strict=True):
        np.testing.assert_array_equal(one, two, err_msg=name)
    assert real_flows(compiled(cls, dark)) == real_flows(first)


def test_a_constant_place_answers_every_question_of_the_contract():
    place: Surroundings = ConstantPlace(GRID, relay_distance_km=9000.0)
    assert isinstance(place, Surroundings)
    assert place.relay_distance_km("queqiao-2").shape == (GRID.count,)
    with pytest.raises(TypeError, match="sun_distance_au"):
        ConstantPlace(GRID, sun_distance_km=1.0)
