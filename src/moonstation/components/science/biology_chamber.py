"""Living things that die when nobody keeps them warm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact
from moonstation.components.failure_modes import FailureMode
from moonstation.components.science.observer import UPSET, Observer


@component("biology_chamber")
@dataclass(frozen=True, slots=True)
class BiologyChamber(Observer):
    """Plants, cells or small animals in a sealed chamber: without power for some hours the experiment is over."""

    keeping_kw: float = fact("biology.keeping_power", unit="kW", doc="air, water, light, warmth", low=0, high=100)
    observing_kw: float = fact("biology.observing_power", unit="kW", doc="cameras and sensors", low=0, high=100)
    data_gbit_h: float = fact("biology.data_rate", unit="Gbit/h", doc="pictures and housekeeping", low=0, high=1000)
    starve_limit_h: float = fact(
        "biology.starve_limit", unit="h", doc="without power for so long the specimens are dead", low=0.1, high=1e5
    )

    example: ClassVar[dict[str, float]] = {}
    leaves_out: ClassVar = "growth, gas and water exchange, temperature, dose of radiation, harvest and new specimens"
    failures: ClassVar = (
        FailureMode("climate control", "lamp, fan or heater fails and the culture dies", spare=True),
        UPSET,
    )
    flows: ClassVar = (
        Flow("electricity", "in", "keeping alive, observing"),
        Flow("data", "out", "pictures and measurements"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Keeping the specimens alive, and observing them (activity: share of the hour)."""
        keeping = Process(
            name="keeping",
            recipe={"electricity": -self.keeping_kw},
            priority=3,
            starve_limit_h=self.starve_limit_h,
        )
        observing = self.observing(
            "fundamental",
            {"electricity": -self.observing_kw, "data": self.data_gbit_h},
        )
        return Primitives(processes=(keeping, observing))
