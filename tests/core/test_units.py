from __future__ import annotations

import pytest

from moonstation.core.units import shown_unit, unit_in_brackets


@pytest.mark.parametrize("unit", ["", "-", "1"])
def test_a_number_without_a_unit_shows_none(unit):
    assert shown_unit(unit) == ""
    assert unit_in_brackets(unit) == ""


@pytest.mark.parametrize("unit", ["kg", "1/K", "1/yr", "W m-1", "h-1"])
def test_a_unit_that_begins_or_ends_like_the_mark_for_none_stays_whole(unit):
    assert shown_unit(unit) == unit
    assert unit_in_brackets(unit) == f" [{unit}]"
