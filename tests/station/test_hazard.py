"""Hazard ratio of a loss after a failure: closed forms, and made worlds in which it is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from moonstation.station.hazard import as_many_by_chance, hazard_ratio
from moonstation.station.influence import loss_influences


def test_as_many_of_equal_chances_is_the_binomial_law():
    known = stats.binom.sf(6, 20, 0.3)
    assert as_many_by_chance(7, np.full(20, 0.3)) == pytest.approx(known)
    assert as_many_by_chance(0, [0.1, 0.9]) == 1.0
    assert as_many_by_chance(2, [0.1, 0.9]) == pytest.approx(0.09)
    assert as_many_by_chance(5, np.full(5, 0.5)) == pytest.approx(0.5**5)


@pytest.mark.parametrize(("count", "share"), [(7, 0.2), (12, 0.6), (1, 0.05)])
def test_with_the_same_share_at_risk_at_each_loss_it_is_a_ratio_of_odds(count, share):
    ratio, low, high = hazard_ratio(count, np.full(20, share))
    assert ratio == pytest.approx(count / (20 - count) * (1.0 - share) / share, rel=1e-6)
    assert low < ratio < high
    for end in (low, high):  # the binomial law of what the ratio at this end makes of the share
        made = share * end / (share * end + 1.0 - share)
        refused = 2.0 * (stats.binom.logpmf(count, 20, count / 20) - stats.binom.logpmf(count, 20, made))
        assert stats.chi2.sf(refused, 1) == pytest.approx(0.05, rel=1e-4)


def test_it_has_no_end_where_all_or_none_of_the_lost_had_failed():
    ratio, low, high = hazard_ratio(10, np.full(10, 0.5))
    assert (ratio, high) == (math.inf, math.inf)
    made = low / (low + 1.0)  # share of the lost that had failed, were the ratio this
    assert made**10 == pytest.approx(math.exp(-0.5 * stats.chi2.ppf(0.95, 1)))
    none = hazard_ratio(0, np.full(10, 0.5))
    assert none[:2] == (0.0, 0.0)
    assert none[2] == pytest.approx(1.0 / low), "the same from the other side"


def test_losses_at_which_all_at_risk_are_alike_tell_nothing():
    shares = np.array([0.3, 0.4, 0.5])
    assert hazard_ratio(4, [*shares, 1.0, 1.0, 0.0]) == hazard_ratio(2, shares)
    ratio, *interval = hazard_ratio(2, [1.0, 1.0, 0.0])
    assert math.isnan(ratio)
    assert interval == [0.0, math.inf]


def lives(
    random: np.random.Generator, count: int, times: float, *, per_h: float = 5e-4, fade_h: float = math.inf
) -> tuple:
    """First failures and losses within 1000 h of lives whose hazard of a loss is so many times as great once failed.

    per_h : hazard of the loss at the begin [1/h]; fade_h : time in which it falls to 1/e [h]
    """
    failed_h = random.exponential(1000.0, count)
    asked = random.exponential(1.0, count)  # loss when the hazard's sum reaches this
    hours = np.arange(1000.0)
    hazard = per_h * np.exp(-hours / fade_h) * np.where(hours >= failed_h[:, np.newaxis], times, 1.0)
    lost = np.cumsum(hazard, axis=1) >= asked[:, np.newaxis]
    lost_h = np.where(lost.any(axis=1), lost.argmax(axis=1) + 0.5, np.nan)
    return np.where(failed_h < 1000.0, failed_h, np.inf)[:, np.newaxis], lost_h, np.isnan(lost_h).astype(float)


def test_the_interval_holds_the_true_ratio_nineteen_times_of_twenty():
    random = np.random.default_rng(21)
    runs, held = 200, 0
    for _ in range(runs):
        (found,) = loss_influences(["pump"], *lives(random, 80, 3.0))
        held += found.hazard_low < 3.0 < found.hazard_high
    assert stats.binom.ppf(0.001, runs, 0.95) <= held <= stats.binom.ppf(0.999, runs, 0.95)


def test_lives_with_a_failure_may_be_lost_less_often_although_it_makes_a_loss_likelier():
    """Most are lost early, before anything could fail in them."""
    random = np.random.default_rng(22)
    (found,) = loss_influences(["pump"], *lives(random, 600, 3.0, per_h=2e-3, fade_h=150.0))
    assert found.hazard_low > 1.0
    assert found.high > found.low, "more of those that failed live"
    assert found.rank_correlation > 0.0
    assert found.hidden_by_time
    (plain,) = loss_influences(["pump"], *lives(random, 600, 12.0))
    assert plain.rank_correlation < 0.0
    assert not plain.hidden_by_time
