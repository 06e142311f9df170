"""When the Earth can command a site: which way, over which ground station, and for how long.

A way is a link to the Earth, or one to a relay that has a link to the Earth. It is open while all of its links see
their ends and a ground station's antenna is there for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Process, Series
from moonstation.core.events import find_runs
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup
from moonstation.sky.topocentric import LIGHT_KM_S
from moonstation.station.model import EARTH, Asset, bus_key

Truths = NDArray[np.bool_]
Row = tuple[Asset, Process]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to the Earth: number of the site's link, ``relay`` that it leads to ("" for none), links from there on."""

    link: int
    relay: str
    onward: tuple[int, ...]


@dataclass(frozen=True)
class GroundSkies:
    """In which steps each ground station sees the Moon, shape (count,), and the Earth's distance then [km]."""

    grid: TimeGrid
    seen: Mapping[str, Truths]
    distance_km: Series


@dataclass(frozen=True, slots=True)
class CommandWindow:
    """A time in which the Earth can command a site over one way and one ground station.

    begin, end : UTC; a command sent at the end has been answered before the way closes
    link : asset that hears; relay : that it is heard through, "" for none
    light_s : one-way time of the signal at the begin [s]
    """

    site: str
    begin: np.datetime64
    end: np.datetime64
    link: str
    relay: str
    ground_station: str
    light_s: float


def ways_of(processes: Sequence[Row], site: str) -> tuple[Way, ...]:
    """Ways of a site to the Earth, in the order of service."""
    found = []
    for number, row in enumerate(processes):
        to = _leads_to(row)
        if row[0].node == site and to == EARTH:
            found.append(Way(number, "", ()))
        elif row[0].node == site and to:
            onward = tuple(n for n, other in enumerate(processes) if other[0].node == to and _leads_to(other) == EARTH)
            found.append(Way(number, to, onward))
    return tuple(found)


def _leads_to(row: Row) -> str:
    """Node to which a process sends data from its own, "" where it does not."""
    asset, process = row
    keys = ((bus_key(name, asset), rate) for name, rate in process.recipe.items())
    return next((key[1] for key, rate in keys if key[0] == "data" and rate > 0.0 and key[1] != asset.node), "")


def open_steps(processes: Sequence[Row], way: Way, count: int) -> Truths:
    """In which steps all links of a way see their ends and an antenna on the Earth listens, shape (count,)."""
    last = [_sees(processes, number, count) for number in way.onward]
    onward = np.any(last, axis=0) if last else np.full(count, not way.relay)
    return np.asarray(_sees(processes, way.link, count) & onward)


def _sees(processes: Sequence[Row], number: int, count: int) -> Truths:
    asset, process = processes[number]
    seen = np.ones(count, np.bool_) if process.series is None else np.asarray(process.series) > 0.0
    booked = [key for key in (bus_key(name, asset) for name in process.recipe) if key == ("antenna_h", EARTH)]
    return seen & _antennas(processes, count) if booked else seen


def _antennas(processes: Sequence[Row], count: int) -> Truths:
    """In which steps someone gives hours of antennas on the Earth."""
    there = np.zeros(count, np.bool_)
    for asset, process in processes:
        gives = any(bus_key(name, asset) == ("antenna_h", EARTH) and rate > 0 for name, rate in process.recipe.items())
        if gives and process.limit > 0.0:
            there |= np.True_ if process.series is None else np.asarray(process.series) > 0.0
    return there


def guard_h() -> float:
    """Time before the end of a window in which no command is sent any more [h]."""
    return lookup("comms.command_guard").value / 60.0


def commandable(is_open: Truths, step_h: float) -> Truths:
    """The steps of an open way in which a command can still be answered: all but the last minutes of each window."""
    guard = int(guard_h() / step_h)
    ahead = np.concatenate([is_open[guard:], np.full(min(guard, is_open.size), is_open[-1:].any())])
    return np.asarray(is_open & ahead)


def handed_over(ways: Mapping[tuple[int, str], Truths]) -> Iterable[tuple[int, int, int, str]]:
    """First step, first step after, way and ground station of successive windows, with as few changes as can be.

    ways : steps in which each pair of a way and a ground station is open, shape (count,) each. At each change the pair
        is taken that lasts longest (the greedy cover of a line by intervals, which is optimal).
    """
    spans = [
        (int(first), int(after), *pair)
        for pair, mask in ways.items()
        for first, after in zip(*find_runs(mask), strict=True)
    ]
    spans.sort(key=lambda span: span[:2])
    here, place, best = 0, 0, None
    while True:
        while place < len(spans) and spans[place][0] <= here:
            if best is None or spans[place][1] > best[1]:
                best = spans[place]
            place += 1
        if best is not None and best[1] > here:
            yield (max(best[0], here), *best[1:])
            here = best[1]
        elif place < len(spans):
            here = spans[place][0]
        else:
            return


def command_windows(
    site: str, processes: Sequence[Row], working: Mapping[int, Truths], skies: GroundSkies
) -> tuple[CommandWindow, ...]:
    """Windows in which the Earth can command a site, in order of time.

    working : in which steps each link of its ways was alive and nothing kept it from running, by number of its process
    skies : the ground stations and what they see
    """
    ways, grid = ways_of(processes, site), skies.grid
    masks: dict[tuple[int, str], Truths] = {}
    for number, way in enumerate(ways):
        is_open = open_steps(processes, way, grid.count) & working[way.link]
        if way.onward:
            is_open &= np.any([working[link] for link in way.onward], axis=0)
        for station, seen in skies.seen.items():
            masks[number, station] = is_open & seen
    step_ms = round(grid.step_s * 1000.0)
    guard_ms = round(guard_h() * 3.6e6)
    found = []
    for first, after, number, station in handed_over(masks):
        lasts_ms = (after - first) * step_ms - guard_ms
        if lasts_ms > 0:
            way, begin = ways[number], grid.utc[first]
            light_s = float(skies.distance_km[first]) / LIGHT_KM_S
            end = begin + np.timedelta64(lasts_ms, "ms")
            found.append(CommandWindow(site, begin, end, processes[way.link][0].name, way.relay, station, light_s))
    return tuple(found)
