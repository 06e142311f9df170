"""The sky on a ball: straight sight stays straight, paths break where they leave the view, the Earth has its box."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from moonstation.report.view import SkyLine
from moonstation.report.view3d.dome import Dome, bottom_deg, pieces, sky_line_at, stretch_for, swing


@given(azimuth=st.floats(0.0, 360.0), elevation=st.floats(-89.0, 89.0), stretch=st.sampled_from([1.0, 3.0, 10.0]))
def test_a_direction_stands_where_it_is_seen(azimuth, elevation, stretch):
    x, y, z = (float(part) for part in Dome(25.0, stretch).at(azimuth, elevation))
    assert math.hypot(x, y, z / stretch) == pytest.approx(25.0)
    assert math.degrees(math.atan2(z / stretch, math.hypot(x, y))) == pytest.approx(elevation, abs=1e-9)
    turned = (math.degrees(math.atan2(x, y)) - azimuth + 180.0) % 360.0 - 180.0
    assert turned == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("highest", "stretch"), [(0.0, 10.0), (2.0, 10.0), (6.0, 4.0), (10.0, 2.0), (40.0, 1.0)])
def test_low_skies_are_stretched_and_high_ones_are_not(highest, stretch):
    assert stretch_for(highest) == stretch


def test_a_sky_line_closes_over_north():
    line = SkyLine(np.array([0.5, 120.0, 240.0, 359.5]), np.array([2.0, -1.0, 0.0, 4.0]), 10.0)
    assert sky_line_at(line, [0.0, 360.0, 0.5]).tolist() == [3.0, 3.0, 2.0]
    assert bottom_deg(line) == -5.0


@given(arrays(bool, st.integers(1, 60)))
def test_pieces_hold_every_shown_point_and_break_only_between_stretches(shown):
    found = pieces(shown)
    inside = found[found >= 0]
    assert set(np.flatnonzero(shown)) <= set(inside)
    assert np.all(np.diff(inside) > 0)
    for here, after in zip(found[:-1], found[1:], strict=True):
        if here >= 0 and after >= 0:
            assert after == here + 1  # a line is never drawn across what is not shown
    extra = set(inside) - set(np.flatnonzero(shown))
    assert all(shown[each - 1] for each in extra)


@given(middle=st.floats(0.0, 360.0), half=st.floats(0.5, 60.0), seed=st.integers(0, 99))
def test_the_box_holds_the_path_also_over_north(middle, half, seed):
    random = np.random.default_rng(seed)
    azimuth = (middle + np.concatenate([[-half, half], random.uniform(-half, half, 50)])) % 360.0
    elevation = random.uniform(-7.0, 7.0, 52)
    box = swing(azimuth, elevation)
    assert box is not None
    assert box.east_deg - box.west_deg == pytest.approx(2.0 * half, abs=1e-6)
    assert (box.low_deg, box.high_deg) == (elevation.min(), elevation.max())
    assert np.all((azimuth - box.west_deg + 1e-6) % 360.0 <= 2.0 * half + 2e-6)
    edge_azimuth, edge_elevation = box.outline()
    assert (edge_azimuth[0], edge_elevation[0]) == pytest.approx((edge_azimuth[-1], edge_elevation[-1]))


def test_what_goes_round_the_whole_sky_has_no_box():
    assert swing(np.arange(0.0, 360.0, 5.0), np.zeros(72)) is None
