"""Light along a way: the same numbers as at single places, and drives that begin at any hour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from moonstation.core.time import TimeGrid
from moonstation.moon.area import area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.horizon import compute_horizon
from moonstation.moon.site import site_light
from moonstation.moon.ways import light_along as module
from moonstation.moon.ways.light_along import light_along
from moonstation.moon.ways.route import SlopeLimits, find_way, nearest_pixel
from moonstation.moon.ways.slope import relief

GRID = TimeGrid.between("2030-07-01", "2030-09-01", "2h")


@pytest.fixture(scope="module")
def crater(tmp_path_factory, write_dem):
    """A bowl of 4 km radius and 400 m depth round the pole: dark floor, lit rim."""
    r = np.hypot(*np.mgrid[-20:21, -20:21]) * 400.0
    heights = np.where(r < 4e3, 400.0 * (r / 4e3) ** 2, 400.0).astype(np.float32)
    return open_dem(write_dem(tmp_path_factory.mktemp("dem") / "crater.tif", heights))


@pytest.fixture(scope="module")
def way(crater):
    ground = relief([crater], area_of(crater))
    floor = np.zeros(ground.area.shape, dtype=bool)
    floor[nearest_pixel(ground, -90.0, 0.0)] = True
    return find_way(ground, nearest_pixel(ground, -89.85, 0.0), floor, SlopeLimits(15.0))


def test_each_waypoint_has_the_light_of_its_place(crater, way):
    light = light_along(way, [crater], GRID)
    for number in (0, way.pixels.size // 2, way.pixels.size - 1):
        place = float(way.latitude_deg[number]), float(way.longitude_deg[number])
        alone = site_light(compute_horizon([crater], *place, 2.0), GRID).summary
        assert light.sun_visible_mean[number] == alone["sun_visible_mean"]
        assert light.longest_dark_h[number] == alone["longest_dark_h"]
        assert light.earth_visible_mean[number] == alone["earth_visible_mean"]
    assert light.summary["sun_visible_least"] == 0.0  # the floor is in shadow
    assert light.summary["longest_dark_h"] == pytest.approx(GRID.count * GRID.step_h)
    assert 0.0 < light.summary["sun_visible_mean"] < light.sun_visible_mean[0]
    assert [set(row) for row in light.rows()] == [
        {"sun_visible_mean", "longest_dark_h", "earth_visible_mean"}
    ] * way.pixels.size


def test_a_drive_looks_at_each_waypoint_when_it_is_there(crater, way):
    light = light_along(way, [crater], GRID)
    # 4.5 km at 0.2 m/s: 6 h. A light that goes on at step 40 everywhere shines on the parts reached after it.
    on = np.zeros_like(light.lit)
    on[:, 40:] = True
    drives = replace(light, lit=on).lit_share
    late = np.rint(way.distance_m / 0.2 / 3600.0 / GRID.step_h).astype(int)
    assert drives.size == GRID.count - late.max()
    for start in (0, 40 - late.max(), 40 - late.max() // 2, 40, 100):
        assert drives[start] == pytest.approx(light.share[start + late >= 40].sum())
    assert replace(light, lit=on).summary["lit_share_best"] == pytest.approx(1.0)
    best = replace(light, lit=on).summary["best_start_utc"]
    assert np.datetime64(best.removesuffix("Z")) in set(GRID.utc[36:41])


def test_shares_stand_for_the_length_and_a_long_way_is_thinned(crater, way, monkeypatch):
    monkeypatch.setattr(module, "MOST_PLACES", 6)
    told = []
    light = light_along(way, [crater], GRID, progress=lambda done, total: told.append((done, total)))
    assert light.waypoints[0] == 0
    assert light.waypoints[-1] == way.pixels.size - 1
    assert light.waypoints.size <= 6
    assert light.share.sum() == pytest.approx(1.0)
    assert sum(bool(row) for row in light.rows()) == light.waypoints.size
    assert told[-1] == (light.waypoints.size, light.waypoints.size)


def test_a_period_shorter_than_the_drive_has_no_best_hour(crater, way):
    light = light_along(way, [crater], TimeGrid.between("2030-07-01", "2030-07-01T04:00Z", "2h"))
    assert light.summary["best_start_utc"] is None
    assert light.summary["lit_share_mean"] is None
