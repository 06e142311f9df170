"""One generic event finder: when does a quantity stand above a threshold, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Windows:
    """Spans of time, in order. ``open_start``/``open_end``: the span was cut by the begin or end of the record.

    ``start`` and ``end`` carry the unit of the times given to the finder, shape (n,).
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    open_start: bool = False
    open_end: bool = False

    def __len__(self) -> int:
        """Count of windows."""
        return len(self.start)

    @property
    def duration(self) -> NDArray[np.float64]:
        """Length of each window, in the unit of the times."""
        return self.end - self.start

    @property
    def longest(self) -> float:
        """Longest window, 0 when there is none; a window cut by the record counts with what was seen of it."""
        return float(self.duration.max()) if len(self) else 0.0


def find_windows(
    times: ArrayLike,
    values: ArrayLike,
    threshold: float = 0.0,
    *,
    refine: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None,
    tolerance: float = 1.0,
) -> Windows:
    """Windows in which ``values > threshold``.

    Parameters
    ----------
    times : rising sample times, shape (n,)
    values : the quantity at these times, shape (n,); boolean arrays work with ``threshold=0.5``
    threshold : level that the quantity must exceed
    refine : the quantity as a function of time (array in, array out); crossings are then bisected
        to ``tolerance``. Without it they are interpolated linearly.
    tolerance : half-width left after bisection, in the unit of ``times``

    Raises ValueError where times and values do not match.
    """
    t = np.asarray(times, dtype=np.float64)
    v = np.asarray(values, dtype=np.float64) - threshold
    if t.ndim != 1 or t.shape != v.shape:
        raise ValueError(f"times {t.shape} and values {v.shape} must be one-dimensional and equally long")
    if t.size == 0:
        return Windows(np.empty(0), np.empty(0))
    above = v > 0
    change = np.flatnonzero(above[1:] != above[:-1])
    if refine is None:
        denominator = v[change + 1] - v[change]
        crossing = t[change] - v[change] * (t[change + 1] - t[change]) / denominator
    else:
        crossing = _bisect(t[change], t[change + 1], above[change], lambda x: refine(x) - threshold, tolerance)
    rising = above[change + 1]
    start, end = crossing[rising], crossing[~rising]
    if above[0]:
        start = np.concatenate([t[:1], start])
    if above[-1]:
        end = np.concatenate([end, t[-1:]])
    return Windows(start, end, bool(above[0]), bool(above[-1]))


def _bisect(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    left_above: NDArray[np.bool_],
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    tolerance: float,
) -> NDArray[np.float64]:
    left, right = left.copy(), right.copy()
    while left.size and np.max(right - left) > 2 * tolerance:
        middle = 0.5 * (left + right)
        same = (function(middle) > 0) == left_above
        left = np.where(same, middle, left)
        right = np.where(same, right, middle)
    return 0.5 * (left + right)


def find_runs(mask: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and one-past-last index of every unbroken run of True, for values that stand for whole steps."""
    flags = np.concatenate([[False], np.asarray(mask, dtype=bool), [False]])
    edges = np.flatnonzero(flags[1:] != flags[:-1])
    return edges[::2], edges[1::2]


def longest_run(mask: ArrayLike) -> int:
    """Steps in the longest unbroken run of True, 0 when there is none."""
    start, end = find_runs(mask)
    return int((end - start).max()) if len(start) else 0
