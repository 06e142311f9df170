"""Notes on machines that reach a limit of life and find no spare to be changed with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple

from moonstation.components.failure_modes import modes_of, numbers_of
from moonstation.core.errors import Fault
from moonstation.core.time import DAY_H, HOUR_S
from moonstation.scenario.draft import Draft
from moonstation.scenario.messages import Source
from moonstation.scenario.parts import Parts, Unit
from moonstation.scenario.people import NEVER, planned_stay
from moonstation.scenario.schema import AssetEntry


class _Limit(NamedTuple):
    """When a part reaches its limit of life [h after landing, all of full work if ``by_work``], and what that is."""

    after_h: float
    words: str
    by_work: bool
    part: str

    def told(self, begin: datetime) -> str:
        """Which limit, and when it is reached."""
        how = f"{self.words}, at full work" if self.by_work else self.words
        return f"{self.part} on {begin + timedelta(hours=self.after_h):%Y-%m-%d} ({how})"


def notes_on_life_limits(draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """A note for each asset that reaches a limit of life before a spare for its change is at its site.

    Limits by work are met at full work since the landing, so their days are the earliest. Whether later changes find
    a spare as well is left to simulations.
    """
    policy, start, end = draft.policy, draft.moment("start"), draft.moment("end")
    if policy is None or not policy.recovery.scheduled_changes:
        return
    kept = policy.recovery.kept_spares
    for unit in parts.units:
        entry, limits = unit.entry, sorted(_limits(unit))
        if not limits or not draft.lands(entry.mission):
            continue
        stay, comes = planned_stay(draft, entry), _first_to_use(draft, entry, kept)
        begin, last = max(stay.begin, start), min(stay.end, end)
        there_h = _hours(begin, last)
        due = [limit for limit in limits if limit.after_h < min(there_h, _hours(begin, comes))]
        if not due:
            continue
        beyond = f" beyond the {kept} kept for repairs" if kept else ""
        when = f"no spare lands{beyond}" if comes == NEVER else f"the first spare{beyond} lands on {comes:%Y-%m-%d}"
        many = entry.count * sum(int(there_h / limit.after_h) for limit in limits)
        message = f"reaches a limit of life, and {when}: {'; '.join(limit.told(begin) for limit in due)}"
        least = f"spares = {{ {entry.type} = {many + kept} }}"
        hint = f"changes until {last:%Y-%m-%d}: up to {many}; give it spares, or land {least} in [[deliveries]]"
        yield source.fault(("assets", unit.number), message, value=None, hint=hint)


def _hours(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() / HOUR_S


def _limits(unit: Unit) -> Iterator[_Limit]:
    """The limit of life that comes first of each part whose change takes a spare."""
    processes = unit.parts.processes if unit.parts else ()
    for mode in modes_of(unit.component) if unit.component else ():
        numbers = numbers_of(unit.entry.type, mode)
        full_kg_h = sum(process.limit for process in processes if process.name in mode.meter)
        by_work_h = numbers.limit_kg / full_kg_h if full_kg_h > 0.0 else inf
        by_age = _Limit(numbers.limit_h, f"{numbers.limit_h / DAY_H:,.0f} d", False, mode.name)
        first = min(by_age, _Limit(by_work_h, f"{numbers.limit_kg:,.0f} kg", True, mode.name))
        if mode.spare and first.after_h < inf:
            yield first


def _first_to_use(draft: Draft, entry: AssetEntry, kept: int) -> datetime:
    """When more spares than the ``kept`` ones have landed for assets of a type that are tended from the same site."""
    kind, keeper = entry.type, draft.keeper(entry.site)
    landed = [(one.mission, one.spares if one.type == kind else 0, one.site) for _, one in draft.assets]
    landed += [(one.mission, one.spares.get(kind, 0), one.site) for _, one in draft.deliveries]
    landed = [item for item in landed if item[1] and draft.keeper(item[2]) == keeper]
    there = 0
    for _, mission in sorted(draft.missions, key=lambda item: item[1].arrival or NEVER):
        there += sum(count for name, count, _ in landed if name == mission.name and draft.lands(name))
        if there > kept and mission.arrival:
            return mission.arrival
    return NEVER
