"""How much of a disc in the sky stands above the sky-line, or is left when another disc covers it.

The Sun is half a degree wide and rolls along a polar sky-line for days, so whether a place is lit is not yes or no:
everything here is a share of the disc's area, 0 to 1. The disc is of equal brightness (no limb darkening).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.core.machine_code import compiled
from moonstation.facts.table import lookup
from moonstation.moon.horizon import Horizon
from moonstation.sky.apparent import Apparent

FloatArray = NDArray[np.float64]

_LEAST_COSINE = 1e-3  # a disc closer than 0.06 deg to the zenith is drawn as if it stood there


def sun_visible_fraction(
    sun_elevation_deg: ArrayLike, horizon_elevation_deg: ArrayLike, sun_radius_deg: ArrayLike
) -> FloatArray:
    """Fraction of the solar disc standing above a locally straight, level horizon.

    Parameters
    ----------
    sun_elevation_deg : elevation of the disc's centre [deg], shape (...)
    horizon_elevation_deg : terrain elevation in the Sun's azimuth [deg], broadcasts
    sun_radius_deg : angular radius of the disc [deg], broadcasts

    Returns
    -------
    Visible fraction, 0 (set) to 1 (clear) [-], shape (...). Raises RangeError for a radius that is not positive.
    """
    radius = _positive_radius(sun_radius_deg)
    x = np.clip(np.subtract(sun_elevation_deg, horizon_elevation_deg) / radius, -1.0, 1.0)
    return np.asarray(0.5 + (np.arcsin(x) + x * np.sqrt(1.0 - x**2)) / np.pi)


def disc_fraction(
    horizon: Horizon, azimuth_deg: ArrayLike, elevation_deg: ArrayLike, radius_deg: ArrayLike
) -> FloatArray:
    """Fraction of a disc that stands above a sky-line which need not be level nor straight across the disc.

    The sky-line is the polygon through the horizon's points; the area above it is exact (circle cut by straight
    lines), with the disc drawn on the plane that touches the sky at its centre.

    Parameters
    ----------
    horizon : the sky-line
    azimuth_deg, elevation_deg : the disc's centre [deg], shape (...)
    radius_deg : angular radius of the disc [deg], broadcasts

    Returns
    -------
    Visible fraction, 0 to 1 [-], shape (...). Raises RangeError for a radius that is not positive.
    """
    _positive_radius(radius_deg)
    azimuth, elevation, radius = np.broadcast_arrays(
        *(np.asarray(values, dtype=np.float64) for values in (azimuth_deg, elevation_deg, radius_deg))
    )
    around, sky_line = _three_turns(horizon)
    flat = [np.ascontiguousarray(values.reshape(-1)) for values in (azimuth, elevation, radius)]
    return np.asarray(_disc_fractions(flat[0], flat[1], flat[2], around, sky_line)).reshape(azimuth.shape)


def sun_disc_fraction(horizon: Horizon, sun: Apparent) -> FloatArray:
    """Visible fraction of the solar disc [-], shape of ``sun``; the Earth in front of it is left out."""
    return disc_fraction(horizon, sun.azimuth_deg, sun.elevation_deg, sun_radius_deg(sun.distance_km))


def earth_disc_fraction(horizon: Horizon, earth: Apparent) -> FloatArray:
    """Visible fraction of the Earth's disc, lit or not [-], shape of ``earth``."""
    return disc_fraction(horizon, earth.azimuth_deg, earth.elevation_deg, earth_radius_deg(earth.distance_km))


def centre_visible(horizon: Horizon, body: Apparent) -> NDArray[np.bool_]:
    """Whether the centre of the disc stands above the sky-line, shape of ``body``."""
    return np.asarray(body.elevation_deg > horizon.elevation_at(body.azimuth_deg))


def sun_radius_deg(distance_km: ArrayLike) -> FloatArray:
    """Angular radius of the Sun [deg] at a distance [km]."""
    return _angular_radius_deg(lookup("light.sun_radius").value, distance_km)


def earth_radius_deg(distance_km: ArrayLike) -> FloatArray:
    """Angular radius of the Earth [deg], taken as a sphere, at a distance [km]."""
    return _angular_radius_deg(lookup("light.earth_radius").value, distance_km)


def sun_left_by_earth(sun: Apparent, earth: Apparent) -> FloatArray:
    """Fraction of the solar disc that the Earth's disc leaves free [-], shape of ``sun``: 1 but in an eclipse."""
    apart = separation_deg(sun.azimuth_deg, sun.elevation_deg, earth.azimuth_deg, earth.elevation_deg)
    return 1.0 - covered_fraction(apart, sun_radius_deg(sun.distance_km), earth_radius_deg(earth.distance_km))


