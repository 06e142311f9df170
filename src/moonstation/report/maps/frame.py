"""The frame of a map picture: a raster's projection and bounds, laid out in as many pixels as the picture shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.moon.crs import sphere_crs
from moonstation.moon.projection import unit_vectors
from moonstation.moon.sphere import moon_radius_m

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

FloatArray = NDArray[np.float64]
_STEP_RAD = 1e-5  # 17 m on the Moon: short enough for a scale, long enough for double precision


@dataclass(frozen=True)
class Frame:
    """Pixels of a picture in a map projection of the Moon.

    crs_wkt : the projection
    bounds_m : left, bottom, right, top in map coordinates [m]
    shape : rows and columns of the picture
    """

    crs_wkt: str
    bounds_m: tuple[float, float, float, float]
    shape: tuple[int, int]

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height in map coordinates [m]."""
        x0, y0, x1, y1 = self.bounds_m
        return x1 - x0, y1 - y0

    @property
    def pixel_m(self) -> float:
        """Side of a pixel of the picture in map coordinates [m]."""
        return self.size_m[0] / self.shape[1]

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Affine transform (a, b, c, d, e, f) from the corner of a column and row to map coordinates [m]."""
        x0, _, _, y1 = self.bounds_m
        width, height = self.size_m
        return width / self.shape[1], 0.0, x0, 0.0, -height / self.shape[0], y1

    @property
    def middle_m(self) -> tuple[float, float]:
        """Map coordinates of the middle [m]."""
        x0, y0, x1, y1 = self.bounds_m
        return (x0 + x1) / 2.0, (y0 + y1) / 2.0

    @cached_property
    def _to_map(self) -> Any:
        from pyproj import CRS, Transformer

        return Transformer.from_crs(sphere_crs(), CRS.from_wkt(self.crs_wkt), always_xy=True)

    def map_of(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Map coordinates x, y [m] of places [deg]; NaN where the map has none."""
        lat, lon = np.broadcast_arrays(np.asarray(lat_deg, float), np.asarray(lon_deg, float))
        x, y = self._to_map.transform(lon, lat)
        x, y = np.asarray(x, float), np.asarray(y, float)
        known = np.isfinite(x) & np.isfinite(y)
        return np.where(known, x, np.nan), np.where(known, y, np.nan)

    def places_of(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Latitude and longitude [deg] of map coordinates [m]."""
        from pyproj.enums import TransformDirection

        lon, lat = self._to_map.transform(
            np.asarray(x_m, float), np.asarray(y_m, float), direction=TransformDirection.INVERSE
        )
        return np.asarray(lat, float), np.asarray(lon, float)

    def holds(self, lat_deg: ArrayLike, lon_deg: ArrayLike, margin: float = 0.0) -> NDArray[np.bool_]:
        """Whether places [deg] lie in the frame, at least ``margin`` of its width and height away from its edge."""
        x0, y0, x1, y1 = self.bounds_m
        width, height = (margin * side for side in self.size_m)
        x, y = self.map_of(lat_deg, lon_deg)
        return (x >= x0 + width) & (x <= x1 - width) & (y >= y0 + height) & (y <= y1 - height)

    def pole(self) -> float | None:
        """Latitude [deg] of the pole that lies in the frame, or None."""
        return next((pole for pole in (-90.0, 90.0) if bool(self.holds(pole, 0.0))), None)

    def scale(self, x_m: float, y_m: float) -> float:
        """Length on the map over length on the ground, along the map's y axis [-] (Snyder 1987, section 4)."""
        step = _STEP_RAD * moon_radius_m()
        lat, lon = self.places_of([x_m, x_m], [y_m - step / 2.0, y_m + step / 2.0])
        one, other = unit_vectors(lat, lon)
        return step / (moon_radius_m() * math.atan2(float(np.linalg.norm(np.cross(one, other))), float(one @ other)))

    def scale_range(self) -> tuple[float, float]:
        """Least and greatest scale over middle, edges and corners [-]."""
        x0, y0, x1, y1 = self.bounds_m
        found = [self.scale(x, y) for x in np.linspace(x0, x1, 3) for y in np.linspace(y0, y1, 3)]
        pole = self.pole()
        if pole is not None:
            x, y = self.map_of(pole, 0.0)
            found.append(self.scale(float(x), float(y)))
        return min(found), max(found)

    def north_deg(self) -> float:
        """Direction of north in the middle, clockwise from the map's up [deg]."""
        x, y = self.middle_m
        lat, lon = (float(value) for value in self.places_of(x, y))
        step = math.degrees(_STEP_RAD)
        north_x, north_y = self.map_of(min(lat + step, 90.0), lon)
        return math.degrees(math.atan2(float(north_x) - x, float(north_y) - y)) % 360.0


def frame_of(source: DatasetReader, long_side: int = 1000) -> Frame:
    """Frame of an open raster, ``long_side`` pixels along its longer side."""
    left, bottom, right, top = source.bounds
    longer = max(source.width, source.height)
    shape = tuple(max(round(long_side * side / longer), 1) for side in (source.height, source.width))
    return Frame(source.crs.to_wkt(), (left, bottom, right, top), (shape[0], shape[1]))
