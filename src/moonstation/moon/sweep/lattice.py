"""The fixed lattice that map sweeps work on: tiles, rings of growing cells around them, and great circles across them.

All of it hangs on the map's own pixels counted from its origin, never on what part of it is asked for: so a tile's
sky-lines are the same to the bit in whatever map they are computed. Pixels are counted by row and column of the whole
map; whole numbers are centres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from moonstation.core.machine_code import compiled_with
from moonstation.moon.area import MapArea

#: Pixels along the side of a tile; one family of great circles serves a tile in each direction.
TILE = 512
#: Cells across each ring round a tile. Ring b has cells of 2^b pixels: at a distance d cells of at most d / RING.
RING = 128
#: Neighbouring great circles that are sampled together.
LANES = 32


@dataclass(frozen=True)
class Lattice:
    """A map's pixels counted from its own origin.

    ``origin`` is the map's (row, column) of the area's first pixel; ``corner`` x and y of pixel (0, 0) [map m];
    ``axes`` the rows east, north, centre of the projection; ``scale_m`` map metres per unit of length.
    """

    origin: tuple[int, int]
    corner: tuple[float, float]
    posting_m: float
    axes: np.ndarray
    scale_m: float

    @property
    def frame(self) -> np.ndarray:
        """The map as compiled code takes it: x and y of pixel (0, 0), pixel side, all in ``scale_m``, and the axes."""
        x, y = (value / self.scale_m for value in self.corner)
        return np.array([x, y, self.posting_m / self.scale_m, *self.axes.ravel()])


def lattice_of(area: MapArea) -> Lattice:
    """The lattice that an area's pixels are part of, the same for every part of one map."""
    grid = area.grid
    a, _, c, _, _, f = area.transform
    col = (c - grid[12]) / a + 0.5
    row = (grid[13] - f) / a + 0.5
    # Polar maps have pixel centres or corners on the pole: a quarter keeps both away from the rounding.
    col0, row0 = math.floor(col + 0.25), math.floor(row + 0.25)
    corner = (round(col - col0, 6) * a, -round(row - row0, 6) * a)  # what a part's own corner adds is rounding
    return Lattice((row0, col0), corner, a, np.stack([grid[1:4], grid[4:7], grid[7:10]]), float(grid[10]))


def ring_count(posting_m: float, reach_m: float) -> int:
    """Rings needed, the first of single pixels, so that terrain is seen as far as ``reach_m`` from a tile's edge."""
    count = 1
    while RING * (2**count - 1) * posting_m < reach_m:
        count += 1
    return count


def line_steps(first: int, rings: int) -> np.ndarray:
    """The u of all samples of a line over a tile that starts at ``first``: pixels, then each ring ahead and behind."""
    steps = [np.arange(first - RING, first + TILE + RING, dtype=float)]
    for ring in range(1, rings):
        cell, inner = 2.0**ring, RING * (2.0**ring - 1.0)
        out = (np.arange(RING) + 0.5) * cell
        steps += [first + TILE + inner + out - 0.5, first - inner - out - 0.5]
    return np.concatenate(steps)


def ring_edge(ring: int) -> int:
    """Pixels from a tile's edge to the outer edge of a ring."""
    return RING * ((2 << ring) - 1)


@compiled_with(nogil=True, error_model="numpy")
def direction_of(frame: np.ndarray, row: float, col: float) -> tuple[float, float, float]:
    """Unit vector in MOON_ME of a pixel of the map."""
    x, y = frame[0] + frame[2] * col, frame[1] - frame[2] * row
    q = (x * x + y * y) / 4.0
    weight = 1.0 / (1.0 + q)
    return (
        ((1.0 - q) * frame[9] + x * frame[3] + y * frame[6]) * weight,
        ((1.0 - q) * frame[10] + x * frame[4] + y * frame[7]) * weight,
        ((1.0 - q) * frame[11] + x * frame[5] + y * frame[8]) * weight,
    )


def map_scale(frame: np.ndarray, rows: Any, cols: Any) -> np.ndarray:
    """Map metres per metre on the sphere at pixels, for a projection of unit scale at its centre."""
    x, y = frame[0] + frame[2] * cols, frame[1] - frame[2] * rows
    return np.asarray(1.0 + (x * x + y * y) / 4.0)


