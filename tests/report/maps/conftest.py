"""Small rasters of the south pole, made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio

POLAR = "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +x_0=0 +y_0=0 +R=1737400 +units=m +no_defs"
Maker = Callable[..., Path]


@pytest.fixture
def raster(tmp_path: Path) -> Maker:
    """Writes values as a map whose upper left corner is given in map metres; returns its path."""

    def write(name: str, values: np.ndarray, corner=(-12_000.0, 12_000.0), posting_m=400.0, crs=POLAR, **tags: str):
        path = tmp_path / f"{name}.tif"
        transform = rasterio.Affine(posting_m, 0.0, corner[0], 0.0, -posting_m, corner[1])
        profile = {"driver": "GTiff", "count": 1, "crs": crs, "transform": transform, "dtype": values.dtype}
        height, width = values.shape
        nodata = np.nan if values.dtype.kind == "f" else None
        with rasterio.open(path, "w", height=height, width=width, nodata=nodata, **profile) as file:
            file.write(values, 1)
            file.update_tags(**tags)
        return path

    return write


@pytest.fixture
def bowl(raster: Maker) -> Path:
    """Heights of a bowl round the pole, 2 km deep and 24 km wide."""
    x, y = np.meshgrid(np.arange(60) * 400.0 - 11_800.0, 11_800.0 - np.arange(60) * 400.0)
    return raster("bowl", (2000.0 * (np.hypot(x, y) / 12_000.0) ** 2).astype("float32"))
