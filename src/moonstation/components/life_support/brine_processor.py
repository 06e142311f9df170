"""Water out of brine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.feed_processor import FeedProcessor


@component("brine_processor")
@dataclass(frozen=True, slots=True)
class BrineProcessor(FeedProcessor):
    """Warm air over a membrane bladder of brine: its water becomes humidity, which the condenser gathers."""

    brine_kg_h: float = param(unit="kg/h", doc="brine taken at full rate", low=0, high=1000)
    recovery: float = fact("bpa.recovery", unit="-", doc="share of the water that is recovered", low=0.1, high=1)
    energy_kwh_per_kg: float = fact("bpa.energy", unit="kWh/kg", doc="electricity per kg of brine", low=0.02, high=10)
    start_above: float = param(unit="-", doc="fill of the brine tanks to start", low=0, high=1, default=0.2)
    stop_below: float = param(unit="-", doc="fill of the brine tanks to stop", low=0, high=1, default=0.02)

    example: ClassVar = {"brine_kg_h": 0.1}
    leaves_out: ClassVar = "batches and the change of bladders, solids of the brine, odours, the heat of evaporation"
    failures: ClassVar = (FailureMode("bladder", "membrane leaks or is clogged", spare=True),)
    feed: ClassVar = "brine"
    flows: ClassVar = (
        Flow("electricity", "in", "heater and fan"),
        Flow("brine", "in", "of urine and water processors"),
        Flow("cabin_vapour", "out", "recovered, as humidity"),
        Flow("brine@self", "out", "what stays in the bladder, thrown away"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the brine taken [kg/h]."""
        made = {
            "electricity": -self.energy_kwh_per_kg,
            "cabin_vapour": self.recovery,
            "brine@self": 1.0 - self.recovery,
        }
        process = self.working_off("drying", made, self.brine_kg_h, priority=4)
        return Primitives(processes=(process,))
