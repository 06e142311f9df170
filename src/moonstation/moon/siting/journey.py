"""A drive from a place to the nearest cold trap, or to another place, with the light on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.core.time import TimeGrid
from moonstation.moon.siting.cold_traps import cold_traps
from moonstation.moon.siting.light import Progress
from moonstation.moon.sphere import arc_rad, moon_radius_m
from moonstation.moon.ways.light_along import LightAlong, light_along
from moonstation.moon.ways.moves import refuse_large
from moonstation.moon.ways.near import MOST_KM, area_near, model_of
from moonstation.moon.ways.route import NoWay, SlopeLimits, Way, find_way, nearest_pixel, notes
from moonstation.moon.ways.slope import relief

if TYPE_CHECKING:
    from moonstation.moon.area import MapArea
    from moonstation.moon.dem import Dem
    from moonstation.sky.ephemeris import Ephemeris

Place = tuple[float, float]
#: How far to look for a cold trap unless told [km].
WITHIN_KM = 30.0
_LEAST_MARGIN_KM = 5.0


@dataclass(frozen=True, slots=True)
class Drive:
    """What is asked of a drive.

    limits : pitch and side tilt; within_km : half side of the square in which the way is sought, round the start, or
    round the middle between two places [km]; least_trap_km2 : smaller permanent shadows do not count [km2];
    eye_m : height at which the vehicle carries its arrays [m]
    """

    limits: SlopeLimits = SlopeLimits(15.0)
    within_km: float | None = None
    least_trap_km2: float = 1.0
    eye_m: float = 2.0

    def faults(self) -> list[Fault]:
        """Numbers out of range."""
        found = self.limits.faults()
        if self.within_km is not None and not 0.0 < self.within_km <= MOST_KM:
            found.append(Fault("within_km", "out of range", self.within_km, "km", f"above 0, at most {MOST_KM:g}"))
        if self.least_trap_km2 < 0.0:
            found.append(Fault("least_trap_km2", "out of range", self.least_trap_km2, "km2", "0 or more"))
        if not 0.0 <= self.eye_m <= 200.0:
            found.append(Fault("eye_m", "out of range", self.eye_m, "m", "0..200"))
        return found


@dataclass(frozen=True, eq=False)
class Journey:
    """What was found: the way and its light, or why there is no way; ``notes`` is what the reader has to know."""

    start: Place
    target: Place | None
    drive: Drive
    way: Way | NoWay
    light: LightAlong | None
    notes: list[str]

    def summary(self) -> dict[str, Any]:
        """What ``moonstation route --json`` prints: ends, verdict, way (None where there is none), light, notes."""
        found: dict[str, Any] = {
            "from": _place(self.start),
            "to": _place(self.target) if self.target else {"kind": "cold trap"},
            "verdict": "there is no way" if isinstance(self.way, NoWay) else "there is a way",
            "max_slope_limit_deg": self.drive.limits.along_deg,
            "max_cross_slope_limit_deg": self.drive.limits.side_deg,
            "way": None,
            "light": None,
            "notes": self.notes,
        }
        if isinstance(self.way, NoWay):
            return {**found, "no_way_because": self.way.reason, "needed_slope_deg": self.way.needed_slope_deg}
        end = float(self.way.latitude_deg[-1]), float(self.way.longitude_deg[-1])
        found["to"] |= _place(end) if not self.target else {}
        return {**found, "way": self.way.summary, "light": self.light.summary if self.light else None}

    def rows(self) -> list[dict[str, float]]:
        """The waypoints as records, with their light where it was computed; none where there is no way."""
        if isinstance(self.way, NoWay):
            return []
        light = self.light.rows() if self.light else ({} for _ in self.way.pixels)
        return [{**row, **lit} for row, lit in zip(self.way.rows(), light, strict=True)]


def journey(
    dems: Sequence[Dem],
    start: Place,
    target: Place | None = None,
    drive: Drive | None = None,
    grid: TimeGrid | None = None,
    ephemeris: Ephemeris | None = None,
    progress: Progress | None = None,
) -> Journey:
    """The shortest drive under slope limits from a place to another, or to the nearest cold trap where none is named.

    Parameters
    ----------
    dems : nested elevation models; the way is sought on the pixels of the finest that covers the start
    start, target : latitude and longitude [deg]
    drive : limits and where to look
    grid : steps over which the light along the way is looked at; no light where there is none
    ephemeris : the kernels; the shipped ones by default
    progress : called with what is being done, parts done and parts in all

    Returns
    -------
    Journey. Raises RangeError for numbers out of range, TerrainError where the models do not cover the places.
    """
    from moonstation.sky.ephemeris import Ephemeris

    asked = drive or Drive()
    if faults := [*asked.faults(), *place_faults("from", start), *(place_faults("to", target) if target else ())]:
        raise RangeError(faults)
    kernels = ephemeris or Ephemeris.default()
    area = _area(dems, start, target, asked)
    refuse_large(area)
    ground = relief(dems, area)
    begin = nearest_pixel(ground, *start)
    if target:
        targets = _only(area, nearest_pixel(ground, *target))
    else:
        targets = cold_traps(dems, area, kernels, asked.least_trap_km2, progress=progress).mask
    way = find_way(ground, begin, targets, asked.limits)
    if isinstance(way, NoWay) and not targets.any():
        way = NoWay(f"there is no permanent shadow of {asked.least_trap_km2:g} km2 within the area looked at", None)
    light = None
    if grid is not None and isinstance(way, Way):
        tell = (lambda done, total: progress("light along the way", done, total)) if progress else None
        light = light_along(way, dems, grid, asked.eye_m, kernels, tell)
    return Journey(start, target, asked, way, light, notes(ground))


def _area(dems: Sequence[Dem], start: Place, target: Place | None, asked: Drive) -> MapArea:
    dem = model_of(dems, *start)
    if target is None:
        return area_near(dem, *start, WITHIN_KM if asked.within_km is None else asked.within_km)
    if not bool(dem.covers(*target)):
        where = f"the target at latitude {target[0]:g} deg, longitude {target[1]:g} deg"
        raise TerrainError(Fault(dem.name, f"does not cover {where}", allowed=dem.footprint()))
    middle, apart_km = _middle(start, target)
    half_km = apart_km / 2.0 + max(_LEAST_MARGIN_KM, apart_km / 2.0)
    return area_near(dem, *middle, half_km if asked.within_km is None else asked.within_km)


def _middle(one: Place, other: Place) -> tuple[Place, float]:
    """The place half way along the great circle, and its length [km]."""
    from moonstation.moon.projection import unit_vectors

    here, there = unit_vectors(*one), unit_vectors(*other)
    chord = float(((here - there) ** 2).sum()) ** 0.5
    x, y, z = (float(part) for part in here + there)
    middle = math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))
    return middle, float(moon_radius_m() / 1e3 * arc_rad(chord))


def _only(area: MapArea, pixel: tuple[int, int]) -> Any:
    import numpy as np

    mask = np.zeros(area.shape, dtype=bool)
    mask[pixel] = True
    return mask


def place_faults(where: str, place: Place) -> list[Fault]:
    """What is out of range in latitude and longitude [deg]; ``where`` stands before their names."""
    limits = (("latitude_deg", place[0], -90.0, 90.0), ("longitude_deg", place[1], -180.0, 360.0))
    return [
        Fault(f"{where} {name}", "out of range", value, "deg", f"{low:g}..{high:g}")
        for name, value, low, high in limits
        if not low <= value <= high
    ]


def _place(place: Place) -> dict[str, float]:
    return {"latitude_deg": place[0], "longitude_deg": place[1]}
