"""What facts are in words: whoever reads a key learns from the components that take it."""

from __future__ import annotations

from moonstation.components.fact_meaning import _BESIDES, meaning_of
from moonstation.facts.table import all_facts


def test_a_fact_is_what_the_parameters_that_take_it_say():
    assert meaning_of("thermal.blanket_conductance") == "insulation, inside to outer skin"
    assert meaning_of("thermal.legs_conductance") == "legs, cables and mounts to the ground"
    assert meaning_of("thermal.switch_closed") == "radiator off here / louvers shut here"


def test_a_number_of_a_failure_is_told_with_what_breaks():
    words = meaning_of("failure.battery.regulator.crew_h")
    assert words == "work of people to mend it: charge regulator trips or fails"


def test_every_fact_of_a_failure_is_told():
    keys = [key for key in all_facts() if key.startswith("failure.") and not key.startswith("failure.general.")]
    assert keys
    assert [key for key in keys if not meaning_of(key)] == []


def test_what_models_look_up_by_themselves_is_told_beside():
    assert meaning_of("rover.battery_floor") == "share of a vehicle's battery that stays untouched"
    assert _BESIDES.keys() <= all_facts().keys()
    assert [key for key in _BESIDES if meaning_of(key) != _BESIDES[key]] == [], "a parameter says it, too"


def test_what_nobody_says_is_nothing():
    assert meaning_of("iss.water_recovery") == meaning_of("no.such_fact") == meaning_of("") == ""
