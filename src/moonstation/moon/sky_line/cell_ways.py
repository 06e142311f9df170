"""A ray's straight way through the cells of a raster: its highest point as seen from the eye, cell by cell.

Columns and rows count in the raster with its rim of one post; t is the tangent of the arc from the place. Each cell is
the bilinear surface between four posts, so that along the way heights go as a + b s + c s^2.
"""

from __future__ import annotations

import math

import numpy as np

from moonstation.core.machine_code import compiled_with

#: A point of a way: t, column, row.
_Point = tuple[float, float, float]
_fast = compiled_with(error_model="numpy", nogil=True)


@_fast
def tangent_of(flat: np.ndarray, width: int, at: tuple[float, float], t: float, radii: tuple[float, float]) -> float:
    """Tangent of the elevation of the surface at a column and row, NaN where it has no height."""
    j, i = int(at[0]), int(at[1])
    fc, fr, k = at[0] - j, at[1] - i, i * width + j
    above = flat[k] * (1.0 - fc) + flat[k + 1] * fc
    below = flat[k + width] * (1.0 - fc) + flat[k + width + 1] * fc
    radius = radii[1] + above * (1.0 - fr) + below * fr
    return float((1.0 - radii[0] / radius * math.sqrt(1.0 + t * t)) / t)


@_fast
def highest_on_way(
    flat: np.ndarray,
    width: int,
    box: tuple[float, float, float, float],
    start: _Point,
    end: _Point,
    radii: tuple[float, float],
    so_far: tuple[float, float],
) -> tuple[float, float]:
    """The highest tangent on a straight way within ``box`` (rows, columns) and its t; ``so_far`` if none is higher."""
    moon = radii[1]
    best, way = so_far
    t0, col0, row0 = start
    t_step, col_step, row_step = end[0] - t0, end[1] - col0, end[2] - row0
    per_col, per_row = abs(1.0 / col_step), abs(1.0 / row_step)  # may be inf
    j = int(min(max(col0 + 1e-9 * col_step, box[2]), box[3] - 1e-9))
    i = int(min(max(row0 + 1e-9 * row_step, box[0]), box[1] - 1e-9))
    next_col = (j + 1.0 - col0 if col_step > 0.0 else col0 - j) * per_col if col_step != 0.0 else math.inf
    next_row = (i + 1.0 - row0 if row_step > 0.0 else row0 - i) * per_row if row_step != 0.0 else math.inf
    along, down = 1 if col_step > 0.0 else -1, 1 if row_step > 0.0 else -1
    level, rise = _line_of_sight(best, t0, t_step, radii)
    s = 0.0
    while s < 1.0:
        s1 = min(next_col, next_row, 1.0)
        k = i * width + j
        h00, h01, h10, h11 = flat[k], flat[k + 1], flat[k + width], flat[k + width + 1]
        if max(h00, h01, h10, h11) > level + min(rise * s, rise * s1):
            h = np.float64(h00)
            a, b = h01 - h, h10 - h
            c = h11 - h - a - b
            x, y = col0 + s * col_step - j, row0 + s * row_step - i
            dx, dy, dt = (s1 - s) * col_step, (s1 - s) * row_step, (s1 - s) * t_step
            h_a = h + a * x + b * y + c * x * y
            h_b = h + a * (x + dx) + b * (y + dy) + c * (x + dx) * (y + dy)
            bend = c * dx * dy - 0.5 * radii[0] * dt * dt
            if max(h_a - rise * s, h_b - rise * s1) - 0.25 * min(bend, 0.0) > level:  # never without all heights
                ta = t0 + s * t_step
                high, where = highest_in_cell((moon + h_a, moon + h_b), (ta, ta + dt), bend, radii[0])
                if high > best:
                    best, way = high, where
                    level, rise = _line_of_sight(best, t0, t_step, radii)
        on_col, on_row = next_col <= s1, next_row <= s1
        s = s1
        j, i = j + along * on_col, i + down * on_row
        next_col, next_row = (
            next_col + per_col if on_col else next_col,
            next_row + per_row if on_row else next_row,
        )
    return best, way


@_fast
def _line_of_sight(tangent: float, t0: float, t_step: float, radii: tuple[float, float]) -> tuple[float, float]:
    """Height [m] at t0 of a line that lies nowhere above the line of sight of a tangent, and its rise over t_step.

    The line of sight has radius r0 sqrt(1 + t^2) / (1 - tangent t), which is convex: its own tangent lies under it.
    """
    if tangent == -math.inf:
        return -math.inf, 0.0
    t = t0 + 0.5 * t_step
    w2 = 1.0 + t * t
    left = 1.0 / (1.0 - tangent * t)
    radius = radii[0] * math.sqrt(w2) * left
    rise = radius * (t / w2 + tangent * left) * t_step
    return radius - 0.5 * rise - radii[1], rise


@_fast
def highest_in_cell(
    radius: tuple[float, float], ends: tuple[float, float], bend: float, eye: float
) -> tuple[float, float]:
    """The highest tangent on a straight way through one cell, and its t.

    ``radius`` [m] at both ``ends`` (t); ``bend`` [m] is the quadratic part of N below. The tangent is N / D with
    N = r - r0 sqrt(1 + t^2), taken as quadratic along the way, and D = r t, as linear: so much for where its maximum
    lies; its value there is exact.
    """
    ta, tb = ends
    r_a, r_b = radius
    w_a, w_b = math.sqrt(1.0 + ta * ta), math.sqrt(1.0 + tb * tb)
    n_a, n_b = r_a - eye * w_a, r_b - eye * w_b
    d_a, d_b = r_a * ta, r_b * tb
    high_a, high_b = n_a / d_a, n_b / d_b
    rise, stretch = n_b - n_a - bend, d_b - d_a
    k = rise * d_a - n_a * stretch  # of the sign of the derivative at the start
    k_end = (rise + 2.0 * bend) * d_b - n_b * stretch
    if bend < 0.0 and k > 0.0 and k_end < 0.0:
        s = k / (math.sqrt((bend * d_a) ** 2 - bend * stretch * k) - bend * d_a)
        t = ta + s * (tb - ta)
        q = bend + 0.5 * eye * (tb - ta) ** 2
        r = r_a + s * (r_b - r_a - q + s * q)
        high = (1.0 - eye / r * math.sqrt(1.0 + t * t)) / t
        if high >= high_a and high >= high_b:
            return high, t
    return (high_a, ta) if high_a >= high_b else (high_b, tb)
