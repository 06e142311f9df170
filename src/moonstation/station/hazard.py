"""How much more likely a loss is after a failure, told from who was lost among those still at risk."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from moonstation.station.odds import CONFIDENCE

#: Logarithm of the greatest hazard ratio that is told from an infinite one, and of its inverse.
_WIDEST = 30.0


def as_many_by_chance(count: int, shares: ArrayLike) -> float:
    """Probability of ``count`` or more among independent yes and no with these probabilities [-] (Poisson binomial)."""
    law = np.ones(1)
    for share in np.asarray(shares, np.float64):
        law = np.convolve(law, [1.0 - share, share])
    return float(min(law[count:].sum(), 1.0))


def hazard_ratio(count: int, shares: ArrayLike) -> tuple[float, float, float]:
    """Hazard of a loss after a failure over that before one, and its 95 % interval [-]: 0 to inf.

    count : losses of lives that had failed before
    shares : of those at risk at each loss, the share that had failed before [-], shape (loss,)

    Greatest partial likelihood of Cox 1972 with a covariate that changes in time, one loss at a time; the interval
    holds the ratios that the likelihood ratio does not refuse (Wilks 1938).
    """
    from scipy.stats import chi2

    share = np.asarray(shares, np.float64)
    told = share[(share > 0.0) & (share < 1.0)]  # where all at risk are alike, the lost one tells nothing
    if not told.size:
        return math.nan, 0.0, math.inf
    had = count - int((share >= 1.0).sum())

    def fit(log_ratio: float) -> float:
        """Logarithm of the partial likelihood."""
        return had * log_ratio - float(np.logaddexp(np.log(told) + log_ratio, np.log1p(-told)).sum())

    def excess(log_ratio: float) -> float:
        """Failed ones among the lost that the ratio leaves unexplained."""
        return had - float((told / (told + (1.0 - told) * math.exp(-log_ratio))).sum())

    best = _root(excess)
    least = fit(best) - 0.5 * float(chi2.ppf(CONFIDENCE, 1))
    low = _root(lambda x: least - fit(x), -_WIDEST, best)
    high = _root(lambda x: fit(x) - least, best, _WIDEST)
    return _ratio(best), _ratio(low), _ratio(high)


def _root(falling: Callable[[float], float], low: float = -_WIDEST, high: float = _WIDEST) -> float:
    """Where a falling function is 0; the end to which it points where it is not within them."""
    from scipy.optimize import brentq

    if low >= high or falling(low) <= 0.0:
        return low
    return high if falling(high) >= 0.0 else float(brentq(falling, low, high, xtol=1e-9))


def _ratio(log_ratio: float) -> float:
    return 0.0 if log_ratio <= -_WIDEST else math.inf if log_ratio >= _WIDEST else math.exp(log_ratio)
