"""Water out of brine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    Hysteresis,
    Primitives,
    Process,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import refuse_disorder


@component("brine_processor")
@dataclass(frozen=True, slots=True)
class BrineProcessor:
    """Warm air over a membrane bladder of brine: its water becomes humidity, which the condenser gathers."""

    brine_kg_h: float = param(unit="kg/h", doc="brine taken at full rate", low=0, high=1000)
    recovery: float = fact("bpa.recovery", unit="-", doc="share of the water that is recovered", low=0.1, high=1)
    energy_kwh_per_kg: float = fact("bpa.energy", unit="kWh/kg", doc="electricity per kg of brine", low=0.02, high=10)
    start_above: float = param(unit="-", doc="fill of the brine tanks to start", low=0, high=1, default=0.2)
    stop_below: float = param(unit="-", doc="fill of the brine tanks to stop", low=0, high=1, default=0.02)

    example: ClassVar = {"brine_kg_h": 0.1}
    leaves_out: ClassVar = "batches and the change of bladders, solids of the brine, odours, the heat of evaporation"
    failures: ClassVar = (FailureMode("bladder", "membrane leaks or is clogged", spare=True),)
    flows: ClassVar = (
        Flow("electricity", "in", "heater and fan"),
        Flow("brine", "in", "of urine and water processors"),
        Flow("cabin_vapour", "out", "recovered, as humidity"),
        Flow("brine@self", "out", "what stays in the bladder, thrown away"),
    )

    def __post_init__(self) -> None:
        """Refuse a start that is not above the stop."""
        refuse_disorder(self, ("stop_below", "start_above"), unit="-")

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the brine taken [kg/h]."""
        process = Process(
            name="drying",
            recipe={
                "electricity": -self.energy_kwh_per_kg,
                "brine": -1.0,
                "cabin_vapour": self.recovery,
                "brine@self": 1.0 - self.recovery,
            },
            limit=self.brine_kg_h,
            priority=4,
            control=Hysteresis("brine", on=self.start_above, off=self.stop_below),
            spills=True,
        )
        return Primitives(processes=(process,))
