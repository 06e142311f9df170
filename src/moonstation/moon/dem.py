"""Digital elevation models of the Moon: opened, checked, and read piece by piece.

A file is refused, with every reason at once, unless it is a map of the Moon's sphere with heights in metres
above it. Reading is windowed: a raster of any size costs at most a few hundred megabytes of memory.
"""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from moonstation.core.digest import file_sha256
from moonstation.core.errors import Fault, TerrainError
from moonstation.moon.crs import sphere_crs, stereographic_wkt
from moonstation.moon.dem_checks import (
    form_faults,
    height_faults,
    scaling,
    size_faults,
    sphere_faults,
    unreadable,
)
from moonstation.moon.sphere import moon_radius_m

logging.getLogger("rasterio").addHandler(logging.NullHandler())  # GDAL's own words come back in our errors

#: Largest piece of a raster held in memory, in pixels (float32).
MAX_PIXELS = 32_000_000
_CHECK_SIDE = 1024


@dataclass(frozen=True)
class Patch:
    """Heights in memory: ``heights_m`` (rows, columns) float32 [m], NaN where there are none, and their grid."""

    heights_m: np.ndarray
    grid: np.ndarray
    posting_m: float


@dataclass(frozen=True)
class Dem:
    """One checked elevation model; made by ``open_dem``, holds no open file.

    ``path`` is what GDAL opens (a PDS label, perhaps), ``data_path`` the file that holds the heights.
    """

    path: Path
    data_path: Path
    crs_wkt: str
    transform: tuple[float, float, float, float, float, float]
    shape: tuple[int, int]
    posting_m: float
    scale: float
    offset_m: float

    @property
    def name(self) -> str:
        """Name of the file that holds the heights, without its folder."""
        return self.data_path.name

    @cached_property
    def sha256(self) -> str:
        """Digest of the bytes of the file that holds the heights."""
        return file_sha256(self.data_path)

    @cached_property
    def grid(self) -> np.ndarray | None:
        """The map projection as compiled code knows it, or None where it has to be warped first."""
        from moonstation.moon.projection import native_grid, pixels_of, unit_vectors

        grid = native_grid(self.crs_wkt, self.transform, moon_radius_m())
        if grid is None:
            return None
        rows, cols = np.meshgrid(np.linspace(0, self.shape[0] - 1, 7), np.linspace(0, self.shape[1] - 1, 7))
        lat, lon = self.places_of(rows.ravel(), cols.ravel())
        known = np.isfinite(lat)
        ours = pixels_of(grid, unit_vectors(lat[known], lon[known]))
        error = np.abs(ours - np.stack([cols.ravel()[known], rows.ravel()[known]], axis=1))
        if grid[20] > 0:
            error[:, 0] = np.minimum(error[:, 0], np.abs(error[:, 0] - grid[20]))
        return grid if known.any() and error.max() < 1e-3 else None

    def covers(self, lat_deg: Any, lon_deg: Any) -> np.ndarray:
        """Whether places [deg] lie within the raster's frame (no-data inside the frame counts as covered)."""
        pixels = self._pixels_of(lat_deg, lon_deg)
        rows, cols = self.shape
        col, row = pixels[..., 0], pixels[..., 1]
        return (col >= -0.5) & (col <= cols - 0.5) & (row >= -0.5) & (row <= rows - 0.5)

    def sample(self, lat_deg: Any, lon_deg: Any) -> np.ndarray:
        """Heights [m] above the 1737.4 km sphere, bilinear between pixels; NaN where there are none.

        Reads the smallest window that holds all places. Raises TerrainError where the file cannot be read.
        """
        from moonstation.moon.projection import bilinear_many

        pixels = self._pixels_of(lat_deg, lon_deg)
        flat = pixels.reshape(-1, 2)
        inside = self.covers(lat_deg, lon_deg).ravel()
        heights = np.full(flat.shape[0], np.nan)
        if inside.any():
            (c0, r0), (c1, r1) = np.floor(flat[inside].min(axis=0)) - 1, np.ceil(flat[inside].max(axis=0)) + 2
            window = self._clip(int(r0), int(c0), int(r1), int(c1))
            values = self.read_window(window)
            local = flat[inside] - np.array([window[1], window[0]])
            period = float(self.shape[1]) if self._closes and values.shape[1] == self.shape[1] else 0.0
            heights[inside] = bilinear_many(values, period, local)
        return heights.reshape(pixels.shape[:-1])

    def patches(self, lat_deg: float, lon_deg: float, reach_m: float) -> list[Patch]:
        """The pieces of this raster that a sky-line from a place needs, finest first.

        The whole raster where it fits in memory; else full resolution near the place, and a coarser mean
        of the rest out to ``reach_m``.
        """
        if self.grid is None:
            return self._warped_patches(lat_deg, lon_deg, reach_m)
        if self.shape[0] * self.shape[1] <= MAX_PIXELS:
            return [self._whole]
        near = self._near_window(lat_deg, lon_deg)
        far = self._far_window(lat_deg, lon_deg, reach_m)
        return [self._patch(near)] if near == far else [self._patch(near), self._patch(far)]

    def read_window(self, window: tuple[int, int, int, int], step: int = 1, nearest: bool = False) -> np.ndarray:
        """Heights [m] of pixel rows and columns (r0, c0, r1, c1), each value the mean of step x step pixels.

        Columns may run over the seam of a map that closes round the Moon. Raises TerrainError where the file cannot be
        read.
        """
        import rasterio
        from rasterio.enums import Resampling
        from rasterio.errors import RasterioError
        from rasterio.windows import Window

        r0, c0, r1, c1 = window
        cols = self.shape[1]
        spans = [(c0, c1)] if c0 >= 0 and c1 <= cols else [(c0 % cols, cols), (0, c1 % cols)]
        resampling = Resampling.nearest if nearest or step == 1 else Resampling.average
        try:
            with rasterio.open(self.path) as source:
                raw = [
                    source.read(
                        1,
                        window=Window(west, r0, east - west, r1 - r0),
                        out_shape=(math.ceil((r1 - r0) / step), math.ceil((east - west) / step)),
                        resampling=resampling,
                        masked=True,
                    )
                    for west, east in spans
                ]
        except (RasterioError, OSError) as error:
            raise TerrainError(unreadable(self.path, error)) from error
        return np.hstack([self._to_heights(piece) for piece in raw])

    def footprint(self) -> str:
        """Range of latitude and longitude that the raster covers, in words."""
        rows, cols = np.meshgrid(np.linspace(-0.5, self.shape[0] - 0.5, 65), np.linspace(-0.5, self.shape[1] - 0.5, 65))
        lat, lon = self.places_of(rows.ravel(), cols.ravel())
        low, high = np.nanmin(lat), np.nanmax(lat)
        for pole in (-90.0, 90.0):
            if bool(self.covers(pole, 0.0)):
                low, high = min(low, pole), max(high, pole)
        if max(abs(low), abs(high)) > 89.99:
            return f"latitude {low:.2f}..{high:.2f} deg"
        anchor = lon[np.isfinite(lon)][0]
        turned = (lon - anchor + 180.0) % 360.0 - 180.0
        west, east = anchor + np.nanmin(turned), anchor + np.nanmax(turned)
        return f"latitude {low:.2f}..{high:.2f} deg, longitude {west % 360:.2f}..{east % 360:.2f} deg east"

    @cached_property
    def _whole(self) -> Patch:
        return self._patch((0, 0, *self.shape))

    @cached_property
    def _closes(self) -> bool:
        """Whether the raster's columns go once round the Moon."""
        return self.grid is not None and abs(self.grid[20] - self.shape[1]) < 0.5

    def _patch(self, window: tuple[int, int, int, int]) -> Patch:
        from moonstation.moon.projection import window_grid

        r0, c0, r1, c1 = window
        step = max(1, math.ceil(math.sqrt((r1 - r0) * (c1 - c0) / MAX_PIXELS)))
        if c0 < 0 or c1 > self.shape[1]:  # pieces of whole steps on both sides of the seam
            seam = 0 if c0 < 0 else self.shape[1]
            c0, c1 = seam - math.ceil((seam - c0) / step) * step, seam + math.ceil((c1 - seam) / step) * step
        heights = self.read_window((r0, c0, r1, c1), step)
        rows, cols = heights.shape
        if self.grid is None:
            raise TypeError("a raster in this projection is read by _warped")
        grid = window_grid(self.grid, r0, c0, (r1 - r0) / rows, (c1 - c0) / cols)
        return Patch(heights, grid, self.posting_m * step)

    def _near_window(self, lat_deg: float, lon_deg: float) -> tuple[int, int, int, int]:
        """A window of at most MAX_PIXELS pixels round a place, in full resolution."""
        col, row = (round(float(value)) for value in self._pixels_of(lat_deg, lon_deg))
        rows, cols = self.shape
        belt = MAX_PIXELS // cols
        if self._closes and min(row, rows - row) < belt // 2:  # beside a pole: all columns, down to the pole
            return (0, 0, belt, cols) if row < rows - row else (rows - belt, 0, rows, cols)
        half = int(math.sqrt(MAX_PIXELS)) // 2
        return self._clip(row - half, col - half, row + half, col + half)

    def _far_window(self, lat_deg: float, lon_deg: float, reach_m: float) -> tuple[int, int, int, int]:
        """Pixel window that holds the cap of radius ``reach_m`` around a place."""
        angle = reach_m / moon_radius_m()
        pixels = self._pixels_of(*_cap_rim(lat_deg, lon_deg, angle))
        rows, cols = self.shape
        if self.grid is None or not np.isfinite(pixels).all():
            return (0, 0, rows, cols)
        period, here = self.grid[20], float(self._pixels_of(lat_deg, lon_deg)[0])
        if period > 0.0:  # columns as they lie to both sides of the place
            pixels[:, 0] = here + (pixels[:, 0] - here + period / 2.0) % period - period / 2.0
        (c0, r0), (c1, r1) = np.floor(pixels.min(axis=0)) - 1, np.ceil(pixels.max(axis=0)) + 2
        if period > 0.0 and 90.0 - abs(lat_deg) <= math.degrees(angle):  # the pole lies within: every column
            c0, c1 = 0, cols
            r0, r1 = (0, r1) if (lat_deg > 0) == (self.grid[19] < 0) else (r0, rows)
        elif not self._closes and period > 0.0 and (c0 < 0 or c1 > cols):
            c0, c1 = 0, cols
        return self._clip(int(r0), int(c0), int(r1), int(c1))

    def _clip(self, r0: int, c0: int, r1: int, c1: int) -> tuple[int, int, int, int]:
        """A window within the raster; columns run over the seam where the raster closes round the Moon."""
        rows, cols = self.shape
        if not self._closes:
            c0, c1 = max(c0, 0), min(c1, cols)
        elif c1 - c0 >= cols:
            c0, c1 = 0, cols
        return max(r0, 0), c0, min(r1, rows), c1

    def _warped_patches(self, lat_deg: float, lon_deg: float, reach_m: float) -> list[Patch]:
        """Pieces in a projection that compiled code does not know, laid on a stereographic grid round the place."""
        side = int(math.sqrt(MAX_PIXELS))
        fine = self.posting_m / 2.0
        near_m = min(reach_m, fine * side / 2.0)
        patches = [self._warped(lat_deg, lon_deg, near_m, fine)]
        if near_m < reach_m:
            patches.append(self._warped(lat_deg, lon_deg, reach_m, max(fine, 2.0 * reach_m / side)))
        return patches

    def _warped(self, lat_deg: float, lon_deg: float, radius_m: float, posting_m: float) -> Patch:
        import rasterio
        from rasterio.enums import Resampling
        from rasterio.errors import RasterioError
        from rasterio.vrt import WarpedVRT

        from moonstation.moon.projection import stereographic_grid

        moon = moon_radius_m()
        half = math.ceil(2.0 * moon * math.tan(radius_m / moon / 2.0) / posting_m) + 1
        corner = -(half + 0.5) * posting_m
        transform = (posting_m, 0.0, corner, 0.0, -posting_m, -corner)
        crs = stereographic_wkt(lat_deg, lon_deg)
        try:
            with (
                rasterio.open(self.path) as source,
                WarpedVRT(
                    source,
                    crs=crs,
                    transform=rasterio.Affine(*transform),
                    width=2 * half + 1,
                    height=2 * half + 1,
                    resampling=Resampling.bilinear,
                    nodata=np.nan,
                    dtype="float64",
                ) as warped,
            ):
                raw = warped.read(1, masked=True)
        except (RasterioError, OSError) as error:
            raise TerrainError(unreadable(self.path, error)) from error
        return Patch(self._to_heights(raw), stereographic_grid(lat_deg, lon_deg, transform, moon), posting_m)

    def _to_heights(self, raw: np.ma.MaskedArray) -> np.ndarray:
        heights = raw.astype(np.float64) * self.scale + self.offset_m
        return np.ma.filled(heights, np.nan).astype(np.float32)

    def _pixels_of(self, lat_deg: Any, lon_deg: Any) -> np.ndarray:
        """Column and row (centres at whole numbers) of places, shape (..., 2)."""
        from moonstation.moon.projection import pixels_of, unit_vectors

        lat, lon = np.broadcast_arrays(np.asarray(lat_deg, float), np.asarray(lon_deg, float))
        if self.grid is not None:
            return np.asarray(pixels_of(self.grid, unit_vectors(lat, lon).reshape(-1, 3)).reshape(*lat.shape, 2))
        x, y = _to_map(self.crs_wkt).transform(lon, lat)
        a, b, c, d, e, f = self.transform
        det = a * e - b * d
        with np.errstate(invalid="ignore"):
            col = (e * (np.asarray(x) - c) - b * (np.asarray(y) - f)) / det - 0.5
            row = (a * (np.asarray(y) - f) - d * (np.asarray(x) - c)) / det - 0.5
        return np.where(np.isfinite(np.stack([col, row], axis=-1)), np.stack([col, row], axis=-1), np.nan)

    def places_of(self, rows: np.ndarray, cols: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Latitude and longitude [deg] of pixels, NaN outside the map."""
        from pyproj.enums import TransformDirection

        a, b, c, d, e, f = self.transform
        x, y = a * (cols + 0.5) + b * (rows + 0.5) + c, d * (cols + 0.5) + e * (rows + 0.5) + f
        lon, lat = _to_map(self.crs_wkt).transform(x, y, direction=TransformDirection.INVERSE)
        known = np.isfinite(lat) & (np.abs(lat) <= 90.0)
        return np.where(known, lat, np.nan), np.where(known, lon, np.nan)


def open_dem(path: str | Path) -> Dem:
    """A checked elevation model of the Moon from GeoTIFF, COG, PDS3 (label, or image with its label), PDS4 or JP2.

    Raises TerrainError with every fault: unreadable, no projection, not the Moon's sphere, heights that are
    not metres above 1737.4 km or cannot be the Moon's, no data at all.
    """
    with opened_raster(Path(path)) as (file, source):
        return _checked(file, source)


@contextmanager
def opened_raster(path: Path) -> Iterator[tuple[Path, Any]]:
    """The file that GDAL opens for a path, and its open raster; raises TerrainError where it cannot be read."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    try:
        path = file_to_open(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path) as source:
                yield path, source
    except (RasterioError, OSError) as error:
        raise TerrainError(unreadable(path, error)) from error


def open_dems(paths: Sequence[str | Path]) -> list[Dem]:
    """Several elevation models, finest first; the faults of all files come together in one TerrainError."""
    dems: list[Dem] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            dems.append(open_dem(path))
        except TerrainError as error:
            faults.extend(error.faults)
    if faults:
        raise TerrainError(faults)
    return sorted(dems, key=lambda dem: dem.posting_m)


def file_to_open(path: Path) -> Path:
    """The label of a detached PDS3 image where one lies beside it, else the file itself."""
    if not path.is_file():
        hint = "give the path of a GeoTIFF, PDS label or JP2 file, or a name that `moonstation terrain list` shows"
        raise TerrainError(Fault(str(path), "no such file", hint=hint))
    if path.suffix.lower() not in (".img", ".jp2"):
        return path
    with path.open("rb") as file:
        attached = b"PDS_VERSION_ID" in file.read(4096)
    if attached:
        return path
    stem = path.stem.upper()
    wanted = (stem, f"{stem}_JP2") if path.suffix.lower() == ".jp2" else (stem,)
    labels = [item for item in sorted(path.parent.iterdir()) if item.suffix.lower() == ".lbl"]
    for label in labels:
        if label.stem.upper() in wanted:
            return label
    if path.suffix.lower() == ".jp2":
        return path
    raise TerrainError(
        Fault(
            str(path),
            "a PDS image without its label: nothing says what the numbers mean",
            hint=f"put {path.with_suffix('.LBL').name} from the same archive folder beside it",
        )
    )


def _checked(path: Path, source: Any) -> Dem:
    faults = [*form_faults(path, source), *sphere_faults(path, source.crs)]
    scale, offset, unit = scaling(path, source)
    radius = moon_radius_m()
    if abs(offset - radius) < 1.0:
        offset -= radius  # PDS labels declare the reference radius as an offset
    dem = Dem(
        path=path,
        data_path=max((Path(name) for name in source.files), key=lambda file: file.stat().st_size, default=path),
        crs_wkt=source.crs.to_wkt() if source.crs else "",
        transform=tuple(source.transform)[:6],
        shape=(source.height, source.width),
        posting_m=_posting_m(source, radius),
        scale=scale,
        offset_m=offset,
    )
    faults += size_faults(path, dem.data_path, source) or _sampled_faults(dem, unit)
    if faults:
        raise TerrainError(faults)
    return dem


def _sampled_faults(dem: Dem, unit: str) -> list[Fault]:
    """Faults of the heights in an even sample of the whole file."""
    step = max(1, math.ceil(max(dem.shape) / _CHECK_SIDE))
    try:
        heights = dem.read_window((0, 0, *dem.shape), step, nearest=True)
    except TerrainError as error:
        return list(error.faults)
    return height_faults(dem.path, heights, unit, max(dem.shape) * dem.posting_m / 1e3)


def _posting_m(source: Any, radius_m: float) -> float:
    t = source.transform
    side = math.sqrt(abs(t.determinant))
    if source.crs and source.crs.is_geographic:
        return math.radians(abs(t.e)) * radius_m
    factor = source.crs.linear_units_factor[1] if source.crs and source.crs.is_projected else 1.0
    return side * factor


def _cap_rim(lat_deg: float, lon_deg: float, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude [deg] of 360 points on the rim of a cap of angular radius ``angle`` [rad]."""
    azimuth = np.radians(np.arange(360.0))
    lat = math.radians(lat_deg)
    sin_lat = math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * np.cos(azimuth)
    east = np.sin(azimuth) * math.sin(angle) * math.cos(lat)
    north = math.cos(angle) - math.sin(lat) * sin_lat
    return np.degrees(np.arcsin(np.clip(sin_lat, -1, 1))), lon_deg + np.degrees(np.arctan2(east, north))


@lru_cache(maxsize=16)
def _to_map(crs_wkt: str) -> Any:
    """Transformer from longitude, latitude on the Moon's sphere to map coordinates."""
    from pyproj import CRS, Transformer

    return Transformer.from_crs(sphere_crs(), CRS.from_wkt(crs_wkt), always_xy=True)
