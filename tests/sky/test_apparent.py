import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.core.errors import RangeError
from moonstation.core.time import TimeGrid
from moonstation.sky.apparent import (
    apparent_directions,
    apparent_directions_on_grid,
    body_vectors_moon_me_km,
    ephemeris_table,
)
from moonstation.sky.ephemeris import Ephemeris

SPAN = Ephemeris.default().span_tdb
KEYS = ["utc", "sun_azimuth_deg", "sun_elevation_deg", "earth_azimuth_deg", "earth_elevation_deg", "sun_distance_au"]
epochs = st.floats(*SPAN)
latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 360)


def unit(apparent):
    azimuth, elevation = np.radians(apparent.azimuth_deg), np.radians(apparent.elevation_deg)
    level = np.cos(elevation)
    return np.stack([np.sin(azimuth) * level, np.cos(azimuth) * level, np.sin(elevation)], axis=-1)


def separation_arcsec(first, second):
    return np.degrees(np.linalg.norm(unit(first) - unit(second), axis=-1)) * 3600


@pytest.mark.parametrize("body", ["sun", "earth"])
def test_a_body_stands_overhead_above_its_own_foot(body):
    tdb = 8e8
    x, y, z = body_vectors_moon_me_km(body, tdb)
    seen = apparent_directions(np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x)), tdb, 0.0, body)
    assert seen.elevation_deg == pytest.approx(90.0, abs=25 / 3600)  # all but aberration
    assert seen.distance_km == pytest.approx(np.linalg.norm([x, y, z]) - 1737.4, abs=1.0)


def test_the_sun_rises_in_the_east_culminates_and_sets_in_the_west():
    tdb = np.linspace(8e8, 8e8 + 29.53 * 86400, 3000)
    sun = apparent_directions(0.0, 15.0, tdb)
    rising = np.flatnonzero((sun.elevation_deg[1:] > 0) & (sun.elevation_deg[:-1] <= 0))
    setting = np.flatnonzero((sun.elevation_deg[1:] <= 0) & (sun.elevation_deg[:-1] > 0))
    assert sun.azimuth_deg[rising] == pytest.approx(90.0, abs=2.0)  # the pole leans by 1.5 deg
    assert sun.azimuth_deg[setting] == pytest.approx(270.0, abs=2.0)


def test_the_sun_stays_within_the_moon_s_tilt_at_the_pole():
    tdb = np.linspace(*SPAN, 20_000)
    assert 1.5 < np.abs(apparent_directions(-90.0, 0.0, tdb).elevation_deg).max() < 1.62


@pytest.mark.parametrize(("pole", "turn"), [(-90.0, -30.0), (90.0, 30.0)])
def test_azimuth_turns_with_longitude_at_the_poles(pole, turn):
    # Clockwise is the way of the longitudes for a watcher at the south pole, and against it at the north pole
    at_zero, at_thirty = (apparent_directions(pole, longitude, 8e8) for longitude in (0.0, 30.0))
    assert (at_thirty.azimuth_deg - at_zero.azimuth_deg) % 360 == pytest.approx(turn % 360, abs=1e-9)
    assert at_thirty.elevation_deg == pytest.approx(at_zero.elevation_deg, abs=1e-9)


@given(latitudes, st.floats(-180, 0), epochs, st.sampled_from(["sun", "earth"]))
def test_longitude_counts_either_way(latitude, longitude, tdb, body):
    west = apparent_directions(latitude, longitude, tdb, body=body)
    east = apparent_directions(latitude, longitude + 360, tdb, body=body)
    assert separation_arcsec(west, east) < 1e-6
    assert 0.0 <= west.azimuth_deg < 360.0


@given(latitudes, longitudes, epochs)
def test_height_lowers_the_horizon_s_bodies_by_parallax_only(latitude, longitude, tdb):
    low, high = (apparent_directions(latitude, longitude, tdb, height, "earth") for height in (0.0, 10_000.0))
    # Up by h: tan of the shift is h cos(el) / distance, at most 10 km / 356,000 km = 5.8 arcseconds
    parallax = np.degrees(10.0 * np.cos(np.radians(low.elevation_deg)) / low.distance_km) * 3600
    assert (low.elevation_deg - high.elevation_deg) * 3600 == pytest.approx(parallax, abs=0.01)


def test_shapes_broadcast_and_one_call_equals_many():
    tdb = np.linspace(1e8, 2e8, 4)
    latitude, longitude = np.array([[-89.0], [10.0], [45.0]]), np.array([[0.0], [200.0], [-70.0]])
    together = apparent_directions(latitude, longitude, tdb, 5.0, "earth")
    assert together.azimuth_deg.shape == together.elevation_deg.shape == together.distance_km.shape == (3, 4)
    for i in range(3):
        for j in range(4):
            single = apparent_directions(latitude[i, 0], longitude[i, 0], tdb[j], 5.0, "earth")
            assert single.azimuth_deg.shape == ()
            assert single.azimuth_deg == together.azimuth_deg[i, j]
            assert single.distance_km == together.distance_km[i, j]
    assert apparent_directions(0.0, 0.0, np.empty(0)).azimuth_deg.shape == (0,)


