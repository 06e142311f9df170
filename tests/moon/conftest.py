"""Small elevation models of the Moon, written where a test needs one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer

R = 1_737_400.0
SOUTH = f"+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R={R} +units=m +no_defs"
DEGREES = f"+proj=longlat +R={R} +no_defs"


@pytest.fixture(scope="session")
def write_dem() -> Callable[..., Path]:
    """Writes heights (array, or a function of latitude and longitude in degrees) as a GeoTIFF."""

    def write(  # noqa: PLR0917
        path: Path,
        heights,
        posting: float = 400.0,
        side: int = 201,
        crs: str | None = SOUTH,
        corner: tuple[float, float] | None = None,
        nodata: float | None = None,
        unit: str | None = None,
        dtype: str = "float32",
        shape: tuple[int, int] | None = None,
    ) -> Path:
        rows, cols = shape or (heights.shape if isinstance(heights, np.ndarray) else (side, side))
        west, north = corner or (-cols * posting / 2.0, rows * posting / 2.0)
        transform = rasterio.Affine(posting, 0.0, west, 0.0, -posting, north)
        if not isinstance(heights, np.ndarray):
            x, y = transform @ np.stack(np.meshgrid(np.arange(cols) + 0.5, np.arange(rows) + 0.5)).reshape(2, -1)
            lon, lat = Transformer.from_crs(crs, DEGREES, always_xy=True).transform(x, y, direction="FORWARD")
            heights = np.broadcast_to(heights(lat, lon), lat.shape).reshape(rows, cols)
        profile = {"driver": "GTiff", "count": 1, "width": cols, "height": rows, "dtype": dtype, "nodata": nodata}
        if crs:
            profile["crs"] = crs
        with rasterio.open(path, "w", transform=transform, **profile) as file:
            file.write(heights.astype(dtype), 1)
            if unit:
                file.set_band_unit(1, unit)
        return path

    return write
