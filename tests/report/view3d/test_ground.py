"""The mesh of the terrain stands where geometry puts it, as seen from the eye."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from terrain import cone

from moonstation.core.errors import TerrainError
from moonstation.moon.dem import open_dem
from moonstation.report.view3d.ground import MOST_SIDE, ground_around

RADIUS_M = 1_737_400.0


@pytest.mark.parametrize(("lat", "lon"), [(-89.45, 222.7), (-90.0, 30.0), (12.0, -40.0)])
def test_a_cone_falls_by_its_slope_and_by_the_moons_curvature(tmp_path: Path, lat: float, lon: float) -> None:
    ground = ground_around([open_dem(cone(tmp_path / "cone.tif", lat, lon))], lat, lon, 10.0, size_km=20.0)
    middle = ground.height_m.shape[0] // 2
    assert ground.height_m[middle, middle] == pytest.approx(3000.0, abs=10.0)  # the tip is smoothed
    assert ground.up_km[middle, middle] == pytest.approx(-0.010, abs=1e-6)
    column = int(np.argmin(np.abs(ground.east_km - 8.0)))
    away_m = ground.east_km[column] * 1e3
    arc = 2.0 * math.atan(away_m / (2.0 * RADIUS_M))  # Snyder 1987, eq. 20-3 turned round
    height = 3000.0 - 0.1 * away_m
    expected = (RADIUS_M + height) * math.cos(arc) - (RADIUS_M + ground.height_m[middle, middle] + 10.0)
    assert ground.up_km[middle, column] * 1e3 == pytest.approx(expected, abs=0.5)


def test_north_is_up_the_mesh_and_it_stays_small(tmp_path: Path) -> None:
    dem = open_dem(cone(tmp_path / "cone.tif", -89.0, 10.0, posting_m=50.0))
    ground = ground_around([dem], -89.0, 10.0, 2.0, size_km=9.9)
    assert max(ground.height_m.shape) <= MOST_SIDE
    assert ground.north_km[0] > 0 > ground.north_km[-1]
    assert ground.reach_km == pytest.approx(4.95, abs=0.1)


def test_a_place_without_terrain_is_told(tmp_path: Path) -> None:
    dem = open_dem(cone(tmp_path / "cone.tif", -89.0, 10.0))
    with pytest.raises(TerrainError, match="no terrain to show"):
        ground_around([dem], -60.0, 10.0, 2.0)
