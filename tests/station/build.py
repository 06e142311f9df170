"""Small stations for the kernel's tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from moonstation.components.contract import Primitives, Process, Series, Store, Surroundings, ThermalNode
from moonstation.core.time import YEAR_H, TimeGrid
from moonstation.station.kernel import run
from moonstation.station.model import Asset, Delivery, Policy, Station
from moonstation.station.network import Compiled, compile_station
from moonstation.station.packed import LEDGER_COLUMNS, Records, empty_records
from moonstation.station.reference import run_reference
from policies import LENIENT, SHEDDING

START = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Thing:
    """A component that is just what the test says."""

    processes: tuple[Process, ...] = ()
    stores: tuple[Store, ...] = ()
    thermal_nodes: tuple[ThermalNode, ...] = ()
    capability: Mapping[str, float] = field(default_factory=dict)
    machines_in: str = ""
    kind: ClassVar[str] = "thing"
    family: ClassVar[str] = "test"

    def primitives(self, place: Surroundings) -> Primitives:
        return Primitives(self.stores, self.processes, self.thermal_nodes, self.capability, self.machines_in)


class Lit:
    """A place where only the Sun's disc matters."""

    def __init__(self, grid: TimeGrid, node: str, sun: ArrayLike = 1.0) -> None:
        self.grid, self.node = grid, node
        self._sun = np.broadcast_to(np.asarray(sun, np.float32), (grid.count,)).copy()

    def sun_disc_fraction(self, on_mast: bool = True) -> Series:
        return self._sun

    def age_years(self) -> Series:
        return (np.arange(self.grid.count) * (self.grid.step_h / YEAR_H)).astype(np.float32)


def asset(
    name: str, *processes: Process, stores: Sequence[Store] = (), nodes: Sequence[ThermalNode] = (), **more
) -> Asset:
    capability, machines_in = more.pop("capability", {}), more.pop("machines_in", "")
    more.setdefault("node", "ridge")
    more.setdefault("start", START)
    return Asset(name, Thing(processes, tuple(stores), tuple(nodes), capability, machines_in), **more)


def station(
    *assets: Asset,
    hours: float = 24.0,
    policy: Policy = SHEDDING,
    deliveries: Sequence[Delivery] = (),
    step_s: float = 600.0,
) -> Station:
    grid = TimeGrid(START, step_s, round(hours * 3600.0 / step_s))
    return Station("test", grid, {"ridge": None}, {}, (), tuple(assets), policy, tuple(deliveries))


def at_hour(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def compile_lit(built: Station, sun: ArrayLike = 1.0) -> Compiled:
    place = Lit(built.grid, "ridge", sun)
    return compile_station(built, lambda _: place)


def run_with(kernel: Callable[..., object], compiled: Compiled, step_h: float, record_steps: int = 1) -> Records:
    records = empty_records(compiled.network, compiled.steps, record_steps, 1000)
    kernel(compiled.network, compiled.series, step_h, record_steps, records)
    return records


def differences(one: Records, other: Records) -> list[str]:
    """Names of the records that are not the same to the bit; the residuals only need to be as small."""
    exact = [name for name in Records._fields if name != "residual"]
    found = [name for name in exact if not _same(getattr(one, name), getattr(other, name))]
    return found if np.allclose(one.residual, other.residual, rtol=1e-6, atol=1e-14) else [*found, "residual"]


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


class Run:
    """One run of assets by the compiled kernel, recorded at every step; the reference kernel must agree.

    ``closes`` says that the ledger must close; ``run["asset/name"]`` is the record of a store, process or node.
    """

    def __init__(self, *assets: Asset, sun: ArrayLike = 1.0, closes: bool = True, **more) -> None:
        self.station = station(*assets, **{"policy": LENIENT, **more})
        self.step_h = self.station.grid.step_h
        self.compiled = compile_lit(self.station, sun)
        self.records = run_with(run, self.compiled, self.step_h)
        assert not differences(self.records, run_with(run_reference, self.compiled, self.step_h))
        assert not closes or self.records.residual.max() <= 1e-9, self.records.residual

    def amount(self, name: str) -> np.ndarray:
        """What a store ``asset/name`` holds at the end of every step."""
        return self.records.amount[:, _number(self.compiled.stores, name)]

    def capacity(self, name: str) -> np.ndarray:
        return self.records.capacity[:, _number(self.compiled.stores, name)]

    def activity(self, name: str) -> np.ndarray:
        return self.records.activity[:, _number(self.compiled.processes, name)]

    def shortfall(self, name: str) -> np.ndarray:
        return self.records.shortfall[:, _number(self.compiled.processes, name)]

    def ready(self, name: str) -> np.ndarray:
        return self.records.ready[:, _number(self.compiled.processes, name)]

    def temperature(self, name: str) -> np.ndarray:
        return self.records.temperature_k[:, _number(self.compiled.thermal_nodes, name)]

    def mode(self, node: str = "ridge") -> np.ndarray:
        return self.records.mode[:, self.compiled.power_nodes.index(node)]

    def power(self, node: str = "ridge") -> dict[str, np.ndarray]:
        """Electricity of every step by what became of it [kWh]."""
        names = ("supply", "served", "shed", "spilled")
        return dict(zip(names, self.records.power[:, self.compiled.power_nodes.index(node)].T, strict=True))

    def critical(self, node: str = "ridge") -> np.ndarray:
        """Per step: 1 all critical loads served, 0 not, -1 no such load."""
        there, served = self.records.critical[:, self.compiled.power_nodes.index(node)].T
        return np.where(there > 0, served, -1)

    def ledger(self, quantity: str, node: str = "ridge") -> dict[str, float]:
        row = self.records.ledger[self.compiled.bus_keys.index((quantity, node))]
        return dict(zip(LEDGER_COLUMNS, map(float, row), strict=True))

    def events(self, code: int) -> list[tuple[int, int, float]]:
        """Step, index and value of all events of one kind."""
        rows = self.records.log[1 : 1 + int(self.records.log["index"][0])]
        return [(int(row["step"]), int(row["index"]), float(row["value"])) for row in rows if row["code"] == code]


def _number(rows: Sequence[tuple], name: str) -> int:
    (number,) = [i for i, (owner, part, *_) in enumerate(rows) if owner and f"{owner.name}/{part.name}" == name]
    return number
