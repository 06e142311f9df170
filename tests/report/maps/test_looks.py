"""The colour bar holds every value, ends at round numbers, and has a unit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.report.maps.looks import look_of

NAMES = [
    "sun_visible_mean",
    "earth_visible_mean",
    "longest_dark_h",
    "temperature_max_k",
    "ice_stable_depth_m",
    "unknown_km",
]


@pytest.mark.parametrize("name", NAMES)
@given(values=st.lists(st.floats(1e-3, 1e5), min_size=1, max_size=20))
def test_nothing_is_cut_off(name, values):
    shown = np.array([*values, np.nan])
    low, high = look_of(name).ends(shown)
    assert low <= min(values) * (1 + 1e-6)
    assert high >= max(values) * (1 - 1e-6)
    assert low < high


@pytest.mark.parametrize(
    ("name", "values", "ends"),
    [
        ("sun_visible_mean", [3.0, 71.0], (0.0, 80.0)),
        ("sun_visible_mean", [0.0, 87.7], (0.0, 90.0)),
        ("earth_visible_mean", [40.0, 52.0], (0.0, 100.0)),
        ("longest_dark_h", [2.2, 6800.0], (2.0, 8000.0)),
        ("temperature_max_k", [37.0, 338.0], (0.0, 350.0)),
        ("temperature_mean_k", [92.0, 118.0], (90.0, 120.0)),
        ("ice_stable_depth_m", [0.0, 0.779], (0.0, 0.8)),
        ("height_m", [-2785.0, 6100.0], (-3000.0, 7000.0)),
    ],
)
def test_ends_are_round(name, values, ends):
    assert look_of(name).ends(np.array(values)) == pytest.approx(ends)


def test_an_unknown_map_takes_its_unit_from_its_name():
    assert look_of("path_length_km").unit == "km"
    assert look_of("path_length_km").title == "Path length"
    assert look_of("odd", "A title", "W").unit == "W"
    assert all(look_of(name).unit for name in NAMES)


def test_a_map_without_any_value_still_has_a_bar():
    assert look_of("sun_visible_mean").ends(np.array([np.nan])) == (0.0, 1.0)


@pytest.mark.parametrize("values", [[np.nan], [0.0, 0.0], [0.0, np.nan]])
def test_a_bar_of_logarithms_never_begins_at_nothing(values):
    low, high = look_of("longest_without_earth_h").ends(np.array(values))  # the Earth never sets in a short period
    assert 0.0 < low < high
