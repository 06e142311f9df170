"""The sky-line of a place on the Moon, computed over nested elevation models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.facts.table import lookup
from moonstation.moon.horizon_table import Horizon, place_faults, program, read_horizon
from moonstation.moon.sphere import moon_radius_m

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem, Patch

__all__ = ["Horizon", "compute_horizon", "read_horizon"]


def compute_horizon(
    dems: Sequence[Dem],
    lat_deg: float,
    lon_deg: float,
    height_m: float,
    azimuth_count: int = 720,
    reach_km: float | None = None,
) -> Horizon:
    """Sky-line from an eye ``height_m`` above the ground at a place, over nested elevation models.

    The ground is the finest model's bilinear surface. Each point of a ray takes the finest model that has a
    height there; curvature is exact. ``reach_km`` defaults to 310 km or as far as the models go: how far each
    ray got stands in the provenance. Raises RangeError for bad numbers and TerrainError where no model covers
    the place or it is no-data there.
    """
    reach_km = lookup("terrain.default_reach").value if reach_km is None else reach_km
    faults = [*place_faults(lat_deg, lon_deg, height_m), *ray_faults(azimuth_count, reach_km)]
    if faults:
        raise RangeError(faults)
    from moonstation.moon.sky_line.point_horizon import METHOD, point_horizon

    dems = sorted(dems, key=lambda dem: dem.posting_m)
    ground_m, ground_dem = _ground(dems, lat_deg, lon_deg)
    radius_m = moon_radius_m()
    patches = _nest(dems, lat_deg, lon_deg, reach_km * 1e3)
    azimuth_deg = np.arange(azimuth_count) * (360.0 / azimuth_count)
    radii_m = (radius_m + ground_m + height_m, radius_m)
    elevation_deg, distance_m, last_m, gap = point_horizon(
        patches, lat_deg, lon_deg, radii_m, azimuth_count, reach_km * 1e3
    )
    _refuse_blind(elevation_deg, f"{ground_dem.name} at {_place(lat_deg, lon_deg)}")
    return Horizon(
        azimuth_deg,
        elevation_deg,
        distance_m / 1e3,
        height_m,
        lat_deg,
        lon_deg,
        {
            "program": program(),
            "method": METHOD,
            **_dem_provenance(dems),
            "ground_height_m": f"{ground_m:.2f} ({ground_dem.name}, bilinear, above {radius_m / 1e3:.1f} km)",
            "reach_asked_km": f"{reach_km:g}",
            "reach_attained_km": f"{last_m.min() / 1e3:.1f} least, {np.median(last_m) / 1e3:.1f} median",
            "no_data_share": f"{gap.mean():.4f}",
        },
    )


def _refuse_blind(elevation_deg: np.ndarray, where: str) -> None:
    """Raise TerrainError where some ray met no height at all."""
    blind = int(np.isnan(elevation_deg).sum())
    if blind:
        message = f"no height at all in {blind} of {elevation_deg.size} azimuths: the terrain ends at this place"
        raise TerrainError(Fault(where, message, hint="add a wider elevation model"))


def ray_faults(azimuth_count: int, reach_km: float) -> list[Fault]:
    """What is out of range in the rays of a sky-line."""
    faults = []
    if not 4 <= azimuth_count <= 36000:
        faults.append(Fault("azimuths", "out of range", azimuth_count, "", "4..36000"))
    if not 0.0 < reach_km <= 1000.0:
        faults.append(Fault("reach_km", "out of range", reach_km, "km", "above 0, at most 1000"))
    return faults


def _ground(dems: Sequence[Dem], lat_deg: float, lon_deg: float) -> tuple[float, Dem]:
    """Height [m] of the ground at a place in the finest model that has one, and that model."""
    where = _place(lat_deg, lon_deg)
    if not dems:
        raise TerrainError(Fault(where, "no elevation model given"))
    faults = []
    for dem in dems:
        if not dem.covers(lat_deg, lon_deg):
            faults.append(Fault(dem.name, f"does not cover {where}", allowed=dem.footprint()))
            continue
        height = float(dem.sample(lat_deg, lon_deg))
        if math.isfinite(height):
            return height, dem
        faults.append(
            Fault(dem.name, f"has no data at {where}", hint="move the place, or add a model without this gap")
        )
    raise TerrainError(faults)


def _nest(dems: Sequence[Dem], lat_deg: float, lon_deg: float, reach_m: float) -> list[Patch]:
    patches = [patch for dem in dems for patch in dem.patches(lat_deg, lon_deg, reach_m)]
    return sorted(patches, key=lambda patch: patch.posting_m)


def _dem_provenance(dems: Sequence[Dem]) -> dict[str, str]:
    notes = {}
    for number, dem in enumerate(dems, start=1):
        key = "dem" if len(dems) == 1 else f"dem_{number}"
        notes[key] = dem.name
        notes[f"{key}_sha256"] = dem.sha256
        notes[f"{key}_posting_m"] = f"{dem.posting_m:g}"
    return notes


def _place(lat_deg: float, lon_deg: float) -> str:
    return f"latitude {lat_deg:g} deg, longitude {lon_deg:g} deg"
