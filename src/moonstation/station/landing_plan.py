"""Landings by a go as numbers: what each asks for becomes sums over stocks, processes and assets of its site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from moonstation.components.contract import Primitives, Process, ThermalNode
from moonstation.components.life_support.cabin_air import GASES, scale_kpa
from moonstation.components.life_support.crew import daily_balance
from moonstation.core.errors import Fault, ScenarioError
from moonstation.core.units import shown_unit
from moonstation.station import packed
from moonstation.station.command_windows import Chain, ways_of
from moonstation.station.go import Asked, Landing, Wants
from moonstation.station.model import MODES, Asset, BusKey, Station, bus_key, resting
from moonstation.station.packed import steps_of

#: What a body takes in a day from the tanks of a stock, by the name of the flow in ``daily_balance``.
_STOCKS = {"oxygen": "cabin_oxygen", "water": "water", "food": "food"}
#: Capability behind each share of life support [persons].
_SHARES = {
    "room": "cabin_crew",
    "oxygen_supply": "crew_oxygen",
    "co2_removal": "crew_co2_removal",
    "water_supply": "crew_water",
}
#: People there look at their conditions so often [h].
_WATCH_H = 1.0
#: A limit that is met but for rounding is met.
_ROUNDING = 1e-9

_Term = tuple[int, int, float]  # kind, index, weight
#: Landing, what it is for, terms, base, least and greatest value.
_Packed = tuple[int, int, list[_Term], float, float, float]


@dataclass(frozen=True)
class _Row:
    """A condition before it is packed."""

    asked: int
    name: Asked
    terms: list[_Term]
    base: float = 0.0


@dataclass(frozen=True)
class LandingPlanner:
    """Finds the conditions of the landings of one station.

    parts : every asset with what it is made of; the numbers are those of the packed network
    """

    station: Station
    parts: Sequence[tuple[Asset, Primitives]]
    processes: Sequence[tuple[Asset, Process]]
    bus_number: Mapping[BusKey, int]
    power_nodes: Sequence[str]
    thermal: Sequence[tuple[Asset, ThermalNode]]

    @property
    def landings(self) -> tuple[Landing, ...]:
        """Those that need a go, in order."""
        return self.station.landings

    @cached_property
    def asked(self) -> tuple[Asked, ...]:
        """Every condition by the name that results give it."""
        return tuple(row.name for _, row in self._rows)

    def conditions(self) -> packed.Conditions:
        """All conditions of all landings.

        Raises ScenarioError for one that nothing of the station could ever meet.
        """
        faults = [fault for _, row in self._rows for fault in self._hopeless(row)]
        if faults:
            raise ScenarioError(faults)
        asked = [
            (gate, row.asked, self._numbered(row.terms), row.base, *_between(row.name)) for gate, row in self._rows
        ]
        ways = [
            (len(self.landings), packed.GO, [(packed.T_OPEN, part, 1.0) for part in chain.parts], 0.0, many, np.inf)
            for chain in self._chains
            for many in [float(len(chain.parts))]
        ]
        return _pack([*asked, *ways])

    def _numbered(self, terms: Iterable[_Term]) -> list[_Term]:
        """Terms with the numbers of the conditions that stand for ways: they come after all others."""
        return [
            (kind, index + len(self._rows) if kind == packed.T_WAY else index, weight) for kind, index, weight in terms
        ]

    # ------------------------------------------------------------ what each landing asks for

    @cached_property
    def _rows(self) -> list[tuple[int, _Row]]:
        return [(gate, row) for gate, landing in enumerate(self.landings) for row in self._of_landing(landing)]

    def _of_landing(self, landing: Landing) -> Iterator[_Row]:
        for mission in landing.requires:
            numbers = [number for number, other in enumerate(self.landings) if other.mission == mission]
            if numbers:
                terms = [(packed.T_LANDED, numbers[0], 1.0)]
                yield _Row(packed.GO, Asked(landing, f"requires {mission}", 1.0, "1"), terms)
        yield from self._wanted(landing, landing.rule.go, packed.GO)
        if landing.rule.leave is None or not self._people(landing.mission):
            return
        stay = list(self._wanted(landing, landing.rule.leave, packed.STAY))
        yield from stay
        if stay:
            numbers = [self._asset_number[name] for name in landing.ascent]
            terms = [(packed.T_SOUND, number, 1.0) for number in numbers]
            yield _Row(packed.ASCENT, Asked(landing, "ascent", float(len(numbers)), "1"), terms)

    def _wanted(self, landing: Landing, wants: Wants, asked: int) -> Iterator[_Row]:
        """Conditions in the order in which they are looked at: air first."""

        def row(key: str, limit: float | None, unit: str, terms: list[_Term], **more: float) -> Iterator[_Row]:
            if limit is not None:
                name = Asked(landing, key, float(limit), unit, least=not more.get("most"))
                yield _Row(asked, name, terms, more.get("base", 0.0))

        yield from row("pressure_kpa", wants.pressure_kpa, "kPa", self._air(landing.node, tuple(GASES)))
        yield from row("oxygen_kpa", wants.oxygen_kpa, "kPa", self._air(landing.node, ("cabin_oxygen",)))
        yield from self._housing(landing, wants, asked)
        poison = self._air(landing.node, ("cabin_carbon_dioxide",))
        yield from row("carbon_dioxide_kpa", wants.carbon_dioxide_kpa, "kPa", poison, most=True)
        for name, capability in _SHARES.items():
            share = getattr(wants, f"{name}_share")
            terms, base = self._share(landing, capability, share or 0.0)
            yield from row(f"{name}_share", share, "-", terms, base=base if asked == packed.GO else 0.0)
        for stock, flow in _STOCKS.items():
            days = getattr(wants, f"{stock}_days")
            terms, base = self._stock(landing, stock, flow, days or 0.0)
            yield from row(f"{stock}_days", days, "d", terms, base=base if asked == packed.GO else 0.0)
        power = self.power_nodes.index(landing.node) if landing.node in self.power_nodes else -1
        electricity = [(packed.T_CHARGE, power, 1.0)] if power >= 0 else []
        yield from row("charge_share", wants.charge_share, "-", electricity)
        worst = MODES.index(wants.worst_mode) if wants.worst_mode else None
        modes = [(packed.T_MODE, power, 1.0)] if power >= 0 else []
        yield from row("worst_mode", worst, "", modes, most=True)
        yield from row("contact", 1.0 if wants.contact else None, "1", self._ways(landing.node))

    def _hopeless(self, row: _Row) -> Iterator[Fault]:
        """The fault of a condition that nothing at the site has to do with."""
        name = row.name
        if name.least and name.limit > 0.0 and row.base < name.limit and not any(w > 0.0 for *_, w in row.terms):
            where = f"policy.go.{name.landing.rule.name}: {name.key}"
            what = f"is asked for {name.landing.mission}, and nothing at {name.landing.node} could ever meet it"
            yield Fault(where, what, name.limit, unit=shown_unit(name.unit))

    # ------------------------------------------------------------ of what the conditions are made

    @cached_property
    def _asset_number(self) -> dict[str, int]:
        return {asset.name: number for number, asset in enumerate(self.station.assets)}

    @cached_property
    def _crews(self) -> list[tuple[int, Asset, float]]:
        """Numbers of the assets that are people, and how many."""
        counted = [(number, asset, people_of(asset)) for number, asset in enumerate(self.station.assets)]
        return [row for row in counted if row[2]]

    @cached_property
    def _resting(self) -> frozenset[str]:
        return resting(self.station.assets)

    @cached_property
    def _daily(self) -> Mapping[str, float]:
        return daily_balance()

    @cached_property
    def _stated(self) -> dict[tuple[str, str], list[tuple[Asset, int, int, float]]]:
        """By capability and node, what states it: assets first, then processes; kind, number and value of each."""
        found: dict[tuple[str, str], list[tuple[Asset, int, int, float]]] = {}
        for asset, primitives in self.parts:
            for name, value in primitives.capability.items():
                row = (asset, packed.T_ALIVE, self._asset_number[asset.name], value)
                found.setdefault((name, asset.node), []).append(row)
        for number, (asset, process) in enumerate(self.processes):
            for name, value in process.capability.items():
                found.setdefault((name, asset.node), []).append((asset, packed.T_HEALTH, number, value))
        return found

    @cached_property
    def _start(self) -> dict[tuple[str, BusKey], float]:
        """What stores bring along, by mission and bus."""
        found: dict[tuple[str, BusKey], float] = {}
        for asset, primitives in self.parts:
            for store in primitives.stores:
                key = (asset.mission, bus_key(store.bus, asset))
                found[key] = found.get(key, 0) + store.start
        return found

    @cached_property
    def _chains(self) -> tuple[Chain, ...]:
        """What carries the ways to the Earth of the sites at which contact is asked for."""
        rules = [(landing.node, landing.rule) for landing in self.landings]
        nodes = dict.fromkeys(node for node, rule in rules if rule.go.contact or (rule.leave and rule.leave.contact))
        return tuple(chain for node in nodes for way in ways_of(self.processes, node) for chain in way.chains)

    def _people(self, mission: str) -> float:
        return sum(people for _, asset, people in self._crews if asset.mission == mission)

    def _others(self, landing: Landing, each: float) -> list[_Term]:
        """What others at the site need of something of which those who come need ``each``."""
        own = self._people(landing.mission) or 1.0
        return [
            (packed.T_ALIVE, number, -each * people / own)
            for number, asset, people in self._crews
            if asset.node == landing.node and asset.mission != landing.mission
        ]

    def _air(self, node: str, gases: Sequence[str]) -> list[_Term]:
        """Partial pressures of the gases of a site's cabins [kPa]."""
        known = [(self.bus_number[gas, node], gas) for gas in gases if (gas, node) in self.bus_number]
        return [(packed.T_FILL, number, scale_kpa(gas)) for number, gas in known]

    def _housing(self, landing: Landing, wants: Wants, asked: int) -> Iterator[_Row]:
        """What houses those who come is there, neither too cold nor too warm; before, unless it comes with them."""
        names = {
            asset.housed_in for asset in self.station.assets if people_of(asset) and asset.mission == landing.mission
        }
        own = {asset.name for asset in self.station.assets if asset.mission == landing.mission and asked == packed.GO}
        for name in sorted(names - own - {""}):
            number = self._asset_number[name]
            yield _Row(asked, Asked(landing, "housing", 1.0, "1"), [(packed.T_ALIVE, number, 1.0)])
            nodes = [node for node, (asset, _) in enumerate(self.thermal) if asset.name == name]
            kelvin = [(packed.T_KELVIN, node, 1.0) for node in nodes if self.thermal[node][1].name == self._body(name)]
            if wants.coldest_k is not None and kelvin:
                yield _Row(asked, Asked(landing, "coldest_k", wants.coldest_k, "K"), kelvin)
            if wants.warmest_k is not None and kelvin:
                yield _Row(asked, Asked(landing, "warmest_k", wants.warmest_k, "K", least=False), kelvin)

    def _body(self, name: str) -> str:
        """Thermal node of an asset that those whom it carries live by."""
        made = next(primitives for asset, primitives in self.parts if asset.name == name)
        return made.thermal_nodes[0].name if made.thermal_nodes else ""

    def _share(self, landing: Landing, capability: str, share: float) -> tuple[list[_Term], float]:
        """What states a capability at a site, per person who comes, and what of it comes with them [-]."""
        own = self._people(landing.mission) or 1.0
        terms, base = self._others(landing, share), 0.0
        for asset, kind, number, stated in self._stated.get((capability, landing.node), ()):
            terms.append((kind, number, stated / own))
            if asset.mission == landing.mission and asset.name not in self._resting:
                base += stated / own
        return terms, base

    def _stock(self, landing: Landing, stock: str, flow: str, days: float) -> tuple[list[_Term], float]:
        """Days for which a site's tanks last those who come, and days of what comes with them [d]."""
        daily_kg = -self._daily[flow] * (self._people(landing.mission) or 1.0)
        key = (stock, landing.node)
        terms = [(packed.T_AMOUNT, self.bus_number[key], 1.0 / daily_kg)] if key in self.bus_number else []
        brought = sum(
            delivery.amounts.get(stock, 0.0)
            for delivery in self.station.deliveries
            if delivery.mission == landing.mission and delivery.node == landing.node
        )
        brought += self._start.get((landing.mission, key), 0)
        return [*terms, *self._others(landing, days)], brought / daily_kg

    def _ways(self, node: str) -> list[_Term]:
        """Ways of a site to the Earth, by number among all of them."""
        nodes = [self.processes[chain.links[0]][0].node for chain in self._chains]
        return [(packed.T_WAY, number, 1.0) for number, start in enumerate(nodes) if start == node]


