"""The cells of a leaf that many azimuths cross: each cell for all its azimuths at once, in vector lanes.

Loops are written so that the compiler can turn them into vectors: no branch, no function that is called, one array
written. A cell's bound and span of azimuths are asked in single precision, with room for its rounding; heights and
tangents are double.
"""

from __future__ import annotations

import math

import numpy as np

from moonstation.core.machine_code import compiled_with
from moonstation.moon.sky_line.cell_ways import highest_in_cell
from moonstation.moon.sky_line.leaf_ways import ALONG, EDGE, Sky, Span, Tree, edge_px
from moonstation.moon.sky_line.looks import Frame, Limits, Sector, local
from moonstation.moon.sky_line.mipmap import LEAF, POSTS, RECORD, SIDE, leaf_box

#: Looks of cells (bound, first and last azimuth), bounds of those that count, their numbers and spans; rays.
Room = tuple[np.ndarray, np.ndarray, np.ndarray]
_Triple = tuple[float, float, float]
_Triple32 = tuple[np.float32, np.float32, np.float32]
#: Centre, columns and rows per unit vector across it, in the eye's frame.
_Axes = tuple[_Triple, _Triple, _Triple]
#: The leaf's centre from a cell's middle (row, column), half the cell's sides, its middle from its first post, and room
#: for rays along its sides [px].
_Cell = tuple[float, float, float, float, float, float, float]
#: Height at a cell's first post, its rise to the next column and row, and the twist.
_Plane = tuple[float, float, float, float]

