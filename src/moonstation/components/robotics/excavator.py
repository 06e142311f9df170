"""Digging: regolith and ice from the ground, for robot hours and electricity."""

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
from moonstation.components.robotics.driving import drive_hours, there_and_back_kwh
from moonstation.facts.table import lookup


@component("excavator")
@dataclass(frozen=True, slots=True)
class Excavator:
    """Bucket drum and haulage: digs while its product's tanks have room; the other product's excess stays outside."""

    regolith_kg_h: float = param(unit="kg/h", doc="ground dug at full rate, ice included", low=0, high=1e6)
    ice_fraction: float = fact(
        "excavator.ice_fraction", unit="-", doc="mass of ice in the ground; 0 outside cold traps", low=0, high=1
    )
    dig_kwh_per_kg: float = fact("excavator.dig_energy", unit="kWh/kg", doc="digging per kg of ground", low=0, high=1)
    haul_m: float = fact("excavator.haul", unit="m", doc="way from the pit to the plant", low=0, high=100_000)
    haul_slope_deg: float = param(
        unit="deg", doc="mean slope of that way, up to the plant is positive", low=-30, high=30, default=0.0
    )
    robot_h_per_kg: float = fact(
        "excavator.robot_hours", unit="h/kg", doc="robot hours to dig, load and dump a kg of ground", low=0, high=10
    )
    haul_speed_m_s: float = fact("excavator.haul_speed", unit="m/s", doc="speed on the way", low=0.01, high=10)
    haul_load_kg: float = fact("excavator.haul_load", unit="kg", doc="ground of one drive", low=1, high=10_000)

    example: ClassVar = {"regolith_kg_h": 50}
    leaves_out: ClassVar = (
        "hardness of icy ground, depth of the pit, temperature, tool wear, ice lost on the way, the pit's own "
        "light and power (electricity is drawn at the plant's site)"
    )
    failures: ClassVar = (
        FailureMode("drum worn", "teeth and bearings of the drum", spare=True),
        FailureMode("stall", "drum stalls on a rock"),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "drum and wheels"),
        Flow("robot_h", "in", "digging, loading, the way there and back"),
        Flow("regolith", "out", "dry part of the ground"),
        Flow("ice", "out", "icy part of the ground"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the ground dug [kg/h]."""
        product = "ice" if self.ice_fraction > 0 else "regolith"
        process = Process(
            name="digging",
            recipe={
                "electricity": -self.energy_kwh_per_kg(),
                "robot_h": -(self.robot_h_per_kg + self.haul_h_per_kg()),
                "regolith": 1.0 - self.ice_fraction,
                "ice": self.ice_fraction,
            },
            limit=self.regolith_kg_h,
            priority=6,
            control=HoldLevel(product, 1.0),
            spills=True,
            boundary=True,
            capability={"excavation_kg_h": self.regolith_kg_h},
        )
        return Primitives(processes=(process,))

    def haul_h_per_kg(self) -> float:
        """Robot hours on the way, loaded there and empty back, per kg of ground [h/kg]."""
        return drive_hours(self.haul_m, self.haul_speed_m_s) / self.haul_load_kg

    def energy_kwh_per_kg(self) -> float:
        """Electricity per kg of ground brought to the plant [kWh/kg]."""
        vehicle_kg = lookup("excavator.vehicle_per_load").value * self.haul_load_kg
        drive_kwh = there_and_back_kwh(self.haul_m, self.haul_slope_deg, vehicle_kg, self.haul_load_kg)
        return self.dig_kwh_per_kg + drive_kwh / self.haul_load_kg
