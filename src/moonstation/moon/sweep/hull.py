"""Far sky-lines of a tile: upper hulls of the terrain along great circles, swept from far to near, in compiled code.

Along a great circle, X = R tan(a) and Y = R - R^2 / (r cos(a)) of points at arc a and radius r are a projective image
of the circle's plane: straight lines of sight stay straight, so hulls and tangents are exact over any arc.

Neighbouring circles (lanes) are sampled ``LANES`` at a time, side by side in memory: all lanes of a block are shifted
alike, so one fraction serves them all.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from moonstation.core.machine_code import compiled_with
from moonstation.moon.sweep.bits import trailing_zeros
from moonstation.moon.sweep.lattice import LANES, RING, TILE

LINE = TILE + 2 * RING
#: Points are held against chords over their neighbours up to this many steps away before they come to a hull.
CHORD = 4
_VOID_LIMIT = np.float32(-1e7)
#: Samples of smooth ground are let go where the sky-line sinks less than this [rad].
SLACK = 4e-4

# No references are counted (docs/decisions/006-kernel-tables.md): nothing is made in here, all room is given.
_LEAN = {"nogil": True, "error_model": "numpy", "fastmath": {"nnan", "ninf", "nsz"}, "_nrt": False}
_jit = compiled_with(**_LEAN)
_inline = compiled_with(forceinline=True, **_LEAN)
#: X of an eye, its bend, its tilt X / R, and R.
_Place = tuple[np.float32, np.float32, np.float32, np.float32]


class Room(NamedTuple):
    """Arrays to work in: hulls of both sides, all rings and all lanes of a block (even a smooth sphere fits), and one
    block's samples, marks and eyes.
    """

    hulls: np.ndarray
    counts: np.ndarray
    blocks: np.ndarray
    y: np.ndarray
    marks: np.ndarray
    words: np.ndarray
    v: np.ndarray
    x: np.ndarray
    bend: np.ndarray
    ring_y: np.ndarray
    ring_marks: np.ndarray
    ring_v: np.ndarray
    ring_x: np.ndarray
    ring_bend: np.ndarray
    cells: np.ndarray
    at: np.ndarray
    seen: np.ndarray
    astray: np.ndarray


@_jit
def _sample_block(
    raster: tuple[np.ndarray, np.ndarray],
    ring: int,
    steps: tuple[np.ndarray, np.ndarray, np.ndarray],
    limits: np.ndarray,
    radius: float,
    y: np.ndarray,
    bend: np.ndarray,
) -> None:
    """Heights Y of a block of lanes at ``steps`` (u, v of the first lane, X) into ``y`` (n, LANES)."""
    heights, table = raster
    cell = 2.0**ring
    middle = (cell - 1.0) / 2.0
    stride, u0, v0 = table[ring, 1], table[ring, 2], table[ring, 3]
    one, r = np.float32(1.0), np.float32(radius)
    u_at, v_at, x_at = steps
    for i in range(u_at.size):
        tilt = x_at[i] / r
        square = tilt * tilt
        b = square / (one + np.sqrt(one + square))
        bend[i] = b
        out = y[i]
        if limits[ring, 0] <= v_at[i] and v_at[i] + (LANES - 1) * cell <= limits[ring, 1]:
            v = (v_at[i] - middle) / cell
            iv = int(math.floor(v))
            share = np.float32(v - iv)
            rest = one - share
            iu = int(math.floor((u_at[i] - middle) / cell + 0.5))
            at = table[ring, 0] + (iu - u0) * stride + iv - v0
            above, below = heights[at : at + LANES], heights[at + 1 : at + 1 + LANES]
            for lane in range(LANES):
                height = above[lane] * rest + below[lane] * share
                out[lane] = height + (height - r) * b
        else:
            for lane in range(LANES):
                height = _height_in_rings(raster, ring, u_at[i], v_at[i] + lane * cell, limits)
                out[lane] = height + (height - r) * b


@_jit
def _height_in_rings(
    raster: tuple[np.ndarray, np.ndarray], ring: int, u: float, v: float, limits: np.ndarray
) -> np.float32:
    """Stored height at (u, v) in pixels, between four cells of the narrowest ring from ``ring`` on that holds it."""
    heights, table = raster
    while ring < table.shape[0]:
        if limits[ring, 0] <= v <= limits[ring, 1]:
            cell = 2.0**ring
            fu, fv = (u - (cell - 1.0) / 2.0) / cell, (v - (cell - 1.0) / 2.0) / cell
            iu, iv = int(math.floor(fu)), int(math.floor(fv))
            fu, fv = fu - iu, fv - iv
            stride = table[ring, 1]
            at = table[ring, 0] + (iu - table[ring, 2]) * stride + iv - table[ring, 3]
            here = heights[at] * (1.0 - fv) + heights[at + 1] * fv
            there = heights[at + stride] * (1.0 - fv) + heights[at + stride + 1] * fv
            return np.float32(here * (1.0 - fu) + there * fu)
        ring += 1
    return np.float32(-1e8)


@_jit
def _mark(y: np.ndarray, x: np.ndarray, slack: np.float32, marks: np.ndarray) -> None:
    """Which samples go to a hull: terrain, and not under a chord over their neighbours on the same lane.

    Chords span one, two and CHORD steps to each side. Every second sample must rise ``slack`` [m] above the chord
    over its neighbours, every second of the others above that over two steps: on a smooth hill one in four is enough.
    """
    count, one, none = x.size, np.float32(1.0), np.float32(0.0)
    for i in range(count):
        here, mark = y[i], marks[i]
        if i < CHORD or i >= count - CHORD:
            for lane in range(LANES):
                mark[lane] = here[lane] > _VOID_LIMIT
            continue
        s1 = (x[i] - x[i - 1]) / (x[i + 1] - x[i - 1])
        s2 = (x[i] - x[i - 2]) / (x[i + 2] - x[i - 2])
        s4 = (x[i] - x[i - CHORD]) / (x[i + CHORD] - x[i - CHORD])
        r1, r2, r4 = one - s1, one - s2, one - s4
        t1, t2 = slack if i & 1 else none, slack if i & 3 == 2 else none
        a1, b1, a2, b2, a4, b4 = y[i - 1], y[i + 1], y[i - 2], y[i + 2], y[i - CHORD], y[i + CHORD]
        for lane in range(LANES):
            roof = max(a1[lane] * r1 + b1[lane] * s1 + t1, a2[lane] * r2 + b2[lane] * s2 + t2)
            roof = max(roof, a4[lane] * r4 + b4[lane] * s4, _VOID_LIMIT)
            mark[lane] = here[lane] >= roof


@_inline
def _push(hull: np.ndarray, count: int, x: np.float32, y: np.float32) -> int:
    """Put the next nearer point on a hull (n, 4): x, y, slope to the point beneath. Returns the new count."""
    if count == 0:
        hull[0, 0], hull[0, 1], hull[0, 2], hull[1, 2] = x, y, np.float32(-1e30), np.float32(1e30)
        return 1
    top = count - 1
    slope = (hull[top, 1] - y) / (hull[top, 0] - x)
    while slope <= hull[top, 2]:
        top -= 1
        slope = (hull[top, 1] - y) / (hull[top, 0] - x)
    hull[top + 1, 0], hull[top + 1, 1], hull[top + 1, 2], hull[top + 2, 2] = x, y, slope, np.float32(1e30)
    return top + 2


@_jit
def _ring_hulls(
    block: int,
    side: int,
    raster: tuple[np.ndarray, np.ndarray],
    tables: tuple[np.ndarray, np.ndarray, np.ndarray],
    limits: np.ndarray,
    radius: float,
    room: Room,
) -> None:
    """Hulls of all rings beyond the first for a block of lanes; a ring's block serves the many blocks inside it."""
    hull, counts, blocks = room.hulls[side], room.counts[side], room.blocks[side]
    u_all, v_table, x_table = tables
    sign = np.float32(1.0 if side == 0 else -1.0)
    y, marks, v, x, bend = room.ring_y, room.ring_marks, room.ring_v, room.ring_x, room.ring_bend
    fresh = False
    for ring in range(limits.shape[0] - 1, 0, -1):
        mine = block >> ring
        if blocks[ring] == mine and not fresh:
            continue
        fresh = True
        blocks[ring] = mine
        cell = 2**ring
        edge = RING + TILE - 1 if side == 0 else RING
        start = LINE + (2 * (ring - 1) + side) * RING
        middle = (mine + 0.5) * LANES * cell - 0.5
        for i in range(RING):
            j = start + i
            v[i] = v_table[j, 0] + middle * (v_table[j, 1] + middle * v_table[j, 2]) - (LANES - 1) / 2.0 * cell
            x[i] = x_table[j, 0] + middle * (x_table[j, 1] + middle * x_table[j, 2])
        _sample_block(raster, ring, (u_all[start : start + RING], v, x), limits, radius, y, bend)
        _mark(y, x, np.float32(SLACK * abs(x[0] - x_table[edge, 0])), marks)
        for lane in range(LANES):
            parent = ((mine * LANES + lane) >> 1) % LANES
            count = counts[ring + 1, parent]
            own, farther = hull[ring, lane], hull[ring + 1, parent]
            for n in range(count + 1):
                own[n, 0], own[n, 1], own[n, 2] = farther[n, 0], farther[n, 1], farther[n, 2]
            for i in range(RING - 1, -1, -1):
                if marks[i, lane]:
                    count = _push(own, count, sign * x[i], y[i, lane])
            counts[ring, lane] = count


