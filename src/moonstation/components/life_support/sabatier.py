"""Water from carbon dioxide and hydrogen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.quantities import reaction

#: CO2 + 4 H2 -> CH4 + 2 H2O, per kg of carbon dioxide.
METHANATION = reaction({"carbon_dioxide": -1, "hydrogen": -4, "methane": 1, "water": 2}, per="carbon_dioxide")


def sabatier_recipe(conversion: float) -> Mapping[str, float]:
    """Masses per kg of carbon dioxide that reacts, when only ``conversion`` [-] of the hydrogen fed does [kg/kg].

    The reactor is fed lean in hydrogen; the part that passes through leaves with the methane (``hydrogen@self``).
    """
    fed = METHANATION["hydrogen"] / conversion
    return {
        "carbon_dioxide": METHANATION["carbon_dioxide"],
        "hydrogen": fed,
        "methane": METHANATION["methane"],
        "grey_water": METHANATION["water"],
        "hydrogen@self": METHANATION["hydrogen"] - fed,
    }


@component("sabatier")
@dataclass(frozen=True, slots=True)
class Sabatier:
    """Reactor, CO2 + 4 H2 -> CH4 + 2 H2O: water from breathed-out carbon dioxide; methane without a tank is vented."""

    carbon_dioxide_kg_h: float = param(unit="kg/h", doc="carbon dioxide reacted at full rate", low=0, high=1000)
    conversion: float = fact(
        "sabatier.conversion", unit="-", doc="share of the hydrogen fed that reacts", low=0.1, high=1
    )
    energy_kwh_per_kg: float = fact(
        "sabatier.energy", unit="kWh/kg", doc="electricity per kg of carbon dioxide", low=0, high=50
    )

    example: ClassVar = {"carbon_dioxide_kg_h": 0.2}
    leaves_out: ClassVar = (
        "warm-up, heat of reaction where nothing houses it (1.60 kWh per kg of CO2), catalyst ageing, carbon formation"
    )
    failures: ClassVar = (
        FailureMode("reactor", "heater or catalyst of the reactor degraded", spare=True),
        FailureMode("compressor", "carbon dioxide compressor stops", spare=True),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "compressor and valves"),
        Flow("carbon_dioxide", "in", "from the cabin"),
        Flow("hydrogen", "in", "from electrolysis"),
        Flow("methane", "out", "to a tank, else vented"),
        Flow("grey_water", "out", "product water, to be cleaned"),
        Flow("hydrogen@self", "out", "hydrogen that did not react, vented with the methane"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the carbon dioxide reacted [kg/h]."""
        process = Process(
            name="reaction",
            recipe={"electricity": -self.energy_kwh_per_kg, **sabatier_recipe(self.conversion)},
            limit=self.carbon_dioxide_kg_h,
            priority=4,
            spills=True,
        )
        return Primitives(processes=(process,))
