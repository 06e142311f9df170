"""Water and other volatiles in the ground: ovens and a mass spectrometer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Surroundings, component, fact
from moonstation.components.science.observer import PAYLOAD, UPSET, Observer


@component("volatile_analyser")
@dataclass(frozen=True, slots=True)
class VolatileAnalyser(Observer):
    """Heats samples that robots bring and weighs what comes off; the heated ground is kept as samples."""

    samples_kg_h: float = fact("analyser.samples", unit="kg/h", doc="ground heated per hour of work", low=0, high=10)
    power_kw: float = fact("analyser.power", unit="kW", doc="ovens, pumps, spectrometer", low=0, high=10)
    robot_h_per_h: float = fact("analyser.robot_hours", unit="h/h", doc="robot hours per hour of work", low=0, high=10)
    data_gbit_h: float = fact("analyser.data_rate", unit="Gbit/h", doc="spectra", low=0, high=1000)

    example: ClassVar[dict[str, float]] = {}
    leaves_out: ClassVar = "the mass of the gas (grams), drilling depth, cold storage of samples, number of ovens"
    failures: ClassVar = (PAYLOAD, UPSET)
    flows: ClassVar = (
        Flow("electricity", "in", "ovens, pumps, spectrometer"),
        Flow("robot_h", "in", "drilling and bringing samples"),
        Flow("regolith", "in", "ground from the site's heap"),
        Flow("samples", "out", "heated ground, kept"),
        Flow("data", "out", "spectra"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Observing (activity: share of the hour)."""
        observing = self.observing(
            "resources",
            {
                "electricity": -self.power_kw,
                "robot_h": -self.robot_h_per_h,
                "regolith": -self.samples_kg_h,
                "samples": self.samples_kg_h,
                "data": self.data_gbit_h,
            },
        )
        return Primitives(processes=(observing,))