@pytest.mark.parametrize("body", ["sun", "earth"])
@pytest.mark.parametrize(
    ("start", "end", "step"),
    [
        ("2030-01-01", "2032-01-01", "10min"),
        ("2030-01-01", "2030-03-01", "29min"),
        ("2016-12-20", "2017-01-10", "1min"),  # over a leap second
        ("1999-12-22", "2000-01-05", "10min"),  # from the first whole day of the kernels
        ("2050-12-20", "2050-12-31T23:58:50", "10s"),  # to their last second
        ("2030-01-01", "2031-01-01", "1h"),
        ("2030-01-01", "2030-01-01T00:05", "1min"),
    ],
)
def test_the_grid_equals_single_epochs_within_a_thousandth_of_an_arcsecond(start, end, step, body):
    grid = TimeGrid.between(start, end, step)
    fast = apparent_directions_on_grid(-89.45, 222.7, grid, body, 10.0)
    exact = apparent_directions(-89.45, 222.7, grid.tdb, 10.0, body)
    assert fast.azimuth_deg.shape == (grid.count,)
    assert separation_arcsec(fast, exact).max() < 2e-4
    assert np.abs(fast.distance_km - exact.distance_km).max() < (0.05 if body == "sun" else 1e-4)


def test_places_out_of_range_are_told_all_at_once():
    with pytest.raises(RangeError) as caught:
        apparent_directions(-90.5, np.array([0.0, np.nan]), 8e8, 1e6)
    assert [fault.where for fault in caught.value.faults] == ["latitude", "longitude", "height"]
    assert "-90 to 90 deg" in str(caught.value)


def test_dates_out_of_range_name_the_range():
    beyond = [
        lambda: apparent_directions(0.0, 0.0, [8e8, 9e9]),
        lambda: apparent_directions_on_grid(0.0, 0.0, TimeGrid.between("2049-01-01", "2052-01-01", "1d"), "sun"),
        lambda: apparent_directions_on_grid(0.0, 0.0, TimeGrid.between("9000-01-01", "9000-01-02", "1h"), "sun"),
        lambda: body_vectors_moon_me_km("sun", np.nan),
        lambda: ephemeris_table(0.0, 0.0, ["2060-01-01"]),
    ]
    for call in beyond:
        with pytest.raises(RangeError, match="1999-12-21T23:58:56Z to 2050-12-31T23:58:50Z"):
            call()


def test_a_grid_may_end_where_its_last_step_still_begins_inside():
    grid = TimeGrid.between("2050-12-01", "2051-01-01", "10min")
    assert apparent_directions_on_grid(0.0, 0.0, grid, "sun").azimuth_deg.shape == (grid.count,)


@pytest.mark.parametrize("body", ["phobos", "moon", "ssb"])
def test_another_body_is_refused(body):
    with pytest.raises(RangeError, match=f"'{body}'.*sun, earth"):
        apparent_directions(0.0, 0.0, 8e8, body=body)


def test_the_table_has_the_promised_keys_and_utc():
    moment = datetime(2030, 6, 1, 12, tzinfo=UTC)
    rows = ephemeris_table(-89.45, 222.7, ["2030-06-01T14:00:00.250+02:00", moment], 10.0)
    assert [list(row)[:6] for row in rows] == [KEYS, KEYS]
    assert [row["utc"] for row in rows] == ["2030-06-01T12:00:00.250Z", "2030-06-01T12:00:00Z"]
    assert rows[0]["sun_distance_au"] == pytest.approx(1.014, abs=0.004)  # a month before aphelion
    json.dumps(rows)


def test_the_table_tells_every_fault_at_once():
    with pytest.raises(RangeError) as caught:
        ephemeris_table(-95.0, 400.0, ["soon", "2030-01-01", "2060-01-01", "9999-01-01", "0001-01-01T00:00+05:00"])
    assert [fault.where for fault in caught.value.faults] == ["latitude", "longitude", "at", "at", "at", "at"]


@pytest.mark.shared
def test_published_azimuths_and_elevations_from_de440(shared_data):
    """Four rows of another program, which turns the Moon by DE440's own orientation and takes aberration at its centre.

    The first sets it apart from DE421 by 0.03 arcseconds (2025 to 2036), the second shifts the near Earth by 0.09.
    """
    error = {"sun": [], "earth": []}
    for row in json.loads((shared_data / "ephemeris" / "de440_az_el.json").read_text()):
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=row["ms"])
        ours = ephemeris_table(row["lat"], row["lon"], [moment])[0]
        for body, arcsec in error.items():
            east = (ours[f"{body}_azimuth_deg"] - row[body][0]) * np.cos(np.radians(row[body][1]))
            up = ours[f"{body}_elevation_deg"] - row[body][1]
            arcsec.append(np.hypot(east, up) * 3600)
    assert max(error["sun"]) < 0.03
    assert max(error["earth"]) < 0.12
