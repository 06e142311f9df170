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
from moonstation.components.robotics.vehicle import surface_gravity_m_s2
from moonstation.facts.table import lookup

_J_PER_KWH = 3.6e6
_S_PER_H = 3600.0


def haul_kwh_per_kg(distance_m: float, vehicle_per_load: float, rolling_resistance: float, efficiency: float) -> float:
    """Electricity to bring 1 kg over a distance and drive back empty [kWh/kg].

    Rolling resistance times weight times way; ``vehicle_per_load`` is the empty vehicle's mass over its load [-].
    """
    weight_n = rolling_resistance * surface_gravity_m_s2() * (2.0 * vehicle_per_load + 1.0)
    return weight_n * distance_m / efficiency / _J_PER_KWH


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
        return 2.0 * self.haul_m / (self.haul_speed_m_s * self.haul_load_kg) / _S_PER_H

    def energy_kwh_per_kg(self) -> float:
        """Electricity per kg of ground brought to the plant [kWh/kg]."""
        return self.dig_kwh_per_kg + haul_kwh_per_kg(
            self.haul_m,
            lookup("excavator.vehicle_per_load").value,
            lookup("excavator.rolling_resistance").value,
            lookup("excavator.drive_efficiency").value,
        )
