"""A pyramid of greatest heights over a raster: leaves of 8 x 8 cells, each with the cap of the sphere that holds it.

A *cell* is the bilinear surface between four posts. Rasters carry a rim of one post all round: the edge's own value, or
the other side's where the columns close round the Moon, so that the outer half cells need no care.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from moonstation.core.machine_code import compiled, compiled_with
from moonstation.moon.dem import Patch
from moonstation.moon.projection import pixel_of

#: Cells along a leaf's side.
LEAF = 8
#: Blocks of 2 x 2 cells along a leaf's side.
BLOCKS = LEAF // 2
#: Posts along a leaf's side.
SIDE = LEAF + 1
#: Where in a leaf's record of numbers its posts begin (its blocks come first), and how long the record is: 448 bytes.
POSTS = BLOCKS * BLOCKS
RECORD = 112
#: A leaf is *straight* where its map is linear to this many pixels; in bent ones rays are cut into short pieces.
_STRAIGHT_PX = 0.01
#: Room added to each cap [rad] (0.02 m) for rounding.
_ROOM = 1e-8


@dataclass(frozen=True, eq=False)
class Mipmap:
    """The pyramid of one patch, in flat arrays for compiled code.

    ``shape`` counts posts, with a rim of one. ``levels`` gives first node, rows and columns of each level, leaves
    first. Nodes: ``caps`` (x, y, z of the centre, sine and cosine of the radius), ``tops`` greatest height [m], -inf
    where there is none; ``groups`` holds both once more, side by side for the four children of each node above the
    leaves. Leaves: ``frames`` (centre, then columns, then rows per unit vector across the centre, then row and column
    of the centre within the leaf, then by how many pixels that misses the map at most), ``records`` (flat: greatest
    height [m] of each 2 x 2 cells, row by row, then the 9 x 9 posts [m], NaN where there are none), ``full`` where
    every post has a height, ``bent`` where the map is not linear enough, ``open`` the numbers of those with a hole or
    at the raster's end. ``sound`` is False where a leaf with heights lies partly off the map's sphere.
    """

    shape: tuple[int, int]
    levels: np.ndarray
    caps: np.ndarray
    tops: np.ndarray
    groups: np.ndarray
    frames: np.ndarray
    records: np.ndarray
    full: np.ndarray
    bent: np.ndarray
    open: np.ndarray
    sound: bool


def mipmap(patch: Patch) -> Mipmap:
    """The pyramid of a patch."""
    heights, closes = with_rim(patch), _closes(patch)
    shape = (heights.shape[0], heights.shape[1])
    levels = _levels(shape[0] - 1, shape[1] - 1)
    count, leaves = int(levels[-1, 0]) + 1, int(levels[0, 1] * levels[0, 2])
    caps, tops = np.empty((count, 5)), np.empty(count)
    frames, records = np.zeros((leaves, 12)), np.full(leaves * RECORD, np.nan, np.float32)
    full, bent, off = (np.zeros(leaves, np.bool_) for _ in range(3))
    _fill_records(heights, levels[0], tops, records, full)
    _fill_leaves(patch.grid, shape, levels[0], caps, frames, bent, off)
    _fill_above(levels, caps, tops)
    sound = not bool(np.any(off & np.isfinite(tops[:leaves])))
    ends = _open(patch, full, levels[0], closes)
    return Mipmap(shape, levels, caps, tops, grouped(levels, caps, tops), frames, records, full, bent, ends, sound)


def _closes(patch: Patch) -> bool:
    """Whether the columns of a patch go once round the Moon."""
    return bool(abs(patch.grid[20] - patch.heights_m.shape[1]) < 0.5)


def with_rim(patch: Patch) -> np.ndarray:
    """Heights with one more post all round, so that the outer half cells have a height just where ``bilinear`` has."""
    inner, closes = patch.heights_m, _closes(patch)
    rows, cols = inner.shape
    heights = np.empty((rows + 2, cols + 2), np.float32)
    heights[1:-1, 1:-1] = inner
    heights[1:-1, -1] = inner[:, 0 if closes else -1]
    # `bilinear` asks for the second row and column too before the first ones: what is missing there is missing here.
    heights[1:-1, 0] = inner[:, -1] if closes else np.where(np.isnan(inner[:, min(1, cols - 1)]), np.nan, inner[:, 0])
    heights[0] = np.where(np.isnan(heights[min(2, rows)]), np.nan, heights[1])
    heights[-1] = heights[-2]
    return heights


def _open(patch: Patch, full: np.ndarray, level: np.ndarray, closes: bool) -> np.ndarray:
    """Numbers of the leaves that have a hole or lie at the raster's end."""
    ends = np.zeros((level[1], level[2]), np.bool_)
    rows, cols = patch.heights_m.shape
    if not closes:
        ends[:, 0] = ends[:, -1] = True
    for row, edge in ((0, -0.5), (-1, rows - 0.5)):
        pole = closes and abs(direction_of(patch.grid, 0.5 * cols, edge)[2]) > 1.0 - 1e-12
        ends[row] |= not pole
    return np.flatnonzero(ends.ravel() | ~full)


