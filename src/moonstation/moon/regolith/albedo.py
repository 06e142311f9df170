"""Sunlight that the ground throws back: of smooth ground, of rough ground, and of light from everywhere.

The Moon's albedo grows towards grazing light (Keihm 1984; Hayne et al. 2017 Eq. A8). Rough ground meets a low Sun with
the facets that lean towards it: of the sunlight that falls on it, which no roughness can change, it throws back less
than smooth ground would. Facets have Gaussian slopes, and those that the Sun sees are shadowed regardless of their own
slope (Smith 1967).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.facts.table import lookup
from moonstation.facts.usage import fact_cache

FloatArray = NDArray[np.float64]

_FACETS = 41  # slopes to each side, and as many across
_STEEPEST = 3.5  # standard deviations
_TABLE_DEG = np.concatenate([np.arange(0.0, 10.0, 0.25), np.arange(10.0, 90.5, 1.0)])


def smooth_albedo(incidence_deg: ArrayLike, normal: float | None = None) -> FloatArray:
    """Share of sunlight that a smooth facet throws back [-] (Hayne 2017 Eq. A8).

    Parameters
    ----------
    incidence_deg : angle between the Sun and the facet's normal [deg], taken as 90 beyond, shape (...)
    normal : albedo at incidence 0 [-]; of the highlands by default
    """
    incidence = np.clip(np.asarray(incidence_deg, np.float64), 0.0, 90.0)
    cubic, octic = lookup("regolith.albedo_cubic").value, lookup("regolith.albedo_octic").value
    first = lookup("regolith.albedo_normal").value if normal is None else normal
    return np.asarray(first + cubic * (incidence / 45.0) ** 3 + octic * (incidence / 90.0) ** 8)


def rough_albedo(
    sun_elevation_deg: ArrayLike, normal: float | None = None, slope_rms_deg: float | None = None
) -> FloatArray:
    """Share of the sunlight falling on rough ground that it throws back [-], facet by facet, once.

    Parameters
    ----------
    sun_elevation_deg : of the Sun over the mean plane of the ground [deg], taken as 0 below, shape (...)
    normal : albedo of a facet at incidence 0 [-]; of the highlands by default
    slope_rms_deg : root mean square of the slopes of facets (in any direction) [deg]; 0 for smooth ground

    Returns
    -------
    Albedo [-], shape (...). Raises RangeError for slopes or an albedo that cannot be.
    """
    rms = lookup("regolith.slope_rms").value if slope_rms_deg is None else slope_rms_deg
    first = lookup("regolith.albedo_normal").value if normal is None else normal
    faults = []
    if not 0.0 <= rms <= 60.0:
        faults.append(Fault("slope_rms_deg", "out of range", rms, "deg", "0 to 60"))
    if not 0.0 <= first <= 0.3:
        faults.append(Fault("normal", "out of range", first, "-", "0 to 0.3"))
    if faults:
        raise RangeError(faults)
    elevation = np.clip(np.asarray(sun_elevation_deg, np.float64), 0.0, 90.0)
    return np.asarray(np.interp(elevation, _TABLE_DEG, _rough_table(float(rms), float(first))))


@fact_cache
def _rough_table(slope_rms_deg: float, normal: float) -> FloatArray:
    if slope_rms_deg == 0.0:
        return smooth_albedo(90.0 - _TABLE_DEG, normal)
    return np.array([_of_facets(elevation, slope_rms_deg, normal) for elevation in _TABLE_DEG])


def _of_facets(elevation_deg: float, slope_rms_deg: float, normal: float) -> float:
    """Mean albedo over the facets, each weighted with the sunlight that it takes."""
    deviation = np.tan(np.radians(slope_rms_deg)) / np.sqrt(2.0)  # of the slope along each of two axes
    along, across = np.meshgrid(*(np.linspace(-_STEEPEST, _STEEPEST, 2 * _FACETS + 1),) * 2)
    weight = np.exp(-0.5 * (along**2 + across**2))
    steep = np.sqrt(1.0 + deviation**2 * (along**2 + across**2))
    up, ahead = np.sin(np.radians(elevation_deg)), np.cos(np.radians(elevation_deg))
    cosine = np.clip((up + ahead * deviation * along) / steep, 0.0, 1.0)
    takes = weight * cosine * steep  # a steep facet is larger than its share of the plane
    return float(np.sum(takes * smooth_albedo(np.degrees(np.arccos(cosine)), normal)) / np.sum(takes))


@fact_cache
def diffuse_albedo(normal: float | None = None) -> float:
    """Share of light from all of the sky that a facet throws back [-]: the mean over cos(i) (Hayne 2017 Eq. A8)."""
    incidence = np.linspace(0.0, 90.0, 901)
    weight = np.sin(2.0 * np.radians(incidence))
    return float(np.sum(weight * smooth_albedo(incidence, normal)) / np.sum(weight))
