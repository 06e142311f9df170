"""Removal of carbon dioxide and humidity from the cabin air by two beds that are emptied into space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    Primitives,
    Process,
    Proportional,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.cabin_air import humid_fill_fraction
from moonstation.components.life_support.carbon_dioxide_beds import CarbonDioxideBeds
from moonstation.facts.table import lookup


@component("amine_swingbed")
@dataclass(frozen=True, slots=True)
class AmineSwingbed(CarbonDioxideBeds):
    """Two beds of solid amine, one in the air and one open to vacuum: light and frugal, but water and air are lost.

    For landers, rovers and as a reserve; nothing is heated, so it draws little. The mean over its cycles, whose length
    and flow follow the load; ``two_beds`` resolves them.
    """

    full_kpa: float = fact(
        "swingbed.full_pressure", unit="kPa", doc="partial pressure from which on the beds fill up", low=0.06, high=5
    )
    water_kg_per_kg: float = fact(
        "swingbed.water",
        unit="kg/kg",
        doc="humidity lost per kg of carbon dioxide, at target_kpa and the cabin's set humidity",
        low=0,
        high=10,
    )
    air_kg_per_kg: float = fact(
        "swingbed.air", unit="kg/kg", doc="air lost per kg of carbon dioxide, after equalising", low=0, high=1
    )
    air_saved: float = param(default=0.0, unit="-", doc="share of that air which a pump brings back", low=0, high=1)
    energy_kwh_per_kg: float = fact(
        "swingbed.energy", unit="kWh/kg", doc="electricity per kg of carbon dioxide", low=0, high=50
    )

    example: ClassVar = {"carbon_dioxide_kg_h": 0.1}
    leaves_out: ClassVar = (
        "the swing within a cycle (two_beds has it), what water does to the uptake of carbon dioxide, air lost from "
        "cabins of less pressure (less), ageing of the amine, electricity of a pump that saves air"
    )
    failures: ClassVar = (FailureMode("swing valve", "valve between cabin, beds and vacuum", spare=True),)
    flows: ClassVar = (
        Flow("electricity", "in", "fan and valves"),
        Flow("cabin_carbon_dioxide", "in", "to space"),
        Flow("cabin_vapour", "in", "to space"),
        Flow("cabin_oxygen", "in", "air in the beds, to space"),
        Flow("cabin_nitrogen", "in", "air in the beds, to space"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Removal (activity: carbon dioxide removed [kg/h]), and drying (activity: humidity lost [kg/h])."""
        oxygen_share = 0.2314  # of dry sea-level air by mass, US Standard Atmosphere 1976
        air_kg = self.air_kg_per_kg * (1.0 - self.air_saved)
        energy_kwh = self.energy_kwh_per_kg / (1.0 + self.water_kg_per_kg)  # of each kg, gas or water
        lost = {
            "electricity": -energy_kwh,
            "cabin_carbon_dioxide": -1.0,
            "cabin_oxygen": -oxygen_share * air_kg,
            "cabin_nitrogen": -(1.0 - oxygen_share) * air_kg,
        }
        drying = Process(
            name="drying",
            recipe={"electricity": -energy_kwh, "cabin_vapour": -1.0},
            limit=self.carbon_dioxide_kg_h * self.water_kg_per_kg / lookup("cabin.humidity").value,
            priority=1,
            control=Proportional("cabin_vapour", humid_fill_fraction(1.0)),
            boundary=True,
        )
        return Primitives(processes=(self.removal(lost, boundary=True), drying))
