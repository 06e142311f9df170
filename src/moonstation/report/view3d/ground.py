"""The terrain round a place as a mesh, seen from the eye: east, north and up, curvature included."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, TerrainError
from moonstation.moon.crs import stereographic_wkt
from moonstation.moon.projection import unit_vectors
from moonstation.moon.sphere import moon_radius_m
from moonstation.report.maps.frame import Frame
from moonstation.report.maps.relief import heights_on

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

FloatArray = NDArray[np.float64]
MOST_SIDE = 200


@dataclass(frozen=True)
class Ground:
    """A square of terrain: where each post stands from the eye [km], and its height above the sphere [m].

    east_km : (columns,), north_km : (rows,), up_km, height_m : (rows, columns), NaN without terrain
    """

    east_km: FloatArray
    north_km: FloatArray
    up_km: FloatArray
    height_m: FloatArray
    dem: str
    posting_m: float

    @property
    def reach_km(self) -> float:
        """Half the side of the square [km]."""
        return float(np.abs(self.east_km).max())


def ground_around(
    dems: Sequence[Dem], lat_deg: float, lon_deg: float, height_m: float, size_km: float = 40.0
) -> Ground:
    """Terrain in a square of ``size_km`` round an eye ``height_m`` above a place, at most 200 x 200 posts.

    East and north are those of a stereographic map round the place, within 0.4 % of the true ones; up is exact.
    Raises TerrainError where there is no terrain at the place.
    """
    radius = moon_radius_m()
    posting_m = max(min(dem.posting_m for dem in dems), size_km * 1e3 / (MOST_SIDE - 1))
    half = int(size_km * 500.0 / posting_m)
    side = 2 * half + 1  # odd: the place has a post of its own
    edge = side * posting_m / 2.0
    frame = Frame(stereographic_wkt(lat_deg, lon_deg), (-edge, -edge, edge, edge), (side, side))
    heights = heights_on(frame, dems).astype(np.float64)
    at = np.arange(-half, half + 1, dtype=np.float64) * posting_m
    lat, lon = frame.places_of(*np.meshgrid(at, at[::-1]))
    here = heights[half, half]
    if not math.isfinite(here):
        where = f"latitude {lat_deg:g} deg, longitude {lon_deg:g} deg"
        raise TerrainError(Fault(where, "no terrain to show", hint="give an elevation model that covers the place"))
    up = unit_vectors(lat_deg, lon_deg)
    up_m = (unit_vectors(lat, lon) @ up) * (radius + heights) - (radius + here + height_m)
    names = ", ".join(dem.name for dem in sorted(dems, key=lambda dem: dem.posting_m))
    return Ground(at / 1e3, at[::-1] / 1e3, up_m / 1e3, heights, names, posting_m)
