"""The rays of a span of azimuths through one leaf of a pyramid.

Rays are straight lines from the origin of the gnomonic plane that touches the sphere under the eye: direction
(sin A, cos A), distance t = tan(theta). A point at radius r on them stands at tan(elevation) =
(1 - (r0 / r) sqrt(1 + t^2)) / t, exact in curvature.
"""

from __future__ import annotations

import math

import numpy as np

from moonstation.core.machine_code import compiled_with
from moonstation.moon.projection import pixel_of
from moonstation.moon.sky_line.cell_ways import highest_on_way, tangent_of
from moonstation.moon.sky_line.looks import Frame, Limits, local
from moonstation.moon.sky_line.mipmap import BLOCKS, LEAF, POSTS, RECORD, SIDE, leaf_box
from moonstation.moon.sky_line.nest import Finer, has_finer

#: Levels, groups, frames, records, bent, mixed, grid, caps, shape: see Mipmap and Nest.
Tree = tuple[
    np.ndarray,
    np.ndarray,
    np.ndarray,
    np.ndarray,
    np.ndarray,
    np.ndarray,
    np.ndarray,
    np.ndarray,
    tuple[int, int],
]
#: By azimuth of a sector: tangent of the sky-line so far, its t, sine and cosine of the azimuth; eight more than there
#: are, for vectors to run over.
Sky = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
#: First azimuth of a sector's own, the one after the last, and the bound of what they can find.
Span = tuple[int, int, float]
_Pair = tuple[float, float]
_Triple = tuple[float, float, float]
_Box = tuple[float, float, float, float]
_Piece = tuple[_Triple, _Triple]

#: Room [px] on a leaf's sides for rounding.
EDGE = 1e-9
#: Rays that move so many times less across a side than along it have the room of ``edge_px`` there.
ALONG = 16.0
#: From a leaf's middle to its corners [px], and some more.
_TO_CORNER = 8.0
_UNASKED, _OPEN, _COVERED = 0, 1, 2
_fast = compiled_with(error_model="numpy", nogil=True)


@_fast
def straight_leaf(
    tree: Tree, finer: Finer, frame: Frame, limits: Limits, place: tuple[int, int], span: Span, sky: Sky, stride: float
) -> None:
    """Follow the rays of a span through a leaf whose map is linear, one by one."""
    levels, _, frames, records, _, mixed, _, _, _ = tree
    best, way, sines, cosines = sky
    first, last, bound = span
    leaf = place[0] * levels[0, 2] + place[1]
    blocks = records[leaf * RECORD : leaf * RECORD + POSTS]
    posts, box, row_m, col_m = _leaf(tree, place)
    # Columns from the middle are (x_u + t x_h) / (c_u + t c_h), which is linear enough in t about the leaf's own t.
    c_e, c_n, c_u = local(frames[leaf, 0], frames[leaf, 1], frames[leaf, 2], frame)
    x_e, x_n, x_u = local(frames[leaf, 3], frames[leaf, 4], frames[leaf, 5], frame)
    y_e, y_n, y_u = local(frames[leaf, 6], frames[leaf, 7], frames[leaf, 8], frame)
    t_m = math.sqrt(c_e * c_e + c_n * c_n) / c_u
    room = edge_px(frames[leaf, 11], tree[7][leaf, 3], t_m)
    half_row, half_col = row_m - box[0] + EDGE, col_m - box[2] + EDGE
    radii = (frame[8], frame[9])
    for i in range(first, last):
        if best[i] >= bound:
            continue
        sin, cos = sines[i], cosines[i]
        c_h, x_h, y_h = c_e * sin + c_n * cos, x_e * sin + x_n * cos, y_e * sin + y_n * cos
        w = 1.0 / (c_u + t_m * c_h)
        x, y = (x_u + t_m * x_h) * w, (y_u + t_m * y_h) * w
        line = (col_m + x, row_m + y, (x_h - x * c_h) * w, (y_h - y * c_h) * w)
        beside_col = room if ALONG * abs(line[2]) < abs(line[3]) else 0.0
        beside_row = room if ALONG * abs(line[3]) < abs(line[2]) else 0.0
        free_col, free_row = 0.0 if beside_col > 0.0 else 1.0, 0.0 if beside_row > 0.0 else 1.0
        within = (box[0] - free_row, box[1] + free_row, box[2] - free_col, box[3] + free_col)
        ends = _across(line, (x, y, half_col + beside_col, half_row + beside_row), limits, t_m)
        if not ends[0] < ends[1]:
            continue
        if mixed[leaf]:
            piece = (_point(line, ends[0], t_m, within), _point(line, ends[1], t_m, within))
            best[i], way[i] = _mixed_way(posts, finer, (frame, sin, cos), piece, box, (best[i], way[i]), stride)
            continue
        ends = _strips(blocks, line, ends, _sight(best[i], t_m, radii))
        if not ends[0] < ends[1]:
            continue
        start, end = _point(line, ends[0], t_m, within), _point(line, ends[1], t_m, within)
        guess = way[i - 1]
        if start[0] < guess < end[0]:  # where the neighbour's sky-line was, this one's is near
            _, col, row = _point(line, guess - t_m, t_m, within)
            high = tangent_of(posts, SIDE, (col, row), guess, radii)
            if high > best[i]:
                best[i], way[i] = high, guess
        best[i], way[i] = highest_on_way(posts, SIDE, box, start, end, radii, (best[i], way[i]))