@_jit
def _sweep(
    way: tuple[int, int],
    window: tuple[int, int, int, int],
    views: tuple[np.ndarray, np.ndarray],
    radius: float,
    room: Room,
) -> None:
    """Walk a block of lanes from far to near: put points on the hulls, and look from the pixels that it serves.

    ``way``: the side, 0 ahead, and the lead; ``window``: first and last u and v wanted, from the tile's first pixel;
    ``views``: eyes and tangents (u, v) of the tile. In ``room`` ``words`` are the marks, eight lanes to a word, and
    ``cells`` the first pixel v of this block and of the next at each u. Each lane remembers the vertex that it saw
    last and the slopes of the hull on both sides of it: while the slope to the vertex lies between them, it is still
    the sky-line.
    """
    side, lead = way
    y, x, bend, marks, cells = room.y, room.x, room.bend, room.words, room.cells
    hull, counts = room.hulls[side, 0], room.counts[side, 0]
    eyes, out = views
    at, seen, astray = room.at, room.seen, room.astray
    sign = np.float32(1.0 if side == 0 else -1.0)
    r = np.float32(radius)
    u_first, u_last, v_first, v_last = window
    for lane in range(LANES):
        _look_at(lane, max(counts[lane] - 1, 0), hull, counts, at, seen)
    last = u_first if side == 0 else TILE - u_last
    for n in range(TILE + RING - lead - 1 - last):
        i = LINE - 1 - n if side == 0 else n
        _push_marked(marks[i], sign * x[i], y[i], hull, counts, at, seen)
        u = i - RING - lead - 1 if side == 0 else i - RING + lead + 1
        if u < u_first or u >= u_last:
            continue
        first = cells[0, u]
        low, high = max(first, v_first), min(cells[1, u], v_last)
        if low >= high:
            continue
        x0 = sign * x[u + RING]
        place = (x0, bend[u + RING], x0 / r, r)
        # The last lane may serve two pixels, where circles part: the second comes by itself.
        end = min(high, first + LANES)
        eye, result, skip = eyes[u, low:end], out[u, low:end], low - first
        if _remembered(eye, place, skip, seen, astray, result) > 0:
            for m in range(end - low):
                if astray[m]:
                    result[m] = _found(m + skip, eye[m], place, hull, counts, at, seen)
        for v in range(end, high):
            out[u, v] = _found(LANES - 1, eyes[u, v], place, hull, counts, at, seen)


