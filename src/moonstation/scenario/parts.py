"""What the assets of a scenario compile into, so that it can be judged before anything is run."""

from __future__ import annotations

import re
import traceback
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from moonstation.components.contract import Component, Primitives, Store
from moonstation.components.registry import components
from moonstation.core.errors import Fault, MoonstationError
from moonstation.core.time import TimeGrid, parse_duration_s
from moonstation.scenario.assets import component_of
from moonstation.scenario.draft import Draft, keeper_of
from moonstation.scenario.lines import KeyPath
from moonstation.scenario.messages import Source
from moonstation.scenario.schema import AssetEntry, SiteEntry
from moonstation.station.model import EARTH
from moonstation.station.soundness import faults_of_failures, faults_of_parts
from moonstation.station.still_place import StillPlace

#: Quantity and place of a bus; the place of an asset's own bus is the asset.
Bus = tuple[str, str]
_STEPS = 3
_START, _STEP = "2030-01-01", "10min"


@dataclass(frozen=True)
class Unit:
    """An asset of the file and what it compiles into, None where its parameters are wrong."""

    number: int
    entry: AssetEntry
    component: Component | None = None
    parts: Primitives | None = None

    def bus(self, name: str) -> Bus:
        """Bus that its component names."""
        quantity, _, place = name.partition("@")
        return quantity, {"": self.entry.site, "self": f"self {self.number}"}.get(place, place)

    @cached_property
    def taken(self) -> set[Bus]:
        """What its processes take."""
        return self._flowing(-1.0, "in")

    @cached_property
    def given(self) -> set[Bus]:
        """What its processes give."""
        return self._flowing(1.0, "out")

    @property
    def ends(self) -> set[str]:
        """Where its links lead to: the Earth, a relay, or another site."""
        places = {place for quantity, place in self.given if quantity == "data"}
        return {place for place in places if place != self.entry.site and not place.startswith("self")}

    @cached_property
    def stored(self) -> set[Bus]:
        """What it has room for."""
        if self.parts is None:
            return set(self._declared("store"))
        return {self.bus(store.bus) for store in self.parts.stores}

    def stores_on(self, bus: Bus) -> list[Store]:
        """Its stores on a bus."""
        return [store for store in (self.parts.stores if self.parts else ()) if self.bus(store.bus) == bus]

    def _flowing(self, sign: float, direction: str) -> set[Bus]:
        if self.parts is None:
            return set(self._declared(direction))
        recipes = (process.recipe.items() for process in self.parts.processes)
        return {self.bus(name) for recipe in recipes for name, amount in recipe if sign * amount > 0.0}

    def _declared(self, direction: str) -> Iterator[Bus]:
        """Flows as its kind declares them, where its parameters are wrong."""
        for name, way in self.declared():
            if way == direction and name:
                yield self.bus(name)

    def declared(self) -> Iterator[tuple[str, str]]:
        """Bus and direction of each flow that its kind declares; "" where a faulty parameter names the bus."""
        given = self.entry.model_dump()
        for flow in getattr(components().get(self.entry.type), "flows", ()):
            named = re.findall(r"{(\w+)}", flow.bus)
            yield "" if any(given.get(key) is None for key in named) else flow.bus.format_map(given), flow.direction


@dataclass(frozen=True)
class Parts:
    """All assets of a scenario, compiled; ``faults`` is what is wrong with each by itself."""

    units: tuple[Unit, ...] = ()
    faults: tuple[Fault, ...] = ()
    #: Whether every asset and delivery is of a known kind at a known place, so that what is missing is missing.
    settled: bool = False
    _by_bus: Mapping[str, Mapping[Bus, list[Unit]]] = field(default_factory=dict)
    _sites: Mapping[str, SiteEntry] = field(default_factory=dict)

    def keeper(self, site: str) -> str:
        """Site from which what fails at a site is mended."""
        return keeper_of(site, self._sites)

    def takers(self, bus: Bus) -> list[Unit]:
        """Assets that take from a bus."""
        return self._by_bus["taken"].get(bus, [])

    def givers(self, bus: Bus) -> list[Unit]:
        """Assets that give to a bus."""
        return self._by_bus["given"].get(bus, [])

    def keepers(self, bus: Bus) -> list[Unit]:
        """Assets with room on a bus."""
        return self._by_bus["stored"].get(bus, [])


