"""Going out: suits, and the air that an airlock loses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    Primitives,
    Process,
    Series,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.life_support.cabin_air import gas_mass_kg
from moonstation.components.life_support.crew_day import WEEK_H, by_the_clock
from moonstation.components.life_support.decompression import prebreathe_h
from moonstation.facts.table import lookup

DAYS_A_WEEK = 7
#: Hour of the day at which an excursion begins [h UTC].
_BEGIN_H = 8.25


@component("airlock")
@dataclass(frozen=True, slots=True)
class Airlock:
    """Excursions on foot, so many a week, as long as people have hours for them; gas, oxygen and water are lost.

    An excursion takes the hours that people are out, and those in which they breathe oxygen before it.
    """

    excursions_per_week: float = param(unit="1/week", doc="days a week with an excursion", low=0, high=7)
    people_out: float = param(unit="persons", doc="people on each", low=1, high=10, default=2.0)
    outside_h: float = param(unit="h", doc="length of an excursion", low=0.5, high=10, default=6.0)
    volume_m3: float = fact("airlock.volume", unit="m3", doc="volume that is emptied", low=0.1, high=100)
    recovered: float = fact("airlock.recovered", unit="-", doc="share of its air that is pumped back", low=0, high=1)
    oxygen_kpa: float = fact("cabin.oxygen_pressure", unit="kPa", doc="in the cabin", low=16, high=40)
    nitrogen_kpa: float = fact("airlock.nitrogen", unit="kPa", doc="in the cabin", low=0, high=100)
    suit_kpa: float = fact("suit.pressure", unit="kPa", doc="of the suits, pure oxygen", low=20, high=101)
    ratio_limit: float = fact(
        "suit.tissue_ratio_limit", unit="-", doc="tissue nitrogen over suit pressure when going out", low=1, high=2
    )
    oxygen_kg_h: float = fact("suit.oxygen", unit="kg/h", doc="oxygen lost from a suit: leak and purge", low=0, high=1)
    water_kg_h: float = fact("suit.water", unit="kg/h", doc="water that cools a person outside", low=0, high=3)
    energy_kwh: float = fact(
        "airlock.energy", unit="kWh", doc="pump and suit batteries, per person out", low=0, high=50
    )

    example: ClassVar = {"excursions_per_week": 2}
    leaves_out: ClassVar = (
        "breathing in the suits (it stays in the crew's daily balance, through the cabin), dust carried in, suitports, "
        "excursions put off in the dark or in solar storms, decompression sickness"
    )
    failures: ClassVar = (
        FailureMode("pump", "pump that saves the airlock's air", spare=True),
        FailureMode("suit", "a suit is out of order", spare=True),
    )
    flows: ClassVar = (
        Flow("crew_h", "in", "hours outside and of breathing oxygen before"),
        Flow("oxygen", "in", "leak and purge of suits"),
        Flow("water", "in", "evaporated to cool suits"),
        Flow("cabin_oxygen", "in", "air left in the airlock"),
        Flow("cabin_nitrogen", "in", "air left in the airlock"),
        Flow("electricity", "in", "pump, suit batteries"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process; its activity is the number of people outside."""
        kelvin = lookup("cabin.temperature").value
        lost_m3 = (1.0 - self.recovered) * self.volume_m3
        per_person_h = self.people_out * self.outside_h
        process = Process(
            name="excursion",
            recipe={
                "crew_h": -(1.0 + self.prebreathe_h() / self.outside_h),
                "oxygen": -self.oxygen_kg_h,
                "water": -self.water_kg_h,
                "cabin_oxygen": -gas_mass_kg("cabin_oxygen", self.oxygen_kpa, lost_m3, kelvin) / per_person_h,
                "cabin_nitrogen": -gas_mass_kg("cabin_nitrogen", self.nitrogen_kpa, lost_m3, kelvin) / per_person_h,
                "electricity": -self.energy_kwh / self.outside_h,
            },
            limit=self.people_out,
            series=self._out(place),
            priority=5,
            boundary=True,
        )
        return Primitives(processes=(process,))

    def prebreathe_h(self) -> float:
        """Hours of pure oxygen before an excursion [h]."""
        return prebreathe_h(self.nitrogen_kpa, self.suit_kpa, self.ratio_limit)

    def _out(self, place: Surroundings) -> Series:
        """1 while people are out, on so many days of the week, as evenly as can be."""
        count = round(self.excursions_per_week)
        days = [number * DAYS_A_WEEK // count for number in range(count)]
        changes = [(0.0, 0.0)]
        for day in days:
            begin_h = 24.0 * day + _BEGIN_H
            changes += [(begin_h, 1.0), (begin_h + self.outside_h, 0.0)]
        return by_the_clock(place.grid, changes, WEEK_H)
