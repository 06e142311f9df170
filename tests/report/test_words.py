"""Numbers, shares, spans and dates in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.report.words import NOTHING, amount, count, day, listed, minute, number, share, span, utc


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1234567.0, "1\u202f234\u202f567"),
        (12.345, "12.3"),
        (0.00051234, "5.12×10⁻⁴"),
        (-3.2e-13, "-3.2×10⁻¹³"),
        (5e-4, "5×10⁻⁴"),
        (20.0, "20"),
        (float("nan"), NOTHING),
        (float("inf"), NOTHING),
        (None, NOTHING),
        ("many", NOTHING),
    ],
)
def test_a_number_keeps_three_digits_and_its_thousands_apart(value, text) -> None:
    assert number(value) == text


@given(st.floats(-1e11, 1e11).filter(lambda x: x == 0 or abs(x) > 1e-2))
def test_a_number_is_right_to_half_a_percent(value) -> None:
    assert float(number(value).replace("\u202f", "")) == pytest.approx(value, rel=0.0051)


def test_a_share_is_never_rounded_up_to_all_nor_down_to_nothing() -> None:
    # 1 h lost in 15 years is not "100 %", and 1 h of dark in 15 years is not "0 %"
    hour = 1 / (15 * 8766)
    assert share(1 - hour) == "over 99.99 %"
    assert share(hour) == "under 0.01 %"
    assert (share(1.0), share(0.0), share(0.5), share(0.9981)) == ("100 %", "0 %", "50 %", "99.81 %")
    assert share(None) == share(np.nan) == NOTHING


@given(st.floats(0, 1))
def test_only_all_is_all_and_only_nothing_is_nothing(value) -> None:
    assert (share(value) == "100 %") == (value == 1.0)
    assert (share(value) == "0 %") == (value == 0.0)


def test_long_spans_are_also_told_in_days() -> None:
    assert span(7.5) == "7.5 h"
    assert span(72) == "72 h (3 days)"
    assert span(None) == NOTHING


def test_moments_of_any_kind_are_told_in_utc() -> None:
    moment = datetime(2033, 6, 12, 23, 30, tzinfo=timezone(timedelta(hours=8)))
    assert minute(moment) == "2033-06-12 15:30"
    assert day(np.datetime64("2033-06-12T15:30:00.000")) == day("2033-06-12T15:30:00Z") == "2033-06-12"
    assert utc(np.datetime64("NaT")) is utc("soon") is utc(None) is None
    assert minute(None) == NOTHING
    assert utc(datetime(2030, 1, 1)) == datetime(2030, 1, 1, tzinfo=UTC)


def test_lists_and_counts_read_as_language() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(list("abcdefgh"), most=3) == "a, b, c and 5 more"
    assert (count(1, "asset"), count(2, "asset"), count(2, "bus", "buses")) == ("1 asset", "2 assets", "2 buses")
    assert amount(3.0, "-") == "3"
    assert amount(None, "kg") == NOTHING