def parts_of(draft: Draft, source: Source) -> Parts:
    """What the assets of a draft compile into at a place where nothing changes.

    The facts behind are not noted: what is looked up for a check is no part of a run.
    """
    return Context().run(_parts_of, draft, source)


def _parts_of(draft: Draft, source: Source) -> Parts:
    grid = _short_grid(draft)
    units: list[Unit] = []
    faults: list[Fault] = []
    for number, entry in draft.assets:
        path: KeyPath = ("assets", number)
        unit = Unit(number, entry)
        if draft.sound(*path) and entry.site:
            place = StillPlace(grid, entry.site, on_relay=entry.site in draft.names("relays"))
            unit, found = _compiled(number, entry, place)
            faults += [_placed(source, path, fault) for fault in found]
        units.append(unit)
    faults += [fault for unit in units for fault in _lost_buses(draft, unit, source)]
    by_bus: dict[str, dict[Bus, list[Unit]]] = {}
    for what in ("taken", "given", "stored"):
        by_bus[what] = defaultdict(list)
        for unit in units:
            for bus in getattr(unit, what):
                by_bus[what][bus].append(unit)
    named = all(unit.parts is not None or all(name for name, _ in unit.declared()) for unit in units)
    return Parts(tuple(units), tuple(faults), _settled(draft) and named, by_bus, dict(draft.sites))


def _short_grid(draft: Draft) -> TimeGrid:
    start, step = draft.moment("start"), draft.step()
    step_s = parse_duration_s(step or _STEP)
    return TimeGrid(start, step_s, _STEPS) if start else TimeGrid.between(_START, "2030-01-01T00:30:00Z", _STEP)


def _compiled(number: int, entry: AssetEntry, place: StillPlace) -> tuple[Unit, list[Fault]]:
    """An asset compiled, with its faults; what the component refuses of its parameters is told by itself."""
    try:
        component = component_of(entry)
    except (MoonstationError, ValueError, TypeError):
        return Unit(number, entry), []
    try:
        parts = component.primitives(place)
    except MoonstationError as error:
        return Unit(number, entry, component), list(error.faults) or [Fault("", str(error))]
    except Exception as error:  # noqa: BLE001 (whatever a user's own component does, a person reads where)
        last = traceback.extract_tb(error.__traceback__)[-1]
        message = f"the component {entry.type} cannot be compiled: {type(error).__name__}: {error}"
        hint = f"mend it at {Path(last.filename).name}:{last.lineno}"
        return Unit(number, entry, component), [Fault("", message, hint=hint)]
    faults = [*faults_of_parts(parts, place.grid.count)]
    faults += [] if faults else faults_of_failures(component, parts)
    return Unit(number, entry, component, parts), faults


def _lost_buses(draft: Draft, unit: Unit, source: Source) -> Iterator[Fault]:
    """Faults of buses at places that do not exist; those that a parameter names are told with the parameter."""
    entry, own = unit.entry, f"self {unit.number}"
    places = {*draft.names("sites"), *draft.names("relays"), EARTH, own, entry.site, *draft.names("assets")}
    places |= {str(getattr(entry, key, "")) for key in ("relay", "to_site")}
    for quantity, place in sorted(unit.taken | unit.given | unit.stored) if unit.parts else ():
        if place not in places:
            known = ", ".join([*draft.names("sites"), *draft.names("relays"), EARTH])
            message = f"its {quantity} is to flow at a place that there is not"
            yield source.fault(("assets", unit.number), message, value=place, allowed=known)


def _placed(source: Source, path: KeyPath, fault: Fault) -> Fault:
    """A fault of a component, at the asset of the file."""
    where = (*path, fault.where) if fault.where else path
    details = {"value": fault.value, "unit": fault.unit, "allowed": fault.allowed, "hint": fault.hint}
    if fault.where and fault.value is None:
        details.pop("value")
    return source.fault(where, fault.message, **details)


def _settled(draft: Draft) -> bool:
    nodes = {*draft.names("sites"), *draft.names("relays")}
    sites = [entry.site for _, entry in draft.assets] + [delivery.site for _, delivery in draft.deliveries]
    known = all(entry.type in components() for _, entry in draft.assets)
    return known and bool(sites) and nodes.issuperset(sites)
