"""Radioisotope power unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.ageing import aged
from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact
from moonstation.components.failure_modes import FailureMode
from moonstation.components.plutonium import yearly_decay
from moonstation.facts.table import lookup


@component("radioisotope_unit")
@dataclass(frozen=True, slots=True)
class RadioisotopeUnit:
    """Plutonium-238 generator: electric power that fades with the isotope and with its thermocouples."""

    power_w: float = fact("mmrtg.power_bol", unit="W", doc="electric power on landing", low=0.001, high=1e5)
    conversion_fade_per_yr: float = fact(
        "mmrtg.conversion_fade", unit="1/yr", doc="power lost per year by the thermocouples alone", low=0.0, high=0.5
    )

    failures: ClassVar = (FailureMode("converter degraded", "a string of thermocouples opens"),)
    flows: ClassVar = (Flow("electricity", "out", "to the site's bus"),)
    example: ClassVar = {"power_w": 110.0}
    leaves_out: ClassVar = (
        "its waste heat (about 18 W per electric watt): to warm a box give that box radioisotope_heat_w; the sink's "
        "influence on the thermocouples; fade before landing"
    )

    def mass_kg(self) -> float:
        """Mass of the generator [kg], at the specific power of the MMRTG."""
        return self.power_w / lookup("mmrtg.power_bol").value * lookup("mmrtg.mass").value

    def primitives(self, place: Surroundings) -> Primitives:
        """One source that fades by the isotope's decay and by its thermocouples."""
        left = aged(self.power_w / 1e3, place, yearly_decay(), self.conversion_fade_per_yr)
        return Primitives(processes=(Process("generation", {"electricity": 1.0}, priority=0, **left),))
