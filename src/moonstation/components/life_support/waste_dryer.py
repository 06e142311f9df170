"""Water out of solid waste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.feed_dryer import FeedDryer
from moonstation.components.quantities import waste_water_share


@component("waste_dryer")
@dataclass(frozen=True, slots=True)
class WasteDryer(FeedDryer):
    """Dries faeces and the rest of the waste: the water is used again, the dry matter keeps without rotting."""

    waste_kg_h: float = param(unit="kg/h", doc="waste taken at full rate", low=0, high=1000)
    recovery: float = fact("waste_dryer.recovery", unit="-", doc="share dried, the rest stays wet", low=0.1, high=1)
    energy_kwh_per_kg: float = fact(
        "waste_dryer.energy", unit="kWh/kg", doc="electricity per kg of waste", low=0.05, high=10
    )

    example: ClassVar = {"waste_kg_h": 0.1, "recovery": 0.9}
    leaves_out: ClassVar = "packaging and clothes, heat melt compaction, pyrolysis or burning of the dry matter, odours"
    failures: ClassVar = (FailureMode("heater", "heater or its thermostat", spare=True),)
    feed: ClassVar = "waste"
    dry: ClassVar = "dry_waste"
    flows: ClassVar = (
        Flow("electricity", "in", "heater and pump"),
        Flow("waste", "in", "faeces with their water, solids of urine and sweat"),
        Flow("grey_water", "out", "condensed"),
        Flow("dry_waste", "out", "to a store, else thrown away"),
        Flow("waste@self", "out", "what stays wet, thrown away"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the waste taken [kg/h]."""
        return self.drying("drying", self.waste_kg_h, waste_water_share())
