"""Facts whose range goes past what the parameter that takes them may be: noted, and cut there in many lives."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import inf

from moonstation.components.contract import Parameter, parameters
from moonstation.components.registry import components
from moonstation.core.errors import Fault
from moonstation.core.units import shown_unit
from moonstation.facts.table import all_facts
from moonstation.scenario.draft import Draft
from moonstation.scenario.messages import Source
from moonstation.scenario.schema import Scenario


def fact_limits(scenario: Scenario) -> dict[str, tuple[float, float]]:
    """Least and greatest value that the parameters of a scenario allow of each fact that they take, by its key."""
    found: dict[str, tuple[float, float]] = {}
    for entry in scenario.assets:
        for item, key in _taken(entry.type, entry.facts, entry.model_fields_set):
            own, so_far = _range(item), found.get(key, (-inf, inf))
            found[key] = max(own[0], so_far[0]), min(own[1], so_far[1])
    return found


def notes_on_ranges(draft: Draft, source: Source) -> Iterator[Fault]:
    """A note for each parameter of an asset that takes a fact whose range goes past the parameter's."""
    for number, entry in draft.assets:
        given = source.table(("assets", number))
        named = {name: value["fact"] for name, value in given.items() if isinstance(value, dict) and "fact" in value}
        for item, key in _taken(entry.type, named, given) if entry.type in components() else ():
            if (fact := all_facts().get(key)) is None:
                continue
            (least, most), unit = _range(item), shown_unit(fact.unit)
            low, high = (fact.value if end is None else end for end in (fact.low, fact.high))
            if low < least or high > most:
                told = f"fact {key} is known from {low:g} to {high:g} {unit}".rstrip()
                drawn = f"many lives draw it from {max(low, least):g} to {min(high, most):g}"
                message = f"{told}, which goes past what {item.name} may be: {drawn}"
                allowed = f"{least:g} to {most:g} {unit}".rstrip()
                path = ("assets", number, item.name) if item.name in given else ("assets", number)
                yield source.fault(path, message, value=None, allowed=allowed)


def _taken(kind: str, named: Mapping[str, str], given: Collection[str]) -> Iterator[tuple[Parameter, str]]:
    """Parameters of a component and the keys of the facts that they take: those of the entry, or else by default."""
    for item in parameters(components()[kind]):
        if item.name in named:
            yield item, named[item.name]
        elif item.fact_key and item.name not in given:
            yield item, item.fact_key


def _range(item: Parameter) -> tuple[float, float]:
    return -inf if item.low is None else item.low, inf if item.high is None else item.high
