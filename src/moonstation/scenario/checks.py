"""Checks of a scenario as a whole: names that must meet, dates in order, masses that fit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextvars import Context
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

from moonstation.core.errors import Fault, MoonstationError
from moonstation.core.time import parse_duration_s
from moonstation.orbits.ground import named_stations
from moonstation.roadmap.milestones import METRICS
from moonstation.scenario.assets import component_of
from moonstation.scenario.cables import faults_of_cables
from moonstation.scenario.draft import Draft
from moonstation.scenario.fact_ranges import notes_on_ranges
from moonstation.scenario.fields import did_you_mean
from moonstation.scenario.go_checks import faults_of_landings
from moonstation.scenario.go_reach import faults_of_reach, notes_on_reach
from moonstation.scenario.life_limits import notes_on_life_limits
from moonstation.scenario.lines import KeyPath
from moonstation.scenario.masses import faults_of_masses
from moonstation.scenario.messages import Source
from moonstation.scenario.parts import Parts
from moonstation.scenario.people import faults_of_people, notes_on_people
from moonstation.scenario.places import faults_of_horizons
from moonstation.scenario.policy_checks import faults_of_policy, notes_on_policy
from moonstation.scenario.schema import AssetEntry, MissionEntry, unit_names
from moonstation.scenario.sight import notes_on_sight
from moonstation.scenario.stocks import faults_of_stocks, notes_on_supply
from moonstation.sky.ephemeris import Ephemeris
from moonstation.station.model import EARTH

#: Most steps that a run may have: 50 years at ten minutes.
MOST_STEPS = 2_700_000


def check(draft: Draft, parts: Parts, source: Source, folder: Path) -> list[Fault]:
    """Every fault between the parts of a scenario, for which it is refused.

    parts : what its assets compile into; folder : where paths inside it start
    """
    return [
        *_period(draft, source),
        *_names(draft, source),
        *_unnoted(lambda: faults_of_policy(draft, parts, source)),
        *_relays(draft, source),
        *_ground_stations(draft, source),
        *_missions(draft, source),
        *faults_of_landings(draft, source),
        *_unnoted(lambda: faults_of_reach(draft, parts, source)),
        *_assets(draft, source),
        *parts.faults,
        *faults_of_cables(draft, source, folder),
        *_deliveries(draft, source),
        *faults_of_stocks(draft, parts, source),
        *faults_of_people(draft, parts, source),
        *_milestones(draft, source),
        *faults_of_masses(draft, source),
        *faults_of_horizons(draft, source, folder),
    ]


def notes(draft: Draft, parts: Parts, source: Source, folder: Path) -> list[Fault]:
    """What may go ill in a sound scenario by dates, amounts or choices that are allowed."""
    return [
        *notes_on_policy(draft, parts, source),
        *_unnoted(lambda: notes_on_people(draft, parts, source)),
        *notes_on_supply(draft, parts, source),
        *_unnoted(lambda: notes_on_life_limits(draft, parts, source)),
        *_unnoted(lambda: notes_on_reach(draft, parts, source, folder)),
        *_unnoted(lambda: notes_on_sight(draft, parts, source, folder)),
        *_unnoted(lambda: notes_on_ranges(draft, source)),
        *_notes_on_emptiness(draft, source),
    ]


def _notes_on_emptiness(draft: Draft, source: Source) -> Iterator[Fault]:
    """A note where nothing ever lands at the main site: what is not there cannot be lost, nor survive."""
    main_site = draft.main_site()
    landed = [entry for _, entry in draft.assets if draft.lands(entry.mission)]
    if not any(entry.site == main_site for entry in landed):
        people = any(entry.type == "crew" for entry in landed)
        told = "only people elsewhere" if people else "and no survival is told"
        message = f"nothing of the main site lands before the end: nothing there could be lost, {told}"
        yield source.fault(("main_site",), message)


def _unnoted(faults: Callable[[], Iterable[Fault]]) -> list[Fault]:
    """Faults found without a note of the facts behind: what is looked up for a check alone is no part of a run."""
    return Context().run(lambda: list(faults()))


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d") if moment.hour == moment.minute == moment.second == 0 else moment.isoformat()


def _unknown(source: Source, path: KeyPath, what: str, name: str, known: Iterable[str]) -> Fault:
    names = list(known)
    near = get_close_matches(name, names, n=1)
    allowed = "" if near else ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return source.fault(path, f"no such {what}", allowed=allowed, hint=did_you_mean(name, names))


def _period(draft: Draft, source: Source) -> Iterator[Fault]:
    start, end, step = draft.moment("start"), draft.moment("end"), draft.step()
    kernels = Ephemeris.default()
    last = end - timedelta(seconds=parse_duration_s(step)) if end and step else end  # begin of the last step
    for key, moment in (("start", start), ("end", last)):
        if moment and not kernels.covers_utc(moment):
            allowed = f"{kernels.range_text}, the span of the shipped ephemeris"
            yield source.fault((key,), "is a date for which no ephemeris is at hand", allowed=allowed)
    if not (start and end):
        return
    if end <= start:
        yield source.fault(("end",), f"is not after the start {_day(start)}", hint="exchange them")
    elif step and not 1 <= (steps := (end - start).total_seconds() / parse_duration_s(step)) <= MOST_STEPS:
        yield source.fault(("step",), f"makes {steps:.3g} steps", allowed=f"1 to {MOST_STEPS} steps")


def _names(draft: Draft, source: Source) -> Iterator[Fault]:
    main_site, sites, relays = draft.main_site(), draft.names("sites"), draft.names("relays")
    if main_site and main_site not in sites:
        yield _unknown(source, ("main_site",), "site", main_site, sites)
    for name in relays:
        if name in sites:
            yield source.fault(("relays", name), "a site has the same name", value=name, hint="rename one of them")
    yield from _twice(source, "missions", [(number, item.name) for number, item in draft.missions])
    yield from _twice(source, "milestones", [(number, item.name) for number, item in draft.milestones])
    units = [(number, name) for number, entry in draft.assets if entry.name for name in unit_names(entry)]
    yield from _twice(source, "assets", units)
    places = {*sites, *relays, EARTH}  # an asset's own bus goes by its name, as a place's bus does
    for number in dict.fromkeys(number for number, name in units if name in places):
        yield source.fault(("assets", number, "name"), "is the name of a place", hint="name the asset otherwise")


def _twice(source: Source, section: str, names: Sequence[tuple[int, str | None]]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    told: set[int] = set()
    for number, name in names:
        if name is None:
            continue
        if name in first and number not in told:
            hint = f"first given at {source.where((section, first[name]))}"
            yield source.fault((section, number, "name"), "the name is taken", value=name, hint=hint)
            told.add(number)
        first.setdefault(name, number)


def _relays(draft: Draft, source: Source) -> Iterator[Fault]:
    for name, relay in draft.relays:
        if draft.sound("relays", name) and relay.apolune_altitude_km < relay.perilune_altitude_km:
            path = ("relays", name, "apolune_altitude_km")
            allowed = f"at least the perilune's {relay.perilune_altitude_km:g} km"
            yield source.fault(path, "is under the perilune", unit="km", allowed=allowed)


def _ground_stations(draft: Draft, source: Source) -> Iterator[Fault]:
    known = named_stations()
    for name in draft.names("ground_stations"):
        path = ("ground_stations", name)
        for key in ("latitude_deg", "longitude_deg"):
            if name not in known and key not in source.table(path):
                hint = did_you_mean(name, known, f"stations known without it: {', '.join(known)}")
                yield source.fault((*path, key), "is missing", hint=hint)


# ---------------------------------------------------------------- missions and what they bring


def _missions(draft: Draft, source: Source) -> Iterator[Fault]:
    nodes, names = [*draft.names("sites"), *draft.names("relays")], draft.names("missions")
    for number, mission in draft.missions:
        path = ("missions", number)
        if mission.launch and mission.arrival and mission.arrival < mission.launch:
            message = f"is before the launch on {_day(mission.launch)}"
            yield source.fault((*path, "arrival"), message, hint="exchange them")
        if mission.arrival and mission.until and mission.until <= mission.arrival:
            yield source.fault((*path, "until"), f"is not after the arrival on {_day(mission.arrival)}")
        if mission.status == "flown" and "arrival" not in source.table(path):
            message = "is missing for a mission that has flown"
            yield source.fault((*path, "arrival"), message, hint='give it, or set status = "failed"')
        if mission.site and mission.site not in nodes:
            yield _unknown(source, (*path, "site"), "site or relay", mission.site, nodes)
        for position, name in enumerate(mission.requires or ()):
            if name not in names:
                yield _unknown(source, (*path, "requires", position), "mission", name, names)
            else:
                yield from _required_first(draft, source, (*path, "requires", position), mission, name)
    yield from _circles(source, "missions", [(number, item.name, item.requires) for number, item in draft.missions])


def _required_first(draft: Draft, source: Source, path: KeyPath, mission: MissionEntry, name: str) -> Iterator[Fault]:
    needed, begin = draft.mission(name), mission.launch or mission.arrival
    if needed is None or name == mission.name:
        return
    if needed.failed and not mission.failed:
        hint = 'require another, or set the status of this one to "failed"'
        yield source.fault(path, "the mission that it requires failed", hint=hint)
    elif begin and needed.arrival and needed.arrival > begin:
        message = f"arrives only on {_day(needed.arrival)}, after {mission.name} starts on {_day(begin)}"
        yield source.fault(path, message)


def _circles(
    source: Source, section: str, entries: Sequence[tuple[int, str | None, Sequence[str] | None]]
) -> Iterator[Fault]:
    """One fault per circle of requirements, at the entry of the circle that stands first."""
    requires = {name: needed or () for _, name, needed in entries if name}
    numbers = {name: number for number, name, _ in entries if name}
    told: set[frozenset[str]] = set()
    for name in requires:
        circle = _circle_from(name, requires)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            message = f"circular dependency: {' -> '.join([*circle, circle[0]])}"
            yield source.fault((section, numbers[name], "requires"), message, value=None, hint="cut the circle")


def _circle_from(start: str, requires: Mapping[str, Sequence[str]]) -> list[str]:
    """Shortest way from ``start`` back to itself, empty where there is none."""
    ways, seen = [[start]], {start}
    for way in ways:  # breadth first: the list grows while it is walked
        for name in requires.get(way[-1], ()):
            if name == start:
                return way
            if name in requires and name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def _bringer(draft: Draft, source: Source, path: KeyPath, name: str | None) -> Iterator[Fault]:
    """Faults of a reference to the mission that brings something."""
    if name is None:
        return
    names = draft.names("missions")
    if name not in names:
        yield _unknown(source, path, "mission", name, names)
    elif draft.never_arrives(name):
        hint = "give the mission an arrival, or take another mission"
        yield source.fault(path, "the mission never arrives, so nothing brings it", hint=hint)


def _assets(draft: Draft, source: Source) -> Iterator[Fault]:
    for number, entry in draft.assets:
        path = ("assets", number)
        yield from _bringer(draft, source, (*path, "mission"), entry.mission)
        yield from _place(draft, source, path, entry)
        mission = draft.mission(entry.mission)
        if mission and mission.arrival and entry.until and entry.until <= mission.arrival:
            message = f"is not after the arrival of {entry.mission} on {_day(mission.arrival)}"
            yield source.fault((*path, "until"), message)
        if entry.needed and entry.count and entry.needed > entry.count:
            message = f"is more than there are: count is {entry.count}"
            yield source.fault((*path, "needed"), message, allowed=f"1 to {entry.count}")
        yield from _body(draft, source, path, entry)
        yield from _antennas(draft, source, path, entry)
        if draft.sound(*path):
            yield from _spare_alone(source, path)
            yield from _component(source, path, entry)


def _spare_alone(source: Source, path: KeyPath) -> Iterator[Fault]:
    """The mass of a spare where the file does not say how many land."""
    given = source.table(path)
    if "spare_kg" in given and "spares" not in given:
        hint = "add spares, how many of them land; or leave it out"
        yield source.fault((*path, "spare_kg"), "is the mass of spares that nobody lands", unit="kg", hint=hint)


def _body(draft: Draft, source: Source, path: KeyPath, entry: AssetEntry) -> Iterator[Fault]:
    """Faults of what carries an asset: one asset at the same site, carried by nothing, and there before and as long.

    It came with the same mission, or with one that this mission requires. A mission or a site that does not exist is
    told by itself.
    """
    if not entry.housed_in:
        return
    where = (*path, "housed_in")
    bodies = {other.name: other for _, other in draft.assets}
    body = bodies.get(entry.housed_in)
    missions, nodes = draft.names("missions"), [*draft.names("sites"), *draft.names("relays")]
    if body is None:
        yield _unknown(source, where, "asset", entry.housed_in, bodies)
    elif body.housed_in or body.name == entry.name:
        yield source.fault(where, "is carried itself", hint="name the asset that stands on the ground")
    elif _apart(body.site, entry.site, nodes) or (body.count or 1) > 1:
        yield source.fault(where, "must be a single asset at the same site")
    elif _apart(body.mission, entry.mission, missions) and not _requires(draft, entry.mission, body.mission):
        hint = f"let {entry.mission} require {body.mission}, or name an asset of {entry.mission}"
        yield source.fault(where, "must come with the same mission or with one that it requires", hint=hint)
    else:
        yield from _outlives(draft, source, path, entry, body)


def _requires(draft: Draft, mission: str | None, needed: str | None) -> bool:
    """Whether a mission requires another that exists."""
    entry = draft.mission(mission)
    return entry is not None and needed in (entry.requires or ())


def _apart(one: str | None, other: str | None, known: Collection[str]) -> bool:
    """Whether two names, both of things that exist, differ."""
    return one != other and one in known and other in known


def _outlives(draft: Draft, source: Source, path: KeyPath, entry: AssetEntry, body: AssetEntry) -> Iterator[Fault]:
    """The fault of an asset that would stay when the body that carries it has gone."""
    mission, brought = draft.mission(entry.mission), draft.mission(body.mission)
    end = entry.until or (mission.until if mission else None)
    last = body.until or (brought.until if brought else None)
    if last and (end is None or end > last):
        message = f"is longer than {body.name} is there, which carries it and leaves on {_day(last)}"
        yield source.fault((*path, "until"), message, hint=f"set until = {_day(last)}, or let {body.name} stay")


def _place(draft: Draft, source: Source, path: KeyPath, entry: AssetEntry) -> Iterator[Fault]:
    relays = draft.names("relays")
    nodes = [*draft.names("sites"), *relays]
    if entry.site and entry.site not in nodes:
        yield _unknown(source, (*path, "site"), "site or relay", entry.site, nodes)
    relay = getattr(entry, "relay", None)  # a link's parameter: the satellite at its other end
    if relay and relay not in relays:
        yield _unknown(source, (*path, "relay"), "relay", relay, relays)
    far = getattr(entry, "to_site", None)  # a cable's parameter: the site at its other end
    if far and far not in draft.names("sites"):
        yield _unknown(source, (*path, "to_site"), "site", far, draft.names("sites"))
    elif far and far == entry.site:
        yield source.fault((*path, "to_site"), "is where the cable begins", hint="name another site")


def _antennas(draft: Draft, source: Source, path: KeyPath, entry: AssetEntry) -> Iterator[Fault]:
    """Faults of links that want hours of antennas which no asset gives."""
    others = [other for _, other in draft.assets]
    dishes = {other.site for other in others if other.type == "shared_dish"}
    if getattr(entry, "dish", None) == "shared" and entry.site not in dishes:
        yield source.fault((*path, "dish"), "there is no shared dish at its site", hint="add an asset shared_dish")
    if getattr(entry, "ground", None) == "booked" and not any(other.type == "ground_network" for other in others):
        message = "there is no ground network to book from"
        yield source.fault((*path, "ground"), message, hint='add an asset ground_network, or set ground = "free"')


def _component(source: Source, path: KeyPath, entry: AssetEntry) -> Iterator[Fault]:
    """Faults that the component itself finds between its parameters."""
    try:
        component_of(entry)
    except MoonstationError as error:
        for fault in error.faults or (Fault("", str(error)),):
            details = {"value": fault.value, "unit": fault.unit, "allowed": fault.allowed, "hint": fault.hint}
            yield source.fault((*path, fault.where) if fault.where else path, fault.message, **details)
    except (ValueError, TypeError) as error:
        yield source.fault(path, str(error), value=None)


def _deliveries(draft: Draft, source: Source) -> Iterator[Fault]:
    sites = draft.names("sites")
    for number, delivery in draft.deliveries:
        path = ("deliveries", number)
        yield from _bringer(draft, source, (*path, "mission"), delivery.mission)
        if delivery.site and delivery.site not in sites:
            yield _unknown(source, (*path, "site"), "site", delivery.site, sites)
        keeper = draft.keeper(delivery.site)
        there = {entry.name: entry.type for _, entry in draft.assets if draft.keeper(entry.site) == keeper}
        types = set(there.values())
        for kind in delivery.spares:
            if kind not in types:
                named = f"{kind} is of type {there[kind]}: write that" if kind in there else ""
                hint = named or did_you_mean(kind, types) or "its mass is that of a spare of such an asset"
                yield source.fault((*path, "spares", kind), f"no asset of that type is at {delivery.site}", hint=hint)
        if draft.sound(*path) and not delivery.amounts() and not delivery.spares:
            yield source.fault(path, "delivers nothing", value=None, hint="give an amount such as water_kg = 500")


def _milestones(draft: Draft, source: Source) -> Iterator[Fault]:
    sites, missions, milestones = (draft.names(section) for section in ("sites", "missions", "milestones"))
    for number, entry in draft.milestones:
        path = ("milestones", number)
        if draft.sound(*path) and not entry.landed and all(getattr(entry, metric) is None for metric in METRICS):
            hint = 'give one, such as energy_kw = 20 or landed = ["ILRS-1"]'
            yield source.fault(path, "has no condition", value=None, hint=hint)
        if entry.site and entry.site not in sites:
            yield _unknown(source, (*path, "site"), "site", entry.site, sites)
        for position, name in enumerate(entry.landed or ()):
            if name not in missions:
                yield _unknown(source, (*path, "landed", position), "mission", name, missions)
        for position, name in enumerate(entry.requires or ()):
            if name not in milestones:
                yield _unknown(source, (*path, "requires", position), "milestone", name, milestones)
    entries = [(number, item.name, item.requires) for number, item in draft.milestones]
    yield from _circles(source, "milestones", entries)
