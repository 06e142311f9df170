"""Light along a way: at each waypoint through the years, and on a drive that starts at any hour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.time import HOUR_S, TimeGrid, iso_utc
from moonstation.facts.table import lookup
from moonstation.moon.horizon import compute_horizon
from moonstation.moon.site import site_light
from moonstation.moon.ways.route import Way
from moonstation.moon.ways.slope import FloatArray

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.sky.ephemeris import Ephemeris

#: Most waypoints at which light is computed; a longer way is looked at in as many even parts.
MOST_PLACES = 60
_COLUMNS = ("sun_visible_mean", "longest_dark_h", "earth_visible_mean")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class LightAlong:
    """Light at some waypoints of a way, for an eye ``height_m`` above the ground.

    waypoints : their numbers on the way, first and last among them, shape (n,)
    share : part of the way's length that each stands for [-], shape (n,)
    sun_visible_mean, longest_dark_h, earth_visible_mean : as ``moonstation site`` gives them, shape (n,)
    lit : whether any part of the Sun is seen, shape (n, grid.count)
    """

    way: Way
    grid: TimeGrid
    height_m: float
    waypoints: NDArray[np.intp]
    share: FloatArray
    sun_visible_mean: FloatArray
    longest_dark_h: FloatArray
    earth_visible_mean: FloatArray
    lit: NDArray[np.bool_]

    @cached_property
    def lit_share(self) -> FloatArray:
        """Share of the way that is driven in sunlight [-], by the step in which the drive begins.

        Each waypoint is looked at when a vehicle at the fact rover.drive_speed is there. Starts after which the grid
        ends too soon are left out.
        """
        hours = self.way.distance_m[self.waypoints] / lookup("rover.drive_speed").value / HOUR_S
        late = np.rint(hours / self.grid.step_h).astype(int)
        starts = self.grid.count - int(late.max())
        out = np.zeros(max(starts, 0))
        for lit, steps, share in zip(self.lit, late, self.share, strict=True):
            out += share * lit[steps : steps + out.size]
        return out

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Means over the length of the way, its darkest waypoint, and the best hour to begin."""
        drives = self.lit_share
        best = int(np.argmax(drives)) if drives.size else None
        return {
            "sun_visible_mean": float(self.share @ self.sun_visible_mean),
            "sun_visible_least": float(self.sun_visible_mean.min()),
            "earth_visible_mean": float(self.share @ self.earth_visible_mean),
            "longest_dark_h": float(self.longest_dark_h.max()),
            "lit_share_mean": float(drives.mean()) if drives.size else None,
            "lit_share_best": float(drives[best]) if best is not None else None,
            "best_start_utc": f"{self.grid.utc[best]}Z" if best is not None else None,
            "start": iso_utc(self.grid.start),
            "end": iso_utc(self.grid.end),
            "step_h": self.grid.step_h,
            "eye_m": self.height_m,
            "places_looked_at": int(self.waypoints.size),
        }

    def rows(self) -> Iterator[dict[str, float]]:
        """Light by waypoint, empty where it was not computed."""
        at = {int(number): i for i, number in enumerate(self.waypoints)}
        for number in range(self.way.pixels.size):
            yield {name: float(getattr(self, name)[at[number]]) for name in _COLUMNS if number in at}


def light_along(
    way: Way,
    dems: Sequence[Dem],
    grid: TimeGrid,
    height_m: float = 2.0,
    ephemeris: Ephemeris | None = None,
    progress: Progress | None = None,
) -> LightAlong:
    """Sun and Earth at the waypoints of a way, over the sky-lines of nested elevation models.

    height_m : the eye above the ground [m], where a vehicle carries its arrays
    progress : called with places done and places in all

    Raises what compute_horizon and site_light raise.
    """
    chosen = _spread(way)
    summaries = []
    lit = np.empty((chosen.size, grid.count), dtype=bool)
    for done, number in enumerate(chosen):
        place = float(way.latitude_deg[number]), float(way.longitude_deg[number])
        light = site_light(compute_horizon(dems, *place, height_m), grid, ephemeris)
        summaries.append(light.summary)  # and not the series of every place: they would fill the memory
        lit[done] = light.sun_disc_fraction > 0
        if progress:
            progress(done + 1, chosen.size)
    sun, dark, earth = (np.array([row[key] for row in summaries], dtype=float) for key in _COLUMNS)
    return LightAlong(way, grid, height_m, chosen, _shares(way.distance_m[chosen]), sun, dark, earth, lit)


def _spread(way: Way) -> NDArray[np.intp]:
    """Numbers of at most MOST_PLACES waypoints, evenly along the way."""
    count = way.pixels.size
    if count <= MOST_PLACES:
        return np.arange(count)
    marks = np.linspace(0.0, way.distance_m[-1], MOST_PLACES)
    return np.unique(np.searchsorted(way.distance_m, marks).clip(0, count - 1))


def _shares(at_m: FloatArray) -> FloatArray:
    """Part of the length for which each place stands: half way to its neighbours."""
    if at_m.size == 1 or at_m[-1] == at_m[0]:
        return np.full(at_m.size, 1.0 / at_m.size)
    edges = np.concatenate([at_m[:1], 0.5 * (at_m[1:] + at_m[:-1]), at_m[-1:]])
    return np.asarray(np.diff(edges) / (at_m[-1] - at_m[0]))
