"""Bricks of molten regolith."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.core.units import KJ_PER_KWH
from moonstation.facts.table import lookup


def melting_kwh_per_kg() -> float:
    """Heat that brings 1 kg of regolith from the ground's temperature to a melt [kWh/kg]."""
    warming_k = lookup("brick.process_temperature").value - lookup("brick.feed_temperature").value
    heat_kj = lookup("brick.heat_capacity").value * warming_k + 1000.0 * lookup("brick.fusion_heat").value
    return heat_kj / KJ_PER_KWH


@component("brick_maker")
@dataclass(frozen=True, slots=True)
class BrickMaker:
    """Melts regolith into bricks: by mirrors and light guides in sunlight (as on Chang'e-8), or in an electric oven."""

    bricks_kg_h: float = param(unit="kg/h", doc="bricks at full rate; by sunlight: full Sun at 1 au", low=0, high=1e5)
    heat: str = param(
        unit="name", doc="where the heat comes from", choices=("sunlight", "electric"), default="sunlight"
    )
    furnace_efficiency: float = fact(
        "brick.furnace_efficiency", unit="-", doc="share of electric heat that melts", low=0.01, high=1
    )
    handling_kwh_per_kg: float = fact(
        "brick.handling_energy", unit="kWh/kg", doc="feeding, pressing, pointing", low=0, high=10
    )

    example: ClassVar = {"bricks_kg_h": 0.2}
    leaves_out: ClassVar = "composition and strength, gas given off, cooling time, broken bricks, dust on the mirrors"
    failures: ClassVar = (
        FailureMode("heater or optics", "melting element or concentrator worn", spare=True),
        FailureMode("feed jam", "regolith sticks in the feed"),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "handling, and the oven where it is electric"),
        Flow("regolith", "in", "feed"),
        Flow("bricks", "out", "product"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the bricks made [kg/h]."""
        by_sun = self.heat == "sunlight"
        oven = 0.0 if by_sun else melting_kwh_per_kg() / self.furnace_efficiency
        process = Process(
            name="melting",
            recipe={"electricity": -(self.handling_kwh_per_kg + oven), "regolith": -1.0, "bricks": 1.0},
            limit=self.bricks_kg_h,
            series=place.sun_disc_fraction(on_mast=False) / place.sun_distance_au() ** 2 if by_sun else None,
            priority=6,
        )
        return Primitives(processes=(process,))
