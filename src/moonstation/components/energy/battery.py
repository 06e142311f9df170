"""Lithium-ion battery in its own insulated box."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    Primitives,
    Store,
    Surroundings,
    ThermalNode,
    component,
    fact,
    param,
)
from moonstation.components.energy.insulated_pack import heater, heater_kw, insulation_m2
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import refuse_disorder
from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import YEAR_H
from moonstation.facts.table import lookup


@component("battery")
@dataclass(frozen=True, slots=True)
class Battery:
    """Lithium-ion battery: an equivalent circuit with limits of depth, rate and temperature, and fade; kept warm."""

    capacity_kwh: float = param(unit="kWh", doc="energy when new, full to empty", low=0.001, high=1e6)
    charge_on_arrival: float = param(unit="-", doc="share of capacity on landing", low=0.0, high=1.0, default=1.0)
    floor_fraction: float = fact("battery.floor", unit="-", doc="share that stays untouched", low=0.0, high=0.9)
    charge_efficiency: float = fact(
        "battery.charge_efficiency", unit="-", doc="charge regulator and charge transfer", low=0.5, high=1.0
    )
    discharge_efficiency: float = fact(
        "battery.discharge_efficiency", unit="-", doc="discharge regulator", low=0.5, high=1.0
    )
    resistance_h: float = fact(
        "battery.resistance",
        unit="h",
        doc="share of the voltage lost at a rate of one capacity an hour",
        low=0.0,
        high=1.0,
    )
    charge_rate_per_h: float = fact(
        "battery.charge_rate", unit="1/h", doc="greatest charging power over capacity", low=0.01, high=10.0
    )
    discharge_rate_per_h: float = fact(
        "battery.discharge_rate", unit="1/h", doc="greatest discharging power over capacity", low=0.01, high=10.0
    )
    self_discharge_per_h: float = fact(
        "battery.self_discharge", unit="1/h", doc="share of the charge lost per hour", low=0.0, high=0.01
    )
    cycle_fade: float = fact(
        "battery.cycle_fade", unit="-", doc="share of the first capacity lost per full cycle", low=0.0, high=0.01
    )
    calendar_fade_per_yr: float = fact(
        "battery.calendar_fade", unit="1/yr", doc="share of the first capacity lost per year at 25 C", low=0.0, high=0.5
    )
    specific_energy_wh_kg: float = fact(
        "battery.specific_energy", unit="Wh/kg", doc="of the pack; gives its mass", low=50.0, high=1000.0
    )
    heater_setpoint_k: float = fact(
        "battery.heater_setpoint", unit="K", doc="the heater holds the cells at this", low=233.0, high=313.0
    )
    charge_min_k: float = fact("battery.charge_min", unit="K", doc="colder cells take nothing", low=200.0, high=300.0)
    charge_max_k: float = fact("battery.charge_max", unit="K", doc="hotter cells take nothing", low=280.0, high=400.0)
    discharge_min_k: float = fact(
        "battery.discharge_min", unit="K", doc="colder cells give nothing", low=150.0, high=300.0
    )
    discharge_max_k: float = fact(
        "battery.discharge_max", unit="K", doc="hotter cells give nothing", low=280.0, high=400.0
    )
    survive_min_k: float = fact("battery.survive_min", unit="K", doc="colder cells are lost", low=150.0, high=273.0)
    survive_max_k: float = fact("battery.survive_max", unit="K", doc="hotter cells are lost", low=313.0, high=400.0)

    failures: ClassVar = (
        FailureMode("string lost", "one of eight strings of cells opens", affects=("charge",), spare=True),
        FailureMode(
            "regulator", "charge regulator trips or fails", affects=("charge",), spare=True, keeps_content=True
        ),
        FailureMode("heater open", "heater of the cells broken, seen when it is wanted", affects=("heater",)),
    )
    flows: ClassVar = (
        Flow("electricity", "store", "charge"),
        Flow("electricity", "in", "heater of the cells"),
    )
    example: ClassVar = {"capacity_kwh": 100.0}
    leaves_out: ClassVar = (
        "how voltage and resistance change with charge, temperature and age; a taper at the end of the charge; a "
        "radiator, which cells need that are charged and drawn at their greatest rates day by day; regulators, which "
        "stand and are warm elsewhere; calendar fade that slows with age and goes by the real temperature "
        "rather than the set-point; cycle fade that depends on depth and temperature"
    )

    def __post_init__(self) -> None:
        """Refuse temperatures in the wrong order, and a resistance that the rates cannot be drawn through."""
        held = "heater_setpoint_k"
        below, above = ("survive_min_k", "charge_min_k", "discharge_min_k"), ("charge_max_k", "discharge_max_k")
        pairs = [*((name, held) for name in below), *((held, name) for name in above), (held, "survive_max_k")]
        refuse_disorder(self, *pairs, unit="K")
        most = 0.25 / self.discharge_rate_per_h
        if self.resistance_h >= most:
            message = "is so great that the cells cannot give their greatest power"
            raise RangeError(Fault("resistance_h", message, self.resistance_h, "h", f"below {most:g} h"))

    def rate_loss(self) -> float:
        """Share lost at the full charge or discharge limit [-], such that round trips lose what the circuit loses.

        At a rate c [1/h] the voltage drops by r c of itself, r being ``resistance_h``: a share of about r c is lost on
        either way. The store has one such share for both limits C and D: 2 r C D / (C + D).
        """
        charge, discharge = self.charge_rate_per_h, self.discharge_rate_per_h
        return 2.0 * self.resistance_h * charge * discharge / (charge + discharge)

    def calendar_fade_at_setpoint_per_yr(self) -> float:
        """Calendar fade of cells that are held at the set-point [1/yr], by Arrhenius' law."""
        activation_k, reference_k = (lookup(f"battery.calendar_{name}").value for name in ("activation", "reference"))
        colder = 1.0 / self.heater_setpoint_k - 1.0 / reference_k
        return self.calendar_fade_per_yr * math.exp(-activation_k * colder)

    def mass_kg(self) -> float:
        """Mass of the pack [kg]."""
        return self.capacity_kwh * 1e3 / self.specific_energy_wh_kg

    def radiating_m2(self) -> float:
        """Effective emissivity times surface of the insulated pack, taken as a cube [m2]."""
        return insulation_m2(self.mass_kg(), lookup("battery.pack_density").value)

    def heater_kw(self) -> float:
        """Heater power [kW]: the loss at the set-point to the coldest surroundings, with margin."""
        return heater_kw(self.radiating_m2(), self.heater_setpoint_k)

    def primitives(self, place: Surroundings) -> Primitives:
        """One store, one heater, one thermal node whose survival limits take the store with them."""
        charge = Store(
            "charge",
            "electricity",
            capacity=self.capacity_kwh,
            start=self.capacity_kwh * self.charge_on_arrival,
            floor_fraction=self.floor_fraction,
            charge_efficiency=self.charge_efficiency,
            discharge_efficiency=self.discharge_efficiency,
            charge_limit=self.capacity_kwh * self.charge_rate_per_h,
            discharge_limit=self.capacity_kwh * self.discharge_rate_per_h,
            loss_per_h=self.self_discharge_per_h,
            fade_per_cycle=self.cycle_fade,
            fade_per_h=self.calendar_fade_at_setpoint_per_yr() / YEAR_H,
            rate_loss=self.rate_loss(),
            works_in="cells",
            charge_min_k=self.charge_min_k,
            charge_max_k=self.charge_max_k,
            discharge_min_k=self.discharge_min_k,
            discharge_max_k=self.discharge_max_k,
        )
        cells = ThermalNode(
            "cells",
            heat_capacity_j_k=self.mass_kg() * lookup("battery.specific_heat").value,
            start_k=self.heater_setpoint_k,
            radiative_sink_k=place.box_sink_k(),
            radiating_m2=self.radiating_m2(),
            survive_min_k=self.survive_min_k,
            survive_max_k=self.survive_max_k,
        )
        warming = heater("cells", self.heater_kw(), self.heater_setpoint_k)
        return Primitives(stores=(charge,), processes=(warming,), thermal_nodes=(cells,))
