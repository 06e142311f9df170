"""The shipped places: every one has its sky-lines, with the terrain that made them; light says what kind they are."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.core.errors import RangeError
from moonstation.moon.dem import open_dem
from moonstation.moon.horizon import compute_horizon
from moonstation.moon.places import SHIPPED_HEIGHTS_M, named_places, nearest_place, place, shipped_horizon
from moonstation.sky.apparent import apparent_directions_on_grid

NAMES = tuple(named_places())


@pytest.mark.parametrize("height_m", SHIPPED_HEIGHTS_M)
@pytest.mark.parametrize("name", NAMES)
def test_every_place_ships_its_sky_line_with_its_origin(name, height_m):
    horizon, where = shipped_horizon(name, height_m), place(name)
    assert (horizon.latitude_deg, horizon.longitude_deg) == (where.latitude_deg, where.longitude_deg)
    assert horizon.height_m == height_m
    assert np.array_equal(horizon.azimuth_deg, np.arange(720) / 2)
    assert np.isfinite(horizon.distance_km).all()
    told = horizon.provenance
    assert told["place"] == name
    assert told["dem"] == "moon_south_75S_400m.tif"
    assert len(told["dem_sha256"]) == 64
    assert (told["dem_posting_m"], told["dem_true_resolution_m"]) == ("400", "474")
    assert told["program"].startswith("moonstation ")
    assert {"reach_attained_km", "ground_height_m", "method", "honest_limit"} <= set(told)


@pytest.mark.parametrize("name", NAMES)
def test_a_higher_eye_sees_a_lower_sky_line(name):
    low, high = (shipped_horizon(name, height_m).elevation_deg for height_m in SHIPPED_HEIGHTS_M)
    assert np.all(high <= low + 0.01)  # the crest is sought between steps, to a hair


@pytest.mark.parametrize("name", NAMES)
def test_light_says_which_places_are_ridges_and_which_cold_traps(name):
    from moonstation.core.time import TimeGrid

    horizon, where = shipped_horizon(name, 10.0), place(name)
    year = TimeGrid.between("2027-01-01", "2028-01-01", "6h")
    sun = apparent_directions_on_grid(where.latitude_deg, where.longitude_deg, year, "sun")
    lit = np.mean(sun.elevation_deg > horizon.elevation_at(sun.azimuth_deg))
    assert lit == 0.0 if where.kind == "cold trap" else lit > 0.6


def test_the_nearest_place_is_found_round_the_pole():
    where = place("shackleton-rim")
    near, away_km = nearest_place(where.latitude_deg + 0.1, where.longitude_deg - 360.0)
    assert (near.name, away_km) == ("shackleton-rim", pytest.approx(0.1 * np.pi / 180.0 * 1737.4, rel=1e-6))
    near, away_km = nearest_place(90.0, 0.0)
    assert (near.name, away_km) == ("amundsen-rim", pytest.approx(np.radians(90.0 + 82.8764) * 1737.4, rel=1e-4))


def test_an_unknown_place_or_height_is_told_with_what_is_there():
    with pytest.raises(RangeError, match="did you mean connecting-ridge"):
        place("conecting-rige")
    with pytest.raises(RangeError, match="allowed: 2 m and 10 m"):
        shipped_horizon("connecting-ridge", 5.0)
    with pytest.raises(RangeError, match="would be under the ground; got -4.0 m; allowed: 2 m and 10 m$"):
        shipped_horizon("connecting-ridge", -4.0)
    with pytest.raises(RangeError, match="no such place"):
        shipped_horizon("atlantis", 10.0)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["connecting-ridge", "haworth-floor"])
def test_the_shipped_tables_are_what_the_terrain_gives(name, shared_data):
    dem = open_dem(shared_data / "terrain" / "moon_south_75S_400m.tif")
    where, shipped = place(name), shipped_horizon(name, 2.0)
    again = compute_horizon([dem], where.latitude_deg, where.longitude_deg, 2.0)
    # They were made by the march, which may pass a crest by: never higher, 0.008 deg lower at 99 %.
    difference = again.elevation_deg - shipped.elevation_deg
    assert np.quantile(np.abs(difference), 0.99) < 0.01
    assert difference.min() > -2e-4
    assert difference.max() < 0.02
    assert again.provenance["dem_sha256"] == shipped.provenance["dem_sha256"]


@pytest.mark.shared
@pytest.mark.parametrize("name", [name for name in NAMES if named_places()[name].kind == "ridge"])
def test_every_ridge_lies_on_its_crest(name, shared_data):
    dem = open_dem(shared_data / "terrain" / "moon_south_75S_400m.tif")
    where = place(name)
    angle = np.radians(np.arange(0.0, 360.0, 5.0))[:, None]
    away = np.degrees(np.arange(200.0, 2001.0, 200.0) / 1_737_400.0)
    # Near the pole the map is flat: go x, y and come back.
    x = (90.0 + where.latitude_deg) * np.sin(np.radians(where.longitude_deg)) + away * np.sin(angle)
    y = (90.0 + where.latitude_deg) * np.cos(np.radians(where.longitude_deg)) + away * np.cos(angle)
    around = dem.sample(np.hypot(x, y) - 90.0, np.degrees(np.arctan2(x, y)))
    assert dem.sample(where.latitude_deg, where.longitude_deg) > around.max() - 50.0
