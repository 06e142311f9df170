"""Hydrogen out of methane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.feed_processor import FeedProcessor
from moonstation.components.quantities import reaction

#: CH4 -> C + 2 H2, per kg of methane.
PYROLYSIS = reaction({"methane": -1, "carbon": 1, "hydrogen": 2}, per="methane")


@component("methane_pyrolysis")
@dataclass(frozen=True, slots=True)
class MethanePyrolysis(FeedProcessor):
    """Hot reactor, CH4 -> C + 2 H2: gives the Sabatier reactor its hydrogen back, so that all oxygen can be recovered.

    It needs a tank of methane to draw on and one of hydrogen to give to.
    """

    methane_kg_h: float = param(unit="kg/h", doc="methane taken at full rate", low=0, high=1000)
    conversion: float = fact(
        "pyrolysis.conversion", unit="-", doc="share of the methane that is split", low=0.1, high=1
    )
    energy_kwh_per_kg: float = fact(
        "pyrolysis.energy", unit="kWh/kg", doc="electricity per kg of methane", low=1.3, high=100
    )

    example: ClassVar = {"methane_kg_h": 0.08}
    leaves_out: ClassVar = "acetylene and soot in the gas, removal of the carbon from the reactor, warm-up, catalysts"
    failures: ClassVar = (FailureMode("reactor", "reactor clogged with carbon", spare=True),)
    feed: ClassVar = "methane"
    flows: ClassVar = (
        Flow("electricity", "in", "heater or plasma"),
        Flow("methane", "in", "from the Sabatier reactor"),
        Flow("hydrogen", "out", "back to the Sabatier reactor"),
        Flow("carbon", "out", "to a store, else thrown away"),
        Flow("methane@self", "out", "methane that was not split, vented"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the methane taken [kg/h]."""
        recipe = {stock: kg * self.conversion for stock, kg in PYROLYSIS.items()}
        made = {
            **recipe,
            "electricity": -self.energy_kwh_per_kg,
            "methane@self": 1.0 - self.conversion,
        }
        process = self.working_off("splitting", made, self.methane_kg_h, priority=5)
        return Primitives(processes=(process,))
