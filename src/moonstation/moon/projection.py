"""From a direction at the Moon's centre to a pixel of a map: the projections that lunar terrain comes in.

A grid is a flat float64 array (``GRID_SIZE`` numbers) so that compiled code can carry many of them:
kind, the map's own axes, scale, and the inverse of the raster's affine transform.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from moonstation.core.machine_code import compiled

STEREOGRAPHIC, EQUAL_AREA, ORTHOGRAPHIC, GNOMONIC, CYLINDRICAL = range(5)
_AZIMUTHAL = {
    "stere": STEREOGRAPHIC,
    "sterea": STEREOGRAPHIC,
    "laea": EQUAL_AREA,
    "ortho": ORTHOGRAPHIC,
    "gnom": GNOMONIC,
}

# Layout: 0 kind, 1..9 rows east, north, centre of the map's own frame (cylindrical: 1 lon_0 [rad]),
# 10 map units per radian or per unit vector, 11 scale of y over x, 12 false easting, 13 false northing,
# 14..19 col = [14] + [15] X + [16] Y, row = [17] + [18] X + [19] Y, 20 columns round the whole Moon (0: none).
GRID_SIZE = 21


def unit_vectors(lat_deg: Any, lon_deg: Any) -> np.ndarray:
    """Unit vectors [-] in MOON_ME of latitude and longitude east [deg], shape (..., 3)."""
    lat, lon = np.broadcast_arrays(np.radians(lat_deg), np.radians(lon_deg))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def native_grid(crs_wkt: str, transform: tuple[float, ...], radius_m: float) -> np.ndarray | None:
    """Grid of a raster whose projection compiled code knows, else None (then it has to be warped first).

    ``transform`` is the affine (a, b, c, d, e, f) from column and row to map coordinates; the returned grid
    gives column and row with pixel *centres* at whole numbers.
    """
    from pyproj import CRS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a proj string loses names that we do not use
        projection = CRS.from_wkt(crs_wkt).to_dict()
    kind = projection.get("proj")
    if kind in ("longlat", "eqc"):
        return _cylindrical_grid(projection, transform, radius_m)
    if kind in _AZIMUTHAL and projection.get("units", "m") == "m":
        return _azimuthal_grid(projection, transform, radius_m)
    return None


def stereographic_grid(lat_deg: float, lon_deg: float, transform: tuple[float, ...], radius_m: float) -> np.ndarray:
    """Grid of a stereographic map centred on a place."""
    return _azimuthal_grid({"proj": "stere", "lat_0": lat_deg, "lon_0": lon_deg}, transform, radius_m)


def _azimuthal_grid(projection: dict[str, Any], transform: tuple[float, ...], radius_m: float) -> np.ndarray:
    lat, lon = math.radians(projection.get("lat_0", 0.0)), math.radians(projection.get("lon_0", 0.0))
    scale = float(projection.get("k", projection.get("k_0", 1.0)))
    if "lat_ts" in projection and "k" not in projection and "k_0" not in projection:
        scale = (1.0 + math.sin(abs(math.radians(projection["lat_ts"])))) / 2.0  # Snyder 1987, eq. 21-4 on the sphere
    grid = np.zeros(GRID_SIZE)
    grid[0] = _AZIMUTHAL[projection["proj"]]
    grid[1:4] = -math.sin(lon), math.cos(lon), 0.0
    grid[4:7] = -math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)
    grid[7:10] = math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)
    grid[10], grid[11] = radius_m * scale, 1.0
    grid[12], grid[13] = float(projection.get("x_0", 0.0)), float(projection.get("y_0", 0.0))
    grid[14:20] = _inverse_affine(transform)
    return grid


def _cylindrical_grid(projection: dict[str, Any], transform: tuple[float, ...], radius_m: float) -> np.ndarray | None:
    degrees = projection["proj"] == "longlat"
    if projection.get("units", "m") != "m" or transform[1] or transform[3]:
        return None
    per_radian = math.degrees(1.0) if degrees else radius_m * math.cos(math.radians(projection.get("lat_ts", 0.0)))
    grid = np.zeros(GRID_SIZE)
    grid[0] = CYLINDRICAL
    grid[1] = math.radians(projection.get("lon_0", projection.get("pm", 0.0)))
    grid[10] = per_radian
    grid[11] = (math.degrees(1.0) if degrees else radius_m) / per_radian
    grid[12] = float(projection.get("x_0", 0.0))
    grid[13] = float(projection.get("y_0", 0.0)) - radius_m * math.radians(projection.get("lat_0", 0.0))
    grid[14:20] = _inverse_affine(transform)
    grid[20] = abs(2.0 * math.pi * per_radian / transform[0])
    return grid


def _inverse_affine(transform: tuple[float, ...]) -> tuple[float, ...]:
    a, b, c, d, e, f = transform
    det = a * e - b * d
    # Affine transforms speak of pixel corners; ours of centres, hence the half.
    return (-(e * c - b * f) / det - 0.5, e / det, -b / det, (d * c - a * f) / det - 0.5, -d / det, a / det)


def window_grid(grid: np.ndarray, row0: float, col0: float, factor_row: float, factor_col: float) -> np.ndarray:
    """Grid of a window starting at pixel corner (row0, col0), each of its pixels covering factor_row x factor_col."""
    out = grid.copy()
    out[14] = (grid[14] + 0.5 - col0) / factor_col - 0.5
    out[17] = (grid[17] + 0.5 - row0) / factor_row - 0.5
    out[15:17] = grid[15:17] / factor_col
    out[18:20] = grid[18:20] / factor_row
    out[20] = grid[20] / factor_col
    return out


@compiled
def pixel_of(grid: np.ndarray, x: float, y: float, z: float) -> tuple[float, float]:
    """Column and row (centres at whole numbers) of the direction (x, y, z) in MOON_ME; NaN where the map has none.

    Azimuthal maps: Snyder 1987, "Map projections: a working manual", eqs. 20-3, 21-4, 22-4, 24-2 on the sphere.
    """
    if grid[0] == 4.0:  # cylindrical
        lon = math.atan2(y, x) - grid[1]
        lon -= 2.0 * math.pi * math.floor(lon / (2.0 * math.pi) + 0.5)
        map_x = grid[10] * lon
        map_y = grid[10] * grid[11] * math.atan2(z, math.sqrt(x * x + y * y))
    else:
        east = grid[1] * x + grid[2] * y + grid[3] * z
        north = grid[4] * x + grid[5] * y + grid[6] * z
        up = grid[7] * x + grid[8] * y + grid[9] * z
        if grid[0] == 0.0:
            if up <= -0.999:
                return math.nan, math.nan
            stretch = 2.0 / (1.0 + up)
        elif grid[0] == 1.0:
            if up <= -0.999:
                return math.nan, math.nan
            stretch = math.sqrt(2.0 / (1.0 + up))
        elif up <= 0.001:
            return math.nan, math.nan
        elif grid[0] == 2.0:
            stretch = 1.0
        else:
            stretch = 1.0 / up
        map_x = grid[10] * stretch * east
        map_y = grid[10] * stretch * north
    map_x += grid[12]
    map_y += grid[13]
    col = grid[14] + grid[15] * map_x + grid[16] * map_y
    row = grid[17] + grid[18] * map_x + grid[19] * map_y
    if grid[20] > 0.0:  # rasters count longitude from their own left edge
        col -= grid[20] * math.floor((col + 0.5) / grid[20])
    return col, row


@compiled
def pixels_of(grid: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Columns and rows of many directions, shape (n, 3) -> (n, 2)."""
    out = np.empty((directions.shape[0], 2))
    for i in range(directions.shape[0]):
        out[i, 0], out[i, 1] = pixel_of(grid, directions[i, 0], directions[i, 1], directions[i, 2])
    return out


