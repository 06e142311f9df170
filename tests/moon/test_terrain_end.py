"""How far terrain reaches beyond an area."""

from __future__ import annotations

import math

import pytest

from made_terrain import write_bowl
from moonstation.moon.area import area_around
from moonstation.moon.dem import open_dem
from moonstation.moon.terrain_end import terrain_reached, terrain_reached_km

STEP_KM = 310.0 / 155


def test_a_square_round_the_pole_ends_at_its_sides(tmp_path):
    dem = open_dem(write_bowl(tmp_path / "square.tif", 100_000.0, 2000.0, 0.001))
    middle = area_around(dem, -90.0, 0.0, 4.0)
    least_km, median_km = terrain_reached_km([dem], middle)
    assert least_km == pytest.approx(100.0 - 2.0, abs=STEP_KM + 1.0)  # from a corner 2 km off the middle
    # half of all directions leave a square nearer than where it is left at 22.5 deg
    assert median_km == pytest.approx(100.0 / math.cos(math.radians(22.5)), abs=2 * STEP_KM)
    assert terrain_reached([dem], middle) == f"{least_km:.0f} least, {median_km:.0f} median"


def test_a_wider_model_beside_it_reaches_farther_and_no_farther_than_is_looked(tmp_path):
    near = open_dem(write_bowl(tmp_path / "near.tif", 20_000.0, 500.0, 0.001))
    wide = open_dem(write_bowl(tmp_path / "wide.tif", 400_000.0, 8000.0, 0.001))
    area = area_around(near, -89.9, 30.0, 2.0)
    alone, together = terrain_reached_km([near], area), terrain_reached_km([near, wide], area)
    assert alone[0] < 20.0
    assert together == (pytest.approx(310.0), pytest.approx(310.0))
    assert terrain_reached_km([near, wide], area, 50.0) == (pytest.approx(50.0), pytest.approx(50.0))


def test_an_area_beside_the_edge_has_no_terrain_on_one_side(tmp_path):
    dem = open_dem(write_bowl(tmp_path / "square.tif", 50_000.0, 500.0, 0.001))
    edge = area_around(dem, -90.0 + math.degrees(49_500.0 / 1_737_400.0), 90.0, 0.5)
    least_km, median_km = terrain_reached_km([dem], edge)
    assert least_km == 0.0
    assert median_km < 60.0
