"""Two sites with one grid between them: how long both are dark at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.time import HOUR_S
from moonstation.moon.sphere import arc_rad

FloatArray = NDArray[np.float64]
#: Begin and end of each span without any part of the Sun [s], both of shape (n,), in order and apart.
Gaps = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sites by name: their distance [km], share of time with at least one lit [-], longest joint dark [h]."""

    first: str
    second: str
    distance_km: float
    lit_share: float
    longest_joint_dark_h: float

    def record(self) -> dict[str, Any]:
        """As a row of a table."""
        return {name: getattr(self, name) for name in self.__slots__}


def common_gaps(one: Gaps, other: Gaps) -> Gaps:
    """Spans in which both are dark.

    Spans that are in order and apart meet in at most as many parts as there are spans: time and memory grow with their
    number, not with its square.
    """
    first = np.searchsorted(other[1], one[0], side="right")  # of the other's spans, those that end after the begin
    count = np.maximum(np.searchsorted(other[0], one[1], side="left") - first, 0)  # and begin before the end
    mine = np.repeat(np.arange(one[0].size), count)
    theirs = np.arange(mine.size) - np.repeat(np.cumsum(count) - count, count) + first[mine]
    return np.maximum(one[0][mine], other[0][theirs]), np.minimum(one[1][mine], other[1][theirs])


def joint_dark(one: Gaps, other: Gaps) -> tuple[float, float]:
    """Total and longest time in which both are dark [s]."""
    start, end = common_gaps(one, other)
    length = end - start
    return float(length.sum()), float(length.max(initial=0.0))


def pairs_of(
    gaps: Mapping[str, Gaps],
    distance_km: Mapping[tuple[str, str], float],
    period_s: float,
    *,
    within_km: float,
    max_joint_dark_h: float | None = None,
    min_lit_share: float | None = None,
) -> list[Pair]:
    """Every pair near enough and dark little enough, the shortest joint dark first, then the most light.

    gaps : dark spans of each site by name; distance_km : of each pair of names, in the order of ``gaps``
    """
    found = []
    for first, second in combinations(gaps, 2):
        apart = distance_km[first, second]
        if apart > within_km:
            continue
        dark, longest = joint_dark(gaps[first], gaps[second])
        pair = Pair(first, second, apart, 1.0 - dark / period_s, longest / HOUR_S)
        too_dark = max_joint_dark_h is not None and pair.longest_joint_dark_h > max_joint_dark_h
        if not too_dark and (min_lit_share is None or pair.lit_share >= min_lit_share):
            found.append(pair)
    return sorted(found, key=lambda pair: (pair.longest_joint_dark_h, -pair.lit_share))


def distances_km(places: Sequence[tuple[str, NDArray[np.float64]]], radius_km: float) -> dict[tuple[str, str], float]:
    """Arc between each two places [km], from their unit vectors."""
    return {
        (one, other): float(radius_km * arc_rad(np.linalg.norm(here - there)))
        for (one, here), (other, there) in combinations(places, 2)
    }
