"""Sky-lines of maps: closed forms on synthetic Moons, and properties that hold on any terrain."""

from __future__ import annotations

import math

import numpy as np
import pytest

from moonstation.core.errors import RangeError, TerrainError
from moonstation.moon.area import area_around, area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.horizon import compute_horizon
from moonstation.moon.sweep.sky_lines import NO_SKY_LINE, QUANTUM_DEG, sky_lines

R = 1_737_400.0


def dip_deg(height_m):
    """Dip of a sphere's horizon: the line of sight touches where cos(dip) = R / (R + h)."""
    return -math.degrees(math.acos(R / (R + height_m)))


@pytest.mark.parametrize("eye_m", [2.0, 100.0])
def test_a_smooth_sphere_has_the_dip_of_a_sphere(eye_m, tmp_path, write_dem):
    dem = open_dem(write_dem(tmp_path / "m.tif", lambda lat, _: 0.0 * lat, dtype="float64"))
    lines = sky_lines([dem], area_around(dem, -89.7, 30.0, 4.0), eye_m, 24, reach_km=25.0)
    assert lines.elevation_deg() == pytest.approx(np.full((24, 10, 10), dip_deg(eye_m)), abs=QUANTUM_DEG)
    assert lines.ground_m == pytest.approx(np.zeros((10, 10)))


def test_a_pixels_horizon_is_that_of_the_point_engine(tmp_path, write_dem):
    dem = open_dem(write_dem(tmp_path / "m.tif", lambda lat, lon: 900 * np.sin(lat * 40) * np.cos(np.radians(lon * 3))))
    lines = sky_lines([dem], area_of(dem, (4000.0, 2000.0, 5200.0, 3200.0)), 5.0, 180, reach_km=30.0)
    ours = lines.horizon(1, 2)
    exact = compute_horizon([dem], ours.latitude_deg, ours.longitude_deg, 5.0, 3600, reach_km=30.0)
    error = ours.elevation_deg - exact.elevation_at(ours.azimuth_deg)
    assert np.sqrt(np.mean(error**2)) < 0.05


def test_an_observer_without_ground_has_no_sky_line(tmp_path, write_dem):
    heights = np.zeros((41, 41))
    heights[20, 20] = -9999.0
    dem = open_dem(write_dem(tmp_path / "m.tif", heights, nodata=-9999.0))
    lines = sky_lines([dem], area_of(dem, (-600.0, -600.0, 600.0, 600.0)), 2.0, 8)
    assert lines.elevation.shape == (8, 3, 3)
    assert np.isnan(lines.ground_m).sum() == 1
    assert np.all(lines.elevation[:, 1, 1] == NO_SKY_LINE)
    with pytest.raises(TerrainError, match="no ground"):
        lines.horizon(1, 1)


def test_bad_numbers_are_refused_together(tmp_path, write_dem):
    dem = open_dem(write_dem(tmp_path / "m.tif", lambda lat, _: 0 * lat, side=21))
    with pytest.raises(RangeError) as error:
        sky_lines([dem], area_of(dem), -1.0, 2, reach_km=0.0, threads=0)
    assert len(error.value.faults) == 4
