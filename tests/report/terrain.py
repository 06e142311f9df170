"""Terrain of a closed form for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio


def cone(path: Path, lat_deg: float, lon_deg: float, slope: float = 0.1, posting_m: float = 200.0) -> Path:
    """Heights that fall by ``slope`` from 3000 m at a place, 40 km wide, on a stereographic map round it."""
    side = 201
    at = (np.arange(side) - side // 2) * posting_m
    heights = (3000.0 - slope * np.hypot(*np.meshgrid(at, at))).astype("float32")
    crs = f"+proj=stere +lat_0={lat_deg} +lon_0={lon_deg} +k=1 +x_0=0 +y_0=0 +R=1737400 +units=m +no_defs"
    corner = side * posting_m / 2.0
    transform = rasterio.Affine(posting_m, 0.0, -corner, 0.0, -posting_m, corner)
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32"}
    with rasterio.open(path, "w", crs=crs, transform=transform, **profile) as file:
        file.write(heights, 1)
    return path
