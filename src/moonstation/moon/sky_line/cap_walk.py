"""Pyramids of greatest heights walked from the top for a sector of azimuths at once: the search for a sky-line.

Each node is a cap of the sphere. Its greatest height, put where in the cap it would be seen highest, bounds the
elevation of all it holds; a node that cannot beat what every azimuth across it has already is left out with all below.
"""

from __future__ import annotations

import math

import numpy as np

from moonstation.core.machine_code import compiled_with
from moonstation.moon.sky_line.leaf_cells import cells_of_leaf, room_for_cells
from moonstation.moon.sky_line.leaf_ways import Sky, Tree, bent_leaf, straight_leaf
from moonstation.moon.sky_line.looks import Frame, Limits, Look, Sector, beats, local, look_at
from moonstation.moon.sky_line.nest import Finer

#: Caps smaller than this part of their distance are taken in the order of how high they seem.
_FRONT = 0.2
#: A leaf that so many azimuths cross is taken cell by cell, all azimuths of a cell at once; others ray by ray.
_MANY = 40
#: Level, row and column of a node.
_Node = tuple[int, int, int]
_fast = compiled_with(error_model="numpy", nogil=True)


@_fast
def search(tree: Tree, finer: Finer, frame: Frame, limits: Limits, sector: Sector, sky: Sky, stride: float) -> None:
    """Raise tangents and ways of ``sky`` at the azimuths of a sector to what this pyramid holds.

    The pyramid has at least one level over its leaves.
    """
    levels, bent, mixed = tree[0], tree[4], tree[5]
    stack = np.empty((4 * levels.shape[0] + 8, 7))
    room = room_for_cells()
    fronts = _fronts(tree, frame, limits, sector, stack)
    for front in np.argsort(-fronts[:, 6]):
        stack[0] = fronts[front]
        size = 1
        while size > 0:
            size -= 1
            span = (int(stack[size, 4]), int(stack[size, 5]), stack[size, 3])
            if not beats(sky[0], span[0], span[1], span[2]):
                continue
            node = (int(stack[size, 0]), int(stack[size, 1]), int(stack[size, 2]))
            leaf = node[1] * levels[0, 2] + node[2]
            if node[0] > 0:
                size = _push_children(tree, node, frame, limits, sector, sky[0], (stack, size))
            elif bent[leaf]:
                bent_leaf(tree, finer, frame, limits, (node[1], node[2]), span, sky, stride)
            elif mixed[leaf] or span[1] - span[0] < _MANY:
                straight_leaf(tree, finer, frame, limits, (node[1], node[2]), span, sky, stride)
            else:
                cells_of_leaf(tree, (node[1], node[2]), frame, limits, sector, span, sky, room)


@_fast
def _fronts(tree: Tree, frame: Frame, limits: Limits, sector: Sector, stack: np.ndarray) -> np.ndarray:
    """Nodes that together hold all within reach, each small against its distance; rows as in ``search``'s stack."""
    levels = tree[0]
    fronts = np.empty((512, 7))
    found, size = 0, 1
    stack[0, 0], stack[0, 1], stack[0, 2] = levels.shape[0] - 1, 0, 0
    while size > 0:
        size -= 1
        level, i, j = int(stack[size, 0]), int(stack[size, 1]), int(stack[size, 2])
        for k in range(4):
            centre, radius, look = _child(tree, (level, i, j), k, frame, limits, sector)
            if look[2] >= look[3]:
                continue
            far = radius[1] > 0.5 and radius[0] < _FRONT * math.sqrt(centre[0] ** 2 + centre[1] ** 2)
            child = (level - 1, 2 * i + k // 2, 2 * j + k % 2)
            if level > 1 and not far:
                stack[size, 0], stack[size, 1], stack[size, 2] = child
                size += 1
                continue
            if found == fronts.shape[0]:
                wider = np.empty((2 * found, 7))
                wider[:found] = fronts
                fronts = wider
            _put(fronts, found, child, look)
            found += 1
    return fronts[:found]


@_fast
def _child(
    tree: Tree, node: _Node, k: int, frame: Frame, limits: Limits, sector: Sector
) -> tuple[tuple[float, float, float], tuple[float, float], Look]:
    """Centre (in the eye's frame), radius and look of a child of a node above the leaves."""
    levels, groups = tree[0], tree[1]
    g = levels[node[0], 0] - levels[1, 0] + node[1] * levels[node[0], 2] + node[2]
    centre = local(groups[g, 0, k], groups[g, 1, k], groups[g, 2, k], frame)
    radius = (groups[g, 3, k], groups[g, 4, k])
    return centre, radius, look_at(centre, radius, groups[g, 5, k], frame, limits, sector)


@_fast
def _push_children(
    tree: Tree,
    node: _Node,
    frame: Frame,
    limits: Limits,
    sector: Sector,
    best: np.ndarray,
    pile: tuple[np.ndarray, int],
) -> int:
    """Push those children of a node that can beat ``best``, the likeliest last; returns the stack's new size."""
    stack, size = pile
    start = size
    for k in range(4):
        _, _, look = _child(tree, node, k, frame, limits, sector)
        if not beats(best, look[2], look[3], look[0]):
            continue
        at = size
        while at > start and stack[at - 1, 6] > look[1]:
            for m in range(7):
                stack[at, m] = stack[at - 1, m]
            at -= 1
        _put(stack, at, (node[0] - 1, 2 * node[1] + k // 2, 2 * node[2] + k % 2), look)
        size += 1
    return size


@_fast
def _put(rows: np.ndarray, at: int, node: _Node, look: Look) -> None:
    rows[at, 0], rows[at, 1], rows[at, 2] = node
    rows[at, 3], rows[at, 6], rows[at, 4], rows[at, 5] = look
