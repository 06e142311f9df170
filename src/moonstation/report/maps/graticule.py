"""Latitude circles and meridians in a map picture, and where their labels stand at its frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from moonstation.report.maps.frame import FloatArray, Frame

_LATITUDE_STEPS = (10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
_LONGITUDE_STEPS = (30.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
_LEAST_LINES = 4
_SIDE_POINTS = 721


@dataclass(frozen=True)
class Tick:
    """A label where a line leaves the frame: ``side`` is left, bottom, right or top, ``at_m`` where along it."""

    side: str
    at_m: float
    text: str


@dataclass(frozen=True)
class Graticule:
    """Lines in map coordinates [m], their labels at the frame, and labels (x, y, text) on circles round a pole."""

    lines: tuple[tuple[FloatArray, FloatArray], ...]
    ticks: tuple[Tick, ...]
    inner: tuple[tuple[float, float, str], ...]
    latitude_step_deg: float
    longitude_step_deg: float


def graticule(frame: Frame) -> Graticule:
    """Lines at round degrees, some four to ten of each kind."""
    sides = _sides(frame)
    lat = np.concatenate([side[1] for side in sides.values()])
    lon = np.concatenate([side[2] for side in sides.values()])
    pole = frame.pole()
    reach = [*lat, pole] if pole is not None else [*lat]
    low, high = float(np.min(reach)), float(np.max(reach))
    lat_step = _step(high - low, _LATITUDE_STEPS)
    parallels = _multiples(low, high, lat_step)
    middle_lon = float(frame.places_of(*frame.middle_m)[1])
    turned = (lon - middle_lon + 180.0) % 360.0 - 180.0
    west, east = (-180.0, 180.0) if pole is not None else (float(turned.min()), float(turned.max()))
    lon_step = _LONGITUDE_STEPS[0] if pole is not None else _step(east - west, _LONGITUDE_STEPS)
    meridians = _multiples(middle_lon + west, middle_lon + east, lon_step)
    if pole is not None:
        meridians = meridians[: round(360.0 / lon_step)]
        parallels = parallels[np.abs(parallels - pole) > lat_step / 2.0]
    lines = [_parallel(frame, each, middle_lon + np.linspace(west, east, _SIDE_POINTS)) for each in parallels]
    lines += [_meridian(frame, each, (low, high), lat_step, pole) for each in meridians]
    inner = [] if pole is None else _inner(frame, parallels, lat_step, 1.5 * lon_step)
    labelled = {text for _, _, text in inner}
    ticks = [one for one in _ticks(sides, parallels, meridians, (lat_step, lon_step)) if one.text not in labelled]
    return Graticule(tuple(lines), tuple(ticks), tuple(inner), lat_step, lon_step)


def degrees(value_deg: float, step_deg: float, letters: str) -> str:
    """A latitude or longitude with as many decimals as its step needs; ``letters`` such as NS stand for the sign."""
    places = max(0, -math.floor(math.log10(step_deg) + 1e-9)) if step_deg < 1.0 else 0
    value = abs(value_deg)
    letter = letters[0] if value_deg >= 0.0 else letters[1]
    if round(value, places) == 0.0 or (letters == "EW" and round(value, places) == 180.0):
        letter = ""
    return f"{value:.{places}f}°\u202f{letter}".strip()


def _sides(frame: Frame) -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
    """Of each side of the frame: position along it [m], latitude and longitude [deg]."""
    x0, y0, x1, y1 = frame.bounds_m
    x, y = np.linspace(x0, x1, _SIDE_POINTS), np.linspace(y0, y1, _SIDE_POINTS)
    return {
        "left": (y, *frame.places_of(np.full_like(y, x0), y)),
        "right": (y, *frame.places_of(np.full_like(y, x1), y)),
        "bottom": (x, *frame.places_of(x, np.full_like(x, y0))),
        "top": (x, *frame.places_of(x, np.full_like(x, y1))),
    }


def _step(span_deg: float, steps: tuple[float, ...]) -> float:
    return next((step for step in steps if span_deg / step >= _LEAST_LINES), steps[-1])


def _multiples(low: float, high: float, step: float) -> FloatArray:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return np.arange(first, last + 1, dtype=np.float64) * step


def _parallel(frame: Frame, lat_deg: float, lon_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    return frame.map_of(lat_deg, lon_deg)


def _meridian(
    frame: Frame, lon_deg: float, reach_deg: tuple[float, float], lat_step: float, pole: float | None
) -> tuple[FloatArray, FloatArray]:
    """A meridian; at the pole only every ninetieth degree meets it, the others end at the last circle."""
    low, high = reach_deg
    if pole is not None and not math.isclose(lon_deg % 90.0, 0.0, abs_tol=1e-9):
        low, high = (low + lat_step, high) if pole < 0 else (low, high - lat_step)
    return frame.map_of(np.linspace(low, high, 181), lon_deg)


def _ticks(
    sides: dict[str, tuple[FloatArray, FloatArray, FloatArray]],
    parallels: FloatArray,
    meridians: FloatArray,
    steps: tuple[float, float],
) -> list[Tick]:
    found = []
    for side, (along, lat, lon) in sides.items():
        for each in meridians:
            turned = (lon - each + 180.0) % 360.0 - 180.0
            label = degrees((each + 180.0) % 360.0 - 180.0, steps[1], "EW")
            found += [Tick(side, at, label) for at in _zeros(along, turned, 90.0)]
        for each in parallels:
            found += [Tick(side, at, degrees(each, steps[0], "NS")) for at in _zeros(along, lat - each, 90.0)]
    return found


def _zeros(along: FloatArray, values: FloatArray, jump: float) -> list[float]:
    """Where values pass through zero, but not where they jump over it."""
    one, other = values[:-1], values[1:]
    at = np.flatnonzero((np.sign(one) != np.sign(other)) & (np.abs(one - other) < jump) & (one != 0.0))
    share = one[at] / (one[at] - other[at])
    return [float(each) for each in along[at] + share * (along[at + 1] - along[at])]


def _inner(frame: Frame, parallels: FloatArray, lat_step: float, lon_deg: float) -> list[tuple[float, float, str]]:
    """Labels of the circles round a pole, where each meets one meridian inside the frame."""
    inside = [float(each) for each in parallels if bool(frame.holds(float(each), lon_deg, margin=0.02))]
    points = [frame.map_of(each, lon_deg) for each in inside]
    return [(float(x), float(y), degrees(each, lat_step, "NS")) for each, (x, y) in zip(inside, points, strict=True)]
