"""A scenario as the lives of an ensemble share it, and the network of each life with its own facts."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Primitives
from moonstation.core.errors import MoonstationError
from moonstation.facts.table import Fact, lookup
from moonstation.facts.usage import overridden, recorded
from moonstation.roadmap.milestones import Milestone
from moonstation.scenario.build import build_milestones, build_station, with_present_facts
from moonstation.scenario.fact_ranges import fact_limits
from moonstation.scenario.reading import load_scenario
from moonstation.scenario.schema import Scenario
from moonstation.station.fault_plan import life_numbers, plan_failures
from moonstation.station.fault_tables import LifeNumbers
from moonstation.station.model import Station
from moonstation.station.network import Compiled, compile_station
from moonstation.station.places import Places
from moonstation.station.sampled_places import SampledPlaces
from moonstation.station.uncertainty import UncertainFact, uncertain

#: Why a fact that is known only within a range keeps its table's value in every life.
HELD_READING = "is used where the scenario is read: for orbits and in checks of masses"
HELD_PLACE = "sets the light, the temperatures or the orbits of the places"
HELD_SERIES = "changes a series over time, which all lives share"
HELD_FAILURES = "matters to failures alone, and nothing fails here"
HELD_STRUCTURE = "changes what the station is made of, or is refused at an end of its range"
HELD_RANGE = "may have no other value where it is used"
_ANY = (-math.inf, math.inf)
#: Numbers of the network that all lives share: the ledger's masses of elements.
_COMMON = ("elements",)
#: Numbers whose sign no kernel goes by: a process warms what houses it, or cools it.
_EITHER_SIGN = ("processes.heat_kw",)
#: How often the facts of a life are drawn half-way to their tables' values before it is given up.
_HALVINGS = 20
#: Shares of the samples below the two values at which a fact is tried [-]: at its very end a thing may be missing.
_NEAR_ENDS = (0.005, 0.995)


@dataclass(frozen=True, slots=True)
class HeldFact:
    """An uncertain fact that is not sampled, and why."""

    key: str
    reason: str


@dataclass(frozen=True)
class Member:
    """A life before it is run: its network, the numbers of its failures, and whether its facts had to be softened."""

    compiled: Compiled
    failures: LifeNumbers
    softened: bool = False


@dataclass(frozen=True)
class Blueprint:
    """What all lives of a scenario share.

    compiled : the network with every fact at its table's value, and its series
    facts : keys of all facts that the station stands on
    sampled : uncertain facts that differ from life to life; held : those that cannot
    of_failures : keys of the facts that matter to failures alone
    """

    scenario: Scenario
    station: Station
    places: Places
    compiled: Compiled
    milestones: tuple[Milestone, ...]
    facts: frozenset[str]
    sampled: tuple[UncertainFact, ...]
    held: tuple[HeldFact, ...]
    _small: Station
    _sampled_places: SampledPlaces
    of_failures: frozenset[str] = frozenset()

    def without_failures(self) -> Blueprint:
        """The same for lives in which nothing fails: facts that matter to failures alone are held."""
        sampled = tuple(fact for fact in self.sampled if fact.key not in self.of_failures)
        held = tuple(HeldFact(fact.key, HELD_FAILURES) for fact in self.sampled if fact.key in self.of_failures)
        return replace(self, sampled=sampled, held=(*self.held, *held))

    def member(self, values: Mapping[str, float]) -> Member:
        """Network and failures of a life whose sampled facts have these values.

        Facts that contradict each other (a set-point beyond a limit) are drawn half-way to their tables' values until
        they agree.
        """
        for halving in range(_HALVINGS):
            made = self._made_with(_drawn_near(values, 0.5**halving) if halving else values)
            if made is not None and not self._differences(made.compiled):
                return Member(self._on_the_whole_grid(made.compiled), made.failures, halving > 0)
        return replace(self.nominal, softened=True)

    @cached_property
    def nominal(self) -> Member:
        """The life with every fact at its table's value."""
        return Member(self.compiled, life_numbers(self.station))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the network, its series and what it offers, hexadecimal: two that agree give the same lives."""
        digest = hashlib.sha256()
        for name, values in _arrays(self.compiled.network):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(values).tobytes())
        for values in self.compiled.network.schedule:
            digest.update(np.ascontiguousarray(values).tobytes())
        numbers = self.nominal.failures
        digest.update(np.ascontiguousarray(numbers.modes).tobytes())
        digest.update(repr((numbers.solar_interval_h, numbers.dormancy)).encode())
        for part in plan_failures(self.station, self.compiled, seed=0):
            digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        for column in self.compiled.columns:
            digest.update(np.ascontiguousarray(column).tobytes())
        offers = [sorted(process.capability.items()) for _, process in self.compiled.processes]
        digest.update(repr((offers, [sorted(stated.items()) for stated in self.compiled.capabilities])).encode())
        return digest.hexdigest()

    @cached_property
    def _nominal(self) -> Member:
        made = self._made_with({})
        assert made is not None  # the whole station was compiled before
        return made

    @cached_property
    def _outline(self) -> _Outline:
        return _Outline.of(self._nominal.compiled)

    def _differences(self, made: Compiled) -> str:
        """Why a network cannot run beside the nominal one, "" where it can."""
        nominal = self._nominal.compiled
        if nominal.bus_keys != made.bus_keys or len(nominal.columns) != len(made.columns):
            return HELD_STRUCTURE
        if not self._outline.is_that_of(made):
            return HELD_STRUCTURE
        same = all(np.array_equal(one, other) for one, other in zip(nominal.columns, made.columns, strict=True))
        return "" if same else HELD_SERIES

    @cached_property
    def _ratios(self) -> dict[str, dict[str, NDArray[np.float64]]]:
        """By table and column, what the whole grid makes of numbers that a component takes from its series.

        A link's electricity per bit, say, is over its mean rate: at the sampled moments that is another than over all.
        """
        found: dict[str, dict[str, NDArray[np.float64]]] = {}
        pairs = zip(_arrays(self._nominal.compiled.network), _arrays(self.compiled.network), strict=True)
        for (name, few), (_, whole) in pairs:
            if few.dtype.kind == "f" and not np.array_equal(few, whole):
                table, column = name.split(".")
                ratio = np.divide(whole, few, out=np.ones_like(whole), where=np.isfinite(few) & (few != 0.0))
                found.setdefault(table, {})[column] = ratio
        return found

    @staticmethod
    def _scaled(made: Compiled, table: str, ratios: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
        return {column: getattr(getattr(made.network, table), column) * ratio for column, ratio in ratios.items()}

    @cached_property
    def _present(self) -> Station:
        """The station at the sampled moments, its components made of the facts as they are."""
        return with_present_facts(self._small, self.scenario)

    @cached_property
    def _parts(self) -> dict[str, tuple[Primitives, set[str]]]:
        """What each asset compiles into at the sampled moments, and the facts that it stands on, by its name."""
        found: dict[str, tuple[Primitives, set[str]]] = {}
        for asset in self._small.assets:
            with recorded() as keys:
                (anew,) = with_present_facts(replace(self._small, assets=(asset,)), self.scenario).assets
                found[asset.name] = anew.component.primitives(self._sampled_places.of_asset(anew)), keys
        return found

    def tried(self, key: str, value: float) -> Member | None:
        """The nominal life but for the value of one fact, None where that is refused."""
        hit = {name for name, (_, keys) in self._parts.items() if key in keys}
        known = {name: primitives for name, (primitives, _) in self._parts.items() if name not in hit}
        nominal, present, of_failures = self._nominal, self._present, self._of_failures  # before the fact is another
        try:
            with overridden({key: value}):
                station = with_present_facts(present, self.scenario, hit)
                made = compile_station(station, self._sampled_places.of_asset, known=known)
                return Member(made, life_numbers(station) if key in of_failures else nominal.failures)
        except (MoonstationError, ArithmeticError, ValueError):
            return None

    @cached_property
    def _of_failures(self) -> set[str]:
        with recorded() as keys:
            life_numbers(self._present)
        return keys

    def _made_with(self, values: Mapping[str, float]) -> Member | None:
        """Network at the sampled moments and failures, None where the facts are refused."""
        try:
            with overridden(values):
                station = with_present_facts(self._small, self.scenario)
                return Member(compile_station(station, self._sampled_places.of_asset), life_numbers(station))
        except (MoonstationError, ArithmeticError, ValueError):
            return None

    def _on_the_whole_grid(self, made: Compiled) -> Compiled:
        """A life's numbers with the calendar and the series of the whole grid."""
        whole = self.compiled
        processes = tuple(
            (asset, process if full.series is None else replace(process, series=full.series))
            for (asset, process), (_, full) in zip(made.processes, whole.processes, strict=True)
        )
        tables = {
            table: getattr(made.network, table)._replace(**self._scaled(made, table, ratios))
            for table, ratios in self._ratios.items()
        }
        network = made.network._replace(schedule=whole.network.schedule, rules=whole.network.rules, **tables)
        return replace(
            made, network=network, columns=whole.columns, steps=whole.steps, assets=whole.assets, processes=processes
        )


