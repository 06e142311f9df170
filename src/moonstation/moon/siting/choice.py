"""Choosing among places: constraints that cut, wishes that add up to a score, maxima apart, the Pareto front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.moon.siting.criteria import Criterion
from moonstation.moon.sphere import arc_rad

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
_BLOCK = 100_000  # pixels of equal rank that are looked at together


@dataclass(frozen=True, slots=True)
class Scale:
    """Values of a wish that are worth nothing and all."""

    worst: float
    best: float

    def worth(self, value: ArrayLike) -> FloatArray:
        """Worth of values [-]: straight from 0 at ``worst`` to 1 at ``best``, and no more outside; shape kept."""
        values = np.asarray(value, dtype=np.float64)
        if self.best == self.worst:
            return np.where(np.isnan(values), np.nan, 1.0)
        with np.errstate(invalid="ignore", over="ignore"):  # over: ends that lie next to each other
            return np.clip((values - self.worst) / (self.best - self.worst), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Cut:
    """What one constraint takes: shares of the ground that is known [-].

    alone : falls by this constraint; only : falls by no other; left : is left after this one and those before it
    """

    label: str
    words: str
    alone: float
    only: float
    left: float


def keeps(criterion: Criterion, value: ArrayLike) -> BoolArray:
    """Whether values keep to a constraint, shape kept; what is not known does not."""
    values = np.asarray(value, dtype=np.float64)
    low = -np.inf if criterion.min is None else criterion.min
    high = np.inf if criterion.max is None else criterion.max
    return np.asarray((values >= low) & (values <= high))


def cuts(constraints: Sequence[Criterion], values: Mapping[str, FloatArray], known: BoolArray) -> list[Cut]:
    """What each constraint takes of the known ground, in the order of the file."""
    count = max(int(known.sum()), 1)
    kept = [keeps(one, values[one.label])[known] for one in constraints]
    falls = sum((~each).astype(np.int64) for each in kept) if kept else np.zeros(0)
    left = np.ones(int(known.sum()), dtype=bool)
    found = []
    for one, each in zip(constraints, kept, strict=True):
        left &= each
        only = int((~each & (falls == 1)).sum())
        found.append(
            Cut(one.label, limits_in_words(one), int((~each).sum()) / count, only / count, int(left.sum()) / count)
        )
    return found


def limits_in_words(criterion: Criterion) -> str:
    """A constraint as people say it: ``slope_deg at most 15``."""
    low = None if criterion.min is None else f"at least {criterion.min:g}"
    high = None if criterion.max is None else f"at most {criterion.max:g}"
    return f"{criterion.label} {' and '.join(part for part in (low, high) if part)}"


def scales(wishes: Sequence[Criterion], values: Mapping[str, FloatArray], left: BoolArray) -> dict[str, Scale]:
    """Ends of each wish: as the file says, else the worst and the best finite value on the ground that is left.

    Where all the ground lies beyond the one end that the file gives, the other is put next to it: all is worth the
    same, nothing or most, and never the wrong way round.
    """
    found = {}
    for one in wishes:
        inside = values[one.label][left]
        inside = one.of.sense * inside[np.isfinite(inside)]
        low, high = (one.of.sense * float(end) for end in (inside.min(), inside.max())) if inside.size else (0.0, 0.0)
        worst, best = (given if given is not None else own for given, own in ((one.worst, low), (one.best, high)))
        if one.of.sense * (best - worst) < 0.0:
            if one.best is None:
                best = float(np.nextafter(worst, one.of.sense * np.inf))
            else:
                worst = float(np.nextafter(best, -one.of.sense * np.inf))
        found[one.label] = Scale(worst, best)
    return found


def score(wishes: Sequence[Criterion], values: Mapping[str, ArrayLike], scale: Mapping[str, Scale]) -> FloatArray:
    """Mean worth of all wishes by weight [-], 0 to 1, shape of the values."""
    total = sum(one.weight for one in wishes)
    return np.asarray(sum(one.weight / total * scale[one.label].worth(values[one.label]) for one in wishes), float)


def maxima_apart(
    score: FloatArray, directions: NDArray[np.float64], apart_rad: float, count: int
) -> list[tuple[int, int]]:
    """Pixels (row, column) with the highest scores that no neighbour exceeds, none nearer than an arc to a better one.

    score : NaN where a place is out; directions : unit vectors of the pixels, shape (rows, columns, 3)

    Where much ground has one score, every pixel of it is a maximum: they are looked at in blocks, so that memory stays
    some bytes a pixel and time grows with ``count`` alone.
    """
    from scipy.ndimage import maximum_filter

    filled = np.where(np.isnan(score), -np.inf, score)
    peaks = np.flatnonzero((filled == maximum_filter(filled, size=3, mode="nearest")) & np.isfinite(filled))
    order = peaks[np.argsort(-filled.ravel()[peaks], kind="stable")]
    vectors = directions.reshape(-1, 3)
    chosen: list[int] = []
    for begin in range(0, order.size, _BLOCK):
        block = _apart_from(vectors[chosen], order[begin : begin + _BLOCK], vectors, apart_rad)
        while block.size and len(chosen) < count:
            chosen.append(int(block[0]))
            chord = np.linalg.norm(vectors[block[1:]] - vectors[block[0]], axis=-1)
            block = block[1:][arc_rad(chord) >= apart_rad]
        if len(chosen) == count:
            break
    return (
        [(int(row), int(col)) for row, col in zip(*np.unravel_index(chosen, score.shape), strict=True)]
        if chosen
        else []
    )


def _apart_from(chosen: FloatArray, block: NDArray[np.intp], vectors: FloatArray, apart_rad: float) -> NDArray[np.intp]:
    """Those pixels of a block that lie at least an arc from all that are chosen."""
    from scipy.spatial import cKDTree

    if not len(chosen):
        return block
    chord, _ = cKDTree(chosen).query(vectors[block])
    return np.asarray(block[arc_rad(chord) >= apart_rad])


def pareto_front(wishes: Sequence[Criterion], values: Sequence[Mapping[str, float]]) -> BoolArray:
    """Whether no other place is at least as good in every wish and better in one, shape (places,)."""
    if not values:
        return np.zeros(0, dtype=bool)
    table: FloatArray = np.array([[one.of.sense * row[one.label] for one in wishes] for row in values])
    as_good = np.all(table[None, :, :] >= table[:, None, :], axis=2)
    better = np.any(table[None, :, :] > table[:, None, :], axis=2)
    return np.asarray(~np.any(as_good & better, axis=1))
