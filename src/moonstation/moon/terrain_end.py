"""How far the terrain of elevation models reaches beyond an area: farther off, nothing can hide the Sun."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from moonstation.facts.table import lookup
from moonstation.moon.area import MapArea, lat_lon
from moonstation.moon.dem import Dem
from moonstation.moon.sphere import moon_radius_m

_AZIMUTHS = 72
_STEPS = 155  # of 2 km, for the usual reach


def terrain_reached(dems: Sequence[Dem], area: MapArea, reach_km: float | None = None) -> str:
    """As ``terrain_reached_km``, in words for a summary."""
    least_km, median_km = terrain_reached_km(dems, area, reach_km)
    return f"{least_km:.0f} least, {median_km:.0f} median"


def terrain_reached_km(dems: Sequence[Dem], area: MapArea, reach_km: float | None = None) -> tuple[float, float]:
    """How far terrain reaches without a break from the corners and the middle of an area, round about [km].

    dems : their frames count, gaps within them do not
    reach_km : how far sky-lines look [km]; the usual reach unless given

    Returns the least and the median of all directions, to a 155th of the reach.
    """
    asked_km = lookup("terrain.default_reach").value if reach_km is None else reach_km
    rows, cols = (np.array([0.0, side - 1.0]) for side in area.shape)
    corners = np.stack(np.meshgrid(rows, cols), axis=-1).reshape(-1, 2)
    places = np.vstack([corners, corners.mean(axis=0)])
    eyes = area.directions_at(places[:, 0], places[:, 1])[:, np.newaxis, np.newaxis]
    distance_km = np.arange(1, _STEPS + 1) * asked_km / _STEPS
    arc = (distance_km * 1e3 / moon_radius_m())[:, np.newaxis]
    there = np.cos(arc) * eyes + np.sin(arc) * _round_about(eyes)
    lat_deg, lon_deg = lat_lon(there.reshape(-1, 3))
    covered = np.zeros(lat_deg.shape, np.bool_)
    for dem in dems:
        covered |= dem.covers(lat_deg, lon_deg)
    covered = covered.reshape(there.shape[:-1])
    reached_km = np.logical_and.accumulate(covered, axis=-1).sum(axis=-1) * asked_km / _STEPS
    return float(reached_km.min()), float(np.median(reached_km))


def _round_about(eyes: np.ndarray) -> np.ndarray:
    """Unit vectors along the ground from each eye, shape (eye, azimuth, 1, 3)."""
    axis = np.where(np.abs(eyes[..., 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    one = np.cross(axis, eyes)
    one /= np.linalg.norm(one, axis=-1, keepdims=True)
    turn = np.linspace(0.0, 2.0 * np.pi, _AZIMUTHS, endpoint=False)[:, np.newaxis, np.newaxis]
    return np.asarray(np.cos(turn) * one + np.sin(turn) * np.cross(eyes, one))
