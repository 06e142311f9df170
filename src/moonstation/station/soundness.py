"""What the parts of a component may be: refused where mass would come from nowhere or a number cannot be.

The library's components are held to this by the contract test; whatever else reads a scenario or runs a station may
meet a user's own, and says here what is wrong with it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextvars import Context
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from moonstation.components.contract import Interlock, Primitives, Process, Store, ThermalNode, Thermostat
from moonstation.components.failure_modes import modes_of, numbers_of
from moonstation.components.quantities import ELEMENTS, quantities
from moonstation.core.errors import Fault, MoonstationError
from moonstation.station.model import Asset

#: Greatest part of what an element's flows amount to that may be missing: rounding.
CLOSURE = 1e-9
_ELEMENT_NAMES = {"C": "carbon", "H": "hydrogen", "O": "oxygen", "N": "nitrogen", "X": "lunar ground"}

_Part = Store | Process | ThermalNode
#: Allowed values of the numbers of a part: lowest, highest, and the two in words. NaN is never allowed.
_Range = tuple[float, float, str]
_POSITIVE: _Range = (math.nextafter(0.0, 1.0), math.inf, "over 0")
_FINITE: _Range = (-1e30, 1e30, "a finite number")
_AMOUNT: _Range = (0.0, math.inf, "0 or more")
_SHARE: _Range = (0.0, 1.0, "0 to 1")
_EFFICIENCY: _Range = (math.nextafter(0.0, 1.0), 1.0, "over 0, at most 1")
_STORE: Mapping[str, _Range] = {
    "capacity": (0.0, 1e30, "0 or more, finite"),
    "start": (0.0, 1e30, "0 to the capacity"),
    "floor_fraction": (0.0, math.nextafter(1.0, 0.0), "0 to under 1"),
    "charge_efficiency": _EFFICIENCY,
    "discharge_efficiency": _EFFICIENCY,
    "charge_limit": _AMOUNT,
    "discharge_limit": _AMOUNT,
    "loss_per_h": _AMOUNT,
    "fade_per_cycle": _SHARE,
    "fade_per_h": _SHARE,
    "rate_loss": (0.0, 0.5, "0 to 0.5"),
}
_PROCESS: Mapping[str, _Range] = {
    "limit": (0.0, 1e30, "0 or more, finite"),
    "priority": (0.0, 9.0, "0 to 9"),
    "min_fraction": _SHARE,
    "starve_limit_h": _POSITIVE,
    "heat_kw": _FINITE,
    "emitted_kw": _AMOUNT,
    "value": _FINITE,
    "decay_per_h": _SHARE,
    "drive_share": _SHARE,
}
_NODE: Mapping[str, _Range] = {
    "heat_capacity_j_k": _POSITIVE,
    "start_k": _POSITIVE,
    "radiating_m2": _AMOUNT,
    "conductance_w_k": _AMOUNT,
    "parent_w_k": _AMOUNT,
    "closed_share": _SHARE,
}


def faults_of_parts(parts: Primitives, steps: int) -> Iterator[Fault]:
    """Everything that is wrong with what a component compiled itself into, on a time grid of ``steps`` steps."""
    nodes = {node.name for node in parts.thermal_nodes}
    groups: dict[str, tuple[Any, ...]] = {
        "stores": parts.stores,
        "processes": parts.processes,
        "thermal nodes": parts.thermal_nodes,
    }
    for what, group in groups.items():
        for name, times in Counter(part.name for part in group).items():
            if times > 1:
                yield Fault("", f"has {times} {what} of the name {name!r}", hint="give each its own name")
    yield from _unknown_nodes("what it houses", [parts.machines_in], nodes)
    for store in parts.stores:
        yield from _faults_of_store(store, nodes)
    for process in parts.processes:
        yield from _faults_of_process(process, nodes, steps)
    for node in parts.thermal_nodes:
        yield from _faults_of_numbers(f"thermal node {node.name!r}", node, _NODE)
        yield from _faults_of_series(f"thermal node {node.name!r}", node, steps)


def faults_of_asset(asset: Asset, parts: Primitives, steps: int) -> list[Fault]:
    """The same of an asset of a station, with its failure modes, at the asset's name.

    The facts behind are not noted: what is looked up for a check is no part of a run.
    """

    def found() -> list[Fault]:
        return list(faults_of_parts(parts, steps)) or list(faults_of_failures(asset.component, parts))

    return [replace(fault, where=f'asset "{asset.name}"') for fault in Context().run(found)]


def faults_of_failures(component: Any, parts: Primitives) -> Iterator[Fault]:
    """Failure modes whose numbers cannot be, or that affect what the component does not have."""
    processes = [process.name for process in parts.processes]
    known = [*processes, *(store.name for store in parts.stores)]
    for mode in modes_of(component):
        where = f"failure mode {mode.name!r}"
        for names, does, there in ((mode.affects, "affects", known), (mode.meter, "counts", processes)):
            for name in sorted(set(names) - set(there)):
                allowed = ", ".join(there)
                yield Fault("", f"{where} {does} what is not there", name, allowed=allowed, hint=_near(name, there))
        try:
            numbers = numbers_of(component.kind, mode)
            for name in ("limit_kg", "life_kg"):
                if math.isfinite(getattr(numbers, name)) and not mode.meter:
                    yield Fault("", f"{where} has a {name}, but nothing is counted", hint="give it a meter")
        except MoonstationError as error:
            for fault in error.faults:
                yield replace(fault, where="", message=f"{where}: {fault.where} {fault.message}")


def _faults_of_store(store: Store, nodes: Iterable[str]) -> Iterator[Fault]:
    where = f"store {store.name!r}"
    yield from _unknown_quantities(where, [store.bus])
    yield from _faults_of_numbers(where, store, _STORE)
    if store.start > store.capacity >= 0.0:
        unit = _unit(store.bus)
        yield Fault("", f"{where}: start is more than it holds", store.start, unit, f"0 to {store.capacity:g} {unit}")
    yield from _unknown_nodes(where, [store.works_in], nodes)


def _faults_of_process(process: Process, nodes: Iterable[str], steps: int) -> Iterator[Fault]:
    where, control = f"process {process.name!r}", process.control
    buses = [*process.recipe, *(lock.bus for lock in process.interlocks)]
    unknown = list(_unknown_quantities(where, [*buses, *filter(None, [getattr(control, "bus", "")])]))
    yield from unknown
    amounts = list(process.recipe.values())
    if not all(_is_number(amount) and math.isfinite(amount) for amount in amounts):
        yield Fault("", f"{where}: its recipe has an amount that is no finite number", hint="mend its recipe")
    elif not unknown and not process.boundary:
        yield from _open_elements(where, process.recipe)
    yield from _faults_of_numbers(where, process, _PROCESS)
    yield from _faults_of_series(where, process, steps)
    heated = control.node if isinstance(control, Thermostat) else ""
    yield from _unknown_nodes(where, [process.heat_node, process.works_in, process.drives, heated], nodes)
    yield from (fault for lock in process.interlocks for fault in _faults_of_lock(where, lock))


def _faults_of_lock(where: str, lock: Interlock) -> Iterator[Fault]:
    if not lock.low <= lock.high:
        yield Fault("", f"{where}: may never run, its interlock on {lock.bus} is low {lock.low:g}, high {lock.high:g}")


def _open_elements(where: str, recipe: Mapping[str, float]) -> Iterator[Fault]:
    """A fault for each chemical element of which a recipe gives more, or less, than it takes."""
    made_of = {bus: quantities()[_quantity(bus)].composition for bus in recipe}
    for element in ELEMENTS:
        amounts = {bus: amount * made_of[bus].get(element, 0.0) for bus, amount in recipe.items()}
        taken = -sum(amount for amount in amounts.values() if amount < 0.0)
        given = sum(amount for amount in amounts.values() if amount > 0.0)
        if abs(given - taken) <= CLOSURE * max(given, taken):
            continue
        name = _ELEMENT_NAMES[element]
        fate = "come out of nothing" if given > taken else "vanish"
        hourly = f"in an hour at activity 1 it takes {taken:.4g} kg and gives {given:.4g} kg"
        parts = ", ".join(f"{bus} {recipe[bus]:+.4g}" for bus, amount in amounts.items() if amount)
        yield Fault(
            "",
            f"{where}: its mass does not close, {abs(given - taken):.4g} kg of {name} {fate}: {hourly}",
            hint=f"its recipe is {parts} kg/h; balance it with quantities.reaction, or say boundary=True where {name} "
            "comes from the ground or goes to space",
        )


def _faults_of_numbers(where: str, part: _Part, ranges: Mapping[str, _Range]) -> Iterator[Fault]:
    for name, (low, high, allowed) in ranges.items():
        value = getattr(part, name)
        if not (_is_number(value) and low <= value <= high):
            yield Fault("", f"{where}: {name} is outside its range", _plain(value), allowed=allowed)


def _faults_of_series(where: str, part: _Part, steps: int) -> Iterator[Fault]:
    for field in fields(part):
        values = getattr(part, field.name)
        if not isinstance(values, np.ndarray):
            continue
        if values.shape != (steps,):
            allowed = f"({steps},), as the time grid"
            yield Fault("", f"{where}: {field.name} has the shape {values.shape}", allowed=allowed)
        elif not np.isfinite(values).all() or (values < 0.0).any():
            yield Fault("", f"{where}: {field.name} has values that are negative or no number", allowed="0 or more")


def _unknown_quantities(where: str, buses: Iterable[str]) -> Iterator[Fault]:
    for bus in dict.fromkeys(buses):
        if _quantity(bus) not in quantities():
            hint = _near(_quantity(bus), quantities()) or f"known: {', '.join(quantities())}"
            yield Fault("", f"{where}: unknown quantity on a bus", bus, hint=hint)


def _unknown_nodes(where: str, names: Iterable[str], nodes: Iterable[str]) -> Iterator[Fault]:
    for name in names:
        if name and name not in nodes:
            known = ", ".join(nodes) or "it has none"
            yield Fault("", f"{where}: no such thermal node", name, allowed=known, hint=_near(name, nodes))


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else ""


def _quantity(bus: str) -> str:
    return bus.partition("@")[0]


def _unit(bus: str) -> str:
    known = quantities().get(_quantity(bus))
    return known.unit if known else ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
