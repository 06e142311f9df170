"""The area in which a way is sought: a square round a place, as far as the elevation model goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.moon.area import MapArea, area_around, area_of

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

#: Longest half side of the square in which a way is sought [km].
MOST_KM = 1000.0


def area_near(dem: Dem, lat_deg: float, lon_deg: float, half_km: float) -> MapArea:
    """The square of ``half_km`` [km] to each side of a place, cut off where the elevation model ends.

    Raises RangeError for a size out of range, TerrainError where the model does not cover the place.
    """
    if not 0.0 < half_km <= MOST_KM:
        raise RangeError(Fault("within_km", "out of range", half_km, "km", f"above 0, at most {MOST_KM:g}"))
    try:
        return area_around(dem, lat_deg, lon_deg, max(2.0 * half_km, dem.posting_m / 1e3))
    except TerrainError:
        if not bool(dem.covers(lat_deg, lon_deg)):
            raise
    whole = area_of(dem)
    centre = area_around(dem, lat_deg, lon_deg, dem.posting_m / 1e3)
    col, row = (
        round((centre.transform[i] - whole.transform[i]) / whole.transform[step]) for i, step in ((2, 0), (5, 4))
    )
    half = max(1, round(half_km * 1e3 / dem.posting_m))
    rows, cols = (slice(max(0, at - half), at + half + 1) for at in (row, col))
    return whole.part(rows, cols)


def model_of(dems: Sequence[Dem], lat_deg: float, lon_deg: float) -> Dem:
    """The finest elevation model that covers a place; raises TerrainError where none does."""
    for dem in sorted(dems, key=lambda one: one.posting_m):
        if bool(dem.covers(lat_deg, lon_deg)):
            return dem
    where = f"latitude {lat_deg:g} deg, longitude {lon_deg:g} deg"
    raise TerrainError([Fault(dem.name, f"does not cover {where}", allowed=dem.footprint()) for dem in dems])
