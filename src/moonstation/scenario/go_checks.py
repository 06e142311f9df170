"""Checks of the rules by which landings are decided: one that nothing could ever meet is refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator

from moonstation.core.errors import Fault
from moonstation.scenario.draft import Draft
from moonstation.scenario.fields import did_you_mean
from moonstation.scenario.go import GoEntry, WantsEntry
from moonstation.scenario.go_reach import STOCKS
from moonstation.scenario.lines import KeyPath
from moonstation.scenario.messages import Source
from moonstation.scenario.schema import AssetEntry, MissionEntry, unit_names
from moonstation.station.model import MODES

_AT_MOST = ("carbon_dioxide_kpa", "warmest_k")
_DAYS = tuple(f"{stock}_days" for stock in STOCKS)
#: Keys that mean something only where people come.
_OF_PEOPLE = (*_DAYS, "room_share", "oxygen_supply_share", "co2_removal_share", "water_supply_share")


def faults_of_landings(draft: Draft, source: Source) -> Iterator[Fault]:
    """Every fault of the rules of landings and of the missions that land by them."""
    policy, named = draft.policy, source.table(("policy", "go"))
    rules = dict((policy and policy.go) or {})
    for name, rule in rules.items():
        yield from _of_rule(source, ("policy", "go", name), rule)
    for number, mission in draft.missions:
        path = ("missions", number)
        if mission.go and mission.go not in named and policy:
            hint = did_you_mean(mission.go, named, f"add a table [policy.go.{mission.go}]")
            yield source.fault((*path, "go"), "no such rule", allowed=", ".join(named), hint=hint)
        if mission.go:
            yield from _of_mission(draft, source, path, mission, rules.get(mission.go))
        elif mission.ascent:
            message = "means nothing for a mission without go: its people leave by their date"
            yield source.fault((*path, "ascent"), message, value=None)
    yield from _come_later(draft, source)


def _of_rule(source: Source, path: KeyPath, rule: GoEntry) -> Iterator[Fault]:
    """Limits that leave nothing between them, or that are broken as soon as they are met."""
    for at, wants in ((path, rule), ((*path, "leave"), rule.leave)):
        if wants and wants.coldest_k is not None and wants.warmest_k is not None and wants.coldest_k > wants.warmest_k:
            message = "is over warmest_k, so that no temperature is right"
            yield source.fault((*at, "coldest_k"), message, unit="K", allowed=f"at most {wants.warmest_k:g} K")
    if rule.leave is None:
        return
    for key in WantsEntry.model_fields:
        go, leave = getattr(rule, key), getattr(rule.leave, key)
        if go is None or leave is None or isinstance(go, bool):
            continue
        if key == "worst_mode":
            harder = MODES.index(leave) < MODES.index(go)
        else:
            harder = leave < go if key in _AT_MOST else leave > go
        if harder:
            message = "asks for more than what is asked before they land: people would come and leave again"
            bound = "at least" if key in _AT_MOST else "at most"
            allowed = f"no milder mode than {go}" if key == "worst_mode" else f"{bound} {go:g}"
            yield source.fault((*path, "leave", key), message, allowed=allowed)


def _of_mission(
    draft: Draft, source: Source, path: KeyPath, mission: MissionEntry, rule: GoEntry | None
) -> Iterator[Fault]:
    if mission.status != "planned" and mission.status:
        hint = "leave go out"
        yield source.fault((*path, "go"), f"cannot be decided any more: the mission has {mission.status}", hint=hint)
    if mission.site not in draft.names("sites"):
        yield source.fault((*path, "go"), "needs a site on the ground whose state decides it", hint="give site = ...")
        return
    here = [entry for _, entry in draft.assets if entry.site == mission.site]
    people = sum(_people(entry) for entry in here if entry.mission == mission.name)
    units = {name for entry in here if entry.name for name in unit_names(entry)}
    for position, name in enumerate(mission.ascent or ()):
        if name not in units:
            message = f"no such asset at {mission.site}"
            yield source.fault((*path, "ascent", position), message, hint=did_you_mean(name, units))
    for key in _OF_PEOPLE if rule and not people else ():
        if getattr(rule, key) is not None:
            message = f"brings no people, and {mission.go} asks for {key}, which counts them"
            hint = "give it a rule of its own, such as contact = true"
            yield source.fault((*path, "go"), message, hint=hint)


def _people(entry: AssetEntry) -> float:
    size = getattr(entry, "crew_size", None)
    return float(size or 0.0) * (entry.count or 1) if entry.type == "crew" else 0.0


def _come_later(draft: Draft, source: Source) -> Iterator[Fault]:
    """What comes by its date and needs a mission that may come later, or never."""
    waiting = {mission.name for _, mission in draft.missions if mission.go}
    for number, mission in draft.missions:
        for position, name in enumerate(mission.requires or ()):
            if name in waiting and not mission.go:
                message = f"may land late or never, by its go, and {mission.name} comes by its date"
                yield source.fault(("missions", number, "requires", position), message, hint="give this one a go too")
    bodies = {entry.name: entry.mission for _, entry in draft.assets}
    for number, entry in draft.assets:
        brought = bodies.get(entry.housed_in or "")
        if brought in waiting and entry.mission not in waiting:
            message = f"is brought by {brought}, which may land late or never, by its go"
            yield source.fault(("assets", number, "housed_in"), message, hint=f"give {entry.mission} a go too")
