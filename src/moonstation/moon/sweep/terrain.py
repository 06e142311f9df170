"""Terrain as the sweep takes it: heights at the map's own pixels, and means of growing cells in rings around."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from moonstation.core.machine_code import compiled_with
from moonstation.moon.projection import bilinear, pixel_of
from moonstation.moon.sphere import moon_radius_m
from moonstation.moon.sweep.lattice import TILE, Lattice, direction_of, ring_edge

if TYPE_CHECKING:
    from moonstation.moon.dem import Patch

#: Stands for "no terrain here": so deep that nothing is ever hidden by it.
VOID = np.float32(-1e8)
#: Points along each side of a wider ring's cell, of which it holds the mean.
PARTS = 2
#: Points along a row of the map between which pixels of other maps are taken as evenly spaced.
RUN = 8
_PAD = 4
_jit = compiled_with(nogil=True, error_model="numpy", _nrt=False)  # nothing is made in here: all room is given
_Packed = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Raster:
    """Heights of cells of 2^ring pixels: ``heights`` (rows, columns) float32, from cell ``row0``, ``col0`` on.

    Stored as R h / (R + h) [m], in which straight lines of sight are straight over any arc (docs/models/horizon.md).
    """

    ring: int
    row0: int
    col0: int
    heights: np.ndarray


def packed(patches: Sequence[Patch]) -> _Packed:
    """A nest of patches as compiled code takes it: heights in one row, starts, shapes, grids, postings."""
    patches = sorted(patches, key=lambda patch: patch.posting_m)
    pieces = [patch.heights_m.ravel() for patch in patches]
    return (
        pieces[0] if len(pieces) == 1 else np.concatenate(pieces),
        np.cumsum([0, *[piece.size for piece in pieces[:-1]]]).astype(np.int64),
        np.array([patch.heights_m.shape for patch in patches], dtype=np.int64),
        np.stack([patch.grid for patch in patches]),
        np.array([patch.posting_m for patch in patches]),
    )


def empty_raster(tiles: tuple[int, int, int, int], ring: int) -> Raster:
    """A raster for ``fill_raster``, wide enough for one ring around a rectangle of pixels."""
    edge, cell = ring_edge(ring) + TILE, 2**ring
    r0, c0 = ((low - edge) // cell - _PAD for low in tiles[:2])
    r1, c1 = (-(-(high + edge) // cell) + _PAD for high in tiles[2:])
    return Raster(ring, r0, c0, np.empty((r1 - r0, c1 - c0), dtype=np.float32))


def fill_raster(nest: _Packed, lattice: Lattice, raster: Raster, first: int, last: int) -> None:
    """Fill rows ``first`` to ``last`` of a raster with the mean of points spread evenly in each cell."""
    cell, cols = 2**raster.ring, raster.heights.shape[1]
    parts = min(PARTS, cell)
    # Points of a row in runs that start at whole multiples of RUN cells, wherever the raster starts.
    skip = raster.col0 % RUN
    runs = -(-(skip + cols) // RUN) * parts
    room = np.empty((nest[1].size, 2, runs * RUN)), np.empty(runs, dtype=np.bool_), np.empty((2, cols))
    cells = (raster.row0, raster.col0, cell, parts)
    _fill(nest, lattice.frame, raster.heights, cells, (first, last), moon_radius_m(), room)


@_jit
def _fill(
    nest: _Packed,
    frame: np.ndarray,
    out: np.ndarray,
    cells: tuple[int, int, int, int],
    rows: tuple[int, int],
    radius: float,
    room: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    row0, col0, cell, parts = cells
    at, live, sums = room
    total, known = sums[0], sums[1]
    cols, skip = out.shape[1], col0 % RUN
    for i in range(rows[0], rows[1]):
        for j in range(cols):
            total[j], known[j] = 0.0, 0.0
        for part in range(parts):
            row = (row0 + i + (part + 0.5) / parts) * cell - 0.5
            _pixels_along(nest, frame, row, (col0 - skip) * cell - 0.5, cell / parts, at, live)
            for run in range(live.size):
                if not live[run]:
                    continue
                for j in range(max(run * RUN, skip * parts), min((run + 1) * RUN, (skip + cols) * parts)):
                    height = _height(nest, at, j)
                    if not math.isnan(height):
                        total[j // parts - skip] += height
                        known[j // parts - skip] += 1.0
        for j in range(cols):
            if known[j] > 0.0:
                mean = total[j] / known[j]
                out[i, j] = radius * mean / (radius + mean)
            else:
                out[i, j] = VOID


@_jit
def _pixels_along(
    nest: _Packed, frame: np.ndarray, row: float, left: float, step: float, out: np.ndarray, live: np.ndarray
) -> None:
    """Columns and rows in each patch of points along a row of the map: exact every RUN points, straight between.

    ``live`` tells which runs come upon any patch.
    """
    shapes, grids = nest[2], nest[3]
    for run in range(live.size):
        live[run], j = False, run * RUN
        xa, ya, za = direction_of(frame, row, left + (j + 0.5) * step)
        xb, yb, zb = direction_of(frame, row, left + (j + RUN - 0.5) * step)
        for level in range(grids.shape[0]):
            rows, cols = shapes[level, 0], shapes[level, 1]
            col_a, row_a = pixel_of(grids[level], xa, ya, za)
            col_b, row_b = pixel_of(grids[level], xb, yb, zb)
            if grids[level, 20] > 0.0 and not abs(col_b - col_a) < grids[level, 20] / 4.0:
                live[run] = True
                for n in range(RUN):  # beside a pole or the seam of a map in longitude: no straight line
                    x, y, z = direction_of(frame, row, left + (j + n + 0.5) * step)
                    out[level, 0, j + n], out[level, 1, j + n] = pixel_of(grids[level], x, y, z)
                continue
            beside = max(col_a, col_b) < -1.0 or min(col_a, col_b) > cols
            if not (beside or max(row_a, row_b) < -1.0 or min(row_a, row_b) > rows):
                live[run] = True
            for n in range(RUN):
                share = n / (RUN - 1.0)
                out[level, 0, j + n] = col_a + (col_b - col_a) * share
                out[level, 1, j + n] = row_a + (row_b - row_a) * share


@_jit
def _height(nest: _Packed, at: np.ndarray, j: int) -> float:
    """Height [m] at a point in the finest patch that has one; a post itself where the point is one."""
    heights, starts, shapes, grids, _ = nest
    for level in range(starts.size):
        col, row = at[level, 0, j], at[level, 1, j]
        rows, cols = shapes[level, 0], shapes[level, 1]
        near_col, near_row = math.floor(col + 0.5), math.floor(row + 0.5)
        post = abs(col - near_col) < 1e-4 and abs(row - near_row) < 1e-4
        if post and 0 <= near_row < rows and 0 <= near_col < cols:
            height = float(heights[starts[level] + int(near_row) * cols + int(near_col)])
        else:
            height = bilinear(heights, starts[level], rows, cols, grids[level, 20], col, row)
        if not math.isnan(height):
            return height
    return math.nan