@_fast
def _leaf(tree: Tree, place: tuple[int, int]) -> tuple[np.ndarray, _Box, float, float]:
    """Posts of a leaf, the box of its rows and columns, and row and column of its middle, counted from its first."""
    leaf = place[0] * tree[0][0, 2] + place[1]
    row0, row1, col0, col1 = leaf_box(place[0], place[1], tree[8][0], tree[8][1])
    row, col = float(LEAF * place[0]), float(LEAF * place[1])
    posts = tree[3][leaf * RECORD + POSTS : (leaf + 1) * RECORD]
    return posts, (row0 - row, row1 - row, col0 - col, col1 - col), tree[2][leaf, 9], tree[2][leaf, 10]


@_fast
def _across(line: _Box, middle: _Box, limits: Limits, t: float) -> _Pair:
    """The part of a line (t from the leaf's own) within the leaf; ``middle``: from the leaf's middle, and its half."""
    _, _, dx, dy = line
    x, y, half_col, half_row = middle
    per_x, per_y = abs(1.0 / dx), abs(1.0 / dy)  # may be inf
    at_x, at_y = x if dx > 0.0 else -x, y if dy > 0.0 else -y
    start = max((-half_col - at_x) * per_x, (-half_row - at_y) * per_y, limits[0] - t)
    return start, min((half_col - at_x) * per_x, (half_row - at_y) * per_y, limits[1] - t)


@_fast
def edge_px(miss_px: float, sin_radius: float, t: float) -> float:
    """Room [px] on a leaf's sides: by how much a straight line of its own may miss the ray, at most.

    Else a ray along the side of two leaves could pass between them. ``miss_px``: of the leaf's map; the rest is what a
    line leaves out that is linear in t.
    """
    return EDGE + miss_px + _TO_CORNER * sin_radius * t


@_fast
def _point(line: _Box, ahead: float, t: float, within: _Box) -> _Triple:
    """t, column and row on a line, some way ``ahead`` of the leaf's own t; kept within rows and columns."""
    col, row = line[0] + ahead * line[2], line[1] + ahead * line[3]
    return t + ahead, min(max(col, within[2]), within[3]), min(max(row, within[0]), within[1])


@_fast
def _sight(tangent: float, t: float, radii: _Pair) -> _Pair:
    """Height [m] of the line of sight at t, and its slope there; as it is convex, it lies nowhere under that slope."""
    w2 = 1.0 + t * t
    left = 1.0 / (1.0 - tangent * t)
    radius = radii[0] * math.sqrt(w2) * left
    return (radius - radii[1], radius * (t / w2 + tangent * left)) if tangent > -math.inf else (-math.inf, 0.0)


@_fast
def _strips(blocks: np.ndarray, line: _Box, ends: _Pair, sight: _Pair) -> _Pair:
    """The part of a way (t from the leaf's own) beyond which no block on it comes up to the line of sight.

    ``line`` is column and row within the leaf and their slopes. The leaf is cut into strips across the way, each two
    cells wide; in each the way lies in at most two blocks side by side.
    """
    x, y, dx, dy = line
    if abs(dx) >= abs(dy):
        along, across, turn, side = BLOCKS, 1, 1.0 / dx, dy / dx
    else:
        x, y, dx, dy = y, x, dy, dx
        along, across, turn, side = 1, BLOCKS, 1.0 / dx, dy / dx
    # `across` is the step in `blocks` from one strip to the next, `along` that from one block of a strip to the next
    first, last = ends[1], ends[0]
    for strip in range(BLOCKS):
        t_a, t_b = (2.0 * strip - x) * turn, (2.0 * strip + 2.0 - x) * turn
        u_a = 0.5 * (y + (2.0 * strip - x) * side)
        u_b = u_a + side
        k_a = min(max(int(u_a + 1.0) - 1, 0), BLOCKS - 1)
        k_b = min(max(int(u_b + 1.0) - 1, 0), BLOCKS - 1)
        top = max(blocks[strip * across + k_a * along], blocks[strip * across + k_b * along])
        if top > sight[0] + min(t_a * sight[1], t_b * sight[1]):
            first, last = min(first, t_a, t_b), max(last, t_a, t_b)
    return max(first, ends[0]), min(last, ends[1])


