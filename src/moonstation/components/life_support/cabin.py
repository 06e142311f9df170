"""A pressurised cabin: its air, its leak, and the valves that make the air up from tanks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    HoldLevel,
    Primitives,
    Process,
    Store,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.cabin_air import (
    GASES,
    fill_fraction,
    gas_mass_kg,
    saturation_kpa,
    scale_kpa,
)
from moonstation.core.errors import Fault, RangeError
from moonstation.facts.table import lookup


@component("cabin")
@dataclass(frozen=True, slots=True)
class Cabin:
    """A pressurised volume that lands filled with air, leaks a little, and is made up from the site's tanks.

    Each gas is a store whose capacity is its mass at a fixed partial pressure (``cabin.*_scale``), so that a store's
    fill is a partial pressure on the cabin's set temperature. Oxygen is held at its partial pressure, and nitrogen at
    what is then missing of the total pressure; relief valves let go what is too much of either.
    """

    volume_m3: float = param(unit="m3", doc="pressurised volume", low=1, high=100_000)
    oxygen_kpa: float = fact(
        "cabin.oxygen_pressure", unit="kPa", doc="partial pressure held by the make-up", low=16, high=40
    )
    pressure_kpa: float = fact(
        "cabin.pressure", unit="kPa", doc="total pressure held by the make-up of nitrogen", low=25, high=110
    )
    oxygen_share_limit: float = fact(
        "cabin.oxygen_share_limit",
        unit="-",
        doc="share of oxygen at which it is let go, for fear of fire",
        low=0.2,
        high=1,
    )
    relief_kpa: float = fact("cabin.relief", unit="kPa", doc="excess at which the relief valve opens", low=0.5, high=20)
    humidity: float = fact("cabin.humidity", unit="-", doc="relative humidity on arrival", low=0.05, high=1)
    leak_per_day: float = fact("cabin.leak", unit="1/d", doc="share of the air lost per day", low=0, high=0.5)
    makeup_kg_h: float = fact("cabin.makeup_rate", unit="kg/h", doc="flow of each make-up valve", low=0, high=1000)
    offgassing_mg_m3_d: float = fact(
        "cabin.offgassing", unit="mg/m3/d", doc="contaminants that equipment gives off, per volume", low=0, high=1000
    )
    housekeeping_w_m3: float = fact(
        "cabin.housekeeping", unit="W/m3", doc="ventilation and light per volume", low=0, high=100
    )
    habitable_share: float = fact(
        "cabin.habitable_share", unit="-", doc="net habitable over pressurised volume", low=0.1, high=1
    )
    volume_per_person_m3: float = fact(
        "cabin.volume_per_person", unit="m3", doc="net habitable volume that one person needs", low=1, high=500
    )

    example: ClassVar = {"volume_m3": 120}
    leaves_out: ClassVar = (
        "temperature (the habitat's radiator_loop carries it), hatches between cabins, dew that forms and dries; the "
        "regulator of nitrogen knows carbon dioxide and vapour at their set-points only; contaminants count as ethanol"
    )
    failures: ClassVar = (
        FailureMode("make-up valve", "oxygen valve stuck shut", affects=("oxygen_makeup",), spare=True),
        FailureMode("ventilation", "fans or their controller", affects=("housekeeping",), spare=True),
        FailureMode(
            "air filters", "filters for dust and germs are clogged", ("housekeeping",), latent=True, spare=True
        ),
    )
    flows: ClassVar = (
        *(Flow(gas, "store", "mass in the cabin's air") for gas in GASES),
        Flow("oxygen", "in", "make-up of breathing and leak"),
        Flow("nitrogen", "in", "make-up of the leak"),
        Flow("cabin_oxygen", "out", "make-up"),
        Flow("cabin_nitrogen", "out", "make-up"),
        Flow("cabin_oxygen", "in", "relief valve"),
        Flow("cabin_nitrogen", "in", "relief valve"),
        Flow("cabin_contaminant", "out", "what equipment gives off"),
        Flow("electricity", "in", "ventilation and light"),
    )

    def __post_init__(self) -> None:
        """Refuse a total pressure that oxygen, vapour and carbon dioxide exceed already, or that would be a fire."""
        if self.oxygen_share_limit * self.pressure_kpa <= self.oxygen_kpa:
            raise RangeError(
                Fault(
                    where="oxygen_share_limit",
                    message="lets go the oxygen that is to be held",
                    value=self.oxygen_share_limit,
                    allowed=f"over {self.oxygen_kpa / self.pressure_kpa:.3f}",
                    hint="give a smaller oxygen_kpa, or materials that stand more oxygen",
                )
            )
        if self.nitrogen_kpa() < 0:
            raise RangeError(
                Fault(
                    where="pressure_kpa",
                    message="is less than the gases beside nitrogen need",
                    value=self.pressure_kpa,
                    unit="kPa",
                    allowed=f"at least {self.pressure_kpa - self.nitrogen_kpa():.1f} kPa",
                    hint="give a smaller oxygen_kpa, or a greater pressure_kpa",
                )
            )

    def nitrogen_kpa(self) -> float:
        """Partial pressure of nitrogen that makes up the total [kPa]."""
        vapour_kpa = self.humidity * saturation_kpa(lookup("cabin.temperature").value)
        return self.pressure_kpa - self.oxygen_kpa - vapour_kpa - lookup("cabin.carbon_dioxide_target").value

    def primitives(self, place: Surroundings) -> Primitives:
        """Five gas stores, make-up and relief valves, what equipment gives off, ventilation and light."""
        return Primitives(
            stores=tuple(self._store(gas) for gas in GASES),
            processes=(
                self._makeup("oxygen", self.oxygen_kpa),
                self._makeup("nitrogen", self.nitrogen_kpa()),
                self._relief("oxygen", self.oxygen_share_limit * self.pressure_kpa),
                self._relief("nitrogen", self.nitrogen_kpa() + self.relief_kpa),
                self._offgassing(),
                Process(
                    name="housekeeping",
                    recipe={"electricity": -self.housekeeping_w_m3 * self.volume_m3 / 1000.0},
                    priority=1,
                ),
            ),
            capability={"cabin_crew": self.habitable_share * self.volume_m3 / self.volume_per_person_m3},
        )

    def _store(self, gas: str) -> Store:
        temperature_k = lookup("cabin.temperature").value
        start_kpa = {
            "cabin_oxygen": self.oxygen_kpa,
            "cabin_nitrogen": self.nitrogen_kpa(),
            "cabin_contaminant": 0.0,
            "cabin_carbon_dioxide": lookup("cabin.carbon_dioxide_start").value,
            "cabin_vapour": self.humidity * saturation_kpa(temperature_k),
        }[gas]
        return Store(
            name=gas,
            bus=gas,
            capacity=gas_mass_kg(gas, scale_kpa(gas), self.volume_m3, temperature_k),
            start=gas_mass_kg(gas, start_kpa, self.volume_m3, temperature_k),
            loss_per_h=self.leak_per_day / 24.0,
        )

    def _makeup(self, gas: str, pressure_kpa: float) -> Process:
        cabin_gas = f"cabin_{gas}"
        return Process(
            name=f"{gas}_makeup",
            recipe={gas: -1.0, cabin_gas: 1.0},
            limit=self.makeup_kg_h,
            priority=1,
            control=HoldLevel(cabin_gas, fill_fraction(cabin_gas, pressure_kpa)),
        )

    def _relief(self, gas: str, pressure_kpa: float) -> Process:
        """Vent to space over a partial pressure [kPa]."""
        cabin_gas = f"cabin_{gas}"
        return Process(
            name=f"{gas}_relief",
            recipe={cabin_gas: -1.0},
            limit=lookup("cabin.relief_rate").value,
            priority=1,
            control=HoldLevel(cabin_gas, fill_fraction(cabin_gas, pressure_kpa)),
            boundary=True,
        )

    def _offgassing(self) -> Process:
        """Vapours of plastics and paints; their mass comes from equipment that the ledger does not follow."""
        rate_kg_h = self.offgassing_mg_m3_d * 1e-6 * self.volume_m3 / 24.0
        return Process(
            name="offgassing", recipe={"cabin_contaminant": rate_kg_h}, priority=0, spills=True, boundary=True
        )
