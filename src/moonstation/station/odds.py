"""What a number of lives tells: shares with their intervals, survival over time, quantiles."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
#: Confidence of every interval.
CONFIDENCE = 0.95


def wilson_interval(successes: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Interval of a probability of which ``successes`` of ``trials`` are known [-].

    Source: Wilson 1927, JASA 22, 209; recommended for small and large counts by Brown, Cai & DasGupta 2001,
    Statistical Science 16, 101. Raises ValueError for no trials.
    """
    from scipy.stats import binomtest

    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials cannot be")
    found = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def survival_curve(lost_h: ArrayLike, times_h: ArrayLike) -> Floats:
    """Share of lives not yet lost at each time [-], shape of ``times_h``.

    lost_h : when each life was lost [h], nan where it never was, shape (lives,). Every life is followed to the end, so
    this is the estimate of Kaplan & Meier 1958 without censoring.
    """
    lost = np.sort(np.nan_to_num(np.asarray(lost_h, np.float64), nan=np.inf))
    gone = np.searchsorted(lost, np.asarray(times_h, np.float64), side="right")
    return np.asarray(1.0 - gone / max(len(lost), 1))


def survival_band(lost_h: ArrayLike, times_h: ArrayLike) -> tuple[Floats, Floats]:
    """Wilson interval of the survival curve at each time [-], shapes of ``times_h``."""
    count = np.asarray(lost_h).size
    alive = np.rint(survival_curve(lost_h, times_h) * count).astype(int)
    ends = {number: wilson_interval(int(number), count) for number in np.unique(alive)}
    low, high = (np.array([ends[number][side] for number in alive]) for side in (0, 1))
    return low, high


def percentiles(values: ArrayLike, shares: tuple[float, ...] = (5.0, 50.0, 95.0)) -> Floats:
    """Percentiles over the first axis, nan where no life has a value, shape (len(shares), ...).

    values : one for each life, shape (lives, ...); what is not finite is none; shares : of the lives that have one [%]
    """
    given = np.sort(values, axis=0).astype(np.float64)  # single precision is sorted in less than half the time
    out = np.full((len(shares), *given.shape[1:]), np.nan)
    known = np.isfinite(given)
    whole = known.all(axis=0)
    some = known.any(axis=0) & ~whole
    if given.ndim == 1:
        return np.asarray(np.percentile(given[known], shares)) if known.any() else out
    out[:, whole] = np.percentile(given[:, whole], shares, axis=0, overwrite_input=True)
    for place in np.argwhere(some):
        column = given[(slice(None), *place)]
        out[(slice(None), *place)] = np.percentile(column[np.isfinite(column)], shares)
    return out