@compiled
def bilinear(heights: np.ndarray, start: int, rows: int, cols: int, period: float, col: float, row: float) -> float:
    """Height between the four pixels around (col, row); NaN outside the raster or beside no-data.

    ``heights`` is flat; the raster of rows x cols begins at ``start``. The outer half pixel takes the value of the
    edge; columns close round the Moon where the raster has as many as its ``period``.
    """
    if not (-0.5 <= row <= rows - 0.5 and -0.5 <= col <= cols - 0.5):
        return math.nan
    closes = period > 0.0 and abs(period - cols) < 0.5
    row = min(max(row, 0.0), rows - 1.0)
    if not closes:
        col = min(max(col, 0.0), cols - 1.0)
    r0, c0 = int(math.floor(row)), int(math.floor(col))
    fr, fc = row - r0, col - c0
    r1, c1 = min(r0 + 1, rows - 1), c0 + 1
    if closes:
        c0, c1 = c0 % cols, c1 % cols
    else:
        c1 = min(c1, cols - 1)
    upper, lower = start + r0 * cols, start + r1 * cols
    above = heights[upper + c0] * (1.0 - fc) + heights[upper + c1] * fc
    below = heights[lower + c0] * (1.0 - fc) + heights[lower + c1] * fc
    return float(above * (1.0 - fr) + below * fr)


@compiled
def bilinear_many(heights: np.ndarray, period: float, pixels: np.ndarray) -> np.ndarray:
    """Heights at many pixels (col, row) of one raster, shape (n, 2) -> (n,)."""
    rows, cols = heights.shape
    flat = heights.ravel()
    out = np.empty(pixels.shape[0])
    for i in range(pixels.shape[0]):
        out[i] = bilinear(flat, 0, rows, cols, period, pixels[i, 0], pixels[i, 1])
    return out
