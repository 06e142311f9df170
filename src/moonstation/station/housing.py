"""What is housed in a body: where in it that works, and the heat that it gives to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from moonstation.components.contract import Primitives, Process
from moonstation.components.heat_content import heat_content_kwh
from moonstation.core.errors import Fault, ScenarioError
from moonstation.station import packed
from moonstation.station.landing_plan import people_of
from moonstation.station.model import Asset


def rooms(parts: Sequence[tuple[Asset, Primitives]]) -> dict[str, str]:
    """For each asset that another houses, the thermal node of that other in which it works and which it warms.

    People live in the body's first node, machines work where it says.

    Raises ScenarioError where a body is not there.
    """
    made = {asset.name: primitives for asset, primitives in parts}
    housed = [asset for asset, _ in parts if asset.housed_in]
    faults = [
        Fault(asset.name, "is housed in an asset that is not there", asset.housed_in)
        for asset in housed
        if asset.housed_in not in made
    ]
    if faults:
        raise ScenarioError(faults)
    return {asset.name: _room(asset, made[asset.housed_in]) for asset in housed if made[asset.housed_in].thermal_nodes}


def _room(asset: Asset, body: Primitives) -> str:
    return body.thermal_nodes[0].name if people_of(asset) else body.machines_in or body.thermal_nodes[0].name


def heat_kw(process: Process) -> float:
    """What a process takes in heat content and does not give again, at activity 1 [kW].

    Of one whose mass comes from outside, or goes there, that mass is left out: it carries its heat along. What makes
    more electricity than it takes has its energy from outside and gives no heat unless it names a node of its own.
    """
    balance = electricity_kw = 0.0
    for bus, rate in process.recipe.items():
        quantity = bus.partition("@")[0]
        if quantity == "electricity":
            electricity_kw += rate
        elif not process.boundary:
            balance -= rate * heat_content_kwh(quantity)
    heat = balance - electricity_kw - process.emitted_kw
    return heat if electricity_kw <= 0.0 else max(heat, 0.0)


def warming(
    processes: packed.Processes,
    rows: Sequence[tuple[Asset, Process]],
    room: Mapping[str, str],
    node_number: Mapping[tuple[str, str], int],
) -> packed.Processes:
    """The same processes; what an asset housed in a body does without a thermal node of its own warms that body."""
    nodes, heats = processes.heat_node.copy(), processes.heat_kw.copy()
    for number, (asset, process) in enumerate(rows):
        if asset.name not in room or process.heat_node:
            continue
        heat = heat_kw(process)
        if heat != 0.0:
            nodes[number], heats[number] = node_number[asset.housed_in, room[asset.name]], heat
    return processes._replace(heat_node=nodes, heat_kw=heats)
