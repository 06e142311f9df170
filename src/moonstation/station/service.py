"""In which order processes are served: sources, lines, generators, then by priority; among equals by worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from moonstation.components.contract import FollowDemand, Primitives, Process
from moonstation.station.model import Asset, BusKey, bus_key, effective_priority

#: What processes of equal priority compete for; data by the room that they take in the links.
SCARCE = ("electricity", "crew_h", "robot_h", "antenna_h", "data")

Row = tuple[Asset, Process]


def sorted_processes(parts: Iterable[tuple[Asset, Primitives]], given: Sequence[tuple[str, str]] = ()) -> list[Row]:
    """All processes in the order in which each step serves them.

    Among equal priorities those with a value come by value per share of the scarce resources that they take (the
    greedy rule for knapsacks of several resources: Kellerer, Pferschy & Pisinger 2004, Knapsack Problems, ch. 9); other
    ties stay in the order of the scenario.

    given : names of asset and process in an order that is to be kept, such as that of another life of the station
    """
    rows = [(asset, process) for asset, primitives in parts for process in primitives.processes]
    if given:
        place = {names: number for number, names in enumerate(given)}
        return sorted(rows, key=lambda row: place[row[0].name, row[1].name])
    supply, feeding = _supply(rows), upstream(rows)

    def place_of(row: Row) -> tuple[int, int, int, float]:
        asset, process = row
        ends = line(asset, process)
        behind = len(feeding.get(ends[0], ())) if ends else 0
        return _phase(asset, process), behind, effective_priority(asset, process), -worth(asset, process, supply)

    return sorted(rows, key=place_of)


def worth(asset: Asset, process: Process, supply: Mapping[BusKey, float]) -> float:
    """Value per share of the scarce resources that a process takes, endless where it takes none [points/h].

    supply : what each bus is given per hour at most; what a process takes beyond any supply makes it worth nothing
    """
    if process.value <= 0.0:
        return 0.0
    share = 0.0
    for key, amount in _uses(asset, process):
        share += amount / supply[key] if supply.get(key, 0.0) > 0.0 else np.inf
    return process.value / share if share > 0.0 else np.inf


def _uses(asset: Asset, process: Process) -> Iterable[tuple[BusKey, float]]:
    """Scarce resources that an hour at activity 1 takes; of data what it makes."""
    for name, rate in process.recipe.items():
        key = bus_key(name, asset)
        if key[0] in SCARCE and (rate > 0.0) == (key[0] == "data") and rate != 0.0:
            yield key, abs(rate)


def _supply(rows: Iterable[Row]) -> Mapping[BusKey, float]:
    """Per hour, of every scarce resource at every node: what all that give it could give; of data, what links take."""
    supply: dict[BusKey, float] = defaultdict(float)
    for asset, process in rows:
        for name, rate in process.recipe.items():
            key = bus_key(name, asset)
            if key[0] in SCARCE and rate != 0.0 and (rate < 0.0) == (key[0] == "data"):
                supply[key] += abs(rate) * process.limit
    return supply


def _phase(asset: Asset, process: Process) -> int:
    """0: makes electricity; 1: carries it from bus to bus; 2: makes what a bus then still lacks; 3: all else."""
    if isinstance(process.control, FollowDemand):
        return 1 if line(asset, process) else 2
    rates = [rate for name, rate in process.recipe.items() if name.partition("@")[0] == "electricity"]
    gives, takes = any(rate > 0 for rate in rates), any(rate < 0 for rate in rates)
    return (1 if takes else 0) if gives else 3


def line(asset: Asset, process: Process) -> tuple[BusKey, BusKey] | None:
    """Bus that it draws from and bus whose demand it follows, of what carries electricity between the two."""
    if not isinstance(process.control, FollowDemand):
        return None
    drawn = [bus_key(name, asset) for name, rate in process.recipe.items() if rate < 0.0]
    near = next((key for key in drawn if key[0] == "electricity"), None)
    return (near, bus_key(process.control.bus, asset)) if near else None


def upstream(rows: Iterable[Row]) -> Mapping[BusKey, set[BusKey]]:
    """For each bus to which lines lead, all buses from which they do, by way of others too."""
    lines = {ends for row in rows if (ends := line(*row))}
    feeding: dict[BusKey, set[BusKey]] = {far: set() for _, far in lines}
    for _ in lines:  # no way is longer
        for near, far in lines:
            feeding[far] |= {near} | feeding.get(near, set())
    return feeding


def in_circle(asset: Asset, process: Process, feeding: Mapping[BusKey, set[BusKey]]) -> bool:
    """Whether what a line carries away could come back by others.

    feeding : as by ``upstream``
    """
    ends = line(asset, process)
    return ends is not None and ends[1] in feeding.get(ends[0], ())
