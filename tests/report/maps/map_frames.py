"""Frames round the south pole for the tests of this folder."""

from __future__ import annotations

from moonstation.report.maps.frame import Frame

POLAR = "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +x_0=0 +y_0=0 +R=1737400 +units=m +no_defs"
RADIUS_M = 1_737_400.0


def polar(half_m: float = 400_000.0, middle: tuple[float, float] = (0.0, 0.0), side: int = 100) -> Frame:
    """A square frame of the polar map, ``half_m`` to each side of a point of it."""
    from pyproj import CRS

    x, y = middle
    return Frame(CRS.from_proj4(POLAR).to_wkt(), (x - half_m, y - half_m, x + half_m, y + half_m), (side, side))
