"""Removal of carbon dioxide from the cabin air by four beds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, HoldLevel, Primitives, Process, Store, Surroundings, component, fact
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.carbon_dioxide_beds import CarbonDioxideBeds
from moonstation.core.time import YEAR_H
from moonstation.facts.table import lookup


@component("co2_removal")
@dataclass(frozen=True, slots=True)
class Co2Removal(CarbonDioxideBeds):
    """Four-bed molecular sieve: the more carbon dioxide is in the air the more it takes, until its beds are full.

    What it takes waits in the beds until heat drives it out, to a tank, a Sabatier reactor or space. The mean over its
    cycles; ``four_beds`` resolves them.
    """

    full_kpa: float = fact(
        "cdra.full_pressure", unit="kPa", doc="partial pressure from which on the beds fill up", low=0.06, high=5
    )
    energy_kwh_per_kg: float = fact(
        "cdra.energy", unit="kWh/kg", doc="electricity per kg of carbon dioxide", low=0.1, high=50
    )
    decay_per_year: float = fact("cdra.decay", unit="1/yr", doc="share of its rate lost a year", low=0, high=0.5)

    example: ClassVar = {"carbon_dioxide_kg_h": 0.25}
    leaves_out: ClassVar = (
        "the swing within a half cycle (four_beds has it), air and water lost with the vented gas, heating of the beds "
        "while there is little to remove, temperature of the air"
    )
    failures: ClassVar = (
        FailureMode(
            "blower", "fan that draws cabin air through the beds", affects=("removal",), spare=True, meter=("removal",)
        ),
        FailureMode("selector valve", "valve stuck by sorbent dust", spare=True, meter=("removal",)),
        FailureMode("bed", "sorbent bed or its heater degraded", latent=True, spare=True, meter=("removal",)),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "blower and desorption heaters"),
        Flow("cabin_carbon_dioxide", "in", "out of the air"),
        Flow("carbon_dioxide", "out", "to a tank or the Sabatier reactor, else vented"),
        Flow("carbon_dioxide@self", "store", "held by the beds"),
        Flow("carbon_dioxide@self", "out", "adsorbed"),
        Flow("carbon_dioxide@self", "in", "driven out by heat and vacuum"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Adsorption (activity: carbon dioxide removed [kg/h]), and desorption of what the beds hold."""
        blower = lookup("cdra.blower_share").value
        adsorbed = {
            "electricity": -blower * self.energy_kwh_per_kg,
            "cabin_carbon_dioxide": -1.0,
            "carbon_dioxide@self": 1.0,
        }
        removal = self.removal(adsorbed, decay_per_h=self.decay_per_year / YEAR_H)
        desorption = Process(
            name="desorption",
            recipe={
                "electricity": -(1.0 - blower) * self.energy_kwh_per_kg,
                "carbon_dioxide@self": -1.0,
                "carbon_dioxide": 1.0,
            },
            limit=self.full_kg_h(),
            priority=1,
            control=HoldLevel("carbon_dioxide@self", 0.0),
            spills=True,
        )
        beds_kg = 2.0 * self.full_kg_h() * lookup("cdra.half_cycle").value / 60.0
        beds = Store(name="beds", bus="carbon_dioxide@self", capacity=beds_kg)
        return Primitives(stores=(beds,), processes=(removal, desorption))
