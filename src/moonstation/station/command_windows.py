"""When the Earth can command a site: which way, over which ground station, and for how long.

A way is a link to the Earth, or one to a relay that has a link to the Earth. It is open while all of its links see
their ends and a ground station's antenna is there for them. The assessment, commands and landings that wait for contact
mean the same by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Process, Series
from moonstation.core.events import find_runs
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup
from moonstation.sky.topocentric import LIGHT_KM_S
from moonstation.station.model import EARTH, Asset, bus_key

#: Bus of the hours of antennas on the Earth.
_ANTENNAS = f"antenna_h@{EARTH}"

Truths = NDArray[np.bool_]
Row = tuple[Asset, Process]


class Chain(NamedTuple):
    """What carries a way: numbers of its links, and of what gives the antennas that they book, None for none."""

    links: tuple[int, ...]
    antennas: int | None = None

    @property
    def parts(self) -> tuple[int, ...]:
        """All of it."""
        return self.links if self.antennas is None else (*self.links, self.antennas)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to the Earth: number of the site's link, ``relay`` that it leads to ("" for none), and what carries it.

    chains : one or more, of which each is enough alone
    """

    link: int
    relay: str
    chains: tuple[Chain, ...]


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
    antenna_h = [_antenna_h(row) for row in processes]
    for number, row in enumerate(processes):
        to = _leads_to(row) if row[0].node == site else ""
        chains = tuple(_chains(processes, antenna_h, number, to)) if to else ()
        if chains:
            found.append(Way(number, "" if to == EARTH else to, chains))
    return tuple(found)


def _leads_to(row: Row) -> str:
    """Node to which a process sends data from its own, "" where it does not."""
    asset, process = row
    away = (bus_key(name, asset)[1] for name, rate in process.recipe.items() if rate > 0.0 and name.startswith("data@"))
    return next((node for node in away if node != asset.node), "")


def _chains(processes: Sequence[Row], antenna_h: Sequence[float], link: int, to: str) -> Iterator[Chain]:
    """What carries a way from a link on, which leads to the Earth or to a relay; antenna_h : see ``_antenna_h``."""
    onward = (n for n, other in enumerate(processes) if other[0].node == to and _leads_to(other) == EARTH)
    for links in [(link,)] if to == EARTH else [(link, last) for last in onward]:
        booked = any(antenna_h[number] < 0.0 for number in links)
        givers = [n for n, row in enumerate(processes) if antenna_h[n] > 0.0 and row[1].limit > 0.0]
        yield from (Chain(links, giver) for giver in givers) if booked else [Chain(links)]


def _antenna_h(row: Row) -> float:
    """Hours of antennas on the Earth that a process gives in an hour at activity 1 [h/h]; under 0: it takes them."""
    named = (rate for name, rate in row[1].recipe.items() if name == _ANTENNAS)
    return next(named, 0.0)


def open_steps(processes: Sequence[Row], way: Way, count: int) -> Truths:
    """In which steps all links of a way see their ends and an antenna on the Earth listens, shape (count,)."""
    return np.asarray(np.any([chain_open(processes, chain, count) for chain in way.chains], axis=0))


def chain_open(processes: Sequence[Row], chain: Chain, count: int) -> Truths:
    """In which steps all parts of a chain see their ends, shape (count,)."""
    seen = np.ones(count, np.bool_)
    for number in chain.parts:
        series = processes[number][1].series
        if series is not None:
            seen &= np.asarray(series) > 0.0
    return seen


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

    working : in which steps each part of its ways was alive and nothing kept it from running, by number of its process
    skies : the ground stations and what they see
    """
    ways, grid = ways_of(processes, site), skies.grid
    masks: dict[tuple[int, str], Truths] = {}
    for number, way in enumerate(ways):
        chains = [
            chain_open(processes, chain, grid.count) & np.all([working[part] for part in chain.parts], axis=0)
            for chain in way.chains
        ]
        is_open = np.any(chains, axis=0)
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