@_fast
def _mixed_way(
    posts: np.ndarray,
    finer: Finer,
    ray: tuple[Frame, float, float],
    ends: _Piece,
    box: _Box,
    so_far: _Pair,
    stride: float,
) -> _Pair:
    """As ``highest_on_way`` where a finer model has heights in places: these are left out, at steps of ``stride``."""
    frame, sin, cos = ray
    start, end = ends
    best, way = so_far
    radii = (frame[8], frame[9])
    high, _ = highest_on_way(posts, SIDE, box, start, end, radii, so_far)
    if not high > best:
        return best, way
    parts = int(min(max(math.ceil((end[0] - start[0]) / stride), 8.0), 4096.0))
    last, last_open = best, _UNASKED
    for part in range(parts + 1):
        high, t = _on_way(posts, ends, part / parts, box, radii)
        is_open = _UNASKED
        if high > best or last > best:
            is_open = _OPEN if not has_finer(finer, *_direction(frame, sin, cos, t)) else _COVERED
        if is_open == _OPEN and high > best:
            best, way = high, t
        if is_open + last_open == _OPEN + _COVERED:  # the finer model ends in between
            a, b = (part - 1) / parts, part / parts
            for _ in range(12):
                high_m, t = _on_way(posts, ends, 0.5 * (a + b), box, radii)
                middle_open = _OPEN if not has_finer(finer, *_direction(frame, sin, cos, t)) else _COVERED
                if middle_open == _OPEN and high_m > best:
                    best, way = high_m, t
                a, b = (a, 0.5 * (a + b)) if middle_open == is_open else (0.5 * (a + b), b)
        last, last_open = high, is_open
    return best, way


@_fast
def _on_way(posts: np.ndarray, ends: _Piece, s: float, box: _Box, radii: _Pair) -> _Pair:
    """Tangent at a part of a straight way, and its t."""
    start, end = ends
    t = start[0] + s * (end[0] - start[0])
    col, row = start[1] + s * (end[1] - start[1]), start[2] + s * (end[2] - start[2])
    at = (min(max(col, box[2]), box[3] - 1e-9), min(max(row, box[0]), box[1] - 1e-9))
    return tangent_of(posts, SIDE, at, t, radii), t


@_fast
def _direction(frame: Frame, sin: float, cos: float, t: float) -> _Triple:
    """Unit vector at t on a ray."""
    ux, uy, uz, nx, ny, nz, ex, ey, _, _, ez = frame
    w = 1.0 / math.sqrt(1.0 + t * t)
    t_n, t_e = t * cos, t * sin
    return w * (ux + t_n * nx + t_e * ex), w * (uy + t_n * ny + t_e * ey), w * (uz + t_n * nz + t_e * ez)


@_fast
def bent_leaf(
    tree: Tree,
    finer: Finer,
    frame: Frame,
    limits: Limits,
    place: tuple[int, int],
    span: Span,
    sky: Sky,
    stride: float,
) -> None:
    """Follow the rays of a span through a leaf whose map is not linear."""
    levels, _, frames, _, _, _, _, caps, _ = tree
    best, way, sines, cosines = sky
    first, last, bound = span
    leaf = place[0] * levels[0, 2] + place[1]
    east, north, up = local(frames[leaf, 0], frames[leaf, 1], frames[leaf, 2], frame)
    for i in range(first, last):
        if best[i] < bound:
            turn = (sines[i], cosines[i])
            arcs = _chord((east * turn[0] + north * turn[1], up), caps[leaf, 4], limits)
            best[i], way[i] = _bent_way(tree, finer, frame, place, (turn, arcs, stride), (best[i], way[i]))