@dataclass(frozen=True)
class Draft:
    """A compiled station of whose uncertain facts nobody knows yet which may differ from life to life.

    plain : without any that may; its nominal life can run
    known : why facts are held of which that is known already, by key; free : facts known to be none of these
    of_failures : keys of the facts that matter to failures alone
    """

    plain: Blueprint
    known: Mapping[str, str]
    free: frozenset[str]
    of_failures: frozenset[str]

    def sorted(self) -> Blueprint:
        """The blueprint with its uncertain facts sorted into those that lives may differ in and those that are held."""
        sampled, held = [], []
        limits = fact_limits(self.plain.scenario)
        for known in uncertain(_facts(self.plain.facts)):
            fact = known.within(*limits.get(known.key, _ANY))
            if fact.low >= fact.high:
                held.append(HeldFact(fact.key, HELD_RANGE))
                continue
            reason = None if fact.key in self.free else self.known.get(fact.key) or _effect(self.plain, fact)
            if reason is None:
                sampled.append(fact)
            elif reason:
                held.append(HeldFact(fact.key, reason))
        return replace(self.plain, sampled=tuple(sampled), held=tuple(held), of_failures=self.of_failures)


def blueprint(scenario: str | Path | Scenario, **overrides: Any) -> Blueprint:
    """Read a scenario, compile its station, and find which of its uncertain facts can differ from life to life.

    Raises ScenarioError with every fault of the file; RangeError, TerrainError for what it points to.
    """
    return drafted(scenario, **overrides).sorted()


