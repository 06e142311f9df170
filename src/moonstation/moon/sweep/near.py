"""Near sky-lines of a tile: every ray from every pixel centre, exactly, many pixels at a time.

All pixels of a map share the fractions at which a ray of one direction crosses the rows and columns of posts, so the
march is a stencil: heights shifted by whole pixels, weighted, and compared.
"""

from __future__ import annotations

import math

import numpy as np

from moonstation.core.machine_code import compiled_with

#: Distance of the first height [postings]: nearer is only the interpolation's facet (docs/decisions/003).
FIRST = 0.75
#: Up to here [pixels] heights are also taken between the crossings of rows and columns.
DENSE = 4.0
#: Up to here [pixels] heights are taken at the crossings of rows as well as of columns.
CROSSED = 8.0
#: Up to here [pixels along the steeper axis] every crossing counts, beyond every second.
EVERY = 32
#: Pixels of a row that are worked as a piece; a tile's side is a whole number of them.
BLOCK = 64

#: Tangents below are those of no terrain.
_NOTHING = np.float32(-50.0)

Taps = tuple[np.ndarray, np.ndarray, np.ndarray]
Stencil = tuple[Taps, Taps]


def stencil(theta: float, lead: int, stride: int, arc_per_pixel: float, radius: float, first: float) -> Stencil:
    """The samples of rays in map direction ``theta`` [rad], for ``lead`` pixels along the axis nearer to it, from
    ``first`` pixels on.

    First those on a row or column of posts, weighing two heights, in an even number; then those between, weighing
    four. Each: shifts (n, 2 or 4) in a raster of ``stride``, weights, and drops (n, 2). Sample n has tangent
    r0 / R * (weights . heights - eye * drop[n, 0] - drop[n, 1]) with stored heights R h / (R + h), which is
    (r cos(a) - r0) / (r sin(a)) rewritten.
    """
    across, up = math.sin(theta), -math.cos(theta)
    along = max(abs(across), abs(up))
    end = lead / along
    at = {first}
    for axis in (abs(across), abs(up)):
        if axis > 1e-9:
            limit = end if axis == along else min(end, CROSSED)
            whole = [n for n in range(1, lead + 1) if n <= EVERY or n % 2 == 0]
            at |= {n / axis for n in whole if first < n / axis <= limit + 1e-9}
    crossings = np.array(sorted(at))
    crossings = crossings[np.concatenate([[True], np.diff(crossings) > 1e-3])]
    gaps = crossings[:-1][crossings[:-1] < DENSE], crossings[1:][crossings[:-1] < DENSE]
    middles = (gaps[0] + gaps[1]) / 2.0
    ways = np.sort(np.concatenate([crossings, middles[gaps[1] - gaps[0] > 0.05]]))
    shifts, weights = _taps(ways * across, ways * up, stride)
    arc = ways * arc_per_pixel
    cot = 1.0 / (radius * np.tan(arc))
    sec = 1.0 / np.cos(arc)
    drop = np.stack([cot, radius * (sec - 1.0) * cot], axis=1)
    weights = (weights * (sec * cot)[:, None]).astype(np.float32)
    drop = drop.astype(np.float32)
    on_line = np.flatnonzero(weights[:, 2] == 0.0)
    between = np.flatnonzero(weights[:, 2] != 0.0)
    on_line = np.append(on_line, on_line[-1:]) if on_line.size % 2 else on_line
    return (
        (shifts[on_line, :2].copy(), weights[on_line, :2].copy(), drop[on_line]),
        (shifts[between], weights[between], drop[between]),
    )


