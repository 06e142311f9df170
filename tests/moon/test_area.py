"""The pixels of a map: their places, the turn of north, tiles, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Proj, Transformer

from moonstation.core.errors import RangeError, TerrainError
from moonstation.moon.area import MapArea, area_around, area_of
from moonstation.moon.dem import open_dem

R = 1_737_400.0
DEGREES = f"+proj=longlat +R={R} +no_defs"
MAPS = {
    "south": f"+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R={R} +units=m +no_defs",
    "north": f"+proj=stere +lat_0=90 +lon_0=30 +k=1 +R={R} +units=m +no_defs",
    "true at 80 S": f"+proj=stere +lat_0=-90 +lat_ts=-80 +lon_0=0 +R={R} +units=m +no_defs",
    "local": f"+proj=stere +lat_0=26.1 +lon_0=3.6 +k=1 +x_0=1000 +y_0=-500 +R={R} +units=m +no_defs",
}


def area(crs, side=7, posting=5000.0, west=-10_000.0, north=30_000.0):
    return MapArea(CRS(crs).to_wkt(), (posting, 0.0, west, 0.0, -posting, north), (side, side + 2), posting)


@pytest.fixture(scope="module")
def polar(tmp_path_factory, write_dem):
    return open_dem(write_dem(tmp_path_factory.mktemp("polar") / "m.tif", lambda lat, _: 0.0 * lat, side=201))


@pytest.mark.parametrize("crs", MAPS.values(), ids=MAPS.keys())
def test_places_are_those_of_proj(crs):
    one = area(crs)
    cols, rows = np.meshgrid(np.arange(9) + 0.5, np.arange(7) + 0.5)
    x, y = -10_000.0 + 5000.0 * cols, 30_000.0 - 5000.0 * rows
    lon, lat = Transformer.from_crs(crs, DEGREES, always_xy=True).transform(x, y)
    ours = one.places()
    assert ours[0] == pytest.approx(lat, abs=1e-9)
    turn = (ours[1] - lon + 180.0) % 360.0 - 180.0
    assert np.abs(turn * np.cos(np.radians(lat))).max() < 1e-9
    assert one.bounds_m == (-10_000.0, -5_000.0, 35_000.0, 30_000.0)
    middle = np.array(one.centre)
    assert middle == pytest.approx([ours[0][3, 4], ours[1][3, 4]])


@pytest.mark.parametrize("crs", MAPS.values(), ids=MAPS.keys())
def test_north_is_turned_as_proj_says(crs):
    one = area(crs, west=-11_000.0, north=31_000.0)  # no pixel on the pole, where north is any direction
    lat, lon = one.places()
    step = 1e-5
    to_map = Transformer.from_crs(DEGREES, crs, always_xy=True)
    x0, y0 = to_map.transform(lon, lat - step)
    x1, y1 = to_map.transform(lon, lat + step)
    north = np.degrees(np.arctan2(x1 - x0, y1 - y0))
    assert np.abs((one.convergence_deg() - north + 180.0) % 360.0 - 180.0).max() < 1e-4


@pytest.mark.parametrize("crs", MAPS.values(), ids=MAPS.keys())
def test_lengths_and_areas_are_stretched_as_proj_says(crs):
    here = area(crs, west=-11_000.0, north=31_000.0)
    lat, lon = here.places()
    stretch = np.asarray(Proj(CRS(crs)).get_factors(lon, lat).meridional_scale)
    np.testing.assert_allclose(here.scale(), stretch, rtol=1e-9)
    np.testing.assert_allclose(here.pixel_km2(), 25.0 / stretch**2, rtol=1e-9)


def test_on_the_south_polar_map_north_points_away_from_the_middle():
    # x = rho sin(lon), y = rho cos(lon): the meridian of longitude L runs outwards in direction L, and that is north.
    one = area(MAPS["south"], west=-11_000.0)
    lon = one.places()[1]
    assert np.abs((one.convergence_deg() - lon + 180.0) % 360.0 - 180.0).max() < 1e-9


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(9, 41))
def test_tiles_cover_each_pixel_once_and_keep_their_places(rows, cols, side):
    one = MapArea(CRS(MAPS["local"]).to_wkt(), (100.0, 0.0, 50.0, 0.0, -100.0, 70.0), (rows, cols), 100.0)
    count = np.zeros((rows, cols), dtype=int)
    lat, lon = one.places()
    for part in one.tiles(side):
        count[part] += 1
        tile = one.part(*part)
        assert max(tile.shape) <= side
        assert tile.places()[0] == pytest.approx(lat[part], abs=1e-12)
        assert tile.places()[1] == pytest.approx(lon[part], abs=1e-12)
    assert np.all(count == 1)


def test_a_polar_model_gives_its_own_pixels(polar):
    whole = area_of(polar)
    assert (whole.shape, whole.transform, whole.posting_m) == (polar.shape, polar.transform, 400.0)
    lat, lon = whole.places()
    assert polar.covers(lat, lon).all()
    part = area_of(polar, (-2000.0, 1000.0, 2000.0, 5000.0))
    assert part.shape == (10, 10)
    assert part.bounds_m == pytest.approx((-2200.0, 1000.0, 1800.0, 5000.0), abs=201.0)
    x, y = Proj(polar.crs_wkt)(*part.places()[::-1])
    assert x.min() >= -2000.001
    assert x.max() <= 2000.001
    assert y.min() >= 999.999
    assert y.max() <= 5000.001


def test_a_square_around_a_place_has_the_place_in_its_middle_and_its_size_on_the_ground(polar):
    square = area_around(polar, -89.3, 40.0, 12.0)
    lat, lon = square.centre
    assert math.hypot((lat + 89.3), (lon - 40.0) * math.cos(math.radians(lat))) * math.radians(1.0) * R < 300.0
    assert square.shape == (30, 30)


def test_a_map_in_degrees_gets_a_local_raster_of_its_posting(tmp_path, write_dem):
    path = write_dem(
        tmp_path / "m.tif", lambda lat, _: 0 * lat, crs=DEGREES, posting=0.02, side=301, corner=(337.0, 23.0)
    )
    dem = open_dem(path)
    one = area_of(dem, (339.0, 19.0, 340.0, 20.0))
    lat, lon = one.places()
    lon %= 360.0
    for corner in ((19.0, 339.0), (20.0, 340.0), (19.0, 340.0), (20.0, 339.0)):
        away = np.hypot(lat - corner[0], (lon - corner[1]) * np.cos(np.radians(lat)))
        assert away.min() < 0.02
    assert one.posting_m == pytest.approx(math.radians(0.02) * R)
    assert abs(one.convergence_deg()).max() < 0.4
    assert area_of(dem).shape[0] == pytest.approx(301, abs=8)
    square = area_around(dem, 20.0, 340.0, 30.0)
    assert square.centre == pytest.approx((20.0, -20.0), abs=1e-6)
    assert square.shape[0] == pytest.approx(30e3 / one.posting_m, abs=1)


def test_a_ring_round_the_pole_in_degrees_is_mapped_round_the_pole(tmp_path, write_dem):
    path = write_dem(
        tmp_path / "m.tif", lambda lat, _: 0 * lat, crs=DEGREES, posting=0.5, shape=(20, 720), corner=(0.0, -80.0)
    )
    one = area_of(open_dem(path))
    assert one.centre[0] == pytest.approx(-90.0, abs=0.36)  # half a pixel of half a degree
    assert one.shape[0] == pytest.approx(40, abs=2)


def faults_of(error):
    return " | ".join(str(fault) for fault in error.value.faults)


def test_bounds_that_are_no_box_are_refused_with_every_reason(polar):
    with pytest.raises(RangeError) as error:
        area_of(polar, (2000.0, 5000.0, -2000.0, 1000.0))
    assert len(error.value.faults) == 2
    assert "west must be less" in faults_of(error)
    with pytest.raises(RangeError, match="four numbers"):
        area_of(polar, (math.nan, 0.0, 1.0, 2.0))


def test_degrees_given_for_metres_are_named(polar):
    with pytest.raises(RangeError, match="look like degrees"):
        area_of(polar, (-10.0, -89.0, 10.0, -88.0))


def test_areas_outside_the_model_are_refused(polar, tmp_path, write_dem):
    with pytest.raises(TerrainError, match=r"bounds: leave m.tif.*-40200"):
        area_of(polar, (0.0, 0.0, 90_000.0, 1000.0))
    with pytest.raises(TerrainError, match="does not cover"):
        area_around(polar, 20.0, 10.0, 5.0)
    with pytest.raises(TerrainError, match=r"at most .* km around this place"):
        area_around(polar, -88.8, 0.0, 50.0)
    with pytest.raises(RangeError) as error:
        area_around(polar, -100.0, 400.0, 0.1)
    assert len(error.value.faults) == 3
    whole_moon = write_dem(
        tmp_path / "w.tif", lambda lat, _: 0 * lat, crs=DEGREES, posting=2.0, shape=(90, 180), corner=(0.0, 90.0)
    )
    with pytest.raises(TerrainError, match="no flat map holds it"):
        area_of(open_dem(whole_moon))
