"""Oxygen by electrolysis of water."""

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
from moonstation.components.life_support.crew import daily_balance
from moonstation.components.life_support.pem_cell import part_load_ratio
from moonstation.components.quantities import reaction
from moonstation.components.water_splitting import least_energy_kwh_per_kg
from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import YEAR_H

#: 2 H2O -> 2 H2 + O2, per kg of oxygen.
ELECTROLYSIS = reaction({"water": -2, "hydrogen": 2, "oxygen": 1}, per="oxygen")
#: Up to half the rate, and beyond.
_CELLS = ("electrolysis", "electrolysis at high rate")


@component("oxygen_generator")
@dataclass(frozen=True, slots=True)
class OxygenGenerator:
    """Electrolysis, 2 H2O -> 2 H2 + O2: keeps the oxygen tanks filled; hydrogen that nobody takes is vented."""

    oxygen_kg_h: float = param(unit="kg/h", doc="oxygen at full rate", low=0, high=1000)
    energy_kwh_per_kg: float = fact(
        "oga.energy",
        unit="kWh/kg",
        doc="electricity per kg of oxygen at full rate, never under the free energy",
        low=least_energy_kwh_per_kg(),
        high=50,
    )
    decay_per_year: float = fact("oga.decay", unit="1/yr", doc="share of its rate lost a year", low=0, high=0.5)
    hold_fraction: float = param(unit="-", doc="fill of the oxygen tanks that it keeps", low=0, high=1, default=0.9)

    example: ClassVar = {"oxygen_kg_h": 0.2}
    leaves_out: ClassVar = "changes of the cells' temperature and pressure, start-up, standby power, purity of the feed"
    failures: ClassVar = (
        FailureMode("cell stack", "membranes let hydrogen through, or a cell fails", spare=True),
        FailureMode("hydrogen sensor", "a false alarm shuts it down", spare=True, meter=_CELLS),
        FailureMode("water pump", "feed or circulation pump", spare=True, meter=_CELLS),
        FailureMode("deionising bed", "the bed in the feed leaks or lets ions through", spare=True, meter=_CELLS),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "cell stack, pump and drier"),
        Flow("water", "in", "feed"),
        Flow("oxygen", "out", "to the tanks"),
        Flow("hydrogen", "out", "to a Sabatier reactor or a tank, else vented"),
    )

    def __post_init__(self) -> None:
        """Refuse less energy than the free energy of water: no electrolyser can."""
        floor = least_energy_kwh_per_kg()
        if self.energy_kwh_per_kg < floor:
            raise RangeError(
                Fault(
                    where="energy_kwh_per_kg",
                    message="electrolysis cannot take less than the free energy of water",
                    value=self.energy_kwh_per_kg,
                    unit="kWh/kg",
                    allowed=f"at least {floor:g} kWh/kg",
                    hint="real ones take 5 to 8",
                )
            )

    def primitives(self, place: Surroundings) -> Primitives:
        """Two processes, one up to half the rate and one beyond; their activities are the oxygen made [kg/h].

        What oxygen costs grows with the rate, so the second half takes more than the first.
        """
        half = max(self.energy_kwh_per_kg * part_load_ratio(0.5), least_energy_kwh_per_kg())
        return Primitives(
            processes=(
                self._electrolysis(_CELLS[0], half),
                self._electrolysis(_CELLS[1], 2.0 * self.energy_kwh_per_kg - half),
            )
        )

    def _electrolysis(self, name: str, energy_kwh_per_kg: float) -> Process:
        return Process(
            name=name,
            recipe={"electricity": -energy_kwh_per_kg, **ELECTROLYSIS},
            limit=0.5 * self.oxygen_kg_h,
            priority=1,
            control=HoldLevel("oxygen", self.hold_fraction),
            decay_per_h=self.decay_per_year / YEAR_H,
            spills=True,
            capability={"crew_oxygen": 0.5 * self.oxygen_kg_h * 24.0 / -daily_balance()["cabin_oxygen"]},
        )
