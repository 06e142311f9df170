"""Every quantity of the criteria as a map over the area searched: the coarse stage of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from moonstation.core.errors import Fault, RangeError
from moonstation.moon.area import MapArea
from moonstation.moon.siting.cold_traps import BoolArray, ColdTraps, cold_traps, surroundings, within
from moonstation.moon.siting.criteria import Criteria, needs_cold_traps, needs_ice
from moonstation.moon.siting.light import FloatArray, Progress, light_maps, silent
from moonstation.moon.siting.quantities import ICE, LANDING, LIGHT, RELIEF, WAY
from moonstation.moon.sphere import arc_rad, moon_radius_m
from moonstation.moon.ways.moves import distance_to_m, moves_over, refuse_large
from moonstation.moon.ways.slope import Relief, landing_slopes, relief

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.sky.ephemeris import Ephemeris

#: Most pixels of an area to search; a search keeps about 200 bytes of each.
MOST_PIXELS = 6_000_000


@dataclass(frozen=True, eq=False)
class Survey:
    """Maps of the quantities by label, shape (rows, columns), NaN where not known.

    cold_traps : those within reach of the area, on a wider one; None where nothing asks for them
    """

    area: MapArea
    ground: Relief
    values: dict[str, FloatArray]
    cold_traps: ColdTraps | None

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
    tell = progress or silent
    _refuse_large(area, criteria)
    ground = relief(dems, area)
    values: dict[str, FloatArray] = {}
    for mast_m in criteria.masts_m:
        wanted = {one.label: one.quantity for one in criteria.criteria if one.mast_m == mast_m and one.of.part == LIGHT}
        names, what = sorted(set(wanted.values())), f"light from {mast_m:g} m"
        maps = light_maps(dems, area, mast_m, names, criteria.grid, kernels, tell, what)
        values |= {label: maps[name] for label, name in wanted.items()}
    traps = None
    if needs_cold_traps(criteria):
        traps = cold_traps(dems, area, kernels, criteria.way.least_trap_km2, criteria.way.reach_km, tell)
    for one in criteria.criteria:
        if one.of.part == RELIEF:
            values[one.label] = np.asarray(getattr(ground, one.quantity))
    values |= _landing(dems, ground, criteria)
    if traps is not None:
        values |= _to_cold_traps(dems, area, traps, criteria)
    if needs_ice(criteria):
        values |= _ice(dems, ground, criteria, kernels, tell)
    return Survey(area, ground, values, traps)


def _refuse_large(area: MapArea, criteria: Criteria) -> None:
    count = area.shape[0] * area.shape[1]
    if count > MOST_PIXELS:
        hint = "search a part of it: --around and --size, or --bounds; or give a coarser elevation model first"
        raise RangeError(Fault("area", "too many pixels to search", count, "", f"at most {MOST_PIXELS:,}", hint))
    if WAY in criteria.parts:
        refuse_large(area)


def nearest_km(targets: BoolArray, area: MapArea) -> FloatArray:
    """Arc from each pixel to the nearest target on the map [km], infinite where there is none."""
    from scipy.ndimage import distance_transform_edt

    if not targets.any():
        return np.full(targets.shape, np.inf)
    rows, cols = distance_transform_edt(~targets, return_distances=False, return_indices=True)
    here = area.directions()
    chord = np.linalg.norm(here - here[rows, cols], axis=-1)
    return np.asarray(moon_radius_m() / 1e3 * arc_rad(chord))


def _landing(dems: Sequence[Dem], ground: Relief, criteria: Criteria) -> dict[str, FloatArray]:
    """Of the landing ellipse, which may reach beyond the area where there is ground."""
    if LANDING not in criteria.parts or criteria.landing is None:
        return {}
    ellipse = criteria.landing.ellipse
    wide, _ = surroundings(dems, ground.area, int(ellipse.semi_major_m / float(np.nanmin(ground.pixel_m))) + 1)
    inner, chosen = within(ground.area, wide), np.zeros(wide.shape, dtype=bool)
    chosen[inner] = True
    steepest, flat = landing_slopes(relief(dems, wide), ellipse, criteria.landing.slope_limit_deg, chosen)
    both = {"landing_slope_deg": steepest[inner], "landing_flat_share": flat[inner]}
    return {one.label: both[one.quantity] for one in criteria.criteria if one.of.part == LANDING}


def _to_cold_traps(dems: Sequence[Dem], area: MapArea, traps: ColdTraps, criteria: Criteria) -> dict[str, FloatArray]:
    """Arc and way to the nearest cold trap, infinite beyond the reach: the same, however much more is searched."""
    found = {}
    asked, way = {one.quantity for one in criteria.criteria}, criteria.way
    inner = within(area, traps.area)
    if "cold_trap_km" in asked:
        apart = nearest_km(traps.mask, traps.area)[inner]
        found["cold_trap_km"] = np.where(apart <= way.reach_km, apart, np.inf)
    if "cold_trap_way_km" in asked:
        limits, moves = way.limits, moves_over(relief(dems, traps.area))
        metres = distance_to_m(moves, traps.mask, limits.along_deg, limits.side_deg, 1e3 * way.reach_km)
        found["cold_trap_way_km"] = metres[inner] / 1e3
    return found


def _ice(
    dems: Sequence[Dem], ground: Relief, criteria: Criteria, kernels: Ephemeris, progress: Progress
) -> dict[str, FloatArray]:
    """Depth at which ice is stable, infinite where it is nowhere in the column, and the distance to ground with ice."""
    from moonstation.moon.regolith.temperature_map import temperature_map

    def tell(share: float, what: str) -> None:
        progress(f"temperature: {what}", round(100 * share), 100)

    made = temperature_map(dems, ground.area, criteria.search.start, tell=tell, ephemeris=kernels)
    depth_m = made.ice_stable_depth_m.astype(np.float64)
    depth_m[np.isnan(depth_m) & np.isfinite(ground.ground_m)] = np.inf
    both = {"ice_stable_depth_m": depth_m, "ice_km": nearest_km(depth_m <= criteria.ice.depth_m, ground.area)}
    return {one.label: both[one.quantity] for one in criteria.criteria if one.of.part == ICE}
