"""What every component says about how it fails, over the whole registry, without exclusions."""

from __future__ import annotations

import math
import re

import pytest
from place import ConstantPlace

from moonstation.components.contract import Primitives
from moonstation.components.failure_modes import (
    RANGES,
    FailureMode,
    ModeNumbers,
    fact_keys,
    kit_mass_kg,
    modes_of,
    numbers_of,
    part_mass_key,
)
from moonstation.components.registry import components
from moonstation.core.errors import RangeError
from moonstation.core.time import TimeGrid
from moonstation.facts.table import all_facts, lookup
from moonstation.facts.usage import overridden

GRID = TimeGrid.between("2030-01-01", "2030-01-02", "1h")
PARTS = ("distillation_assembly", "fluids_pump", "pressure_pump", "separator_plumbing")
KIT = [f"{part}.{number}" for part in PARTS for number in ("life_kg", "limit_kg", "spare_kg")]
every_component = pytest.mark.parametrize("cls", components().values(), ids=components().keys())


def parts_of(cls) -> set[str]:
    parts: Primitives = cls(**cls.example).primitives(ConstantPlace(GRID))
    return {part.name for part in (*parts.processes, *parts.stores)}


@every_component
def test_it_declares_how_it_fails_or_why_it_does_not(cls):
    reason = getattr(cls, "no_failures", "")
    assert bool(modes_of(cls)) != bool(reason.strip()), "give failures, or no_failures with the reason"


@every_component
def test_its_modes_are_named_explained_and_affect_what_it_has(cls):
    names = [mode.name for mode in modes_of(cls)]
    assert len(set(names)) == len(names)
    for mode in modes_of(cls):
        assert re.fullmatch(r"[a-z][a-z0-9 -]*", mode.name)
        assert mode.doc.strip()
        assert set(mode.affects) | set(mode.meter) <= parts_of(cls), mode.name
        numbers = numbers_of(cls.kind, mode)
        assert bool(mode.meter) == (min(numbers.limit_kg, numbers.life_kg) < float("inf")), mode.name


@every_component
def test_its_modes_have_numbers_with_unit_and_source(cls):
    for mode in modes_of(cls):
        numbers = numbers_of(cls.kind, mode)
        for name, key in fact_keys(cls.kind, mode).items():
            fact = lookup(key)
            assert getattr(numbers, name) == fact.value
            assert fact.unit == RANGES[name][0], key
            assert fact.source.strip(), key
        if mode.spare:
            assert min(numbers.robot_h, numbers.crew_h) < float("inf"), f"{mode.name}: nobody can fit the spare"


@every_component
def test_the_ranges_of_its_numbers_are_ranges_that_a_mode_may_have(cls):
    for mode in modes_of(cls):
        keys = fact_keys(cls.kind, mode)
        for end in ("low", "high"):
            values = {key: getattr(lookup(key), end) for key in keys.values()}
            with overridden({key: value for key, value in values.items() if value is not None}):
                numbers_of(cls.kind, mode)


def test_every_fact_about_failures_belongs_to_a_mode():
    modes = [(kind, mode) for kind, cls in components().items() for mode in modes_of(cls)]
    known = {key for kind, mode in modes for key in fact_keys(kind, mode).values()}
    known |= {key for kind, mode in modes if (key := part_mass_key(kind, mode))}
    assert {
        key for key in all_facts() if key.startswith("failure.") and not key.startswith("failure.general.")
    } == known


@every_component
def test_what_parts_weigh_is_told_in_kg_and_all_limits_of_a_type_are_of_one_kind(cls):
    weighed = [mode for mode in modes_of(cls) if part_mass_key(cls.kind, mode)]
    limits = {
        (numbers.limit_kg < float("inf"), numbers.limit_h < float("inf"))
        for numbers in (numbers_of(cls.kind, mode) for mode in weighed)
    }
    assert limits <= {(True, False)} or limits <= {(False, True)}
    masses_kg = [lookup(part_mass_key(cls.kind, mode)) for mode in weighed]
    assert all(mass.unit == "kg" and mass.value > 0 for mass in masses_kg)
    kit_kg = kit_mass_kg(cls.kind, modes_of(cls))
    assert (kit_kg is None) == (not weighed)
    if kit_kg is not None:
        assert min(mass.value for mass in masses_kg) <= kit_kg <= max(mass.value for mass in masses_kg)


def test_a_kit_weighs_the_parts_as_often_as_they_fail_or_are_changed_whichever_comes_first():
    # of the urine processor's parts each is needed once in life (1 - exp(-limit / life)) of work
    facts = {key: lookup(f"failure.urine_processor.{key}").value for key in KIT}
    rates = {
        part: 1.0 / (life * -math.expm1(-facts[f"{part}.limit_kg"] / life))
        for part, life in ((part, facts[f"{part}.life_kg"]) for part in PARTS)
    }
    expected_kg = sum(facts[f"{part}.spare_kg"] * rate for part, rate in rates.items()) / sum(rates.values())
    modes = modes_of(components()["urine_processor"])
    assert kit_mass_kg("urine_processor", modes) == pytest.approx(expected_kg, rel=1e-12)


def test_parts_of_one_kind_have_their_facts_in_common():
    keys = [fact_keys("radiator_loop", FailureMode(name, "stops")) for name in ("pump 1", "pump 2", "pump")]
    assert keys[0] == keys[1] == keys[2]
    assert keys[0]["life_h"] == "failure.radiator_loop.pump.life_h"


def test_numbers_that_cannot_be_are_told_all_at_once():
    with pytest.raises(RangeError) as told:
        ModeNumbers(life_h=0.5, shape=0.0, remaining=1.0, on_landing=2.0)
    assert {fault.where for fault in told.value.faults} == {"life_h", "shape", "remaining", "on_landing"}
    with pytest.raises(RangeError, match="neither a life, a cause nor a limit"):
        ModeNumbers(remaining=0.5)


def test_a_mode_without_numbers_says_which_facts_are_missing():
    with pytest.raises(RangeError, match=r"failure\.tank\.rust\.life_h"):
        numbers_of("tank", FailureMode("rust", "goes brown"))


def test_a_component_from_outside_gives_its_own_numbers():
    own = ModeNumbers(life_h=1000.0, crew_h=2.0)
    assert numbers_of("mine", FailureMode("stall", "stalls", numbers=own)) is own
