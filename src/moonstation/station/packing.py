"""The packed arrays of a compiled station: names and objects become numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import (
    AlwaysOn,
    FollowDemand,
    HoldLevel,
    Hysteresis,
    OnSurplus,
    Process,
    Proportional,
    Series,
    Store,
    ThermalNode,
    Thermostat,
)
from moonstation.components.quantities import ELEMENTS, quantities
from moonstation.core.errors import Fault, ScenarioError
from moonstation.station import packed
from moonstation.station.go import Landing
from moonstation.station.landing_plan import landing_columns
from moonstation.station.model import MODES, Asset, BusKey, Policy, Station, bus_key, effective_priority, keeps_on
from moonstation.station.service import in_circle, line, upstream

#: With more of it, charging faster would store less.
_MOST_RATE_LOSS = 0.5


class SeriesTable:
    """Columns of the series matrix; an array that is used twice stands once."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._columns: dict[int, int] = {}
        self.arrays: list[Series] = []

    def add(self, series: Series | None) -> int:
        """Number of a series' column; -1 where there is none."""
        if series is None:
            return -1
        if series.shape != (self.count,):
            raise ValueError(f"a series must have the shape {(self.count,)}, got {series.shape}")
        if id(series) not in self._columns:
            self._columns[id(series)] = len(self.arrays)
            self.arrays.append(series)
        return self._columns[id(series)]


def pack_buses(
    keys: Sequence[BusKey],
    stores: Sequence[tuple[Asset | None, Store, BusKey]],
    powers: Sequence[int],
    sun_series: Sequence[int],
) -> packed.Buses:
    """Buses by their keys, with their stores' ranges and mass fractions."""
    known = quantities()
    counts = Counter(stored for _, _, stored in stores)
    power_number = np.full(len(keys), -1, np.int64)
    power_number[list(powers)] = np.arange(len(powers))
    elements = np.zeros((len(keys), len(ELEMENTS)))
    for number, (quantity, _) in enumerate(keys):
        for element, share in known[quantity].composition.items():
            elements[number, ELEMENTS.index(element)] = share
    return packed.Buses(
        store_ptr=np.concatenate([[0], np.cumsum([counts[key] for key in keys])]).astype(np.int64),
        spills=np.array([known[quantity].overflow == "spilled" for quantity, _ in keys], np.bool_),
        reports_spill=np.array([quantity == "data" for quantity, _ in keys], np.bool_),
        elements=elements,
        power_number=power_number,
        power_bus=np.array(powers, np.int64),
        sun_series=np.array(sun_series, np.int64),
    )


def pack_stores(
    stores: Sequence[tuple[Asset | None, Store, BusKey]],
    bus_number: Mapping[BusKey, int],
    asset_number: Mapping[str, int],
    node_number: Mapping[tuple[str, str], int],
) -> packed.Stores:
    """Stores, sorted by bus.

    Raises ScenarioError for a loss by rate with which charging faster would store less.
    """
    rows = [store for _, store, _ in stores]
    faults = [
        Fault(asset.name, f"rate_loss of its store {store.name} is out of range", store.rate_loss, allowed="0..0.5")
        for asset, store, _ in stores
        if asset and not 0.0 <= store.rate_loss <= _MOST_RATE_LOSS
    ]
    if faults:
        raise ScenarioError(faults)

    def column(name: str) -> NDArray[np.float64]:
        return np.array([getattr(row, name) for row in rows], np.float64)

    return packed.Stores(
        bus=np.array([bus_number[key] for _, _, key in stores], np.int64),
        asset=np.array([asset_number[asset.name] if asset else len(asset_number) for asset, _, _ in stores], np.int64),
        capacity=column("capacity"),
        start=column("start"),
        floor=column("floor_fraction"),
        charge_efficiency=column("charge_efficiency"),
        discharge_efficiency=column("discharge_efficiency"),
        charge_limit=column("charge_limit"),
        discharge_limit=column("discharge_limit"),
        loss_per_h=column("loss_per_h"),
        fade_per_cycle=column("fade_per_cycle"),
        fade_per_h=column("fade_per_h"),
        rate_loss=column("rate_loss"),
        work_node=np.array(
            [_node(node_number, asset, row.works_in) if asset and row.works_in else -1 for asset, row, _ in stores],
            np.int64,
        ),
        charge_min_k=column("charge_min_k"),
        charge_max_k=column("charge_max_k"),
        discharge_min_k=column("discharge_min_k"),
        discharge_max_k=column("discharge_max_k"),
    )