def _between(name: Asked) -> tuple[float, float]:
    """Least and greatest value at which a condition holds."""
    slack = _ROUNDING * abs(name.limit)
    return (name.limit - slack, np.inf) if name.least else (-np.inf, name.limit + slack)


def _pack(rows: Sequence[_Packed]) -> packed.Conditions:
    gates, asked, sums, base, low, high = zip(*rows, strict=True) if rows else ((),) * 6
    terms = [term for row in sums for term in row]
    return packed.Conditions(
        gate=np.array(gates, np.int64),
        asked=np.array(asked, np.int64),
        term_ptr=np.cumsum([0, *(len(row) for row in sums)]).astype(np.int64),
        term_kind=np.array([kind for kind, _, _ in terms], np.int64),
        term_index=np.array([index for _, index, _ in terms], np.int64),
        term_weight=np.array([weight for *_, weight in terms], np.float64),
        base=np.array(base, np.float64),
        low=np.array(low, np.float64),
        high=np.array(high, np.float64),
    )


def people_of(asset: Asset) -> float:
    """How many people an asset is, 0 for a thing."""
    return float(getattr(asset.component, "crew_size", 0.0)) if getattr(asset.component, "kind", "") == "crew" else 0.0


def landing_columns(station: Station, landings: Sequence[Landing]) -> dict[str, np.ndarray]:
    """The columns of the schedule that tell what lands by a go and when that is looked at, in steps."""
    grid = station.grid
    number = {landing.mission: gate for gate, landing in enumerate(landings)}
    gates = [number.get(asset.mission, -1) for asset in station.assets]
    ends = {asset.mission: asset.end for asset in station.assets if people_of(asset)}
    goes = [
        asset.mission in ends and (asset.end is not None or bool(people_of(asset))) and asset.end == ends[asset.mission]
        for asset in station.assets
    ]
    start = np.array([grid.index_at(landing.at) for landing in landings], np.int64)

    def steps(hours: Sequence[float], least: int) -> np.ndarray:
        return np.array([max(steps_of(each, grid.step_h), least) for each in hours], np.int64)

    rules = [landing.rule for landing in landings]
    return {
        "asset_gate": np.array([*gates, -1], np.int64),
        "asset_people": np.array([*(people_of(asset) > 0.0 for asset in station.assets), False], np.bool_),
        "asset_goes": np.array([*goes, False], np.bool_),
        "gate_start": start,
        "gate_last": start + steps([rule.wait_h for rule in rules], 0),
        "gate_retry": steps([rule.retry_h for rule in rules], 1),
        "gate_watch": steps([_WATCH_H for _ in rules], 1),
        "gate_persistence": steps([rule.leave_after_h for rule in rules], 0),
    }
