"""What became of the data of each source, where the greater worth goes first and the least is lost first.

The kernel moves amounts of data, not whose they are. What a memory that all share sends, keeps and loses altogether
does not depend on the order in which it serves them, as long as a link never rests while something waits: the sources
up to any one in the order fare as if those after it did not exist. So whose data these were follows from the records.
A full memory gives room to worthier data by dropping the least worthy (push-out: Kroener et al. 1991, IEEE J. Sel.
Areas Commun. 9:418).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Process
from moonstation.core.machine_code import compiled
from moonstation.station.model import EARTH, Asset, bus_key
from moonstation.station.packed import Records

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Singles = NDArray[np.float32]

#: Worth of an hour of science whose worth nobody stated [points/h], as an instrument's.
_USUAL_WORTH = 1.0
_EARTH = -1


@dataclass(frozen=True, slots=True)
class DataFate:
    """What became of the data of one source.

    worth_points_gbit : of a Gbit, infinite for housekeeping, which goes first [points/Gbit]
    made_gbit, returned_gbit, lost_gbit, waiting_gbit : over the run; the last at its end [Gbit]
    wait_h : mean time from making to the Earth, None where nothing came there: data held on the mean over what comes in
        an hour (Little 1961) [h]
    """

    asset: str
    process: str
    site: str
    worth_points_gbit: float
    made_gbit: float
    returned_gbit: float
    lost_gbit: float
    waiting_gbit: float
    wait_h: float | None

    @property
    def housekeeping(self) -> bool:
        """Whether it is housekeeping rather than science."""
        return self.worth_points_gbit == np.inf


class _Source(NamedTuple):
    """A process that makes data: its number, its node's, Gbit per unit of activity, worth of a Gbit."""

    process: int
    node: int
    rate: float
    worth: float


class _Link(NamedTuple):
    """A process that moves data: its number, nodes from and to, Gbit per unit of activity."""

    process: int
    node: int
    to: int
    rate: float


def data_fates(
    processes: Sequence[tuple[Asset, Process]],
    stores: Sequence[tuple[Asset | None, object, tuple[str, str]]],
    records: Records,
    hours: Floats,
) -> tuple[DataFate, ...]:
    """What became of the data of every source, in the order in which they are sent; the least is the first to be lost.

    processes, stores : of the compiled station, in the order of ``records``
    hours : length of each record [h], shape (record,)
    """
    nodes = _nodes(processes)
    sources, links = _sources(processes, nodes), _links(processes, nodes)
    stored = np.zeros((len(hours), len(nodes)), np.float64)
    for number, (owner, _, (quantity, node)) in enumerate(stores):
        if owner is not None and quantity == "data" and node in nodes:
            stored[:, nodes.index(node)] += records.amount[:, number]
    totals = _follow(
        records.activity,
        np.array([(row.process, row.node) for row in sources], np.int64).reshape(-1, 2),
        np.array([row.rate for row in sources], np.float64),
        np.array([(row.process, row.node, row.to) for row in links], np.int64).reshape(-1, 3),
        np.array([row.rate for row in links], np.float64),
        _order(len(nodes), links),
        stored,
        hours,
    )
    return tuple(_fate(processes[source.process], source, row) for source, row in zip(sources, totals, strict=True))


def _fate(row: tuple[Asset, Process], source: _Source, totals: Floats) -> DataFate:
    asset, process = row
    made, returned, lost, waiting, held_h = map(float, totals)
    return DataFate(
        asset=asset.name,
        process=process.name,
        site=bus_key("data", asset)[1],
        worth_points_gbit=source.worth,
        made_gbit=made,
        returned_gbit=returned,
        lost_gbit=lost,
        waiting_gbit=waiting,
        wait_h=held_h / returned if returned > 0.0 else None,
    )


def _nodes(processes: Sequence[tuple[Asset, Process]]) -> list[str]:
    keys = (bus_key(name, asset) for asset, process in processes for name in process.recipe)
    return list(dict.fromkeys(node for quantity, node in keys if quantity == "data" and node != EARTH))


def is_science(process: Process) -> bool:
    """Whether it serves a field of science; else its data are housekeeping."""
    return any(name.startswith("science_field:") for name in process.capability)


def worth_points_gbit(process: Process, gbit_h: float) -> float:
    """Worth of a Gbit of what a process of science makes at ``gbit_h`` [Gbit/h] and full activity [points/Gbit]."""
    return (process.value or _USUAL_WORTH) / gbit_h


