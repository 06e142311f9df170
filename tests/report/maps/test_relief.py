"""Hill-shade follows Lambert's law, leaves level ground as it is, and takes the finest heights."""

from __future__ import annotations

import math

import numpy as np
import pytest
from map_frames import polar

from moonstation.core.errors import TerrainError
from moonstation.moon.dem import open_dem
from moonstation.report.maps.relief import heights_on, relief, shaded


def plane(right: float, up: float) -> np.ndarray:
    """Heights that rise by ``right`` to the right and ``up`` up the page, 10 m pixels."""
    x, y = np.meshgrid(np.arange(9) * 10.0, -np.arange(9) * 10.0)
    return (right * x + up * y).astype(np.float32)


@pytest.mark.parametrize(("right", "up"), [(0.3, 0.0), (0.0, -0.2), (-0.4, 0.5), (0.1, 0.1)])
@pytest.mark.parametrize("azimuth_deg", [0.0, 90.0, 315.0])
def test_a_slope_is_lit_by_lamberts_law(right, up, azimuth_deg):
    altitude, azimuth = math.radians(40.0), math.radians(azimuth_deg)
    normal = np.array([-right, -up, 1.0]) / math.sqrt(1 + right**2 + up**2)
    lamp = np.array(
        [math.sin(azimuth) * math.cos(altitude), math.cos(azimuth) * math.cos(altitude), math.sin(altitude)]
    )
    lit, flat = max(float(normal @ lamp), 0.0), math.sin(altitude)
    expected = lit / flat - 1.0 if lit < flat else (lit - flat) / (1.0 - flat)
    found = relief(plane(right, up), 10.0, azimuth_deg, 40.0, 1.0)
    assert found.shade[4, 4] == pytest.approx(expected, abs=1e-5)


def test_level_ground_and_gaps_keep_their_colour():
    heights = plane(0.0, 0.0)
    heights[2, 3] = np.nan
    colours = np.random.default_rng(1).uniform(size=(9, 9, 3))
    np.testing.assert_allclose(shaded(colours, relief(heights, 10.0).shade), colours, atol=1e-6)


def test_flat_country_is_exaggerated_and_mountains_are_not():
    assert relief(plane(0.5, 0.0), 10.0).exaggeration == 1.0
    assert relief(plane(0.15, 0.0), 10.0).exaggeration == 3.0
    assert relief(plane(1e-4, 0.0), 10.0).exaggeration == 12.0


def test_heights_come_from_the_finest_model_that_has_them(raster, bowl):
    plain = np.full((20, 20), 5000.0, "float32")
    plain[:, 10:] = np.nan
    fine = raster("fine", plain, corner=(-1000.0, 1000.0), posting_m=100.0)
    heights = heights_on(polar(3_000.0, side=60), [open_dem(fine), open_dem(bowl)])
    assert heights[30, 25] == pytest.approx(5000.0, abs=1.0)
    assert abs(heights[30, 35] - 2000.0 * (550.0 / 12_000.0) ** 2) < 10.0
    assert abs(heights[30, 5] - 2000.0 * (2450.0 / 12_000.0) ** 2) < 10.0


def test_a_vanished_model_is_told(bowl):
    dem = open_dem(bowl)
    bowl.unlink()
    with pytest.raises(TerrainError, match=r"bowl\.tif"):
        heights_on(polar(3_000.0), [dem])
