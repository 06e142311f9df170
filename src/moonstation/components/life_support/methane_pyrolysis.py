"""Hydrogen out of methane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    Hysteresis,
    Primitives,
    Process,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import refuse_disorder
from moonstation.components.quantities import reaction

#: CH4 -> C + 2 H2, per kg of methane.
PYROLYSIS = reaction({"methane": -1, "carbon": 1, "hydrogen": 2}, per="methane")


@component("methane_pyrolysis")
@dataclass(frozen=True, slots=True)
class MethanePyrolysis:
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
    start_above: float = param(unit="-", doc="fill of the methane tanks to start", low=0, high=1, default=0.3)
    stop_below: float = param(unit="-", doc="fill of the methane tanks to stop", low=0, high=1, default=0.05)

    example: ClassVar = {"methane_kg_h": 0.08}
    leaves_out: ClassVar = "acetylene and soot in the gas, removal of the carbon from the reactor, warm-up, catalysts"
    failures: ClassVar = (FailureMode("reactor", "reactor clogged with carbon", spare=True),)
    flows: ClassVar = (
        Flow("electricity", "in", "heater or plasma"),
        Flow("methane", "in", "from the Sabatier reactor"),
        Flow("hydrogen", "out", "back to the Sabatier reactor"),
        Flow("carbon", "out", "to a store, else thrown away"),
        Flow("methane@self", "out", "methane that was not split, vented"),
    )

    def __post_init__(self) -> None:
        """Refuse a start that is not above the stop."""
        refuse_disorder(self, ("stop_below", "start_above"), unit="-")

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the methane taken [kg/h]."""
        recipe = {stock: kg * self.conversion for stock, kg in PYROLYSIS.items()}
        process = Process(
            name="splitting",
            recipe={
                **recipe,
                "electricity": -self.energy_kwh_per_kg,
                "methane": -1.0,
                "methane@self": 1.0 - self.conversion,
            },
            limit=self.methane_kg_h,
            priority=5,
            control=Hysteresis("methane", on=self.start_above, off=self.stop_below),
            spills=True,
        )
        return Primitives(processes=(process,))
