"""Removal of carbon dioxide from the cabin air."""

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
from moonstation.components.life_support.cabin_air import fill_fraction
from moonstation.components.life_support.crew import daily_balance


@component("co2_removal")
@dataclass(frozen=True, slots=True)
class Co2Removal:
    """Molecular sieves that hold carbon dioxide at its target and give it to a tank, a Sabatier reactor or space."""

    carbon_dioxide_kg_h: float = param(unit="kg/h", doc="removal at full rate", low=0, high=1000)
    energy_kwh_per_kg: float = fact(
        "cdra.energy", unit="kWh/kg", doc="electricity per kg of carbon dioxide", low=0.1, high=50
    )
    target_kpa: float = fact(
        "cabin.carbon_dioxide_target", unit="kPa", doc="partial pressure that it holds", low=0.05, high=2
    )

    example: ClassVar = {"carbon_dioxide_kg_h": 0.25}
    leaves_out: ClassVar = (
        "adsorption and desorption cycles, the fall of the rate with the partial pressure, air and water lost with "
        "the vented gas, ageing of the sorbent"
    )
    failures: ClassVar = (
        FailureMode("blower", "fan that draws cabin air through the beds", spare=True),
        FailureMode("selector valve", "valve stuck by sorbent dust", spare=True),
        FailureMode("bed", "sorbent bed or its heater degraded", latent=True, spare=True),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "blower and desorption heaters"),
        Flow("cabin_carbon_dioxide", "in", "out of the air"),
        Flow("carbon_dioxide", "out", "to a tank or the Sabatier reactor, else vented"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the carbon dioxide removed [kg/h]."""
        process = Process(
            name="removal",
            recipe={"electricity": -self.energy_kwh_per_kg, "cabin_carbon_dioxide": -1.0, "carbon_dioxide": 1.0},
            limit=self.carbon_dioxide_kg_h,
            priority=1,
            control=HoldLevel("cabin_carbon_dioxide", fill_fraction("cabin_carbon_dioxide", self.target_kpa)),
            spills=True,
            capability={"crew_co2_removal": self.carbon_dioxide_kg_h * 24.0 / daily_balance()["cabin_carbon_dioxide"]},
        )
        return Primitives(processes=(process,))
