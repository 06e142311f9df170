"""A site's electric distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact
from moonstation.components.failure_modes import FailureMode


@component("power_bus")
@dataclass(frozen=True, slots=True)
class PowerBus:
    """Switching, conversion and cables between sources and loads: every load draws more than it uses."""

    distribution_efficiency: float = fact(
        "power_bus.distribution_efficiency", unit="-", doc="power at the load over power at the bus", low=0.5, high=1.0
    )
    controller_kw: float = fact(
        "power_bus.controller", unit="kW", doc="standing draw of the control unit", low=0.0, high=100.0
    )

    failures: ClassVar = (FailureMode("controller", "controller of the switchgear hangs", spare=True),)
    flows: ClassVar = (Flow("electricity", "in", "control unit"),)
    example: ClassVar = {"controller_kw": 0.02}
    leaves_out: ClassVar = (
        "voltage levels, faults and their clearing; losses that grow with the square of the load; limits of single "
        "lines; cables between sites; without a bus a site distributes without loss"
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """The control unit's draw; the efficiency is a capability that the station applies to the site's loads."""
        controller = Process("controller", {"electricity": -1.0}, limit=self.controller_kw, priority=0)
        return Primitives(processes=(controller,), capability={"distribution_efficiency": self.distribution_efficiency})
