"""Components of a site run by the station's kernel at a made-up place, for the families' tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from place import ConstantPlace

from moonstation.components.contract import Primitives, Process
from moonstation.core.time import TimeGrid
from moonstation.station.kernel import run
from moonstation.station.model import Asset, Station
from moonstation.station.network import compile_station
from moonstation.station.packed import LEDGER_COLUMNS, empty_records
from policies import LENIENT

START = datetime(2030, 1, 1, tzinfo=UTC)
STEP_H = 1 / 6


class Mains:
    """Electricity without end, for ``hours`` if given."""

    kind = "mains"

    def __init__(self, power_kw: float = 1000.0, hours: float = np.inf) -> None:
        self.power_kw, self.hours = power_kw, hours

    def primitives(self, place: ConstantPlace) -> Primitives:
        on = (np.arange(place.grid.count) * STEP_H < self.hours - 1e-9).astype(np.float32)
        return Primitives(processes=(Process("mains", {"electricity": 1.0}, limit=self.power_kw, series=on),))


class Load:
    """Draws ``power_kw`` for ever."""

    kind = "load"

    def __init__(self, power_kw: float) -> None:
        self.power_kw = power_kw

    def primitives(self, _: ConstantPlace) -> Primitives:
        return Primitives(processes=(Process("load", {"electricity": -1.0}, limit=self.power_kw, priority=3),))


class KernelRun:
    """One run at 10-minute steps: ``record_steps`` of them in a record, those in ``at_relay`` at the node ``relay``.

    ``housed_in`` gives the asset in whose body one is carried; ``place`` is the kind of place, ``sky`` what it offers.
    """

    def __init__(
        self, components, days, *, start_h=None, at_relay=(), housed_in=None, record_steps=1, place=ConstantPlace, **sky
    ):
        grid = TimeGrid(START, 600.0, round(days * 144))
        begins = {name: START + timedelta(hours=(start_h or {}).get(name, 0.0)) for name in components}
        nodes = {name: "relay" if name in at_relay else "ridge" for name in components}
        bodies = housed_in or {}
        assets = tuple(
            Asset(name, item, nodes[name], begins[name], housed_in=bodies.get(name, ""))
            for name, item in components.items()
        )
        relays = {"relay": None} if at_relay else {}
        station = Station("test", grid, {"ridge": None}, relays, (), assets, LENIENT)
        places = {
            asset.name: place(grid, asset.node, **{k: v(grid) if callable(v) else v for k, v in sky.items()})
            for asset in assets
        }
        self.compiled = compile_station(station, lambda asset: places[asset.name])
        self.records = empty_records(self.compiled.network, grid.count, record_steps, 1000)
        run(self.compiled.network, self.compiled.series, grid.step_h, record_steps, self.records)
        assert self.records.residual.max() <= 1e-9

    def _column(self, rows, asset, name):
        (number,) = [i for i, row in enumerate(rows) if row[0] and row[0].name == asset and row[1].name == name]
        return number

    def activity(self, asset, name):
        """Activity of a process by record."""
        return self.records.activity[:, self._column(self.compiled.processes, asset, name)]

    def amount(self, asset, name):
        """Content of a store at the end of each record."""
        return self.records.amount[:, self._column(self.compiled.stores, asset, name)]

    def kelvin(self, asset, name):
        """Temperature of a node at the end of each record, NaN once its asset is lost."""
        return self.records.temperature_k[:, self._column(self.compiled.thermal_nodes, asset, name)]

    def returned_gbit(self):
        """Data on Earth at the end of each record."""
        (number,) = [i for i, (_, _, key) in enumerate(self.compiled.stores) if key == ("data", "earth")]
        return self.records.amount[:, number]

    def booked(self, quantity, column, node="ridge"):
        """Sum over the run of what the ledger books for a bus."""
        return self.records.ledger[self.compiled.bus_keys.index((quantity, node)), LEDGER_COLUMNS.index(column)]

    def last_hour(self, asset, name):
        """End of the last step in which a process ran [h]."""
        return float((np.flatnonzero(self.activity(asset, name))[-1] + 1) * STEP_H)
