"""The longest time that a body stays behind a sky-line, without looking at every step.

A gap longer than the longest one known must cover the step that lies as far after the last step in sight; where that
step, or one between, shows the body, all before it is settled (the idea of Boyer and Moore 1977 for words in a text).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled

Line = NDArray[np.float32]
_STRIDES = (64, 16, 4, 1)


@compiled
def longest_gap_steps(path: Line, edge: Line, hint: NDArray[np.int64]) -> float:
    """Longest gap [steps]: in sight is a step at which the upper edge of the disc passes that of its direction.

    Parameters
    ----------
    path : number of the direction and upper edge of the disc [deg] at every step, shape (steps, 2)
    edge : what the upper edge has to pass [deg], by direction, shape (slots,)
    hint : a step to look at first, shape (1,); becomes the middle of the longest gap, so that a neighbour is found
        sooner. The result does not depend on it.

    Returns
    -------
    The length with its ends interpolated between steps; a gap cut by the begin or end of the record counts with what
    was seen of it.
    """
    count = path.shape[0]
    most, longest = _gap_around(path, edge, hint[0]) if hint[0] < count else (0, 0.0)
    seen = -1  # the last step in sight
    while True:
        need = max(most - 1, 1)  # a gap of a step less may still be the longer one when its ends are refined
        probe = seen + need
        if probe >= count:
            return longest
        latest = _last_in_sight(path, edge, seen, probe)
        if latest > seen:
            seen = latest
            continue
        after = _next_in_sight(path, edge, probe + 1)
        length = _refined(path, edge, seen, after)
        if length > longest:
            longest = length
            hint[0] = (seen + after) // 2
        most = max(most, after - seen - 1)
        seen = after


@compiled
def _in_sight(path: Line, edge: Line, i: int) -> bool:
    return bool(path[i, 1] > edge[int(path[i, 0])])


@compiled
def _gap_around(path: Line, edge: Line, i: int) -> tuple[int, float]:
    """Steps and refined length of the gap around a step; nothing where the body is in sight."""
    if _in_sight(path, edge, i):
        return 0, 0.0
    seen, after = i - 1, _next_in_sight(path, edge, i + 1)
    while seen >= 0 and not _in_sight(path, edge, seen):
        seen -= 1
    return after - seen - 1, _refined(path, edge, seen, after)


@compiled
def _last_in_sight(path: Line, edge: Line, seen: int, probe: int) -> int:
    """A late step in (seen, probe] with the body in sight, or ``seen`` where there is none."""
    for stride in _STRIDES:
        i = probe
        while i > seen:
            if _in_sight(path, edge, i):
                return i
            i -= stride
    return seen


@compiled
def _next_in_sight(path: Line, edge: Line, i: int) -> int:
    """First step from ``i`` on with the body in sight, or the number of steps where there is none."""
    while i < path.shape[0] and not _in_sight(path, edge, i):
        i += 1
    return i


@compiled
def _refined(path: Line, edge: Line, seen: int, after: int) -> float:
    """Length [steps] of the gap between two steps in sight, by where the edge crosses the sky-line in its end steps."""
    begin = 0.0 if seen < 0 else seen + _crossing(path, edge, seen, seen + 1)
    count = path.shape[0]
    return (float(count) if after == count else after - 1 + _crossing(path, edge, after - 1, after)) - begin


@compiled
def _crossing(path: Line, edge: Line, i: int, j: int) -> float:
    """Share of the step from i to j at which the upper edge crosses the sky-line [-]."""
    here, there = path[i, 1] - edge[int(path[i, 0])], path[j, 1] - edge[int(path[j, 0])]
    return float(here / (here - there)) if here != there else 0.5
