"""Sky-lines of all pixels of a map: the elevation of the terrain against direction, for an eye above each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.facts.table import lookup
from moonstation.moon.area import MapArea
from moonstation.moon.horizon import Horizon
from moonstation.moon.projection import pixels_of

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

#: Step of the stored elevations [deg]: ten seconds of arc, so that -90..90 fits 16 bits.
QUANTUM_DEG = 1.0 / 360.0
#: Stored where a pixel has no ground, or a direction no terrain at all.
NO_SKY_LINE = -32768
#: Coarsest posting [m] that is swept: a tile of 512 pixels is then 256 km wide. Coarser maps are made pixel by pixel.
COARSEST_M = 500.0
#: Where a map's pixels are not the model's own, posts lie anyhow between them: each pixel is cut into so many then.
_THIRDS = 3
#: Largest array of stored elevations that is made at once; larger maps go by tiles.
MAX_BYTES = 4_000_000_000


@dataclass(frozen=True, eq=False)
class SkyLines:
    """Elevation of the sky-line of every pixel of an area, against direction on the map.

    ``direction_deg`` (n,) counts clockwise from up the map; the azimuth from north at a pixel is the direction less
    ``area.convergence_deg()`` there. ``elevation`` (n, rows, columns) int16 in QUANTUM_DEG, NO_SKY_LINE where there is
    none; ``ground_m`` (rows, columns) float32 [m] above the 1737.4 km sphere, NaN where there is no data; ``height_m``
    is the eye above the ground.
    """

    area: MapArea
    height_m: float
    direction_deg: np.ndarray
    elevation: np.ndarray
    ground_m: np.ndarray

    def elevation_deg(self) -> np.ndarray:
        """Elevation [deg] float32, NaN where there is no sky-line, shape (n, rows, columns)."""
        degrees = self.elevation * np.float32(QUANTUM_DEG)
        degrees[self.elevation == NO_SKY_LINE] = np.nan
        return degrees

    def horizon(self, row: int, col: int) -> Horizon:
        """One pixel's sky-line on azimuths from north. Raises TerrainError where a part of it is missing."""
        stored = self.elevation[:, row, col]
        if np.any(stored == NO_SKY_LINE):
            what = "no ground" if np.isnan(self.ground_m[row, col]) else "no terrain in some directions"
            raise TerrainError(Fault(f"pixel ({row}, {col})", f"{what}: no sky-line", hint="add a wider model"))
        pixel = self.area.part(slice(row, row + 1), slice(col, col + 1))
        lat, lon = pixel.centre
        azimuth = np.mod(self.direction_deg - pixel.convergence_deg()[0, 0], 360.0)
        azimuth[azimuth >= 360.0] = 0.0  # what a rounding just below zero makes of it
        order = np.argsort(azimuth)
        return Horizon(
            azimuth[order],
            stored[order] * QUANTUM_DEG,
            np.full(azimuth.size, np.nan),
            self.height_m,
            lat,
            lon,
            {"ground_height_m": f"{self.ground_m[row, col]:.2f}"},
        )


def sky_lines(
    dems: Sequence[Dem],
    area: MapArea,
    height_m: float,
    direction_count: int = 360,
    reach_km: float | None = None,
    threads: int | None = None,
) -> SkyLines:
    """Sky-lines of an eye ``height_m`` [m] above every pixel of an area, over nested elevation models.

    ``direction_count`` directions evenly round the map, the first straight up; ``reach_km`` [km] as in
    compute_horizon (310 km unless told); ``threads`` all cores unless told. Raises RangeError for bad numbers,
    TerrainError where no model has ground anywhere in the area.
    """
    reach_km = lookup("terrain.default_reach").value if reach_km is None else reach_km
    if not dems:
        raise TerrainError(Fault("area", "no elevation model given"))
    _refuse_numbers(height_m, direction_count, reach_km, threads)
    _refuse_size(area, direction_count)
    direction_deg = np.arange(direction_count) * (360.0 / direction_count)
    if area.posting_m > COARSEST_M:
        return _by_points(dems, area, height_m, direction_deg, reach_km * 1e3, threads)
    from moonstation.moon.sweep.engine import swept

    every = _THIRDS if _laid_over(dems, area) else 1
    elevation, ground_m = swept(
        dems,
        _finer(area, every),
        height_m,
        direction_deg,
        reach_km * 1e3,
        (QUANTUM_DEG, NO_SKY_LINE),
        threads,
        every,
    )
    if np.isnan(ground_m).all():
        names = ", ".join(dem.name for dem in dems)
        raise TerrainError(Fault("area", "no elevation model has ground there", allowed=names))
    return SkyLines(area, height_m, direction_deg, elevation, ground_m)


def _laid_over(dems: Sequence[Dem], area: MapArea) -> bool:
    """Whether the area's pixels are about as wide as the finest model's posts, and none of them is one."""
    finest = min(dems, key=lambda dem: dem.posting_m)
    if not 0.5 < area.posting_m / finest.posting_m < 1.5:
        return False
    if finest.grid is None or finest.grid[0] != area.grid[0]:
        return True
    corner = area.directions_at(np.zeros(1), np.zeros(1))
    pixel = pixels_of(finest.grid, corner)[0]
    return bool(np.abs(pixel - np.rint(pixel)).max() > 1e-3)


def _finer(area: MapArea, parts: int) -> MapArea:
    """The area with each pixel cut into ``parts`` along each axis."""
    a, b, c, d, e, f = area.transform
    shape = area.shape[0] * parts, area.shape[1] * parts
    return replace(area, transform=(a / parts, b, c, d, e / parts, f), shape=shape, posting_m=area.posting_m / parts)


def _by_points(
    dems: Sequence[Dem], area: MapArea, height_m: float, direction_deg: np.ndarray, reach_m: float, threads: int | None
) -> SkyLines:
    """Sky-lines pixel by pixel: on coarse maps a tile would be too much of the Moon for one sweep."""
    from moonstation.moon.sweep.coarse import elevation_by_points_deg
    from moonstation.moon.sweep.exact import ground_heights_m

    ground_m = ground_heights_m(dems, area)
    degrees = elevation_by_points_deg(dems, area, ground_m, height_m, direction_deg.size, reach_m, threads)
    known = np.isfinite(degrees)
    counts = np.rint(np.where(known, degrees, 0.0) / QUANTUM_DEG)
    elevation = np.where(known, counts, NO_SKY_LINE).astype(np.int16)
    return SkyLines(area, height_m, direction_deg, elevation, ground_m)


def _refuse_size(area: MapArea, direction_count: int) -> None:
    size = area.shape[0] * area.shape[1] * direction_count * 2
    if size > MAX_BYTES:
        message = f"sky-lines of {area.shape[0]} x {area.shape[1]} pixels take {size / 1e9:.0f} GB"
        raise RangeError(Fault("area", message, allowed=f"{MAX_BYTES / 1e9:.0f} GB", hint="work through area.tiles()"))


def _refuse_numbers(height_m: float, direction_count: int, reach_km: float, threads: int | None) -> None:
    faults = []
    if not 0.0 <= height_m <= 20e3:
        faults.append(Fault("height_m", "out of range", height_m, "m", "0..20000"))
    if not 4 <= direction_count <= 3600:
        faults.append(Fault("direction_count", "out of range", direction_count, "", "4..3600"))
    if not 0.0 < reach_km <= 1000.0:
        faults.append(Fault("reach_km", "out of range", reach_km, "km", "above 0, at most 1000"))
    if threads is not None and threads < 1:
        faults.append(Fault("threads", "out of range", threads, "", "1 or more"))
    if faults:
        raise RangeError(faults)
