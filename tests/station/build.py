"""Small stations for the kernel's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from moonstation.components.contract import Primitives, Process, Series, Store, Surroundings, ThermalNode
from moonstation.core.time import YEAR_H, TimeGrid
from moonstation.station.model import Asset, Delivery, Policy, Station
from moonstation.station.network import Compiled, compile_station

POLICY = Policy(
    serve_up_to={"nominal": 9, "dark": 6, "survival": 3, "safe": 1},
    critical_priority=2,
    dark_sun_below=0.02,
    dark_charge_below=0.9,
    survival_below=0.35,
    survival_exit=0.5,
    safe_below=0.15,
    safe_exit=0.3,
    recovery_h=6.0,
)
START = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Thing:
    """A component that is just what the test says."""

    processes: tuple[Process, ...] = ()
    stores: tuple[Store, ...] = ()
    thermal_nodes: tuple[ThermalNode, ...] = ()
    capability: Mapping[str, float] = field(default_factory=dict)
    kind: ClassVar[str] = "thing"
    family: ClassVar[str] = "test"

    def primitives(self, place: Surroundings) -> Primitives:
        return Primitives(self.stores, self.processes, self.thermal_nodes, self.capability)


class Lit:
    """A place where only the Sun's disc matters."""

    def __init__(self, grid: TimeGrid, node: str, sun: ArrayLike = 1.0) -> None:
        self.grid, self.node = grid, node
        self._sun = np.broadcast_to(np.asarray(sun, np.float32), (grid.count,)).copy()

    def sun_disc_fraction(self, on_mast: bool = True) -> Series:
        return self._sun

    def age_years(self) -> Series:
        return (np.arange(self.grid.count) * (self.grid.step_h / YEAR_H)).astype(np.float32)


def asset(name: str, *processes: Process, stores: Sequence[Store] = (), nodes: Sequence[ThermalNode] = (), **more) -> Asset:
    capability = more.pop("capability", {})
    more.setdefault("node", "ridge")
    more.setdefault("start", START)
    return Asset(name, Thing(processes, tuple(stores), tuple(nodes), capability), **more)


def station(*assets: Asset, hours: float = 24.0, policy: Policy = POLICY, deliveries: Sequence[Delivery] = ()) -> Station:
    grid = TimeGrid(START, 600.0, round(hours * 6))
    return Station("test", grid, {"ridge": None}, {}, (), tuple(assets), policy, tuple(deliveries))  # type: ignore[dict-item]


def compile_lit(built: Station, sun: ArrayLike = 1.0) -> Compiled:
    place = Lit(built.grid, "ridge", sun)
    return compile_station(built, lambda _: place)