def drafted(scenario: str | Path | Scenario, **overrides: Any) -> Draft:
    """Read a scenario and compile its station. Raises as ``blueprint``."""
    with recorded() as of_reading:
        loaded = load_scenario(scenario, **overrides)
    with recorded() as every:
        station = build_station(loaded)
        places = Places.of(station)
        sampled_places = SampledPlaces(station, places.of_asset)
        with recorded() as of_places:
            places.look_round(station.assets)
        sampled_places.facts |= of_places
        compile_station(sampled_places.station(station), sampled_places.of_asset)  # asks for every series
        compiled = compile_station(station, places.of_asset)
        life_numbers(station)
    order = tuple((asset.name, process.name) for asset, process in compiled.processes)  # is that of every life
    plain = Blueprint(
        scenario=loaded,
        station=station,
        places=places,
        compiled=compiled,
        milestones=tuple(build_milestones(loaded)),
        facts=frozenset(every | of_reading),
        sampled=(),
        held=(),
        _small=replace(sampled_places.station(station), service=order),
        _sampled_places=sampled_places,
    )
    with recorded() as of_components:
        compile_station(with_present_facts(plain._small, loaded), sampled_places.of_asset)
    of_components -= sampled_places.facts
    with recorded() as of_failures:
        life_numbers(station)
    held = dict.fromkeys(of_reading, HELD_READING) | dict.fromkeys(every, HELD_PLACE)
    alone = frozenset(of_failures - of_components)
    for key in of_components | of_failures:
        held.pop(key, None)
    return Draft(plain, held, _free(plain, alone), alone)


