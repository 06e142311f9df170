"""Fission power unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.core.time import YEAR_H
from moonstation.facts.table import lookup


@component("fission_unit")
@dataclass(frozen=True, slots=True)
class FissionUnit:
    """Fission reactor with converters and radiator: steady power after its start-up, a little less every year."""

    rated_kw: float = param(unit="kW", doc="electric power at the site's bus when new", low=0.1, high=1e5)
    startup_h: float = fact("fsp.startup", unit="h", doc="from landing to full power", low=0.0, high=87660.0)
    fade_per_yr: float = fact("fsp.fade", unit="1/yr", doc="power lost per year of running", low=0.0, high=0.5)

    failures: ClassVar = (
        FailureMode("converter", "one of four Stirling converters stops"),
        FailureMode("shut-down", "control rods drop on a false alarm"),
    )
    flows: ClassVar = (Flow("electricity", "out", "to the site's bus"),)
    example: ClassVar = {"rated_kw": 40.0}
    leaves_out: ClassVar = (
        "load following (what nobody takes is dumped); the power that start-up needs; the sink's influence on the "
        "converters; decay heat after shut-down; shielding and the distance to people; failures"
    )

    def mass_kg(self) -> float:
        """Mass of the plant [kg], at the specific power of NASA's design class."""
        return self.rated_kw / lookup("fsp.power").value * lookup("fsp.mass").value

    def primitives(self, place: Surroundings) -> Primitives:
        """One source: nothing until the start-up is over, then the rated power times what age has left."""
        running_years = place.age_years().astype(np.float64) - self.startup_h / YEAR_H
        share = np.where(running_years >= 0.0, (1.0 - self.fade_per_yr) ** np.maximum(running_years, 0.0), 0.0)
        source = Process(
            "generation", {"electricity": 1.0}, limit=self.rated_kw, series=share.astype(np.float32), priority=0
        )
        return Primitives(processes=(source,))
