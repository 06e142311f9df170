"""Every quantity of the criteria as a map over the area searched: the coarse stage of a search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from moonstation.core.cores import core_count
from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import TimeGrid
from moonstation.moon.area import MapArea
from moonstation.moon.siting.criteria import Criteria, needs_cold_traps, needs_ice
from moonstation.moon.siting.quantities import ICE, LANDING, LIGHT, RELIEF, WAY
from moonstation.moon.sphere import moon_radius_m
from moonstation.moon.ways.moves import distance_to_m, moves_over, refuse_large
from moonstation.moon.ways.slope import Relief, landing_slopes, relief

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.sky.ephemeris import Ephemeris

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
#: Called with what is being done, tiles done and tiles in all.
Progress = Callable[[str, int, int], None]

#: Period over which a shadow must hold to be called permanent: one turn of the Moon's node, hourly.
PERMANENT = ("2026-01-01", "2044-08-08", "1h")
#: Most pixels of an area to search; a search keeps about 200 bytes of each.
MOST_PIXELS = 6_000_000


@dataclass(frozen=True, eq=False)
class Survey:
    """Maps of the quantities by label, shape (rows, columns), NaN where not known; cold traps where they were asked."""

    area: MapArea
    ground: Relief
    values: dict[str, FloatArray]
    cold_traps: BoolArray | None

    @property
    def known(self) -> BoolArray:
        """Where every quantity is known."""
        known = np.isfinite(self.ground.slope_deg)
        for values in self.values.values():
            known = known & ~np.isnan(values)
        return known


def survey(
    dems: Sequence[Dem],
    area: MapArea,
    criteria: Criteria,
    kernels: Ephemeris,
    progress: Progress | None = None,
) -> Survey:
    """Every quantity that the criteria name, over an area.

    Raises TerrainError where no model has ground in the area, RangeError where the area is too large for ways or the
    period leaves the kernels.
    """
    tell = progress or _silent
    _refuse_large(area, criteria)
    ground = relief(dems, area)
    values: dict[str, FloatArray] = {}
    for mast_m in criteria.masts_m:
        wanted = {one.label: one.quantity for one in criteria.criteria if one.mast_m == mast_m and one.of.part == LIGHT}
        maps = light_maps(dems, area, mast_m, sorted(set(wanted.values())), criteria.grid, kernels, tell)
        values |= {label: maps[name] for label, name in wanted.items()}
    traps = cold_traps(dems, area, kernels, criteria.way.least_trap_km2, tell) if needs_cold_traps(criteria) else None
    for one in criteria.criteria:
        if one.of.part == RELIEF:
            values[one.label] = np.asarray(getattr(ground, one.quantity))
    values |= _landing(ground, criteria)
    if traps is not None:
        values |= _to_cold_traps(ground, traps, criteria)
    if needs_ice(criteria):
        values |= _ice(dems, ground, criteria, tell)
    return Survey(area, ground, values, traps)


def _refuse_large(area: MapArea, criteria: Criteria) -> None:
    count = area.shape[0] * area.shape[1]
    if count > MOST_PIXELS:
        hint = "search a part of it: --around and --size, or --bounds; or give a coarser elevation model first"
        raise RangeError(Fault("area", "too many pixels to search", count, "", f"at most {MOST_PIXELS:,}", hint))
    if WAY in criteria.parts:
        refuse_large(area)


def light_maps(
    dems: Sequence[Dem],
    area: MapArea,
    height_m: float,
    names: Sequence[str],
    grid: TimeGrid,
    kernels: Ephemeris,
    progress: Progress,
) -> dict[str, FloatArray]:
    """Layers of ``moonstation map`` by name over an area, tile by tile, shape (rows, columns)."""
    from moonstation.moon.maps.plan import compute_tile, map_plan

    files = tuple(str(path) for path in kernels.paths)
    plan = map_plan(dems, area, grid, height_m=height_m, layers=tuple(names), kernels=files)
    out = {name: np.full(area.shape, np.nan) for name in names}
    for number, (rows, cols) in enumerate(plan.tiles):
        progress(f"light from {height_m:g} m", number, len(plan.tiles))
        for name, values in compute_tile(plan, number, core_count()).items():
            out[name][rows, cols] = values
    progress(f"light from {height_m:g} m", len(plan.tiles), len(plan.tiles))
    return out


def cold_traps(
    dems: Sequence[Dem], area: MapArea, kernels: Ephemeris, least_km2: float = 0.0, progress: Progress | None = None
) -> BoolArray:
    """Ground that no part of the Sun's disc lights within one turn of the Moon's node, shape (rows, columns).

    Patches of joined pixels smaller than ``least_km2`` [km2] are left out, unless the area's edge cuts them.
    """
    layers = light_maps(
        dems, area, 0.0, ["permanent_shadow"], TimeGrid.between(*PERMANENT), kernels, progress or _silent
    )
    return patches_of(layers["permanent_shadow"] == 1, area, least_km2)


def patches_of(mask: BoolArray, area: MapArea, least_km2: float) -> BoolArray:
    """The joined pixels of a mask that together have an area [km2]; patches that the edge cuts count whole."""
    from scipy.ndimage import label

    patches, count = label(mask, structure=np.ones((3, 3), dtype=int))
    size = np.bincount(patches.ravel(), area.pixel_km2().ravel(), minlength=count + 1)
    edge = np.unique(np.concatenate([patches[0], patches[-1], patches[:, 0], patches[:, -1]]))
    kept = size >= least_km2
    kept[edge] = True
    kept[0] = False
    return np.asarray(kept[patches])


def nearest_km(targets: BoolArray, area: MapArea) -> FloatArray:
    """Arc from each pixel to the nearest target on the map [km], infinite where there is none."""
    from scipy.ndimage import distance_transform_edt

    if not targets.any():
        return np.full(targets.shape, np.inf)
    rows, cols = distance_transform_edt(~targets, return_distances=False, return_indices=True)
    here = area.directions()
    chord = np.linalg.norm(here - here[rows, cols], axis=-1)
    return np.asarray(2.0 * moon_radius_m() / 1e3 * np.arcsin(np.clip(0.5 * chord, 0.0, 1.0)))


def _landing(ground: Relief, criteria: Criteria) -> dict[str, FloatArray]:
    if LANDING not in criteria.parts or criteria.landing is None:
        return {}
    steepest, flat = landing_slopes(ground, criteria.landing.ellipse, criteria.landing.slope_limit_deg)
    both = {"landing_slope_deg": steepest, "landing_flat_share": flat}
    return {one.label: both[one.quantity] for one in criteria.criteria if one.of.part == LANDING}


def _to_cold_traps(ground: Relief, traps: BoolArray, criteria: Criteria) -> dict[str, FloatArray]:
    found = {}
    asked = {one.quantity for one in criteria.criteria}
    if "cold_trap_km" in asked:
        found["cold_trap_km"] = nearest_km(traps, ground.area)
    if "cold_trap_way_km" in asked:
        way = criteria.way
        limits = way.limits
        metres = distance_to_m(moves_over(ground), traps, limits.along_deg, limits.side_deg, 1e3 * way.reach_km)
        found["cold_trap_way_km"] = metres / 1e3
    return found


def _ice(dems: Sequence[Dem], ground: Relief, criteria: Criteria, progress: Progress) -> dict[str, FloatArray]:
    """Depth at which ice is stable, infinite where it is nowhere in the column, and the distance to ground with ice."""
    from moonstation.moon.regolith.temperature_map import temperature_map

    def tell(share: float, what: str) -> None:
        progress(f"temperature: {what}", round(100 * share), 100)

    depth_m = temperature_map(dems, ground.area, criteria.search.start, tell=tell).ice_stable_depth_m.astype(np.float64)
    depth_m[np.isnan(depth_m) & np.isfinite(ground.ground_m)] = np.inf
    both = {"ice_stable_depth_m": depth_m, "ice_km": nearest_km(depth_m <= criteria.ice.depth_m, ground.area)}
    return {one.label: both[one.quantity] for one in criteria.criteria if one.of.part == ICE}


def _silent(_what: str, _done: int, _total: int) -> None:
    """No progress to tell."""