def _free(plain: Blueprint, keys: frozenset[str]) -> frozenset[str]:
    """Those of the facts behind failures alone that can be sampled unseen: none of them is refused near its ends."""
    facts = uncertain(_facts(keys))
    try:
        for end in range(len(_NEAR_ENDS)):
            with overridden({fact.key: float(fact.quantile(_NEAR_ENDS)[end]) for fact in facts}):
                life_numbers(plain.station)
    except MoonstationError:
        return frozenset()
    return frozenset(fact.key for fact in facts)


def _effect(plain: Blueprint, fact: UncertainFact) -> str | None:
    """Why a fact is held; None where lives may differ in it, "" where it changes nothing that a run sees."""
    ends = fact.quantile(_NEAR_ENDS)
    moved = [plain.tried(fact.key, float(value)) for value in ends]
    found = [HELD_STRUCTURE if made is None else plain._differences(made.compiled) for made in moved]
    if reasons := [reason for reason in found if reason]:
        return reasons[0]
    return None if any(made and not _same_numbers(plain._nominal, made) for made in moved) else ""


@dataclass(frozen=True)
class _Outline:
    """What the networks of all lives have in common.

    shapes : of every array; whole, common : the numbers that may not differ; signs, finite : of those that may
    """

    shapes: list[tuple[int, ...]]
    whole: NDArray[np.int64]
    common: NDArray[np.float64]
    signs: NDArray[np.float64]
    finite: NDArray[np.bool_]

    @classmethod
    def of(cls, made: Compiled) -> _Outline:
        """That of one life."""
        arrays = list(_arrays(made.network))
        numbers = [(name, values.ravel()) for name, values in arrays if values.dtype.kind == "f"]
        common = np.concatenate([values for name, values in numbers if name.endswith(_COMMON)])
        own = [(name, values) for name, values in numbers if not name.endswith(_COMMON)]
        whole = [values.ravel() for _, values in arrays if values.dtype.kind != "f"]
        return cls(
            [values.shape for _, values in arrays],
            np.concatenate(whole, dtype=np.int64),
            common,
            np.concatenate([np.sign(values) for name, values in own if name not in _EITHER_SIGN]),
            np.concatenate([np.isfinite(values) for _, values in own]),
        )

    def is_that_of(self, made: Compiled) -> bool:
        """Whether another life has the same."""
        other = _Outline.of(made)
        arrays = ("whole", "common", "signs", "finite")
        return self.shapes == other.shapes and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in arrays
        )


def _same_numbers(nominal: Member, made: Member) -> bool:
    one, other = nominal.compiled, made.compiled
    arrays = zip(_arrays(one.network), _arrays(other.network), strict=True)
    offers = [process.capability for _, process in one.processes] == [p.capability for _, p in other.processes]
    same = all(np.array_equal(left, right) for (_, left), (_, right) in arrays)
    failures = np.array_equal(nominal.failures.modes, made.failures.modes) and (
        (nominal.failures.solar_interval_h, nominal.failures.dormancy)
        == (made.failures.solar_interval_h, made.failures.dormancy)
    )
    return same and offers and failures and one.capabilities == other.capabilities


def _arrays(network: Any) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every array of a network but those of its calendar, by name."""
    for table, part in zip(network._fields, network, strict=True):
        if table == "schedule":
            continue
        for name, values in zip(part._fields, part, strict=True):
            yield f"{table}.{name}", np.asarray(values)


def _facts(keys: Iterable[str]) -> list[Fact]:
    return [lookup(key) for key in keys]


def _drawn_near(values: Mapping[str, float], share: float) -> dict[str, float]:
    """Values of facts, by a share [-] of their way from their tables' values."""
    nominal = {key: lookup(key).value for key in values}
    return {key: nominal[key] + share * (value - nominal[key]) for key, value in values.items()}
