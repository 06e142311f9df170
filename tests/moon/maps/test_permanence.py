"""Shadow is called permanent only after one turn of the Moon's node."""

from __future__ import annotations

import erfa
import numpy as np
import pytest

from moonstation.core.time import parse_utc
from moonstation.facts.table import lookup
from moonstation.moon.maps.permanence import short_period_note
from moonstation.moon.siting.cold_traps import PERMANENT


def test_a_turn_of_the_node_is_that_of_the_mean_longitude():
    century = np.unwrap(erfa.faom03(np.linspace(0.0, 1.0, 101)))  # of 100 Julian years
    years = 2.0 * np.pi / abs(century[-1] - century[0]) * 100.0
    assert lookup("sky.node_turn").value == pytest.approx(years, abs=0.05)


def test_the_period_by_default_and_that_of_cold_traps_are_long_enough():
    assert short_period_note(*map(parse_utc, PERMANENT[:2])) == ""


@pytest.mark.parametrize("end", ["2026-01-08", "2028-01-01", "2044-08-06"])
def test_less_is_told_with_what_it_takes(end):
    note = short_period_note(parse_utc("2026-01-01"), parse_utc(end))
    assert note.startswith("No sunlight in this period")
    assert "18.6 years" in note