@compiled_with(nogil=True, error_model="numpy")
def circle_tables(
    frame: np.ndarray, anchor: tuple[float, float], theta: float, lanes: float, steps: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray]:
    """Where the great circles of one direction cross the columns (or rows) of the map.

    The circle of lane k starts at ``anchor`` (row, column) + k pixels across, in map direction ``theta`` [rad,
    clockwise from up]. It moves along u, the column where the direction is nearer to the x axis, else the row; v is
    the other. For each u in ``steps``, pixel v and R tan(a) [m], a the arc from the start, positive towards growing u,
    as coefficients of 1, k, k^2: two arrays (n, 3). Quadratic through the lanes -lanes, 0 and lanes.
    """
    count = steps.size
    v_table, x_table = np.empty((count, 3)), np.empty((count, 3))
    along_cols = abs(math.sin(theta)) >= abs(math.cos(theta))
    v_at, x_at = np.empty((3, count)), np.empty((3, count))
    for lane in range(3):
        k = (lane - 1) * lanes
        row, col = (anchor[0] + k, anchor[1]) if along_cols else (anchor[0], anchor[1] + k)
        _circle(frame, (row, col), theta, along_cols, steps, radius, v_at[lane], x_at[lane])
    for i in range(count):
        for table, at in ((v_table, v_at), (x_table, x_at)):
            table[i, 0] = at[1, i]
            table[i, 1] = (at[2, i] - at[0, i]) / (2.0 * lanes)
            table[i, 2] = (at[2, i] - 2.0 * at[1, i] + at[0, i]) / (2.0 * lanes * lanes)
    return v_table, x_table


@compiled_with(nogil=True, error_model="numpy")
def _circle(
    frame: np.ndarray,
    place: tuple[float, float],
    theta: float,
    along_cols: bool,
    steps: np.ndarray,
    radius: float,
    v_out: np.ndarray,
    x_out: np.ndarray,
) -> None:
    """One great circle: pixel v and R tan(a) at each u. Its plane meets a column of the map in a quadratic."""
    row, col = place
    px, py, pz = direction_of(frame, row, col)
    reach = 1e-5 / frame[2]
    ax, ay, az = direction_of(frame, row - reach * math.cos(theta), col + reach * math.sin(theta))
    bx, by, bz = direction_of(frame, row + reach * math.cos(theta), col - reach * math.sin(theta))
    wx, wy, wz = ax - bx, ay - by, az - bz
    length = math.sqrt(wx * wx + wy * wy + wz * wz)
    forward = math.sin(theta) if along_cols else -math.cos(theta)
    length = length if forward > 0.0 else -length
    wx, wy, wz = wx / length, wy / length, wz / length
    nx, ny, nz = py * wz - pz * wy, pz * wx - px * wz, px * wy - py * wx
    n_east = frame[3] * nx + frame[4] * ny + frame[5] * nz
    n_north = frame[6] * nx + frame[7] * ny + frame[8] * nz
    n_centre = frame[9] * nx + frame[10] * ny + frame[11] * nz
    # (1 - (x^2 + y^2) / 4) n_c + x n_e + y n_n = 0, solved for the coordinate across.
    across = n_north if along_cols else n_east
    along = n_east if along_cols else n_north
    for i in range(steps.size):
        s = frame[0] + frame[2] * steps[i] if along_cols else frame[1] - frame[2] * steps[i]
        c = n_centre * (1.0 - s * s / 4.0) + s * along
        root = math.sqrt(max(across * across + n_centre * c, 0.0))
        t = -2.0 * c / (across + (root if across >= 0.0 else -root))
        x, y = (s, t) if along_cols else (t, s)
        v = (frame[1] - y) / frame[2] if along_cols else (x - frame[0]) / frame[2]
        q = (x * x + y * y) / 4.0
        dx = (1.0 - q) * frame[9] + x * frame[3] + y * frame[6]
        dy = (1.0 - q) * frame[10] + x * frame[4] + y * frame[7]
        dz = (1.0 - q) * frame[11] + x * frame[5] + y * frame[8]
        v_out[i] = v
        x_out[i] = radius * (dx * wx + dy * wy + dz * wz) / (dx * px + dy * py + dz * pz)
