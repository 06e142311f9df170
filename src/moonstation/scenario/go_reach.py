"""Whether what a go asks for can ever hold: what may be at a site bounds its stocks, machines, air and sight of Earth.

Bounds are generous: every store full, every machine sound, nobody else there. What lies beyond them no life reaches.
Beyond what the whole file has, a limit is refused; beyond what is there by its dates, or while missions fail, it is
noted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from moonstation.components.life_support.cabin import Cabin
from moonstation.components.life_support.cabin_air import GASES, scale_kpa
from moonstation.components.life_support.crew import daily_balance
from moonstation.core.errors import Fault
from moonstation.scenario.draft import Draft
from moonstation.scenario.fields import unit_of_key
from moonstation.scenario.go import WantsEntry
from moonstation.scenario.go_scene import Scene, Span, rule_of, wait_of
from moonstation.scenario.lines import KeyPath
from moonstation.scenario.messages import Source
from moonstation.scenario.parts import Parts, Unit
from moonstation.scenario.schema import MissionEntry, unit_names
from moonstation.scenario.sight import Sight
from moonstation.station.model import EARTH

#: Flow of the daily balance that empties the tanks of a stock.
STOCKS = {"oxygen": "cabin_oxygen", "water": "water", "food": "food"}
#: Capability behind each share of life support, and what people call what states it.
_SHARES = {
    "room": ("cabin_crew", "room in cabins"),
    "oxygen_supply": ("crew_oxygen", "oxygen generation"),
    "co2_removal": ("crew_co2_removal", "carbon dioxide removal"),
    "water_supply": ("crew_water", "water recovery"),
}
_PRESSURES = {"pressure_kpa": tuple(GASES), "oxygen_kpa": ("cabin_oxygen",)}
_ROUNDING = 1e-9
_MOST_NAMED = 2


@dataclass(frozen=True)
class Bound:
    """The most, or with ``least`` the least, that a key can come to, why, and what would help.

    best : None where nothing there has to do with it
    """

    best: float | None
    why: str
    hint: str
    least: bool = False

    def excludes(self, limit: float) -> bool:
        """Whether a limit lies beyond it."""
        if self.best is None:
            return True
        beyond = self.best - limit if self.least else limit - self.best
        return beyond > _ROUNDING * max(abs(limit), 1.0)

    def allowed(self, unit: str) -> str:
        """The limits that it leaves, rounded to what can still be met."""
        if self.best is None or not self.best > 0.0:
            return ""
        rounded = (math.ceil if self.least else math.floor)(self.best * 100.0) / 100.0
        return f"{'at least' if self.least else 'at most'} {rounded:g} {unit}".strip()


@dataclass(frozen=True)
class _Find:
    """A limit that cannot be reached for a mission."""

    path: KeyPath
    mission: str
    staying: bool
    bound: Bound


def faults_of_reach(draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """Limits that nothing in the file could ever meet, whatever its dates."""
    finds = (find for number in _decided(draft, parts) for find in _beyond(draft, parts, number, dated=False))
    for path, same in _grouped(finds).items():
        yield _told(source, path, same, "can never hold")


def notes_on_reach(draft: Draft, parts: Parts, source: Source, folder: Path) -> Iterator[Fault]:
    """Limits that nothing could meet within the time in which the landing is tried, or its people are there."""
    finds: list[_Find] = []
    for number in _decided(draft, parts):
        finds += _beyond(draft, parts, number, dated=True)
        finds += _out_of_sight(draft, parts, number, folder)
        yield from _ascent_elsewhere(draft, parts, number, source)
    for path, same in _grouped(finds).items():
        yield _told(source, path, same, "cannot hold")


def _decided(draft: Draft, parts: Parts) -> list[int]:
    """Positions among the missions of those that land by a rule within the run."""
    start, end = draft.moment("start"), draft.moment("end")
    if not (parts.settled and start and end):
        return []
    return [
        position
        for position, (_, mission) in enumerate(draft.missions)
        if rule_of(draft, mission)
        and mission.status == "planned"
        and mission.site in draft.names("sites")
        and mission.arrival
        and start < mission.arrival < end
    ]


def _beyond(draft: Draft, parts: Parts, position: int, *, dated: bool) -> Iterator[_Find]:
    """Every limit of a mission's rule that lies beyond what may be there."""
    mission = draft.missions[position][1]
    rule = rule_of(draft, mission)
    if rule is None:
        return
    path: KeyPath = ("policy", "go", str(mission.go))
    for wants, at, staying in ((rule, path, False), (rule.leave, (*path, "leave"), True)):
        scene = Scene(draft, parts, mission, staying, _span(draft, mission, staying) if dated else None)
        if wants is None or not scene.known or (staying and not scene.people):
            continue
        for key, bound in _bounds(scene, wants).items():
            limit = float(getattr(wants, key))
            if (limit > 0.0 or bound.least) and bound.excludes(limit):
                yield _Find((*at, key), mission.name, staying, bound)


