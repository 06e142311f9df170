"""Series are cut into days and bars without losing an extreme or a sum."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from moonstation.report.series import (
    FULL_RECORDS,
    Axis,
    Member,
    Run,
    Span,
    active,
    capability,
    envelope,
    finite,
    longest,
)

values = arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e3, 1e3) | st.just(np.nan))


def run_of(days: float, **variables: np.ndarray) -> Run:
    time = np.datetime64("2030-01-01") + np.arange(round(days * 24)) * np.timedelta64(1, "h")
    return Run(xr.Dataset(variables, {"time": time.astype("datetime64[ns]"), "site": ["ridge"]}))


@given(values, st.integers(1, 30))
def test_an_envelope_holds_every_extreme(given_values, records) -> None:
    found = envelope(given_values, records)
    for number in range(len(found.mean)):
        part = given_values[number * records : (number + 1) * records]
        if np.isnan(part).all():
            assert np.isnan(found.low[number])
            assert np.isnan(found.high[number])
            continue
        assert found.low[number] == np.nanmin(part)
        assert found.high[number] == np.nanmax(part)
        assert found.mean[number] == pytest.approx(np.nanmean(part), abs=1e-9)


@pytest.mark.parametrize(("days", "word", "bars"), [(60, "day", 60), (365, "week", 53), (5479, "month", 180)])
def test_bars_are_days_weeks_or_months_and_keep_the_sum(days, word, bars) -> None:
    run = run_of(days)
    rate = np.random.default_rng(1).random(run.time.size)
    sums = run.bar_sums(rate)
    assert run.bar_word == word
    assert len(sums) == len(run.months[0]) == bars
    assert sums.sum() == pytest.approx(rate.sum() * run.record_h)


def test_a_short_last_record_counts_by_its_own_hours() -> None:
    run = run_of(2)
    run.dataset.attrs["last_record_h"] = 0.5
    ones = np.ones(run.time.size)
    assert run.end == np.datetime64("2030-01-02T23:30")
    assert run.bar_sums(ones).tolist() == [24.0, 23.5]
    assert run.total(ones > 0) == run.hours(Span(0, 48)) == 47.5
    assert run.hours(Span(46, 48)) == 1.5
    half = np.where(np.arange(48) < 46, np.nan, np.arange(48) - 46.0)  # nothing known but the last two
    assert run.mean(half) == pytest.approx(1.0 / 3.0)
    assert np.isnan(run.mean(half, Span(0, 40)))
    both = Run(run.dataset.assign(rate=(("time", "process"), np.ones((48, 2), np.float32))))
    assert both.sums("rate").tolist() == [47.5, 47.5]


def test_a_short_run_is_drawn_in_full_and_a_long_one_in_days() -> None:
    assert run_of(FULL_RECORDS / 24).span_records == 1
    assert run_of(365).span_records == 24
    assert run_of(365).axis(first=48, records=24) == Axis("2030-01-03 00:00:00.000", 86_400_000.0)
    assert Axis("2030-01-01", 3.6e6).later(25).x0 == "2030-01-02 01:00:00.000"


def test_what_the_dataset_lacks_reads_as_nothing() -> None:
    run = Run(xr.Dataset())
    assert run.time.size == 0
    assert run.sites == run.units == ()
    assert run.members("process") == []
    assert run.at("ridge", "crew") is None
    assert run.sums("activity").size == 0
    assert run_of(2).at("rim", "crew") is None
    assert np.isnan(run_of(2).column("amount", Member(0, "tank", {}))).all()


def test_spans_are_found() -> None:
    gappy = np.array([np.nan, 0.0, 2.0, 0.0, 3.0, np.nan])
    assert finite(gappy) == Span(1, 5)
    assert active(gappy, None) == Span(2, 5)
    assert active(np.zeros(3)) is None
    assert active(None) is None
    assert longest([0, 1, 1, 0, 1, 1, 1]) == Span(4, 7)
    assert longest([0, 0]) is None


def test_capabilities_are_read_from_their_text() -> None:
    member = Member(0, "lab", {"capability": "crew_oxygen=4;science_field:geology=1"})
    assert capability(member, "science_field:geology") == 1.0
    assert capability(member, "science_field") == 0.0
    assert capability(Member(0, "lab", {}), "crew_oxygen") == 0.0


def test_sums_leave_out_what_is_not_known_and_members_are_read_once() -> None:
    rates = np.array([[1.0, 2.0, np.nan], [0.5, np.nan, np.nan]], np.float32).repeat(12, axis=0)
    run = Run(run_of(1).dataset.assign(rate=(("time", "process"), rates)).assign_coords(process=["a", "b", "c"]))
    np.testing.assert_array_equal(run.sums("rate"), [18.0, 24.0, 0.0])
    assert run.sums("rate") is run.sums("rate")
    assert run.sums("nothing").size == 0
    first = run.members("process")
    assert [member.name for member in first] == ["a", "b", "c"]
    first.clear()
    assert len(run.members("process")) == 3
    assert run.members("store") == []
