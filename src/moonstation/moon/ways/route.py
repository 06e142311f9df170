"""A way over the ground: its length, climb, steepness and time, or why there is none and what limit would give one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.facts.table import lookup
from moonstation.moon.ways.moves import Moves, least_slope_limit_deg, moves_over, shortest_path
from moonstation.moon.ways.slope import FloatArray, Relief, coarse_posting_note

_SLOPE_LIMITS_DEG = (0.0, 60.0)


@dataclass(frozen=True, eq=False)
class Way:
    """The shortest way found, pixel by pixel from its start; arrays of shape (n,).

    latitude_deg, longitude_deg : waypoints, centres of pixels [deg]
    ground_m : their height [m]; slope_deg : tilt of the ground there [deg]
    distance_m : length of the way so far [m]
    along_deg, across_deg : steepest pitch and side tilt of the move that ends at the waypoint [deg], 0 at the first
    """

    pixels: NDArray[np.int64]
    latitude_deg: FloatArray
    longitude_deg: FloatArray
    ground_m: FloatArray
    slope_deg: FloatArray
    distance_m: FloatArray
    along_deg: FloatArray
    across_deg: FloatArray
    posting_m: float

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Length, climb, fall, steepness, and driving time at the fact rover.drive_speed."""
        rise = np.diff(self.ground_m)
        length_m = float(self.distance_m[-1])
        speed_m_s = lookup("rover.drive_speed").value
        return {
            "length_km": length_m / 1e3,
            "climb_m": float(rise[rise > 0].sum()),
            "fall_m": float(np.abs(rise[rise < 0]).sum()),
            "max_slope_deg": float(self.along_deg.max()),
            "max_cross_slope_deg": float(self.across_deg.max()),
            "drive_h": length_m / speed_m_s / 3600.0,
            "speed_m_s": speed_m_s,
            "waypoints": int(self.pixels.size),
        }

    def rows(self) -> list[dict[str, float]]:
        """The waypoints as records: latitude_deg, longitude_deg, distance_km, ground_m, slopes."""
        names = ("latitude_deg", "longitude_deg", "ground_m", "slope_deg", "along_deg", "across_deg")
        columns = {name: getattr(self, name) for name in names}
        return [
            {"distance_km": float(at) / 1e3, **{name: float(values[i]) for name, values in columns.items()}}
            for i, at in enumerate(self.distance_m)
        ]


@dataclass(frozen=True, slots=True)
class NoWay:
    """There is no way under the limit; ``needed_slope_deg`` [deg] is the lowest limit that gives one, if any does."""

    reason: str
    needed_slope_deg: float | None


@dataclass(frozen=True, slots=True)
class SlopeLimits:
    """Steepest pitch and side tilt that a vehicle may take [deg]; the side as the pitch unless told."""

    along_deg: float
    across_deg: float | None = None

    @property
    def side_deg(self) -> float:
        """Limit to the side [deg]."""
        return self.along_deg if self.across_deg is None else self.across_deg

    def faults(self) -> list[Fault]:
        """Numbers out of range."""
        low, high = _SLOPE_LIMITS_DEG
        named = (("max_slope_deg", self.along_deg), ("max_cross_slope_deg", self.across_deg))
        return [
            Fault(name, "out of range", value, "deg", f"above {low:g}, at most {high:g}")
            for name, value in named
            if value is not None and not low < value <= high
        ]


def find_way(relief: Relief, start: tuple[int, int], targets: NDArray[np.bool_], limits: SlopeLimits) -> Way | NoWay:
    """The shortest way from a pixel (row, column) to the nearest of the target pixels under slope limits.

    Every move keeps its pitch (over the bilinear ground, half a move at a time) and its side tilt within the limits.
    Raises RangeError for bad limits and an area that is too large, TerrainError where the start has no ground.
    """
    faults = limits.faults()
    if faults:
        raise RangeError(faults)
    if not np.isfinite(relief.slope_deg[start]):
        hint = "it lies at the edge of the area or beside a gap; move it"
        raise TerrainError(Fault("start of the way", "the slope of the ground is not known there", hint=hint))
    moves = moves_over(relief)
    begin = int(np.ravel_multi_index(start, relief.ground_m.shape))
    path = shortest_path(moves, begin, targets, limits.along_deg, limits.side_deg)
    return _no_way(moves, begin, targets, limits) if path is None else _way(moves, path)


def nearest_pixel(relief: Relief, lat_deg: float, lon_deg: float) -> tuple[int, int]:
    """Row and column of the pixel of a place; raises TerrainError where it lies outside the area."""
    from moonstation.moon.projection import pixels_of, unit_vectors

    col, row = (round(float(value)) for value in pixels_of(relief.area.grid, unit_vectors([lat_deg], [lon_deg]))[0])
    rows, cols = relief.area.shape
    if not (0 <= row < rows and 0 <= col < cols):
        where = f"latitude {lat_deg:g} deg, longitude {lon_deg:g} deg"
        raise TerrainError(Fault("place", f"{where} lies outside the area in which ways are sought"))
    return row, col


def notes(relief: Relief) -> list[str]:
    """What a reader of the way has to know about the ground that it stands on."""
    return [note for note in (coarse_posting_note(relief.area.posting_m),) if note]


def _way(moves: Moves, path: NDArray[np.int64]) -> Way:
    relief = moves.relief
    row, col = np.unravel_index(path, relief.ground_m.shape)
    used = _moves_of(moves, path)
    lat, lon = relief.area.places()
    zero = np.zeros(1)
    return Way(
        pixels=path,
        latitude_deg=lat[row, col],
        longitude_deg=np.mod(lon[row, col], 360.0),
        ground_m=relief.ground_m[row, col],
        slope_deg=relief.slope_deg[row, col],
        distance_m=np.concatenate([zero, np.cumsum(moves.length_m[used], dtype=np.float64)]),
        along_deg=np.concatenate([zero, moves.along_deg[used]]),
        across_deg=np.concatenate([zero, moves.across_deg[used]]),
        posting_m=relief.area.posting_m,
    )


def _moves_of(moves: Moves, path: NDArray[np.int64]) -> NDArray[np.intp]:
    """Numbers of the moves from pixel to pixel of a path."""
    low, high = np.minimum(path[:-1], path[1:]), np.maximum(path[:-1], path[1:])
    count = moves.relief.ground_m.size
    on_path = np.flatnonzero(np.isin(moves.start, path) & np.isin(moves.end, path))
    keys = np.minimum(moves.start[on_path], moves.end[on_path]).astype(np.int64) * count
    keys += np.maximum(moves.start[on_path], moves.end[on_path])
    order = np.argsort(keys)
    found = order[np.searchsorted(keys[order], low * count + high)]
    return np.asarray(on_path[found])


def _no_way(moves: Moves, start: int, targets: NDArray[np.bool_], limits: SlopeLimits) -> NoWay:
    if not targets.any():
        return NoWay("there is no target within the area", None)
    needed = least_slope_limit_deg(moves, start, targets, limits.side_deg / limits.along_deg)
    if needed is None:
        return NoWay("gaps in the elevation model cut every way to it", None)
    side = f" (to the side {needed * limits.side_deg / limits.along_deg:.1f} deg)" if limits.across_deg else ""
    reason = f"no way keeps to {limits.along_deg:g} deg; the easiest one needs {needed:.1f} deg{side}"
    return NoWay(reason, needed)
