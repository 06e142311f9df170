"""A frame knows its places, its scale and its north."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from map_frames import RADIUS_M, polar


@given(lat=st.floats(-89.9, -75.0), lon=st.floats(-179.0, 179.0))
def test_places_come_back(lat, lon):
    frame = polar()
    back_lat, back_lon = frame.places_of(*frame.map_of(lat, lon))
    assert float(back_lat) == pytest.approx(lat, abs=1e-9)
    assert float(back_lon) == pytest.approx(lon, abs=1e-7)


@pytest.mark.parametrize("lat", [-90.0, -88.0, -85.0, -76.0])
def test_the_scale_of_a_polar_map_is_snyders(lat):
    frame = polar()
    x, y = frame.map_of(lat, 40.0)
    expected = 2.0 / (1.0 + math.sin(math.radians(-lat)))  # Snyder 1987, eq. 21-4 at the pole, true there
    assert frame.scale(float(x), float(y)) == pytest.approx(expected, rel=1e-6)


def test_the_range_of_scale_runs_from_the_pole_to_the_corners():
    frame = polar(400_000.0)
    low, high = frame.scale_range()
    corner = math.hypot(400_000.0, 400_000.0)
    assert low == pytest.approx(1.0, abs=1e-6)
    assert high == pytest.approx(1.0 + (corner / (2.0 * RADIUS_M)) ** 2, rel=1e-6)


@pytest.mark.parametrize("lon", [0.0, 60.0, 135.0, 222.7, 300.0])
def test_north_points_away_from_the_south_pole(lon):
    away = np.radians(lon)
    frame = polar(5_000.0, (100_000.0 * np.sin(away), 100_000.0 * np.cos(away)))
    assert frame.north_deg() == pytest.approx(lon % 360.0, abs=0.01)
    assert frame.pole() is None
    assert polar(5_000.0).pole() == -90.0


def test_only_places_inside_are_held():
    frame = polar(10_000.0)
    assert frame.holds([-89.9, -89.0], [30.0, 30.0]).tolist() == [True, False]
    assert not bool(frame.holds(-89.7, 0.0, margin=0.1))
