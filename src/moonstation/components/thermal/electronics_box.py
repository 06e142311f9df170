"""Warm electronics box: the body of a lander or of any equipment that stands alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    Primitives,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import refuse_disorder
from moonstation.components.plutonium import decayed
from moonstation.components.thermal.insulated_body import ORDERED, WarmElectronics, insulated_body


@component("electronics_box")
@dataclass(frozen=True, slots=True)
class ElectronicsBox(WarmElectronics):
    """Insulated box with a switched radiator and a survival heater: its electronics pause when cold, then die of it."""

    mass_kg: float = param(unit="kg", doc="what is kept warm inside", low=0.1, high=1e5)
    surface_m2: float = param(unit="m2", doc="insulated outer surface", low=0.01, high=1e4)
    radiator_m2: float = param(unit="m2", doc="radiator that faces the sky", low=0.0, high=1e4)
    switch_closed_share: float = fact(
        "thermal.heat_switch_closed_share", unit="-", doc="radiator left when switched off", low=0.0, high=1.0
    )
    switch_closed_k: float = fact("thermal.switch_closed", unit="K", doc="radiator off here", low=200.0, high=400.0)
    switch_open_k: float = fact("thermal.switch_open", unit="K", doc="radiator fully on here", low=200.0, high=400.0)

    failures: ClassVar = (
        FailureMode("survival heater open", "heater broken, seen when it is wanted", affects=("survival heater",)),
        FailureMode("avionics", "power supply or data handling of the box", affects=("avionics",), spare=True),
    )
    flows: ClassVar = (Flow("electricity", "in", "keep-alive, avionics, survival heater"),)
    example: ClassVar = {
        "mass_kg": 60.0,
        "surface_m2": 3.0,
        "radiator_m2": 0.5,
        "keep_alive_kw": 0.01,
        "heater_kw": 0.1,
        "avionics_kw": 0.08,
        "radioisotope_heat_w": 20.0,
    }
    leaves_out: ClassVar = (
        "temperature differences inside; the radiator's tilt towards the Sun; dust that gathers or is wiped off while "
        "it stands; the power that a heat switch needs; damage by many cold nights, each of which may be survived"
    )

    def __post_init__(self) -> None:
        """Refuse temperatures in the wrong order."""
        refuse_disorder(self, ("switch_closed_k", "switch_open_k"), *ORDERED, unit="K")

    def primitives(self, place: Surroundings) -> Primitives:
        """Two nodes (box, skin); keep-alive and heater run at any temperature, the avionics only in the box's range."""
        nodes = insulated_body(
            "box",
            self,
            place,
            mass_kg=self.mass_kg,
            ground_w_k=self.legs_w_k,
            start_k=self.switch_open_k,
            heat_w=decayed(self.radioisotope_heat_w, place.age_years()),
            closed_share=self.switch_closed_share,
            closed_k=self.switch_closed_k,
            open_k=self.switch_open_k,
        )
        return Primitives(processes=self.electronics_loads("box"), thermal_nodes=nodes)
