"""What a run leaves: one dataset with names that end in their unit, the events, and the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.quantities import quantities
from moonstation.core.memory import give_back_free_memory
from moonstation.station import packed
from moonstation.station.chances import FaultLog
from moonstation.station.command_windows import CommandWindow, command_windows, ways_of
from moonstation.station.critical_loads import CriticalLoads, critical_loads
from moonstation.station.data_fate import DataFate, data_fates
from moonstation.station.event_words import DETAILS as _DETAILS
from moonstation.station.event_words import EVENT_KINDS as _EVENT_KINDS
from moonstation.station.landing_log import LandingOutcome, landing_outcomes, lived_by, planned_lives, told
from moonstation.station.means import means_over
from moonstation.station.model import EARTH, MODES, Asset, Station, effective_priority
from moonstation.station.network import Compiled
from moonstation.station.places import Places, SurfaceSky
from moonstation.station.unheard import with_waits

if TYPE_CHECKING:
    import xarray as xr

#: Unit and rows of a variable by its name, one for each member of a dimension.
_Table = dict[str, tuple[str, NDArray[np.float32]]]
_LOST = {"lost-cold", "lost-heat", "lost-starved", "lost-housed"}


#: Gives the records of a name of one process, store or node by its number, shape (..., record).
Columns = Callable[[str, int], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``value`` in ``unit``, 0 where there is nothing to measure."""

    utc: np.datetime64
    kind: str
    subject: str
    detail: str
    value: float = 0.0
    unit: str = ""