#: Cells in rows of 9: the last of each row is none, so that posts and cells count alike.
_CELLS = LEAF * SIDE
#: Rays of one cell taken at a time.
_LANES = 512
_ROWS = (np.arange(_CELLS) // SIDE).astype(np.float32)
_COLS = (np.arange(_CELLS) % SIDE).astype(np.float32)
_ZERO, _HALF, _ONE, _TWO, _PI = (np.float32(x) for x in (0.0, 0.5, 1.0, 2.0, math.pi))
_ROOM, _LESS, _MORE, _NEAR, _WIDE = (np.float32(x) for x in (1e-6, 0.999999, 1.000001, 0.2, 0.24))
_NONE, _ALL = np.float32(-math.inf), np.float32(100.0)
#: A cell with the room for rays along its sides, which is less than 0.02 pixels.
_FULL = np.float32(1.04)
#: Room [rad] for the azimuth's series and its rounding.
_SLACK = np.float32(2.2e-5)
_S1, _S3, _S5 = np.float32(0.99997726), np.float32(-0.33262347), np.float32(0.19354346)
_S7, _S9, _S11 = np.float32(-0.11643287), np.float32(0.05265332), np.float32(-0.01172120)
_f32 = np.float32
_fast = compiled_with(error_model="numpy", nogil=True)
_inlined = compiled_with(error_model="numpy", nogil=True, inline="always")


@_fast
def room_for_cells() -> Room:
    """Room that ``cells_of_leaf`` works in."""
    return np.empty(4 * _CELLS, np.float32), np.empty((3, _CELLS), np.int64), np.empty(6 * _LANES)


@_fast
def cells_of_leaf(
    tree: Tree,
    place: tuple[int, int],
    frame: Frame,
    limits: Limits,
    sector: Sector,
    span: Span,
    sky: Sky,
    room: Room,
) -> None:
    """Raise ``sky`` to the cells of a leaf whose map is linear, the cell that seems highest first."""
    levels, _, frames, records, _, _, _, _, shape = tree
    best, (looks, pile, rays) = sky[0], room
    leaf = place[0] * levels[0, 2] + place[1]
    axes = (
        local(frames[leaf, 0], frames[leaf, 1], frames[leaf, 2], frame),
        local(frames[leaf, 3], frames[leaf, 4], frames[leaf, 5], frame),
        local(frames[leaf, 6], frames[leaf, 7], frames[leaf, 8], frame),
    )
    middle = (frames[leaf, 9], frames[leaf, 10])
    record = records[leaf * RECORD + POSTS : (leaf + 1) * RECORD]
    _look_at_cells(record, axes, middle, frame, limits, sector, looks)
    box = leaf_box(place[0], place[1], shape[0], shape[1])
    along = math.sqrt(axes[0][0] ** 2 + axes[0][1] ** 2) / axes[0][2]
    edge = edge_px(frames[leaf, 11], tree[7][leaf, 3], along)
    for at in range(_in_order(looks, best, span, sector[1], pile)):
        k, first, last = pile[0, at], pile[1, at], pile[2, at]
        bound = looks[k]
        while first < last and best[first] >= bound:
            first += 1
        while first < last and best[last - 1] >= bound:
            last -= 1
        if first < last:
            i, j = k // SIDE, k % SIDE
            row0, row1 = max(i, box[0] - LEAF * place[0]), min(i + 1.0, box[1] - LEAF * place[0])
            col0, col1 = max(j, box[2] - LEAF * place[1]), min(j + 1.0, box[3] - LEAF * place[1])
            h = np.float64(record[k])
            a, b = record[k + 1] - h, record[k + SIDE] - h
            plane = (h, a, b, record[k + SIDE + 1] - h - a - b)
            sides = (0.5 * (row1 - row0), 0.5 * (col1 - col0), 0.5 * (row0 + row1), 0.5 * (col0 + col1))
            cell = (middle[0] - sides[2], middle[1] - sides[3], sides[0], sides[1], sides[2] - i, sides[3] - j, edge)
            _cell(axes, cell, plane, limits, (frame[8], frame[9]), (first, last), sky, rays)


@_fast
def _look_at_cells(
    record: np.ndarray,
    axes: _Axes,
    middle: tuple[float, float],
    frame: Frame,
    limits: Limits,
    sector: Sector,
    looks: np.ndarray,
) -> None:
    """Bound of the tangent, first and last azimuth (not yet whole numbers) of each cell of a leaf."""
    a, b = _half_cells(axes)
    a_e, a_n, a_u, b_e, b_n, b_u = _f32(a[0]), _f32(a[1]), _f32(a[2]), _f32(b[0]), _f32(b[1]), _f32(b[2])
    c_e, c_n, c_u = _f32(axes[0][0]), _f32(axes[0][1]), _f32(axes[0][2])
    row_0, col_0 = _f32(2.0 * middle[0] - 1.0), _f32(2.0 * middle[1] - 1.0)
    sides = (_FULL * a_e, _FULL * a_n, _FULL * b_e, _FULL * b_n, _FULL * (abs(a_u) + abs(b_u)))
    eye = (_f32(frame[8]), _f32(frame[9]), _f32(frame[8] - frame[9] - 1e-3))
    n, low, high = _f32(sector[0]), _f32(sector[1]), _f32(sector[2])
    per_n, per_rad = _f32(1.0 / sector[0]), _f32(sector[0] / (2.0 * math.pi))
    near_t, far_t = _f32(limits[0]), _f32(limits[1])
    for k in range(_CELLS):
        top = max(record[k], record[k + 1], record[k + SIDE], record[k + SIDE + 1])
        right, down = _TWO * _COLS[k] - col_0, _TWO * _ROWS[k] - row_0  # in half cells
        east, north = c_e + right * a_e + down * b_e, c_n + right * a_n + down * b_n
        up = c_u + right * a_u + down * b_u
        bound, half = _bound(top, (east, north, up), sides, eye, near_t, far_t)
        turn = _azimuth(east, north) * per_rad
        turn -= n * np.floor((turn - _HALF * (low + high)) * per_n + _HALF)
        half *= per_rad
        wide = half > _WIDE * n
        looks[k] = bound
        looks[_CELLS + k] = low if wide else max(turn - half, low)
        looks[2 * _CELLS + k] = high if wide else min(turn + half, high)


@_fast
def _half_cells(axes: _Axes) -> tuple[_Triple, _Triple]:
    """Half a column and half a row as vectors across the leaf's centre: the dual of columns and rows per vector."""
    _, x, y = axes
    xx = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    xy = x[0] * y[0] + x[1] * y[1] + x[2] * y[2]
    yy = y[0] * y[0] + y[1] * y[1] + y[2] * y[2]
    part = 0.5 / (xx * yy - xy * xy)
    p, q, r = yy * part, xy * part, xx * part
    return (
        (p * x[0] - q * y[0], p * x[1] - q * y[1], p * x[2] - q * y[2]),
        (r * y[0] - q * x[0], r * y[1] - q * x[1], r * y[2] - q * x[2]),
    )


@_inlined
def _bound(
    top: np.float32,
    centre: _Triple32,
    sides: tuple[np.float32, np.float32, np.float32, np.float32, np.float32],
    eye: _Triple32,
    near_t: np.float32,
    far_t: np.float32,
) -> tuple[np.float32, np.float32]:
    """Bound of a cell's tangent, and half the angle that it spans [rad]: 100 where it may lie round the place.

    On the gnomonic plane the cell's corners lie at the centre plus and minus both halves; ``sides`` are their parts
    east and north, and the sum of their parts upwards.
    """
    east, north, up = centre
    a_e, a_n, b_e, b_n, u = sides
    across = math.sqrt(east * east + north * north)
    per = _ONE / across
    p_a, p_b = (a_e * north - a_n * east) * per, (b_e * north - b_n * east) * per  # beside the line of sight
    q_a, q_b = (a_e * east + a_n * north) * per, (b_e * east + b_n * north) * per  # along it
    near, far, beside = across - abs(q_a) - abs(q_b), across + abs(q_a) + abs(q_b), abs(p_a) + abs(p_b)
    around = near <= _NEAR * across
    t_near = near_t if around else max(near / (up + u) * _LESS, near_t)
    t_far = min((far + beside * beside / far) / (up - u) * _MORE, far_t)
    half = max(abs(p_a + p_b) / (across - abs(q_a + q_b)), abs(p_a - p_b) / (across - abs(q_a - q_b))) + _SLACK
    # The sphere of the cell's greatest height: seen highest where it is nearest, or below the eye where the line of
    # sight touches it. Heights over the eye's, so that single precision does.
    radius, over = eye[1] + top, top - eye[2]
    touch = math.sqrt(max((eye[0] - radius) * (eye[0] + radius), _ZERO)) / radius
    t = min(max(touch, t_near), t_far)
    drop = eye[0] * t * t / (_ONE + math.sqrt(_ONE + t * t))
    bound = (over - drop + _ROOM * (abs(over) + drop)) / (radius * t)
    return bound if t_near < t_far else _NONE, _ALL if around else half


@_inlined
def _azimuth(east: np.float32, north: np.float32) -> np.float32:
    """As in ``looks``, single precision."""
    a, b = abs(east), abs(north)
    z = min(a, b) / max(a, b)
    q = z * z
    angle = z * (_S1 + q * (_S3 + q * (_S5 + q * (_S7 + q * (_S9 + q * _S11)))))
    angle = _HALF * _PI - angle if a > b else angle
    angle = _PI - angle if north < _ZERO else angle
    return _TWO * _PI - angle if east < _ZERO else angle


@_fast
def _in_order(looks: np.ndarray, best: np.ndarray, span: Span, low: float, pile: np.ndarray) -> int:
    """Number and span of the cells that can beat ``best``, the highest bound first; returns how many."""
    lowest = best[span[0]]
    for k in range(span[0] + 1, span[1]):
        lowest = min(lowest, best[k])
    found = 0
    for k in range(_CELLS - 1):
        bound = looks[k]
        if not bound > lowest or k % SIDE == LEAF:  # never without all heights
            continue
        first = max(int(math.ceil(looks[_CELLS + k] - low)), span[0])
        last = min(int(math.floor(looks[2 * _CELLS + k] - low)) + 1, span[1])
        while first < last and best[first] >= bound:
            first += 1
        if first >= last:
            continue
        at = found
        while at > 0 and looks[3 * _CELLS + at - 1] < bound:
            looks[3 * _CELLS + at] = looks[3 * _CELLS + at - 1]
            pile[0, at], pile[1, at], pile[2, at] = pile[0, at - 1], pile[1, at - 1], pile[2, at - 1]
            at -= 1
        looks[3 * _CELLS + at] = bound
        pile[0, at], pile[1, at], pile[2, at] = k, first, last
        found += 1
    return found


@_fast
def _cell(
    axes: _Axes,
    cell: _Cell,
    plane: _Plane,
    limits: Limits,
    radii: tuple[float, float],
    span: tuple[int, int],
    sky: Sky,
    rays: np.ndarray,
) -> None:
    """Raise the azimuths of a span to one cell: those whose ray may come higher in it, exactly."""
    best, way = sky[0], sky[1]
    for at in range(span[0], span[1], _LANES):
        count = min(_LANES, span[1] - at)
        _rays(axes, cell, plane, limits, radii, (at, (count + 7) & -8), sky, rays)
        for k in range(count):
            if rays[k] > 0.0:
                ends, radius = (rays[_LANES + k], rays[2 * _LANES + k]), (rays[3 * _LANES + k], rays[4 * _LANES + k])
                high, where = highest_in_cell(radius, ends, rays[5 * _LANES + k], radii[0])
                if high > best[at + k]:
                    best[at + k], way[at + k] = high, where


@_fast
def _rays(
    axes: _Axes,
    cell: _Cell,
    plane: _Plane,
    limits: Limits,
    radii: tuple[float, float],
    span: tuple[int, int],
    sky: Sky,
    rays: np.ndarray,
) -> None:
    """Rays through one cell: whether each may come higher there than it is, t and radius at both ends, and bend.

    sqrt(1 + t^2) is taken as a quadratic about the leaf's own t: good to 1e-3 m within a leaf.
    """
    (c_e, c_n, c_u), (x_e, x_n, x_u), (y_e, y_n, y_u) = axes
    off_row, off_col, half_row, half_col, mid_row, mid_col, edge = cell
    h, a, b, c = plane
    eye, first_radius = radii[0], radii[1] + h
    t_m = math.sqrt(c_e * c_e + c_n * c_n) / c_u
    w_0 = math.sqrt(1.0 + t_m * t_m)
    w_1, w_2 = t_m / w_0, 0.5 / (w_0 * w_0 * w_0)
    near, far = limits[0] - t_m, limits[1] - t_m
    at, count = span
    best, sines, cosines = sky[0], sky[2], sky[3]
    for k in range(count):
        sin, cos, tangent = sines[at + k], cosines[at + k], best[at + k]
        c_h, x_h, y_h = c_e * sin + c_n * cos, x_e * sin + x_n * cos, y_e * sin + y_n * cos
        w = 1.0 / (c_u + t_m * c_h)
        x, y = (x_u + t_m * x_h) * w, (y_u + t_m * y_h) * w
        dx, dy = (x_h - x * c_h) * w, (y_h - y * c_h) * w
        x, y = x + off_col, y + off_row
        per_x, per_y = abs(1.0 / dx), abs(1.0 / dy)  # may be inf
        at_x, at_y = (x if dx > 0.0 else -x), (y if dy > 0.0 else -y)
        to_col = half_col + (edge if ALONG * abs(dx) < abs(dy) else EDGE)
        to_row = half_row + (edge if ALONG * abs(dy) < abs(dx) else EDGE)
        t0 = max((-to_col - at_x) * per_x, (-to_row - at_y) * per_y, near)
        t1 = min((to_col - at_x) * per_x, (to_row - at_y) * per_y, far)
        x0, y0, x1, y1 = x + mid_col + t0 * dx, y + mid_row + t0 * dy, x + mid_col + t1 * dx, y + mid_row + t1 * dy
        r0, r1 = first_radius + a * x0 + (b + c * x0) * y0, first_radius + a * x1 + (b + c * x1) * y1
        dt, twist = t1 - t0, c * (x1 - x0) * (y1 - y0)
        over0 = r0 * (1.0 - tangent * (t_m + t0)) - eye * (w_0 + t0 * (w_1 + w_2 * t0))
        over1 = r1 * (1.0 - tangent * (t_m + t1)) - eye * (w_0 + t1 * (w_1 + w_2 * t1))
        bulge = (
            (max(-twist, 0.0) + abs(twist * tangent)) + abs(tangent * dt) * (abs(r1 - r0) + abs(twist)) + eye * dt * dt
        )
        rays[k] = 1.0 if t0 < t1 and max(over0, over1) + 0.25 * bulge + 1e-3 > 0.0 else 0.0
        rays[_LANES + k], rays[2 * _LANES + k] = t_m + t0, t_m + t1
        rays[3 * _LANES + k], rays[4 * _LANES + k] = r0, r1
        rays[5 * _LANES + k] = twist - 0.5 * eye * dt * dt
