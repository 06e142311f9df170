"""Candidates looked at exactly: their own sky-lines and the light of every step, as ``moonstation site`` gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.moon.horizon import Horizon, compute_horizon
from moonstation.moon.site import site_light
from moonstation.moon.siting.criteria import Criteria
from moonstation.moon.siting.pairs import Gaps
from moonstation.moon.siting.quantities import LIGHT, label
from moonstation.moon.siting.survey import Survey

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.sky.ephemeris import Ephemeris

#: Height of things that stand on the ground [m]; a scenario's sites have a sky-line from there too.
GROUND_M = 2.0
_DECIMALS = 6  # of a degree: three centimetres


@dataclass(frozen=True, eq=False)
class View:
    """What a place sees from one height: its sky-line, the summary of its light, and its dark spans."""

    horizon: Horizon
    summary: Mapping[str, Any]
    dark: Gaps


@dataclass(frozen=True, eq=False)
class Candidate:
    """A place with the exact values of all criteria by label, and what it sees by height of the eye [m]."""

    row: int
    col: int
    latitude_deg: float
    longitude_deg: float
    ground_m: float
    values: dict[str, float]
    views: dict[float, View]

    @property
    def direction(self) -> np.ndarray:
        """Unit vector in MOON_ME."""
        from moonstation.moon.projection import unit_vectors

        return unit_vectors(self.latitude_deg, self.longitude_deg)


def heights_m(criteria: Criteria) -> tuple[float, ...]:
    """Heights of the eye at which a candidate is looked at [m], ascending."""
    heights = {*criteria.masts_m, criteria.search.mast_m, GROUND_M}
    return tuple(sorted(heights | ({criteria.pairs.mast_m} if criteria.pairs else set())))


def look_at(
    pixel: tuple[int, int], surveyed: Survey, dems: Sequence[Dem], criteria: Criteria, kernels: Ephemeris
) -> Candidate:
    """The place of a pixel's centre with the exact light of all heights; what the ground gives is the survey's.

    Raises TerrainError where the sky-line is not whole.
    """
    row, col = pixel
    lat, lon = surveyed.area.part(slice(row, row + 1), slice(col, col + 1)).centre
    lat, lon = round(lat, _DECIMALS), round(lon % 360.0, _DECIMALS) % 360.0
    views = {height: _view(dems, lat, lon, height, criteria, kernels) for height in heights_m(criteria)}
    values = {}
    for one in criteria.criteria:
        if one.of.part == LIGHT and one.mast_m is not None:
            values[one.label] = float(views[one.mast_m].summary[one.quantity])
        else:
            values[one.label] = float(surveyed.values[one.label][pixel])
    ground_m = float(surveyed.ground.ground_m[pixel])
    return Candidate(row, col, lat, lon, ground_m, values, views)


def light_columns(candidate: Candidate, criteria: Criteria) -> dict[str, float]:
    """Light of every height asked for, a criterion or not: what the table of sites shows beside the criteria."""
    names = ("sun_visible_mean", "sun_any_mean", "longest_dark_h", "earth_visible_mean", "longest_without_earth_h")
    masts = {*criteria.masts_m, criteria.search.mast_m}
    return {label(name, mast): float(candidate.views[mast].summary[name]) for mast in sorted(masts) for name in names}


def _view(
    dems: Sequence[Dem], lat_deg: float, lon_deg: float, height_m: float, criteria: Criteria, kernels: Ephemeris
) -> View:
    horizon = compute_horizon(dems, lat_deg, lon_deg, height_m)
    light = site_light(horizon, criteria.grid, kernels)
    return View(horizon, light.summary, light.gaps("sun"))
