"""Checks of a policy of recovery: one that can never recover is refused with the reason."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime

from moonstation.components.failure_modes import modes_of, numbers_of
from moonstation.components.registry import components
from moonstation.core.errors import Fault
from moonstation.core.time import DAY_H, HOUR_S
from moonstation.scenario.draft import Draft
from moonstation.scenario.fields import did_you_mean
from moonstation.scenario.lines import KeyPath
from moonstation.scenario.messages import Source
from moonstation.scenario.parts import Parts, Unit
from moonstation.scenario.recovery import RecoveryEntry, recovery_of
from moonstation.station.recovery import DEFAULT, RESTORING

#: Steps for which nobody asks the Earth, whatever ``autonomous`` says.
_UNASKED = ("wait", "do-without")


def faults_of_recovery(
    entry: RecoveryEntry, draft: Draft, parts: Parts, source: Source, period: tuple[datetime, datetime] | None
) -> Iterator[Fault]:
    """Every reason for which a policy could never recover, or says what it cannot mean.

    parts : what the assets compile into; period : start and end of the simulation
    """
    has_link = _has_link(draft)
    period_h = (period[1] - period[0]).total_seconds() / HOUR_S if period else None
    path: KeyPath = ("policy", "recovery")
    given = source.table(path)
    for name, ladder in entry.ladders.items():
        faults = list(_faults_of_ladder(entry, source, (*path, "ladders", name), name, ladder, has_link))
        yield from faults or _helpless(entry, parts, source, (*path, "ladders", name))
    if DEFAULT not in entry.ladders:
        hint = "units of every other type would have none"
        yield source.fault((*path, "ladders"), f'has no "{DEFAULT}" ladder', value=None, hint=hint)
    found_h = min(entry.persistence_h, entry.test_every_days * DAY_H)
    if period_h is not None and found_h > period_h:
        message = "is longer than the simulation, and so is the time to the first test: no fault would ever be found"
        yield source.fault((*path, "persistence_h"), message, allowed=f"at most {period_h:g} h")
    for key, other in (("no_contact_days", "no_contact_from"), ("no_contact_from", "no_contact_days")):
        if key in given and other not in given:
            yield source.fault((*path, key), f"means nothing without {other}")
    if period and entry.no_contact_from and not period[0] <= entry.no_contact_from < period[1]:
        allowed = f"{period[0]:%Y-%m-%d} to {period[1]:%Y-%m-%d}"
        yield source.fault((*path, "no_contact_from"), "lies outside the simulation", allowed=allowed)


def _faults_of_ladder(
    entry: RecoveryEntry, source: Source, path: KeyPath, name: str, ladder: tuple[str, ...], has_link: bool
) -> Iterator[Fault]:
    known = {DEFAULT, *components(), *(cls.family for cls in components().values())}
    if name not in known:
        yield source.fault(path, "is no family or type of component", value=name, hint=did_you_mean(name, known))
    restoring = [step for step in ladder if step in RESTORING]
    if not restoring:
        hint = f"add one of {', '.join(RESTORING)}"
        yield source.fault(path, "can never recover: none of its steps restores anything", value=None, hint=hint)
    elif not has_link and not any(step in entry.autonomous for step in restoring):
        message = "can never recover: every step that restores asks the Earth, and no ground station or link is there"
        yield source.fault(path, message, value=None, hint="name such a step under autonomous")
    yield from _faults_of_order(source, path, ladder)


def _helpless(entry: RecoveryEntry, parts: Parts, source: Source, path: KeyPath) -> Iterator[Fault]:
    """The fault of a ladder no step of which can restore any of the units that climb it, as the scenario is."""
    name, policy = str(path[-1]), recovery_of(entry)
    ladder = entry.ladders[name]
    climbers = [
        unit
        for unit in (parts.units if parts.settled else ())
        if unit.component and unit.parts and modes_of(unit.component)
        if policy.ladder(unit.entry.type, unit.component.family) is policy.ladders[name]
    ]
    if not climbers or any(_helps(step, unit, parts) for unit in climbers for step in ladder):
        return
    kinds = ", ".join(dict.fromkeys(unit.entry.type for unit in climbers))
    reasons = "; ".join(f"{step}: {_WHY_NOT[step]}" for step in ladder if step in RESTORING)
    hint = "add a step that helps, or what the steps need"
    yield source.fault(path, f"can never recover {kinds}: {reasons}", value=None, hint=hint)


_WHY_NOT = {
    "reset": "clears none of their faults, the chance is 0",
    "reset-subsystem": "clears none of their faults, the chance is 0",
    "switch": "nothing stands by, needed is nowhere less than count",
    "robots": "no robots work at their site, or robots cannot mend them",
    "crew": "no people work at their site, or people cannot mend them",
}


def _helps(step: str, unit: Unit, parts: Parts) -> bool:
    """Whether a step can restore a unit from any of its faults."""
    component, entry = unit.component, unit.entry
    numbers = [numbers_of(entry.type, mode) for mode in modes_of(component)] if component else []
    if any(math.isfinite(mode.clears_after_h) for mode in numbers):
        return True
    match step:
        case "reset" | "reset-subsystem":
            return any(mode.reset_chance > 0.0 for mode in numbers)
        case "switch":
            return (entry.needed or entry.count) < entry.count
        case "robots":
            hands = parts.givers(("robot_h", parts.keeper(entry.site)))
            return bool(hands) and any(math.isfinite(mode.robot_h) for mode in numbers)
        case "crew":
            hands = parts.givers(("crew_h", parts.keeper(entry.site)))
            return bool(hands) and any(math.isfinite(mode.crew_h) for mode in numbers)
        case _:
            return False


def _faults_of_order(source: Source, path: KeyPath, ladder: tuple[str, ...]) -> Iterator[Fault]:
    for step in _twice(ladder):
        yield source.fault(path, "has a step twice", value=step)
    if "do-without" in ladder[:-1]:
        yield source.fault(path, "goes on after do-without, which ends it", value=None)
    if "wait" in ladder and not {"robots", "crew"} & set(ladder[: ladder.index("wait")]):
        yield source.fault(path, "waits for nobody: neither robots nor crew come before wait", value=None)


def notes_on_recovery(draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """Faults that nobody will ever mend since the Earth cannot be asked, and a silence that is imposed as a test."""
    if draft.policy is None or not draft.sound("policy", "recovery"):
        return
    entry = draft.policy.recovery
    if parts.settled:
        yield from _unheard(entry, draft, parts, source)
    if entry.no_contact_from and entry.no_contact_days:
        spell = f"{entry.no_contact_days:g} days from {entry.no_contact_from:%Y-%m-%d} on"
        message = f"test condition: no contact with the Earth for {spell}"
        yield source.fault(("policy", "recovery", "no_contact_days"), message, value=None)


def _unheard(entry: RecoveryEntry, draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """A note for each site from which nothing sends to the Earth, where a step that restores would ask it."""
    policy = recovery_of(entry)
    heard = {unit.entry.site for unit in parts.units if draft.names("ground_stations") and unit.ends}
    halts: dict[str, dict[str, None]] = {}
    for unit in parts.units:
        if unit.component and unit.parts and modes_of(unit.component) and parts.keeper(unit.entry.site) not in heard:
            ladder = policy.ladder(unit.entry.type, unit.component.family)
            asking = [step not in entry.autonomous and step not in _UNASKED for step in ladder]
            rest = ladder[asking.index(True) :] if True in asking else ()
            if any(step in RESTORING and _helps(step, unit, parts) for step in rest):
                halts.setdefault(unit.entry.site, {})[rest[0]] = None
    for site, steps in halts.items():
        message = f"nothing at {site} sends to the Earth, which must be asked before {', '.join(steps)}: "
        message += "where failures are simulated, faults there are left at that step for good"
        hint = "land a link there, or name the steps that need no word from the Earth under autonomous"
        yield source.fault(("policy", "recovery", "autonomous"), message, value=None, hint=hint)


def _twice(names: Iterable[str]) -> list[str]:
    seen, twice = set[str](), list[str]()
    for name in names:
        if name in seen:
            twice.append(name)
        seen.add(name)
    return twice


def _has_link(draft: Draft) -> bool:
    """Whether something of the scenario can speak with the Earth."""
    return bool(draft.names("ground_stations")) and any(_sends_to_earth(entry.type) for _, entry in draft.assets)


def _sends_to_earth(kind: str | None) -> bool:
    """Whether a type of component has a way towards the Earth."""
    if kind is None or kind not in components():
        return False
    return any(flow.bus.startswith("data@") and flow.direction == "out" for flow in components()[kind].flows)
