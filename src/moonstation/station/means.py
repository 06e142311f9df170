"""Means of long series over the records of a run, and how many steps a window takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.machine_code import compiled


def steps_in(window_h: float, step_h: float) -> int:
    """Steps in a window, at least one."""
    return max(1, round(window_h / step_h))


def means_over(series: ArrayLike, length: int) -> NDArray[np.float64]:
    """Mean of every ``length`` values of a series, summed in double precision; the last may be of fewer.

    series : (count,), any number; the result has the shape (count / length, rounded up)
    """
    values = np.ascontiguousarray(series)
    if values.dtype not in (np.float32, np.float64):
        values = values.astype(np.float64)
    return _means(values, length, np.empty(-(-len(values) // length)))


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
