"""Water from icy regolith."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.core.units import J_PER_KWH
from moonstation.facts.table import lookup


def regolith_heat_j_kg(from_k: float, to_k: float) -> float:
    """Heat that warms 1 kg of dry regolith from one temperature to another [J/kg], 10-400 K.

    Integral of the specific heat of Hayne et al. 2017, JGR Planets 122:2371, eq. A6 (a polynomial of degree 4).
    """
    terms = (lookup(f"regolith.heat_capacity_c{n}").value for n in range(5))
    return sum(term / (n + 1) * (to_k ** (n + 1) - from_k ** (n + 1)) for n, term in enumerate(terms))


def extraction_kwh_per_kg(ice_fraction: float, efficiency: float) -> float:
    """Electricity to free 1 kg of ice from its regolith by heat [kWh/kg].

    Warms the dry regolith around it and the ice, then sublimes the ice; ``efficiency`` [-] of the heat does so.
    """
    cold_k, hot_k = lookup("extractor.ice_temperature").value, lookup("extractor.process_temperature").value
    dry_per_ice = (1.0 - ice_fraction) / ice_fraction
    sensible = dry_per_ice * regolith_heat_j_kg(cold_k, hot_k)
    sensible += lookup("extractor.ice_heat_capacity").value * (hot_k - cold_k)
    return (sensible + 1e6 * lookup("extractor.sublimation_heat").value) / efficiency / J_PER_KWH


@component("water_extractor")
@dataclass(frozen=True, slots=True)
class WaterExtractor:
    """Ovens and a cold trap: ice in regolith to used-water grade; the dry regolith stays where it is."""

    ice_kg_h: float = param(unit="kg/h", doc="ice taken at full rate", low=0, high=1e5)
    ice_fraction: float = fact(
        "excavator.ice_fraction", unit="-", doc="mass of ice in the ground it is fed", low=0.001, high=1
    )
    efficiency: float = fact("extractor.efficiency", unit="-", doc="share of the heat that is useful", low=0.01, high=1)
    recovery: float = fact("extractor.recovery", unit="-", doc="share of the ice that is caught", low=0.01, high=1)

    example: ClassVar = {"ice_kg_h": 1.0}
    leaves_out: ClassVar = "other volatiles, batches, warm-up of the oven, heat recovery, cooling of the cold trap"
    failures: ClassVar = (
        FailureMode("seal", "dust in the seal of the oven", latent=True, spare=True),
        FailureMode("feed jam", "icy ground sticks in the feed"),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "oven"),
        Flow("ice", "in", "from the excavator"),
        Flow("grey_water", "out", "water to be cleaned"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the ice taken [kg/h]; ice that is not caught is lost to space."""
        process = Process(
            name="extraction",
            recipe={
                "electricity": -extraction_kwh_per_kg(self.ice_fraction, self.efficiency),
                "ice": -1.0,
                "grey_water": self.recovery,
            },
            limit=self.ice_kg_h,
            priority=6,
            boundary=self.recovery < 1.0,
        )
        return Primitives(processes=(process,))
