"""People: what they breathe, eat, drink and give back, and the hours they work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from moonstation.components.contract import (
    Flow,
    HoldLevel,
    Interlock,
    Primitives,
    Process,
    Store,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.life_support.cabin_air import fill_fraction
from moonstation.components.life_support.crew_day import (
    SCHEDULES,
    exertion_by_the_clock,
    glycogen_burning,
    glycogen_share,
    metabolism_by_the_clock,
    respiratory_quotient,
    work_by_the_clock,
)
from moonstation.components.limits import refuse_disorder
from moonstation.core.time import DAY_H
from moonstation.facts.table import lookup

#: What a body keeps a reserve of.
RESERVES = ("water", "food")
#: The quantity that stands for glycogen, which has the formula of cellulose.
GLYCOGEN = "biomass"
_BODY: tuple[tuple[Literal["in", "out", "store"], str], ...] = (
    ("store", "what bodies live on meanwhile"),
    ("in", "of the body's own"),
    ("out", "meals"),
)

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
    """Air in which people can live: oxygen not under, carbon dioxide not over their limits."""
    return _at_least("cabin_oxygen", "cabin.oxygen_limit"), _at_most(
        "cabin_carbon_dioxide", "cabin.carbon_dioxide_limit"
    )


def fresh() -> tuple[Interlock, ...]:
    """Air in which people work at their best: no hypoxia, no headache by carbon dioxide, no irritated eyes."""
    return (
        _at_least("cabin_oxygen", "cabin.oxygen_impairment"),
        _at_most("cabin_carbon_dioxide", "cabin.carbon_dioxide_headache"),
        _at_most("cabin_contaminant", "cabin.contaminant_limit"),
    )


def _at_least(gas: str, key: str) -> Interlock:
    return Interlock(gas, low=fill_fraction(gas, lookup(key).value))


def _at_most(gas: str, key: str) -> Interlock:
    return Interlock(gas, high=fill_fraction(gas, lookup(key).value))


@component("crew")
@dataclass(frozen=True, slots=True)
class Crew:
    """People in the cabins of a site: metabolism by NASA's daily balance, hygiene, and hours of work.

    They bring what their bodies live on without food or drink, and take it back with them.
    """

    crew_size: float = param(unit="persons", doc="people", low=1, high=100)
    schedule: str = param(
        unit="name",
        doc="daily means, or sleep, work and exercise by the clock (UTC)",
        choices=SCHEDULES,
        default="mean",
    )
    trash: str = param(
        unit="name",
        doc="whether supplies that they use up and the trash that these become are followed",
        choices=("left out", "counted"),
        default="left out",
    )
    trash_kg_per_day: float = fact("crew.trash", unit="kg/d", doc="supplies used up per person", low=0, high=10)
    working_h_per_day: float = fact("crew.working_hours", unit="h/d", doc="work per person and day", low=0, high=16)
    hygiene_kg_per_day: float = fact("crew.hygiene_water", unit="kg/d", doc="washing water per person", low=0, high=30)
    water_reserve: float = fact(
        "crew.water_reserve", unit="-", doc="fill of the water tanks under which nobody washes", low=0, high=1
    )
    air_limit_h: float = fact(
        "crew.air_limit", unit="h", doc="air outside the limits for so long: the crew is gone", low=0.5, high=1000
    )
    temperature_limit_h: float = fact(
        "crew.temperature_limit",
        unit="h",
        doc="colder or warmer than people bear for so long: the crew is gone",
        low=0.5,
        high=1000,
    )
    thirst_limit_h: float = fact(
        "crew.thirst_limit", unit="h", doc="without drink for so long: the crew is gone", low=1, high=2000
    )
    hunger_limit_h: float = fact(
        "crew.hunger_limit", unit="h", doc="without food for so long: the crew is gone", low=1, high=5000
    )
    illness_fill: float = fact(
        "crew.illness_reserve",
        unit="-",
        doc="share of the body's water or food under which nobody works",
        low=0,
        high=1,
    )
    impairment: float = fact(
        "crew.impairment", unit="-", doc="share of work lost in air that is not fresh", low=0, high=1
    )

    example: ClassVar = {"crew_size": 4, "schedule": "hourly", "trash": "counted"}
    leaves_out: ClassVar = (
        "single persons, the sweat of each activity (water keeps the proportions of the day), infection and accidents, "
        "dose of radiation, what people lack without supplies; temperature counts where the crew is housed in a heated "
        "body, whatever the humidity there, and outside comfort nobody works less; EVA and suits are the airlock's"
    )
    no_failures: ClassVar = "illness and accidents of people are not modelled"
    flows: ClassVar = (
        Flow("cabin_oxygen", "in", "breathing"),
        Flow("food", "in", "dry solids and the water in them"),
        Flow("water", "in", "drink, and washing"),
        Flow("cabin_carbon_dioxide", "out", "breathing"),
        Flow("cabin_vapour", "out", "breath and sweat"),
        Flow("cabin_contaminant", "out", "what bodies give off besides"),
        Flow("urine", "out", "water in urine"),
        Flow("waste", "out", "faeces with their water, solids of urine and sweat"),
        Flow("grey_water", "out", "used washing water"),
        Flow("crew_h", "out", "hours of work"),
        Flow("supplies", "in", "clothes, wipes, packing, where they are followed"),
        Flow("trash", "out", "used supplies, where they are followed"),
        *(Flow(f"{stock}@self", role, doc) for stock in RESERVES for role, doc in _BODY),
        Flow(f"{GLYCOGEN}@self", "store", "glycogen, by the clock"),
        Flow(f"{GLYCOGEN}@self", "in", "burnt by exercise"),
        Flow(f"{GLYCOGEN}@self", "out", "made again at rest"),
    )

    def __post_init__(self) -> None:
        """Refuse limits of thirst and hunger that air reaches first."""
        refuse_disorder(self, ("air_limit_h", "thirst_limit_h"), ("air_limit_h", "hunger_limit_h"), unit="h")

    def primitives(self, place: Surroundings) -> Primitives:
        """Metabolism and work while the air is breathable; meals; washing while there is water to spare."""
        stores = (*(self._reserve(stock) for stock in RESERVES), *self._glycogen())
        meals = tuple(self._meal(stock) for stock in RESERVES)
        return Primitives(
            stores=stores,
            processes=(
                *meals,
                *self._metabolism(place),
                self._body_temperature(),
                *self._work(place),
                self._hygiene(),
                self._traces(),
                *self._supplies(),
            ),
        )

    def _metabolism(self, place: Surroundings) -> tuple[Process, ...]:
        """Living, and by the clock the glycogen that exercise burns and the rest of the day makes."""
        day = {f"{bus}@self" if bus in RESERVES else bus: amount for bus, amount in daily_balance().items()}
        living = Process(
            name="metabolism",
            recipe={bus: amount / DAY_H for bus, amount in day.items()},
            limit=self.crew_size,
            priority=1,
            interlocks=breathable(),
            starve_limit_h=self.air_limit_h,
            spills=True,
        )
        if self.schedule != "hourly":
            return (living,)
        quotient = respiratory_quotient(day)
        burnt = {f"{bus}@self" if bus == GLYCOGEN else bus: kg for bus, kg in glycogen_burning(quotient).items()}
        rest = {bus: day.get(bus, 0.0) - burnt.get(bus, 0.0) for bus in {**day, **burnt}}
        series = metabolism_by_the_clock(place.grid, glycogen_share(quotient))
        exertion = Process(
            name="exertion",
            recipe={bus: kg / DAY_H for bus, kg in burnt.items()},
            limit=2.0 * self.crew_size,
            series=exertion_by_the_clock(place.grid),
            priority=1,
            interlocks=breathable(),
            spills=True,
        )
        return replace(living, recipe={bus: kg / DAY_H for bus, kg in rest.items()}, series=series), exertion

    def _body_temperature(self) -> Process:
        """Kept while what houses the crew is as warm as people bear; it takes nothing beside the metabolism."""
        return Process(name="body temperature", recipe={}, priority=1, starve_limit_h=self.temperature_limit_h)

    def _glycogen(self) -> tuple[Store, ...]:
        """What exercise burns, half full on arrival."""
        if self.schedule != "hourly":
            return ()
        most_kg = lookup("crew.glycogen").value * self.crew_size
        return (Store(name="body glycogen", bus=f"{GLYCOGEN}@self", capacity=most_kg, start=most_kg / 2.0),)

    def _reserve(self, stock: str) -> Store:
        """What a body lives on: it lasts until so long before the limit as a body without it takes to die."""
        limit_h = {"water": self.thirst_limit_h, "food": self.hunger_limit_h}[stock]
        reserve_kg = -daily_balance()[stock] / DAY_H * (limit_h - self.air_limit_h) * self.crew_size
        return Store(name=f"body {stock}", bus=f"{stock}@self", capacity=reserve_kg, start=reserve_kg)

    def _meal(self, stock: str) -> Process:
        return Process(
            name={"water": "drinking", "food": "eating"}[stock],
            recipe={stock: -1.0, f"{stock}@self": 1.0},
            limit=self.crew_size * lookup("crew.meal_rate").value,
            priority=1,
            control=HoldLevel(f"{stock}@self", 1.0),
        )

    def _work(self, place: Surroundings) -> tuple[Process, Process]:
        """What people do in any air that they can live in, and what they do besides in fresh air."""
        well = tuple(Interlock(f"{stock}@self", low=self.illness_fill) for stock in RESERVES)
        series = work_by_the_clock(place.grid) if self.schedule == "hourly" else None
        hours = self.working_h_per_day / DAY_H

        def work(name: str, share: float, air: tuple[Interlock, ...]) -> Process:
            return Process(
                name=name,
                recipe={"crew_h": hours * share},
                limit=self.crew_size,
                series=series,
                priority=1,
                interlocks=(*breathable(), *air, *well),
            )

        return work("work", 1.0 - self.impairment, ()), work("clear-headed work", self.impairment, fresh())

    def _hygiene(self) -> Process:
        washing_kg_h = self.hygiene_kg_per_day / DAY_H
        return Process(
            name="hygiene",
            recipe={"water": -washing_kg_h, "grey_water": washing_kg_h},
            limit=self.crew_size,
            priority=4,
            interlocks=(Interlock("water", low=self.water_reserve),),
            spills=True,
        )

    def _traces(self) -> Process:
        """Gases of bodies that the daily balance does not count; their mass comes from outside the ledger."""
        return Process(
            name="traces",
            recipe={"cabin_contaminant": lookup("crew.contaminants").value / DAY_H},
            limit=self.crew_size,
            priority=1,
            spills=True,
            boundary=True,
        )

    def _supplies(self) -> tuple[Process, ...]:
        """Clothes, wipes and packing that become trash, where they are followed."""
        kg_h = self.trash_kg_per_day / DAY_H
        recipe = {"supplies": -kg_h, "trash": kg_h}
        using = Process(name="using supplies", recipe=recipe, limit=self.crew_size, priority=4, spills=True)
        return (using,) if self.trash == "counted" else ()
