"""The event finder against functions whose crossings are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.core.events import find_runs, find_windows, longest_run

masks = st.lists(st.booleans(), max_size=60)


def test_crossings_of_a_sine_are_its_zeros() -> None:
    times = np.linspace(0.5, 20.0, 196)  # zeros at multiples of pi
    windows = find_windows(times, np.sin(times), refine=np.sin, tolerance=1e-9)
    np.testing.assert_allclose(windows.start[1:], [2 * np.pi, 4 * np.pi, 6 * np.pi], atol=2e-9)
    np.testing.assert_allclose(windows.end[:3], [np.pi, 3 * np.pi, 5 * np.pi], atol=2e-9)
    assert (windows.open_start, windows.open_end) == (True, True)
    assert windows.start[0] == times[0]
    assert windows.end[-1] == times[-1]
    assert windows.longest == pytest.approx(np.pi)


def test_without_refinement_a_crossing_is_found_on_the_straight_line() -> None:
    windows = find_windows([0.0, 1.0, 2.0, 3.0], [-1.0, 3.0, 1.0, -3.0], threshold=2.0)
    np.testing.assert_allclose(windows.start, [0.75])
    np.testing.assert_allclose(windows.end, [1.5])
    assert not windows.open_start
    assert not windows.open_end


def test_only_what_exceeds_the_threshold_counts() -> None:
    assert len(find_windows([0.0, 1.0, 2.0], [1.0, 1.0, 1.0], threshold=1.0)) == 0
    assert find_windows([0.0, 1.0, 2.0], [0.0, 0.0, 0.0]).longest == 0.0


def test_one_value_and_none() -> None:
    assert len(find_windows([], [])) == 0
    alone = find_windows([5.0], [1.0])
    assert (len(alone), alone.longest, alone.open_start, alone.open_end) == (1, 0.0, True, True)


def test_times_and_values_must_match() -> None:
    with pytest.raises(ValueError, match="equally long"):
        find_windows([0.0, 1.0], [1.0])


@given(masks)
def test_windows_of_a_mask_alternate_and_stay_inside(mask: list[bool]) -> None:
    times = np.arange(len(mask), dtype=float)
    windows = find_windows(times, mask, 0.5)
    assert len(windows) == len(find_runs(mask)[0])
    assert (windows.end >= windows.start).all()
    assert (windows.start[1:] > windows.end[:-1]).all()
    if mask:
        assert (windows.open_start, windows.open_end) == (mask[0], mask[-1])


@given(masks)
def test_runs_say_where_every_true_value_is(mask: list[bool]) -> None:
    told = np.zeros(len(mask), bool)
    for start, end in zip(*find_runs(mask), strict=True):
        told[start:end] = True
        assert start == 0 or not mask[start - 1]
        assert end == len(mask) or not mask[end]
    assert told.tolist() == mask
    text = "".join("x" if flag else " " for flag in mask)
    assert longest_run(mask) == max(map(len, text.split()), default=0)
