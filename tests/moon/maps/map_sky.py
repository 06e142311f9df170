"""Sky-lines made up for small maps, and the tracks of Sun and Earth over a year."""

from __future__ import annotations

import numpy as np

from moonstation.core.time import TimeGrid
from moonstation.moon.area import MapArea
from moonstation.moon.maps.tracks import tracks
from moonstation.moon.sweep.sky_lines import NO_SKY_LINE, QUANTUM_DEG, SkyLines
from moonstation.sky.ephemeris import Ephemeris

R = 1_737_400.0
YEAR = TimeGrid.between("2027-01-01", "2028-01-01", "1h")


def stereographic(lat_deg: float, lon_deg: float, shape: tuple[int, int], posting_m: float, x=0.0, y=0.0) -> MapArea:
    """A raster whose upper left corner is ``x``, ``y`` metres from the middle of a stereographic map."""
    from pyproj import CRS

    wkt = CRS.from_proj4(f"+proj=stere +lat_0={lat_deg} +lon_0={lon_deg} +k=1 +R={R} +units=m +no_defs").to_wkt()
    return MapArea(wkt, (posting_m, 0.0, x, 0.0, -posting_m, y), shape, posting_m)


def polar(shape=(9, 11), posting_m=400.0) -> MapArea:
    """A raster 60 to 100 km from the south pole."""
    return stereographic(-90.0, 0.0, shape, posting_m, 60e3, 40e3)


def rough_sky_lines(area: MapArea, directions=360, height_m=2.0, seed=0, mean_deg=0.5, spread_deg=1.0) -> SkyLines:
    """Sky-lines as rough as lunar ones: from degree to degree they change by a few tenths."""
    rng = np.random.default_rng(seed)
    orders = np.arange(1, 60)
    angle = np.radians(np.arange(directions) * 360.0 / directions)
    waves = rng.normal(size=(2, *area.shape, orders.size)) / orders**0.8
    turns = np.stack([np.cos(np.outer(orders, angle)), np.sin(np.outer(orders, angle))])
    lines = np.moveaxis(np.einsum("kijm,kmn->ijn", waves, turns), -1, 0)
    return sky_lines_of(area, mean_deg + spread_deg * lines, height_m)


def sky_lines_of(area: MapArea, elevation_deg: np.ndarray, height_m=2.0) -> SkyLines:
    """Sky-lines from elevations [deg] of shape (directions, rows, columns), NaN for none."""
    known = np.isfinite(elevation_deg)
    counts = np.where(known, np.rint(np.nan_to_num(elevation_deg) / QUANTUM_DEG), NO_SKY_LINE).astype(np.int16)
    ground = np.where(known.all(axis=0), 0.0, np.nan).astype(np.float32)
    directions = len(counts)
    return SkyLines(area, height_m, np.arange(directions) * 360.0 / directions, counts, ground)


def tracks_of(area: MapArea, grid: TimeGrid = YEAR):
    """Sun and Earth for a map."""
    return tracks(grid, *area.centre, Ephemeris.default())
