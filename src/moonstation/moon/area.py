"""The places of a map: the pixel centres of a raster in a lunar stereographic projection.

Stereographic maps are conformal: every direction at a pixel is turned by one angle only, the convergence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.moon.crs import sphere_crs, stereographic_wkt
from moonstation.moon.sphere import moon_radius_m

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

Bounds = tuple[float, float, float, float]

#: Farthest corner of a map from its centre [deg of arc]; beyond, a stereographic map is stretched by a half and more.
MAX_ARC_DEG = 70.0
_DEGREES_HINT = "these look like degrees: give bounds in metres of the map, or a place and a size"


@dataclass(frozen=True)
class MapArea:
    """A raster of places: the pixel centres of a map in a lunar stereographic projection, polar or local, north up.

    ``transform`` is the affine (a, b, c, d, e, f) from pixel corners to map metres, with square pixels; ``shape`` is
    rows and columns; ``posting_m`` the side of a pixel on the map [m].
    """

    crs_wkt: str
    transform: tuple[float, float, float, float, float, float]
    shape: tuple[int, int]
    posting_m: float

    @cached_property
    def grid(self) -> np.ndarray:
        """The projection as compiled code knows it; whole numbers are pixel centres."""
        from moonstation.moon.projection import native_grid

        grid = native_grid(self.crs_wkt, self.transform, moon_radius_m())
        if grid is None or grid[0] != 0.0:
            raise TypeError("a MapArea is stereographic: make it with area_of or area_around")
        return grid

    @property
    def bounds_m(self) -> Bounds:
        """West, south, east and north edges of the outer pixels, in metres of the map."""
        a, _, c, _, e, f = self.transform
        return c, f + e * self.shape[0], c + a * self.shape[1], f

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude [deg] of the middle of the raster."""
        middle = np.array([(self.shape[0] - 1) / 2.0]), np.array([(self.shape[1] - 1) / 2.0])
        lat, lon = lat_lon(_directions(self.grid, *middle))
        return float(lat[0]), float(lon[0])

    def directions(self) -> np.ndarray:
        """Unit vectors [-] of the pixel centres in MOON_ME, shape (rows, columns, 3)."""
        rows, cols = (np.arange(side, dtype=float) for side in self.shape)
        return self.directions_at(*np.meshgrid(rows, cols, indexing="ij"))

    def directions_at(self, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
        """Unit vectors [-] of rows and columns (whole numbers are pixel centres) in MOON_ME, shape (..., 3)."""
        return _directions(self.grid, rows, cols)

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Latitude and longitude east [deg] of the pixel centres, each of shape (rows, columns)."""
        return lat_lon(self.directions())

    def convergence_deg(self) -> np.ndarray:
        """Map direction of north [deg], clockwise from up the map, shape (rows, columns).

        A direction on the map is the azimuth from north plus this angle. At a pole itself, north is that of the
        longitude in ``places``.
        """
        lat, lon = (np.radians(part) for part in self.places())
        north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
        east_c, north_c, centre = self.grid[1:4], self.grid[4:7], self.grid[7:10]
        here = self.directions()
        # The derivative of x = 2 (p . e) / (1 + p . c), and of y, along north (Snyder 1987, eqs. 21-2 to 21-4).
        fall = (north @ centre) / (1.0 + here @ centre)
        x, y = north @ east_c - fall * (here @ east_c), north @ north_c - fall * (here @ north_c)
        return np.asarray(np.degrees(np.arctan2(x, y)))

    def scale(self) -> np.ndarray:
        """Metres of the map per metre on the sphere at the pixel centres, shape (rows, columns) (Snyder eq. 21-4)."""
        return _scale(self.grid, self.directions())

    def pixel_km2(self) -> np.ndarray:
        """Area of every pixel on the sphere [km2], shape (rows, columns)."""
        return np.asarray((self.posting_m / 1e3 / self.scale()) ** 2)

    def part(self, rows: slice, cols: slice) -> MapArea:
        """The area of some of the rows and columns."""
        r0, r1, _ = rows.indices(self.shape[0])
        c0, c1, _ = cols.indices(self.shape[1])
        a, b, c, d, e, f = self.transform
        return replace(self, transform=(a, b, c + a * c0, d, e, f + e * r0), shape=(r1 - r0, c1 - c0))

    def widened(self, above: int, below: int, left: int, right: int) -> MapArea:
        """The area with so many pixels more at each side."""
        a, b, c, d, e, f = self.transform
        shape = (self.shape[0] + above + below, self.shape[1] + left + right)
        return replace(self, transform=(a, b, c - a * left, d, e, f - e * above), shape=shape)

    def tiles(self, side: int = 512) -> list[tuple[slice, slice]]:
        """Rows and columns of tiles of at most ``side`` x ``side`` pixels that make up the area."""
        rows, cols = self.shape
        return [
            (slice(r, min(r + side, rows)), slice(c, min(c + side, cols)))
            for r in range(0, rows, side)
            for c in range(0, cols, side)
        ]


def area_of(dem: Dem, bounds_m: Bounds | None = None) -> MapArea:
    """The map of an elevation model, whole or within bounds.

    The model's own pixels where it is a north-up stereographic map with square pixels; else a stereographic raster
    of the same posting round the middle of what is asked. ``bounds_m`` is west, south, east, north in metres of the
    model's own map; in degrees where the model's map is in degrees. Raises RangeError for bounds that are no box, and
    TerrainError where they leave the model or no flat map can hold them.
    """
    if bounds_m is not None and (faults := box_faults(bounds_m)):
        raise RangeError(faults)
    if _has_own_pixels(dem):
        whole = MapArea(dem.crs_wkt, dem.transform, dem.shape, dem.posting_m)
        return whole if bounds_m is None else _within(dem, whole, bounds_m)
    if bounds_m is not None:
        _refuse_outside(dem, bounds_m)
    return _local_area(dem, bounds_m or _raster_bounds(dem))


def area_around(dem: Dem, lat_deg: float, lon_deg: float, size_km: float) -> MapArea:
    """A square map of ``size_km`` side around a place, of the model's own pixels where area_of would take them.

    Raises RangeError for numbers out of range, TerrainError where the square leaves the model.
    """
    faults = [
        Fault(name, "out of range", value, unit, f"{low:g}..{high:g}")
        for name, value, unit, low, high in (
            ("latitude_deg", lat_deg, "deg", -90.0, 90.0),
            ("longitude_deg", lon_deg, "deg", -180.0, 360.0),
            ("size_km", size_km, "km", dem.posting_m / 1e3, 2e3),
        )
        if not low <= value <= high
    ]
    if faults:
        raise RangeError(faults)
    if not bool(dem.covers(lat_deg, lon_deg)):
        where = f"latitude {lat_deg:g} deg, longitude {lon_deg:g} deg"
        raise TerrainError(Fault(dem.name, f"does not cover {where}", allowed=dem.footprint()))
    if not _has_own_pixels(dem):
        crs_wkt = stereographic_wkt(lat_deg, lon_deg)
        half = max(1, round(size_km * 1e3 / dem.posting_m)) * dem.posting_m / 2.0
        return _raster(crs_wkt, (-half, -half, half, half), dem.posting_m)
    whole = MapArea(dem.crs_wkt, dem.transform, dem.shape, dem.posting_m)
    col, row = _pixel(whole.grid, lat_deg, lon_deg)
    count = max(1, round(size_km * 1e3 * _scale_at(whole.grid, lat_deg, lon_deg) / dem.posting_m))
    r0, c0 = round(row + 0.5 - count / 2.0), round(col + 0.5 - count / 2.0)
    if min(r0, c0) < 0 or r0 + count > dem.shape[0] or c0 + count > dem.shape[1]:
        edge = min(row + 0.5, col + 0.5, dem.shape[0] - row - 0.5, dem.shape[1] - col - 0.5)
        fits = 2.0 * edge * size_km / count
        hint = f"at most {fits:.3g} km around this place, or a wider elevation model"
        raise TerrainError(Fault("size_km", f"the square leaves {dem.name}", size_km, "km", hint=hint))
    return whole.part(slice(r0, r0 + count), slice(c0, c0 + count))


def _has_own_pixels(dem: Dem) -> bool:
    a, b, _, d, e, _ = dem.transform
    square = b == d == 0.0 and a > 0.0 and math.isclose(a, -e, rel_tol=1e-9)
    return square and dem.grid is not None and dem.grid[0] == 0.0


def box_faults(bounds: Bounds) -> list[Fault]:
    """What keeps west, south, east and north from being a box."""
    west, south, east, north = bounds
    faults = []
    if not all(map(math.isfinite, bounds)):
        faults.append(Fault("bounds", "must be four numbers", bounds))
    else:
        if not west < east:
            faults.append(Fault("bounds", "west must be less than east", (west, east), hint="order: X0 Y0 X1 Y1"))
        if not south < north:
            faults.append(Fault("bounds", "south must be less than north", (south, north), hint="order: X0 Y0 X1 Y1"))
    return faults


def _within(dem: Dem, whole: MapArea, bounds: Bounds) -> MapArea:
    """The pixels whose centres lie within bounds."""
    _refuse_outside(dem, bounds)
    west, south, east, north = bounds
    a, _, c, _, e, f = whole.transform
    c0, c1 = (max(0, math.ceil((x - c) / a - 0.5 - 1e-6)) for x in (west, east))
    r0, r1 = (max(0, math.ceil((y - f) / e - 0.5 - 1e-6)) for y in (north, south))
    c1, r1 = min(c1, whole.shape[1]), min(r1, whole.shape[0])
    if c1 <= c0 or r1 <= r0:
        hint = _DEGREES_HINT if max(map(abs, bounds)) <= 360.0 else ""
        smallest = f"at least one pixel of {dem.posting_m:g} m"
        raise RangeError(Fault("bounds", "hold no pixel centre", bounds, "m", smallest, hint))
    return whole.part(slice(r0, r1), slice(c0, c1))


def _refuse_outside(dem: Dem, bounds: Bounds) -> None:
    edges = _raster_bounds(dem)
    slack = 0.5 * abs(dem.transform[0])
    low = all(bounds[i] >= edges[i] - slack for i in (0, 1))
    high = all(bounds[i] <= edges[i] + slack for i in (2, 3))
    if not (low and high):
        unit = "deg" if _in_degrees(dem) else "m"
        allowed = " ".join(f"{edge:.10g}" for edge in edges)
        raise TerrainError(Fault("bounds", f"leave {dem.name}", bounds, unit, allowed))


def _raster_bounds(dem: Dem) -> Bounds:
    a, b, c, d, e, f = dem.transform
    rows, cols = dem.shape
    xs = [a * col + b * row + c for col in (0, cols) for row in (0, rows)]
    ys = [d * col + e * row + f for col in (0, cols) for row in (0, rows)]
    return min(xs), min(ys), max(xs), max(ys)


def _in_degrees(dem: Dem) -> bool:
    from pyproj import CRS

    return bool(CRS.from_wkt(dem.crs_wkt).is_geographic)


def _local_area(dem: Dem, bounds: Bounds) -> MapArea:
    """A stereographic raster round the middle of a box on the model's map, wide enough for all of it."""
    directions = _box_directions(dem, bounds, np.linspace(0.0, 1.0, 129))
    mean = _box_directions(dem, bounds, (np.arange(128) + 0.5) / 128).mean(axis=0)
    length = float(np.linalg.norm(mean))
    arc = math.degrees(math.acos(min(1.0, float((directions @ mean).min()) / length))) if length > 1e-6 else 180.0
    if arc > MAX_ARC_DEG:
        hint = "map a part: give bounds, or a place and a size"
        raise TerrainError(Fault(dem.name, f"reaches {arc:.0f} deg from its middle: no flat map holds it", hint=hint))
    lat, lon = (float(part) for part in lat_lon(mean / length))
    if abs(lat) > 89.99:
        lat, lon = math.copysign(90.0, lat), 0.0
    crs_wkt = stereographic_wkt(lat, lon)
    pixels = _pixels(_raster(crs_wkt, (-0.5, -0.5, 0.5, 0.5), 1.0).grid, directions)
    x, y = pixels[:, 0], -pixels[:, 1]
    return _raster(crs_wkt, (float(x.min()), float(y.min()), float(x.max()), float(y.max())), dem.posting_m)


def _box_directions(dem: Dem, bounds: Bounds, shares: np.ndarray) -> np.ndarray:
    """Unit vectors of a mesh over a box on the model's map, at shares of its sides, shape (n, 3)."""
    from pyproj import CRS, Transformer

    from moonstation.moon.projection import unit_vectors

    to_sphere = Transformer.from_crs(CRS.from_wkt(dem.crs_wkt), sphere_crs(), always_xy=True)
    west, south, east, north = bounds
    x, y = np.meshgrid(west + shares * (east - west), south + shares * (north - south))
    lon, lat = to_sphere.transform(x.ravel(), y.ravel())
    known = np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= 90.0)
    if not known.any():
        raise TerrainError(Fault("bounds", f"hold no place of the map of {dem.name}", bounds))
    return unit_vectors(lat[known], lon[known])


