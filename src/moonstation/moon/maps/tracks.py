"""Where Sun and Earth are over a period, once for all places of a map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup
from moonstation.moon.projection import unit_vectors
from moonstation.moon.sphere import moon_radius_m
from moonstation.sky.apparent import apparent_directions_on_grid
from moonstation.sky.ephemeris import Ephemeris

FloatArray = NDArray[np.float64]

_NEAR_DEG = 3.0  # of arc: both discs and the Earth's parallax over the whole Moon stay well within


@dataclass(frozen=True, eq=False)
class Tracks:
    """Apparent places of Sun and Earth from the Moon's centre at every step of a period.

    sun_km, earth_km : in MOON_ME axes [km], shape (steps, 3); seen from the Moon (light time, aberration)
    sun_radius_km, earth_radius_km : radii of the two bodies [km]
    eclipse : steps at which the Earth may hide a part of the Sun from some place, shape (n,)
    step_h : length of a step [h]
    """

    sun_km: FloatArray
    earth_km: FloatArray
    sun_radius_km: float
    earth_radius_km: float
    eclipse: NDArray[np.intp]
    step_h: float

    @property
    def count(self) -> int:
        """Number of steps."""
        return len(self.sun_km)


def tracks(grid: TimeGrid, lat_deg: float, lon_deg: float, kernels: Ephemeris) -> Tracks:
    """Tracks over the steps of a time grid, by the exact directions at one place of the map.

    From there any other place follows by its parallax; what differs otherwise (light time over the Moon's radius,
    rotation) is below 0.01 arcseconds. Raises RangeError where the grid leaves the kernels.
    """
    sun, earth = (_positions_km(body, grid, lat_deg, lon_deg, kernels) for body in ("sun", "earth"))
    cosine = np.einsum("ij,ij->i", sun, earth) / np.linalg.norm(sun, axis=1) / np.linalg.norm(earth, axis=1)
    return Tracks(
        sun,
        earth,
        lookup("light.sun_radius").value,
        lookup("light.earth_radius").value,
        np.flatnonzero(cosine > np.cos(np.radians(_NEAR_DEG))),
        grid.step_h,
    )


def _positions_km(body: str, grid: TimeGrid, lat_deg: float, lon_deg: float, kernels: Ephemeris) -> FloatArray:
    seen = apparent_directions_on_grid(lat_deg, lon_deg, grid, body, 0.0, kernels)
    azimuth, elevation = np.radians(seen.azimuth_deg), np.radians(seen.elevation_deg)
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    up = unit_vectors(lat_deg, lon_deg)
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
    level = np.cos(elevation) * seen.distance_km
    return np.asarray(
        np.outer(level * np.sin(azimuth), east)
        + np.outer(level * np.cos(azimuth), north)
        + np.outer(np.sin(elevation) * seen.distance_km + moon_radius_m() / 1e3, up)
    )