def _span(draft: Draft, mission: MissionEntry, staying: bool) -> Span:
    """When a landing is tried, or its people may be there."""
    assert mission.arrival
    end, wait = draft.moment("end"), wait_of(draft, mission)
    tried = min(mission.arrival + wait, end)
    if not staying:
        return Span(mission.arrival, tried)
    return Span(mission.arrival, min(mission.until + wait, end) if mission.until else end)


# ---------------------------------------------------------------- what bounds each key


def _bounds(scene: Scene, wants: WantsEntry) -> dict[str, Bound]:
    """The bound of every key that is asked for and has one."""
    found: dict[str, Bound | None] = {}
    if scene.people:
        found |= {f"{stock}_days": _stock(scene, stock) for stock in STOCKS}
        found |= {f"{name}_share": _share(scene, name) for name in _SHARES}
    found |= {key: _pressure(scene, key) for key in _PRESSURES}
    found |= _warmth(scene)
    found["charge_share"], found["contact"] = _charge(scene), _contact(scene)
    return {key: bound for key, bound in found.items() if bound and getattr(wants, key) not in {None, False}}


def _stock(scene: Scene, stock: str) -> Bound:
    """Days for which full tanks, and what the mission brings, last its people; less where nothing renews what lands."""
    bus = (stock, str(scene.mission.site))
    daily_kg = -daily_balance()[STOCKS[stock]] * scene.people
    held_kg = scene.held_kg(bus) + (0.0 if scene.staying else scene.brought_kg(stock))
    what, who = f"all tanks at {bus[1]}", f"{scene.people:g} people"
    if not scene.staying:
        what += " and what it brings"
    hint = f"ask for less, or land larger tanks of {stock}"
    if scene.span and not scene.parts.givers(bus) and (landed_kg := scene.landed_kg(stock)) < held_kg:
        held_kg, what = landed_kg, f"all {stock} that lands at {bus[1]} by then"
        hint = f"ask for less, or land more {stock}"
    days = held_kg / daily_kg
    return Bound(days, f"{what} would last {who} {days:.1f} d", hint)


def _share(scene: Scene, name: str) -> Bound:
    """Sound machines for so many times the people; those that stand by count nothing."""
    capability, what = _SHARES[name]
    units = [*scene.others, *scene.own]
    stated = sum(_stated(unit, capability) for unit in units)
    why = f"all {what} at {scene.mission.site} is for {stated:.3g} people, and {scene.people:g} come"
    return Bound(stated / scene.people, why, f"ask for less, or land more {what}")


def _stated(unit: Unit, capability: str) -> float:
    if unit.parts is None:
        return 0.0
    works = min(unit.entry.needed or unit.entry.count or 1, unit.entry.count or 1)
    stated = sum(process.capability.get(capability, 0.0) for process in unit.parts.processes)
    return stated * works + unit.parts.capability.get(capability, 0.0) * (unit.entry.count or 1)


def _pressure(scene: Scene, key: str) -> Bound:
    """What the cabins that may be there hold: by their stores, and by dates also by the valves that keep their air."""
    site = str(scene.mission.site)
    gases = [gas for gas in _PRESSURES[key] if any(unit.stores_on((gas, site)) for unit in scene.there)]
    if not gases:
        when = "while they are there" if scene.staying else "before it lands"
        return Bound(None, f"there is no cabin at {site} {when}", "leave it out, or land a cabin before")
    most = sum(scale_kpa(gas) for gas in gases)
    valves = [_held_kpa(unit, key) for unit in scene.there if unit.stores_on((gases[0], site))]
    if scene.span is not None and all(held is not None for held in valves):
        most = min(most, max(held for held in valves if held is not None))
    return Bound(most, f"the cabins at {site} hold at most {most:.1f} kPa", "ask for less, or for another cabin")


def _held_kpa(unit: Unit, key: str) -> float | None:
    """The most that a cabin's relief valves leave, other gases in full stores; None for another component [kPa]."""
    cabin = unit.component
    if not isinstance(cabin, Cabin):
        return None
    oxygen_kpa = cabin.oxygen_share_limit * cabin.pressure_kpa
    if key == "oxygen_kpa":
        return oxygen_kpa
    others = [scale_kpa(gas) for gas in GASES if gas not in {"cabin_oxygen", "cabin_nitrogen"}]
    return oxygen_kpa + cabin.nitrogen_kpa() + cabin.relief_kpa + sum(others)


