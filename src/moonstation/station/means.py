"""Long series over the records of a run: means, greatest values, shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.machine_code import compiled


def means_over(series: ArrayLike, length: int) -> NDArray[np.float64]:
    """Mean of every ``length`` values of a series, summed in double precision; the last may be of fewer.

    series : (count,), any number; the result has the shape (count / length, rounded up)
    """
    values = np.ascontiguousarray(series)
    if values.dtype not in (np.float32, np.float64):
        values = values.astype(np.float64)
    return _means(values, length, np.empty(-(-len(values) // length)))


def greatest_over(series: NDArray[np.int8], length: int) -> NDArray[np.int8]:
    """Greatest of every ``length`` values of a series, (count,) -> (count / length, rounded up)."""
    return _greatest(series, length, np.empty(-(-len(series) // length), np.int8))


def share_of_known(series: NDArray[np.int8], length: int) -> NDArray[np.float32]:
    """Share of 1 among those of every ``length`` values that are 0 or 1, nan where all are less.

    series : (count,); the result has the shape (count / length, rounded up)
    """
    return _shares(series, length, np.empty(-(-len(series) // length), np.float32))


@compiled
def _greatest(values: NDArray[np.int8], length: int, greatest: NDArray[np.int8]) -> NDArray[np.int8]:
    for number in range(len(greatest)):
        best = values[number * length]
        for at in range(number * length + 1, min((number + 1) * length, len(values))):
            best = max(best, values[at])
        greatest[number] = best
    return greatest


@compiled
def _shares(values: NDArray[np.int8], length: int, shares: NDArray[np.float32]) -> NDArray[np.float32]:
    for number in range(len(shares)):
        known = good = 0
        for at in range(number * length, min((number + 1) * length, len(values))):
            known += values[at] >= 0
            good += values[at] == 1
        shares[number] = np.float32(good) / np.float32(known) if known else np.float32(np.nan)
    return shares


@compiled
def _means(values: NDArray[np.floating], length: int, means: NDArray[np.float64]) -> NDArray[np.float64]:
    for number in range(len(means)):
        first = number * length
        last = min(first + length, len(values))
        total = 0.0
        for at in range(first, last):
            total += values[at]
        means[number] = total / (last - first)
    return means
