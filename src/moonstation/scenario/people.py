"""Checks of crews: a cabin over their heads, food, water and air at hand, for as long as they stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from moonstation.components.life_support.cabin_air import fill_fraction
from moonstation.components.life_support.crew import daily_balance
from moonstation.core.errors import Fault
from moonstation.core.time import DAY_H, DAY_S
from moonstation.facts.table import lookup
from moonstation.scenario.draft import Draft
from moonstation.scenario.messages import Source
from moonstation.scenario.parts import Bus, Parts, Unit
from moonstation.scenario.schema import AssetEntry, unit_names
from moonstation.scenario.stocks import supplied

_BEGIN, NEVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_AIR = "cabin_oxygen"
_CO2 = "cabin_carbon_dioxide"
#: What people live on, and how it comes.
_NEEDS = {
    "food": 'land some: food_kg in [[deliveries]], and a tank with quantity = "food"',
    "water": 'land some: water_kg in [[deliveries]], and a tank with quantity = "water"',
    "oxygen": 'land some: oxygen_kg in [[deliveries]] and a tank with quantity = "oxygen", or an oxygen_generator',
}


@dataclass(frozen=True)
class Stay:
    """When something is there."""

    begin: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        """Whether it is there at a moment."""
        return self.begin <= moment < self.end


def planned_stay(draft: Draft, entry: AssetEntry) -> Stay:
    """When an asset is there if every mission flies as planned; without a date it counts as always there."""
    mission = draft.mission(entry.mission)
    begin = (mission.arrival if mission else None) or _BEGIN
    return Stay(begin, entry.until or (mission.until if mission else None) or NEVER)


def _crews(draft: Draft, parts: Parts) -> list[Unit]:
    crews = [unit for unit in parts.units if unit.entry.type == "crew"]
    return sorted(crews, key=lambda unit: planned_stay(draft, unit.entry).begin) if parts.settled else []


def faults_of_people(draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """Crews for whom the plan itself has no cabin, or nothing to eat, to drink or to breathe."""
    for crew in _crews(draft, parts):
        path, site = ("assets", crew.number), crew.entry.site
        yield from _fault_of_number(crew, source)
        cabins = parts.keepers((_AIR, site))
        if not cabins:
            hint = f"add an asset of type cabin at {site}, or name the site of one"
            yield source.fault((*path, "site"), "people without a cabin: nothing there holds air", hint=hint)
            continue
        yield from _fault_of_cabins(draft, crew, cabins, source)
        for quantity, hint in _NEEDS.items():
            if not supplied(draft, parts, (quantity, site)) and not _made_otherwise(parts, quantity, site):
                message = f"people without {quantity}: nothing at {site} ever gives or holds any"
                yield source.fault(path, message, value=None, hint=hint)


def _fault_of_number(crew: Unit, source: Source) -> Iterator[Fault]:
    people = getattr(crew.entry, "crew_size", None)
    if people is not None and not float(people).is_integer():
        yield source.fault(("assets", crew.number, "crew_size"), "must be a whole number of people")


def _made_otherwise(parts: Parts, quantity: str, site: str) -> bool:
    """Whether air is renewed by something that takes no oxygen from tanks."""
    return quantity == "oxygen" and any((quantity, site) not in unit.taken for unit in parts.givers((_AIR, site)))


def _fault_of_cabins(draft: Draft, crew: Unit, cabins: list[Unit], source: Source) -> Iterator[Fault]:
    """The fault of a crew that comes before every cabin, or stays when the last one has gone."""
    stay, site = planned_stay(draft, crew.entry), crew.entry.site
    stays = [planned_stay(draft, cabin.entry) for cabin in cabins]
    path = ("assets", crew.number)
    if stay.begin == _BEGIN:
        return
    if not any(cabin.covers(stay.begin) for cabin in stays):
        later = [cabin.begin for cabin in stays if cabin.begin > stay.begin]
        then = f"the next comes on {min(later):%Y-%m-%d}" if later else "the last has gone"
        message = f"no cabin stands at {site} when they arrive on {stay.begin:%Y-%m-%d}: {then}"
        hint = "let a mission bring one that arrives no later, or let them come later"
        yield source.fault((*path, "mission"), message, hint=hint)
    elif (last := max(cabin.end for cabin in stays)) < stay.end:
        message = f"the last cabin at {site} goes on {last:%Y-%m-%d}, before they do"
        hint = f"set until = {last:%Y-%m-%d} for the crew, or let the cabin stay"
        yield source.fault((*path, "until"), message, hint=hint)


# ---------------------------------------------------------------- what may go ill, with numbers


def notes_on_people(draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """What a plan risks with its crews: food for fewer days than they stay, air that nobody cleans, no way home."""
    for crew in _crews(draft, parts):
        if crew.parts is not None and parts.keepers((_AIR, crew.entry.site)):
            yield from _notes_on_stay(draft, parts, crew, source)
            yield from _note_on_air(parts, crew, source)
    for site in dict.fromkeys(crew.entry.site for crew in _crews(draft, parts)):
        for quantity in _NEEDS:
            yield from _notes_on_rations(draft, parts, (quantity, site), source)


def _size(crew: Unit) -> float:
    return float(getattr(crew.entry, "crew_size", None) or 0.0) * (crew.entry.count or 1)


def _notes_on_stay(draft: Draft, parts: Parts, crew: Unit, source: Source) -> Iterator[Fault]:
    stay, site, path = planned_stay(draft, crew.entry), crew.entry.site, ("assets", crew.number)
    if not draft.comes(crew.entry.mission):
        return
    if stay.end == NEVER:
        hint = "say when they leave with until, of the crew or of its mission"
        yield source.fault(path, "nothing takes them home: they stay until the simulation ends", value=None, hint=hint)
    there = [
        cabin
        for cabin in parts.keepers((_AIR, site))
        if draft.comes(cabin.entry.mission) and planned_stay(draft, cabin.entry).covers(stay.begin)
    ]
    room = sum(cabin.parts.capability.get("cabin_crew", 0.0) * cabin.entry.count for cabin in there if cabin.parts)
    people = sum(_size(other) for other in _crews(draft, parts) if _at_once(draft, crew, other))
    if not there:
        message = f"no cabin stands at {site} on {stay.begin:%Y-%m-%d}, since a mission failed"
        yield source.fault(path, message, value=None, hint="they cannot live there")
    elif people > room + 1e-9 and all(cabin.parts for cabin in there):
        message = f"{people:g} people live on {stay.begin:%Y-%m-%d} in cabins with room for {room:.1f}"
        yield source.fault(path, message, value=None, hint="fact cabin.volume_per_person")


def _at_once(draft: Draft, crew: Unit, other: Unit) -> bool:
    same = crew.entry.site == other.entry.site and draft.comes(other.entry.mission)
    return same and planned_stay(draft, other.entry).covers(planned_stay(draft, crew.entry).begin)


def _note_on_air(parts: Parts, crew: Unit, source: Source) -> Iterator[Fault]:
    """Nothing takes carbon dioxide out of the air: the hours until it reaches the limit."""
    bus = (_CO2, crew.entry.site)
    if parts.takers(bus):
        return
    limit = fill_fraction(_CO2, lookup("cabin.carbon_dioxide_limit").value)
    stores = [store for unit in parts.keepers(bus) for store in unit.stores_on(bus)]
    room_kg = sum(limit * store.capacity - store.start for store in stores)
    hours = max(room_kg, 0.0) / (_size(crew) * daily_balance()[_CO2] / DAY_H)
    message = f"nothing at {crew.entry.site} takes carbon dioxide out of the air: it reaches the limit in {hours:.0f} h"
    yield source.fault(("assets", crew.number), message, value=None, hint="add a co2_removal, or an amine_swingbed")


def _rations_kg_day(crew: Unit) -> Mapping[str, float]:
    """What a crew uses in a day [kg], without leaks."""
    daily = daily_balance()
    drunk = float(getattr(crew.component, "hygiene_kg_per_day", 0.0)) - daily["water"]
    return {"food": -daily["food"] * _size(crew), "water": drunk * _size(crew), "oxygen": -daily[_AIR] * _size(crew)}


def _notes_on_rations(draft: Draft, parts: Parts, bus: Bus, source: Source) -> Iterator[Fault]:
    """A note for each crew for which a stock that nothing renews lasts fewer days than it stays."""
    if parts.givers(bus) or not supplied(draft, parts, bus):
        return
    end, used_kg = draft.moment("end"), 0.0
    supplies = list(_supplies(draft, parts, bus))
    for crew in _crews(draft, parts):
        stay = planned_stay(draft, crew.entry)
        if crew.entry.site != bus[1] or crew.parts is None or not end or not draft.comes(crew.entry.mission):
            continue
        begin, last = max(stay.begin, draft.moment("start") or stay.begin), min(stay.end, end)
        days = (last - begin).total_seconds() / DAY_S
        if days <= 0.0:
            continue
        had_kg = sum(amount for at, amount in supplies if at <= last) - used_kg
        daily_kg = _rations_kg_day(crew)[bus[0]]
        used_kg += min(daily_kg * days, had_kg)
        if had_kg < daily_kg * days:
            message = f"{bus[0]} for {max(had_kg, 0.0) / daily_kg:.0f} of {days:.0f} days"
            needed = f"they need {daily_kg * days:.0f} kg and find {max(had_kg, 0.0):.0f} kg"
            hint = f"{needed}; land more, or let them leave earlier"
            yield source.fault(("assets", crew.number), message, value=None, hint=hint)


def _supplies(draft: Draft, parts: Parts, bus: Bus) -> Iterator[tuple[datetime, float]]:
    """When how much of a stock lands [kg], by missions that do not fail."""
    for unit in parts.keepers(bus):
        if unit.parts and draft.comes(unit.entry.mission):
            start = sum(store.start for store in unit.stores_on(bus))
            yield planned_stay(draft, unit.entry).begin, start * len(unit_names(unit.entry))
    for number, delivery in draft.deliveries:
        mission = draft.mission(delivery.mission)
        if delivery.site == bus[1] and draft.sound("deliveries", number) and mission and not mission.failed:
            yield mission.arrival or _BEGIN, delivery.amounts().get(bus[0], 0.0)
