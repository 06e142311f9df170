"""The moves that a vehicle can make from pixel to pixel, and shortest ways over them.

Each pixel has sixteen neighbours: eight beside it and the eight a knight's move away. Paths over such a mesh are at
most 2.7 % longer than free ones (1 / cos 13.3 deg; eight neighbours: 8.2 %). Shortest paths and spanning trees are
those of scipy.sparse.csgraph.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csgraph

from moonstation.core.errors import Fault, RangeError
from moonstation.moon.area import MapArea
from moonstation.moon.ways.slope import FloatArray, Relief

#: Rows and columns of one half of the sixteen moves; the other half goes back.
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))
#: Most pixels of an area in which ways are sought; its moves take about 700 bytes each while ways are sought.
MOST_PIXELS = 3_000_000
_NO_PIXEL = -9999  # scipy's mark for a pixel that has no predecessor
_LEAST_DEG = 1e-6  # csgraph takes a weight of nothing for no move


@dataclass(frozen=True, eq=False)
class Moves:
    """Moves between neighbouring pixels of a relief, each listed once, shape (n,); there and back are alike.

    start, end : pixels, as row * columns + column
    length_m : length over the ground, bent at the middle [m]
    along_deg : steepest pitch on the way [deg], unsigned
    across_deg : steepest tilt to the side at its ends [deg], unsigned
    """

    relief: Relief
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    length_m: NDArray[np.float32]
    along_deg: NDArray[np.float32]
    across_deg: NDArray[np.float32]

    def drivable(self, max_slope_deg: float, max_cross_deg: float) -> NDArray[np.bool_]:
        """Whether a move keeps to the limits of pitch and side tilt [deg]."""
        return (self.along_deg <= max_slope_deg) & (self.across_deg <= max_cross_deg)

    def graph(self, weight: NDArray[Any], chosen: NDArray[np.bool_]) -> Any:
        """The chosen moves with their weights as a symmetric sparse matrix over all pixels."""
        start, end, value = self.start[chosen], self.end[chosen], weight[chosen].astype(np.float64)
        both = (np.concatenate([start, end]), np.concatenate([end, start]))
        count = self.relief.ground_m.size
        return coo_matrix((np.concatenate([value, value]), both), shape=(count, count)).tocsr()


def moves_over(relief: Relief) -> Moves:
    """All moves between pixels whose ground and slope are known. Raises RangeError where the area is too large."""
    refuse_large(relief.area)
    parts = [_moves(relief, dr, dc) for dr, dc in STEPS]
    columns = (np.concatenate([part[i] for part in parts]) for i in range(5))
    return Moves(relief, *columns)


def refuse_large(area: MapArea) -> None:
    """Raise RangeError for an area of too many pixels; ask before its heights are read."""
    count = area.shape[0] * area.shape[1]
    if count > MOST_PIXELS:
        hint = "seek in a smaller area, or give a coarser elevation model"
        allowed = f"at most {MOST_PIXELS:,}"
        raise RangeError(Fault("area", "too many pixels to seek ways in", count, "", allowed, hint))


def distance_to_m(
    moves: Moves,
    targets: NDArray[np.bool_],
    max_slope_deg: float,
    max_cross_deg: float,
    limit_m: float = np.inf,
) -> FloatArray:
    """Length [m] of the shortest drivable way from each pixel to the nearest target, shape (rows, columns).

    Infinite where there is none up to ``limit_m``. Dijkstra from all targets at once.
    """
    out = np.full(targets.size, np.inf)
    sources = np.flatnonzero(_rim(targets))
    if sources.size:
        graph = moves.graph(moves.length_m, moves.drivable(max_slope_deg, max_cross_deg))
        out = csgraph.dijkstra(graph, directed=True, indices=sources, min_only=True, limit=limit_m)
    out[targets.ravel()] = 0.0
    return np.asarray(out.reshape(targets.shape))


def shortest_path(
    moves: Moves, start: int, targets: NDArray[np.bool_], max_slope_deg: float, max_cross_deg: float
) -> NDArray[np.int64] | None:
    """Pixels of the shortest drivable way from a pixel to the nearest target, both included; None where none is."""
    graph = moves.graph(moves.length_m, moves.drivable(max_slope_deg, max_cross_deg))
    length, before = csgraph.dijkstra(graph, directed=True, indices=start, return_predecessors=True)
    reached = np.flatnonzero(targets.ravel())
    if not reached.size or not np.isfinite(length[reached]).any():
        return None
    return _back(before, int(reached[np.argmin(length[reached])]))


def least_slope_limit_deg(
    moves: Moves, start: int, targets: NDArray[np.bool_], cross_over_slope: float = 1.0
) -> float | None:
    """The lowest slope limit [deg], to a hundredth, that leaves a way to a target; None where nothing connects them.

    The limit to the side is ``cross_over_slope`` times the one along. The way over a minimum spanning tree has the
    lowest highest weight of all ways (Hu 1961, Operations Research 9:898).
    """
    needs = np.maximum(moves.along_deg, moves.across_deg.astype(np.float64) / cross_over_slope) + _LEAST_DEG
    tree = csgraph.minimum_spanning_tree(moves.graph(needs, np.ones(needs.size, dtype=bool)))
    tree = tree + tree.T
    order, before = csgraph.breadth_first_order(tree, start, directed=True)
    step_deg = np.asarray(tree[before[order[1:]], order[1:]]).ravel()
    worst = np.full(targets.size, np.inf)
    worst[start] = 0.0
    for pixel, above, needed in zip(order[1:], before[order[1:]], step_deg, strict=True):
        worst[pixel] = max(worst[above], needed)
    least = float(worst[targets.ravel()].min(initial=np.inf))
    return math.ceil(100.0 * least) / 100.0 if np.isfinite(least) else None


def _moves(relief: Relief, dr: int, dc: int) -> tuple[NDArray[Any], ...]:
    """Start, end, length, pitch and side tilt of one of the sixteen moves from every pixel that allows it."""
    rows, cols = relief.ground_m.shape
    here = (slice(0, max(rows - dr, 0)), slice(max(0, -dc), cols - max(0, dc)))
    there = (slice(min(dr, rows), rows), slice(max(0, dc), cols + min(0, dc)))
    ground, side = relief.ground_m, relief.pixel_m
    level_m = np.hypot(dr, dc) * 0.5 * (side[here] + side[there])
    middle = _middle_m(ground, dr, dc, here, there)
    rise = np.abs(np.stack([middle - ground[here], ground[there] - middle]))
    length = np.hypot(0.5 * level_m, rise).sum(axis=0)
    along = np.degrees(np.arctan(rise.max(axis=0) / (0.5 * level_m)))
    east, north = dc / np.hypot(dr, dc), -dr / np.hypot(dr, dc)
    tilt = np.abs(relief.rise_north * east - relief.rise_east * north)
    across = np.degrees(np.arctan(np.maximum(tilt[here], tilt[there])))
    index = np.arange(rows * cols, dtype=np.int32).reshape(rows, cols)
    known = np.isfinite(along) & np.isfinite(across)
    numbers = (part[known].astype(np.float32) for part in (length, along, across))
    return index[here][known], index[there][known], *numbers


def _middle_m(ground: FloatArray, dr: int, dc: int, here: Any, there: Any) -> FloatArray:
    """Height of the bilinear ground half way [m]."""
    if dr * dc == 0:
        return np.asarray(0.5 * (ground[here] + ground[there]))
    turn = 1 if dc > 0 else -1
    near = _shifted(ground, here, (dr // 2, turn * (abs(dc) // 2)))
    far = _shifted(ground, there, (-(dr // 2), -turn * (abs(dc) // 2)))
    if abs(dr) != abs(dc):  # a knight's move passes between the two pixels in its middle
        return np.asarray(0.5 * (near + far))
    beside, below = _shifted(ground, here, (0, dc)), _shifted(ground, here, (dr, 0))
    return np.asarray(0.25 * (ground[here] + ground[there] + beside + below))


def _shifted(ground: FloatArray, where: Any, by: tuple[int, int]) -> FloatArray:
    rows, cols = where
    return ground[rows.start + by[0] : rows.stop + by[0], cols.start + by[1] : cols.stop + by[1]]


def _rim(targets: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Targets that have a pixel of another kind within a knight's move: ways from outside end at these."""
    from scipy.ndimage import binary_erosion

    inner = binary_erosion(targets, np.ones((5, 5), dtype=bool), border_value=1)
    return np.asarray(targets & ~inner)


def _back(before: NDArray[Any], pixel: int) -> NDArray[np.int64]:
    path = [pixel]
    while before[path[-1]] != _NO_PIXEL:
        path.append(int(before[path[-1]]))
    return np.array(path[::-1], dtype=np.int64)