@_inline
def _push_marked(
    words: np.ndarray,
    here: np.float32,
    y: np.ndarray,
    hull: np.ndarray,
    counts: np.ndarray,
    at: np.ndarray,
    seen: np.ndarray,
) -> None:
    """Put the marked samples of one step on the hulls of their lanes."""
    for part in range(LANES // 8):
        word = words[part]
        while word:
            lane = part * 8 + (trailing_zeros(word) >> 3)  # type: ignore[call-arg]
            word &= word - np.uint64(1)
            count = _push(hull[lane], counts[lane], here, y[lane])
            counts[lane] = count
            if at[lane] >= count - 2:
                _look_at(lane, min(at[lane], count - 1), hull, counts, at, seen)


@_inline
def _remembered(
    eye: np.ndarray, place: _Place, skip: int, seen: np.ndarray, astray: np.ndarray, result: np.ndarray
) -> int:
    """Tangents to the vertices that the lanes saw last; marks the eyes that see another one, and counts them."""
    x0, b, tilt, r = place
    one = np.float32(1.0)
    wide = one + tilt * tilt
    xs, ys, es, bs = seen[0, skip:], seen[1, skip:], seen[2, skip:], seen[3, skip:]
    lost = 0
    for m in range(eye.size):
        y0 = eye[m] + (eye[m] - r) * b
        dx, dy = xs[m] - x0, ys[m] - y0
        slope = dy / dx
        away = (es[m] > slope) | (bs[m] < slope)
        astray[m] = away
        lost += away
        result[m] = slope * wide / (one - y0 / r) + tilt
    return lost


@_inline
def _found(
    lane: int, eye: np.float32, place: _Place, hull: np.ndarray, counts: np.ndarray, at: np.ndarray, seen: np.ndarray
) -> np.float32:
    """Tangent to the vertex of a lane's hull that an eye sees."""
    x0, b, tilt, r = place
    one = np.float32(1.0)
    y0 = eye + (eye - r) * b
    slope = _find(lane, x0, y0, hull, counts, at, seen)
    return slope * (one + tilt * tilt) / (one - y0 / r) + tilt


@_inline
def _look_at(lane: int, a: int, hull: np.ndarray, counts: np.ndarray, at: np.ndarray, seen: np.ndarray) -> None:
    """Remember vertex ``a`` of a lane's hull; without any, a point so deep that nothing is hidden by it."""
    at[lane] = a
    if counts[lane] == 0:
        seen[0, lane], seen[1, lane] = np.float32(1e7), np.float32(-1e15)
        seen[2, lane], seen[3, lane] = np.float32(-1e30), np.float32(1e30)
    else:
        seen[0, lane], seen[1, lane] = hull[lane, a, 0], hull[lane, a, 1]
        seen[2, lane], seen[3, lane] = hull[lane, a, 2], hull[lane, a + 1, 2]


@_inline
def _find(
    lane: int, x0: np.float32, y0: np.float32, hull: np.ndarray, counts: np.ndarray, at: np.ndarray, seen: np.ndarray
) -> np.float32:
    """Slope from (x0, y0) to the vertex of a lane's hull that stands highest, found from the one seen last."""
    a = at[lane]
    if counts[lane] > 0:
        own = hull[lane]
        while own[a, 2] * (own[a, 0] - x0) > own[a, 1] - y0:
            a -= 1
        while own[a + 1, 2] * (own[a, 0] - x0) < own[a, 1] - y0:
            a += 1
        _look_at(lane, a, hull, counts, at, seen)
    return np.float32((seen[1, lane] - y0) / (seen[0, lane] - x0))


def room_for(rings: int) -> Room:
    """Room for the work on one direction after the other."""
    hulls = np.empty((2, rings + 1, LANES, RING * rings + LINE, 4), dtype=np.float32)
    hulls[:, rings, :, 0, 2] = 1e30  # beyond the last ring there is nothing
    marks = np.zeros((LINE, LANES), dtype=np.uint8)
    return Room(
        hulls=hulls,
        counts=np.zeros((2, rings + 1, LANES), dtype=np.int64),
        blocks=np.zeros((2, rings + 1), dtype=np.int64),
        y=np.empty((LINE, LANES), dtype=np.float32),
        marks=marks,
        words=marks.reshape(-1).view(np.uint64).reshape(LINE, LANES // 8),
        v=np.empty(LINE),
        x=np.empty(LINE, dtype=np.float32),
        bend=np.empty(LINE, dtype=np.float32),
        ring_y=np.empty((RING, LANES), dtype=np.float32),
        ring_marks=np.zeros((RING, LANES), dtype=np.uint8),
        ring_v=np.empty(RING),
        ring_x=np.empty(RING, dtype=np.float32),
        ring_bend=np.empty(RING, dtype=np.float32),
        cells=np.empty((2, TILE), dtype=np.int64),
        at=np.zeros(LANES, dtype=np.int64),
        seen=np.empty((4, LANES), dtype=np.float32),
        astray=np.zeros(LANES, dtype=np.uint8),
    )


@_jit
def far_tangents(
    terrain: tuple[np.ndarray, np.ndarray, np.ndarray],
    tables: tuple[np.ndarray, np.ndarray, np.ndarray],
    place: tuple[int, int, int],
    window: tuple[int, int, int, int],
    eyes: np.ndarray,
    radius: float,
    outs: tuple[np.ndarray, np.ndarray],
    room: Room,
) -> None:
    """Tangent of the elevation of terrain more than ``lead`` pixels away along u, ahead and behind, for one tile.

    ``terrain``: heights flat; per ring where it starts, its stride, first u and v (v is contiguous); per ring lowest
    and highest v. ``tables``: u, and v and X of the circles. ``place``: the tile's first u and v, and the lead;
    ``window``: first and last u and v wanted, counted from there; ``outs``: the tangents (u, v) ahead and behind, of no
    size where not wanted.
    """
    tile, lead = (place[0], place[1]), place[2]
    raster, limits = (terrain[0], terrain[1]), terrain[2]
    u_all, v_table, x_table = tables
    hull, counts, cells, y, v, x = (room.hulls, room.counts, room.cells, room.y, room.v, room.x)
    for ring in range(limits.shape[0]):
        room.blocks[0, ring], room.blocks[1, ring] = -(2**40), -(2**40)
    first, last = _blocks(v_table, window, tile[1])
    _first_cells(v_table, first, tile[1], cells[1])
    for block in range(first, last + 1):
        for u in range(TILE):
            cells[0, u] = cells[1, u]
        _first_cells(v_table, block + 1, tile[1], cells[1])
        middle = (block + 0.5) * LANES - 0.5
        for i in range(LINE):
            v[i] = v_table[i, 0] + middle * (v_table[i, 1] + middle * v_table[i, 2]) - (LANES - 1) / 2.0
            x[i] = x_table[i, 0] + middle * (x_table[i, 1] + middle * x_table[i, 2])
        _sample_block(raster, 0, (u_all[:LINE], v, x), limits, radius, y, room.bend)
        _mark(y, x, np.float32(SLACK * lead * abs(x[1] - x[0])), room.marks)
        mine = _served(cells, window)
        for side in range(2):
            out = outs[0] if side == 0 else outs[1]
            if out.size == 0:
                continue
            _ring_hulls(block, side, raster, tables, limits, radius, room)
            for lane in range(LANES):
                parent = ((block * LANES + lane) >> 1) % LANES
                count = counts[side, 1, parent]
                own, farther = hull[side, 0, lane], hull[side, 1, parent]
                for n in range(count + 1):
                    own[n, 0], own[n, 1], own[n, 2] = farther[n, 0], farther[n, 1], farther[n, 2]
                counts[side, 0, lane] = count
            _sweep((side, lead), mine, (eyes, out), radius, room)


@_jit
def _blocks(v_table: np.ndarray, window: tuple[int, int, int, int], v: int) -> tuple[int, int]:
    """First and last block of lanes that a window of a tile, whose first pixel is ``v``, needs."""
    low, high = 1e9, -1e9
    for u in range(window[0], window[1]):
        low = min(low, (window[2] + v - v_table[u + RING, 0]) / v_table[u + RING, 1])
        high = max(high, (window[3] + v - v_table[u + RING, 0]) / v_table[u + RING, 1])
    return int(math.floor((low - 2.0) / LANES)), int(math.floor((high + 2.0) / LANES))


@_jit
def _served(cells: np.ndarray, window: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The window with first and last u narrowed to those at which a block serves pixels."""
    u_first, u_last, v_first, v_last = window
    while u_first < u_last and max(cells[0, u_first], v_first) >= min(cells[1, u_first], v_last):
        u_first += 1
    while u_last > u_first and max(cells[0, u_last - 1], v_first) >= min(cells[1, u_last - 1], v_last):
        u_last -= 1
    return u_first, u_last, v_first, v_last


@_jit
def turn(source: np.ndarray, out: np.ndarray) -> None:
    """Transpose a square tile, piece by piece so that both sides stay in the cache."""
    side = source.shape[0]
    for i in range(0, side, 16):
        for j in range(0, side, 16):
            for row in range(i, min(i + 16, side)):
                for col in range(j, min(j + 16, side)):
                    out[row, col] = source[col, row]


@_jit
def _first_cells(v_table: np.ndarray, block: int, first: int, out: np.ndarray) -> None:
    """The pixel v nearest to the first lane of a block at each u of the tile, from the tile's first."""
    edge = block * LANES - 0.5
    for u in range(TILE):
        i = u + RING
        out[u] = int(math.ceil(v_table[i, 0] + edge * (v_table[i, 1] + edge * v_table[i, 2]))) - first
