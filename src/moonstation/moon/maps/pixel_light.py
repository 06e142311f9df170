"""Light and sight of every pixel of a map: its sky-line laid over the sky of a place near by, in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled
from moonstation.moon.maps.longest_gap import longest_gap_steps
from moonstation.moon.maps.sky_table import ELEVATION_STEP_DEG

Line = NDArray[np.float32]
#: Rows of the result: mean visible share, share of time with any part, longest gap in steps; of Sun, then of Earth.
SUN, EARTH, ROWS = 0, 3, 6
_PER_DEG = np.float32(1.0 / ELEVATION_STEP_DEG)


@compiled
def pixel_light(
    lines: NDArray[np.int16],
    scale: tuple[float, int],
    tilt_deg: Line,
    ring: Line,
    tables: tuple[Any, Any],
    wanted: tuple[bool, bool, bool, bool],
    box: tuple[int, int, int, int],
    out: Line,
) -> None:
    """Fill ``out`` (6, rows, columns) with the light of the pixels of a box, NaN where a sky-line is missing.

    Parameters
    ----------
    lines : elevation of the sky-lines, shape (directions, rows, columns)
    scale : degrees per count of ``lines`` and the count that says there is none
    tilt_deg : displacement of the pixels from the tables' place, right and up the map [deg of arc], shape (2, rows,
        columns) of the box: there Sun and Earth stand higher by so much in that direction
    ring : sine and cosine of the tables' directions, shape (2, slots)
    tables : packed SkyTables of Sun and Earth
    wanted : means and longest gap of the Sun, means and longest gap of the Earth
    box : rows and columns to fill, from first to one past last: (r0, r1, c0, c1)
    """
    directions, slots = lines.shape[0], ring.shape[1]
    r0, r1, c0, c1 = box
    sun, earth = tables
    pad = max(_reach(sun[7], directions), _reach(earth[7], directions))
    line = np.empty(directions + 2 * pad + 1, dtype=np.float32)
    level, edge = np.empty(slots, dtype=np.float32), np.empty(slots, dtype=np.float32)
    hints = np.zeros(2, dtype=np.int64)
    for row in range(r0, r1):
        for col in range(c0, c1):
            if not _read(lines, row, col, scale, pad, line):
                out[:, row, col] = np.nan
                continue
            x, y = tilt_deg[0, row - r0, col - c0], tilt_deg[1, row - r0, col - c0]
            if wanted[0] or wanted[1]:
                _lay(line, pad, (x, y), ring, sun, level, edge)
                _fill(sun, level, edge, wanted[1], hints[0:1], out[0:3, row, col])
            if wanted[2] or wanted[3]:
                _lay(line, pad, (x, y), ring, earth, level, edge)
                _fill(earth, level, edge, wanted[3], hints[1:2], out[3:6, row, col])


@compiled
def _reach(radius: float, directions: int) -> int:
    """Directions to each side that a disc may touch, at sky-lines up to 60 deg high."""
    return int(np.ceil(radius * directions / 360.0 * 2.0)) + 1


@compiled
def _read(lines: NDArray[np.int16], row: int, col: int, scale: tuple[float, int], pad: int, line: Line) -> bool:
    """Put one pixel's sky-line [deg] into ``line``, ``pad`` values more at both ends; False where it has gaps."""
    count = lines.shape[0]
    for k in range(count):
        stored = lines[k, row, col]
        if stored == scale[1]:
            return False
        line[pad + k] = np.float32(stored * scale[0])
    for k in range(pad):
        line[k] = line[count + k]
    for k in range(pad + 1):
        line[pad + count + k] = line[pad + k]
    return True


@compiled
def _lay(line: Line, pad: int, tilt: tuple[float, float], ring: Line, table: Any, level: Line, edge: Line) -> None:
    """The sky-line over the table's directions as the table's place would see it.

    ``level`` is the sky-line itself, ``edge`` what the upper edge of the disc has to pass for any part to be seen.
    """
    _, _, _, full, low_deg, high_deg, _, radius, _ = table
    count = line.size - 2 * pad - 1
    per = ring.shape[1] // count
    touched = int(np.ceil(radius * count / 360.0 * 1.2))
    for k in range(count):
        at = pad + k
        lowest = line[at]
        for near in range(at - touched, at + touched + 2):
            lowest = min(lowest, line[near])
        rise = (line[at + 1] - line[at]) / np.float32(per)
        for part in range(per):
            s = k * per + part
            if full[1, s] == 0.0:  # the body never stands there
                continue
            shift = tilt[0] * ring[0, s] + tilt[1] * ring[1, s]
            height = line[at] + np.float32(part) * rise
            level[s] = edge[s] = height - shift
            if level[s] > low_deg[s] and lowest - shift < high_deg[s]:
                edge[s] = _least_edge(line, at, part / per, height, radius, count) - shift


@compiled
def _least_edge(line: Line, at: int, share: float, height: float, radius: float, count: int) -> float:
    """How high the upper edge of a disc must stand for any part of it to show over a sky-line that is not level.

    The least of h(a) - sqrt(r^2 - a^2) + r over the disc's width, a the angle from its centre along the sky-line. The
    centre stands over ``line`` at ``at + share``.
    """
    wide = np.cos(np.radians(min(abs(height), 60.0))) * 360.0 / count
    least = height
    for side in (-1, 1):
        k = at if side < 0 else at + 1
        start, near = 0.0, height
        left = share if side < 0 else 1.0 - share
        while start < radius and 0 <= k < line.size:
            far, end = line[k], start + left * wide
            if far < near:  # the disc shows first where the sky-line falls away from its centre
                slope = (far - near) / (end - start)
                best = min(max(-slope * radius / np.sqrt(1.0 + slope * slope), start), end, radius)
                drop = near + slope * (best - start) + radius
                least = min(least, drop - np.sqrt(max(radius * radius - best * best, 0.0)))
            start, near, left, k = end, far, 1.0, k + side
    return least


@compiled
def _fill(table: Any, level: Line, edge: Line, gaps: bool, hint: NDArray[np.int64], out: Line) -> None:
    """Mean share, share of time with any part, and where wanted the longest gap [steps] of one pixel."""
    first, share, part, full, low_deg, high_deg, path, _, count = table
    visible, seen, shown, always = 0.0, 0.0, False, True
    for s in range(full.shape[1]):
        if full[1, s] == 0.0:
            continue
        if level[s] <= low_deg[s]:
            visible += full[0, s]
            seen += full[1, s]
            shown = True
            continue
        always = False
        if edge[s] < high_deg[s]:
            shown = True
            visible += _between(share, s, level[s], first)
            seen += _between(part, s, edge[s], first)
    out[1] = min(seen, 1.0) if shown else 0.0
    out[0] = min(visible, out[1]) if shown else 0.0
    if gaps:
        if not shown:
            out[2] = count
        elif always and seen > 1.0 - 0.25 / count:
            out[2] = 0.0
        else:
            out[2] = longest_gap_steps(path, edge, hint)


@compiled
def _between(values: Line, s: int, elevation: float, first: float) -> float:
    """A row of a table at an elevation, linear between its steps."""
    at = max((elevation - first) * _PER_DEG, np.float32(0.0))
    j = int(at)
    if j >= values.shape[1] - 1:
        return 0.0
    rest = at - np.float32(j)
    return float(values[s, j] + rest * (values[s, j + 1] - values[s, j]))
