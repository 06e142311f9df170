"""The point engine: against the exact march on nests, gaps, seams and poles; its pyramid; its ways through cells."""

from __future__ import annotations

import gc
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from moonstation.moon.dem import Patch
from moonstation.moon.march import Steps, march
from moonstation.moon.projection import (
    bilinear_many,
    native_grid,
    pixel_of,
    pixels_of,
    stereographic_grid,
    unit_vectors,
)
from moonstation.moon.sky_line import nest as nest_module
from moonstation.moon.sky_line.cell_ways import highest_on_way, tangent_of
from moonstation.moon.sky_line.leaf_cells import _look_at_cells
from moonstation.moon.sky_line.looks import local
from moonstation.moon.sky_line.mipmap import LEAF, POSTS, RECORD, direction_of, mipmap
from moonstation.moon.sky_line.nest import nest_of
from moonstation.moon.sky_line.point_horizon import _frame, _limits, point_horizon, sky_line

R = 1_737_400.0
#: Finer than any cell of these tests, also where a coarse cell fills a gap of a finer model.
FINE = Steps(near_share=1 / 64, near=0.02, longest=0.02)


def rough(rows, cols, rms_m, seed):
    """Heights with the fall of power that real terrain has (amplitude as wave number to -1.7)."""
    noise = np.fft.rfft2(np.random.default_rng(seed).normal(size=(rows, cols)))
    wave = np.hypot(np.fft.fftfreq(rows)[:, None] * rows, np.fft.rfftfreq(cols)[None] * cols) + 1.0
    heights = np.fft.irfft2(noise * wave**-1.7, (rows, cols))
    return heights / heights.std() * rms_m


def stereographic(heights, posting, lat=-90.0, lon=0.0, east=0.0, north=0.0):
    rows, cols = heights.shape
    corner = (-cols * posting / 2.0 + east, rows * posting / 2.0 + north)
    grid = stereographic_grid(lat, lon, (posting, 0.0, corner[0], 0.0, -posting, corner[1]), R)
    return Patch(heights.astype(np.float32), grid, posting)


def in_degrees(heights, posting_deg, west, north):
    wkt = CRS.from_proj4(f"+proj=longlat +R={R} +no_defs").to_wkt()
    grid = native_grid(wkt, (posting_deg, 0.0, west, 0.0, -posting_deg, north), R)
    return Patch(heights.astype(np.float32), grid, math.radians(posting_deg) * R)


def laid_on(patch, under, extra):
    """The patch with the heights of another map of the same ground, and some more."""
    rows, cols = patch.heights_m.shape
    at = np.array([direction_of(patch.grid, float(c), float(r)) for r in range(rows) for c in range(cols)])
    heights = bilinear_many(under.heights_m, under.grid[20], pixels_of(under.grid, at)).reshape(rows, cols)
    return Patch((heights + extra).astype(np.float32), patch.grid, patch.posting_m)


def smooth_world(lat, lon):
    x, y = np.cos(np.radians(lat)) * np.cos(np.radians(lon)), np.cos(np.radians(lat)) * np.sin(np.radians(lon))
    return 2000.0 * np.sin(30.0 * x + 2.0) * np.cos(33.0 * y + 1.0) * np.cos(25.0 * np.sin(np.radians(lat)))


WIDE = stereographic(rough(401, 401, 1500.0, 5), 400.0)
FINER = laid_on(stereographic(np.zeros((201, 201)), 40.0, east=3000.0, north=2000.0), WIDE, rough(201, 201, 10.0, 6))
TURNED = laid_on(stereographic(np.zeros((201, 201)), 40.0, lat=-89.85, lon=50.0), WIDE, rough(201, 201, 10.0, 7))
MIDDLE = laid_on(stereographic(np.zeros((161, 161)), 160.0, east=1000.0), WIDE, rough(161, 161, 30.0, 8))


