"""Pyramids of nested elevation models: each knows what the finer ones cover, so that every point has one height."""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from moonstation.core.machine_code import compiled
from moonstation.moon.dem import Patch
from moonstation.moon.projection import GRID_SIZE, pixel_of
from moonstation.moon.sky_line.mipmap import (
    LEAF,
    Mipmap,
    direction_of,
    fill_tops_above,
    grouped,
    leaf_box,
    mipmap,
    with_rim,
)

#: For compiled code, the finer models of a leaf that they cover in part: which cells have a height (flat), where each
#: model begins, shapes in posts with the rim, grids.
Finer = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]

_FREE, _MIXED, _COVERED = 0, 1, 2
_kept: dict[tuple[int, ...], Nest] = {}


@dataclass(frozen=True, eq=False)
class Nest:
    """Pyramids, finest first; in ``mixed`` leaves a finer model has heights in places; ``finer`` says where."""

    mipmaps: tuple[Mipmap, ...]
    grids: tuple[np.ndarray, ...]
    postings_m: tuple[float, ...]
    mixed: tuple[np.ndarray, ...]
    finer: tuple[Finer, ...]

    @property
    def sound(self) -> bool:
        """Whether every height lies on the map's sphere, so that the pyramids hold."""
        return all(mip.sound for mip in self.mipmaps)


def nest_of(patches: Sequence[Patch]) -> Nest:
    """The nest of patches, finest first; built once for the same patches."""
    key = tuple(id(patch.heights_m) for patch in patches)
    if key not in _kept:
        _kept[key] = _built(patches)
        for patch in patches:
            weakref.finalize(patch.heights_m, _kept.pop, key, None)
    return _kept[key]


def _built(patches: Sequence[Patch]) -> Nest:
    mipmaps: list[Mipmap] = []
    mixed: list[np.ndarray] = []
    finer: list[Finer] = []
    for number, patch in enumerate(patches):
        above = patches[:number]
        states = np.zeros(0, np.uint8)
        mip = mipmap(patch)
        if above:
            states = np.zeros(mip.full.size, np.uint8)
            for other, over in zip(above, mipmaps, strict=True):
                _mark(patch.grid, mip.levels[0], mip.caps, mip.shape, other.grid, over, states)
            mip = _without(mip, states == _COVERED)
        mipmaps.append(mip)
        mixed.append(states == _MIXED if above else np.zeros(mip.full.size, np.bool_))
        finer.append(_finer(above))
    return Nest(
        tuple(mipmaps),
        tuple(patch.grid for patch in patches),
        tuple(patch.posting_m for patch in patches),
        tuple(mixed),
        tuple(finer),
    )


def _finer(patches: Sequence[Patch]) -> Finer:
    cells = [_cells_with_height(with_rim(patch)).ravel() for patch in patches]
    starts = np.concatenate([[0], np.cumsum([piece.size for piece in cells])]).astype(np.int64)
    shapes = np.array([patch.heights_m.shape for patch in patches], np.int64).reshape(-1, 2) + 2
    grids = np.array([patch.grid for patch in patches]).reshape(-1, GRID_SIZE)
    return np.concatenate([np.zeros(0, np.bool_), *cells]), starts, shapes, grids


def _cells_with_height(heights: np.ndarray) -> np.ndarray:
    known = np.isfinite(heights)
    known = known[:-1] & known[1:]
    return np.asarray(known[:, :-1] & known[:, 1:])


def _without(mip: Mipmap, covered: np.ndarray) -> Mipmap:
    """The pyramid without the leaves that finer models cover."""
    tops = mip.tops.copy()
    tops[: covered.size][covered] = -np.inf
    fill_tops_above(mip.levels, tops)
    return replace(mip, tops=tops, groups=grouped(mip.levels, mip.caps, tops))


def _mark(
    grid: np.ndarray,
    level: np.ndarray,
    caps: np.ndarray,
    shape: tuple[int, int],
    over_grid: np.ndarray,
    over: Mipmap,
    states: np.ndarray,
) -> None:
    """Mark the leaves that one finer pyramid covers, wholly or in part."""
    empty = ~np.isfinite(over.tops[: over.full.size])
    root = over.caps[over.levels[-1, 0]]
    own = (grid, level, caps, shape)
    theirs = (over_grid, over.levels[0], root, over.shape, over.full, empty)
    _mark_leaves(own, theirs, states)


