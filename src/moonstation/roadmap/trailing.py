"""Means and minima over the time just past: what a station has shown, not what it promises.

All functions take equally spaced values, shape (n,), and give the same shape; the first values, before a whole
window has passed, are NaN, for nothing is shown yet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def trailing_mean(values: ArrayLike, steps: int) -> FloatArray:
    """Mean over the last ``steps`` values; a NaN among them makes it NaN."""
    given = np.asarray(values, dtype=np.float64)
    unknown = np.isnan(given)
    gapless = not unknown.any()
    known = np.concatenate([[0.0], np.cumsum(given if gapless else np.where(unknown, 0.0, given))])
    mean = np.full(given.shape, np.nan)
    if given.size >= steps:
        mean[steps - 1 :] = (known[steps:] - known[:-steps]) / steps
        if not gapless:
            gaps = np.concatenate([[0], np.cumsum(unknown)])
            mean[steps - 1 :][gaps[steps:] > gaps[:-steps]] = np.nan
    return mean


def trailing_minimum(values: ArrayLike, steps: int) -> FloatArray:
    """Least of the last ``steps`` values; a NaN among them makes it NaN."""
    from scipy.ndimage import minimum_filter1d

    given = np.asarray(values, dtype=np.float64)
    if given.size < steps:
        return np.full(given.shape, np.nan)
    unknown = np.isnan(given)
    origin = (steps - 1) // 2  # the filter's window then ends at its own step
    least: FloatArray = minimum_filter1d(np.where(unknown, np.inf, given), steps, origin=origin, mode="nearest")
    gaps = minimum_filter1d(np.where(unknown, -1.0, 0.0), steps, origin=origin, mode="nearest")
    least[gaps < 0] = np.nan
    least[: steps - 1] = np.nan
    return least


def first_held(holds: ArrayLike, steps: int, short: float = 0.0) -> int | None:
    """Number of the first value of the first unbroken run of ``steps`` True values, None where there is none.

    short : what the last value of all lacks of a whole step [-]
    """
    from moonstation.core.events import find_runs

    held = np.asarray(holds, dtype=bool)
    start, end = find_runs(held)
    long_enough = np.flatnonzero(end - start - np.where(end == held.size, short, 0.0) >= steps)
    return int(start[long_enough[0]]) if long_enough.size else None
