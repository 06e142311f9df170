"""Ways over closed-form ground, and what must hold on any ground."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyproj import CRS

from moonstation.core.errors import RangeError, TerrainError
from moonstation.moon.area import MapArea
from moonstation.moon.ways import moves as moves_module
from moonstation.moon.ways.moves import distance_to_m, least_slope_limit_deg, moves_over
from moonstation.moon.ways.route import NoWay, SlopeLimits, Way, find_way, nearest_pixel, notes
from moonstation.moon.ways.slope import Relief, pixel_side_m, rises

R = 1_737_400.0
CRS_WKT = CRS.from_proj4(f"+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R={R} +units=m +no_defs").to_wkt()


def ground(heights, posting=100.0):
    """A relief of given heights round the pole; its edge pixels have no slope and hence no moves."""
    heights = np.asarray(heights, dtype=float)
    rows, cols = heights.shape
    transform = (posting, 0.0, -cols * posting / 2, 0.0, -posting, rows * posting / 2)
    area = MapArea(CRS_WKT, transform, heights.shape, posting)
    side = pixel_side_m(area, heights)
    return Relief(area, heights, *rises(heights, side), np.zeros_like(heights), 5)


def one_target(relief, row, col):
    targets = np.zeros(relief.area.shape, dtype=bool)
    targets[row, col] = True
    return targets


def tilted(slope_deg, side=31, posting=100.0):
    """Ground that rises towards the top of the map."""
    _, y = np.meshgrid(np.arange(side), -np.arange(side))
    return ground(np.tan(np.radians(slope_deg)) * posting * y, posting)


def test_on_flat_ground_the_sixteen_directions_are_straight_and_others_little_longer():
    flat = ground(np.zeros((41, 41)))
    length = distance_to_m(moves_over(flat), one_target(flat, 20, 20), 5.0, 5.0)[1:-1, 1:-1]
    rows, cols = np.mgrid[-19:20, -19:20]
    straight = 100.0 * np.hypot(rows, cols)
    away = straight > 0
    ratio = length[away] / straight[away]
    assert ratio.min() > 1 - 1e-4  # the map is stretched by some 1e-6 so near the pole
    assert ratio.max() < 1.0 / np.cos(np.arctan(0.5) / 2.0) + 1e-4
    exact = (
        (rows == 0)
        | (cols == 0)
        | (abs(rows) == abs(cols))
        | (abs(rows) == 2 * abs(cols))
        | (2 * abs(rows) == abs(cols))
    )
    np.testing.assert_allclose(length[exact], straight[exact], rtol=1e-5)


def test_a_tilted_board_limits_pitch_and_side_tilt():
    board = tilted(12.0)
    up, beside = one_target(board, 5, 15), one_target(board, 15, 25)
    for targets in (up, beside):
        # Slantwise pitch and tilt share the slope: tan 12 / sqrt 2 is 8.5 deg of each.
        assert find_way(board, (15, 15), targets, SlopeLimits(8.0)).needed_slope_deg == pytest.approx(8.55, abs=0.01)
        assert isinstance(find_way(board, (15, 15), targets, SlopeLimits(12.1)), Way)
    # Along the contour the pitch is nothing and the tilt is all; straight up it is the other way round.
    level = find_way(board, (15, 15), beside, SlopeLimits(1.0, 12.1)).summary
    assert level["max_slope_deg"] == pytest.approx(0.0, abs=1e-3)
    assert level["max_cross_slope_deg"] == pytest.approx(12.0, abs=0.01)
    assert level["length_km"] == pytest.approx(1.0, rel=1e-3)
    steep = find_way(board, (15, 15), up, SlopeLimits(12.1, 1.0)).summary
    assert steep["max_cross_slope_deg"] == pytest.approx(0.0, abs=1e-3)
    assert steep["climb_m"] == pytest.approx(1000.0 * np.tan(np.radians(12.0)))
    assert steep["length_km"] == pytest.approx(1.0 / np.cos(np.radians(12.0)), rel=1e-3)
    assert steep["drive_h"] == pytest.approx(1000.0 * steep["length_km"] / 0.2 / 3600.0)


def test_a_steep_board_is_climbed_in_hairpins():
    # 12 deg of slope at a pitch of at most 10: a knight's move off the fall line, or the diagonal, climbs gentler.
    way = find_way(tilted(12.0), (25, 15), one_target(tilted(12.0), 5, 15), SlopeLimits(10.8, 12.0))
    assert way.summary["max_slope_deg"] <= 10.8
    assert way.summary["length_km"] > 2.0 / np.cos(np.radians(12.0)) * 1.05


def wall(height_m=200.0):
    """A wall from side to side with one gap, 10 pixels off the straight way."""
    heights = np.zeros((31, 41))
    heights[14:17, :] = height_m
    heights[14:17, 28:33] = 0.0
    return ground(heights)


def test_a_way_goes_round_a_wall_and_says_what_crossing_it_would_need():
    relief = wall()
    way = find_way(relief, (5, 20), one_target(relief, 25, 20), SlopeLimits(10.0))
    behind = way.pixels[(way.pixels // 41 >= 14) & (way.pixels // 41 <= 16)] % 41
    assert behind.size
    assert set(behind) <= {29, 30, 31}  # within the gap, not along its sides
    assert way.summary["climb_m"] == 0.0
    closed = ground(np.where(np.arange(31)[:, None] % 31 == 15, 50.0, 0.0) * np.ones((31, 41)))
    none = find_way(closed, (5, 20), one_target(closed, 25, 20), SlopeLimits(10.0))
    assert isinstance(none, NoWay)
    # 50 m up in one post: straight on 26.6 deg. A knight's move along the wall takes 25 m in each half, of 112 m: 12.6
    # deg, but the slope beside the wall's crest, over two posts, is 14.0 and all of it counts to the side.
    assert 12.6 < none.needed_slope_deg < 26.6
    assert isinstance(find_way(closed, (5, 20), one_target(closed, 25, 20), SlopeLimits(none.needed_slope_deg)), Way)


def test_no_data_cuts_a_way():
    heights = np.zeros((21, 21))
    heights[10] = np.nan
    relief = ground(heights)
    none = find_way(relief, (4, 4), one_target(relief, 16, 4), SlopeLimits(20.0))
    assert none == NoWay("gaps in the elevation model cut every way to it", None)
    assert find_way(relief, (4, 4), np.zeros((21, 21), dtype=bool), SlopeLimits(20.0)).needed_slope_deg is None


def test_a_start_on_the_target_is_a_way_of_no_length():
    relief = ground(np.zeros((9, 9)))
    way = find_way(relief, (4, 4), one_target(relief, 4, 4), SlopeLimits(5.0))
    assert way.summary["length_km"] == 0.0
    assert way.summary["max_slope_deg"] == 0.0
    assert len(way.rows()) == 1


rough = arrays(np.float64, (11, 12), elements=st.floats(-60.0, 60.0, width=16))


@settings(max_examples=40, deadline=None)
@given(heights=rough, limit=st.floats(3.0, 40.0), ratio=st.floats(0.5, 1.5))
def test_the_needed_limit_gives_a_way_and_less_gives_none(heights, limit, ratio):
    relief = ground(heights)
    targets = one_target(relief, 9, 10)
    limits = SlopeLimits(limit, limit * ratio)
    found = find_way(relief, (1, 1), targets, limits)
    needed = least_slope_limit_deg(moves_over(relief), relief_index(relief, 1, 1), targets, ratio)
    assert isinstance(found, Way) == (needed <= limit + 0.01) or abs(needed - limit) < 0.02
    if isinstance(found, NoWay):
        assert found.needed_slope_deg == pytest.approx(needed)
        if needed <= 60.0 / max(ratio, 1.0):
            assert isinstance(find_way(relief, (1, 1), targets, SlopeLimits(needed, needed * ratio)), Way)
    else:
        assert found.summary["max_slope_deg"] <= limit * (1 + 1e-6)
        assert found.summary["max_cross_slope_deg"] <= limit * ratio * (1 + 1e-6)
        assert found.summary["length_km"] >= 0.1 * np.hypot(8, 9) * 0.999
        back = find_way(relief, (9, 10), one_target(relief, 1, 1), limits)
        assert back.summary["length_km"] == pytest.approx(found.summary["length_km"], rel=1e-6)
        assert back.summary["climb_m"] - back.summary["fall_m"] == pytest.approx(
            found.summary["fall_m"] - found.summary["climb_m"]
        )


def relief_index(relief, row, col):
    return row * relief.area.shape[1] + col


@settings(max_examples=20, deadline=None)
@given(heights=rough, low=st.floats(3.0, 30.0), more=st.floats(0.0, 30.0))
def test_a_vehicle_that_climbs_better_never_has_a_longer_way(heights, low, more):
    moves = moves_over(ground(heights))
    targets = one_target(moves.relief, 5, 5) | one_target(moves.relief, 2, 9)
    gentle, bold = (distance_to_m(moves, targets, limit, limit) for limit in (low, low + more))
    assert np.all(bold <= gentle)


def test_the_map_of_lengths_holds_the_length_of_each_way():
    rng = np.random.default_rng(5)
    relief = ground(rng.normal(0.0, 8.0, (30, 30)))
    targets = np.zeros((30, 30), dtype=bool)
    targets[20:28, 3:12] = True  # a field, of which only the rim matters
    lengths = distance_to_m(moves_over(relief), targets, 15.0, 15.0)
    for start in ((3, 3), (10, 25), (22, 6), (27, 20)):
        way = find_way(relief, start, targets, SlopeLimits(15.0))
        if isinstance(way, Way):
            assert lengths[start] == pytest.approx(1e3 * way.summary["length_km"], rel=1e-6)
        else:
            assert np.isinf(lengths[start])
    assert np.isinf(distance_to_m(moves_over(relief), targets, 15.0, 15.0, limit_m=300.0)[3, 3])


def test_bad_limits_and_places_are_refused(monkeypatch):
    relief = ground(np.zeros((9, 9)))
    with pytest.raises(RangeError) as caught:
        find_way(relief, (4, 4), one_target(relief, 5, 5), SlopeLimits(-1.0, 90.0))
    assert len(caught.value.faults) == 2
    with pytest.raises(TerrainError, match="slope of the ground is not known"):
        find_way(relief, (0, 0), one_target(relief, 5, 5), SlopeLimits(5.0))
    with pytest.raises(TerrainError, match="outside the area"):
        nearest_pixel(relief, -80.0, 0.0)
    assert nearest_pixel(relief, -90.0, 0.0) == (4, 4)
    monkeypatch.setattr(moves_module, "MOST_PIXELS", 50)
    with pytest.raises(RangeError, match="too many pixels"):
        moves_over(relief)


def test_a_coarse_map_of_ways_is_called_coarse():
    assert "400 m" in notes(ground(np.zeros((5, 5)), posting=400.0))[0]
    assert notes(ground(np.zeros((5, 5)), posting=20.0)) == []