@compiled
def _mark_leaves(
    own: tuple[np.ndarray, np.ndarray, np.ndarray, tuple[int, int]],
    theirs: tuple[np.ndarray, np.ndarray, np.ndarray, tuple[int, int], np.ndarray, np.ndarray],
    states: np.ndarray,
) -> None:
    grid, level, caps, shape = own
    _, _, root, _, _, _ = theirs
    root_radius = math.atan2(root[3], root[4])
    for i in range(level[1]):
        for j in range(level[2]):
            leaf = i * level[2] + j
            if states[leaf] == _COVERED:
                continue
            along = caps[leaf, 0] * root[0] + caps[leaf, 1] * root[1] + caps[leaf, 2] * root[2]
            radius = math.atan2(caps[leaf, 3], caps[leaf, 4])
            if math.acos(min(1.0, max(-1.0, along))) > radius + root_radius + 1e-6:
                continue
            frame = _frame_in(grid, leaf_box(i, j, shape[0], shape[1]), radius, theirs[0])
            states[leaf] = max(states[leaf], _state(frame, theirs))


@compiled
def _frame_in(
    grid: np.ndarray, box: tuple[float, float, float, float], radius: float, over: np.ndarray
) -> tuple[float, float, float, float]:
    """Rows and columns of a finer raster between which a leaf lies; NaN where that cannot be said."""
    row0, row1, col0, col1 = math.inf, -math.inf, math.inf, -math.inf
    for k in range(9):
        row = box[0] + 0.5 * (k // 3) * (box[1] - box[0])
        col = box[2] + 0.5 * (k % 3) * (box[3] - box[2])
        x, y, z = direction_of(grid, col - 1.0, row - 1.0)
        there_col, there_row = pixel_of(over, x, y, z)
        if math.isnan(there_col + there_row):
            return math.nan, math.nan, math.nan, math.nan
        row0, row1 = min(row0, there_row), max(row1, there_row)
        col0, col1 = min(col0, there_col), max(col1, there_col)
    if over[20] > 0.0 and col1 - col0 > 0.5 * over[20]:  # over the seam, or round the pole
        return math.nan, math.nan, math.nan, math.nan
    # A straight side of one map is an arc on the other: of its length, at most about the angle it spans.
    room = 1.0 + 4.0 * radius * max(row1 - row0, col1 - col0)
    return row0 - room, row1 + room, col0 - room, col1 + room


@compiled
def _state(
    frame: tuple[float, float, float, float],
    theirs: tuple[np.ndarray, np.ndarray, np.ndarray, tuple[int, int], np.ndarray, np.ndarray],
) -> int:
    """Whether a raster has no height within a frame of its own rows and columns, some, or all."""
    _, level, _, shape, full, empty = theirs
    row0, row1, col0, col1 = frame
    if math.isnan(row0):
        return _MIXED
    rows, cols = shape[0] - 2, shape[1] - 2
    if row1 < -0.5 or row0 > rows - 0.5 or col1 < -0.5 or col0 > cols - 0.5:
        return _FREE
    inside = row0 >= -0.5 and row1 <= rows - 0.5 and col0 >= -0.5 and col1 <= cols - 0.5
    some, holes = False, False
    for i in range(max(int(row0 + 1.0) // LEAF, 0), min(int(row1 + 1.0) // LEAF, level[1] - 1) + 1):
        for j in range(max(int(col0 + 1.0) // LEAF, 0), min(int(col1 + 1.0) // LEAF, level[2] - 1) + 1):
            some |= not empty[i * level[2] + j]
            holes |= not full[i * level[2] + j]
    if not some:
        return _FREE
    return _COVERED if inside and not holes else _MIXED


@compiled
def has_finer(finer: Finer, x: float, y: float, z: float) -> bool:
    """Whether some finer model has a height in the direction (x, y, z)."""
    cells, starts, shapes, grids = finer
    for k in range(shapes.shape[0]):
        col, row = pixel_of(grids[k], x, y, z)
        rows, cols = shapes[k, 0], shapes[k, 1]
        if -0.5 <= row <= rows - 2.5 and -0.5 <= col <= cols - 2.5:
            i, j = min(int(row + 1.0), rows - 2), min(int(col + 1.0), cols - 2)
            if cells[starts[k] + i * (cols - 1) + j]:
                return True
    return False
