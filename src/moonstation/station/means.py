"""Means of long series over the records of a run, how long these are, and how many steps a window takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.events import find_runs
from moonstation.core.machine_code import compiled


def steps_in(window_h: float, step_h: float) -> int:
    """Steps in a window, at least one."""
    return max(1, round(window_h / step_h))


def lengths_of(steps: int, length: int) -> NDArray[np.int64]:
    """Steps in each record of up to ``length`` of them, of which the last may be short, shape (record,)."""
    return np.minimum(length, steps - np.arange(0, steps, length))


def lacking(lengths: NDArray[np.int64]) -> float:
    """What the last record lacks of a whole one, 0 where it is as long as the first [-]."""
    return 1.0 - float(lengths[-1]) / float(lengths[0])


def record_at(step: ArrayLike, steps: int, length: int) -> NDArray[np.int64]:
    """Number of the record that each step of a run of ``steps`` lies in; the count of records for those past its end.

    length : steps in a record, of which the last may be short
    """
    return np.where(np.less(step, steps), np.floor_divide(step, length), -(-steps // length))


def longest_steps(mask: ArrayLike, lengths: NDArray[np.int64]) -> int:
    """Steps in the longest unbroken run of True over records of these lengths, 0 where there is none."""
    first, last = find_runs(mask)
    before = np.concatenate(([0], np.cumsum(lengths)))
    return int((before[last] - before[first]).max()) if len(first) else 0


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
