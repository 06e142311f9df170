"""Water and other volatiles in the ground: ovens and a mass spectrometer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact
from moonstation.components.failure_modes import FailureMode
from moonstation.components.science.worth import recorder_choice, room_in_recorder, worth_choice
from moonstation.components.science_fields import field_capability


@component("volatile_analyser")
@dataclass(frozen=True, slots=True)
class VolatileAnalyser:
    """Heats samples that robots bring and weighs what comes off; the heated ground is kept as samples."""

    samples_kg_h: float = fact("analyser.samples", unit="kg/h", doc="ground heated per hour of work", low=0, high=10)
    power_kw: float = fact("analyser.power", unit="kW", doc="ovens, pumps, spectrometer", low=0, high=10)
    robot_h_per_h: float = fact("analyser.robot_hours", unit="h/h", doc="robot hours per hour of work", low=0, high=10)
    data_gbit_h: float = fact("analyser.data_rate", unit="Gbit/h", doc="spectra", low=0, high=1000)
    worth_points_per_h: float = worth_choice()
    recorder_below: float = recorder_choice()

    example: ClassVar[dict[str, float]] = {}
    leaves_out: ClassVar = "the mass of the gas (grams), drilling depth, cold storage of samples, number of ovens"
    failures: ClassVar = (
        FailureMode("payload", "detector, mechanism or front end", affects=("observing",), spare=True),
        FailureMode("upset", "electronics latch up until switched off and on", affects=("observing",)),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "ovens, pumps, spectrometer"),
        Flow("robot_h", "in", "drilling and bringing samples"),
        Flow("regolith", "in", "ground from the site's heap"),
        Flow("samples", "out", "heated ground, kept"),
        Flow("data", "out", "spectra"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Observing (activity: share of the hour)."""
        observing = Process(
            name="observing",
            recipe={
                "electricity": -self.power_kw,
                "robot_h": -self.robot_h_per_h,
                "regolith": -self.samples_kg_h,
                "samples": self.samples_kg_h,
                "data": self.data_gbit_h,
            },
            priority=7,
            interlocks=room_in_recorder(self.recorder_below),
            value=self.worth_points_per_h,
            capability=field_capability("resources"),
        )
        return Primitives(processes=(observing,))
