"""Light and sight at one place: Sun and Earth over its sky-line through the years, and every window of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.events import Windows, find_windows
from moonstation.core.time import HOUR_S, TimeGrid, utc_from_tdb
from moonstation.moon.horizon import Horizon
from moonstation.moon.illumination import (
    centre_visible,
    earth_disc_fraction,
    earth_radius_deg,
    sun_disc_fraction,
    sun_left_by_earth,
    sun_radius_deg,
)
from moonstation.sky.apparent import AU_KM, Apparent, apparent_directions, apparent_directions_on_grid
from moonstation.sky.ephemeris import Ephemeris

Series = NDArray[np.float32]
FloatArray = NDArray[np.float64]

_BLOCK = 32768  # steps that are worked on together: what lies between fits the processor's cache
_CROSSING_S = 1.0
_HOUR_DIGITS = 4  # crossings are found to 1 s; finer digits are rounding of the clock
BODIES = ("sun", "earth")


@dataclass(frozen=True)
class Directions:
    """Where the centres of Sun and Earth stand over a place; every array has the shape (grid.count,).

    sun_azimuth_deg, sun_elevation_deg, earth_azimuth_deg, earth_elevation_deg : apparent place of the centre [deg]
    sun_distance_au, earth_distance_km : [au], [km]
    """

    sun_azimuth_deg: Series = field(repr=False)
    sun_elevation_deg: Series = field(repr=False)
    sun_distance_au: Series = field(repr=False)
    earth_azimuth_deg: Series = field(repr=False)
    earth_elevation_deg: Series = field(repr=False)
    earth_distance_km: Series = field(repr=False)


@dataclass(frozen=True)
class SiteLight:
    """What a place sees of Sun and Earth; every array has the shape (grid.count,).

    sun_disc_fraction, earth_disc_fraction : visible share of the disc [-]; of the Sun's, the Earth may hide a part
    sun_centre_visible, earth_centre_visible : whether the disc's centre stands above the sky-line
    directions : of both bodies; computed again when they are asked for after ``forget_directions``
    """

    horizon: Horizon
    grid: TimeGrid
    ephemeris: Ephemeris = field(repr=False)
    sun_disc_fraction: Series = field(repr=False)
    sun_centre_visible: NDArray[np.bool_] = field(repr=False)
    earth_disc_fraction: Series = field(repr=False)
    earth_centre_visible: NDArray[np.bool_] = field(repr=False)

    @cached_property
    def directions(self) -> Directions:
        """Where the centres of Sun and Earth stand."""
        return site_directions(self.horizon, self.grid, self.ephemeris)

    def forget_directions(self) -> None:
        """Let the directions go, which take three quarters of the room."""
        self.__dict__.pop("directions", None)

    def windows(self) -> dict[str, Windows]:
        """Every window in which any part of the ``sun`` or of the ``earth`` is seen, in TDB seconds past J2000.

        Begin and end are refined to a second. A window or a gap shorter than a step may be missed.
        """
        return dict(self._windows)

    def events(self) -> list[dict[str, str | float | bool]]:
        """The same as records in order of time: event, start_utc, end_utc, duration_h, cut_by_record."""
        found = [
            (start, end, f"{body} visible", (windows.open_start and start == windows.start[0]) or _cut(windows, end))
            for body, windows in self._windows.items()
            for start, end in zip(windows.start, windows.end, strict=True)
        ]
        return [
            {
                "event": name,
                "start_utc": iso_of_tdb(start),
                "end_utc": iso_of_tdb(end),
                "duration_h": round(float(end - start) / HOUR_S, 4),
                "cut_by_record": bool(cut),
            }
            for start, end, name, cut in sorted(found)
        ]

    @cached_property
    def summary(self) -> dict[str, float | str | None]:
        """Means over the record and longest gaps.

        ``_visible_mean`` is the mean share of the disc, ``_any_mean`` the share of time with any part of it,
        ``_centre_mean`` the share of time with its centre above the sky-line [-]. A gap is time without any part [h];
        where there is none its start is None.
        """
        dark, dark_from = self._longest_gap("sun")
        away, away_from = self._longest_gap("earth")
        return {
            "sun_visible_mean": float(np.mean(self.sun_disc_fraction, dtype=np.float64)),
            "sun_any_mean": float(np.mean(self.sun_disc_fraction > 0)),
            "sun_centre_mean": float(np.mean(self.sun_centre_visible)),
            "longest_dark_h": dark,
            "longest_dark_start_utc": dark_from,
            "earth_visible_mean": float(np.mean(self.earth_disc_fraction, dtype=np.float64)),
            "earth_any_mean": float(np.mean(self.earth_disc_fraction > 0)),
            "earth_centre_mean": float(np.mean(self.earth_centre_visible)),
            "longest_without_earth_h": away,
            "longest_without_earth_start_utc": away_from,
        }

    def gaps(self, body: str) -> tuple[FloatArray, FloatArray]:
        """Begin and end of every span without any part of ``sun`` or ``earth`` [s past J2000 TDB]."""
        windows = self._windows[body]
        start = np.concatenate([[self.grid.tdb[0]], windows.end])
        end = np.concatenate([windows.start, [_end_tdb(self.grid)]])
        real = end > start
        return start[real], end[real]

    def _longest_gap(self, body: str) -> tuple[float, str | None]:
        start, end = self.gaps(body)
        if not start.size:
            return 0.0, None
        longest = int(np.argmax(end - start))
        hours = float(end[longest] - start[longest]) / HOUR_S
        return round(hours, _HOUR_DIGITS), iso_of_tdb(start[longest])

    @cached_property
    def _windows(self) -> dict[str, Windows]:
        return {body: self._find(body) for body in BODIES}

    def _find(self, body: str) -> Windows:
        seen = self.sun_disc_fraction if body == "sun" else self.earth_disc_fraction
        found = find_windows(
            self.grid.tdb, seen > 0, 0.5, refine=lambda tdb: self._seen_at(body, tdb), tolerance=_CROSSING_S
        )
        if found.open_end:  # the last value stands for the whole of the last step
            found.end[-1] = _end_tdb(self.grid)
        return found

    def _seen_at(self, body: str, tdb: FloatArray) -> FloatArray:
        """1 where any part of the body is seen, else 0 [-]."""
        line = self.horizon
        place = line.latitude_deg, line.longitude_deg, tdb, _eye_m(line)
        earth = apparent_directions(*place, "earth", self.ephemeris)
        if body == "earth":
            fraction = earth_disc_fraction(line, earth)
        else:
            fraction = _sun_fraction(line, apparent_directions(*place, "sun", self.ephemeris), earth)
        return (fraction > 0).astype(np.float64)


def site_light(horizon: Horizon, grid: TimeGrid, ephemeris: Ephemeris | None = None) -> SiteLight:
    """Sun and Earth over the sky-line of a place at every step of a time grid.

    Parameters
    ----------
    horizon : the sky-line, which also says where the place is
    grid : the steps
    ephemeris : the kernels; the shipped ones by default

    Returns
    -------
    SiteLight. Raises RangeError when the grid leaves the kernels.
    """
    kernels = ephemeris or Ephemeris.default()
    seen: dict[str, NDArray[Any]] = {}
    directions: dict[str, NDArray[Any]] = {}
    for steps, sun, earth in _blocks(horizon, grid, kernels):
        _put(seen, steps, grid.count, _seen(horizon, sun, earth))
        _put(directions, steps, grid.count, _directions(sun, earth))
    light = SiteLight(horizon, grid, kernels, **seen)
    light.__dict__["directions"] = Directions(**directions)  # they are known, so the property need not find them
    return light


def site_directions(horizon: Horizon, grid: TimeGrid, ephemeris: Ephemeris) -> Directions:
    """Where Sun and Earth stand over the place of a sky-line; raises RangeError when the grid leaves the kernels."""
    directions: dict[str, NDArray[Any]] = {}
    for steps, sun, earth in _blocks(horizon, grid, ephemeris):
        _put(directions, steps, grid.count, _directions(sun, earth))
    return Directions(**directions)


def _blocks(horizon: Horizon, grid: TimeGrid, kernels: Ephemeris) -> Iterator[tuple[slice, Apparent, Apparent]]:
    """Blocks of steps of the grid, and where Sun and Earth stand in them."""
    place = horizon.latitude_deg, horizon.longitude_deg, grid
    for first in range(0, grid.count, _BLOCK):
        steps = slice(first, min(first + _BLOCK, grid.count))
        sun, earth = (apparent_directions_on_grid(*place, body, _eye_m(horizon), kernels, steps) for body in BODIES)
        yield steps, sun, earth


def _put(columns: dict[str, NDArray[Any]], steps: slice, count: int, part: Mapping[str, NDArray[Any]]) -> None:
    """Put values of some steps into columns of all."""
    for name, values in part.items():
        if name not in columns:
            columns[name] = np.empty(count, np.bool_ if values.dtype == np.bool_ else np.float32)
        columns[name][steps] = values


def _seen(horizon: Horizon, sun: Apparent, earth: Apparent) -> dict[str, NDArray[Any]]:
    """Columns of SiteLight by name."""
    return {
        "sun_disc_fraction": _sun_fraction(horizon, sun, earth),
        "sun_centre_visible": centre_visible(horizon, sun),
        "earth_disc_fraction": earth_disc_fraction(horizon, earth),
        "earth_centre_visible": centre_visible(horizon, earth),
    }


def _directions(sun: Apparent, earth: Apparent) -> dict[str, NDArray[Any]]:
    """Columns of Directions by name."""
    return {
        "sun_azimuth_deg": sun.azimuth_deg,
        "sun_elevation_deg": sun.elevation_deg,
        "sun_distance_au": sun.distance_km / AU_KM,
        "earth_azimuth_deg": earth.azimuth_deg,
        "earth_elevation_deg": earth.elevation_deg,
        "earth_distance_km": earth.distance_km,
    }


def iso_of_tdb(tdb: float) -> str:
    """ISO 8601 UTC, to the second, of an epoch [s past J2000 TDB]."""
    moment = utc_from_tdb(tdb) + np.timedelta64(500, "ms")
    return f"{np.datetime_as_string(moment, unit='s')}Z"


def _sun_fraction(horizon: Horizon, sun: Apparent, earth: Apparent) -> FloatArray:
    """Share of the solar disc over the sky-line, times what the Earth leaves of it in an eclipse [-]."""
    fraction = sun_disc_fraction(horizon, sun)
    reach = sun_radius_deg(sun.distance_km) + earth_radius_deg(earth.distance_km)
    near = np.flatnonzero((np.abs(sun.elevation_deg - earth.elevation_deg) < reach) & (fraction > 0))
    fraction[near] *= sun_left_by_earth(_part(sun, near), _part(earth, near))
    return fraction


def _part(body: Apparent, chosen: NDArray[np.intp]) -> Apparent:
    return Apparent(body.azimuth_deg[chosen], body.elevation_deg[chosen], body.distance_km[chosen])


def _eye_m(horizon: Horizon) -> float:
    return horizon.height_m


def _end_tdb(grid: TimeGrid) -> float:
    return float(grid.tdb[-1]) + grid.step_s


def _cut(windows: Windows, end: float) -> bool:
    return windows.open_end and bool(end == windows.end[-1])
