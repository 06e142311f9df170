"""Sky-lines of a map pixel for pixel, each by the point engine: for maps too coarse to be swept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from moonstation.core.cores import core_count
from moonstation.moon.area import MapArea
from moonstation.moon.march import march
from moonstation.moon.sky_line.nest import Nest, nest_of
from moonstation.moon.sky_line.point_horizon import first_height_m, sky_line
from moonstation.moon.sphere import moon_radius_m

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem, Patch


def elevation_by_points_deg(
    dems: Sequence[Dem],
    area: MapArea,
    ground_m: np.ndarray,
    height_m: float,
    direction_count: int,
    reach_m: float,
    threads: int | None = None,
) -> np.ndarray:
    """Elevation [deg] of the sky-line of every pixel at directions evenly round the map, the first straight up.

    Shape (directions, rows, columns), NaN where there is none.
    """
    patches = [patch for dem in dems for patch in dem.patches(*area.centre, reach_m + _half_width_m(area))]
    patches.sort(key=lambda patch: patch.posting_m)
    nest, turn_deg, radius_m = nest_of(patches), area.convergence_deg(), moon_radius_m()
    lat, lon = area.places()
    out = np.full((direction_count, *area.shape), np.nan)

    def look(row: int) -> None:
        for col in np.flatnonzero(np.isfinite(ground_m[row])):
            at = row, int(col)
            radii_m = radius_m + float(ground_m[at]) + height_m, radius_m
            place = float(lat[at]), float(lon[at])
            out[:, row, col] = _elevation_deg(
                nest, patches, place, radii_m, reach_m, direction_count, -float(turn_deg[at])
            )

    with ThreadPoolExecutor(threads or core_count()) as pool:
        list(pool.map(look, range(area.shape[0])))
    return out


def _elevation_deg(  # noqa: PLR0917
    nest: Nest,
    patches: Sequence[Patch],
    place: tuple[float, float],
    radii_m: tuple[float, float],
    reach_m: float,
    count: int,
    first_deg: float,
) -> np.ndarray:
    """Sky-line of one pixel, from the azimuth ``first_deg`` on."""
    first_m = first_height_m(patches, *place)
    if nest.sound and first_m < reach_m:
        return sky_line(nest, *place, radii_m, (first_m, reach_m), count, 1, first_deg)[0]
    azimuth_deg = first_deg + np.arange(count) * (360.0 / count)
    return march(list(patches), *place, radii_m[0], azimuth_deg, reach_m, radii_m[1])[0]


def _half_width_m(area: MapArea) -> float:
    """Arc from the middle of an area to its farthest corner [m]."""
    rows, cols = (np.array([0.0, (side - 1) / 2.0, side - 1.0]) for side in area.shape)
    places = area.directions_at(*np.meshgrid(rows, cols, indexing="ij"))
    return moon_radius_m() * math.acos(min(1.0, float((places @ places[1, 1]).min())))
