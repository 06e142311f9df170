"""Trace contaminants burnt out of the cabin air."""

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
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.cabin_air import gas_mass_kg, scale_kpa
from moonstation.components.quantities import reaction
from moonstation.facts.table import lookup

#: C2H6O + 3 O2 -> 2 CO2 + 3 H2O, per kg of contaminant (as ethanol).
OXIDATION = {
    {"oxygen": "cabin_oxygen", "carbon_dioxide": "cabin_carbon_dioxide", "water": "cabin_vapour"}.get(stock, stock): kg
    for stock, kg in reaction(
        {"cabin_contaminant": -1, "oxygen": -3, "carbon_dioxide": 2, "water": 3}, per="cabin_contaminant"
    ).items()
}


@component("contaminant_control")
@dataclass(frozen=True, slots=True)
class ContaminantControl:
    """Catalytic oxidiser that cleans a stream of cabin air: a first-order rate, flow times concentration."""

    air_m3_h: float = fact("tccs.air_flow", unit="m3/h", doc="air through the oxidiser", low=0, high=10_000)
    efficiency: float = fact("tccs.efficiency", unit="-", doc="share burnt in one pass", low=0.01, high=1)
    power_kw: float = fact("tccs.power", unit="kW", doc="heater, fan and controller", low=0, high=10)

    example: ClassVar[dict[str, float]] = {}
    leaves_out: ClassVar = (
        "what charcoal and lithium hydroxide hold (ammonia, halogens), single compounds and their limits, poisoning of "
        "the catalyst, the oxidiser's warm-up"
    )
    failures: ClassVar = (
        FailureMode("oxidiser", "heater or catalyst of the oxidiser", affects=("oxidation",), latent=True, spare=True),
        FailureMode("charcoal bed", "the bed before it is full", affects=("oxidation",), latent=True, spare=True),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "heater, fan, controller"),
        Flow("cabin_contaminant", "in", "out of the air"),
        Flow("cabin_oxygen", "in", "burns it"),
        Flow("cabin_carbon_dioxide", "out", "burnt"),
        Flow("cabin_vapour", "out", "burnt"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Oxidation (activity: contaminant burnt [kg/h]), and the power that it takes at any rate."""
        temperature_k = lookup("cabin.temperature").value
        kg_m3 = gas_mass_kg("cabin_contaminant", scale_kpa("cabin_contaminant"), 1.0, temperature_k)
        oxidation = Process(
            name="oxidation",
            recipe={"electricity": -lookup("tccs.reaction_energy").value, **OXIDATION},
            limit=self.efficiency * self.air_m3_h * kg_m3,
            priority=3,
            control=Proportional("cabin_contaminant", full_at=1.0),
            spills=True,
        )
        running = Process(name="running", recipe={"electricity": -self.power_kw}, priority=3)
        return Primitives(processes=(oxidation, running))
