"""A piece of work is told the facts that it stood on: all of them, and no others."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import pytest

from moonstation.facts.table import lookup
from moonstation.facts.usage import MadeWhenAsked, fact_cache, fact_cache_of, overridden, recorded


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


def test_an_overridden_fact_has_another_value_inside_the_block_and_keeps_its_source() -> None:
    plain = lookup("crew.oxygen")
    with recorded() as keys, overridden({"crew.oxygen": 1.5, "moon.gm": 1.0}):
        assert lookup("crew.oxygen") == replace(plain, value=1.5)
        with overridden({"crew.oxygen": 2.5}):
            assert lookup("crew.oxygen").value == 2.5
            assert lookup("moon.gm").value == 1.0
        assert lookup("crew.oxygen").value == 1.5
    assert lookup("crew.oxygen") == plain
    assert keys == {"crew.oxygen", "moon.gm"}


def test_caches_never_mix_overridden_facts_with_the_tables() -> None:
    calls: list[str] = []

    @fact_cache
    def value(key: str) -> float:
        calls.append(key)
        return lookup(key).value

    with overridden({"crew.oxygen": 1.5}):
        assert value("crew.oxygen") == 1.5
        assert value("moon.gm") == lookup("moon.gm").value
    assert value("crew.oxygen") == lookup("crew.oxygen").value
    with overridden({"crew.oxygen": 2.5}), recorded() as keys:
        assert value("crew.oxygen") == 2.5
        assert value("moon.gm") == lookup("moon.gm").value
    assert keys == {"crew.oxygen", "moon.gm"}
    assert calls == ["crew.oxygen", "moon.gm", "crew.oxygen", "crew.oxygen"]


def test_another_thread_sees_the_tables_values() -> None:
    seen = []
    with overridden({"crew.oxygen": 1.5}):
        thread = Thread(target=lambda: seen.append(lookup("crew.oxygen").value))
        thread.start()
        thread.join()
    assert seen == [lookup("crew.oxygen").value]
