"""Compile a station's assets into the packed arrays of the kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Primitives, Process, Series, Store, Surroundings, ThermalNode
from moonstation.core.errors import Fault, ScenarioError
from moonstation.station import packed
from moonstation.station.go import Asked, Landing
from moonstation.station.housing import rooms, warming
from moonstation.station.landing_plan import LandingPlanner
from moonstation.station.model import EARTH, Asset, BusKey, Station, bus_key, resting
from moonstation.station.packing import (
    ProcessCompiler,
    SeriesTable,
    pack_buses,
    pack_rules,
    pack_schedule,
    pack_stores,
    pack_thermal,
)
from moonstation.station.recorder_room import room_for_worthier
from moonstation.station.service import sorted_processes
from moonstation.station.shared_series import SharedSeries
from moonstation.station.soundness import faults_of_asset

#: Capability by which a component states the efficiency of its site's power distribution.
DISTRIBUTION = "distribution_efficiency"
_LINKED = {"data", "antenna_h"}  # what links and the antennas on the Earth move
_ENDLESS = 1e30  # room for all the data that reach the Earth
#: After each block a thread waits for Python's lock where another is at work: few blocks, of some megabytes each.
_BLOCK_STEPS = 32768


@dataclass(frozen=True)
class Compiled:
    """A packed network, its series, and the names by which results speak of its parts."""

    network: packed.Network
    columns: tuple[Series, ...]
    steps: int
    bus_keys: tuple[BusKey, ...]
    power_nodes: tuple[str, ...]
    assets: tuple[Asset, ...]
    processes: tuple[tuple[Asset, Process], ...]
    stores: tuple[tuple[Asset | None, Store, BusKey], ...]
    thermal_nodes: tuple[tuple[Asset, ThermalNode], ...]
    capabilities: tuple[Mapping[str, float], ...]  # by asset
    landings: tuple[Landing, ...] = ()  # those that need a go
    asked: tuple[Asked, ...] = ()  # their conditions

    @property
    def series(self) -> NDArray[np.float32]:
        """All columns side by side, shape (steps, columns): large for a long run."""
        return series_block(self.columns, 0, self.steps)

    def without_columns(self) -> Compiled:
        """The same after a run, without what kernels alone read.

        Let go are the columns, the series of thermal nodes (nan), and those of processes (empty) but for links and
        antennas, of which results tell when they were open.
        """
        nodes = tuple(
            (asset, replace(node, radiative_sink_k=nan, conductive_sink_k=nan, heat_w=nan))
            for asset, node in self.thermal_nodes
        )
        gone = np.empty(0, np.float32)
        processes = tuple(
            (asset, process if process.series is None or _links(process) else replace(process, series=gone))
            for asset, process in self.processes
        )
        return replace(self, columns=(), thermal_nodes=nodes, processes=processes)


def _links(process: Process) -> bool:
    return any(name.partition("@")[0] in _LINKED for name in process.recipe)


def series_block(columns: Sequence[Series], first: int, last: int) -> NDArray[np.float32]:
    """Rows ``first`` to ``last`` of the columns side by side, shape (last - first, columns, at least one)."""
    out = np.zeros((last - first, max(len(columns), 1)), np.float32)
    for number, column in enumerate(columns):
        out[:, number] = column[first:last]
    return out


def series_blocks(columns: Sequence[Series], first: int, last: int) -> Iterator[NDArray[np.float32]]:
    """The same in blocks of steps, of which memory has room: the kernel reads rows, the places give columns."""
    for begin in range(first, last, _BLOCK_STEPS):
        yield series_block(columns, begin, min(begin + _BLOCK_STEPS, last))


def compile_station(
    station: Station,
    place_of: Callable[[Asset], Surroundings],
    shared: SharedSeries | None = None,
    *,
    judged: bool = False,
    known: Mapping[str, Primitives] | None = None,
) -> Compiled:
    """Compile every asset at its place.

    shared : keeps series of equal values once, so that the network has fewer columns; left out, each as it is given
    judged : refuses what no component may be (``station.soundness``); the lives of a station need it once
    known : what assets compile into, by name, where that is known already

    Raises ScenarioError when a component names a bus, node or thermal node that does not exist, and, where they are
    judged, with every fault of what the components compile into.
    """
    parts = _parts(station, place_of, shared, known or {}, judged=judged)
    order, table = _ordered(station, parts), SeriesTable(station.grid.count)
    landing = LandingPlanner(station, parts, order.processes, order.bus_number, order.power_nodes, order.thermal)
    return Compiled(
        network=_network(order, place_of, table, landing),
        columns=tuple(table.arrays),
        steps=station.grid.count,
        bus_keys=order.bus_keys,
        power_nodes=order.power_nodes,
        assets=station.assets,
        processes=tuple(order.processes),
        stores=tuple(order.stores),
        thermal_nodes=tuple(order.thermal),
        capabilities=tuple(dict(primitives.capability) for _, primitives in parts),
        landings=landing.landings,
        asked=landing.asked,
    )


@dataclass(frozen=True)
class _Order:
    """What a station consists of in the order of the packed network, and the number of each there."""

    station: Station
    parts: Sequence[tuple[Asset, Primitives]]
    stores: Sequence[tuple[Asset | None, Store, BusKey]]
    bus_keys: tuple[BusKey, ...]
    thermal: Sequence[tuple[Asset, ThermalNode]]
    processes: Sequence[tuple[Asset, Process]]

    @cached_property
    def asset_number(self) -> dict[str, int]:
        """By name."""
        return {asset.name: number for number, asset in enumerate(self.station.assets)}

    @cached_property
    def bus_number(self) -> dict[BusKey, int]:
        """By quantity and node."""
        return {key: number for number, key in enumerate(self.bus_keys)}

    @cached_property
    def node_number(self) -> dict[tuple[str, str], int]:
        """Of thermal nodes, by asset and name."""
        return {(asset.name, node.name): number for number, (asset, node) in enumerate(self.thermal)}

    @cached_property
    def powers(self) -> list[int]:
        """Numbers of the buses of electricity."""
        return [number for number, (quantity, _) in enumerate(self.bus_keys) if quantity == "electricity"]

    @cached_property
    def power_nodes(self) -> tuple[str, ...]:
        """Where these are."""
        return tuple(self.bus_keys[number][1] for number in self.powers)


def _ordered(station: Station, parts: Sequence[tuple[Asset, Primitives]]) -> _Order:
    stores = _sorted_stores(parts)
    bus_keys = _bus_keys(station, parts, [key for _, _, key in stores])
    thermal = _sorted_thermal(parts)
    processes = room_for_worthier(sorted_processes(parts, station.service), stores)
    return _Order(station, parts, stores, bus_keys, thermal, processes)


def _network(
    order: _Order, place_of: Callable[[Asset], Surroundings], table: SeriesTable, landing: LandingPlanner
) -> packed.Network:
    """The packed network; its series go to ``table``."""
    station, parts = order.station, order.parts
    room = rooms(parts)
    processes = ProcessCompiler(
        order.bus_number,
        order.node_number,
        order.powers,
        _distribution_efficiency(parts),
        table,
        room,
        resting(station.assets),
    ).pack(order.processes, order.asset_number)
    sun = _sun_series(station, place_of, order.power_nodes, table)
    return packed.Network(
        buses=pack_buses(order.bus_keys, order.stores, order.powers, sun),
        stores=pack_stores(order.stores, order.bus_number, order.asset_number, order.node_number),
        processes=warming(processes, order.processes, room, order.node_number),
        thermal=pack_thermal(order.thermal, order.node_number, order.asset_number, table),
        schedule=pack_schedule(station, order.bus_number, landing.landings),
        rules=pack_rules(station.policy),
        conditions=landing.conditions(),
    )


def _parts(
    station: Station,
    place_of: Callable[[Asset], Surroundings],
    shared: SharedSeries | None,
    known: Mapping[str, Primitives],
    *,
    judged: bool,
) -> list[tuple[Asset, Primitives]]:
    """What every asset compiles into, one after the other: series that are there already are let go at once."""
    parts: list[tuple[Asset, Primitives]] = []
    faults: list[Fault] = []
    for asset in station.assets:
        primitives = known.get(asset.name) or asset.component.primitives(place_of(asset))
        faults += faults_of_asset(asset, primitives, station.grid.count) if judged else ()
        parts.append((asset, shared.in_primitives(primitives) if shared and not faults else primitives))
    if faults:
        raise ScenarioError(faults)
    return parts


def _sorted_stores(parts: Iterable[tuple[Asset, Primitives]]) -> list[tuple[Asset | None, Store, BusKey]]:
    found: list[tuple[Asset | None, Store, BusKey]] = [
        (asset, store, bus_key(store.bus, asset)) for asset, primitives in parts for store in primitives.stores
    ]
    endless = Store(name="returned", bus="data@earth", capacity=_ENDLESS)
    found.append((None, endless, ("data", EARTH)))
    return sorted(found, key=lambda item: item[2])


def _bus_keys(
    station: Station, parts: Sequence[tuple[Asset, Primitives]], stored: Sequence[BusKey]
) -> tuple[BusKey, ...]:
    keys = set(stored)
    for asset, primitives in parts:
        for process in primitives.processes:
            keys.update(bus_key(name, asset) for name in process.recipe)
    for delivery in station.deliveries:
        keys.update((quantity, delivery.node) for quantity in delivery.amounts)
    places = {*station.sites, *station.relays, EARTH, *(asset.name for asset in station.assets)}
    faults = [
        Fault(f"bus {quantity}@{node}", "there is no such node", node, allowed=", ".join(sorted(places)))
        for quantity, node in sorted(keys)
        if node not in places
    ]
    if faults:
        raise ScenarioError(faults)
    return tuple(sorted(keys))


def _distribution_efficiency(parts: Iterable[tuple[Asset, Primitives]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for asset, primitives in parts:
        if DISTRIBUTION in primitives.capability:
            found[asset.node] = min(found.get(asset.node, 1.0), primitives.capability[DISTRIBUTION])
    return found


def _sorted_thermal(parts: Iterable[tuple[Asset, Primitives]]) -> list[tuple[Asset, ThermalNode]]:
    """Thermal nodes with every node before its parent."""
    ordered: list[tuple[Asset, ThermalNode]] = []
    for asset, primitives in parts:
        left = list(primitives.thermal_nodes)
        while left:
            parents = {node.parent for node in left}
            leaves = [node for node in left if node.name not in parents]
            if not leaves:
                names = ", ".join(node.name for node in left)
                raise ScenarioError(Fault(asset.name, f"thermal nodes {names} are parents of each other in a circle"))
            ordered.extend((asset, node) for node in leaves)
            left = [node for node in left if node.name in parents]
    return ordered


def _sun_series(
    station: Station, place_of: Callable[[Asset], Surroundings], power_nodes: Sequence[str], table: SeriesTable
) -> list[int]:
    """For each power bus, the column of the solar disc fraction at its site, -1 where it has none."""
    place_by_node: dict[str, Surroundings] = {}
    for asset in station.assets:
        place = place_of(asset)
        place_by_node.setdefault(asset.node, place)
        place_by_node.setdefault(asset.name, place)
    return [table.add(place_by_node[node].sun_disc_fraction()) if node in place_by_node else -1 for node in power_nodes]