def _warmth(scene: Scene) -> dict[str, Bound | None]:
    """Temperatures at which what houses the people lives."""
    names = {unit.entry.housed_in for unit in scene.own if unit.entry.type == "crew"} - {None, ""}
    bodies = [unit for unit in scene.there if unit.entry.name in names and unit.parts and unit.parts.thermal_nodes]
    if not bodies:
        return {}
    nodes = [(unit.entry.name, unit.parts.thermal_nodes[0]) for unit in bodies if unit.parts]
    hottest = min(nodes, key=lambda item: item[1].survive_max_k)
    coldest = max(nodes, key=lambda item: item[1].survive_min_k)
    high_k, low_k = hottest[1].survive_max_k, coldest[1].survive_min_k
    return {
        "coldest_k": Bound(high_k, f"{hottest[0]} is lost at {high_k:g} K", "ask for less"),
        "warmest_k": Bound(low_k, f"{coldest[0]} is lost at {low_k:g} K", "ask for more", least=True),
    }


def _charge(scene: Scene) -> Bound | None:
    buses = [unit.stored | unit.taken | unit.given for unit in [*scene.others, *scene.own]]
    if any(("electricity", scene.mission.site) in bus for bus in buses):
        return None
    return Bound(None, f"nothing at {scene.mission.site} has to do with electricity", "leave it out")


def _contact(scene: Scene) -> Bound | None:
    if scene.open_ends:
        return None
    site, when = scene.mission.site, "while they are there" if scene.staying else "before it lands"
    if not scene.ends:
        return Bound(None, f"nothing at {site} sends data from there {when}", "land a link before")
    relays = ", ".join(sorted(scene.ends))
    return Bound(
        None,
        f"{site} sends to {relays} alone, from where nothing sends to the Earth {when}",
        "add a relay_downlink there",
    )


# ---------------------------------------------------------------- what dates alone forbid


def _out_of_sight(draft: Draft, parts: Parts, position: int, folder: Path) -> Iterator[_Find]:
    """The find of contact asked for at a site that then never sees the Earth, nor a relay to which it has a link."""
    mission = draft.missions[position][1]
    rule = rule_of(draft, mission)
    for wants, staying in ((rule, False), (rule and rule.leave, True)):
        span = _span(draft, mission, staying)
        ends = sorted(Scene(draft, parts, mission, staying, span).open_ends)
        if wants is None or not wants.contact or not ends:
            continue
        path: KeyPath = ("policy", "go", str(mission.go), *(["leave"] if staying else []), "contact")
        if not draft.names("ground_stations"):
            bound = Bound(None, "there is no ground station on the Earth", "add one under [ground_stations]")
            yield _Find(path, mission.name, staying, bound)
        elif not any(Sight(draft, str(mission.site), end, folder).within(span) for end in ends):
            named = " and ".join("the Earth" if end == EARTH else end for end in ends)
            why = f"its links lead to {named} alone, never over the sky-line of {mission.site} then"
            yield _Find(path, mission.name, staying, Bound(None, why, "land a link to what it sees, or leave it out"))


def _ascent_elsewhere(draft: Draft, parts: Parts, position: int, source: Source) -> Iterator[Fault]:
    """Notes on assets that are to take people home and are never there while the people are."""
    number, mission = draft.missions[position]
    rule = rule_of(draft, mission)
    if rule is None or rule.leave is None:
        return
    scene = Scene(draft, parts, mission, staying=True, span=_span(draft, mission, staying=True))
    there = {name for unit in scene.there for name in unit_names(unit.entry)}
    for place, name in enumerate(mission.ascent):
        if name not in there:
            message = f"is not at {mission.site} while the people of {mission.name} are: they could never leave early"
            where, hint = ("missions", number, "ascent", place), "name what is there, or leave it out"
            yield source.fault(where, message, hint=hint)


# ---------------------------------------------------------------- in words


def _grouped(finds: Iterable[_Find]) -> dict[KeyPath, list[_Find]]:
    """Finds by the key of the rule: one rule may be that of many missions."""
    groups: dict[KeyPath, list[_Find]] = {}
    for find in finds:
        groups.setdefault(find.path, []).append(find)
    return groups


def _told(source: Source, path: KeyPath, finds: list[_Find], verdict: str) -> Fault:
    """The fault of a limit, with the bound of the mission for which it is tightest."""
    tightest = min(finds, key=lambda find: _tightness(find.bound))
    names = list(dict.fromkeys(find.mission for find in finds))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    who = ", ".join(names[:_MOST_NAMED]) + more
    end = f"while the people of {who} are there, so they would leave at once" if tightest.staying else f"for {who}"
    unit = unit_of_key(str(path[-1]))
    message, allowed = f"{verdict} {end}: {tightest.bound.why}", tightest.bound.allowed(unit)
    return source.fault(path, message, unit=unit, allowed=allowed, hint=tightest.bound.hint)


def _tightness(bound: Bound) -> float:
    if bound.best is None:
        return -math.inf
    return -bound.best if bound.least else bound.best