def _levels(rows: int, cols: int) -> np.ndarray:
    """First node, rows and columns of each level over rows x cols cells, up to one node over all leaves."""
    levels = [(0, math.ceil(rows / LEAF), math.ceil(cols / LEAF))]
    while len(levels) == 1 or levels[-1][1] * levels[-1][2] > 1:
        first, down, across = levels[-1]
        levels.append((first + down * across, (down + 1) // 2, (across + 1) // 2))
    return np.array(levels, np.int64)


@compiled
def direction_of(grid: np.ndarray, col: float, row: float) -> tuple[float, float, float]:
    """Unit vector in MOON_ME of a pixel (centres at whole numbers), NaN off the map: the inverse of ``pixel_of``.

    Snyder 1987, "Map projections: a working manual", eqs. 20-14, 20-15, 20-18, 21-15, 22-15, 24-16 on the sphere.
    """
    det = grid[15] * grid[19] - grid[16] * grid[18]
    map_x = (grid[19] * (col - grid[14]) - grid[16] * (row - grid[17])) / det - grid[12]
    map_y = (grid[15] * (row - grid[17]) - grid[18] * (col - grid[14])) / det - grid[13]
    if grid[0] == 4.0:  # cylindrical
        lon, lat = grid[1] + map_x / grid[10], map_y / (grid[10] * grid[11])
        if abs(lat) > 0.5 * math.pi + 1e-9:
            return math.nan, math.nan, math.nan
        return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)
    x, y = map_x / grid[10], map_y / grid[10]
    square = x * x + y * y
    # cosine of the angle from the map's centre, and its sine over the distance on the map
    if grid[0] == 0.0:
        side = 1.0 / (1.0 + 0.25 * square)
        up = 2.0 * side - 1.0
    elif grid[0] == 1.0:
        up, side = 1.0 - 0.5 * square, math.sqrt(1.0 - 0.25 * square) if square <= 4.0 else math.nan
    elif grid[0] == 2.0:
        up, side = math.sqrt(1.0 - square) if square <= 1.0 else math.nan, 1.0
    else:
        side = 1.0 / math.sqrt(1.0 + square)
        up = side
    east, north = side * x, side * y
    return (
        up * grid[7] + east * grid[1] + north * grid[4],
        up * grid[8] + east * grid[2] + north * grid[5],
        up * grid[9] + east * grid[3] + north * grid[6],
    )


@compiled
def _fill_records(
    heights: np.ndarray, level: np.ndarray, tops: np.ndarray, records: np.ndarray, full: np.ndarray
) -> None:
    """Record and greatest height of each leaf, and whether all its posts have one."""
    rows, cols = heights.shape
    for i in range(level[1]):
        for j in range(level[2]):
            leaf, holes = i * level[2] + j, 0
            at = leaf * RECORD
            for row in range(i * LEAF, min(i * LEAF + SIDE, rows)):
                for col in range(j * LEAF, min(j * LEAF + SIDE, cols)):
                    height = heights[row, col]
                    holes += math.isnan(height)
                    records[at + POSTS + (row - i * LEAF) * SIDE + col - j * LEAF] = height
            tops[leaf] = -math.inf
            for block in range(BLOCKS * BLOCKS):
                first = at + POSTS + 2 * (block // BLOCKS) * SIDE + 2 * (block % BLOCKS)
                top = -math.inf
                for k in range(9):
                    height = records[first + k // 3 * SIDE + k % 3]
                    if height > top:  # noqa: PLR1730 (never for NaN)
                        top = height
                records[at + block] = top
                tops[leaf] = max(tops[leaf], top)
            full[leaf] = holes == 0


@compiled_with(error_model="numpy")
def _fill_leaves(
    grid: np.ndarray,
    shape: tuple[int, int],
    level: np.ndarray,
    caps: np.ndarray,
    frames: np.ndarray,
    bent: np.ndarray,
    off: np.ndarray,
) -> None:
    """Cap and frame of each leaf."""
    step = np.empty(6)
    for i in range(level[1]):
        for j in range(level[2]):
            leaf = i * level[2] + j
            box = leaf_box(i, j, shape[0], shape[1])
            row, col = 0.5 * (box[0] + box[1]), 0.5 * (box[2] + box[3])
            x, y, z = direction_of(grid, col - 1.0, row - 1.0)
            off[leaf] = math.isnan(x)
            radius = 0.0
            if not off[leaf]:
                _slopes_at(grid, (x, y, z), step)
                frames[leaf, :3] = x, y, z
                frames[leaf, 3:9] = step
                frames[leaf, 9], frames[leaf, 10] = row - i * LEAF, col - j * LEAF
                radius, error = _corners(grid, (x, y, z), (row, col), box, step)
                frames[leaf, 11] = error
                bent[leaf] = not error < _STRAIGHT_PX
                if bent[leaf]:
                    radius = _rim_radius(grid, (x, y, z), box)
                off[leaf] = math.isnan(radius)
            if off[leaf]:
                x, y, z, radius = 0.0, 0.0, 1.0, math.pi
            caps[leaf, 0], caps[leaf, 1], caps[leaf, 2] = x, y, z
            caps[leaf, 3], caps[leaf, 4] = math.sin(radius + _ROOM), math.cos(radius + _ROOM)


@compiled
def leaf_box(i: int, j: int, rows: int, cols: int) -> tuple[float, float, float, float]:
    """First and last row, first and last column of a leaf within a raster of rows x cols posts with its rim."""
    return (
        max(float(i * LEAF), 0.5),
        min(float(i * LEAF + LEAF), rows - 1.5),
        max(float(j * LEAF), 0.5),
        min(float(j * LEAF + LEAF), cols - 1.5),
    )


@compiled_with(error_model="numpy")
def _slopes_at(grid: np.ndarray, centre: tuple[float, float, float], out: np.ndarray) -> None:
    """Columns and rows per unit vector across ``centre``, by central differences of 1e-5 rad (17 m)."""
    x, y, z = centre
    if abs(z) < 0.9:
        ax, ay, az = -y, x, 0.0
    else:
        ax, ay, az = 0.0, -z, y
    norm = math.sqrt(ax * ax + ay * ay + az * az)
    ax, ay, az = ax / norm, ay / norm, az / norm
    bx, by, bz = y * az - z * ay, z * ax - x * az, x * ay - y * ax
    h = 1e-5
    col1, row1 = pixel_of(grid, x + h * ax, y + h * ay, z + h * az)
    col0, row0 = pixel_of(grid, x - h * ax, y - h * ay, z - h * az)
    col3, row3 = pixel_of(grid, x + h * bx, y + h * by, z + h * bz)
    col2, row2 = pixel_of(grid, x - h * bx, y - h * by, z - h * bz)
    col_a, col_b = _turned(col1 - col0, grid[20]) / (2.0 * h), _turned(col3 - col2, grid[20]) / (2.0 * h)
    row_a, row_b = (row1 - row0) / (2.0 * h), (row3 - row2) / (2.0 * h)
    out[0], out[1], out[2] = col_a * ax + col_b * bx, col_a * ay + col_b * by, col_a * az + col_b * bz
    out[3], out[4], out[5] = row_a * ax + row_b * bx, row_a * ay + row_b * by, row_a * az + row_b * bz


@compiled
def _turned(difference: float, period: float) -> float:
    """A difference of columns, the short way round the Moon."""
    return difference - period * math.floor(difference / period + 0.5) if period > 0.0 else difference


@compiled_with(error_model="numpy")
def _corners(
    grid: np.ndarray,
    centre: tuple[float, float, float],
    middle: tuple[float, float],
    box: tuple[float, float, float, float],
    slopes: np.ndarray,
) -> tuple[float, float]:
    """Angle [rad] from the centre to the farthest corner; how far [px] the linear map misses a corner."""
    x, y, z = centre
    radius, error = 0.0, 0.0
    for k in range(4):
        row = middle[0] + (k // 2 - 0.5) * (box[1] - box[0])
        col = middle[1] + (k % 2 - 0.5) * (box[3] - box[2])
        px, py, pz = direction_of(grid, col - 1.0, row - 1.0)
        along = x * px + y * py + z * pz
        dx, dy, dz = px / along, py / along, pz / along
        across = math.sqrt((dx - x) ** 2 + (dy - y) ** 2 + (dz - z) ** 2)
        radius = max(radius, math.atan(across))
        miss_col = slopes[0] * dx + slopes[1] * dy + slopes[2] * dz - (col - middle[1])
        miss_row = slopes[3] * dx + slopes[4] * dy + slopes[5] * dz - (row - middle[0])
        miss = abs(miss_col) + abs(miss_row)
        if not miss <= error:  # NaN stays
            error = miss
        if not along > 0.0:
            error = math.nan
        if math.isnan(error):
            break
    return radius, error


@compiled_with(error_model="numpy")
def _rim_radius(grid: np.ndarray, centre: tuple[float, float, float], box: tuple[float, float, float, float]) -> float:
    """Angle [rad] from the centre within which all of a bent leaf lies: its rim sampled, and half a step more."""
    x, y, z = centre
    farthest, longest = 0.0, 0.0
    lx, ly, lz = direction_of(grid, box[2] - 1.0, box[0] - 1.0)
    for k in range(1, 16 * 4 + 1):
        part = (k % 16) / 16.0
        side = (k // 16) % 4
        down = part if side == 1 else 1.0 - part if side == 3 else 0.0 if side == 0 else 1.0
        across = part if side == 0 else 1.0 - part if side == 2 else 1.0 if side == 1 else 0.0
        row, col = box[0] + down * (box[1] - box[0]), box[2] + across * (box[3] - box[2])
        px, py, pz = direction_of(grid, col - 1.0, row - 1.0)
        far = math.acos(min(1.0, max(-1.0, x * px + y * py + z * pz)))
        stride = math.acos(min(1.0, max(-1.0, lx * px + ly * py + lz * pz)))
        if math.isnan(px):
            return math.nan
        farthest, longest = max(farthest, far), max(longest, stride)
        lx, ly, lz = px, py, pz
    return min(farthest + longest, math.pi)


@compiled
def _fill_above(levels: np.ndarray, caps: np.ndarray, tops: np.ndarray) -> None:
    """Caps and tops of all levels over the leaves."""
    for level in range(1, levels.shape[0]):
        first, rows, cols = levels[level]
        for i in range(rows):
            for j in range(cols):
                _fill_cap(levels[level - 1], i, j, caps, first + i * cols + j)
    fill_tops_above(levels, tops)


@compiled
def grouped(levels: np.ndarray, caps: np.ndarray, tops: np.ndarray) -> np.ndarray:
    """Caps and tops of the children of each node above the leaves, shape (nodes above, 6, 4); no child: top -inf."""
    leaves = levels[0, 1] * levels[0, 2]
    groups = np.zeros((tops.size - leaves, 6, 4))
    groups[:, 5] = -math.inf
    for level in range(1, levels.shape[0]):
        first, rows, cols = levels[level]
        below, down, across = levels[level - 1]
        for i in range(rows):
            for j in range(cols):
                for k in range(4):
                    p, q = 2 * i + k // 2, 2 * j + k % 2
                    if p < down and q < across:
                        child, group = below + p * across + q, first - leaves + i * cols + j
                        groups[group, :5, k] = caps[child]
                        groups[group, 5, k] = tops[child]
    return groups


@compiled
def fill_tops_above(levels: np.ndarray, tops: np.ndarray) -> None:
    """Tops of all levels over the leaves."""
    for level in range(1, levels.shape[0]):
        first, rows, cols = levels[level]
        below, down, across = levels[level - 1]
        for i in range(rows):
            for j in range(cols):
                top = -math.inf
                for p in range(2 * i, min(2 * i + 2, down)):
                    for q in range(2 * j, min(2 * j + 2, across)):
                        top = max(top, tops[below + p * across + q])
                tops[first + i * cols + j] = top


@compiled_with(error_model="numpy")
def _fill_cap(below: np.ndarray, i: int, j: int, caps: np.ndarray, node: int) -> None:
    """The cap round the caps of a node's children."""
    x, y, z = 0.0, 0.0, 0.0
    for p in range(2 * i, min(2 * i + 2, below[1])):
        for q in range(2 * j, min(2 * j + 2, below[2])):
            child = below[0] + p * below[2] + q
            x, y, z = x + caps[child, 0], y + caps[child, 1], z + caps[child, 2]
    norm = math.sqrt(x * x + y * y + z * z)
    radius = math.pi
    if norm > 1e-3:
        x, y, z, radius = x / norm, y / norm, z / norm, 0.0
        for p in range(2 * i, min(2 * i + 2, below[1])):
            for q in range(2 * j, min(2 * j + 2, below[2])):
                child = below[0] + p * below[2] + q
                dx, dy, dz = caps[child, 0] - x, caps[child, 1] - y, caps[child, 2] - z
                apart = 2.0 * math.asin(min(1.0, 0.5 * math.sqrt(dx * dx + dy * dy + dz * dz)))
                radius = max(radius, apart + math.atan2(caps[child, 3], caps[child, 4]))
        radius = min(radius + _ROOM, math.pi)
    caps[node, 0], caps[node, 1], caps[node, 2] = (x, y, z) if norm > 1e-3 else (0.0, 0.0, 1.0)
    caps[node, 3], caps[node, 4] = math.sin(radius), math.cos(radius)
