"""What a light map is asked to be, and the computation of one of its tiles, here or on another machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.core.time import TimeGrid
from moonstation.moon.area import MapArea
from moonstation.moon.maps.layers import LAYERS, layer_faults
from moonstation.moon.maps.tracks import Tracks, tracks

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

#: Most pixels of a map, and most steps of its period.
MOST_PIXELS, MOST_STEPS = 2_000_000_000, 5_000_000
#: Sides that a tile may have [pixels].
TILES_PX = (64, 128, 256, 512, 1024)
#: Longest side of a pixel [m]: a tile of longer ones bends round the Moon more than the map engine's lines follow.
LONGEST_POSTING_M = 4000.0
_MOST_TILE_BYTES = 2**30
_BYTES_PER_ANGLE = 2
_SKY_SHARE = 0.2  # of a tile's time goes to its sky-lines where all layers are made
_NS_PER_ANGLE, _NS_PER_PIXEL = 60.0, 100e3  # of one core; for the words on maps that are too large

Tile = tuple[slice, slice]


@dataclass(frozen=True)
class MapPlan:
    """A light map of an area over a period.

    dem_paths, dem_sha256 : the elevation models, finest first, and their digests
    area : the pixels; grid : the steps; height_m : the eye above the ground [m]
    layers : names of the layers; directions : of the sky-lines, round the map; reach_km : how far they look [km]
    kernels : SPICE kernels laid over the shipped ones
    """

    dem_paths: tuple[str, ...]
    dem_sha256: tuple[str, ...]
    area: MapArea
    grid: TimeGrid
    height_m: float = 2.0
    layers: tuple[str, ...] = tuple(LAYERS)
    directions: int = 360
    reach_km: float | None = None
    kernels: tuple[str, ...] = ()
    tile_px: int = 512
    version: str = field(default_factory=lambda: metadata.version("moonstation"))

    @cached_property
    def tiles(self) -> list[Tile]:
        """Rows and columns of every tile."""
        return self.area.tiles(self.tile_px)


def map_plan(dems: Sequence[Dem], area: MapArea, grid: TimeGrid, **options: object) -> MapPlan:
    """The plan of a map over opened elevation models; ``options`` are the other fields of MapPlan.

    Raises RangeError with every fault of sizes and options.
    """
    finest_first = sorted(dems, key=lambda dem: dem.posting_m)
    paths = tuple(str(Path(dem.path).absolute()) for dem in finest_first)
    digests = tuple(dem.sha256 for dem in finest_first)
    plan = MapPlan(paths, digests, area, grid, **options)  # type: ignore[arg-type]
    if faults := plan_faults(plan):
        raise RangeError(faults)
    return plan


def plan_faults(plan: MapPlan) -> list[Fault]:
    """What keeps a plan from being computed within memory and within reason."""
    faults = layer_faults(plan.layers)
    pixels = plan.area.shape[0] * plan.area.shape[1]
    if pixels > MOST_PIXELS:
        hours = pixels * (plan.directions * _NS_PER_ANGLE + _NS_PER_PIXEL) * 1e-9 / 3600.0
        hint = f"about {hours:,.0f} hours of one core: take a part of it with --bounds, or a coarser elevation model"
        faults.append(Fault("map", "has too many pixels", pixels, "", f"at most {MOST_PIXELS:,}", hint))
    if plan.area.posting_m > LONGEST_POSTING_M:
        hint = "light at a place hangs on terrain finer than that"
        faults.append(
            Fault(
                "--dem", "is too coarse", plan.area.posting_m, "m", f"pixels of at most {LONGEST_POSTING_M:g} m", hint
            )
        )
    if plan.grid.count > MOST_STEPS:
        faults.append(Fault("--step", "makes too many steps", plan.grid.count, "", f"at most {MOST_STEPS:,}"))
    if plan.tile_px not in TILES_PX:
        faults.append(Fault("--tile", "no such size", plan.tile_px, "pixels", ", ".join(map(str, TILES_PX))))
    elif plan.directions * plan.tile_px**2 * _BYTES_PER_ANGLE > _MOST_TILE_BYTES:
        fits = max(side for side in TILES_PX if plan.directions * side**2 * _BYTES_PER_ANGLE <= _MOST_TILE_BYTES)
        faults.append(Fault("--tile", "takes too much memory", plan.tile_px, "pixels", f"at most {fits}"))
    if not 4 <= plan.directions <= 3600:
        faults.append(Fault("--directions", "out of range", plan.directions, "", "4..3600"))
    if not 0.0 <= plan.height_m <= 1000.0:
        faults.append(Fault("--height", "out of range", plan.height_m, "m", "0..1000"))
    if plan.reach_km is not None and not 0.0 < plan.reach_km <= 1000.0:
        faults.append(Fault("--reach-km", "out of range", plan.reach_km, "km", "above 0, at most 1000"))
    return faults


def compute_tile(
    plan: MapPlan, number: int, threads: int = 1, tell: Callable[[float], None] = lambda share: None
) -> dict[str, np.ndarray]:
    """Layers of one tile by name, shape (rows, columns); where no model has ground, no data.

    ``tell`` is told the share that is done. The result depends on nothing but the plan and the number of the tile.
    Raises TerrainError where an elevation model is not the one that was planned with.
    """
    from moonstation.moon.maps.tile_light import TilePlace, no_light, tile_light
    from moonstation.moon.sweep.sky_lines import sky_lines

    rows, cols = plan.tiles[number]
    area = plan.area.part(rows, cols)
    dems = planned_dems(plan.dem_paths, plan.dem_sha256)
    try:
        sky = sky_lines(dems, area, plan.height_m, plan.directions, plan.reach_km, threads)
    except TerrainError as error:
        if any(fault.where != "area" for fault in error.faults):
            raise
        return no_light(area.shape, plan.layers)
    tell(_SKY_SHARE)
    place = TilePlace(plan.area, rows.start, cols.start)

    def tell_light(share: float) -> None:
        tell(_SKY_SHARE + (1.0 - _SKY_SHARE) * share)

    return tile_light(sky, _tracks(plan), plan.layers, place, threads, tell=tell_light)


def compute_tile_elsewhere(plan: MapPlan, number: int, threads: int) -> dict[str, np.ndarray]:
    """The same on a machine of a cluster; raises RangeError where another version of the program is installed."""
    here = metadata.version("moonstation")
    if here != plan.version:
        raise RangeError(Fault("--cluster", "a worker runs another version of moonstation", here, "", plan.version))
    return compute_tile(plan, number, threads)


@lru_cache(maxsize=2)
def planned_dems(paths: tuple[str, ...], digests: tuple[str, ...]) -> list[Dem]:
    """The elevation models of a plan, finest first; raises TerrainError where one is not what was planned with."""
    from moonstation.moon.dem import open_dems

    dems = {str(Path(dem.path).absolute()): dem for dem in open_dems(paths)}
    ordered = [dems[path] for path in paths]
    faults = [
        Fault(
            path, "is not the elevation model that the map was planned with", hint="every machine needs the same file"
        )
        for path, dem, digest in zip(paths, ordered, digests, strict=True)
        if dem.sha256 != digest
    ]
    if faults:
        raise TerrainError(faults)
    return ordered


@lru_cache(maxsize=1)
def _tracks_of(grid: TimeGrid, lat_deg: float, lon_deg: float, kernels: tuple[str, ...]) -> Tracks:
    from moonstation.sky.ephemeris import Ephemeris

    return tracks(grid, lat_deg, lon_deg, Ephemeris.from_files(kernels) if kernels else Ephemeris.default())


def _tracks(plan: MapPlan) -> Tracks:
    return _tracks_of(plan.grid, *plan.area.centre, plan.kernels)
