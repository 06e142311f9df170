"""The sky of a place as a table against the epochs that it was made of."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.core.time import TimeGrid
from moonstation.moon.illumination import sun_left_by_earth, sun_radius_deg, sun_visible_fraction
from moonstation.moon.maps.sky_table import ELEVATION_STEP_DEG, sky_tables
from moonstation.moon.maps.tracks import tracks
from moonstation.moon.projection import unit_vectors
from moonstation.sky.apparent import apparent_directions_on_grid
from moonstation.sky.ephemeris import Ephemeris

R_KM = 1737.4
GRID = TimeGrid.between("2026-01-01", "2027-01-01", "2h")
PLACE = (-88.0, 40.0)


def frame_of(lat_deg, lon_deg):
    """East, north and up: a map whose upward direction is north."""
    lat, lon = np.radians([lat_deg, lon_deg])
    east = [-np.sin(lon), np.cos(lon), 0.0]
    north = [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)]
    return np.array([east, north, unit_vectors(lat_deg, lon_deg)])


@pytest.fixture(scope="module")
def sky():
    frame = frame_of(*PLACE)
    anywhere = tracks(GRID, 10.0, 100.0, Ephemeris.default())  # the other side of the Moon: parallax must be undone
    return sky_tables(anywhere, frame[2] * R_KM, frame, 720)


def total(rows, table, elevation_deg):
    at = (elevation_deg - table.first_deg) / ELEVATION_STEP_DEG
    return sum(np.interp(at, np.arange(row.size), row) for row in rows)


@pytest.mark.parametrize("line_deg", [-3.0, -1.0, -0.33, 0.1, 0.777, 2.0, 3.3])
def test_a_level_sky_line_gets_the_mean_over_all_epochs(sky, line_deg):
    seen = apparent_directions_on_grid(*PLACE, GRID, "sun")
    radius = sun_radius_deg(seen.distance_km)
    left = sun_left_by_earth(seen, apparent_directions_on_grid(*PLACE, GRID, "earth"))
    fraction = left * sun_visible_fraction(seen.elevation_deg, line_deg, radius)
    part = np.mean(seen.elevation_deg + radius > line_deg)
    assert total(sky[0].share, sky[0], line_deg) == pytest.approx(fraction.mean(), abs=1e-4)
    assert total(sky[0].part, sky[0], line_deg) == pytest.approx(part, abs=1e-3)


def test_directions_and_edges_are_those_of_the_place_itself(sky):
    for table, body in zip(sky, ("sun", "earth"), strict=True):
        seen = apparent_directions_on_grid(*PLACE, GRID, body)
        off = (table.path[:, 0] * 0.5 - seen.azimuth_deg + 180.0) % 360.0 - 180.0
        assert np.abs(off).max() <= 0.2501
        radius = table.path[:, 1] - seen.elevation_deg
        clear = radius > -100.0  # the Earth hides no whole Sun in 2026, but may
        assert radius[clear].min() > 0.2
        assert radius[clear].max() < 1.1


def test_the_sky_holds_every_step_once_and_eclipses_take_some_light(sky):
    sun, earth = sky
    assert earth.full.sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    assert sun.full[1].sum() == pytest.approx(1.0, abs=5e-4)
    lost = 1.0 - sun.full[0].sum()
    assert 0.0 < lost < 2e-3  # the lunar eclipses of 3 March and 28 August 2026: a few hours


def test_a_higher_sky_line_never_shows_more_and_any_part_is_never_less_than_the_disc(sky):
    for table in sky:
        assert (np.diff(table.share, axis=1) <= 1e-7).all()
        assert (np.diff(table.part, axis=1) <= 0.0).all()
        assert (table.share <= table.part + 1e-7).all()
