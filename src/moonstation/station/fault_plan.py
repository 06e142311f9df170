"""The failures of a station as tables: which modes its units have, who can stand in for whom, who can mend what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.components.failure_modes import RANGES, FailureMode, fact_keys, modes_of, numbers_of
from moonstation.facts.table import lookup
from moonstation.station.command_windows import chain_open, commandable, ways_of
from moonstation.station.draws import name_hash
from moonstation.station.fault_tables import ARRIVAL, GROUP, LANDING, MODE, RULES, SITE, UNIT, WAY, LifeNumbers, Plan
from moonstation.station.model import Asset, Station, groups_of, keeps_on, needed_of
from moonstation.station.network import Compiled
from moonstation.station.packed import NEVER, steps_of
from moonstation.station.recovery import RUNGS
from moonstation.station.silence import silent_steps

Row = dict[str, Any]


def plan_failures(station: Station, compiled: Compiled, seed: int) -> Plan:
    """What is fixed of the failures of all lives of a station that draw from ``seed``."""
    return _Planner(station, compiled).plan(seed)


def life_numbers(station: Station) -> LifeNumbers:
    """Numbers of the failures of one life, by the facts as they are now."""
    known: dict[tuple[str, FailureMode], list[float]] = {}
    rows = []
    for kind, mode in ((asset.component.kind, mode) for asset in station.assets for mode in modes_of(asset.component)):
        if (kind, mode) not in known:
            numbers = numbers_of(kind, mode)
            known[kind, mode] = [getattr(numbers, name) for name in RANGES]
        rows.append(known[kind, mode])
    return LifeNumbers(
        modes=np.array(rows, np.float64).reshape(-1, len(RANGES)).T.copy(),
        solar_interval_h=lookup("failure.general.solar_event_interval").value,
        dormancy=lookup("failure.general.dormancy").value,
    )


class _Planner:
    """Gathers the rows of the tables of one station."""

    def __init__(self, station: Station, compiled: Compiled) -> None:
        self.station, self.compiled = station, compiled
        self.assets: Sequence[Asset] = compiled.assets
        self.nodes = list(dict.fromkeys(asset.node for asset in self.assets))
        self.keepers = [self._keeper(node) for node in self.nodes]
        self.chains = [
            [chain for way in ways_of(compiled.processes, node) for chain in way.chains] for node in self.keepers
        ]
        self.number_of = {asset.name: number for number, asset in enumerate(self.assets)}
        self.process_count = len(compiled.processes)
        self.parts: list[list[tuple[int, str, bool]]] = [[] for _ in self.assets]  # part, name, keeps on
        for p, (asset, process) in enumerate(compiled.processes):
            self.parts[self.number_of[asset.name]].append((p, process.name, keeps_on(asset, process)))
        for s, (owner, store, _) in enumerate(compiled.stores):
            if owner:
                self.parts[self.number_of[owner.name]].append((self.process_count + s, store.name, True))

    def plan(self, seed: int) -> Plan:
        """All tables."""
        modes = [(a, mode) for a, asset in enumerate(self.assets) for mode in modes_of(asset.component)]
        mode_parts = [self._parts_of(a, mode) for a, mode in modes]
        meters = [[part for part, name, _ in self._processes_of(a) if name in mode.meter] for a, mode in modes]
        resting = {part for parts in self.parts for part, _, keeps in parts if not keeps}
        groups = groups_of(self.assets)
        sites, hour_bus = self._sites()
        ways, links, way_open = self._ways()
        every = [self._all_parts(unit) for unit in range(len(self.assets))]
        landings, arrivals = self._landings(), self._arrivals()
        units, ladders = self._units([a for a, _ in modes], groups, every)
        return Plan(
            rules=_table(RULES, [self._rules(seed)]),
            modes=_table(MODE, self._modes(modes, mode_parts, meters)),
            mode_parts=_flat(mode_parts),
            stops=np.array([part in resting for parts in mode_parts for part in parts], np.bool_),
            meters=_flat(meters),
            limited=self._with(modes, "limit_h", "limit_kg"),
            metered=self._with(modes, "limit_kg", "life_kg"),
            units=_table(UNIT, units),
            unit_parts=_flat([[part for part, _ in parts] for parts in every]),
            keeps=np.array([keeps for parts in every for _, keeps in parts], np.bool_),
            groups=_table(
                GROUP, _spans(groups.values(), needed=[needed_of(self.assets, group) for group in groups.values()])
            ),
            group_units=_flat(groups.values()),
            sites=sites,
            ways=ways,
            links=links,
            way_open=way_open,
            ladders=ladders,
            asks_earth=np.array([rung not in self.station.recovery.autonomous for rung in RUNGS], np.bool_),
            landings=landings,
            arrivals=arrivals,
            gated=np.array([(table["gate"] < 0).sum() for table in (landings, arrivals)], np.int64),
            hour_bus=hour_bus,
            processes=np.array([self.process_count], np.int64),
            gates=len(self.compiled.network.schedule.gate_start),
            parts=self.process_count + 2 * len(self.compiled.stores),
            powers=len(self.compiled.power_nodes),
            pools=len(self._pools()),
            mode_names=tuple(mode.name for _, mode in modes),
            unit_names=tuple(asset.name for asset in self.assets),
        )

    def _rules(self, seed: int) -> Row:
        policy, step_h = self.station.recovery, self.station.grid.step_h
        silent_first, silent_last = silent_steps(policy, self.station.grid)
        return {
            "seed": seed,
            "step_h": step_h,
            "residual": policy.residual,
            "persistence": max(steps_of(policy.persistence_h, step_h), 1),
            "limit_persistence": max(steps_of(policy.limit_persistence_h, step_h), 1),
            "test_every": max(steps_of(policy.test_every_h, step_h), 1),
            "reset": max(steps_of(policy.reset_h, step_h), 1),
            "max_resets": policy.max_resets,
            "shed_below": policy.shed_below,
            "safe_mode": steps_of(policy.safe_mode_h, step_h),
            "patience": max(steps_of(policy.patience_h, step_h), 1),
            "ground": steps_of(policy.ground_h, step_h),
            "silent_first": silent_first,
            "silent_last": silent_last,
            "changes": policy.scheduled_changes,
            "kept_spares": policy.kept_spares,
        }

    def _parts_of(self, unit: int, mode: FailureMode) -> list[int]:
        """Numbers of the parts that a mode affects; the rates of a store come after all stores."""
        found = [part for part, name, _ in self.parts[unit] if not mode.affects or name in mode.affects]
        stores = len(self.compiled.stores) if mode.keeps_content else 0
        return [part + stores if part >= self.process_count else part for part in found]

    def _with(self, modes: Sequence[tuple[int, FailureMode]], *names: str) -> NDArray[np.int64]:
        """Rows of the modes that have one of these numbers."""

        def given(unit: int, mode: FailureMode) -> bool:
            if mode.numbers:
                return min(getattr(mode.numbers, name) for name in names) < np.inf
            return bool(set(names) & fact_keys(self.assets[unit].component.kind, mode).keys())

        return np.array([row for row, (unit, mode) in enumerate(modes) if given(unit, mode)], np.int64)

    def _processes_of(self, unit: int) -> list[tuple[int, str, bool]]:
        """Its parts without its stores."""
        return [part for part in self.parts[unit] if part[0] < self.process_count]

    def _all_parts(self, unit: int) -> list[tuple[int, bool]]:
        """Numbers of all parts of a unit, and whether they run on while it stands by."""
        own = [(part, keeps) for part, _, keeps in self.parts[unit]]
        rates = [(part + len(self.compiled.stores), True) for part, _ in own if part >= self.process_count]
        return own + rates

    def _modes(
        self,
        modes: Sequence[tuple[int, FailureMode]],
        parts: Sequence[Sequence[int]],
        meters: Sequence[Sequence[int]],
    ) -> list[Row]:
        rows = _spans(parts)
        for row, (unit, mode), own, counted in zip(rows, modes, _spans(meters), meters, strict=True):
            thing = name_hash(self.assets[unit].name, mode.name)
            row |= {"unit": unit, "latent": mode.latent, "spare": mode.spare, "hash": thing}
            steady = all(self.compiled.processes[part][1].series is None for part in counted)
            row |= {"meters_first": own["first"], "meters_last": own["last"], "steady": steady}
        return rows

    def _pools(self) -> list[tuple[str, str]]:
        """Spares are shared by all units of a kind that are tended from a site."""
        return list(dict.fromkeys((self._keeper(asset.node), asset.component.kind) for asset in self.assets))

    def _keeper(self, node: str) -> str:
        """Site from which a node is tended."""
        return getattr(self.station.sites.get(node), "tended_from", "") or node

    def _units(
        self, mode_units: Sequence[int], groups: Mapping[str, Sequence[int]], parts: Sequence[Sequence[Any]]
    ) -> tuple[list[Row], NDArray[Any]]:
        """Rows of the units, and the distinct ladders that they climb."""
        group_of = {unit: number for number, units in enumerate(groups.values()) for unit in units}
        pools, powers = self._pools(), self.compiled.power_nodes
        families = list(dict.fromkeys(asset.component.family for asset in self.assets))
        taken = [self.station.recovery.ladder(a.component.kind, a.component.family) for a in self.assets]
        ladders = list(dict.fromkeys(taken))
        modes = _spans([[m for m in mode_units if m == unit] for unit in range(len(self.assets))])
        rows = _spans(parts)
        for unit, (row, asset, own) in enumerate(zip(rows, self.assets, modes, strict=True)):
            power = asset.name if asset.name in powers else asset.node
            row |= {
                "parts_first": row.pop("first"),
                "parts_last": row.pop("last"),
                "modes_first": own["first"],
                "modes_last": own["last"],
                "group": group_of[unit],
                "pool": pools.index((self._keeper(asset.node), asset.component.kind)),
                "spares": asset.spares,
                "site": self.nodes.index(asset.node),
                "power": powers.index(power) if power in powers else -1,
                "family": families.index(asset.component.family),
                "ladder": ladders.index(taken[unit]),
            }
        longest = max((len(ladder) for ladder in ladders), default=0)
        numbers = np.full((len(ladders), longest + 1), -1, np.int64)
        for number, ladder in enumerate(ladders):
            numbers[number, : len(ladder)] = [RUNGS.index(rung) for rung in ladder]
        return rows, numbers

    def _sites(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Who works at a site, and over which ways it speaks with the Earth; buses of hours of work."""
        buses = list(self.compiled.bus_keys)
        hours = [key for key in buses if key[0] in {"robot_h", "crew_h"}]
        rows = _spans(self.chains)
        for row, node in zip(rows, self.keepers, strict=True):
            row |= {"ways_first": row.pop("first"), "ways_last": row.pop("last")}
            for name, quantity in (("robots", "robot_h"), ("crew", "crew_h")):
                row[name] = hours.index((quantity, node)) if (quantity, node) in hours else -1
        return _table(SITE, rows), np.array([buses.index(key) for key in hours], np.int64)

    def _ways(self) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.bool_]]:
        """What carries each way to the Earth, site by site, and in which steps the Earth could command over it."""
        grid, chains = self.station.grid, [chain for here in self.chains for chain in here]
        way_open = np.zeros((len(chains), grid.count), np.bool_)
        for mask, chain in zip(way_open, chains, strict=True):
            mask[:] = commandable(chain_open(self.compiled.processes, chain, grid.count), grid.step_h)
        parts = [chain.parts for chain in chains]
        return _table(WAY, _spans(parts)), _flat(parts), way_open

    def _landings(self) -> NDArray[Any]:
        """Landings after the begin, in order; each named by itself, so that one more changes no draw of the others.

        Those by a go come last: only the kernel knows when they are.
        """
        grid, gate_of = self.station.grid, self.compiled.network.schedule.asset_gate.tolist()
        found = sorted(
            {
                (gate, NEVER if gate >= 0 else grid.index_at(asset.start), asset.node, asset.mission, asset.start)
                for asset, gate in zip(self.assets, gate_of, strict=False)
            },
            key=lambda item: (item[1], item[2:]),
        )
        rows = [
            {
                "step": step,
                "site": self.nodes.index(node),
                "number": _event_number(mission, node, start.isoformat()),
                "gate": gate,
            }
            for gate, step, node, mission, start in found
            if step > 0
        ]
        return _table(LANDING, rows)

    def _arrivals(self) -> NDArray[Any]:
        """Spares that missions land beside their assets', in order; those by a go come last."""
        grid, pools = self.station.grid, self._pools()
        gate_of = {landing.mission: gate for gate, landing in enumerate(self.compiled.landings)}
        found = [
            (gate, NEVER if gate >= 0 else grid.index_at(item.at), pools.index((keeper, kind)), count)
            for item in self.station.deliveries
            for kind, count in item.spares.items()
            for gate, keeper in [(gate_of.get(item.mission, -1), self._keeper(item.node))]
            if (keeper, kind) in pools  # whose assets come at all
        ]
        rows = [{"gate": gate, "step": step, "pool": pool, "count": count} for gate, step, pool, count in found]
        return _table(ARRIVAL, sorted(rows, key=lambda row: (row["gate"] >= 0, row["step"])))


def _event_number(*names: str) -> int:
    """Number of an event for its draws, small enough to be followed by its kind (see ``faults``)."""
    return name_hash(*names) >> 3


def _spans(lists: Iterable[Sequence[Any]], **columns: Sequence[Any]) -> list[Row]:
    """Rows with the places at which each list begins and ends when all are laid in a line."""
    rows, first = [], 0
    for number, items in enumerate(lists):
        more = {name: values[number] for name, values in columns.items()}
        rows.append({"first": first, "last": first + len(items), **more})
        first += len(items)
    return rows


def _flat(lists: Iterable[Iterable[int]]) -> NDArray[np.int64]:
    return np.array([item for items in lists for item in items], np.int64)


def _table(kind: np.dtype[Any], rows: Sequence[Row]) -> NDArray[Any]:
    table = np.zeros(len(rows), kind)
    for number, row in enumerate(rows):
        for name, value in row.items():
            table[name][number] = value
    return table
