"""Drinking water from used water."""

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
from moonstation.facts.table import lookup


def daily_water_kg() -> float:
    """Water that one person drinks and washes with in a day [kg]."""
    return lookup("crew.potable_water").value + lookup("crew.hygiene_water").value


def _part(name: str, doc: str) -> FailureMode:
    """A part through which all water goes."""
    return FailureMode(name, doc, affects=("processing",), spare=True, meter=("processing",))


@component("water_processor")
@dataclass(frozen=True, slots=True)
class WaterProcessor:
    """Filters, ion exchange and a catalytic oxidiser: used water to drinking water while its tanks have room."""

    water_kg_h: float = param(unit="kg/h", doc="used water taken at full rate", low=0, high=10_000)
    energy_kwh_per_kg: float = fact("wpa.energy", unit="kWh/kg", doc="electricity per kg taken", low=0, high=10)
    standby_kw: float = fact("wpa.standby_power", unit="kW", doc="power beside the processing", low=0, high=10)
    recovery: float = fact("wpa.recovery", unit="-", doc="share that becomes drinking water", low=0.1, high=1)

    example: ClassVar = {"water_kg_h": 2.0}
    leaves_out: ClassVar = (
        "quality of the water, what exhausted filter beds let through, consumption of oxygen, batches, reject recycling"
    )
    failures: ClassVar = (
        _part("pump separator", "pump stops"),
        _part("catalytic reactor", "seals or heater of the reactor"),
        _part("multifiltration beds", "a bed leaks or lets through what it should hold"),
        _part("ion exchange bed", "the bed leaks or lets ions through"),
        _part("particulate filter", "the filter is torn or clogged"),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "pumps, oxidiser, controller"),
        Flow("grey_water", "in", "condensate, washing water, distillate"),
        Flow("water", "out", "drinking water"),
        Flow("brine", "out", "what is not recovered"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Processing (activity: water taken [kg/h]) and the controller's standby power."""
        processing = Process(
            name="processing",
            recipe={
                "electricity": -self.energy_kwh_per_kg,
                "grey_water": -1.0,
                "water": self.recovery,
                "brine": 1.0 - self.recovery,
            },
            limit=self.water_kg_h,
            priority=2,
            control=HoldLevel("water", 1.0),
            spills=True,  # brine that finds no room; drinking water always does
            capability={"crew_water": self.water_kg_h * self.recovery * 24.0 / daily_water_kg()},
        )
        standby = Process(name="standby", recipe={"electricity": -self.standby_kw}, priority=4)
        return Primitives(processes=(processing, standby))