def _raster(crs_wkt: str, bounds: Bounds, posting_m: float) -> MapArea:
    """A raster of whole pixels over bounds [m], from their north-western corner."""
    cols, rows = (max(1, math.ceil((bounds[i + 2] - bounds[i]) / posting_m - 1e-6)) for i in (0, 1))
    return MapArea(crs_wkt, (posting_m, 0.0, bounds[0], 0.0, -posting_m, bounds[3]), (rows, cols), posting_m)


def _pixel(grid: np.ndarray, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    from moonstation.moon.projection import unit_vectors

    col, row = _pixels(grid, unit_vectors(lat_deg, lon_deg)[None, :])[0]
    return float(col), float(row)


def _pixels(grid: np.ndarray, directions: np.ndarray) -> np.ndarray:
    from moonstation.moon.projection import pixels_of

    return np.asarray(pixels_of(grid, directions))


def _scale_at(grid: np.ndarray, lat_deg: float, lon_deg: float) -> float:
    from moonstation.moon.projection import unit_vectors

    return float(_scale(grid, unit_vectors(lat_deg, lon_deg)))


def _scale(grid: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Metres of the map per metre on the sphere (Snyder 1987, eq. 21-4)."""
    return np.asarray(2.0 / (1.0 + directions @ grid[7:10]) * grid[10] / moon_radius_m())


def _directions(grid: np.ndarray, rows: Any, cols: Any) -> np.ndarray:
    """Unit vectors of pixels of a stereographic grid: p = ((1 - q) c + x e + y n) / (1 + q), q = (x^2 + y^2) / 4."""
    det = grid[15] * grid[19] - grid[16] * grid[18]
    col, row = cols - grid[14], rows - grid[17]
    x = ((grid[19] * col - grid[16] * row) / det - grid[12]) / grid[10]
    y = ((grid[15] * row - grid[18] * col) / det - grid[13]) / grid[10]
    q = (x * x + y * y) / 4.0
    out = (1.0 - q)[..., None] * grid[7:10] + x[..., None] * grid[1:4] + y[..., None] * grid[4:7]
    return np.asarray(out / (1.0 + q)[..., None])


def lat_lon(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude east [deg] of unit vectors in MOON_ME, shape (..., 3) -> (...)."""
    x, y, z = np.moveaxis(directions, -1, 0)
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))