@_fast
def _bent_way(
    tree: Tree,
    finer: Finer,
    frame: Frame,
    place: tuple[int, int],
    ray: tuple[_Pair, _Pair, float],
    so_far: _Pair,
) -> _Pair:
    """As ``highest_on_way``, in pieces of at most half a pixel; where even the least piece is longer, at points."""
    turn, (near, far), stride = ray
    radii, grid = (frame[8], frame[9]), tree[6]
    mixed = tree[5][place[0] * tree[0][0, 2] + place[1]]
    posts, box, _, _ = _leaf(tree, place)
    corner = (float(LEAF * place[0]), float(LEAF * place[1]))
    step, least = (far - near) / 16.0, (far - near) / 256.0
    last = _pixel(grid, frame, turn, near, box, corner)
    while near < far:
        end = min(near + step, far)
        here = _pixel(grid, frame, turn, end, box, corner)
        straight = abs(here[1] - last[1]) <= 0.5 and abs(here[2] - last[2]) <= 0.5
        if _misses(last, here, box, grid[20]):
            near, last = end, here
            step = min(2.0 * step, 16.0 * least)
            continue
        if not straight and step > least:
            step = max(0.5 * step, least)
            continue
        inside, piece = _clipped(last if straight else here, here, box)
        if inside:
            if mixed:
                so_far = _mixed_way(posts, finer, (frame, turn[0], turn[1]), piece, box, so_far, stride)
            else:
                so_far = highest_on_way(posts, SIDE, box, piece[0], piece[1], radii, so_far)
        near, last = end, here
        step = min(2.0 * step, 16.0 * least)
    return so_far


@_fast
def _misses(start: _Triple, end: _Triple, box: _Box, period: float) -> bool:
    """Whether a piece of a ray surely stays outside a box: columns of a cylindrical map only go one way along it."""
    if period > 0.0 and abs(end[1] - start[1]) > 0.5 * period:  # round the far side of the Moon
        return True
    col0, col1 = min(start[1], end[1]) - 1.0, max(start[1], end[1]) + 1.0
    row0, row1 = min(start[2], end[2]) - 1.0, max(start[2], end[2]) + 1.0
    return col1 < box[2] or col0 > box[3] or row1 < box[0] or row0 > box[1]


@_fast
def _chord(along: _Pair, cos_r: float, limits: Limits) -> _Pair:
    """The arcs [rad] between which a ray crosses a cap; ``along`` is the centre's part along the ray, and up."""
    near, far = math.atan(limits[0]), math.atan(limits[1])
    beside = math.sqrt(along[0] ** 2 + along[1] ** 2)  # cosine of the angle between the centre and the ray's plane
    if cos_r <= 0.0 or beside <= cos_r:
        return (near, far) if cos_r <= 0.0 else (near, near)
    middle, half = math.atan2(along[0], along[1]), math.acos(cos_r / beside)
    return max(near, middle - half), min(far, middle + half)


@_fast
def _pixel(grid: np.ndarray, frame: Frame, turn: _Pair, arc: float, box: _Box, corner: _Pair) -> _Triple:
    """t, column and row (from the leaf's first post, its ``corner``) at an arc, on the leaf's side of the seam."""
    t = math.tan(arc)
    x, y, z = _direction(frame, turn[0], turn[1], t)
    col, row = pixel_of(grid, x, y, z)
    if grid[20] > 0.0:
        col += grid[20] * math.floor((0.5 * (box[2] + box[3]) + corner[1] - 1.0 - col) / grid[20] + 0.5)
    return t, col + 1.0 - corner[1], row + 1.0 - corner[0]


@_fast
def _clipped(start: _Triple, end: _Triple, box: _Box) -> tuple[bool, _Piece]:
    """Whether a straight piece crosses a box, and the part within it."""
    a, b = 0.0, 1.0
    for axis in range(2):
        low, high = (box[2], box[3]) if axis == 0 else (box[0], box[1])
        p, q = (start[1], end[1]) if axis == 0 else (start[2], end[2])
        if p == q:
            if not low <= p <= high:
                return False, (start, end)
        else:
            s, e = (low - p) / (q - p), (high - p) / (q - p)
            a, b = max(a, min(s, e)), min(b, max(s, e))
    t, x, y = end[0] - start[0], end[1] - start[1], end[2] - start[2]
    first = (start[0] + a * t, start[1] + a * x, start[2] + a * y)
    last = (start[0] + b * t, start[1] + b * x, start[2] + b * y)
    return a <= b, (first, last)
