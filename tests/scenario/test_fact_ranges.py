"""A fact whose range goes past what takes it is noted with numbers, and drawn within what that allows."""

from __future__ import annotations

import pytest

from moonstation.components.contract import parameters
from moonstation.components.registry import components
from moonstation.facts.table import lookup
from moonstation.scenario.fact_ranges import fact_limits
from moonstation.scenario.reading import library, load_scenario, read_scenario
from moonstation.studies.blueprint import HELD_RANGE, blueprint

WIDE = "cable.temperature"
FIRST_NIGHT = library()["first-night"].read_text("utf-8").replace("end = 2029-08-01", "end = 2029-01-15")
TEXT = FIRST_NIGHT[: FIRST_NIGHT.index("[[milestones]]")].replace(
    "capacity_kwh = 28 ", f'survive_min_k = {{ fact = "{WIDE}" }}\ncapacity_kwh = 28 '
)


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(TEXT, step="1h")


def coldest():
    return next(item for item in parameters(components()["battery"]) if item.name == "survive_min_k")


def test_it_is_noted_with_both_ranges_and_where_it_is_drawn(scenario):
    fact, item = lookup(WIDE), coldest()
    assert fact.low < item.low < fact.value < item.high < fact.high, "else this shows nothing"
    (note,) = [str(note) for note in scenario.notes if WIDE in str(note)]
    assert "survive_min_k" in note.split(": ")[0]
    assert f"is known from {fact.low:g} to {fact.high:g} K, which goes past what survive_min_k may be" in note
    assert f"many lives draw it from {item.low:g} to {item.high:g}; allowed: {item.low:g} to {item.high:g} K" in note


def test_many_lives_draw_it_within_what_takes_it(scenario):
    drawn = {fact.key: fact for fact in blueprint(scenario).sampled}[WIDE]
    assert (drawn.low, drawn.mode, drawn.high) == (coldest().low, lookup(WIDE).value, coldest().high)
    assert drawn.quantile([0.0, 1.0]).tolist() == [drawn.low, drawn.high]


def test_a_fact_that_may_have_one_value_alone_is_held(scenario, monkeypatch):
    one = lookup(WIDE).value
    monkeypatch.setattr("moonstation.studies.blueprint.fact_limits", lambda _: {WIDE: (one, one)})
    plan = blueprint(scenario)
    assert {fact.key: fact.reason for fact in plan.held}[WIDE] == HELD_RANGE
    assert WIDE not in {fact.key for fact in plan.sampled}


@pytest.mark.parametrize("name", sorted(library()))
def test_no_shipped_scenario_has_such_a_fact(name):
    loaded = load_scenario(name)
    assert not [note for note in loaded.notes if "which goes past what" in str(note)]
    for key, (least, most) in fact_limits(loaded).items():
        fact = lookup(key)
        assert least <= (fact.value if fact.low is None else fact.low)
        assert (fact.value if fact.high is None else fact.high) <= most
