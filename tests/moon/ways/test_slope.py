"""Slope and roughness: exact on planes and cones, NaN beside no-data, the landing ellipse where it should lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from moonstation.core.errors import RangeError
from moonstation.moon.area import MapArea, area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.ways.slope import (
    LandingEllipse,
    Relief,
    coarse_posting_note,
    landing_slopes,
    relief,
    rises,
    roughness_m,
)

R = 1_737_400.0


@pytest.fixture(scope="module")
def dem_of(tmp_path_factory, write_dem):
    def make(heights, **options):
        return open_dem(write_dem(tmp_path_factory.mktemp("dem") / "dem.tif", heights, **options))

    return make


def test_a_plane_on_the_map_has_its_slope_everywhere(dem_of):
    # 0.1 up per map metre towards the right, 0.05 towards the top: over the ground, lengths are shorter by the map's
    # scale and longer by the height above the sphere.
    x, y = np.meshgrid(np.arange(41) - 20.0, 20.0 - np.arange(41))
    dem = dem_of(100.0 * (0.1 * x + 0.05 * y), posting=100.0)
    area = area_of(dem)
    found = relief([dem], area)
    expected = np.degrees(np.arctan(np.hypot(0.1, 0.05) * area.scale() * R / (R + found.ground_m)))
    inner = found.slope_deg[1:-1, 1:-1]
    np.testing.assert_allclose(inner, expected[1:-1, 1:-1], atol=2e-5)  # heights are stored as float32
    assert np.isnan(found.slope_deg[0]).all()
    assert found.rise_east[20, 20] == pytest.approx(0.1, rel=1e-3)
    assert found.rise_north[20, 20] == pytest.approx(0.05, rel=1e-3)


@given(east=st.floats(-1, 1), north=st.floats(-1, 1), level=st.floats(-5000, 5000), side=st.floats(1, 1000))
def test_planes_are_exact_and_smooth(east, north, level, side):
    x, y = np.meshgrid(np.arange(9.0), -np.arange(9.0))
    plane = level + side * (east * x + north * y)
    found_east, found_north = rises(plane, np.full(plane.shape, side))
    np.testing.assert_allclose(found_east[1:-1, 1:-1], east, atol=1e-9)
    np.testing.assert_allclose(found_north[1:-1, 1:-1], north, atol=1e-9)
    np.testing.assert_allclose(roughness_m(plane, 5)[2:-2, 2:-2], 0.0, atol=1e-3)


@pytest.mark.parametrize("slope_deg", [2.0, 12.0, 30.0])
def test_a_cone_round_the_pole_has_one_slope(dem_of, slope_deg):
    # Height falls with the arc from the pole so that the tilt against the level is the same everywhere:
    # dr/dw = -r tan(slope) gives r = r0 exp(-w tan(slope)).
    tangent = np.tan(np.radians(slope_deg))

    def heights(lat, _lon):
        return (R + 2000.0) * np.exp(-np.radians(90.0 + lat) * tangent) - R

    dem = dem_of(heights, posting=100.0, side=121)
    found = relief([dem], area_of(dem))
    away = np.hypot(*np.mgrid[-60:61, -60:61]) > 20  # posts; the difference quotient errs by (posting / radius)^2 / 3
    inner = away & np.isfinite(found.slope_deg)
    assert np.abs(found.slope_deg[inner] - slope_deg).max() < 0.02
    assert inner.sum() > 10_000


def test_a_tilted_board_slopes_the_same_far_from_the_centre_of_the_map(dem_of):
    # At 85 S the map is stretched by 0.2 % only, at 60 S by 7 %: without the scale the slope would be wrong by it.
    def heights(lat, _lon):
        return 500.0 * np.exp((lat + 60.0) * np.pi / 180.0 * 20.0)

    corner = (0.0, 2 * R * np.tan(np.radians(15.0)) + 2000.0)  # round 60 S on the map's y axis
    dem = dem_of(heights, posting=100.0, side=40, corner=corner)
    found = relief([dem], area_of(dem))
    lat, _ = area_of(dem).places()
    ground = heights(lat, None)
    exact = np.degrees(np.arctan(20.0 * ground / (R + ground)))  # dh/dw = 20 h
    inner = np.isfinite(found.slope_deg)
    assert np.abs(found.slope_deg - exact)[inner].max() < 2e-3


def test_roughness_is_the_rms_left_by_the_best_plane():
    rng = np.random.default_rng(3)
    ground = 1500.0 + rng.normal(0.0, 20.0, (12, 14))
    found = roughness_m(ground, 5)
    x, y = np.meshgrid(np.arange(5.0), np.arange(5.0))
    matrix = np.stack([np.ones(25), x.ravel(), y.ravel()], axis=1)
    for r, c in [(2, 2), (5, 7), (9, 11)]:
        window = ground[r - 2 : r + 3, c - 2 : c + 3].ravel()
        left = window - matrix @ np.linalg.lstsq(matrix, window, rcond=None)[0]
        assert found[r, c] == pytest.approx(np.sqrt(np.mean(left**2)), rel=1e-9)
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, -2:]).all()


def test_no_data_spreads_by_the_window_and_no_farther(dem_of):
    heights = np.zeros((21, 21), dtype=np.float32)
    heights[10, 10] = np.nan
    dem = dem_of(heights, nodata=float("nan"))
    found = relief([dem], area_of(dem), window_px=5)
    # Heights are read between posts: at a pixel's own centre a neighbour that has none has no weight, but NaN all the
    # same, so that the gap may be one pixel wider.
    slope_gap = np.isnan(found.slope_deg[2:-2, 2:-2])
    rough_gap = np.isnan(found.roughness_m[2:-2, 2:-2])
    assert slope_gap[8, 8]
    assert rough_gap[6:11, 6:11].all()
    assert slope_gap.sum() <= 25
    assert rough_gap.sum() <= 49
    assert not slope_gap[:6].any()
    assert np.nanmax(found.slope_deg) == 0.0


@pytest.mark.parametrize("window", [0, 1, 4, 103])
def test_a_bad_window_is_refused(dem_of, window):
    dem = dem_of(lambda lat, lon: 0 * lat)
    with pytest.raises(RangeError, match="odd number"):
        relief([dem], area_of(dem), window_px=window)


def _with_slope(slope, area):
    """A relief of a given map of slope, on a map round the pole."""
    tangent = np.tan(np.radians(slope))
    zero = np.zeros_like(tangent)
    return Relief(area, zero, zero, tangent, zero, 5)


@pytest.fixture(scope="module")
def area():
    crs = CRS.from_proj4(f"+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R={R} +units=m +no_defs").to_wkt()
    return MapArea(crs, (100.0, 0.0, 20_000.0, 0.0, -100.0, 2050.0), (41, 41), 100.0)


def test_a_landing_ellipse_lies_along_its_azimuth(area):
    # At 90 deg east of the pole (the map's right) north points right: the long axis of azimuth 0 lies along a row.
    slope = np.zeros((41, 41))
    slope[20, 28] = 12.0
    for azimuth, hit in ((0.0, True), (90.0, False), (180.0, True)):
        steepest, share = landing_slopes(_with_slope(slope, area), LandingEllipse(1000.0, 300.0, azimuth), 10.0)
        assert bool(steepest[20, 20] > 11.9) is hit
        assert bool(share[20, 20] < 1.0) is hit
    flat, _ = landing_slopes(_with_slope(slope, area), LandingEllipse(1000.0, 300.0, 0.0), 15.0)
    assert np.isnan(flat[20, 5])  # the ellipse leaves the map
    assert flat[20, 19] == pytest.approx(12.0)


def test_a_small_ellipse_is_its_own_pixel_and_only_asked_pixels_are_looked_at(area):
    slope = np.arange(41.0 * 41.0).reshape(41, 41) / 100.0
    where = np.zeros((41, 41), dtype=bool)
    where[3, 4] = True
    steepest, share = landing_slopes(_with_slope(slope, area), LandingEllipse(20.0, 10.0), 1.0, where)
    assert steepest[3, 4] == pytest.approx(slope[3, 4])
    assert share[3, 4] == 0.0
    assert np.isfinite(steepest).sum() == 1


def test_a_bad_ellipse_names_all_its_faults(area):
    with pytest.raises(RangeError) as caught:
        landing_slopes(_with_slope(np.zeros((41, 41)), area), LandingEllipse(-1.0, 5.0, 1000.0), 10.0)
    assert len(caught.value.faults) == 3


def test_a_coarse_model_gets_a_warning():
    assert "400 m" in coarse_posting_note(400.0)
    assert "every 474 m: slopes over less than 948 m" in coarse_posting_note(473.802)
    assert coarse_posting_note(20.0) == ""
