"""People: what they breathe, eat, drink and give back, and the hours they work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Interlock, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.life_support.cabin_air import fill_fraction
from moonstation.facts.table import lookup

DAY_H = 24.0

#: Facts (kg per person and day) that make up each flow of a body; the first three are taken.
_TAKEN = {
    "cabin_oxygen": ("oxygen",),
    "food": ("food_solids", "food_water"),
    "water": ("potable_water",),
}
_GIVEN = {
    "cabin_carbon_dioxide": ("carbon_dioxide",),
    "cabin_vapour": ("vapour",),
    "urine": ("urine_water",),
    "waste": ("faecal_solids", "urine_solids", "perspiration_solids", "faecal_water"),
}


def daily_balance() -> Mapping[str, float]:
    """What one person takes (negative) and gives in a day [kg], by bus.

    NASA/TP-2015-218570 Rev 2 Table 3-31: an 82 kg crew member, 5.672 kg in and 5.672 kg out.
    """
    return {
        bus: sign * sum(lookup(f"crew.{part}").value for part in parts)
        for sign, flows in ((-1.0, _TAKEN), (1.0, _GIVEN))
        for bus, parts in flows.items()
    }


def breathable() -> tuple[Interlock, ...]:
    """Air in which people can work: oxygen not under, carbon dioxide not over their limits."""
    return (
        Interlock("cabin_oxygen", low=fill_fraction("cabin_oxygen", lookup("cabin.oxygen_limit").value)),
        Interlock(
            "cabin_carbon_dioxide",
            high=fill_fraction("cabin_carbon_dioxide", lookup("cabin.carbon_dioxide_limit").value),
        ),
    )


@component("crew")
@dataclass(frozen=True, slots=True)
class Crew:
    """People in the cabins of a site: metabolism by NASA's daily balance, hygiene, and hours of work."""

    crew_size: float = param(unit="persons", doc="people", low=1, high=100)
    working_h_per_day: float = fact("crew.working_hours", unit="h/d", doc="work per person and day", low=0, high=16)
    hygiene_kg_per_day: float = fact("crew.hygiene_water", unit="kg/d", doc="washing water per person", low=0, high=30)
    water_reserve: float = fact(
        "crew.water_reserve", unit="-", doc="fill of the water tanks under which nobody washes", low=0, high=1
    )
    air_limit_h: float = fact(
        "crew.air_limit", unit="h", doc="air outside the limits for so long: the crew is gone", low=0.5, high=1000
    )
    supply_limit_h: float = fact(
        "crew.supply_limit", unit="h", doc="without air, drink or food for so long: the crew is gone", low=1, high=1000
    )

    example: ClassVar = {"crew_size": 4}
    leaves_out: ClassVar = (
        "single persons, sleep and exercise (rates are daily means), EVA and suits, illness by degrees, trash, "
        "separate limits for thirst and hunger, decompression"
    )
    no_failures: ClassVar = "illness and accidents of people are not modelled"
    flows: ClassVar = (
        Flow("cabin_oxygen", "in", "breathing"),
        Flow("food", "in", "dry solids and the water in them"),
        Flow("water", "in", "drink, and washing"),
        Flow("cabin_carbon_dioxide", "out", "breathing"),
        Flow("cabin_vapour", "out", "breath and sweat"),
        Flow("urine", "out", "water in urine"),
        Flow("waste", "out", "faeces with their water, solids of urine and sweat"),
        Flow("grey_water", "out", "used washing water"),
        Flow("crew_h", "out", "hours of work"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Metabolism and work while the air is breathable; washing while there is water to spare."""
        metabolism = Process(
            name="metabolism",
            recipe={bus: amount / DAY_H for bus, amount in daily_balance().items()},
            limit=self.crew_size,
            priority=1,
            interlocks=breathable(),
            starve_limit_h=self.supply_limit_h,
            spills=True,
        )
        work = Process(
            name="work",
            recipe={"crew_h": self.working_h_per_day / DAY_H},
            limit=self.crew_size,
            priority=1,
            interlocks=breathable(),
            starve_limit_h=self.air_limit_h,
        )
        washing_kg_h = self.hygiene_kg_per_day / DAY_H
        hygiene = Process(
            name="hygiene",
            recipe={"water": -washing_kg_h, "grey_water": washing_kg_h},
            limit=self.crew_size,
            priority=4,
            interlocks=(Interlock("water", low=self.water_reserve),),
            spills=True,
        )
        return Primitives(processes=(metabolism, work, hygiene))
