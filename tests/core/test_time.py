"""Time: UTC at the edges, TDB inside, and grids of whole steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.core.errors import RangeError
from moonstation.core.time import TimeGrid, iso_utc, parse_duration_s, parse_utc, tdb_from_utc, utc_from_tdb

START = datetime(2029, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2030-01-31", datetime(2030, 1, 31, tzinfo=UTC)),
        (" 2030-01-31T12:00:00Z ", datetime(2030, 1, 31, 12, tzinfo=UTC)),
        ("2030-01-31T12:00", datetime(2030, 1, 31, 12, tzinfo=UTC)),
        ("2030-01-31T12:00+08:00", datetime(2030, 1, 31, 4, tzinfo=UTC)),
        (datetime(2030, 1, 31, 12, tzinfo=timezone(timedelta(hours=8))), datetime(2030, 1, 31, 4, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_utc(text: str | datetime, moment: datetime) -> None:
    assert parse_utc(text) == moment
    assert parse_utc(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("given_time", "words"),
    [
        ("tomorrow", "is not ISO 8601"),
        ("", "is not ISO 8601"),
        (datetime(2030, 1, 1), "has no time zone"),
        ("0001-01-01T00:00+14:00", "beyond the calendar"),
        ("9999-12-31T23:59:59-12:00", "beyond the calendar"),
    ],
)
def test_what_is_no_moment_is_refused(given_time: str | datetime, words: str) -> None:
    with pytest.raises(RangeError, match=words):
        parse_utc(given_time)


@pytest.mark.parametrize(
    ("text", "seconds"), [("10min", 600.0), ("1h", 3600.0), (" 2 d ", 172800.0), ("30s", 30.0), ("1.5days", 129600.0)]
)
def test_a_duration_names_its_unit(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["10", "", "h", "1 week", "1e3s", "nan s", "inf s", "--1h", "- 1h"])
def test_a_duration_without_a_number_and_a_unit_is_refused(text: str) -> None:
    with pytest.raises(RangeError, match="is not understood"):
        parse_duration_s(text)


@pytest.mark.parametrize("text", ["0h", "0min", "-0.0s", "-1h"])
def test_a_duration_that_is_understood_but_not_positive_is_refused_as_such(text: str) -> None:
    with pytest.raises(RangeError, match="is not longer than nothing"):
        parse_duration_s(text)


@pytest.mark.parametrize(("utc", "leap_s"), [("2000-01-01T12", 32), ("2012-06-30T23", 34), ("2029-01-01T00", 37)])
def test_tdb_is_utc_and_leap_seconds_and_32_184_s_but_for_two_milliseconds(utc: str, leap_s: int) -> None:
    moment = np.datetime64(utc, "ms")
    elapsed_s = (moment - np.datetime64("2000-01-01T12:00:00", "ms")) / np.timedelta64(1, "s")
    assert tdb_from_utc(moment) == pytest.approx(elapsed_s + leap_s + 32.184, abs=0.002)


def test_tdb_at_j2000_is_what_spice_gives() -> None:
    assert tdb_from_utc(np.datetime64("2000-01-01T12:00:00", "ms")) == pytest.approx(64.183927284731, abs=1e-6)


@given(st.integers(-2_500_000_000_000, 4_000_000_000_000))
def test_there_and_back_is_the_same_moment(ms: int) -> None:
    utc = np.datetime64("2000-01-01", "ms") + np.timedelta64(ms // 3, "ms")
    assert abs(utc_from_tdb(tdb_from_utc(utc)) - utc) <= np.timedelta64(1, "ms")


def test_tdb_grows_by_a_second_each_second_and_two_over_a_leap_second() -> None:
    utc = np.array(["2016-12-31T23:59:58", "2016-12-31T23:59:59", "2017-01-01T00:00:00"], "datetime64[ms]")
    np.testing.assert_allclose(np.diff(tdb_from_utc(utc)), [1.0, 2.0], atol=1e-6)
    assert (utc_from_tdb(tdb_from_utc(utc)) == utc).all()
    assert utc_from_tdb(tdb_from_utc(utc[1]) + 1.5) == utc[2]


def test_a_grid_has_the_whole_steps_of_its_period() -> None:
    assert TimeGrid.between("2029-01-01", "2029-01-02", "10min").count == 144
    assert TimeGrid.between("2029-01-01", "2029-01-02", "7h").count == 3
    assert TimeGrid.between("2029-01-01", "2029-01-02", "24h").end == datetime(2029, 1, 2, tzinfo=UTC)
    assert TimeGrid.between("2029-01-01", "2029-01-02", 0.1 * 3600).count == 240


@given(st.floats(1.0, 1e6), st.floats(1.0, 1e6))
def test_a_grid_never_leaves_its_period_and_leaves_less_than_a_step_over(period_s: float, step_s: float) -> None:
    end = START + timedelta(seconds=period_s)
    if (end - START).total_seconds() < step_s:
        with pytest.raises(RangeError, match="longer than the period"):
            TimeGrid.between(START, end, step_s)
        return
    grid = TimeGrid.between(START, end, step_s)
    left_s = (end - START).total_seconds() - grid.count * grid.step_s
    assert -1e-6 * step_s <= left_s < step_s


@pytest.mark.parametrize("step", [0.0, -600.0, float("nan"), float("inf")])
def test_a_step_is_a_positive_time(step: float) -> None:
    with pytest.raises(RangeError, match="step"):
        TimeGrid.between("2029-01-01", "2029-01-02", step)
    with pytest.raises(RangeError, match="positive time"):
        TimeGrid(START, step, 3)


def test_dates_in_reverse_are_refused() -> None:
    with pytest.raises(RangeError, match="exchange them"):
        TimeGrid.between("2029-01-02", "2029-01-01", "1h")


def test_a_grid_counts_in_utc_whatever_zone_its_start_was_given_in() -> None:
    grid = TimeGrid(START.astimezone(timezone(timedelta(hours=8))), 3600.0, 3)
    assert grid.start.tzinfo is UTC
    assert list(grid.utc.astype("datetime64[h]").astype(str)) == ["2029-01-01T00", "2029-01-01T01", "2029-01-01T02"]
    with pytest.raises(RangeError, match="no time zone"):
        TimeGrid(datetime(2029, 1, 1), 3600.0, 3)


def test_a_grids_times_are_the_begins_of_its_steps() -> None:
    grid = TimeGrid.between("2029-01-01", "2029-01-02", "8h")
    np.testing.assert_allclose(np.diff(grid.tdb), 8 * 3600.0, atol=1e-4)
    assert grid.tdb[0] == tdb_from_utc(grid.utc[0])
    assert grid.step_h == 8.0


@pytest.mark.parametrize(
    ("moment", "index"),
    [
        ("2029-01-01", 0),
        ("2029-01-01T00:00:01Z", 1),
        ("2029-01-01T00:10:00Z", 1),
        ("2028-12-31T23:50:00Z", -1),
        ("2029-01-03", 288),
    ],
)
def test_a_moment_belongs_to_the_first_step_that_begins_at_or_after_it(moment: str, index: int) -> None:
    assert TimeGrid.between("2029-01-01", "2029-01-02", "10min").index_at(moment) == index


def test_a_moment_is_told_in_utc_to_the_second_or_the_millisecond() -> None:
    there = datetime(2030, 1, 31, 20, tzinfo=timezone(timedelta(hours=8)))
    assert iso_utc(there) == "2030-01-31T12:00:00Z"
    assert iso_utc(there + timedelta(milliseconds=5)) == "2030-01-31T12:00:00.005Z"