def data_by_node(asset: Asset, process: Process) -> dict[str, float]:
    """Data that a process gives (positive) and takes by node [Gbit per unit of activity]."""
    keys = ((bus_key(name, asset), rate) for name, rate in process.recipe.items() if rate != 0.0)
    return {node: rate for (quantity, node), rate in keys if quantity == "data"}


def _sources(processes: Sequence[tuple[Asset, Process]], nodes: Sequence[str]) -> list[_Source]:
    """What makes data: housekeeping first, then by worth of a Gbit; alike ones in the order of the scenario."""
    found = []
    for number, (asset, process) in enumerate(processes):
        moved = data_by_node(asset, process)
        if moved and all(rate > 0.0 for rate in moved.values()):
            for node, rate in moved.items():
                worth = worth_points_gbit(process, rate) if is_science(process) else np.inf
                found.append(_Source(number, nodes.index(node), rate, worth))
    return sorted(found, key=lambda source: -source.worth)


def _links(processes: Sequence[tuple[Asset, Process]], nodes: Sequence[str]) -> list[_Link]:
    found = []
    for number, (asset, process) in enumerate(processes):
        moved = data_by_node(asset, process)
        taken = [node for node, rate in moved.items() if rate < 0.0]
        given = [node for node, rate in moved.items() if rate > 0.0]
        if taken and given:
            to = _EARTH if given[0] == EARTH else nodes.index(given[0])
            found.append(_Link(number, nodes.index(taken[0]), to, -moved[taken[0]]))
    return found


def _order(count: int, links: Sequence[_Link]) -> Ints:
    """Nodes so that each comes after those that send to it, as far as that can be."""
    left, order = list(range(count)), []
    while left:
        free = [node for node in left if not any(row.to == node and row.node in left for row in links)] or left[:1]
        order += free
        left = [node for node in left if node not in free]
    return np.array(order, np.int64)


@compiled
def _pass_on(goes: float, s: int, node: int, links: Ints, flow: Floats, coming: Floats) -> float:
    """Divide what a source's data leave a node with among its links, by what each sends; how much reaches the Earth."""
    leaving, returned = 0.0, 0.0
    for link in range(len(links)):
        if links[link, 1] == node:
            leaving += flow[link]
    for link in range(len(links)):
        if links[link, 1] == node and flow[link] > 0.0:
            share = goes * flow[link] / leaving
            if links[link, 2] < 0:
                returned += share
            else:
                coming[links[link, 2], s] += share
    return returned


@compiled
def _follow(
    activity: Singles,
    sources: Ints,
    source_rate: Floats,
    links: Ints,
    link_rate: Floats,
    order: Ints,
    stored: Floats,
    hours: Floats,
) -> Floats:
    """Made, returned, lost, held at the end [Gbit] and held over time [Gbit h] of each source, shape (source, 5).

    activity : of all processes, shape (record, process)
    sources : process and node of each; links : process, node, and where it sends to
    stored : data at each node at the end of each record [Gbit]
    """
    nodes = stored.shape[1]
    out = np.zeros((len(sources), 5))
    held = np.zeros((nodes, len(sources)))
    coming = np.zeros((nodes, len(sources)))
    flow = np.zeros(len(links))
    leaving = np.zeros(nodes)
    for r in range(len(hours)):
        for s in range(len(sources)):
            amount = activity[r, sources[s, 0]] * source_rate[s] * hours[r]
            coming[sources[s, 1], s] += amount
            out[s, 0] += amount
        leaving[:] = 0.0
        for link in range(len(links)):
            flow[link] = activity[r, links[link, 0]] * link_rate[link] * hours[r]
            leaving[links[link, 1]] += flow[link]
        for node in order:
            left, room = leaving[node], stored[r, node]
            for s in range(len(sources)):
                there = held[node, s] + coming[node, s]
                if there > 0.0:
                    goes = min(there, left)
                    stays = min(there - goes, room)
                    out[s, 2] += there - goes - stays
                    out[s, 4] += 0.5 * (held[node, s] + stays) * hours[r]
                    left -= goes
                    room -= stays
                    held[node, s] = stays
                    coming[node, s] = 0.0
                    if goes > 0.0:
                        out[s, 1] += _pass_on(goes, s, node, links, flow, coming)
    for s in range(len(sources)):
        out[s, 3] = held[:, s].sum()
    return out
