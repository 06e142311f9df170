"""The sky over a place as a ball: where directions stand, what of a path is seen, how far the Earth swings."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.report.view import SkyLine

FloatArray = NDArray[np.float64]
_STRETCHES = (10.0, 8.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.5)
_WANTED_RISE = 0.5  # height of the highest thing over the ball's radius, at most, where heights are stretched
_BELOW_DEG = 4.0  # how far under the lowest terrain a hidden path is still drawn


@dataclass(frozen=True)
class Dome:
    """A ball of ``radius`` round the eye, heights multiplied by ``stretch``: straight sight stays straight.

    x points east, y north, z up.
    """

    radius: float
    stretch: float

    def at(self, azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Where directions [deg] stand on the ball."""
        azimuth, elevation = np.broadcast_arrays(np.radians(azimuth_deg), np.radians(elevation_deg))
        flat = self.radius * np.cos(elevation)
        return flat * np.sin(azimuth), flat * np.cos(azimuth), self.radius * self.stretch * np.sin(elevation)


def stretch_for(highest_deg: float) -> float:
    """Factor on heights at which what stands up to ``highest_deg`` is seen well: 1 where it stands high anyway."""
    rise = math.sin(math.radians(min(max(highest_deg, 0.5), 90.0)))
    return next((each for each in _STRETCHES if each * rise <= _WANTED_RISE), 1.0)


def sky_line_at(sky_line: SkyLine, azimuth_deg: ArrayLike) -> FloatArray:
    """Elevation [deg] of a sky-line in any azimuths [deg]."""
    own = np.asarray(sky_line.azimuth_deg, float)
    return np.asarray(
        np.interp(np.mod(azimuth_deg, 360.0), own, np.asarray(sky_line.elevation_deg, float), period=360.0)
    )


def bottom_deg(sky_line: SkyLine) -> float:
    """Elevation [deg] down to which the view goes."""
    return min(float(np.min(sky_line.elevation_deg)), 0.0) - _BELOW_DEG


def pieces(shown: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Indices of the shown points in order, -1 between stretches that do not hang together.

    Each stretch is drawn on to the point after it, so that paths shown and hidden meet.
    """
    drawn = shown.copy()
    drawn[1:] |= shown[:-1]
    at = np.flatnonzero(drawn)
    breaks = np.flatnonzero(np.diff(at) > 1) + 1
    return np.insert(at, breaks, -1)


@dataclass(frozen=True)
class Box:
    """Least and greatest azimuth and elevation [deg] of a path; the azimuths may run over north."""

    west_deg: float
    east_deg: float
    low_deg: float
    high_deg: float

    def outline(self, count: int = 24) -> tuple[FloatArray, FloatArray]:
        """Azimuth and elevation [deg] once round its edge."""
        azimuth, elevation = (
            np.linspace(self.west_deg, self.east_deg, count),
            np.linspace(self.low_deg, self.high_deg, count),
        )
        flat, steep = np.ones(count), np.ones(count)
        return (
            np.concatenate([azimuth, steep * self.east_deg, azimuth[::-1], steep * self.west_deg]),
            np.concatenate([flat * self.low_deg, elevation, flat * self.high_deg, elevation[::-1]]),
        )


def swing(azimuth_deg: ArrayLike, elevation_deg: ArrayLike) -> Box | None:
    """The box in which a path stays, or None where it goes round the whole sky."""
    azimuth, elevation = np.asarray(azimuth_deg, float), np.asarray(elevation_deg, float)
    turn = np.radians(azimuth)
    middle = math.degrees(math.atan2(float(np.mean(np.sin(turn))), float(np.mean(np.cos(turn)))))
    off = (azimuth - middle + 180.0) % 360.0 - 180.0
    if np.ptp(off) > 300.0:
        return None
    return Box(middle + off.min(), middle + off.max(), float(elevation.min()), float(elevation.max()))
