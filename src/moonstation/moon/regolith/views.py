"""Which cells of the terrain every place of a scene sees, and how much of its view each fills."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled
from moonstation.moon.regolith.crests import Ray, crest_near, elevation, height_on, holds, lines_crossed

FloatArray = NDArray[np.float64]
Floats = NDArray[np.float32]
IntArray = NDArray[np.int32]

#: Sides from which a cell is looked at: quarters of a turn, the first from up the map to its right.
SIDES = 4
_STRIDE_FAR = 0.02  # of the distance, from one line of posts to another; near, every line
_SLIVER_SR = 0.01  # terrain on a side that fills less sees the place hardly
_MOST_CELLS = 4096  # met by all rays of one place


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
    """What the rays of one place have met.

    slot, cell, share : where each cell stands in the list, the list, and shares of the view; number : of cells, (1,)
    toward : sums of the directions to what is seen on each side (east, north, up) and of solid angles, (SIDES, 4)
    """

    slot: IntArray
    cell: IntArray
    share: FloatArray
    number: IntArray
    toward: FloatArray


class _Look(NamedTuple):
    """A direction in which a place looks: the place, the side, cosines of its ground's normal ahead and up, and the
    solid angle [sr] to one of an integral over elevations.
    """

    place: int
    side: int
    ahead: float
    up: float
    turn: float


@compiled
def seen_from(
    part: tuple[int, int], terrain: Terrain, places: Places, toward: Floats
) -> tuple[IntArray, IntArray, Floats]:
    """What places from ``part[0]`` up to ``part[1]`` see: how many cells each, all cells, the share of view of each.

    Rays run over the terrain in directions evenly round the map, over heights that are linear between the pixels, up
    to crests as sharp as the pixels beside tell. What rises above what a ray has met, and above the plane of the
    place's own ground, is seen; it fills of the view

        1/pi  integral of (normal . direction) over the solid angle.

    It is counted for the cell that it lies in, which is the wider the farther, and the side from which that is seen:
    as SIDES * cell + side. The mean direction to what is seen on each side (east, north, up) goes into ``toward``,
    shape (places, SIDES, 3).
    """
    slot, room = np.full(SIDES * terrain.parent.size, -1, np.int32), np.empty(_MOST_CELLS, np.int32)
    found = _Found(slot, room, np.empty(_MOST_CELLS), np.zeros(1, np.int32), np.zeros((SIDES, 4)))
    highest = float(np.nanmax(terrain.height))
    counts = np.zeros(part[1] - part[0], np.int32)
    hit, weight = np.empty(_MOST_CELLS, np.int32), np.empty(_MOST_CELLS, np.float32)
    total = 0
    for place in range(part[0], part[1]):
        found.toward[:], found.number[0] = 0.0, 0
        for ray in range(places.rays[place]):
            _look_along(place, ray, highest, terrain, places, found)
        for side in range(SIDES):
            for c in range(3):
                toward[place, side, c] = found.toward[side, c] / (found.toward[side, 3] + _SLIVER_SR)
        count = int(found.number[0])
        if total + count > hit.size:
            more = 2 * hit.size
            hit, weight = np.append(hit, np.empty(more, np.int32)), np.append(weight, np.empty(more, np.float32))
        for j in range(count):
            slot[found.cell[j]] = -1
            hit[total + j], weight[total + j] = found.cell[j], found.share[j]
        counts[place - part[0]] = count
        total += count
    return counts, hit[:total].copy(), weight[:total].copy()


@compiled
def _look_along(  # noqa: PLR0917
    place: int, number: int, highest: float, terrain: Terrain, places: Places, found: _Found
) -> None:
    """Add what one ray sees to what is found, line by line of the posts that it crosses.

    Of what rises between two lines each post has half, or up to the crest what lies nearer to it.
    """
    x, y, height, scale = places.at[place]
    rays = places.rays[place]
    turn = 2.0 * np.pi * (number + 0.5) / rays
    ray = Ray(x, y, height, np.sin(turn), np.cos(turn), 1.0 / (scale * terrain.radius_m), terrain.radius_m)
    ahead, up = places.normal[place, 0] * ray.dx + places.normal[place, 1] * ray.dy, places.normal[place, 2]
    look = _Look(place, number * SIDES // rays, ahead, up, 2.0 * np.pi / rays)
    top, raster = -ahead / up, places.raster[place]
    below, held = _filled(top), (0.0, 0.0, 0.0)
    lines = lines_crossed(ray, terrain.grids[raster], terrain.shapes[raster])
    line, away, joined = np.floor(lines.start + 0.5), 0.0, False
    while True:
        before, jump = away, max(1.0, np.floor(_STRIDE_FAR * away * lines.pace))
        line += jump
        while not holds(lines, line) and raster + 1 < terrain.grids.shape[0]:
            raster += 1
            lines = lines_crossed(ray, terrain.grids[raster], terrain.shapes[raster])
            line, jump = np.floor(lines.start + before * lines.pace + 0.5) + 1.0, 1.0
        away = (line - lines.start) / lines.pace
        ends = not holds(lines, line) or top * away > (highest - height) * scale
        if ends and not joined:
            return
        rise = top if ends else elevation(ray, away, height_on(lines, line, terrain.height, False))
        if rise > top:
            above = _filled(rise)
            half = _part(below, above, 0.5)
            if joined:
                _see(look, ray, before, _sum(held, half), terrain, places, found)
            top, below, held, joined = rise, above, half if joined else _sum(half, half), True
        elif joined:
            past = 0.0
            if places.node[place] >= 0:  # several look from their mean place, which lies beside the ground
                top, before, past = crest_near(ray, lines, terrain.height, line - jump, jump, top)
            above = _filled(top)
            _see(look, ray, before + 1.0 / lines.pace, _part(below, above, past), terrain, places, found)
            _see(look, ray, before, _sum(held, _part(below, above, 1.0 - past)), terrain, places, found)
            below, joined = above, False
            if ends:
                return


@compiled
def _sum(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float, float]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


@compiled
def _part(
    below: tuple[float, float, float], above: tuple[float, float, float], share: float
) -> tuple[float, float, float]:
    return share * (above[0] - below[0]), share * (above[1] - below[1]), share * (above[2] - below[2])


@compiled
def _see(  # noqa: PLR0917
    look: _Look,
    ray: Ray,
    away: float,
    filled: tuple[float, float, float],
    terrain: Terrain,
    places: Places,
    found: _Found,
) -> None:
    """Count what fills a part of the view, as integrals of ``_filled``, for the cell so many metres of the map away."""
    seen = _node(ray.x + away * ray.dx, ray.y + away * ray.dy, terrain)
    if seen < 0 or seen == places.node[look.place]:
        return
    toward = found.toward[look.side]
    toward[0] += look.turn * filled[0] * ray.dx
    toward[1] += look.turn * filled[0] * ray.dy
    toward[2] += look.turn * filled[1]
    toward[3] += look.turn * filled[2]
    cell = SIDES * _cell(seen, places.width[look.place] * away, terrain) + (look.side + SIDES // 2) % SIDES
    _count_in(cell, look.turn / np.pi * (look.ahead * filled[0] + look.up * filled[1]), found)


@compiled
def _cell(seen: int, width: float, terrain: Terrain) -> int:
    """The widest cell round a node that is no wider than a width [m], or the node."""
    wide = terrain.grids[0, 2] * 2.0 ** (terrain.level[seen] + 1)
    while wide <= width and terrain.parent[seen] >= 0:
        seen = terrain.parent[seen]
        wide *= 2.0
    return seen


@compiled
def _count_in(cell: int, weight: float, found: _Found) -> None:
    """Add a share of the view to a cell."""
    at, count = found.slot[cell], found.number[0]
    if at >= 0:
        found.share[at] += weight
    elif count < _MOST_CELLS:
        found.slot[cell], found.cell[count], found.share[count] = count, cell, weight
        found.number[0] = count + 1


@compiled
def _filled(rise: float) -> tuple[float, float, float]:
    """Integrals of cos^2(e), sin(e) cos(e) and cos(e) over elevations up to one of tangent ``rise``."""
    square = 1.0 + rise * rise
    return 0.5 * (np.arctan(rise) + rise / square), -0.5 / square, rise / np.sqrt(square)


@compiled
def _raster_at(x: float, y: float, terrain: Terrain) -> int:
    """The finest raster that holds a point, -1 where none does."""
    for k in range(terrain.grids.shape[0]):
        col, row = (x - terrain.grids[k, 0]) / terrain.grids[k, 2], (terrain.grids[k, 1] - y) / terrain.grids[k, 2]
        if 0.0 <= row < terrain.shapes[k, 0] and 0.0 <= col < terrain.shapes[k, 1]:
            return k
    return -1


@compiled
def _node(x: float, y: float, terrain: Terrain) -> int:
    """Node under a point, -1 where there is none."""
    raster = _raster_at(x, y, terrain)
    if raster < 0:
        return -1
    side = terrain.grids[raster, 2]
    at = int((terrain.grids[raster, 1] - y) / side) * terrain.shapes[raster, 1]
    at += int((x - terrain.grids[raster, 0]) / side)
    return int(terrain.node[terrain.shapes[raster, 2] + at])