@dataclass(frozen=True, repr=False)
class RunResult:
    """A finished run of one station."""

    station: Station
    places: Places
    compiled: Compiled
    records: packed.Records
    record_steps: int
    faults: FaultLog | None = field(default=None, kw_only=True)

    def __repr__(self) -> str:
        """One line: everything is in ``dataset``, ``events`` and ``ledger``."""
        return f"<RunResult {self.station.name}: {len(self.time)} records of {self.record_h:g} h>"

    @property
    def max_relative_residual(self) -> float:
        """Greatest relative residual of the ledger in any step: buses, chemical elements, heat [-]."""
        return float(self.records.residual.max())

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Every event, in order of time."""
        named = (self._event(row) for row in self.log if row["code"] > packed.EV_ENDED or self._is_asset(row["index"]))
        return tuple(sorted([*named, *self._fault_events()], key=lambda event: event.utc))

    def _fault_events(self) -> list[Event]:
        """What failed, was found and was done about it."""
        grid = self.station.grid
        told = with_waits(self.faults, self.log, grid.count).events() if self.faults else []
        when = grid.utc
        return [Event(when[event.step], f"fault-{event.kind}", event.unit, event.detail) for event in told]

    @cached_property
    def ledger(self) -> list[dict[str, Any]]:
        """Per bus over the whole run: what was delivered, produced, consumed, spilled, lost, removed, is left."""
        rows = []
        for number, (quantity, node) in enumerate(self.compiled.bus_keys):
            row: dict[str, Any] = {"quantity": quantity, "node": node, "unit": quantities()[quantity].unit}
            row |= dict(zip(packed.LEDGER_COLUMNS, map(float, self.records.ledger[number]), strict=True))
            rows.append(row)
        return rows

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        """Which asset is alive at the end of each record, shape (record, asset)."""
        grid, steps = self.station.grid, self.record_steps
        planned = planned_lives(self.compiled.assets, grid, steps)
        alive = lived_by(planned, self.compiled, self.log, steps).copy()
        number_of = {asset.name: number for number, asset in enumerate(self.compiled.assets)}
        for event in self.events:
            if event.kind in _LOST:
                step = int((event.utc - grid.utc[0]) / np.timedelta64(1, "ms") / (grid.step_s * 1000.0))
                alive[step // steps :, number_of[event.subject]] = False
        return alive

    @property
    def log(self) -> NDArray[Any]:
        """The kernel's events."""
        return np.asarray(packed.log_rows(self.records))

    @cached_property
    def landings(self) -> tuple[LandingOutcome, ...]:
        """What became of the landings that need a go, in order of their dates."""
        return landing_outcomes(self.compiled, self.log, self.station.grid)

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The time series: means over each record; stores, temperatures and lives at the end of it."""
        import xarray as xr

        builder = _DatasetBuilder(self)
        data = xr.Dataset(coords={"time": self.time})
        groups = (builder.sites, builder.units, builder.processes, builder.stores, builder.thermal, builder.assets)
        for add in (*groups, builder.sources, builder.windows):
            data = data.assign(add())
        data = data.set_coords([str(name) for name in data.data_vars if "time" not in data[name].dims])
        data.attrs = {
            "title": f"moonstation run of {self.station.name}",
            "Conventions": "CF-1.11",
            "step_h": self.station.grid.step_h,
            "record_h": self.record_h,
            "max_relative_residual": self.max_relative_residual,
        }
        give_back_free_memory()
        return data

    @cached_property
    def data_fates(self) -> tuple[DataFate, ...]:
        """What became of the data of every source, in the order in which they are sent."""
        return data_fates(self.compiled.processes, self.compiled.stores, self.records, self.record_hours)

    @cached_property
    def command_windows(self) -> tuple[CommandWindow, ...]:
        """When the Earth could command each site, site by site in order of time."""
        rows, skies = self.compiled.processes, self.places.sky.ground_skies
        found: list[CommandWindow] = []
        for site in self.station.sites:
            parts = {part for way in ways_of(rows, site) for chain in way.chains for part in chain.parts}
            working = {part: self._in_steps(self.records.ready[:, part] > 0.0) for part in parts}
            found += command_windows(site, rows, working, skies)
        return tuple(found)

    def _in_steps(self, by_record: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """What holds in each record, step by step, shape (record,) -> (count,)."""
        return np.repeat(by_record, self.record_steps)[: self.station.grid.count]

    @property
    def record_hours(self) -> NDArray[np.float64]:
        """Length of each record, of which the last may be short [h], shape (record,)."""
        left = self.station.grid.count - np.arange(len(self.time)) * self.record_steps
        return np.minimum(self.record_steps, left) * self.station.grid.step_h

    @property
    def record_h(self) -> float:
        """Length of a record [h]."""
        return self.record_steps * self.station.grid.step_h

    @cached_property
    def time(self) -> NDArray[np.datetime64]:
        """Begin of each record, UTC."""
        return self.station.grid.utc[:: self.record_steps].astype("datetime64[ns]")

    def record_means(self, series: ArrayLike) -> NDArray[np.float64]:
        """Mean over each record of a series over the grid, shape (count,) -> (record,)."""
        return means_over(series, self.record_steps)

    def column(self, name: str, number: int) -> NDArray[np.float32]:
        """Records of that name (``activity``, ``ready``, ...) of one process, store or node, shape (..., record)."""
        return np.asarray(getattr(self.records, name)[:, number].T)

    def power_of(self, node: str) -> dict[str, tuple[str, NDArray[np.float32]]]:
        """Power, charge and mode at a node by the name of the series: unit and values, shape (record,)."""
        records = self.records
        if node not in self.compiled.power_nodes:
            return self.energy_of(node) | {
                "mode": ("1", self._nothing()),
                "critical_served": ("1", self.served_at(node)),
            }
        number = self.compiled.power_nodes.index(node)
        return self.energy_of(node) | {
            "mode": ("1", records.mode[:, number].astype(np.float32)),
            "critical_served": ("1", self.served_at(node)),
        }

    def energy_of(self, node: str) -> dict[str, tuple[str, NDArray[np.float32]]]:
        """Power and charge at a node by the name of the series: unit and values, shape (record,)."""
        if node not in self.compiled.power_nodes:
            names = ("supply", "served", "shed", "spilled", "demand")
            idle = {f"power_{name}_kw": ("kW", self._nothing()) for name in names}
            return idle | {"charge_kwh": ("kWh", self._nothing()), "charge_capacity_kwh": ("kWh", self._nothing())}
        number = self.compiled.power_nodes.index(node)
        supply, served, shed, spilled = self.column("power", number) / self.record_hours.astype(np.float32)
        amount, capacity = self.usable_charge(node)
        return {
            "power_supply_kw": ("kW", supply),
            "power_served_kw": ("kW", served),
            "power_shed_kw": ("kW", shed),
            "power_spilled_kw": ("kW", spilled),
            "power_demand_kw": ("kW", served + shed),
            "charge_kwh": ("kWh", amount),
            "charge_capacity_kwh": ("kWh", capacity),
        }

    def served_at(self, node: str) -> NDArray[np.float32]:
        """Share of each record in which all critical loads of a node were served, nan where there were none."""
        loads = self.critical_at(node)
        return self._nothing() + np.float32(np.nan) if loads is None else loads.share_by_record

    def critical_at(self, node: str) -> CriticalLoads | None:
        """When the critical loads of a node were served, None where it has no bus of electricity."""
        if node not in self.compiled.power_nodes:
            return None
        return critical_loads(self.records, self.compiled.power_nodes.index(node), self.station.grid.count)

    def usable_charge(self, node: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Usable charge and usable capacity of a power bus [kWh]."""
        amount, capacity = self._nothing(), self._nothing()
        for number, (_, store, key) in enumerate(self.compiled.stores):
            if key == ("electricity", node):
                size = self.column("capacity", number)
                floor = np.float32(store.floor_fraction) * size
                amount += self.column("amount", number) - floor
                capacity += size - floor
        return np.maximum(amount, 0.0), capacity  # self-discharge goes on under the floor

    def crew_at(self, node: str) -> NDArray[np.float32]:
        """People present: alive crews' size."""
        total = self._nothing()
        for number, asset in self._crews:
            if asset.node == node:
                total += self.alive[:, number] * np.float32(getattr(asset.component, "crew_size", 0))
        return total

    @cached_property
    def _crews(self) -> list[tuple[int, Asset]]:
        return [row for row in enumerate(self.compiled.assets) if row[1].component.kind == "crew"]

    def _nothing(self) -> NDArray[np.float32]:
        return np.zeros(len(self.time), np.float32)

    def _is_asset(self, index: int) -> bool:
        return index < len(self.compiled.assets)

    def _event(self, row: Any) -> Event:
        kind = _EVENT_KINDS[int(row["code"])]
        index, value, unit, detail = int(row["index"]), float(row["value"]), "", ""
        if kind in {"landed", "ended"} | _LOST:
            subject = self.compiled.assets[index].name
            unit = {"lost-cold": "K", "lost-heat": "K", "lost-starved": "h"}.get(kind, "")
        elif kind.startswith(("landing-", "people-")):
            subject, detail, unit = told(self.compiled, int(row["code"]), index)
        elif kind in {"mode", "critical-unserved", "critical-served"}:
            subject = self.compiled.power_nodes[index]
            detail = MODES[int(value)] if kind == "mode" else ""
        else:
            quantity, subject = self.compiled.bus_keys[index]
            unit = quantities()[quantity].unit
            detail = f"{quantity}: {_DETAILS[kind]}"
        utc = self.station.grid.utc[int(row["step"])]
        return Event(utc, kind, subject, detail or _DETAILS.get(kind, ""), value, unit)


