"""A user's own component: what it compiles into is looked at when a scenario is read, and refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from habitat import GOOD, asset, faults

from moonstation.components.contract import (
    REGISTRY,
    Flow,
    Interlock,
    Primitives,
    Process,
    Store,
    ThermalNode,
    component,
    param,
)
from moonstation.components.failure_modes import FailureMode, ModeNumbers
from moonstation.scenario.reading import read_scenario


@contextmanager
def registered(compile_it: Callable[[Any], Primitives], failing: tuple[FailureMode, ...] = ()) -> Iterator[None]:
    """A component "splitter" whose ``primitives`` are what ``compile_it`` gives for a place."""

    @component("splitter")
    @dataclass(frozen=True, slots=True)
    class Splitter:
        """Splits water."""

        rate_kg_h: float = param(unit="kg/h", doc="water split", low=0, high=10, default=1.0)
        flows: ClassVar = (Flow("water", "in", "split"), Flow("oxygen", "out", "given off"))
        failures: ClassVar = failing
        leaves_out: ClassVar = "all else"

        def primitives(self, place: Any) -> Primitives:
            return compile_it(place)

    try:
        yield
    finally:
        del REGISTRY["splitter"]


TEXT = GOOD + asset("splitter", "splitter", mission="First lander")


def told(compile_it: Callable[[Any], Primitives], failing: tuple[FailureMode, ...] = ()) -> list[str]:
    with registered(compile_it, failing):
        return faults(TEXT)


def one(**keys: Any) -> Callable[[Any], Primitives]:
    return lambda _place: Primitives(processes=(Process(**{"name": "split", "recipe": {"electricity": -1.0}, **keys}),))


def test_a_component_is_known_from_its_definition_on_and_anew_where_it_is_defined_again():
    assert any("unknown component" in fault for fault in faults(TEXT))
    assert any("does not close" in fault for fault in told(one(recipe={"water": -1.0})))
    with registered(one(recipe={"electricity": -1.0})):
        read_scenario(TEXT)
    assert any("unknown component" in fault for fault in faults(TEXT))


def test_a_recipe_whose_mass_does_not_close_is_refused_by_element():
    # 1 kg of water holds 0.1119 kg of hydrogen and 0.8881 kg of oxygen
    hydrogen, oxygen = told(one(recipe={"electricity": -5.0, "water": -1.0, "oxygen": 1.0}))
    assert 'night.toml:166 assets[9] "splitter"' in hydrogen
    assert "process 'split': its mass does not close, 0.1119 kg of hydrogen vanish" in hydrogen
    assert "it takes 0.1119 kg and gives 0 kg" in hydrogen
    assert "0.1119 kg of oxygen come out of nothing" in oxygen
    assert "it takes 0.8881 kg and gives 1 kg" in oxygen
    assert "its recipe is water -1, oxygen +1 kg/h; balance it with quantities.reaction" in oxygen
    assert "boundary=True" in oxygen


def test_one_that_closes_or_meets_the_ground_is_read():
    for keys in ({"recipe": {"water": -1.0, "grey_water": 1.0}}, {"recipe": {"water": 1.0}, "boundary": True}):
        with registered(one(**keys)):
            assert read_scenario(TEXT).assets[-1].type == "splitter"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"limit": -1.0}, "limit is outside its range; got -1.0; allowed: 0 or more, finite"),
        ({"limit": float("nan")}, "limit is outside its range; got nan"),
        ({"priority": 12}, "priority is outside its range; got 12; allowed: 0 to 9"),
        ({"min_fraction": 1.5}, "min_fraction is outside its range"),
        ({"recipe": {"electricity": float("inf")}}, "has an amount that is no finite number"),
        ({"recipe": {"watr": -1.0}}, "unknown quantity on a bus; got 'watr'; did you mean water?"),
        (
            {"recipe": {"electricity@nowhere": -1.0}},
            "at a place that there is not; got 'nowhere'; allowed: ",
        ),
        ({"heat_node": "box"}, "no such thermal node; got 'box'; allowed: it has none"),
        ({"interlocks": (Interlock("electricity", low=0.8, high=0.2),)}, "may never run"),
    ],
)
def test_numbers_and_names_of_a_process_that_cannot_be_are_refused(keys, words):
    assert any(words in fault for fault in told(one(**keys)))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"capacity": -3.0}, "capacity is outside its range; got -3.0"),
        ({"capacity": 3.0, "start": 4.0}, "start is more than it holds; got 4.0 kWh; allowed: 0 to 3 kWh"),
        ({"capacity": 3.0, "charge_efficiency": 1.2}, "charge_efficiency is outside its range"),
        ({"capacity": 3.0, "floor_fraction": 1.0}, "floor_fraction is outside its range"),
        ({"capacity": 3.0, "fade_per_h": -0.1}, "fade_per_h is outside its range"),
    ],
)
def test_stores_that_cannot_be_are_refused(keys, words):
    store = Store("cell", "electricity", **keys)
    assert any(words in fault for fault in told(lambda _place: Primitives(stores=(store,))))


def test_every_fault_of_a_component_is_told_at_once():
    parts = Primitives(
        stores=(Store("cell", "electricity", -1.0), Store("cell", "electricity", 1.0)),
        processes=(Process("split", {"water": -1.0}, limit=-2.0),),
        thermal_nodes=(ThermalNode("box", heat_capacity_j_k=0.0, start_k=290.0),),
    )
    text = "\n".join(told(lambda _place: parts))
    for words in (
        "has 2 stores of the name 'cell'",
        "capacity is",
        "limit is",
        "does not close",
        "heat_capacity_j_k is",
    ):
        assert words in text


def test_a_failure_of_what_is_not_there_is_refused():
    mode = FailureMode("stall", "stalls", affects=("splitt",), numbers=ModeNumbers(life_h=100.0))
    (only,) = told(one(), (mode,))
    assert "failure mode 'stall' affects what is not there; got 'splitt'; allowed: split; did you mean split?" in only
    (only,) = told(one(), (FailureMode("stall", "stalls"),))
    assert "has no numbers in the facts tables; add facts such as failure.splitter.stall.life_h" in only


def test_a_component_that_breaks_is_told_with_its_line_and_no_traceback():
    (only,) = told(lambda _place: Primitives(processes=(1 / 0,)))
    assert "the component splitter cannot be compiled: ZeroDivisionError: division by zero" in only
    assert "mend it at test_own_component.py:" in only
