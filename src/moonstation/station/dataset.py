"""The time series of a run as one dataset, whose names end in their unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.components.quantities import quantities
from moonstation.core.memory import give_back_free_memory
from moonstation.station.model import EARTH, effective_priority
from moonstation.station.network import Compiled
from moonstation.station.places import SurfaceSky

if TYPE_CHECKING:
    import xarray as xr

    from moonstation.station.results import RunResult

#: Unit and rows of a variable by its name, one for each member of a dimension.
_Table = dict[str, tuple[str, NDArray[np.float32]]]


def dataset_of(run: RunResult) -> xr.Dataset:
    """Means over each record; stores, temperatures and lives at the end of it."""
    import xarray as xr

    made = _Groups(run)
    data = xr.Dataset(coords={"time": run.time})
    groups = (made.sites, made.units, made.processes, made.stores, made.thermal, made.assets)
    for add in (*groups, made.sources, made.windows):
        data = data.assign(add())
    data = data.set_coords([str(name) for name in data.data_vars if "time" not in data[name].dims])
    data.attrs = {
        "title": f"moonstation run of {run.station.name}",
        "Conventions": "CF-1.11",
        "step_h": run.station.grid.step_h,
        "record_h": run.record_h,
        "last_record_h": float(run.record_hours[-1]),
        "max_relative_residual": run.max_relative_residual,
    }
    give_back_free_memory()
    return data


@dataclass(frozen=True)
class _Groups:
    """Groups of variables of a run's dataset."""

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
