"""Water from the humidity of the cabin air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    HoldLevel,
    Primitives,
    Process,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.cabin_air import humid_fill_fraction, saturation_kpa
from moonstation.facts.table import lookup


@component("condensing_heat_exchanger")
@dataclass(frozen=True, slots=True)
class CondensingHeatExchanger:
    """Cold surfaces and a water separator that hold the cabin's humidity, no drier than the coolant's dew point."""

    water_kg_h: float = param(unit="kg/h", doc="condensate at full rate", low=0, high=1000)
    humidity: float = fact("cabin.humidity", unit="-", doc="relative humidity that it holds", low=0.05, high=1)
    energy_kwh_per_kg: float = fact(
        "condenser.energy", unit="kWh/kg", doc="its own fan and separator per kg of condensate", low=0, high=10
    )

    coolant_k: float = fact("ccaa.coolant", unit="K", doc="of the coolant that enters", low=273.5, high=290)

    example: ClassVar = {"water_kg_h": 0.8}
    leaves_out: ClassVar = "the fall of the rate with the dew point (cooling_coil has it), fan power when idle"
    failures: ClassVar = (
        FailureMode("separator", "water separator flooded", spare=True),
        FailureMode("coating", "coating no longer takes up water", latent=True, spare=True),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "fan and separator"),
        Flow("cabin_vapour", "in", "out of the air"),
        Flow("grey_water", "out", "condensate"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the condensate [kg/h]."""
        driest = saturation_kpa(self.coolant_k) / saturation_kpa(lookup("cabin.temperature").value)
        process = Process(
            name="condensing",
            recipe={"electricity": -self.energy_kwh_per_kg, "cabin_vapour": -1.0, "grey_water": 1.0},
            limit=self.water_kg_h,
            priority=1,
            control=HoldLevel("cabin_vapour", humid_fill_fraction(max(self.humidity, driest))),
            spills=True,
        )
        return Primitives(processes=(process,))
