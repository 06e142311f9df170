"""Distillate from urine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.feed_processor import FeedProcessor


def _part(name: str, doc: str) -> FailureMode:
    """A part that works while the still does."""
    return FailureMode(name, doc, affects=("distillation",), spare=True, meter=("distillation",))


@component("urine_processor")
@dataclass(frozen=True, slots=True)
class UrineProcessor(FeedProcessor):
    """Vapour-compression distillation: urine to distillate for the water processor, and brine."""

    urine_kg_h: float = param(unit="kg/h", doc="urine taken at full rate", low=0, high=1000)
    energy_kwh_per_kg: float = fact("upa.energy", unit="kWh/kg", doc="electricity per kg of urine", low=0.02, high=10)
    standby_kw: float = fact("upa.standby_power", unit="kW", doc="power beside the processing", low=0, high=10)
    recovery: float = fact("upa.recovery", unit="-", doc="share of the water that is recovered", low=0.1, high=1)

    example: ClassVar = {"urine_kg_h": 0.4}
    leaves_out: ClassVar = "solids and pretreatment acid in the urine, flush water, calcium limits, brine processing"
    failures: ClassVar = (
        _part("distillation assembly", "bearing, seal, gear of the still"),
        _part("fluids pump", "hoses of the peristaltic pump"),
        _part("pressure pump", "the pump that holds the still's vacuum"),
        _part("separator plumbing", "what parts distillate from gas is clogged or leaks"),
    )
    feed: ClassVar = "urine"
    flows: ClassVar = (
        Flow("electricity", "in", "compressor, motor, controller"),
        Flow("urine", "in", "water in urine"),
        Flow("grey_water", "out", "distillate"),
        Flow("brine", "out", "what is not recovered"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Distillation (activity: urine taken [kg/h]) and the controller's standby power."""
        made = {
            "electricity": -self.energy_kwh_per_kg,
            "grey_water": self.recovery,
            "brine": 1.0 - self.recovery,
        }
        distillation = self.working_off("distillation", made, self.urine_kg_h, priority=4)
        standby = Process(name="standby", recipe={"electricity": -self.standby_kw}, priority=4)
        return Primitives(processes=(distillation, standby))
