"""Cells of terrain within wider cells, and what each sends to the sides from which it is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled
from moonstation.moon.regolith.views import SIDES

FloatArray = NDArray[np.float64]
Floats = NDArray[np.float32]
IntArray = NDArray[np.int32]
#: Parts of a pixel, each with its own slope: north-west, north-east, south-west, south-east.
FACETS = 4
_WIDER = 6  # levels of cells above the coarsest node


@dataclass(frozen=True)
class Blends:
    """What is seen of cells, from nodes upwards: SIDES lights of each node, then those of wider cells.

    facets : share of each facet in what a node shows on each side, shape (nodes, SIDES, FACETS)
    member, share : a light after those of the nodes is the sum of ``share * lights[member]``, shape (blends, 4)
    levels : blends from ``levels[k]`` to ``levels[k + 1]`` have no members among themselves or later ones
    """

    facets: Floats
    member: IntArray
    share: Floats
    levels: tuple[int, ...]


@dataclass(frozen=True)
class Cells:
    """Nodes, then cells of terrain, each within one of twice its width.

    parent : cell that holds each node and cell, -1 at the top
    starts : where the cells of each width begin, the narrowest first, and where the last ends
    """

    parent: IntArray
    starts: tuple[int, ...]


def cells_over(level: IntArray, row: NDArray[np.int64], col: NDArray[np.int64]) -> Cells:
    """Cells for nodes at rows and columns counted in pixels of their own width, 2**level of the narrowest."""
    parents = [np.full(level.size, -1, np.int32)]
    starts = [level.size]
    number, rows, cols = (np.empty(0, np.int64) for _ in range(3))
    for k in range(int(level.max()) + _WIDER):
        mine = np.flatnonzero(level == k)
        rows, cols = np.concatenate([rows, row[mine]]) >> 1, np.concatenate([cols, col[mine]]) >> 1
        keys, inverse = np.unique(np.stack([rows, cols]), axis=1, return_inverse=True)
        above = (starts[-1] + inverse.reshape(-1)).astype(np.int32)
        if k > 0:
            parents.append(above[: number.size])
        parents[0][mine] = above[number.size :]
        number = starts[-1] + np.arange(keys.shape[1])
        starts.append(starts[-1] + number.size)
        rows, cols = keys
    parents.append(np.full(number.size, -1, np.int32))
    return Cells(np.concatenate(parents), tuple(starts))


def blends_of(cells: Cells, facing: FloatArray, hit: IntArray) -> Blends:
    """The blends that the views ``hit`` need, whose numbers are changed to those of lights.

    ``facing`` is the area that each facet turns to what it sees on each side, shape (nodes, SIDES, FACETS): a cell is
    seen from a side as its facets look there.
    """
    count, starts = facing.shape[0], cells.starts
    seen = np.concatenate([facing.sum(axis=2), np.zeros((cells.parent.size - count, SIDES))])
    member = _members(cells.parent, count)
    for first, last in zip(starts[:-1], starts[1:], strict=True):
        within = member[first - count : last - count]
        seen[first:last] = np.where(within[..., None] >= 0, seen[within], 0.0).sum(axis=1)
    needed = _needed(member, starts, cells.parent.size, hit)
    number = np.concatenate([np.arange(SIDES * count), SIDES * count - 1 + np.cumsum(needed)]).astype(np.int32)
    hit[:] = number[hit]
    cell, side = np.divmod(SIDES * count + np.flatnonzero(needed), SIDES)
    within, side = member[cell - count], side[:, None]
    light = np.where(within >= 0, number[SIDES * within + side], 0)
    share = np.where(within >= 0, seen[within, side], 0.0) / seen[cell[:, None], side]
    levels = tuple(int(k) for k in np.searchsorted(cell, np.asarray(starts)))
    facets = facing / seen[:count, :, None]
    return Blends(facets.astype(np.float32), light.astype(np.int32), share.astype(np.float32), levels)


def _needed(member: IntArray, starts: tuple[int, ...], cells: int, hit: IntArray) -> NDArray[np.bool_]:
    """Which cells wider than nodes are seen from which sides, or are in one that is; shape (such cells x SIDES,)."""
    needed = np.zeros((cells, SIDES), bool)
    needed.reshape(-1)[hit] = True
    for first, last in reversed(list(zip(starts[:-1], starts[1:], strict=True))):
        within = member[first - starts[0] : last - starts[0]]
        for k in range(4):
            held = within[:, k] >= 0
            needed[within[held, k]] |= needed[first:last][held]
    return needed[starts[0] :].reshape(-1)


def _members(parent: IntArray, count: int) -> IntArray:
    """Up to four members of each cell, -1 where there are fewer, shape (cells, 4)."""
    held = np.flatnonzero(parent >= 0)
    held = held[np.argsort(parent[held], kind="stable")]
    of = parent[held] - count
    member = np.full((parent.size - count, 4), -1, np.int32)
    member[of, np.arange(of.size) - np.searchsorted(of, of)] = held
    return member


@compiled
def blend(part: tuple[int, int], member: IntArray, share: Floats, lights: Floats) -> None:
    """Fill the lights of blends from ``part[0]`` up to ``part[1]``, of shape (SIDES * nodes + blends, 2)."""
    first = lights.shape[0] - member.shape[0]
    for i in range(part[0], part[1]):
        for b in range(2):
            total = 0.0
            for k in range(4):
                total += share[i, k] * lights[member[i, k], b]
            lights[first + i, b] = total
