"""Gases kept as cold liquids: liquefaction, boil-off, and gas again when it is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    Hysteresis,
    Interlock,
    Primitives,
    Process,
    Proportional,
    Store,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import refuse_disorder
from moonstation.facts.table import lookup

#: Facts of each gas: ideal work of liquefaction, and boil-off of an insulated tank.
_FACTS: Mapping[str, tuple[str, str]] = {
    "oxygen": ("cryo.oxygen_ideal_work", "cryo.oxygen_boil_off"),
    "hydrogen": ("cryo.hydrogen_ideal_work", "cryo.hydrogen_boil_off"),
    "methane": ("cryo.methane_ideal_work", "cryo.methane_boil_off"),
}


@component("cryogenic_tank")
@dataclass(frozen=True, slots=True)
class CryogenicTank:
    """Liquefies what the site's gas tanks hold in excess, loses a little to boil-off, and gives gas back when short."""

    stock: str = param(unit="name", doc="gas that it keeps as a liquid", choices=tuple(_FACTS))
    capacity_kg: float = param(unit="kg", doc="most liquid that it holds", low=0.1, high=1e7)
    start_kg: float = param(unit="kg", doc="liquid on landing", low=0.0, high=1e7, default=0.0)
    liquefy_kg_h: float = param(unit="kg/h", doc="gas liquefied at full rate", low=0.0, high=1e5)
    above: float = param(
        unit="-", doc="liquefies while the gas tanks are fuller than this", low=0.0, high=1.0, default=0.9
    )
    below: float = param(
        unit="-", doc="gives gas back while they are emptier than this", low=0.0, high=1.0, default=0.3
    )
    boil_off: str = param(
        unit="name",
        doc="what becomes of boil-off: back into the gas tanks, or into space",
        choices=("recovered", "vented"),
        default="recovered",
    )
    figure_of_merit: float = fact(
        "cryo.figure_of_merit", unit="-", doc="ideal over real work of the liquefier", low=0.01, high=0.6
    )

    failures: ClassVar = (
        FailureMode("cryocooler", "compressor or cold head worn", affects=("liquefaction",), spare=True),
        FailureMode("insulation", "vacuum lost: the tank holds less before it boils dry", affects=("liquid",)),
    )
    example: ClassVar = {"stock": "oxygen", "capacity_kg": 500.0, "start_kg": 100.0, "liquefy_kg_h": 0.5}
    leaves_out: ClassVar = (
        "pressure in the tank, layers of warm liquid, conversion of ortho- to parahydrogen, boil-off that depends on "
        "the surroundings (a shadowed tank keeps better), the radiator of the cryocooler, the heat that makes gas again"
    )
    flows: ClassVar = (
        Flow("electricity", "in", "cryocooler"),
        Flow("{stock}", "in", "gas liquefied"),
        Flow("{stock}", "out", "boil-off and gas given back"),
        Flow("liquid_{stock}", "store", "the tank"),
        Flow("liquid_{stock}", "out", "liquefaction"),
        Flow("liquid_{stock}", "in", "boil-off and gas given back"),
    )

    def __post_init__(self) -> None:
        """Refuse a tank that would give gas back while it liquefies."""
        refuse_disorder(self, ("below", "above"), unit="-")

    def energy_kwh_per_kg(self) -> float:
        """Electricity to liquefy 1 kg of gas [kWh/kg]."""
        return lookup(_FACTS[self.stock][0]).value / self.figure_of_merit

    def primitives(self, place: Surroundings) -> Primitives:
        """One store; liquefaction, boil-off in proportion to what is in it, and gas again on demand [kg/h]."""
        gas, liquid = self.stock, f"liquid_{self.stock}"
        lost_kg_h = lookup(_FACTS[self.stock][1]).value / 24.0 * self.capacity_kg
        vented = self.boil_off == "vented"
        return Primitives(
            stores=(Store("liquid", liquid, capacity=self.capacity_kg, start=min(self.start_kg, self.capacity_kg)),),
            processes=(
                Process(
                    "boil-off",
                    {liquid: -1.0} if vented else {liquid: -1.0, gas: 1.0},
                    limit=lost_kg_h,
                    priority=0,
                    control=Proportional(liquid, 1.0),
                    spills=True,
                    boundary=vented,
                ),
                Process(
                    "gas again",
                    {liquid: -1.0, gas: 1.0},
                    limit=max(self.liquefy_kg_h, lost_kg_h),
                    priority=1,
                    control=Hysteresis(gas, on=self.below, off=min(self.below + 0.1, self.above)),
                ),
                Process(
                    "liquefaction",
                    {"electricity": -self.energy_kwh_per_kg(), gas: -1.0, liquid: 1.0},
                    limit=self.liquefy_kg_h,
                    priority=6,
                    interlocks=(Interlock(gas, low=self.above),),
                ),
            ),
        )
