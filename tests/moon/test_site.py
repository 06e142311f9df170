"""Light and sight of a place: means, gaps and windows."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.core.errors import RangeError
from moonstation.core.time import TimeGrid, tdb_from_utc
from moonstation.moon.horizon import Horizon
from moonstation.moon.illumination import earth_disc_fraction, sun_disc_fraction
from moonstation.moon.places import shipped_horizon
from moonstation.moon.site import iso_of_tdb, site_light
from moonstation.sky.apparent import apparent_directions

YEAR = TimeGrid.between("2026-01-01", "2027-01-01", "1h")


@pytest.fixture(scope="module")
def ridge():
    return site_light(shipped_horizon("connecting-ridge", 10.0), YEAR)


def walled(elevation_deg, lat=-89.0, lon=0.0):
    azimuth = np.arange(0.0, 360.0, 1.0)
    return Horizon(azimuth, np.full(360, float(elevation_deg)), np.full(360, np.nan), 2.0, lat, lon)


def test_arrays_are_single_precision_and_within_their_ranges(ridge):
    for name in ("sun_disc_fraction", "earth_disc_fraction"):
        series = getattr(ridge, name)
        assert series.dtype == np.float32
        assert series.shape == (YEAR.count,)
        assert 0.0 <= series.min() <= series.max() <= 1.0
    assert 0.98 < ridge.directions.sun_distance_au.min() < ridge.directions.sun_distance_au.max() < 1.02
    assert 350_000 < ridge.directions.earth_distance_km.min() < ridge.directions.earth_distance_km.max() < 410_000
    assert np.abs(ridge.directions.sun_elevation_deg).max() < 2.2  # 1.54 deg of the pole and 0.55 deg of latitude


def test_the_summary_has_the_promised_names_in_the_promised_order(ridge):
    summary = ridge.summary
    assert {
        "sun_visible_mean",
        "sun_any_mean",
        "longest_dark_h",
        "earth_visible_mean",
        "longest_without_earth_h",
    } <= set(summary)
    for body in ("sun", "earth"):
        assert 0 < summary[f"{body}_visible_mean"] < summary[f"{body}_any_mean"] < 1
        assert abs(summary[f"{body}_visible_mean"] - summary[f"{body}_centre_mean"]) < 0.01


def test_fractions_are_those_of_the_exact_directions(ridge):
    chosen = slice(None, None, 97)
    place = ridge.horizon.latitude_deg, ridge.horizon.longitude_deg, YEAR.tdb[chosen]
    sun, earth = (apparent_directions(*place, body=body) for body in ("sun", "earth"))
    assert np.abs(ridge.sun_disc_fraction[chosen] - sun_disc_fraction(ridge.horizon, sun)).max() < 1e-4
    assert np.abs(ridge.earth_disc_fraction[chosen] - earth_disc_fraction(ridge.horizon, earth)).max() < 1e-4


def test_windows_and_gaps_fill_the_record(ridge):
    for body, windows in ridge.windows().items():
        start, end = ridge.gaps(body)
        both = np.sort(np.concatenate([windows.start, windows.end, start, end]))
        assert windows.duration.sum() + (end - start).sum() == pytest.approx(365 * 86400.0, abs=1e-3)
        assert np.all(np.diff(both) >= 0)
        assert windows.duration.sum() / (365 * 86400) == pytest.approx(ridge.summary[f"{body}_any_mean"], abs=0.002)


def test_crossings_are_found_to_a_second(ridge):
    place = ridge.horizon.latitude_deg, ridge.horizon.longitude_deg
    windows = ridge.windows()["earth"]
    inner = windows.start[1:] if windows.open_start else windows.start
    for moment, seen in ((inner - 3.0, False), (inner + 3.0, True)):
        earth = apparent_directions(*place, moment, body="earth", height_m=10.0)
        assert np.all((earth_disc_fraction(ridge.horizon, earth) > 0) == seen)


def test_the_longest_gap_is_the_longest(ridge):
    start, end = ridge.gaps("sun")
    assert ridge.summary["longest_dark_h"] == pytest.approx((end - start).max() / 3600)
    assert ridge.summary["longest_dark_start_utc"] in {iso_of_tdb(moment) for moment in start}


def test_steps_change_the_summary_but_little():
    horizon = shipped_horizon("connecting-ridge", 10.0)
    fine, coarse = (
        site_light(horizon, TimeGrid.between("2026-05-01", "2026-09-01", step)).summary for step in ("10min", "2h")
    )
    assert fine["sun_visible_mean"] == pytest.approx(coarse["sun_visible_mean"], abs=0.002)
    assert fine["longest_dark_h"] == pytest.approx(coarse["longest_dark_h"], abs=0.01)


def test_events_are_in_order_and_say_when_the_record_cut_them(ridge):
    events = ridge.events()
    assert [event["start_utc"] for event in events] == sorted(event["start_utc"] for event in events)
    assert {event["event"] for event in events} == {"sun visible", "earth visible"}
    assert len(events) == sum(len(windows) for windows in ridge.windows().values())
    for event in events:
        cut = event["start_utc"] == "2026-01-01T00:00:00Z" or event["end_utc"] == "2027-01-01T00:00:00Z"
        assert event["cut_by_record"] == cut
        assert event["duration_h"] > 0


def test_a_place_in_a_pit_has_one_gap_and_no_window():
    grid = TimeGrid.between("2026-01-01", "2026-02-01", "1h")
    pit = site_light(walled(30.0), grid)
    assert pit.summary["sun_visible_mean"] == 0.0
    assert pit.summary["longest_dark_h"] == 31 * 24  # to the digit: no 743.9999998
    assert pit.summary["longest_dark_start_utc"] == "2026-01-01T00:00:00Z"
    assert pit.events() == []


def test_a_place_with_nothing_around_it_has_no_gap_while_the_sun_is_up():
    grid = TimeGrid.between("2026-12-20", "2027-01-05", "1h")  # southern summer, no eclipse
    peak = site_light(walled(-5.0), grid)
    assert peak.summary["sun_visible_mean"] == 1.0
    assert peak.summary["longest_dark_h"] == 0.0
    assert peak.summary["longest_dark_start_utc"] is None


def test_the_earth_eclipses_the_sun():
    # Eclipse of 3 March 2026, middle 11:33:46 UTC; umbra on the whole Moon for 58 min, on some of it for 207 min
    # (almanac), so over the middle of the near side for about the mean of both, 132 min.
    grid = TimeGrid.between("2026-03-03T08:00", "2026-03-03T15:00", "1min")
    sky = site_light(walled(-30.0, lat=0.0, lon=0.0), grid)
    windows = sky.windows()["sun"]
    assert len(windows) == 2
    middle = (windows.end[0] + windows.start[1]) / 2
    assert abs(middle - float(tdb_from_utc(np.datetime64("2026-03-03T11:33:46")))) < 600
    assert 125 < (windows.start[1] - windows.end[0]) / 60 < 140
    assert sky.sun_disc_fraction[0] == sky.sun_disc_fraction[-1] == 1.0
    assert sky.earth_disc_fraction.min() == 1.0


def test_a_grid_outside_the_kernels_is_refused_with_the_range():
    with pytest.raises(RangeError, match="outside the ephemeris kernels"):
        site_light(walled(0.0), TimeGrid.between("2060-01-01", "2060-02-01", "1h"))
