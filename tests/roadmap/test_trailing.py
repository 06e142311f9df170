"""Trailing statistics against the plain definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from moonstation.roadmap.trailing import first_held, trailing_mean, trailing_minimum

series = hnp.arrays(float, st.integers(0, 40), elements=st.floats(-1e3, 1e3) | st.just(np.nan))
windows = st.integers(1, 12)


def plain(values: np.ndarray, steps: int, function: object) -> np.ndarray:
    out = np.full(values.shape, np.nan)
    for i in range(steps - 1, values.size):
        out[i] = function(values[i - steps + 1 : i + 1])  # type: ignore[operator]
    return out


@given(series, windows)
def test_the_mean_is_the_mean_of_the_values_just_past(values: np.ndarray, steps: int) -> None:
    np.testing.assert_allclose(trailing_mean(values, steps), plain(values, steps, np.mean), atol=1e-9)


@given(series, windows)
def test_the_minimum_is_the_least_of_the_values_just_past(values: np.ndarray, steps: int) -> None:
    np.testing.assert_array_equal(trailing_minimum(values, steps), plain(values, steps, np.min))


@given(st.lists(st.booleans(), max_size=40), windows)
def test_what_is_held_is_the_first_run_that_is_long_enough(flags: list[bool], steps: int) -> None:
    expected = next((i for i in range(len(flags) - steps + 1) if all(flags[i : i + steps])), None)
    assert first_held(flags, steps) == expected


def test_a_short_last_value_is_not_a_whole_step() -> None:
    assert first_held([True, False, True, True], 2, short=0.5) is None
    assert first_held([True, True, False, True], 2, short=0.5) == 0
    assert first_held([True, True, True], 2, short=0.5) == 0


def test_a_record_shorter_than_the_window_shows_nothing() -> None:
    assert np.isnan(trailing_mean([1.0, 2.0], 3)).all()
    assert np.isnan(trailing_minimum([1.0, 2.0], 3)).all()


def test_the_mean_of_a_constant_is_the_constant() -> None:
    assert trailing_mean(np.full(5000, 0.1), 709)[-1] == pytest.approx(0.1, rel=1e-12)