def with_holes(patch, share, seed=9):
    heights = patch.heights_m.copy()
    heights[np.random.default_rng(seed).random(heights.shape) < share] = np.nan
    heights[75:110, 110:150] = np.nan
    heights[:, :15] = np.nan
    return Patch(heights, patch.grid, patch.posting_m)


def world(west):
    lat, lon = np.meshgrid(89.875 - np.arange(720) / 4.0, west + 0.125 + np.arange(1440) / 4.0, indexing="ij")
    return in_degrees(smooth_world(lat, lon), 0.25, west, 90.0)


NESTS = {
    "one map": ([WIDE], -89.7, 30.0, 2.0, 70e3),
    "from its own ground": ([WIDE], -89.7, 30.0, 0.0, 70e3),
    "from high above": ([WIDE], -89.7, 30.0, 5000.0, 70e3),
    "holes": ([with_holes(WIDE, 3e-3)], -89.7, 30.0, 2.0, 70e3),
    "two of one map": ([FINER, WIDE], -89.88, 55.0, 2.0, 60e3),
    "two maps": ([TURNED, WIDE], -89.86, 52.0, 2.0, 60e3),
    "three, the finest with holes": ([with_holes(FINER, 1e-3), MIDDLE, WIDE], -89.88, 55.0, 10.0, 60e3),
    "the pole": ([WIDE], -90.0, 0.0, 2.0, 70e3),
    "part of a map in degrees": ([in_degrees(rough(300, 300, 500.0, 4), 0.02, 337.0, 23.0)], 20.0, 340.0, 5.0, 60e3),
    "over the seam": ([world(0.0)], 0.3, 0.05, 10.0, 200e3),
    "over the other seam": ([world(-180.0)], 10.0, 180.02, 10.0, 200e3),
    "the pole of degrees": ([world(0.0)], -90.0, 0.0, 10.0, 100e3),
    "beside the pole of degrees": ([world(0.0)], 88.9, 200.0, 10.0, 100e3),
}


def ground_m(patches, lat, lon):
    here = unit_vectors(lat, lon)[None]
    heights = [bilinear_many(patch.heights_m, patch.grid[20], pixels_of(patch.grid, here))[0] for patch in patches]
    return next(height for height in heights if np.isfinite(height))


@pytest.mark.parametrize("name", NESTS)
def test_the_engine_agrees_with_a_far_finer_march(name, record_property):
    patches, lat, lon, eye_m, reach_m = NESTS[name]
    eye, count = R + ground_m(patches, lat, lon) + eye_m, 72
    azimuth = np.arange(count) * (360.0 / count)
    fine, fine_m, last_m, gap = march(patches, lat, lon, eye, azimuth, reach_m, R, FINE)
    ours, ours_m, ours_last_m, ours_gap = point_horizon(patches, lat, lon, (eye, R), count, reach_m)
    error = np.abs(ours - fine)
    record_property(f"{name}: 50 90 100 %", np.quantile(error, [0.5, 0.9, 1.0]).round(5).tolist())
    assert np.quantile(error, 0.9) < 0.005
    assert error.max() < 0.03
    assert np.median(np.abs(ours_m - fine_m)) < 0.1 * patches[-1].posting_m
    assert np.abs(ours_last_m - last_m).max() <= 1.5 * patches[-1].posting_m
    assert np.abs(ours_gap - gap).max() < 0.02


@pytest.mark.parametrize("turn", range(4))
def test_the_outer_half_cells_have_heights_just_where_the_march_has(turn):
    heights = np.zeros((41, 41))
    heights[1, :30] = np.nan
    patch = stereographic(np.rot90(heights, turn), 400.0)
    azimuth = np.arange(36) * 10.0 + 1.0  # off the lines of posts
    # From high above, flat ground stands the higher the farther it is: the sky-line is the last height there is.
    place = (-89.99, 40.0, R + 5000.0)
    _, far_m, _, _ = march([patch], *place, azimuth, 30e3, R, FINE)
    _, ours_m, _, _ = point_horizon([patch], *place[:2], (place[2], R), 360, 30e3)
    assert ours_m[1::10] == pytest.approx(far_m, abs=10.0)


