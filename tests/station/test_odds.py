"""Intervals and paired differences against scipy and made cases with a known answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from moonstation.station.odds import percentiles, survival_band, survival_curve, wilson_interval
from moonstation.station.paired import paired_difference


@given(st.integers(1, 5000), st.floats(0.0, 1.0), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_is_wilsons(trials, share, confidence):
    successes = round(share * trials)
    ends = wilson_interval(successes, trials, confidence)
    # the probabilities from which what was found is just so many of their own standard deviations away
    away = [(successes / trials - end) ** 2 * trials for end in ends]
    z = stats.norm.ppf(0.5 + confidence / 2.0)
    assert away == pytest.approx([z**2 * end * (1.0 - end) for end in ends], rel=1e-9, abs=1e-12)
    assert ends[0] <= successes / trials <= ends[1]
    assert ends[0] < ends[1]


def test_an_interval_of_nothing_is_refused():
    for successes, trials in ((0, 0), (3, 2), (-1, 5)):
        with pytest.raises(ValueError, match="cannot be"):
            wilson_interval(successes, trials)


def test_the_survival_curve_falls_at_each_loss():
    lost_h = np.array([np.nan, 10.0, 10.0, 30.0, np.nan])
    times_h = np.array([0.0, 9.9, 10.0, 29.0, 30.0, 100.0])
    np.testing.assert_allclose(survival_curve(lost_h, times_h), [1.0, 1.0, 0.6, 0.6, 0.4, 0.4])
    known = stats.ecdf(stats.CensoredData.right_censored(np.nan_to_num(lost_h, nan=200.0), np.isnan(lost_h)))
    np.testing.assert_allclose(survival_curve(lost_h, times_h), known.sf.evaluate(times_h))
    low, high = survival_band(lost_h, times_h)
    assert (low[2], high[2]) == pytest.approx(wilson_interval(3, 5))


def test_percentiles_leave_out_what_has_no_value():
    values = np.array([[1.0, np.nan, np.nan], [2.0, 5.0, np.nan], [3.0, 7.0, np.nan]])
    found = percentiles(values, (0.0, 50.0, 100.0))
    np.testing.assert_array_equal(found, [[1.0, 5.0, np.nan], [2.0, 6.0, np.nan], [3.0, 7.0, np.nan]])
    np.testing.assert_array_equal(percentiles(values[:, 1], (50.0,)), [6.0])


@given(st.integers(1, 40), st.sampled_from(["f4", "f8"]), st.floats(0.0, 0.8), st.integers(0, 2**32 - 1))
def test_percentiles_are_numpys_of_what_has_a_value(lives, kind, gone, seed):
    random = np.random.default_rng(seed)
    values = np.where(random.random((lives, 6)) < gone, np.nan, random.normal(size=(lives, 6))).astype(kind)
    values[:, 0] = np.round(values[:, 0])  # ties
    values[0, 1] = np.inf  # no value, either
    shares = (0.0, 5.0, 50.0, 62.5, 95.0, 100.0)
    for found, column in zip(percentiles(values, shares).T, values.T, strict=True):
        known = column[np.isfinite(column)].astype(float)
        np.testing.assert_array_equal(found, np.percentile(known, shares) if known.size else np.full(6, np.nan))


def test_a_known_difference_is_found_although_the_members_differ_far_more():
    random = np.random.default_rng(3)
    first = 100.0 * random.normal(size=400)
    second = first + 2.0 + random.normal(size=400)
    found = paired_difference("science_hours", first, second)
    known = stats.ttest_rel(second, first).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((known.low, known.high))
    assert found.low < 2.0 < found.high
    assert found.is_clear
    assert (found.bootstrap_low, found.bootstrap_high) == pytest.approx((found.low, found.high), abs=0.03)
    assert found.p_value == pytest.approx(stats.wilcoxon(first, second).pvalue)
    unpaired = stats.ttest_ind(second, first).confidence_interval(0.95)
    assert unpaired.low < 0.0 < unpaired.high, "without pairs the difference would drown"


def test_survival_is_compared_by_the_pairs_that_differ():
    first = np.array([1, 1, 1, 1, 0, 0, 1, 1], float)
    second = np.array([1, 1, 1, 1, 1, 1, 1, 0], float)
    found = paired_difference("survived", first, second)
    assert found.mean == pytest.approx(1 / 8)
    assert found.p_value == pytest.approx(stats.binomtest(2, 3).pvalue)
    assert not found.is_clear


def test_pairs_of_which_one_has_no_value_are_left_out():
    found = paired_difference("lost_h", [1.0, np.nan, 3.0], [2.0, 5.0, np.nan])
    assert (found.pairs, found.mean) == (1, 1.0)
    assert paired_difference("lost_h", [np.nan], [1.0]).pairs == 0
    same = paired_difference("energy", [1.0, 0.9], [1.0, 0.9])
    assert (same.mean, same.p_value, same.is_clear) == (0.0, 1.0, False)
