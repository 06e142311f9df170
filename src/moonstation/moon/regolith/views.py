"""Which cells of the terrain every place of a scene sees, and how much of its view each fills."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled_with

FloatArray = NDArray[np.float64]
Floats = NDArray[np.float32]
IntArray = NDArray[np.int32]

#: Sides from which a cell is looked at: quarters of a turn, the first from up the map to its right.
SIDES = 4
_STRIDE = 0.7  # of a pixel, near; far away a fiftieth of the distance
_STRIDE_FAR = 0.02
_BEHIND = 0.5  # of a pixel: what rises between two heights is the upper one's, or the light on rims would be lost
_SLIVER_SR = 0.01  # terrain on a side that fills less sees the place hardly
_MOST_CELLS = 4096  # met by all rays of one place
_nogil = compiled_with(nogil=True)


class Terrain(NamedTuple):
    """Rasters of heights, the finest first, each within the next, one behind the other in flat arrays.

    grids : west edge, north edge and side of a pixel [m on the map], shape (rasters, 3)
    shapes : rows, columns and where each begins, shape (rasters, 3)
    height : [m], NaN where there is no ground; node : number of the node at each pixel, -1 where it is none
    level : a node of level k is 2**k pixels of the map wide, shape (nodes,)
    parent : cell that holds each cell, -1 at the top; the first cells are the nodes
    """

    grids: FloatArray
    shapes: NDArray[np.int64]
    height: NDArray[np.float32]
    node: IntArray
    level: IntArray
    parent: IntArray
    radius_m: float


class Places(NamedTuple):
    """Where one looks from: where they lie, how, and how finely they look.

    at : x, y on the map and height [m], metres of the map to one of the ground, shape (places, 4)
    normal : of the ground, to east and north of the map and up, shape (places, 3)
    node : the node that a place is, and does not see, -1 where it is several
    raster : the finest that a place needs
    width : of the cells that it tells apart, in distances
    rays : directions in which it looks, a multiple of SIDES
    """

    at: FloatArray
    normal: FloatArray
    node: IntArray
    raster: IntArray
    width: FloatArray
    rays: IntArray


class _Found(NamedTuple):
    """Cells that the rays of one place have met: where each stands in the list, the list, and shares of the view."""

    slot: IntArray
    cell: IntArray
    share: FloatArray


@_nogil
def seen_from(
    part: tuple[int, int], terrain: Terrain, places: Places, toward: Floats
) -> tuple[IntArray, IntArray, Floats]:
    """What places from ``part[0]`` up to ``part[1]`` see: how many cells each, all cells, the share of view of each.

    Rays run over the terrain in directions evenly round the map, over heights that are linear between the pixels. What
    rises above what a ray has met, and above the plane of the place's own ground, is seen; it fills of the view

        1/pi  integral of (normal . direction) over the solid angle.

    It is counted for the cell that it lies in, which is the wider the farther, and the side from which that is seen:
    as SIDES * cell + side. The mean direction to what is seen on each side (east, north, up) goes into ``toward``,
    shape (places, SIDES, 3).
    """
    slot = np.full(SIDES * terrain.parent.size, -1, np.int32)
    found = _Found(slot, np.empty(_MOST_CELLS, np.int32), np.empty(_MOST_CELLS))
    highest, sides = float(np.nanmax(terrain.height)), np.zeros((SIDES, 4))
    counts = np.zeros(part[1] - part[0], np.int32)
    hit, weight = np.empty(_MOST_CELLS, np.int32), np.empty(_MOST_CELLS, np.float32)
    total = 0
    for place in range(part[0], part[1]):
        sides[:], count = 0.0, 0
        for ray in range(places.rays[place]):
            count = _look_along(place, ray, highest, terrain, places, found, count, sides)
        for side in range(SIDES):
            for c in range(3):
                toward[place, side, c] = sides[side, c] / (sides[side, 3] + _SLIVER_SR)
        if total + count > hit.size:
            room = 2 * hit.size
            hit, weight = np.append(hit, np.empty(room, np.int32)), np.append(weight, np.empty(room, np.float32))
        for j in range(count):
            slot[found.cell[j]] = -1
            hit[total + j], weight[total + j] = found.cell[j], found.share[j]
        counts[place - part[0]] = count
        total += count
    return counts, hit[:total].copy(), weight[:total].copy()


@_nogil
def _look_along(  # noqa: PLR0917
    place: int,
    ray: int,
    highest: float,
    terrain: Terrain,
    places: Places,
    found: _Found,
    count: int,
    toward: FloatArray,
) -> int:
    """Add what one ray sees to the cells found and to the directions on their side; the number of cells found."""
    rays = places.rays[place]
    turn = 2.0 * np.pi * (ray + 0.5) / rays
    dx, dy = np.sin(turn), np.cos(turn)
    side = ray * SIDES // rays
    x, y, height, scale = places.at[place]
    ahead, up = places.normal[place, 0] * dx + places.normal[place, 1] * dy, places.normal[place, 2]
    top = -ahead / up
    flat, high, sine = _filled(top)
    away, joined, raster = 0.0, False, places.raster[place]
    west, north, pixel = terrain.grids[raster, 0], terrain.grids[raster, 1], terrain.grids[raster, 2]
    rows, cols, first = terrain.shapes[raster, 0], terrain.shapes[raster, 1], terrain.shapes[raster, 2]
    to_arc, to_rise = 1.0 / (scale * terrain.radius_m), (highest - height) * scale
    while True:
        stride = max(_STRIDE * pixel, _STRIDE_FAR * away)
        away += stride
        col, row = (x + away * dx - west) / pixel, (north - y - away * dy) / pixel
        while not (0.0 <= row < rows and 0.0 <= col < cols):
            raster += 1
            if raster == terrain.grids.shape[0]:
                return count
            west, north, pixel = terrain.grids[raster, 0], terrain.grids[raster, 1], terrain.grids[raster, 2]
            rows, cols, first = terrain.shapes[raster, 0], terrain.shapes[raster, 1], terrain.shapes[raster, 2]
            col, row = (x + away * dx - west) / pixel, (north - y - away * dy) / pixel
        if top * away > to_rise:
            return count
        there = _between(col - 0.5, row - 0.5, rows, cols, first, terrain.height)
        arc = away * to_arc
        across = (terrain.radius_m + there) * arc
        up_by = there - height - 0.5 * across * arc
        if not up_by > top * across:
            joined = False
            continue
        rise = up_by / across
        before = flat, high, sine
        flat, high, sine = _filled(rise)
        flatter, higher = (flat - before[0]) * 2.0 / rays, (high - before[1]) * 2.0 / rays
        top = rise
        middle = (away - 0.5 * stride if joined else away) + _BEHIND * pixel
        joined = True
        seen = _node(x + middle * dx, y + middle * dy, terrain)
        if seen < 0 or seen == places.node[place]:
            continue
        toward[side, 0] += np.pi * flatter * dx
        toward[side, 1] += np.pi * flatter * dy
        toward[side, 2] += np.pi * higher
        toward[side, 3] += (sine - before[2]) * 2.0 * np.pi / rays
        cell = SIDES * _cell(seen, places.width[place] * middle, terrain) + (side + SIDES // 2) % SIDES
        count = _count_in(cell, ahead * flatter + up * higher, found, count)


@_nogil
def _cell(seen: int, width: float, terrain: Terrain) -> int:
    """The widest cell round a node that is no wider than a width [m], or the node."""
    wide = terrain.grids[0, 2] * 2.0 ** (terrain.level[seen] + 1)
    while wide <= width and terrain.parent[seen] >= 0:
        seen = terrain.parent[seen]
        wide *= 2.0
    return seen


@_nogil
def _count_in(cell: int, weight: float, found: _Found, count: int) -> int:
    """Add a share of the view to a cell; the number of cells found."""
    at = found.slot[cell]
    if at >= 0:
        found.share[at] += weight
    elif count < _MOST_CELLS:
        found.slot[cell], found.cell[count], found.share[count] = count, cell, weight
        count += 1
    return count


@_nogil
def _filled(rise: float) -> tuple[float, float, float]:
    """Integrals of cos^2(e), sin(e) cos(e) and cos(e) over elevations up to one of tangent ``rise``."""
    square = 1.0 + rise * rise
    return 0.5 * (np.arctan(rise) + rise / square), -0.5 / square, rise / np.sqrt(square)


@_nogil
def _raster_at(x: float, y: float, terrain: Terrain) -> int:
    """The finest raster that holds a point, -1 where none does."""
    for k in range(terrain.grids.shape[0]):
        col, row = (x - terrain.grids[k, 0]) / terrain.grids[k, 2], (terrain.grids[k, 1] - y) / terrain.grids[k, 2]
        if 0.0 <= row < terrain.shapes[k, 0] and 0.0 <= col < terrain.shapes[k, 1]:
            return k
    return -1


@_nogil
def _between(col: float, row: float, rows: int, cols: int, first: int, height: NDArray[np.float32]) -> float:
    """Height between the middles of a raster's pixels, linear along both [m]; beyond the outermost, theirs."""
    col, row = min(max(col, 0.0), cols - 1.0), min(max(row, 0.0), rows - 1.0)
    c, r = min(int(col), max(cols - 2, 0)), min(int(row), max(rows - 2, 0))
    col, row = col - c, row - r
    right, down = min(cols - 1, 1), min(rows - 1, 1) * cols
    at = first + r * cols + c
    upper = height[at] + col * (height[at + right] - height[at])
    lower = height[at + down] + col * (height[at + down + right] - height[at + down])
    return float(upper + row * (lower - upper))


@_nogil
def _node(x: float, y: float, terrain: Terrain) -> int:
    """Node under a point, -1 where there is none."""
    raster = _raster_at(x, y, terrain)
    if raster < 0:
        return -1
    side = terrain.grids[raster, 2]
    at = int((terrain.grids[raster, 1] - y) / side) * terrain.shapes[raster, 1]
    at += int((x - terrain.grids[raster, 0]) / side)
    return int(terrain.node[terrain.shapes[raster, 2] + at])