@pytest.mark.parametrize("name", ["one map", "from high above", "holes", "two of one map", "the pole", "over the seam"])
def test_azimuths_are_the_same_however_many_are_asked(name):
    # Few cross a leaf ray by ray, many cell by cell; where a ray runs along a side, they differ by as much as a leaf's
    # map misses: 1e-3 pixel of a slope is 1e-4 degrees from 3 km on.
    patches, lat, lon, eye_m, reach_m = NESTS[name]
    eye = R + ground_m(patches, lat, lon) + eye_m
    few, some, many = (point_horizon(patches, lat, lon, (eye, R), count, reach_m)[0] for count in (36, 1440, 18000))
    for part, same in ((few, many[::500]), (some[::8], many[::100])):
        assert part == pytest.approx(same, abs=1e-4)
        assert np.median(np.abs(part - same)) < 1e-6


def test_threads_make_no_difference_to_the_bit():
    patches, lat, lon, eye_m, reach_m = NESTS["two of one map"]
    eye, nest = R + ground_m(patches, lat, lon) + eye_m, nest_of(patches)
    one, *others = (sky_line(nest, lat, lon, (eye, R), (30.0, reach_m), 3600, threads) for threads in (1, 2, 5))
    for other in others:
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("count", [4, 720, 36000])
@pytest.mark.parametrize("leaves", [-13, -5, -1, 0, 2, 9, 20])
def test_rays_along_the_sides_of_leaves_pass_no_crack(count, leaves):
    # The pole and all places on these meridians are posts on a side of leaves: each ray along the map lies on the sides
    # of two, or beside them by less than their maps are straight.
    patch = stereographic(rough(399, 399, 1500.0, 5), 400.0)
    lat, lon = -90.0 + math.degrees(abs(leaves) * LEAF * 400.0 / R), 0.0 if leaves >= 0 else 270.0
    eye, along = R + ground_m([patch], lat, lon) + 2.0, np.arange(4) * 90.0
    exact = march([patch], lat, lon, eye, along, 70e3, R, FINE)[0]
    ours = point_horizon([patch], lat, lon, (eye, R), count, 70e3)[0][:: count // 4]
    assert ours == pytest.approx(exact, abs=0.02)


def test_azimuths_may_begin_anywhere():
    patches, lat, lon, eye_m, reach_m = NESTS["two of one map"]
    nest, radii_m, span_m = nest_of(patches), (R + ground_m(patches, lat, lon) + eye_m, R), (30.0, reach_m)
    whole = sky_line(nest, lat, lon, radii_m, span_m, 3600)[0]
    for first in (1, 777, 3001):
        turned = sky_line(nest, lat, lon, radii_m, span_m, 360, first_deg=0.1 * first)[0]
        assert turned == pytest.approx(np.roll(whole, -first)[::10], abs=1e-6)


def test_a_model_of_one_leaf_has_a_sky_line():
    patch = stereographic(rough(6, 6, 50.0, 3), 400.0)
    azimuth = np.arange(60) * 6.0 + 1.0
    eye = R + ground_m([patch], -90.0, 0.0) + 10.0
    fine, _, _, _ = march([patch], -90.0, 0.0, eye, azimuth, 1500.0, R, FINE)
    ours = point_horizon([patch], -90.0, 0.0, (eye, R), 360, 1500.0)[0][1::6]
    assert ours == pytest.approx(fine, abs=0.03)


@given(st.integers(0, 51 * 51 - 1), st.floats(-0.35, 0.35), st.floats(-0.35, 0.35), st.floats(0.0, 3000.0))
@settings(max_examples=60, deadline=None)
def test_no_point_of_a_cell_lies_beyond_the_cell_s_look(leaf, lat, lon, eye_m):
    mip, limits, half = nest_of([WIDE]).mipmaps[0], _limits((300.0, 100e3), R), (720.0, 180.0, 540.0)
    frame = _frame(-89.0 + lat, 40.0 + lon, (R + 1000.0 + eye_m, R))
    axes = tuple(local(*mip.frames[leaf, k : k + 3], frame) for k in (0, 3, 6))
    record = mip.records[leaf * RECORD + POSTS : (leaf + 1) * RECORD]
    looks = np.empty(288, np.float32)
    _look_at_cells(record, axes, (mip.frames[leaf, 9], mip.frames[leaf, 10]), frame, limits, half, looks)
    corner = np.array([leaf % 51, leaf // 51]) * LEAF - 1.0  # column and row, without the rim
    for i, j in np.ndindex(LEAF, LEAF):
        at = corner + [j, i] + np.random.default_rng(i * LEAF + j).uniform(0.0, 1.0, (5, 2))
        inside = ((at > -0.5) & (at < 400.5)).all(axis=1)
        for col, row in at[inside]:
            east, north, up = local(*direction_of(WIDE.grid, col, row), frame)
            t = math.hypot(east, north) / up
            if not limits[0] < t < limits[1]:
                continue
            height = bilinear_many(WIDE.heights_m, WIDE.grid[20], np.array([[col, row]]))[0]
            tangent = (1.0 - frame[8] / (R + height) * math.hypot(1.0, t)) / t
            turn = math.atan2(east, north) / math.tau * 720.0 % 720.0
            bound, first, last = (float(looks[k * 72 + i * 9 + j]) for k in range(3))
            assert tangent <= bound
            assert not 180.0 <= turn <= 540.0 or first <= turn <= last


def test_heights_off_the_moon_s_limb_are_left_to_the_march():
    wkt = CRS.from_proj4(f"+proj=ortho +lat_0=-90 +R={R} +units=m +no_defs").to_wkt()
    side = 161
    corner = side * 25_000.0 / 2.0  # 2,012 km: the corners of the picture look past the limb
    grid = native_grid(wkt, (25_000.0, 0.0, -corner, 0.0, -25_000.0, corner), R)
    past, empty = np.zeros((side, side), np.float32), np.zeros((side, side), np.float32)
    x = (np.arange(side) - side // 2) * 25_000.0
    empty[np.hypot(x[:, None], x[None]) > R - 50e3] = np.nan
    assert not nest_of([Patch(past, grid, 25_000.0)]).sound
    patch = Patch(past, grid, 25_000.0)
    azimuth = np.arange(8) * 45.0
    expected = march([patch], -89.0, 0.0, R + 2000.0, azimuth, 300e3, R)[0]
    assert np.array_equal(point_horizon([patch], -89.0, 0.0, (R + 2000.0, R), 8, 300e3)[0], expected)
    assert point_horizon([Patch(empty, grid, 25_000.0)], -89.0, 0.0, (R + 2000.0, R), 8, 300e3)[0] == pytest.approx(
        np.full(8, -math.degrees(math.acos(R / (R + 2000.0)))), abs=1e-3
    )


@given(
    st.lists(st.floats(-50.0, 50.0), min_size=25, max_size=25),
    *(st.floats(0.5, 3.5) for _ in range(4)),
    st.floats(0.0, 100.0),
)
@settings(max_examples=150, deadline=None)
def test_a_way_through_cells_finds_the_surface_s_highest_point(posts, col0, row0, col1, row1, eye_m):
    if math.hypot(col1 - col0, row1 - row0) < 0.1:
        return
    flat, radii = np.array(posts, np.float32), (R + eye_m, R)
    start, end = (1e-3, col0, row0), (1.5e-3, col1, row1)
    best, way = highest_on_way(flat, 5, (0.5, 3.5, 0.5, 3.5), start, end, radii, (-np.inf, np.nan))
    with np.errstate(divide="ignore", invalid="ignore"):  # the surface has edges where the way enters a cell
        edges = np.concatenate([(np.arange(5) - col0) / (col1 - col0), (np.arange(5) - row0) / (row1 - row0)])
    s = np.concatenate([np.linspace(0.0, 1.0, 2001), edges[(edges > 0.0) & (edges < 1.0)]])
    at = [(col0 + x * (col1 - col0), row0 + x * (row1 - row0), 1e-3 + x * 5e-4) for x in s]
    sampled = max(tangent_of(flat, 5, (col, row), t, radii) for col, row, t in at)
    assert sampled - 1e-9 <= best <= sampled + 1e-5
    x = (way - 1e-3) / 5e-4
    there = tangent_of(flat, 5, (col0 + x * (col1 - col0), row0 + x * (row1 - row0)), way, radii)
    assert there == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("kind", ["stere", "laea", "ortho", "gnom", "eqc", "longlat"])
def test_a_pixel_s_direction_leads_back_to_the_pixel(kind):
    centre = "+lat_0=-70 +lon_0=30" if kind not in {"eqc", "longlat"} else "+lon_0=30"
    units = "" if kind == "longlat" else "+units=m"
    wkt = CRS.from_proj4(f"+proj={kind} {centre} +R={R} {units} +no_defs").to_wkt()
    posting, west, north = (0.1, 20.0, -40.0) if kind == "longlat" else (3000.0, -150e3, 150e3)
    grid = native_grid(wkt, (posting, 0.0, west, 0.0, -posting, north), R)
    for col, row in ((0.0, 0.0), (17.3, 80.9), (99.5, -0.5)):
        x, y, z = direction_of(grid, col, row)
        assert math.hypot(x, y, z) == pytest.approx(1.0, abs=1e-12)
        assert pixel_of(grid, x, y, z) == pytest.approx((col, row), abs=1e-6)


@pytest.mark.parametrize("patch", [WIDE, world(0.0), with_holes(WIDE, 0.01)])
def test_every_node_of_the_pyramid_holds_what_lies_under_it(patch):
    mip = mipmap(patch)
    rows, cols = patch.heights_m.shape
    random = np.random.default_rng(1)
    for _ in range(300):
        col, row = random.uniform(-0.5, cols - 0.5), random.uniform(-0.5, rows - 0.5)
        direction = np.array(direction_of(patch.grid, col, row))
        height = bilinear_many(patch.heights_m, patch.grid[20], np.array([[col, row]]))[0]
        i, j = int(row + 1.0) // LEAF, int(col + 1.0) // LEAF
        for first, _, across in mip.levels:
            node = first + i * across + j
            angle = 2.0 * math.asin(min(0.5 * np.linalg.norm(mip.caps[node, :3] - direction), 1.0))
            assert angle <= math.atan2(mip.caps[node, 3], mip.caps[node, 4])
            assert not height > mip.tops[node] + 1e-3  # float32; NaN passes
            i, j = i // 2, j // 2


def test_what_a_finer_model_covers_is_left_out_of_the_wider_one():
    nest = nest_of([FINER, WIDE])
    own, wide = nest.mipmaps
    covered = ~np.isfinite(wide.tops[: wide.full.size])
    leaf_km = LEAF * 0.4
    # 8 km x 8 km of 3.2 km leaves: those wholly inside are gone, those on the border are mixed.
    assert 1 <= covered.sum() <= (8.0 / leaf_km) ** 2
    assert 4 <= nest.mixed[1].sum() <= 20
    assert not nest.mixed[0].any()
    assert np.isfinite(own.tops).all()


def test_a_nest_is_built_once_and_forgotten_with_its_heights():
    gc.collect()  # what other tests left
    patch = stereographic(rough(60, 60, 100.0, 1), 400.0)
    known = len(nest_module._kept)
    assert nest_of([patch]) is nest_of([patch])
    assert len(nest_module._kept) == known + 1
    del patch
    gc.collect()
    assert len(nest_module._kept) == known
