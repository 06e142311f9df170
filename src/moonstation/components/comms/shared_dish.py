"""A dish of a site that several links take turns on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.comms.antenna_time import SITE_DISH, hours_of_dish
from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, param
from moonstation.components.failure_modes import FailureMode


@component("shared_dish")
@dataclass(frozen=True, slots=True)
class SharedDish:
    """Steerable dishes whose hours the links with ``dish = "shared"`` divide among themselves, first served first."""

    dishes: float = param(unit="-", doc="those that can point to different things at once", low=1, high=100, default=1)
    power_kw: float = param(unit="kW", doc="drives and their heaters", low=0.0, high=100.0, default=0.0)

    failures: ClassVar = (FailureMode("drive", "a dish that no longer turns", affects=("dish time",), spare=True),)
    flows: ClassVar = (
        Flow(SITE_DISH, "out", "hours of the dishes"),
        Flow("electricity", "in", "drives"),
    )
    example: ClassVar = {"dishes": 1, "power_kw": 0.02}
    leaves_out: ClassVar = (
        "the time to turn from one target to the other (each link's acquisition_min stands for it, once per contact); "
        "stops and cable wraps; the dish's gain, which each link states for itself"
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Hours of dishes, and the drives' draw."""
        drives = Process("drives", {"electricity": -1.0}, limit=self.power_kw, priority=2)
        return Primitives(processes=(hours_of_dish(SITE_DISH, self.dishes), drives))
