"""The lattice of the sweep: great circles across a map, and hulls against plain comparison of every point."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from moonstation.moon.area import MapArea
from moonstation.moon.sweep.hull import _push
from moonstation.moon.sweep.lattice import RING, TILE, circle_tables, direction_of, lattice_of, line_steps, ring_count

R = 1_737_400.0
SOUTH = f"+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R={R} +units=m +no_defs"
DEGREES = f"+proj=longlat +R={R} +no_defs"


def area(west=-3000.0, north=5000.0, posting=20.0, shape=(40, 50), crs=SOUTH):
    return MapArea(CRS(crs).to_wkt(), (posting, 0.0, west, 0.0, -posting, north), shape, posting)


@settings(deadline=None)
@given(st.integers(-900, 900), st.integers(-900, 900), st.sampled_from([0.0, 0.5, 0.123]))
def test_every_part_of_a_map_hangs_on_the_same_lattice(rows, cols, shift):
    whole = area(west=-3000.0 + 20.0 * shift)
    moved = area(west=-3000.0 + 20.0 * (shift + cols), north=5000.0 - 20.0 * rows)
    one, other = lattice_of(whole), lattice_of(moved)
    assert one.corner == other.corner
    assert (other.origin[0] - one.origin[0], other.origin[1] - one.origin[1]) == (rows, cols)


def test_pixels_of_the_lattice_are_those_of_the_map():
    one = area()
    lattice = lattice_of(one)
    for row, col in ((0, 0), (39, 49), (7, 31)):
        ours = direction_of(lattice.frame, float(lattice.origin[0] + row), float(lattice.origin[1] + col))
        assert ours == pytest.approx(one.directions()[row, col], abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.0, 359.9), st.floats(-3e5, 3e5), st.floats(-3e5, 3e5), st.integers(-300, 300))
def test_circles_cross_the_columns_where_great_circles_do(theta_deg, west, north, lane):
    lattice = lattice_of(area(west=west, north=north, posting=100.0))
    row, col = (origin + (TILE - 1) / 2.0 for origin in lattice.origin)
    theta = math.radians(theta_deg)
    along_cols = abs(math.sin(theta)) >= abs(math.cos(theta))
    steps = line_steps(lattice.origin[1] if along_cols else lattice.origin[0], ring_count(100.0, 100e3))
    v, x = circle_tables(lattice.frame, (row, col), theta, float(TILE), steps, R)
    at = steps.size // 3
    arc = math.atan((x[at, 0] + lane * (x[at, 1] + lane * x[at, 2])) / R)
    ahead = v[at, 0] + lane * (v[at, 1] + lane * v[at, 2])
    # The same arc walked on the sphere from the lane's start, with PROJ for the map.
    start = (row + lane, col) if along_cols else (row, col + lane)
    here = np.array(direction_of(lattice.frame, *start))
    step = 1e-3
    nearby = np.array(direction_of(lattice.frame, start[0] - step * math.cos(theta), start[1] + step * math.sin(theta)))
    tangent = nearby - here
    tangent -= here * (tangent @ here)
    tangent /= np.linalg.norm(tangent)
    growing = math.sin(theta) > 0.0 if along_cols else -math.cos(theta) > 0.0
    end = here * math.cos(arc) + tangent * math.sin(arc) * (1.0 if growing else -1.0)
    lat, lon = math.degrees(math.asin(end[2])), math.degrees(math.atan2(end[1], end[0]))
    map_x, map_y = Transformer.from_crs(DEGREES, SOUTH, always_xy=True).transform(lon, lat)
    end_col = (map_x - lattice.corner[0]) / lattice.posting_m
    end_row = (lattice.corner[1] - map_y) / lattice.posting_m
    u, w = (end_col, end_row) if along_cols else (end_row, end_col)
    assert u == pytest.approx(steps[at], abs=0.02)
    assert w == pytest.approx(ahead, abs=0.02)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(1.0, 50.0), st.floats(-300.0, 300.0)), min_size=1, max_size=60), st.floats(0, 400))
def test_a_hull_keeps_the_highest_point_of_all_for_any_eye(points, eye):
    gaps, heights = np.array(points, dtype=np.float32).T
    x = np.cumsum(gaps)[::-1].astype(np.float32)  # far to near
    hull = np.zeros((x.size + 2, 4), dtype=np.float32)
    count = 0
    for here, height in zip(x, heights, strict=True):
        count = _push(hull, count, here, height)
    kept = (hull[:count, 1] - eye) / (hull[:count, 0] + 5.0)
    every = (heights - eye) / (x + 5.0)
    assert kept.max() == pytest.approx(every.max(), rel=1e-4, abs=1e-4)
    slopes = hull[1:count, 2]
    assert np.all(np.diff(slopes) > 0.0)  # steeper and steeper towards the eye: convex


def test_rings_reach_as_far_as_asked():
    for reach in (1e3, 50e3, 310e3):
        count = ring_count(20.0, reach)
        steps = line_steps(0, count)
        assert (steps.max() - (TILE - 1)) * 20.0 > reach - 2**count * 20.0
        assert steps.size == TILE + 2 * RING * count
