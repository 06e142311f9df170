"""Data recorder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Store, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode


@component("recorder")
@dataclass(frozen=True, slots=True)
class Recorder:
    """Solid-state memory of a site: data waits here for a link; in want of room the least worthy is lost first."""

    capacity_gbit: float = param(unit="Gbit", doc="what it can keep", low=0.0, high=1e9)
    power_kw: float = fact("comms.recorder_power", unit="kW", doc="standing draw", low=0.0, high=10.0)

    failures: ClassVar = (
        FailureMode("memory bank", "one of four banks is lost with what it held", affects=("memory",), spare=True),
    )
    flows: ClassVar = (
        Flow("data", "store", "data that waits for a link"),
        Flow("electricity", "in", "memory and controller"),
    )
    example: ClassVar = {"capacity_gbit": 1000.0}
    leaves_out: ClassVar = "compression; the memory still records without power; bit errors by radiation"

    def primitives(self, place: Surroundings) -> Primitives:
        """One store, empty on landing, and its draw."""
        memory = Store("memory", "data", capacity=self.capacity_gbit)
        draw = Process("memory power", {"electricity": -1.0}, limit=self.power_kw, priority=2)
        return Primitives(stores=(memory,), processes=(draw,))
