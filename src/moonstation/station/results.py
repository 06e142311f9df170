"""What a run leaves: its time series, the events, and the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.quantities import quantities
from moonstation.station import packed
from moonstation.station.chances import FaultLog
from moonstation.station.command_windows import CommandWindow, command_windows, ways_of
from moonstation.station.critical_loads import CriticalLoads, critical_loads
from moonstation.station.data_fate import DataFate, data_fates
from moonstation.station.dataset import dataset_of
from moonstation.station.event_words import DETAILS, EVENT_KINDS, LOST_CODES
from moonstation.station.landing_log import LandingOutcome, landing_outcomes, lived_by, planned_lives, told
from moonstation.station.means import lengths_of, means_over
from moonstation.station.model import MODES, Asset, Station
from moonstation.station.network import Compiled
from moonstation.station.places import Places
from moonstation.station.unheard import with_waits

if TYPE_CHECKING:
    import xarray as xr

_LOST = {EVENT_KINDS[code] for code in LOST_CODES}
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
        return tuple(sorted([*map(self.named, self.log), *self._fault_events()], key=lambda event: event.utc))

    def named(self, row: Any) -> Event:
        """An event of the log in words."""
        kind = EVENT_KINDS[int(row["code"])]
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
            detail = f"{quantity}: {DETAILS[kind]}"
        utc = self.station.grid.utc[int(row["step"])]
        return Event(utc, kind, subject, detail or DETAILS.get(kind, ""), value, unit)

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
    def log(self) -> NDArray[Any]:
        """The kernel's events, but for those of the Earth's endless store, which is no asset."""
        rows = packed.log_rows(self.records)
        return np.asarray(rows[(rows["code"] > packed.EV_ENDED) | (rows["index"] < len(self.compiled.assets))])

    @cached_property
    def losses(self) -> list[tuple[int, int]]:
        """Step and number of the asset of every loss, in order of time."""
        rows = self.log[np.isin(self.log["code"], LOST_CODES)]
        return [(int(row["step"]), int(row["index"])) for row in rows]

    @cached_property
    def crew_losses(self) -> list[int]:
        """Steps at which a crew was lost."""
        crews = {number for number, _ in self._crews}
        return [step for step, number in self.losses if number in crews]

    @cached_property
    def planned(self) -> NDArray[np.bool_]:
        """Which asset would be alive at the end of each record if nothing were lost, shape (record, asset)."""
        by_date = planned_lives(self.compiled.assets, self.station.grid, self.record_steps)
        return lived_by(by_date, self.compiled, self.log, self.record_steps)

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        """Which asset is alive at the end of each record, shape (record, asset)."""
        alive = self.planned.copy() if self.losses else self.planned
        for step, number in self.losses:
            alive[step // self.record_steps :, number] = False
        return alive

    @cached_property
    def landings(self) -> tuple[LandingOutcome, ...]:
        """What became of the landings that need a go, in order of their dates."""
        return landing_outcomes(self.compiled, self.log, self.station.grid)

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The time series: means over each record; stores, temperatures and lives at the end of it."""
        return dataset_of(self)

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

    @cached_property
    def record_lengths(self) -> NDArray[np.int64]:
        """Steps in each record, of which the last may be short, shape (record,)."""
        return lengths_of(self.station.grid.count, self.record_steps)

    @property
    def record_hours(self) -> NDArray[np.float64]:
        """Length of each record, of which the last may be short [h], shape (record,)."""
        return np.asarray(self.record_lengths * self.station.grid.step_h, np.float64)

    @property
    def record_h(self) -> float:
        """Length of a record, but for a last one that is short [h]."""
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
