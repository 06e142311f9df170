"""Oxygen from the oxides of dry regolith."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.water_splitting import least_energy_kwh_per_kg


@component("regolith_oxygen_plant")
@dataclass(frozen=True, slots=True)
class RegolithOxygenPlant:
    """Hydrogen reduction of ilmenite, hydrogen in a closed loop: regolith in, oxygen out, slag to the ground."""

    oxygen_kg_h: float = param(unit="kg/h", doc="oxygen at full rate", low=0, high=1e5)
    energy_kwh_per_kg: float = fact(
        "regolith_oxygen.energy",
        unit="kWh/kg",
        doc="electricity per kg of oxygen, end to end",
        low=least_energy_kwh_per_kg(),
        high=500,
    )
    regolith_kg_per_kg: float = fact(
        "regolith_oxygen.regolith", unit="kg/kg", doc="regolith per kg of oxygen", low=2.2, high=1e5
    )

    example: ClassVar = {"oxygen_kg_h": 0.1}
    leaves_out: ClassVar = "hydrogen make-up, batches, beneficiation and liquefaction as steps of their own, metals"
    failures: ClassVar = (
        FailureMode("reactor", "seal or crucible of the reactor", spare=True),
        FailureMode("feed jam", "regolith sticks in the feed"),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "beneficiation, reactor, electrolysis, liquefaction"),
        Flow("regolith", "in", "feed"),
        Flow("oxygen", "out", "product"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the oxygen made [kg/h]."""
        process = Process(
            name="reduction",
            recipe={
                "electricity": -self.energy_kwh_per_kg,
                "regolith": -self.regolith_kg_per_kg,
                "oxygen": 1.0,
            },
            limit=self.oxygen_kg_h,
            priority=6,
            boundary=True,
        )
        return Primitives(processes=(process,))
