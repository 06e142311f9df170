"""Lines lie at round degrees, and their labels where they leave the frame."""

from __future__ import annotations

import math

import numpy as np
import pytest
from map_frames import RADIUS_M, polar

from moonstation.report.maps.graticule import degrees, graticule


def rho_m(lat_deg: float) -> float:
    """Distance of a latitude circle from the pole on the map [m] (Snyder 1987, eq. 21-12 on the sphere)."""
    return 2.0 * RADIUS_M * math.tan(math.radians(90.0 + lat_deg) / 2.0)


def test_circles_round_the_pole_have_their_radius_and_their_label_on_them():
    found = graticule(polar(400_000.0))
    assert found.latitude_step_deg == 2.0
    radii = {round(float(np.hypot(x, y)[0])) for x, y in found.lines if np.ptp(np.hypot(x, y)) < 1e-3}
    assert {round(rho_m(lat)) for lat in (-88.0, -86.0, -80.0)} <= radii
    for x, y, text in found.inner:
        assert math.hypot(x, y) == pytest.approx(rho_m(-float(text.split("°")[0])), rel=1e-9)


def test_meridians_are_labelled_where_they_cross_the_frame():
    ticks = [
        tick for tick in graticule(polar(400_000.0)).ticks if tick.text.endswith(("E", "W")) or tick.text[0] in "01"
    ]
    top = {tick.text: tick.at_m for tick in ticks if tick.side == "top"}
    assert top["0°"] == pytest.approx(0.0, abs=1.0)
    assert top["30°\u202fE"] == pytest.approx(400_000.0 * math.tan(math.radians(30.0)), rel=1e-4)
    assert {tick.text for tick in ticks if tick.side == "bottom"} >= {"180°", "150°\u202fE", "150°\u202fW"}


@pytest.mark.parametrize("middle", [(30_000.0, -20_000.0), (-80_000.0, 1_000.0), (2_000.0, -90_000.0)])
@pytest.mark.parametrize("half_m", [200.0, 3_000.0, 18_000.0])
def test_a_small_map_gets_a_few_lines_of_each_kind(middle, half_m):
    frame = polar(half_m, middle)
    found = graticule(frame)
    texts = {tick.text for tick in found.ticks}
    parallels = {text for text in texts if text.endswith("S")}
    assert 2 <= len(parallels) <= 16
    assert 2 <= len(texts - parallels) <= 16
    for tick in found.ticks:  # the place of a label has the coordinate that it names
        x0, y0, x1, y1 = frame.bounds_m
        point = {"left": (x0, tick.at_m), "right": (x1, tick.at_m), "bottom": (tick.at_m, y0), "top": (tick.at_m, y1)}
        lat, lon = frame.places_of(*point[tick.side])
        value, letter = float(tick.text.split("°")[0]), tick.text[-1]
        real = {"S": -float(lat), "E": float(lon), "W": -float(lon)}.get(letter, abs(float(lon)))
        assert (real - value + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.02 * found.longitude_step_deg)


@pytest.mark.parametrize(
    ("value", "step", "letters", "text"),
    [
        (-89.5, 0.5, "NS", "89.5°\u202fS"),
        (45.0, 5.0, "NS", "45°\u202fN"),
        (0.0, 30.0, "EW", "0°"),
        (-180.0, 30.0, "EW", "180°"),
        (-12.34, 0.02, "EW", "12.34°\u202fW"),
    ],
)
def test_degrees_have_the_decimals_of_their_step(value, step, letters, text):
    assert degrees(value, step, letters) == text