def _taps(cols: np.ndarray, rows: np.ndarray, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """Shifts and bilinear weights of points; the two that are naught come last where the point lies on a line."""
    cols = np.where(np.abs(cols - np.rint(cols)) < 1e-9, np.rint(cols), cols)
    rows = np.where(np.abs(rows - np.rint(rows)) < 1e-9, np.rint(rows), rows)
    c0, r0 = np.floor(cols), np.floor(rows)
    fc, fr = cols - c0, rows - r0
    shifts = np.stack([r0 * stride + c0, r0 * stride + c0 + 1, (r0 + 1) * stride + c0, (r0 + 1) * stride + c0 + 1], 1)
    weights = np.stack([(1 - fc) * (1 - fr), fc * (1 - fr), (1 - fc) * fr, fc * fr], 1)
    order = np.argsort(-weights, axis=1, kind="stable")
    shifts, weights = np.take_along_axis(shifts, order, 1), np.take_along_axis(weights, order, 1)
    shifts = np.where(weights > 0.0, shifts, shifts[:, :1])
    return shifts.astype(np.int64), weights


_jit = compiled_with(nogil=True, error_model="numpy", fastmath={"nnan", "ninf", "nsz", "contract"}, _nrt=False)


@_jit
def _near_tangents(heights: np.ndarray, at: int, eyes: np.ndarray, samples: Stencil, best: np.ndarray) -> None:
    """Highest tangent over the stencil, times R / r0, for the pixels from index ``at`` of the flat heights on."""
    size = best.size
    for x in range(size):
        best[x] = np.float32(-1e9)
    shifts, weights, drop = samples[0]
    for n in range(0, shifts.shape[0], 2):  # two at a time: half as many loads of eyes and best
        w0, w1, eye_a, bend_a = weights[n, 0], weights[n, 1], drop[n, 0], drop[n, 1]
        w2, w3, eye_b, bend_b = weights[n + 1, 0], weights[n + 1, 1], drop[n + 1, 0], drop[n + 1, 1]
        a = heights[at + shifts[n, 0] : at + shifts[n, 0] + size]
        b = heights[at + shifts[n, 1] : at + shifts[n, 1] + size]
        c = heights[at + shifts[n + 1, 0] : at + shifts[n + 1, 0] + size]
        d = heights[at + shifts[n + 1, 1] : at + shifts[n + 1, 1] + size]
        for x in range(size):
            one = a[x] * w0 + (b[x] * w1 - (eyes[x] * eye_a + bend_a))
            other = c[x] * w2 + (d[x] * w3 - (eyes[x] * eye_b + bend_b))
            higher = one if one > other else other
            best[x] = higher if higher > best[x] else best[x]
    shifts, weights, drop = samples[1]
    for n in range(shifts.shape[0]):
        w0, w1, w2, w3 = weights[n, 0], weights[n, 1], weights[n, 2], weights[n, 3]
        eye, bend = drop[n, 0], drop[n, 1]
        a = heights[at + shifts[n, 0] : at + shifts[n, 0] + size]
        b = heights[at + shifts[n, 1] : at + shifts[n, 1] + size]
        c = heights[at + shifts[n, 2] : at + shifts[n, 2] + size]
        d = heights[at + shifts[n, 3] : at + shifts[n, 3] + size]
        for x in range(size):
            value = a[x] * w0 + b[x] * w1 + (c[x] * w2 + d[x] * w3 - (eyes[x] * eye + bend))
            best[x] = value if value > best[x] else best[x]


@_jit
def join(
    heights: np.ndarray,
    place: tuple[int, int, int, int, int],
    samples: Stencil,
    ground: tuple[np.ndarray, np.ndarray],
    far: np.ndarray,
    window: tuple[int, int, int, int],
    scale: tuple[float, int],
    outs: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Near and far together for the rows and columns of a window of a tile: stored elevations.

    ``place``: index of the tile's first pixel, the stride, the first row and column of the window counted from the
    area's, and of how many pixels along each axis one is wanted, the middle of each group; ``ground``: eyes
    as stored heights and stretch of the near tangents, each (TILE, TILE); ``scale``: counts per radian and the count
    for none; ``outs``: the output, and room for a row of tangents and of counts. Rows are worked in whole pieces of
    BLOCK pixels, so that a pixel's arithmetic is the same in any window.
    """
    first, stride, out_row, out_col, every = place
    middle = every // 2
    eyes, stretch = ground
    per_radian, none = np.float32(scale[0]), np.int16(scale[1])
    r0, r1, c0, c1 = window
    left, right = c0 // BLOCK * BLOCK, (c1 + BLOCK - 1) // BLOCK * BLOCK
    best, counts = outs[1][: right - left], outs[2][: right - left]
    for row in range(r0, r1):
        at_row = out_row + row - r0
        if at_row % every != middle:
            continue
        _near_tangents(heights, first + row * stride + left, eyes[row, left:right], samples, best)
        _counts(best, stretch[row, left:right], far[row, left:right], per_radian, none, counts)
        line = outs[0][at_row // every]
        for col in range((middle - out_col) % every, c1 - c0, every):
            line[(out_col + col) // every] = counts[c0 - left + col]


@_jit
def _counts(
    best: np.ndarray, stretch: np.ndarray, far: np.ndarray, per_radian: np.float32, none: np.int16, counts: np.ndarray
) -> None:
    """Angles of the higher of near and far tangents as whole counts, ``none`` where both look into nothing or there
    is no ground (a negative stretch).

    Arc tangent: Abramowitz & Stegun 1964, eq. 4.4.49, error below 2e-8.
    """
    one = np.float32(1.0)
    for x in range(best.size):
        near = best[x] * stretch[x]
        tangent = near if near > far[x] else far[x]
        size = abs(tangent)
        flip = size > one
        z = one / size if flip else size
        q = z * z
        angle = np.float32(0.0028662257)
        angle = angle * q - np.float32(0.0161657367)
        angle = angle * q + np.float32(0.0429096138)
        angle = angle * q - np.float32(0.0752896400)
        angle = angle * q + np.float32(0.1065626393)
        angle = angle * q - np.float32(0.1420889944)
        angle = angle * q + np.float32(0.1999355085)
        angle = angle * q - np.float32(0.3333314528)
        angle = (angle * q + one) * z
        angle = np.float32(1.5707963268) - angle if flip else angle
        angle = -angle if tangent < np.float32(0.0) else angle
        whole = np.int16(np.int32(np.floor(angle * per_radian + np.float32(0.5))))
        dark = (tangent < _NOTHING) | (stretch[x] < np.float32(0.0))
        counts[x] = none if dark else whole
