"""A piece of work is told the facts that it stood on: all of them, and no others."""

from __future__ import annotations

import pytest

from moonstation.facts.table import lookup
from moonstation.facts.usage import MadeWhenAsked, fact_cache, fact_cache_of, recorded


def test_blocks_may_be_nested_and_the_outer_one_hears_of_the_inner() -> None:
    with recorded() as outer:
        lookup("moon.gm")
        with recorded() as inner:
            lookup("crew.oxygen")
        assert inner == {"crew.oxygen"}
    assert outer == {"moon.gm", "crew.oxygen"}
    lookup("crew.oxygen")
    assert outer == {"moon.gm", "crew.oxygen"}, "nothing is noted after the block"


def test_a_cached_result_notes_the_facts_of_its_own_arguments_again() -> None:
    calls: list[str] = []

    @fact_cache
    def value(key: str) -> float:
        calls.append(key)
        return lookup(key).value

    value("crew.oxygen")
    for key in ("crew.oxygen", "moon.gm", "moon.gm"):
        with recorded() as keys:
            assert value(key) == lookup(key).value
        assert keys == {key}
    assert calls == ["crew.oxygen", "moon.gm"]


def test_a_bounded_cache_forgets_the_oldest() -> None:
    calls: list[int] = []

    @fact_cache_of(2)
    def value(number: int) -> int:
        calls.append(number)
        return number

    for number in (1, 2, 1, 3, 2, 1):
        assert value(number) == number
    assert calls == [1, 2, 3, 1]


def test_values_made_when_asked_note_only_what_was_asked_for() -> None:
    table = MadeWhenAsked(["crew.oxygen", "moon.gm"], lambda key: lookup(key).value)
    with recorded() as keys:
        assert list(table) == ["crew.oxygen", "moon.gm"]
        assert len(table) == 2
        assert "moon.gm" in table
        assert table.get("crew.air") is None
    assert keys == set()
    with recorded() as keys:
        assert table["moon.gm"] == lookup("moon.gm").value
    assert keys == {"moon.gm"}
    with pytest.raises(KeyError):
        table["crew.air"]
