"""Command and data handling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, param
from moonstation.components.failure_modes import FailureMode

#: Gbit/h in one kbit/s.
_GBIT_H_PER_KBIT_S = 3.6e-3


@component("command_unit")
@dataclass(frozen=True, slots=True)
class CommandUnit:
    """Computers and receivers of a lander or a command centre: always on, they make housekeeping data."""

    power_kw: float = param(unit="kW", doc="standing draw", low=0.0001, high=100.0)
    housekeeping_kbit_s: float = param(unit="kbit/s", doc="telemetry made while it runs", low=0.0, high=1e6)

    failures: ClassVar = (
        FailureMode("hang-up", "program stands still until it is started again"),
        FailureMode("computer", "processor or memory broken", spare=True),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "computers, receivers, sensors"),
        Flow("data", "out", "housekeeping telemetry"),
    )
    example: ClassVar = {"power_kw": 0.05, "housekeeping_kbit_s": 4.0}
    leaves_out: ClassVar = (
        "what the computers decide (that is the policy of the station); restarts after a loss of power; telemetry that "
        "grows in an emergency; commands from the Earth"
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One load of the first priority whose product is data."""
        recipe = {"electricity": -self.power_kw, "data": self.housekeeping_kbit_s * _GBIT_H_PER_KBIT_S}
        return Primitives(processes=(Process("command", recipe, priority=0),))
