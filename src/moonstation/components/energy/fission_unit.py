"""Fission power unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import constants

from moonstation.components.ageing import aged
from moonstation.components.contract import (
    Flow,
    Primitives,
    Process,
    Series,
    Surroundings,
    ThermalNode,
    component,
    fact,
    param,
)
from moonstation.components.energy.decay_heat import decay_heat_share
from moonstation.components.failure_modes import FailureMode
from moonstation.core.time import YEAR_H
from moonstation.facts.table import lookup

_WINGS = "radiator"


@component("fission_unit")
@dataclass(frozen=True, slots=True)
class FissionUnit:
    """Fission reactor with converters and radiator: from start-up to the end of its service, then decay heat alone."""

    rated_kw: float = param(unit="kW", doc="electric power at the site's bus when new", low=0.1, high=1e5)
    startup_h: float = fact("fsp.startup", unit="h", doc="from landing to full power", low=0.0, high=87660.0)
    ramp_h: float = param(
        unit="h", doc="last part of the start-up, in which power rises evenly", low=0.01, high=8766.0, default=24.0
    )
    service_years: float = fact(
        "fsp.service_life", unit="yr", doc="from landing to its shut-down for good", low=0.01, high=100.0
    )
    fade_per_yr: float = fact("fsp.fade", unit="1/yr", doc="power lost per year of running", low=0.0, high=0.5)
    conversion_efficiency: float = fact(
        "fsp.conversion_efficiency", unit="-", doc="power at the bus over the reactor's heat", low=0.01, high=0.6
    )
    rejection_k: float = fact(
        "fsp.rejection_temperature", unit="K", doc="of the radiator at rated power", low=300.0, high=1000.0
    )

    failures: ClassVar = (
        FailureMode("converter", "one of four Stirling converters stops", affects=("generation",)),
        FailureMode("shut-down", "control rods drop on a false alarm", affects=("generation",)),
    )
    flows: ClassVar = (Flow("electricity", "out", "to the site's bus"),)
    example: ClassVar = {"rated_kw": 40.0}
    leaves_out: ClassVar = (
        "load following (what nobody takes is dumped); the power that start-up needs; the sink's influence on the "
        "converters; decay heat after a shut-down that was not planned; the temperature of the core; shielding and the "
        "distance to people"
    )

    def mass_kg(self) -> float:
        """Mass of the plant [kg], at the specific power of NASA's design class."""
        return self.rated_kw / lookup("fsp.power").value * lookup("fsp.mass").value

    def thermal_kw(self) -> float:
        """Heat of the reactor at rated power [kW]."""
        return self.rated_kw / self.conversion_efficiency

    def running(self, age_h: NDArray[np.float64]) -> Series:
        """Share of full power by age [-], shape of ``age_h`` [h]: start-up, ramp, service, nothing."""
        rising = np.clip((age_h - self.startup_h) / self.ramp_h + 1.0, 0.0, 1.0)
        return np.where(age_h < self.service_years * YEAR_H, rising, 0.0).astype(np.float32)

    def primitives(self, place: Surroundings) -> Primitives:
        """Generation, whose waste heat goes to the radiator; after the service, decay heat does."""
        age_h = place.age_years().astype(np.float64) * YEAR_H
        left = aged(self.rated_kw, place, self.fade_per_yr)
        left["limit"] *= math.exp(left["decay_per_h"] * self.startup_h)  # it wears from its start-up on
        generation = Process(
            "generation",
            {"electricity": 1.0},
            series=self.running(age_h),
            priority=0,
            heat_node=_WINGS,
            heat_kw=1.0 / self.conversion_efficiency - 1.0,
            **left,
        )
        return Primitives(processes=(generation, *self._decay_heat(age_h)), thermal_nodes=(self._radiator(place),))

    def _decay_heat(self, age_h: NDArray[np.float64]) -> tuple[Process, ...]:
        """Its activity is the heat [kW]; nothing in a run that ends before the service does."""
        service_h = self.service_years * YEAR_H
        share = decay_heat_share(age_h - service_h, hours_run=max(service_h - self.startup_h, 0.0))
        if not share.any():
            return ()
        series = share.astype(np.float32)
        return (
            Process(
                "decay heat", {}, limit=self.thermal_kw(), series=series, priority=0, heat_node=_WINGS, heat_kw=1.0
            ),
        )

    def _radiator(self, place: Surroundings) -> ThermalNode:
        """Upright wings, sized to reject the waste heat at their temperature in the warmest surroundings."""
        sink_k = place.box_sink_k()
        flux_w_m2 = constants.sigma * (self.rejection_k**4 - lookup("fsp.rejection_design_sink").value ** 4)
        return ThermalNode(
            _WINGS,
            heat_capacity_j_k=self.mass_kg() * lookup("thermal.specific_heat_equipment").value,
            start_k=float(sink_k[0]),
            radiative_sink_k=sink_k,
            radiating_m2=1e3 * (self.thermal_kw() - self.rated_kw) / flux_w_m2,
        )
