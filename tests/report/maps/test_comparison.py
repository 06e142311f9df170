"""Places side by side: the best lit on top, every fault at once."""

from __future__ import annotations

import pytest
from PIL import Image

from moonstation.core.errors import RangeError
from moonstation.report.maps.comparison import _ranked, comparison_picture

RIDGE = {
    "site": "ridge",
    "height_m": 10.0,
    "sun_visible_mean": 0.8,
    "longest_dark_h": 130.0,
    "earth_visible_mean": 0.5,
    "longest_without_earth_h": 330.0,
}
FLOOR = {**RIDGE, "site": "floor", "sun_visible_mean": 0.0, "longest_dark_h": 163_000.0, "longest_without_earth_h": 0.0}


def test_places_are_compared_in_one_picture(tmp_path):
    low = {**RIDGE, "height_m": 2.0, "sun_visible_mean": 0.7}
    made = comparison_picture([FLOOR, RIDGE, low], tmp_path / "places.png", "2026 to 2044")
    with Image.open(made) as picture:
        picture.load()
        assert picture.text["Description"] == "2026 to 2044"
        assert picture.width == 1210
    assert _ranked([FLOOR, RIDGE, low]) == ["ridge", "floor"]


def test_what_is_missing_is_told_at_once(tmp_path):
    with pytest.raises(RangeError) as caught:
        comparison_picture([{"site": "ridge"}], tmp_path / "never.png")
    assert len(caught.value.faults) == 5
    with pytest.raises(RangeError, match="none to compare"):
        comparison_picture([], tmp_path / "never.png")
