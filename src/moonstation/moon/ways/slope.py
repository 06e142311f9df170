"""Slope and roughness of the ground at the pixels of a map, and the slope within a landing ellipse.

A slope belongs to the length over which it is taken: here two postings of the map. What is finer than the elevation
model is not in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.core.machine_code import compiled
from moonstation.facts.table import lookup
from moonstation.moon.area import MapArea
from moonstation.moon.sphere import moon_radius_m

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

FloatArray = NDArray[np.float64]

#: Side of the window of the roughness unless told [pixels].
WINDOW_PX = 5
_WINDOW_LIMITS_PX = (3, 101)


@dataclass(frozen=True, eq=False)
class Relief:
    """The lie of the ground at the pixels of an area; arrays of shape (rows, columns), NaN where not known.

    ground_m : height above the 1737.4 km sphere [m]
    rise_east, rise_north : rise per length along the ground's level, towards the map's right and top [-]
    roughness_m : rms deviation from the best plane in a window of ``window_px`` pixels [m]
    """

    area: MapArea
    ground_m: FloatArray
    rise_east: FloatArray
    rise_north: FloatArray
    roughness_m: FloatArray
    window_px: int

    @cached_property
    def slope_deg(self) -> FloatArray:
        """Tilt of the ground against the level [deg], over two postings."""
        return np.degrees(np.arctan(np.hypot(self.rise_east, self.rise_north)))

    @cached_property
    def pixel_m(self) -> FloatArray:
        """Side of a pixel on the ground [m]: the map's posting by its scale there, at the ground's own height."""
        return pixel_side_m(self.area, self.ground_m)


def relief(dems: Sequence[Dem], area: MapArea, window_px: int = WINDOW_PX) -> Relief:
    """Slope and roughness of the ground over an area, from the finest elevation model at each pixel.

    Parameters
    ----------
    dems : elevation models; heights are read beyond the area's edges as well, where they reach
    area : the pixels
    window_px : side of the window of the roughness [pixels], odd

    Returns
    -------
    Relief. Raises RangeError for a bad window, TerrainError where no model has ground anywhere.
    """
    low, high = _WINDOW_LIMITS_PX
    if not low <= window_px <= high or window_px % 2 == 0:
        raise RangeError(Fault("window_px", "out of range", window_px, "pixels", f"an odd number, {low}..{high}"))
    from moonstation.moon.sweep.exact import ground_heights_m

    margin = window_px // 2
    wide = area.widened(margin, margin, margin, margin)
    ground = ground_heights_m(dems, wide).astype(np.float64)
    east, north = rises(ground, pixel_side_m(wide, ground))
    inner = (slice(margin, margin + area.shape[0]), slice(margin, margin + area.shape[1]))
    rough = roughness_m(ground, window_px)
    return Relief(area, ground[inner], east[inner], north[inner], rough[inner], window_px)


def pixel_side_m(area: MapArea, ground_m: FloatArray) -> FloatArray:
    """Side of a pixel on the ground, at the ground's own height [m], shape (rows, columns)."""
    radius = moon_radius_m()
    return np.asarray(area.posting_m / area.scale() * (radius + ground_m) / radius)