def pack_thermal(
    nodes: Sequence[tuple[Asset, ThermalNode]],
    node_number: Mapping[tuple[str, str], int],
    asset_number: Mapping[str, int],
    table: SeriesTable,
) -> packed.Thermal:
    """Thermal nodes, their surroundings as series or constants."""
    rows = [node for _, node in nodes]

    def column(name: str) -> NDArray[np.float64]:
        return np.array([getattr(row, name) for row in rows], np.float64)

    def number_and_value(name: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        given = [getattr(row, name) for row in rows]
        numbers = [table.add(item) if isinstance(item, np.ndarray) else -1 for item in given]
        values = [0.0 if isinstance(item, np.ndarray) else float(item) for item in given]
        return np.array(numbers, np.int64), np.array(values, np.float64)

    sink_series, sink_k = number_and_value("radiative_sink_k")
    ground_series, ground_k = number_and_value("conductive_sink_k")
    heat_series, heat_w = number_and_value("heat_w")
    return packed.Thermal(
        asset=np.array([asset_number[asset.name] for asset, _ in nodes], np.int64),
        heat_capacity=column("heat_capacity_j_k"),
        start_k=column("start_k"),
        sink_series=sink_series,
        sink_k=sink_k,
        radiating_m2=column("radiating_m2"),
        ground_series=ground_series,
        ground_k=ground_k,
        conductance=column("conductance_w_k"),
        heat_series=heat_series,
        heat_w=heat_w,
        parent=np.array(
            [_node(node_number, asset, node.parent) if node.parent else -1 for asset, node in nodes], np.int64
        ),
        parent_w_k=column("parent_w_k"),
        closed_share=column("closed_share"),
        closed_k=column("closed_k"),
        open_k=column("open_k"),
        work_min_k=column("work_min_k"),
        work_max_k=column("work_max_k"),
        survive_min_k=column("survive_min_k"),
        survive_max_k=column("survive_max_k"),
    )


def _node(node_number: Mapping[tuple[str, str], int], asset: Asset, name: str) -> int:
    if (asset.name, name) not in node_number:
        raise ScenarioError(Fault(asset.name, "its component names a thermal node that it does not have", name))
    return node_number[asset.name, name]


def pack_schedule(
    station: Station, bus_number: Mapping[BusKey, int], landings: Sequence[Landing] = ()
) -> packed.Schedule:
    """When assets live and what lands, in steps; ``landings`` are those that need a go."""
    grid = station.grid
    gate = {landing.mission: number for number, landing in enumerate(landings)}
    number = {asset.name: index for index, asset in enumerate(station.assets)}
    landed = sorted(
        (
            max(grid.index_at(delivery.at), 0),
            bus_number[quantity, delivery.node],
            amount,
            gate.get(delivery.mission, -1),
        )
        for delivery in station.deliveries
        for quantity, amount in delivery.amounts.items()
    )
    ages_h = [max(-grid.index_at(asset.start), 0) * grid.step_h for asset in station.assets]
    ends = [grid.index_at(asset.end) if asset.end else packed.NEVER for asset in station.assets]
    return packed.Schedule(
        asset_start=np.array([max(grid.index_at(asset.start), 0) for asset in station.assets] + [0], np.int64),
        asset_end=np.array([*ends, packed.NEVER], np.int64),
        asset_age_h=np.array([*ages_h, 0.0], np.float64),
        asset_body=np.array([number.get(asset.housed_in, -1) for asset in station.assets] + [-1], np.int64),
        delivery_step=np.array([step for step, *_ in landed], np.int64),
        delivery_bus=np.array([bus for _, bus, *_ in landed], np.int64),
        delivery_amount=np.array([amount for _, _, amount, _ in landed], np.float64),
        delivery_gate=np.array([number for *_, number in landed], np.int64),
        **landing_columns(station, landings),
    )


def pack_rules(policy: Policy) -> packed.Rules:
    """The policy as numbers."""
    return packed.Rules(
        serve_up_to=np.array([policy.serve_up_to[mode] for mode in MODES], np.int64),
        critical_priority=policy.critical_priority,
        dark_sun_below=policy.dark_sun_below,
        dark_charge_below=policy.dark_charge_below,
        survival_below=policy.survival_below,
        survival_exit=policy.survival_exit,
        safe_below=policy.safe_below,
        safe_exit=policy.safe_exit,
        recovery_h=policy.recovery_h,
    )


@dataclass(frozen=True)
class ProcessCompiler:
    """Turns processes into arrays, with the numbers that the other tables gave their parts."""

    bus_number: Mapping[BusKey, int]
    node_number: Mapping[tuple[str, str], int]
    powers: Sequence[int]
    efficiency: Mapping[str, float]
    table: SeriesTable
    bodies: Mapping[str, str]  # asset -> first thermal node of the asset that carries it
    resting: frozenset[str]  # assets that stand by

    def pack(self, rows: Sequence[tuple[Asset, Process]], asset_number: Mapping[str, int]) -> packed.Processes:
        """All processes, in the order of service in which they are given."""
        recipes = [self._recipe(asset, process) for asset, process in rows]
        controls = [self._control(asset, process) for asset, process in rows]
        locks = [[(self._bus(lock.bus, asset), lock) for lock in process.interlocks] for asset, process in rows]
        sparing = [self._spares(asset, process) for asset, process in rows]
        feeding = upstream(rows)
        flat_recipe = [item for recipe in recipes for item in recipe]
        flat_locks = [item for items in locks for item in items]

        def column(name: str, kind: Any = np.float64) -> NDArray[Any]:
            return np.array([getattr(process, name) for _, process in rows], kind)

        limit = column("limit")
        return packed.Processes(
            asset=np.array([asset_number[asset.name] for asset, _ in rows], np.int64),
            recipe_ptr=_pointers(recipes),
            recipe_bus=np.array([bus for bus, _ in flat_recipe], np.int64),
            recipe_rate=np.array([rate for _, rate in flat_recipe], np.float64),
            limit=limit,
            health=np.array([float(keeps_on(*row) or row[0].name not in self.resting) for row in rows], np.float64),
            decay_per_h=column("decay_per_h"),
            series=np.array([self.table.add(process.series) for _, process in rows], np.int64),
            priority=np.array([effective_priority(*row) for row in rows], np.int64),
            min_fraction=column("min_fraction"),
            starve_limit_h=column("starve_limit_h"),
            control=np.array([control[0] for control in controls], np.int64),
            control_index=np.array([control[1] for control in controls], np.int64),
            control_on=np.array([control[2] for control in controls], np.float64),
            control_off=np.array([control[3] for control in controls], np.float64),
            interlock_ptr=_pointers(locks),
            interlock_bus=np.array([bus for bus, _ in flat_locks], np.int64),
            interlock_low=np.array([lock.low for _, lock in flat_locks], np.float64),
            interlock_high=np.array([lock.high for _, lock in flat_locks], np.float64),
            heat_node=np.array([self._node(asset, process.heat_node) for asset, process in rows], np.int64),
            heat_kw=column("heat_kw"),
            work_node=np.array([self._work_node(asset, process) for asset, process in rows], np.int64),
            drives=np.array([self._node(asset, process.drives) for asset, process in rows], np.int64),
            drive_share=np.divide(
                column("drive_share"), limit, out=np.zeros(len(rows)), where=limit > packed.NEXT_TO_NOTHING
            ),
            power=np.array([self._power(recipe) for recipe in recipes], np.int64),
            spills=column("spills", np.bool_),
            boundary=column("boundary", np.bool_),
            sparing=np.array(sparing, np.bool_),
            passes=np.array(
                [spares and not in_circle(*row, feeding) for row, spares in zip(rows, sparing, strict=True)], np.bool_
            ),
            reserve=np.array([process.surplus_above or 0.0 for _, process in rows], np.float64),
        )

    def _spares(self, asset: Asset, process: Process) -> bool:
        """Whether a process draws only from surplus; then it must draw."""
        if process.surplus_above is not None and self._power(self._recipe(asset, process)) < 0:
            raise ScenarioError(Fault(asset.name, f"{process.name} takes only surplus, but draws no electricity"))
        return process.surplus_above is not None

    def _bus(self, name: str, asset: Asset) -> int:
        key = bus_key(name, asset)
        if key not in self.bus_number:
            raise ScenarioError(Fault(asset.name, "controlled by a bus that nothing uses", f"{key[0]}@{key[1]}"))
        return self.bus_number[key]

    def _node(self, asset: Asset, name: str) -> int:
        return _node(self.node_number, asset, name) if name else -1

    def _work_node(self, asset: Asset, process: Process) -> int:
        """Node whose working range holds for a process: its own, or that of the body that carries its asset.

        A heater under a thermostat works in any cold unless its component says otherwise.
        """
        if process.works_in or process.heat_node:
            heats = isinstance(process.control, Thermostat)
            return self._node(asset, process.works_in or ("" if heats else process.heat_node))
        body = self.bodies.get(asset.name, "")
        return self.node_number[asset.housed_in, body] if body else -1

    def _recipe(self, asset: Asset, process: Process) -> list[tuple[int, float]]:
        """Buses, each once, and rates per hour; electricity drawn includes the losses of the site's lines.

        What carries electricity on to another bus hangs on the site's bus itself: those lines lead to loads.
        """
        draws_through_lines = line(asset, process) is None
        recipe: dict[int, float] = {}
        for name, rate in process.recipe.items():
            quantity, node = bus_key(name, asset)
            lossy = draws_through_lines and quantity == "electricity" and rate < 0
            losses = self.efficiency.get(node, 1.0) if lossy else 1.0
            bus = self.bus_number[quantity, node]
            recipe[bus] = recipe.get(bus, 0.0) + rate / losses
        return list(recipe.items())

    def _power(self, recipe: Sequence[tuple[int, float]]) -> int:
        draws = [list(self.powers).index(bus) for bus, rate in recipe if rate < 0 and bus in self.powers]
        return draws[0] if draws else -1

    def _control(self, asset: Asset, process: Process) -> tuple[int, int, float, float]:  # noqa: PLR0911 (one per kind)
        control = process.control
        match control:
            case AlwaysOn():
                return packed.ALWAYS, -1, 0.0, 0.0
            case Hysteresis():
                return packed.HYSTERESIS, self._bus(control.bus, asset), control.on, control.off
            case HoldLevel():
                return packed.HOLD, self._bus(control.bus, asset), control.fraction, 0.0
            case OnSurplus():
                drawn = next((name for name in process.recipe if name.startswith("electricity")), "electricity")
                return packed.SURPLUS, self._bus(drawn, asset), control.above, 0.0
            case Thermostat():
                return packed.THERMOSTAT, self._node(asset, control.node), control.setpoint_k, 0.0
            case Proportional():
                return packed.PROPORTIONAL, self._bus(control.bus, asset), control.full_at, 0.0
            case FollowDemand():
                return packed.FOLLOW, self._fed_bus(asset, process, control.bus), control.fraction, 0.0

    def _fed_bus(self, asset: Asset, process: Process, name: str) -> int:
        """Bus of electricity whose demand a process follows; it must give to it."""
        bus = self._bus(name, asset)
        if bus not in self.powers or not dict(self._recipe(asset, process)).get(bus, 0.0) > 0.0:
            what = f"{process.name} follows the demand of a bus to which it gives no electricity"
            raise ScenarioError(Fault(asset.name, what, name))
        return bus


def _pointers(rows: Sequence[Sequence[Any]]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
