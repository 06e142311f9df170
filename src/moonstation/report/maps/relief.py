"""Hill-shade: the ground as a low lamp would show it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import TerrainError
from moonstation.moon.dem import Dem
from moonstation.moon.dem_checks import unreadable
from moonstation.report.maps.frame import Frame

Heights = NDArray[np.float32]
_EXAGGERATIONS = (1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0)
_WANTED_SLOPE = 0.4  # slope that one pixel in ten exceeds when heights are drawn clearly enough


@dataclass(frozen=True)
class Relief:
    """A lamp ``altitude_deg`` high in the map direction ``azimuth_deg`` (clockwise from up), heights multiplied.

    shade : brightness against flat ground, -1 (in full shadow) to 1, 0 on flat ground and where no heights are
    """

    shade: Heights
    azimuth_deg: float
    altitude_deg: float
    exaggeration: float


def heights_on(frame: Frame, dems: Sequence[Dem]) -> Heights:
    """Heights [m] at the pixels of a frame, from the finest model that has one there; NaN where none has.

    A model finer than the frame is averaged, a coarser one interpolated. A raster of any size costs little memory.
    Raises TerrainError where a file cannot be read.
    """
    heights = np.full(frame.shape, np.nan, np.float32)
    for dem in sorted(dems, key=lambda dem: -dem.posting_m):
        own = _resampled(frame, dem)
        heights = np.where(np.isfinite(own), own, heights)
    return heights


def _resampled(frame: Frame, dem: Dem) -> Heights:
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.errors import RasterioError
    from rasterio.warp import reproject

    out = np.full(frame.shape, np.nan, np.float32)
    coarser = frame.pixel_m > dem.posting_m
    try:
        with rasterio.open(dem.path) as source:
            reproject(
                rasterio.band(source, 1),
                out,
                src_nodata=source.nodata,
                dst_transform=rasterio.Affine(*frame.transform),
                dst_crs=frame.crs_wkt,
                dst_nodata=np.nan,
                resampling=Resampling.average if coarser else Resampling.cubic,
            )
    except (RasterioError, OSError) as error:
        raise TerrainError(unreadable(dem.path, error)) from error
    return (out * dem.scale + dem.offset_m).astype(np.float32)


def relief(
    heights_m: Heights,
    pixel_m: float,
    azimuth_deg: float = 315.0,
    altitude_deg: float = 40.0,
    exaggeration: float | None = None,
) -> Relief:
    """Shade of the ground under a lamp; without ``exaggeration`` one is chosen that shows the slopes there are.

    The lamp stands north-west of the page, from where people expect light; Lambert's law against flat ground.
    """
    down, right = np.gradient(heights_m.astype(np.float64), pixel_m)
    if exaggeration is None:
        exaggeration = _fitting_exaggeration(np.hypot(down, right))
    up, right = -down * exaggeration, right * exaggeration
    azimuth, altitude = math.radians(azimuth_deg), math.radians(altitude_deg)
    lamp_right, lamp_up = math.sin(azimuth) * math.cos(altitude), math.cos(azimuth) * math.cos(altitude)
    lit = (math.sin(altitude) - lamp_right * right - lamp_up * up) / np.sqrt(1.0 + right**2 + up**2)
    flat = math.sin(altitude)
    lit = np.clip(lit, 0.0, 1.0)
    shade = np.where(lit < flat, lit / flat - 1.0, (lit - flat) / (1.0 - flat))
    return Relief(np.nan_to_num(shade).astype(np.float32), azimuth_deg, altitude_deg, exaggeration)


def _fitting_exaggeration(slope: NDArray[np.float64]) -> float:
    steep = float(np.nanquantile(slope, 0.9)) if np.isfinite(slope).any() else 0.0
    return next((each for each in _EXAGGERATIONS if each * steep >= _WANTED_SLOPE), _EXAGGERATIONS[-1])


def shaded(rgb: NDArray[np.floating], shade: Heights, strength: float = 0.6) -> NDArray[np.float32]:
    """Colours (rows, columns, 3) mixed with black or white as the ground is darker or brighter than flat ground.

    Flat ground keeps its colour exactly, so that the colour bar stays true.
    """
    towards = (shade > 0.0).astype(np.float32)[..., np.newaxis]
    mix = (strength * np.where(shade > 0.0, 0.7 * shade, -shade))[..., np.newaxis]
    return np.asarray(rgb * (1.0 - mix) + towards * mix, np.float32)