def rises(ground_m: FloatArray, pixel_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rise per length towards the right and the top of the map [-], NaN at the edge and beside no-data.

    Weighted differences over 3 x 3 pixels (Horn 1981, Proc. IEEE 69:14), exact on planes; the map is conformal, so
    one length of a pixel's side serves all directions.
    """
    east, north = np.full(ground_m.shape, np.nan), np.full(ground_m.shape, np.nan)
    if min(ground_m.shape) < 3:
        return east, north
    up, mid, down = ground_m[:-2], ground_m[1:-1], ground_m[2:]
    along_rows = up + 2.0 * mid + down
    across = ground_m[:, :-2] + 2.0 * ground_m[:, 1:-1] + ground_m[:, 2:]
    eight = 8.0 * pixel_m[1:-1, 1:-1]
    inner = (slice(1, -1), slice(1, -1))
    east[inner] = (along_rows[:, 2:] - along_rows[:, :-2]) / eight
    north[inner] = (across[:-2] - across[2:]) / eight
    unknown = np.isnan(east) | np.isnan(north) | np.isnan(ground_m)
    east[unknown], north[unknown] = np.nan, np.nan
    return east, north


def roughness_m(ground_m: FloatArray, window_px: int = WINDOW_PX) -> FloatArray:
    """Root mean square deviation from the best plane in a square window [m], shape (rows, columns).

    The rms height after detrending of Shepard et al. 2001 (JGR Planets 106:32777), with a plane for the trend. NaN
    where the window leaves the map or holds no-data.
    """
    return np.asarray(_roughness(np.ascontiguousarray(ground_m, dtype=np.float64), window_px // 2))


@dataclass(frozen=True, slots=True)
class LandingEllipse:
    """Where a lander may come down: semi-axes [m], and azimuth of the long one from north, clockwise [deg]."""

    semi_major_m: float
    semi_minor_m: float
    azimuth_deg: float = 0.0

    def faults(self) -> list[Fault]:
        """What is wrong with the numbers."""
        found = []
        for name in ("semi_major_m", "semi_minor_m"):
            if not 0.0 < getattr(self, name) <= 100e3:
                found.append(Fault(name, "out of range", getattr(self, name), "m", "above 0, at most 100000"))
        if not -360.0 <= self.azimuth_deg <= 360.0:
            found.append(Fault("azimuth_deg", "out of range", self.azimuth_deg, "deg", "-360..360"))
        if self.semi_minor_m > self.semi_major_m:
            hint = "exchange them, or turn azimuth_deg by 90"
            found.append(Fault("semi_minor_m", "is longer than semi_major_m", self.semi_minor_m, "m", "", hint))
        return found


def landing_slopes(
    ground: Relief, ellipse: LandingEllipse, limit_deg: float, where: NDArray[np.bool_] | None = None
) -> tuple[FloatArray, FloatArray]:
    """Steepest slope [deg] within a landing ellipse round each pixel, and the share of it that is flat enough [-].

    Counted are the pixels whose centres lie within the ellipse, the middle one always; the azimuth is from north at
    each pixel. ``limit_deg`` is the slope up to which ground is flat enough; only pixels in ``where`` are looked at.
    NaN elsewhere, and where the ellipse leaves the map or holds no-data. Raises RangeError for a bad ellipse.
    """
    faults = ellipse.faults()
    if faults:
        raise RangeError(faults)
    chosen = np.isfinite(ground.slope_deg) if where is None else where & np.isfinite(ground.slope_deg)
    bearing = np.radians(ellipse.azimuth_deg + ground.area.convergence_deg())
    axes = (ellipse.semi_major_m, ellipse.semi_minor_m)
    steepest, flat = _within_ellipse(ground.slope_deg, ground.pixel_m, bearing, chosen, axes, limit_deg)
    return steepest, flat


def coarse_posting_note(posting_m: float) -> str:
    """Words of warning where a model is too coarse for slopes, else an empty text."""
    finest_use = lookup("terrain.slope_posting").value
    if posting_m <= finest_use:
        return ""
    return (
        f"the elevation model has a post every {posting_m:.0f} m: slopes over less than {2 * posting_m:.0f} m, rocks "
        f"and small craters are not in it; models of at most {finest_use:g} m are needed to trust a way or a landing "
        "place"
    )


@compiled
def _roughness(ground: FloatArray, half: int) -> FloatArray:
    rows, cols = ground.shape
    out = np.full((rows, cols), np.nan)
    for r in range(half, rows - half):
        for c in range(half, cols - half):
            out[r, c] = _rms_off_plane(ground[r - half : r + half + 1, c - half : c + half + 1], half)
    return out


@compiled
def _rms_off_plane(window: FloatArray, half: int) -> float:
    """Rms deviation from the best plane; on a square mesh its three parts are orthogonal and are taken off alone."""
    total, total_x, total_y, total_2, squares = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(-half, half + 1):
        for j in range(-half, half + 1):
            value = window[half + i, half + j] - window[half, half]
            total += value
            total_x += j * value
            total_y += i * value
            total_2 += value * value
            squares += i * i
    count = window.size
    left = total_2 - total * total / count - (total_x * total_x + total_y * total_y) / squares
    if math.isnan(left):
        return math.nan
    return math.sqrt(max(left, 0.0) / count)


@compiled
def _within_ellipse(
    slope: FloatArray,
    pixel_m: FloatArray,
    bearing: FloatArray,
    chosen: NDArray[np.bool_],
    axes: tuple[float, float],
    limit: float,
) -> tuple[FloatArray, FloatArray]:
    rows, cols = slope.shape
    steepest, flat = np.full((rows, cols), np.nan), np.full((rows, cols), np.nan)
    for r in range(rows):
        for c in range(cols):
            if chosen[r, c]:
                in_pixels = (axes[0] / pixel_m[r, c], axes[1] / pixel_m[r, c])
                steepest[r, c], flat[r, c] = _one_ellipse(slope, r, c, in_pixels, bearing[r, c], limit)
    return steepest, flat


@compiled
def _one_ellipse(
    slope: FloatArray, r: int, c: int, axes: tuple[float, float], bearing: float, limit: float
) -> tuple[float, float]:
    """Steepest slope and share up to ``limit`` within one ellipse with its axes in pixels; NaN where a part is."""
    reach = int(axes[0])
    sin, cos = math.sin(bearing), math.cos(bearing)
    highest, count, good = 0.0, 0, 0
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            along, across = (j * sin - i * cos) / axes[0], (j * cos + i * sin) / axes[1]
            if along * along + across * across <= 1.0:
                if not (0 <= r + i < slope.shape[0] and 0 <= c + j < slope.shape[1]):
                    return math.nan, math.nan
                here = slope[r + i, c + j]
                if math.isnan(here):
                    return math.nan, math.nan
                highest = max(highest, here)
                count += 1
                if here <= limit:
                    good += 1
    return highest, good / count
