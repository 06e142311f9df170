"""Elevation models of made-up ground."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio

SOUTH = "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +x_0=0 +y_0=0 +R=1737400 +units=m +no_defs"


def write_bowl(path: Path, half_m: float, posting_m: float, slope: float) -> Path:
    """A cone round the south pole that rises by ``slope`` [-] to the sides, as a GeoTIFF."""
    at = np.arange(-half_m, half_m + 1.0, posting_m)
    corner_m = half_m + posting_m / 2.0
    transform = rasterio.Affine(posting_m, 0.0, -corner_m, 0.0, -posting_m, corner_m)
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "width": at.size, "height": at.size}
    with rasterio.open(path, "w", crs=SOUTH, transform=transform, **profile) as file:
        file.write((slope * np.hypot(*np.meshgrid(at, at))).astype("float32"), 1)
    return path
