"""Rasters of an area's pixels as Cloud-Optimised GeoTIFFs that say what they hold, and words where one cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.moon.area import MapArea
from moonstation.moon.crs import named_wkt

#: Memory that GDAL may hold while it writes [MB].
CACHE_MB = 128
#: No data in a raster of flags.
NO_FLAG = 255
_COG = {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BLOCKSIZE": "512", "BIGTIFF": "IF_SAFER"}


@dataclass(frozen=True, slots=True)
class Band:
    """What the pixels of a raster mean: their unit (1 for shares and flags), a name in words and a definition."""

    unit: str
    long_name: str
    definition: str


def write_cog(
    path: Path,
    area: MapArea,
    values: NDArray[Any],
    band: Band,
    tags: Mapping[str, str],
    resampling: str = "NEAREST",
) -> None:
    """Values of an area's pixels as a Cloud-Optimised GeoTIFF with overviews: flags uint8, all else float32.

    What is not finite is no data, and NO_FLAG in flags. Raises GDAL's errors: see ``told_where_unwritable``.
    """
    import rasterio
    from rasterio.io import MemoryFile

    if values.dtype.kind == "f":
        values = np.where(np.isfinite(values), values, np.nan).astype(np.float32)
    else:
        values = values.astype(np.uint8)
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), MemoryFile() as memory:
        with memory.open(**raster_profile(area, values.dtype)) as file:
            file.write(values, 1)
            describe(file, band, tags)
        copy_as_cog(memory.name, path, resampling)


def raster_profile(area: MapArea, dtype: np.dtype[Any]) -> dict[str, Any]:
    """How rasterio opens a GeoTIFF of an area's pixels: flags uint8, or float32 with NaN for no data."""
    import rasterio

    return {
        "driver": "GTiff",
        "width": area.shape[1],
        "height": area.shape[0],
        "count": 1,
        "dtype": str(dtype),
        "nodata": NO_FLAG if dtype == np.uint8 else float("nan"),
        "crs": rasterio.crs.CRS.from_wkt(named_wkt(area.crs_wkt)),
        "transform": rasterio.Affine(*area.transform),
        "bigtiff": "IF_SAFER",
    }


def describe(file: Any, band: Band, tags: Mapping[str, str]) -> None:
    """Say in an open raster what its pixels mean and what made them."""
    file.update_tags(**tags, long_name=band.long_name, units=band.unit, definition=band.definition)
    file.set_band_unit(1, band.unit)
    file.set_band_description(1, band.long_name)


def copy_as_cog(source: str, target: Path, resampling: str, **options: str) -> None:
    """A raster that GDAL opens as a Cloud-Optimised GeoTIFF; overviews by ``resampling`` (AVERAGE, NEAREST)."""
    import rasterio.shutil

    rasterio.shutil.copy(source, str(target), driver="COG", OVERVIEW_RESAMPLING=resampling, **_COG, **options)


@contextmanager
def told_where_unwritable(folder: Path) -> Iterator[None]:
    """GDAL's errors inside the block as a RangeError that names ``folder``: a full disk, a quota, a folder closed."""
    from rasterio._err import CPLE_BaseError  # what rasterio.shutil.copy raises has no public name
    from rasterio.errors import RasterioError

    try:
        yield
    except (RasterioError, CPLE_BaseError, SystemError) as error:  # the last: an error that GDAL told while closing
        reason = str(getattr(error, "errmsg", None) or error.__cause__ or error)
        raise RangeError(Fault("-o", f"cannot be written ({reason})", str(folder), hint="is the disk full?")) from error