@dataclass(frozen=True)
class _DatasetBuilder:
    """Groups of variables of ``RunResult.dataset``."""

    run: RunResult

    @property
    def compiled(self) -> Compiled:
        return self.run.compiled

    def sites(self) -> dict[str, Any]:
        """Light, sight, power and data per node of the station."""
        names = [*self.run.station.sites, *self.run.station.relays]
        skies = {**self.run.places.surface, **self.run.places.relays}
        out: dict[str, Any] = {"site": ("site", names)}

        def each(made: Callable[[str], NDArray[np.floating]]) -> NDArray[np.float32]:
            rows = np.empty((len(names), len(self.run.time)), np.float32)
            for number, name in enumerate(names):
                rows[number] = made(name)
            return rows

        def sky(series: str) -> NDArray[np.float32]:
            return each(lambda name: self.run.record_means(getattr(skies[name], series)))

        surface = self.run.places.surface
        relays = list(self.run.station.relays)
        table = {
            "sun_disc_fraction": ("1", sky("sun_disc_fraction")),
            "earth_disc_fraction": ("1", sky("earth_disc_fraction")),
            "earth_contact": ("1", sky("earth_contact")),
            "relay_visible": ("1", each(lambda name: self._relay_in_view(surface.get(name), relays))),
        }
        table |= self._power(names)
        table["data_backlog_gbit"] = ("Gbit", each(lambda name: self._stored("data", name)))
        table["crew"] = ("1", each(self.run.crew_at))
        return out | _side_by_side("site", table)

    def units(self) -> dict[str, Any]:
        """Charge and mode of assets that have a power bus of their own (rovers)."""
        nodes = [node for node in self.compiled.power_nodes if node not in self._station_nodes]
        table = {f"unit_{key}": value for key, value in self._power(nodes).items()}
        return {"unit": ("unit", nodes), **_side_by_side("unit", table)}

    @property
    def _station_nodes(self) -> set[str]:
        return {*self.run.station.sites, *self.run.station.relays}

    def processes(self) -> dict[str, Any]:
        """Activity, shortfall and readiness per process."""
        rows = self.compiled.processes
        records = self.run.records
        draw = [sum(r for name, r in p.recipe.items() if name.startswith("electricity")) for _, p in rows]
        columns: dict[str, Sequence[Any]] = {
            "process_asset": [asset.name for asset, _ in rows],
            "process_name": [process.name for _, process in rows],
            "process_site": [asset.node for asset, _ in rows],
            "process_type": [asset.component.kind for asset, _ in rows],
            "process_family": [asset.component.family for asset, _ in rows],
            "process_facility": [asset.facility for asset, _ in rows],
            "process_partner": [asset.partner for asset, _ in rows],
            "process_mission": [asset.mission for asset, _ in rows],
            "process_priority": [effective_priority(asset, process) for asset, process in rows],
            "process_power_kw": draw,
            "process_data_gbit_h": [process.recipe.get("data", 0.0) for _, process in rows],
            "process_returned_gbit_h": [process.recipe.get(f"data@{EARTH}", 0.0) for _, process in rows],
            "process_capability": [_text(process.capability) for _, process in rows],
        }
        dims = ("time", "process")
        return {
            "process": ("process", [f"{asset.name}: {process.name}" for asset, process in rows]),
            **_labels("process", columns),
            "activity": (dims, records.activity, {"long_name": "mean activity, in units of the process"}),
            "shortfall": (dims, records.shortfall, {"long_name": "mean activity wanted and not served"}),
            "ready": (dims, records.ready, {"units": "1", "long_name": "share of time in which it could run"}),
        }

    def stores(self) -> dict[str, Any]:
        """Amount and capacity per store."""
        nobodys = [number for number, (asset, _, _) in enumerate(self.compiled.stores) if asset is None]
        rows = [(asset, store, key) for asset, store, key in self.compiled.stores if asset is not None]
        columns = {
            "store_asset": [asset.name for asset, _, _ in rows],
            "store_site": [node for *_, (_, node) in rows],
            "store_quantity": [quantity for *_, (quantity, _) in rows],
            "store_unit": [quantities()[quantity].unit for *_, (quantity, _) in rows],
        }
        names = [f"{asset.name}: {store.name}" for asset, store, _ in rows]
        dims = ("time", "store")
        records = self.run.records
        amount, capacity = (np.delete(values, nobodys, axis=1) for values in (records.amount, records.capacity))
        return {
            "store": ("store", names),
            **_labels("store", columns),
            "amount": (dims, amount, {"long_name": "amount at the end of the record, store_unit"}),
            "capacity": (dims, capacity, {"long_name": "capacity after fading, store_unit"}),
        }

    def thermal(self) -> dict[str, Any]:
        """Temperature per thermal node, nan while it is not alive."""
        rows = self.compiled.thermal_nodes
        limits = [f"{name}_{end}_k" for name in ("comfort", "work", "survive") for end in ("min", "max")]
        columns: dict[str, Sequence[Any]] = {
            "thermal_asset": [asset.name for asset, _ in rows],
            "thermal_site": [asset.node for asset, _ in rows],
        }
        columns |= {f"thermal_{name}": [getattr(node, name) for _, node in rows] for name in limits}
        return {
            "thermal_node": ("thermal_node", [f"{asset.name}: {node.name}" for asset, node in rows]),
            **_labels("thermal_node", columns),
            "temperature_k": (("time", "thermal_node"), self.run.records.temperature_k, {"units": "K"}),
        }

    def assets(self) -> dict[str, Any]:
        """Which asset is alive."""
        rows = self.compiled.assets
        columns = {
            "asset_type": [asset.component.kind for asset in rows],
            "asset_site": [asset.node for asset in rows],
            "asset_mission": [asset.mission for asset in rows],
            "asset_partner": [asset.partner for asset in rows],
            "asset_facility": [asset.facility for asset in rows],
            "asset_capability": [_text(capability) for capability in self.compiled.capabilities],
        }
        return {
            "asset": ("asset", [asset.name for asset in rows]),
            **_labels("asset", columns),
            "alive": (("time", "asset"), self.run.alive, {"long_name": "alive at the end of the record"}),
        }

    def sources(self) -> dict[str, Any]:
        """What became of the data of each source."""
        fates = self.run.data_fates
        wait_h = [np.nan if fate.wait_h is None else fate.wait_h for fate in fates]
        columns: dict[str, Sequence[Any]] = {
            "source_asset": [fate.asset for fate in fates],
            "source_site": [fate.site for fate in fates],
            "source_worth_points_gbit": [fate.worth_points_gbit for fate in fates],
            "source_made_gbit": [fate.made_gbit for fate in fates],
            "source_returned_gbit": [fate.returned_gbit for fate in fates],
            "source_lost_gbit": [fate.lost_gbit for fate in fates],
            "source_waiting_gbit": [fate.waiting_gbit for fate in fates],
            "source_wait_h": wait_h,
        }
        return {
            "source": ("source", [f"{fate.asset}: {fate.process}" for fate in fates]),
            **_labels("source", columns),
        }

    def windows(self) -> dict[str, Any]:
        """When the Earth could command each site."""
        rows = self.run.command_windows
        columns: dict[str, Any] = {
            "window_site": [row.site for row in rows],
            "window_begin": np.array([row.begin for row in rows], "datetime64[ns]"),
            "window_end": np.array([row.end for row in rows], "datetime64[ns]"),
            "window_link": [row.link for row in rows],
            "window_relay": [row.relay for row in rows],
            "window_ground_station": [row.ground_station for row in rows],
            "window_light_s": [row.light_s for row in rows],
        }
        return {"window": ("window", np.arange(len(rows))), **_labels("window", columns)}

    def _relay_in_view(self, site: SurfaceSky | None, relays: Sequence[str]) -> NDArray[np.float32]:
        """Share of each record in which a relay that has arrived stands above a site's sky-line."""
        best = self._nothing()
        if site is None:
            return best
        for relay in relays:
            here = [number for number, asset in enumerate(self.compiled.assets) if asset.node == relay]
            arrived = self.run.alive[:, here].any(axis=1)
            best = np.maximum(best, self.run.record_means(site.relay_over(relay)).astype(np.float32) * arrived)
        return best

    def _nothing(self) -> NDArray[np.float32]:
        return np.zeros(len(self.run.time), np.float32)

    def _power(self, nodes: Sequence[str]) -> _Table:
        out: _Table = {}
        shape = len(nodes), len(self.run.time)
        for number, node in enumerate(nodes):
            for name, (unit, row) in self.run.power_of(node).items():
                out.setdefault(name, (unit, np.empty(shape, np.float32)))[1][number] = row
        return out

    def _stored(self, quantity: str, node: str) -> NDArray[np.float32]:
        numbers = [number for number, row in enumerate(self.compiled.stores) if row[2] == (quantity, node)]
        return self.run.records.amount[:, numbers].sum(axis=1, dtype=np.float32)


def _side_by_side(dim: str, table: _Table) -> dict[str, Any]:
    """Variables by name from their unit and their rows, one for each member of ``dim``."""
    return {name: (("time", dim), rows.T, {"units": unit}) for name, (unit, rows) in table.items()}


def _labels(dim: str, columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    return {name: (dim, np.asarray(values)) for name, values in columns.items()}


def _text(capability: Any) -> str:
    """A capability table as ``name=value`` pairs, for a coordinate."""
    return ";".join(f"{name}={value:g}" for name, value in sorted(capability.items()))
