"""Removal of carbon dioxide and humidity from the cabin air by two beds that are emptied into space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Surroundings, component, fact
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.carbon_dioxide_beds import CarbonDioxideBeds


@component("amine_swingbed")
@dataclass(frozen=True, slots=True)
class AmineSwingbed(CarbonDioxideBeds):
    """Two beds of solid amine, one in the air and one open to vacuum: light and frugal, but its water is lost.

    For landers, rovers and as a reserve; nothing is heated, so it draws little.
    """

    full_kpa: float = fact(
        "swingbed.full_pressure", unit="kPa", doc="partial pressure from which on the beds fill up", low=0.06, high=5
    )
    water_kg_per_kg: float = fact(
        "swingbed.water", unit="kg/kg", doc="humidity lost per kg of carbon dioxide", low=0, high=10
    )
    air_kg_per_kg: float = fact("swingbed.air", unit="kg/kg", doc="air lost per kg of carbon dioxide", low=0, high=1)
    energy_kwh_per_kg: float = fact(
        "swingbed.energy", unit="kWh/kg", doc="electricity per kg of carbon dioxide", low=0, high=50
    )

    example: ClassVar = {"carbon_dioxide_kg_h": 0.1}
    leaves_out: ClassVar = (
        "the swing within a cycle, the fall of the rate in dry air, ageing of the amine, pumps that save air"
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
        """One process; its activity is the carbon dioxide removed [kg/h]."""
        oxygen_share = 0.233  # of sea-level air by mass
        lost = {
            "electricity": -self.energy_kwh_per_kg,
            "cabin_carbon_dioxide": -1.0,
            "cabin_vapour": -self.water_kg_per_kg,
            "cabin_oxygen": -oxygen_share * self.air_kg_per_kg,
            "cabin_nitrogen": -(1.0 - oxygen_share) * self.air_kg_per_kg,
        }
        return Primitives(processes=(self.removal(lost, boundary=True),))