def separation_deg(
    azimuth_a_deg: ArrayLike, elevation_a_deg: ArrayLike, azimuth_b_deg: ArrayLike, elevation_b_deg: ArrayLike
) -> FloatArray:
    """Angle between two directions [deg], shape (...), by the haversine, exact for small angles too."""
    a, b = np.radians(elevation_a_deg), np.radians(elevation_b_deg)
    turn = np.radians(np.subtract(azimuth_a_deg, azimuth_b_deg))
    squared = np.sin((a - b) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(turn / 2) ** 2
    return np.asarray(np.degrees(2.0 * np.arcsin(np.sqrt(np.clip(squared, 0.0, 1.0)))))


def covered_fraction(separation_deg: ArrayLike, radius_deg: ArrayLike, cover_radius_deg: ArrayLike) -> FloatArray:
    """Fraction of a disc's area that another disc covers [-], shape (...); plane circles.

    Parameters
    ----------
    separation_deg : distance of the two centres [deg], shape (...)
    radius_deg, cover_radius_deg : radius of the disc and of the disc in front of it [deg], broadcast
    """
    r, cover = _positive_radius(radius_deg), _positive_radius(cover_radius_deg)
    apart = np.asarray(separation_deg, dtype=np.float64)
    r, cover, apart = np.broadcast_arrays(r, cover, apart)
    covered = np.zeros(apart.shape)
    inside = apart <= np.abs(cover - r)
    covered[inside] = np.minimum(1.0, (cover[inside] / r[inside]) ** 2)
    partly = ~inside & (apart < r + cover)
    covered[partly] = _lens_area(apart[partly], r[partly], cover[partly]) / (np.pi * r[partly] ** 2)
    return covered


def _lens_area(apart: FloatArray, r: FloatArray, cover: FloatArray) -> FloatArray:
    """Area common to two circles that cross, in the square of the unit of the radii."""
    chord_from_r = (apart**2 + r**2 - cover**2) / (2.0 * apart)
    chord_from_cover = apart - chord_from_r
    return _segment_area(chord_from_r, r) + _segment_area(chord_from_cover, cover)


def _segment_area(chord_at: FloatArray, r: FloatArray) -> FloatArray:
    x = np.clip(chord_at / r, -1.0, 1.0)
    return r**2 * (np.arccos(x) - x * np.sqrt(1.0 - x**2))


def _angular_radius_deg(radius_km: float, distance_km: ArrayLike) -> FloatArray:
    return np.asarray(np.degrees(np.arcsin(radius_km / np.asarray(distance_km, dtype=np.float64))))


def _positive_radius(radius_deg: ArrayLike) -> FloatArray:
    radius = np.asarray(radius_deg, dtype=np.float64)
    if not np.all(radius > 0):
        raise RangeError(Fault("radius", "must be positive", float(np.min(radius)), "deg", "greater than 0"))
    return radius


def _three_turns(horizon: Horizon) -> tuple[FloatArray, FloatArray]:
    """Azimuths of the sky-line from -360 to 720 deg with their elevations, so that no disc falls over the edge."""
    azimuth = np.asarray(horizon.azimuth_deg, dtype=np.float64)
    elevation = np.asarray(horizon.elevation_deg, dtype=np.float64)
    return np.concatenate([azimuth - 360.0, azimuth, azimuth + 360.0]), np.tile(elevation, 3)


@compiled
def _disc_fractions(
    azimuth: FloatArray, elevation: FloatArray, radius: FloatArray, around: FloatArray, sky_line: FloatArray
) -> FloatArray:
    """Visible fraction of each disc [-]; all angles in degrees, ``around`` rising over three turns."""
    out = np.empty(azimuth.size)
    lowest, highest = sky_line.min(), sky_line.max()
    for i in range(azimuth.size):
        bottom, top = elevation[i] - radius[i], elevation[i] + radius[i]
        if bottom >= highest:
            out[i] = 1.0
        elif top <= lowest:
            out[i] = 0.0
        else:
            out[i] = _fraction_above(azimuth[i] % 360.0, elevation[i], radius[i], around, sky_line)
    return out


@compiled
def _fraction_above(azimuth: float, elevation: float, radius: float, around: FloatArray, sky_line: FloatArray) -> float:
    """Visible fraction of one disc [-]: the sky-line's pieces under it, one after the other."""
    scale = max(np.cos(np.radians(elevation)), _LEAST_COSINE) / radius  # disc radii per degree of azimuth
    half = min(1.0 / scale, 180.0)
    first = np.searchsorted(around, azimuth - half, side="right") - 1
    lowest, highest = sky_line[first], sky_line[first]
    last = first
    while around[last] < azimuth + half:
        last += 1
        lowest, highest = min(lowest, sky_line[last]), max(highest, sky_line[last])
    if elevation - radius >= highest:
        return 1.0
    if elevation + radius <= lowest:
        return 0.0
    area = 0.0
    for k in range(first, last):
        x0, x1 = (around[k] - azimuth) * scale, (around[k + 1] - azimuth) * scale
        y0, y1 = (sky_line[k] - elevation) / radius, (sky_line[k + 1] - elevation) / radius
        slope = (y1 - y0) / (x1 - x0)
        area += _area_above(max(x0, -1.0), min(x1, 1.0), y0 - slope * x0, slope)
    return min(max(area / np.pi, 0.0), 1.0)


@compiled
def _area_above(left: float, right: float, height: float, slope: float) -> float:
    """Area of the unit disc between ``left`` and ``right`` that lies above the line ``height + slope x``."""
    if right <= left:
        return 0.0
    steep = 1.0 + slope * slope
    inner = steep - height * height
    if inner <= 0.0:  # the line passes the disc
        return 0.0 if height > 0.0 else 2.0 * (_half_disc(right) - _half_disc(left))
    root, middle = np.sqrt(inner) / steep, -height * slope / steep
    enters = min(max(middle - root, left), right)
    leaves = min(max(middle + root, left), right)
    area = _half_disc(leaves) - _half_disc(enters)
    area -= (leaves - enters) * (height + 0.5 * slope * (enters + leaves))
    if enters > left and height + slope * 0.5 * (left + enters) < 0.0:
        area += 2.0 * (_half_disc(enters) - _half_disc(left))
    if right > leaves and height + slope * 0.5 * (leaves + right) < 0.0:
        area += 2.0 * (_half_disc(right) - _half_disc(leaves))
    return float(area)


@compiled
def _half_disc(x: float) -> float:
    """Integral of the unit circle's height from 0 to x."""
    inside = min(max(x, -1.0), 1.0)
    return float(0.5 * (inside * np.sqrt(1.0 - inside * inside) + np.arcsin(inside)))
