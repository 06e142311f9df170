"""Apparent directions against positions and rotations of ANISE, light time worked out here, aberration by IAU SOFA."""

from __future__ import annotations

from pathlib import Path

import anise
import erfa
import numpy as np
import pytest
from anise.astro import Frame
from anise.constants import Frames
from anise.time import Epoch
from anise.utils import convert_fk

from moonstation.sky.apparent import apparent_directions, body_vectors_moon_me_km
from moonstation.sky.ephemeris import Ephemeris

LIGHT_KM_S = 299792.458
COUNT = 1000
FRAMES = {"sun": Frames.SUN_J2000, "earth": Frames.EARTH_J2000}


@pytest.fixture(scope="module")
def almanac(tmp_path_factory):
    frames = tmp_path_factory.mktemp("anise") / "moon.epa"
    convert_fk(str(Path(__file__).parents[1] / "spice" / "moon_me_de421.tf"), str(frames), False, True)
    positions, orientation = Ephemeris.default().paths
    return anise.Almanac(str(positions)).load(str(orientation)).load(str(frames))


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(7)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, COUNT)))
    first, last = Ephemeris.default().span_tdb
    tdb = rng.uniform(first + 60, last - 60, COUNT)  # the rotation rate below reaches a minute either way
    return tdb, latitude, rng.uniform(-180, 360, COUNT)


def state(almanac, frame, tdb):
    orbit = almanac.translate_geometric(frame, Frames.SSB_J2000, Epoch.from_tdb_seconds(tdb))
    return np.array([orbit.x_km, orbit.y_km, orbit.z_km]), np.array([orbit.vx_km_s, orbit.vy_km_s, orbit.vz_km_s])


def rotation(almanac, tdb):
    return np.array(almanac.rotate(Frames.MOON_J2000, Frame(301, 31007), Epoch.from_tdb_seconds(tdb)).rot_mat)


def exact_direction(almanac, body, tdb, latitude_deg, longitude_deg):
    """East, north, up components of the apparent direction, aberration by IAU SOFA."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    to_me = rotation(almanac, tdb)
    moon, moon_velocity = state(almanac, Frames.MOON_J2000, tdb)
    site = moon + to_me.T @ (1737.4 * up)
    turn = (rotation(almanac, tdb + 60) - rotation(almanac, tdb - 60)) / 120
    velocity = moon_velocity + turn.T @ (1737.4 * up)
    delay = 0.0
    for _ in range(5):
        away = state(almanac, FRAMES[body], tdb - delay)[0] - site
        delay = np.linalg.norm(away) / LIGHT_KM_S
    direction, beta = away / np.linalg.norm(away), velocity / LIGHT_KM_S
    seen = erfa.ab(direction, beta, 1.0, np.sqrt(1 - beta @ beta))  # at 1 au from the Sun
    return np.array([east, np.cross(up, east), up]) @ to_me @ seen


@pytest.mark.parametrize("body", ["sun", "earth"])
def test_directions_agree_with_anise_from_everywhere_on_the_moon(almanac, sample, body, record_property):
    tdb, latitude, longitude = sample
    truth = np.array([exact_direction(almanac, body, *row) for row in zip(*sample, strict=True)])
    ours = apparent_directions(latitude, longitude, tdb, 0.0, body)
    azimuth, elevation = np.radians(ours.azimuth_deg), np.radians(ours.elevation_deg)
    level = np.cos(elevation)
    vectors = np.stack([np.sin(azimuth) * level, np.cos(azimuth) * level, np.sin(elevation)], axis=-1)
    error = np.degrees(np.linalg.norm(vectors - truth, axis=-1)) * 3600
    quantiles = np.quantile(error, [0.5, 0.95, 0.99, 1.0])
    record_property("quantiles_arcsec", quantiles.tolist())
    print(f"{body}: 50 %, 95 %, 99 %, 100 % below {quantiles} arcsec")
    assert quantiles[-1] <= 0.001


@pytest.mark.parametrize("body", ["sun", "earth"])
def test_light_time_from_the_moon_s_centre_agrees_with_anise_s_own(almanac, sample, body):
    tdb = sample[0][:200]
    ours = body_vectors_moon_me_km(body, tdb)
    for t, vector in zip(tdb, ours, strict=True):
        seen = almanac.translate(FRAMES[body], Frames.MOON_J2000, Epoch.from_tdb_seconds(t), anise.Aberration("CN"))
        truth = rotation(almanac, t) @ np.array([seen.x_km, seen.y_km, seen.z_km])
        assert np.linalg.norm(vector - truth) / np.linalg.norm(truth) < 1e-10
