"""The difference between two ensembles whose members are pairs: the same draws, the same facts, another design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.station.odds import CONFIDENCE

_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """How an outcome differs, the second less the first, over the pairs in which both have a value.

    low, high : interval of the mean difference at 95 %, by Student's t of the pairs
    bootstrap_low, bootstrap_high : the same by resampling the pairs, which supposes no shape of their differences
    p_value : of no difference: by Wilcoxon's signed ranks; of yes and no by the exact test of McNemar
    """

    outcome: str
    pairs: int
    first: float
    second: float
    mean: float
    low: float
    high: float
    bootstrap_low: float
    bootstrap_high: float
    p_value: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0, and so large a difference would come by chance less than once in 20."""
        return bool((self.low > 0.0 or self.high < 0.0) and self.p_value < 1.0 - CONFIDENCE)


def paired_difference(outcome: str, first: ArrayLike, second: ArrayLike, seed: int = 0) -> Difference:
    """Compare an outcome pair by pair, shapes (members,).

    Sources: Student 1908; Efron & Tibshirani 1993, percentiles of resampled means; Wilcoxon 1945; McNemar 1947.
    """
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    both = np.isfinite(one) & np.isfinite(two)
    one, two = one[both], two[both]
    if not len(one):
        return Difference(outcome, 0, *([np.nan] * 8))
    apart = two - one
    low, high = _student_interval(apart)
    lowest, highest = _bootstrap_interval(apart, seed)
    means = (float(one.mean()), float(two.mean()), float(apart.mean()))
    return Difference(outcome, len(one), *means, low, high, lowest, highest, _p_value(one, two))


def _student_interval(apart: NDArray[np.float64]) -> tuple[float, float]:
    from scipy.stats import t as student

    count, mean = len(apart), float(apart.mean())
    if count < 2:
        return float("nan"), float("nan")
    error = float(apart.std(ddof=1)) / np.sqrt(count)
    half = float(student.ppf(0.5 + CONFIDENCE / 2.0, count - 1)) * error
    return mean - half, mean + half


def _bootstrap_interval(apart: NDArray[np.float64], seed: int) -> tuple[float, float]:
    generator = np.random.Generator(np.random.Philox(seed))
    means = np.array([apart[generator.integers(0, len(apart), len(apart))].mean() for _ in range(_RESAMPLES)])
    tail = 50.0 * (1.0 - CONFIDENCE)
    low, high = np.percentile(means, [tail, 100.0 - tail])
    return float(low), float(high)


def _p_value(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    from scipy.stats import binomtest, wilcoxon

    apart = two - one
    if not apart.any():
        return 1.0
    if np.isin(one, (0.0, 1.0)).all() and np.isin(two, (0.0, 1.0)).all():
        return float(binomtest(int((apart > 0).sum()), int((apart != 0).sum())).pvalue)
    return float(wilcoxon(one, two).pvalue)
