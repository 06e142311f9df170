"""What may be at the site of a landing: when it is decided, and while its people are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from moonstation.scenario.draft import Draft
from moonstation.scenario.go import GoEntry
from moonstation.scenario.parts import Bus, Parts, Unit
from moonstation.scenario.people import NEVER, planned_stay
from moonstation.scenario.schema import MissionEntry
from moonstation.station.model import EARTH


@dataclass(frozen=True)
class Span:
    """A time that is looked at."""

    first: datetime
    last: datetime


@dataclass(frozen=True)
class Scene:
    """The site of a landing: before it is decided, or ``staying``, while its people are there.

    span : only what its dates and missions that do not fail bring there within it; None for whatever the file has
    """

    draft: Draft
    parts: Parts
    mission: MissionEntry
    staying: bool
    span: Span | None = None

    @cached_property
    def own(self) -> list[Unit]:
        """What the mission brings to its site."""
        return [unit for unit in self._here if unit.entry.mission == self.mission.name]

    @cached_property
    def others(self) -> list[Unit]:
        """What others bring there."""
        return [unit for unit in self._here if unit.entry.mission != self.mission.name and self._is_there(unit)]

    @property
    def there(self) -> list[Unit]:
        """What may be there: before the landing without what it brings."""
        return [*self.others, *(self.own if self.staying else ())]

    @cached_property
    def ends(self) -> set[str]:
        """Where the links that may be there lead to."""
        return {end for unit in self.there for end in unit.ends}

    @property
    def open_ends(self) -> set[str]:
        """Those of them that are the Earth, or a relay that may send to it then."""
        return {end for end in self.ends if end == EARTH or any(EARTH in unit.ends for unit in self._present(end))}

    @property
    def known(self) -> bool:
        """Whether all of it is sound enough to be counted."""
        return all(unit.parts is not None for unit in [*self.others, *self.own])

    @cached_property
    def people(self) -> float:
        """How many people the mission brings."""
        crews = [unit.entry for unit in self.own if unit.entry.type == "crew"]
        return sum(float(getattr(crew, "crew_size", None) or 0.0) * (crew.count or 1) for crew in crews)

    def held_kg(self, bus: Bus) -> float:
        """What the stores that may be there hold when full [kg]."""
        return sum(store.capacity * (unit.entry.count or 1) for unit in self.there for store in unit.stores_on(bus))

    def brought_kg(self, stock: str) -> float:
        """What the mission itself lands of a stock at its site [kg]."""
        return _filled_kg(self.own, (stock, str(self.mission.site))) + self._delivered_kg(stock, [self.mission.name])

    def landed_kg(self, stock: str) -> float:
        """What lands of a stock there in all, by the end of the span [kg]."""
        filled = _filled_kg([*self.others, *self.own], (stock, str(self.mission.site)))
        return filled + self._delivered_kg(stock, [*self._landed_by_then(), self.mission.name])

    def _present(self, node: str) -> list[Unit]:
        """What may be at a node: before the landing without what comes with it."""
        units = [unit for unit in self.parts.units if unit.entry.site == node]
        return [u for u in units if (self.staying if u.entry.mission == self.mission.name else self._is_there(u))]

    @property
    def _here(self) -> list[Unit]:
        return [unit for unit in self.parts.units if unit.entry.site == self.mission.site]

    def _is_there(self, unit: Unit) -> bool:
        """Whether a unit may be there within the span; what lands by a go itself may come and leave later."""
        if self.span is None:
            return True
        stay = planned_stay(self.draft, unit.entry)
        end = stay.end if stay.end == NEVER else stay.end + wait_of(self.draft, self.draft.mission(unit.entry.mission))
        return self.draft.comes(unit.entry.mission) and stay.begin <= self.span.last and end > self.span.first

    def _landed_by_then(self) -> Iterator[str]:
        for _, mission in self.draft.missions:
            early = self.span is None or (mission.arrival is not None and mission.arrival <= self.span.last)
            if early and (self.span is None or not mission.failed) and mission.name != self.mission.name:
                yield mission.name

    def _delivered_kg(self, stock: str, missions: list[str]) -> float:
        return sum(
            delivery.amounts().get(stock, 0.0)
            for number, delivery in self.draft.deliveries
            if delivery.site == self.mission.site
            and delivery.mission in missions
            and self.draft.sound("deliveries", number)
        )


def _filled_kg(units: list[Unit], bus: Bus) -> float:
    """What units land with on a bus [kg]."""
    return sum(store.start * (unit.entry.count or 1) for unit in units for store in unit.stores_on(bus))


def rule_of(draft: Draft, mission: MissionEntry | None) -> GoEntry | None:
    """The rule by which a mission lands, None where it has none, or none that can be read."""
    rules = (draft.policy and draft.policy.go) or {}
    return rules.get(mission.go) if mission and mission.go else None


def wait_of(draft: Draft, mission: MissionEntry | None) -> timedelta:
    """How long a mission may wait for its go."""
    rule = rule_of(draft, mission)
    return timedelta(days=rule.wait_days if rule else 0.0)
