"""Distillate from urine."""

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


@component("urine_processor")
@dataclass(frozen=True, slots=True)
class UrineProcessor:
    """Vapour-compression distillation: urine to distillate for the water processor, and brine."""

    urine_kg_h: float = param(unit="kg/h", doc="urine taken at full rate", low=0, high=1000)
    energy_kwh_per_kg: float = fact("upa.energy", unit="kWh/kg", doc="electricity per kg of urine", low=0.02, high=10)
    standby_kw: float = fact("upa.standby_power", unit="kW", doc="power beside the processing", low=0, high=10)
    recovery: float = fact("upa.recovery", unit="-", doc="share of the water that is recovered", low=0.1, high=1)
    start_above: float = param(unit="-", doc="fill of the urine tanks to start", low=0, high=1, default=0.3)
    stop_below: float = param(unit="-", doc="fill of the urine tanks to stop", low=0, high=1, default=0.05)

    example: ClassVar = {"urine_kg_h": 0.4}
    leaves_out: ClassVar = "solids and pretreatment acid in the urine, flush water, calcium limits, brine processing"
    failures: ClassVar = (
        FailureMode("distillation assembly", "bearing, seal, gear of the still", affects=("distillation",), spare=True),
        FailureMode("fluids pump", "hoses of the peristaltic pump", affects=("distillation",), spare=True),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "compressor, motor, controller"),
        Flow("urine", "in", "water in urine"),
        Flow("grey_water", "out", "distillate"),
        Flow("brine", "out", "what is not recovered"),
    )

    def __post_init__(self) -> None:
        """Refuse a start that is not above the stop: the processor would fill its tanks instead of emptying them."""
        refuse_disorder(self, ("stop_below", "start_above"), unit="-")

    def primitives(self, place: Surroundings) -> Primitives:
        """Distillation (activity: urine taken [kg/h]) and the controller's standby power."""
        distillation = Process(
            name="distillation",
            recipe={
                "electricity": -self.energy_kwh_per_kg,
                "urine": -1.0,
                "grey_water": self.recovery,
                "brine": 1.0 - self.recovery,
            },
            limit=self.urine_kg_h,
            priority=4,
            control=Hysteresis("urine", on=self.start_above, off=self.stop_below),
            spills=True,
        )
        standby = Process(name="standby", recipe={"electricity": -self.standby_kw}, priority=4)
        return Primitives(processes=(distillation, standby))
