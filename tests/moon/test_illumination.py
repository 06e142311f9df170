"""Shares of discs: closed forms, an independent count of rays, and how they must change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.core.errors import RangeError
from moonstation.moon.horizon import Horizon
from moonstation.moon.illumination import (
    centre_visible,
    covered_fraction,
    disc_fraction,
    earth_disc_fraction,
    earth_radius_deg,
    separation_deg,
    sun_disc_fraction,
    sun_left_by_earth,
    sun_radius_deg,
    sun_visible_fraction,
)
from moonstation.sky.apparent import AU_KM, Apparent

AZIMUTH = np.arange(0.0, 360.0, 0.5)
RADIUS = 0.2666


def sky_line(elevation_deg, azimuth_deg=AZIMUTH):
    elevation = np.broadcast_to(np.asarray(elevation_deg, dtype=float), azimuth_deg.shape)
    return Horizon(azimuth_deg, elevation, np.full(azimuth_deg.shape, np.nan), 2.0, -89.0, 0.0)


def rough(seed=3, size=0.4):
    wave = np.sin(np.radians(3 * AZIMUTH))
    return sky_line(wave + np.random.default_rng(seed).normal(0, size, AZIMUTH.size))


def by_rays(horizon, azimuth, elevation, radius, strips=4000):
    """The disc cut into fine upright strips, each kept above the sky-line in its own azimuth."""
    x = (np.arange(strips) + 0.5) / strips * 2 - 1
    chord = np.sqrt(1 - x**2)
    line = horizon.elevation_at(azimuth + x * radius / np.cos(np.radians(elevation)))
    return np.clip(chord - (line - elevation) / radius, 0, 2 * chord).mean() * 2 / np.pi


# ---------------------------------------------------------------- level horizon


@pytest.mark.parametrize(
    ("over_radius", "fraction"),
    [
        (-1.0, 0.0),  # the upper limb touches
        (0.0, 0.5),  # the centre stands on the horizon
        (1.0, 1.0),  # the lower limb touches
        (0.5, 2 / 3 + np.sqrt(3) / (4 * np.pi)),  # segment of 240 deg: 2/3 of the disc and the triangle in it
        (-0.5, 1 / 3 - np.sqrt(3) / (4 * np.pi)),
        (30.0, 1.0),
        (-30.0, 0.0),
    ],
)
def test_fraction_over_a_level_horizon(over_radius, fraction):
    assert sun_visible_fraction(1.0 + over_radius * RADIUS, 1.0, RADIUS) == pytest.approx(fraction, abs=1e-15)
    assert disc_fraction(sky_line(1.0), 77.7, 1.0 + over_radius * RADIUS, RADIUS) == pytest.approx(fraction, abs=1e-12)


def test_arrays_broadcast():
    assert sun_visible_fraction(np.zeros((3, 1)), np.zeros(4), RADIUS).shape == (3, 4)
    assert disc_fraction(rough(), np.zeros((3, 1)), np.zeros(4), RADIUS).shape == (3, 4)
    assert disc_fraction(rough(), 1.0, 2.0, RADIUS).shape == ()
    assert disc_fraction(rough(), np.empty(0), np.empty(0), RADIUS).shape == (0,)


@pytest.mark.parametrize("radius", [0.0, -0.1, np.nan])
def test_a_radius_that_is_not_positive_is_refused(radius):
    for call in (lambda: sun_visible_fraction(0, 0, radius), lambda: disc_fraction(sky_line(0), 0, 0, radius)):
        with pytest.raises(RangeError, match="radius"):
            call()


# ---------------------------------------------------------------- any sky-line


def test_a_slanted_straight_sky_line_takes_the_segment_by_its_true_distance():
    # A line of slope 1 through a point d below the centre passes the centre at d / sqrt(2).
    step = 0.5
    around = np.arange(0, 360, step)
    slope = np.clip(around - 180.0, -20, 20)  # 1 deg of height per deg of azimuth near azimuth 180
    below = 0.2
    got = disc_fraction(sky_line(slope - below, around), 180.0, 0.0, RADIUS)
    assert got == pytest.approx(sun_visible_fraction(below / np.sqrt(2), 0.0, RADIUS), abs=1e-12)


def test_a_cliff_through_the_centre_hides_half():
    cliff = np.where(AZIMUTH < 180.0, 60.0, -60.0)
    cliff_line = sky_line(np.append(cliff, -60.0), np.append(AZIMUTH, 359.9))
    near = Horizon(
        np.array([0.0, 90.0, 179.999999, 180.000001, 270.0]), np.array([60.0, 60, 60, -60, -60]), np.zeros(5), 2, -89, 0
    )
    assert disc_fraction(near, 180.0, 0.0, RADIUS) == pytest.approx(0.5, abs=1e-5)
    assert disc_fraction(cliff_line, 175.0, 0.0, RADIUS) == 0.0
    assert disc_fraction(cliff_line, 185.0, 0.0, RADIUS) == 1.0


@pytest.mark.parametrize("radius", [0.2666, 0.95])  # Sun, Earth
def test_any_polygon_agrees_with_an_independent_count_of_strips(radius):
    horizon, rng = rough(), np.random.default_rng(5)
    azimuth = rng.uniform(0, 360, 300)
    elevation = horizon.elevation_at(azimuth) + rng.uniform(-1.2, 1.2, 300) * radius
    ours = disc_fraction(horizon, azimuth, elevation, radius)
    theirs = np.array([by_rays(horizon, a, e, radius) for a, e in zip(azimuth, elevation, strict=True)])
    assert ((ours > 0) & (ours < 1)).sum() > 200
    assert np.abs(ours - theirs).max() < 1e-5


def test_the_seam_at_north_is_no_seam():
    horizon = rough()
    turned = sky_line(np.roll(horizon.elevation_deg, 90))  # the same, turned by 45 deg
    azimuth, elevation = np.linspace(-1.0, 1.0, 201), np.full(201, float(horizon.elevation_at(0.0)))
    assert np.allclose(
        disc_fraction(horizon, azimuth % 360, elevation, RADIUS), disc_fraction(turned, azimuth + 45, elevation, RADIUS)
    )
    assert np.array_equal(
        disc_fraction(horizon, azimuth, elevation, RADIUS), disc_fraction(horizon, azimuth % 360, elevation, RADIUS)
    )


def test_uneven_azimuths_are_as_good_as_even_ones():
    horizon = rough()
    extra = np.sort(np.concatenate([AZIMUTH, np.random.default_rng(1).uniform(0, 359.4, 200)]))
    refined = sky_line(horizon.elevation_at(extra), extra)
    azimuth = np.linspace(0, 359, 500)
    elevation = horizon.elevation_at(azimuth) + 0.1
    assert np.allclose(
        disc_fraction(horizon, azimuth, elevation, RADIUS),
        disc_fraction(refined, azimuth, elevation, RADIUS),
        atol=1e-12,
    )


def test_at_the_zenith_a_low_sky_line_hides_nothing():
    assert disc_fraction(rough(), 10.0, 89.99, RADIUS) == 1.0
    assert disc_fraction(sky_line(89.0), 10.0, 90.0, RADIUS) == 1.0
    assert disc_fraction(sky_line(89.9), 10.0, 80.0, RADIUS) == 0.0


angles = st.floats(0, 360)


@settings(deadline=None)
@given(angles, st.floats(-3, 3), st.floats(0.01, 2.0), st.floats(0, 1.0), st.integers(0, 5))
def test_a_higher_disc_or_a_lower_sky_line_never_shows_less(azimuth, elevation, radius, more, seed):
    horizon = rough(seed)
    here = disc_fraction(horizon, azimuth, elevation, radius)
    assert 0.0 <= here <= 1.0
    cosines = np.cos(np.radians([elevation, elevation + more]))
    slack = 1e-9 + 4 * abs(cosines[0] - cosines[1])  # the disc is wider in azimuth when it stands higher
    assert disc_fraction(horizon, azimuth, elevation + more, radius) >= here - slack
    lower = sky_line(horizon.elevation_deg - more)
    assert disc_fraction(lower, azimuth, elevation, radius) >= here - 1e-12


# ---------------------------------------------------------------- Sun and Earth


def body(azimuth, elevation, distance):
    return Apparent(*(np.atleast_1d(np.asarray(value, dtype=float)) for value in (azimuth, elevation, distance)))


def test_sizes_of_the_discs():
    assert sun_radius_deg(AU_KM) == pytest.approx(0.26645, abs=1e-4)
    assert earth_radius_deg(384_400.0) == pytest.approx(0.9497, abs=1e-4)


def test_sun_and_earth_by_name():
    horizon = sky_line(0.0)
    assert sun_disc_fraction(horizon, body(5, 0.26, AU_KM)) == pytest.approx(1.0, abs=0.01)
    assert earth_disc_fraction(horizon, body(5, 0.26, 384_400)) == pytest.approx(0.671, abs=0.005)
    assert centre_visible(horizon, body([5, 5], [0.01, -0.01], AU_KM)).tolist() == [True, False]


# ---------------------------------------------------------------- one disc before another


@pytest.mark.parametrize(
    ("apart", "radius", "cover", "fraction"),
    [
        (0.0, 0.27, 0.95, 1.0),
        (0.0, 0.95, 0.27, (0.27 / 0.95) ** 2),
        (1.23, 0.27, 0.95, 0.0),
        (1.22, 0.27, 0.95, 0.0),
        (0.68, 0.27, 0.95, 1.0),
        (1.0, 1.0, 1.0, 2 / 3 - np.sqrt(3) / (2 * np.pi)),  # each centre on the other's rim: the vesica
    ],
)
def test_covered_fraction_of_two_circles(apart, radius, cover, fraction):
    assert covered_fraction(apart, radius, cover) == pytest.approx(fraction, abs=1e-12)


@given(st.floats(0.05, 2.0), st.floats(0.05, 2.0), st.floats(0, 4), st.floats(0, 0.5))
def test_a_disc_further_off_never_covers_more(radius, cover, apart, more):
    fractions = covered_fraction(np.array([apart, apart + more]), radius, cover)
    assert np.all((fractions >= 0) & (fractions <= 1))
    assert fractions[1] <= fractions[0] + 1e-7


@given(st.floats(0, 360), st.floats(-89, 89), st.floats(0, 360), st.floats(-89, 89))
def test_separation_is_the_angle_between_unit_vectors(az1, el1, az2, el2):
    def unit(azimuth, elevation):
        a, e = np.radians(azimuth), np.radians(elevation)
        return np.array([np.cos(e) * np.sin(a), np.cos(e) * np.cos(a), np.sin(e)])

    u, v = unit(az1, el1), unit(az2, el2)
    truth = np.degrees(np.arctan2(np.linalg.norm(np.cross(u, v)), u @ v))
    assert separation_deg(az1, el1, az2, el2) == pytest.approx(truth, abs=1e-5)


def test_the_earth_covers_the_sun_when_it_stands_before_it():
    sun, earth = body([10, 10, 10], 1.0, AU_KM), body([10, 11, 12], 1.0, 384_400)
    left = sun_left_by_earth(sun, earth)
    assert left[0] == 0.0
    assert 0.0 < left[1] < 1.0
    assert left[2] == 1.0
