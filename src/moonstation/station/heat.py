"""Temperatures in the compiled kernel: thermostats and the implicit step of the thermal trees.

A node's ``heat_capacity`` is per length of step here [W/K], its ``radiating`` area times Stefan's constant [W/K4].
Temperatures are lanes: a number per life. A node is worked out while it lives in any of them, and kept where it does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import inlined
from moonstation.station.flows import Lively, worse
from moonstation.station.lanes import any_of, no, only_here, seldom, select
from moonstation.station.rows import NOWHERE, Record, Table
from moonstation.station.tables import NODES, Tables

Row = NDArray[np.float32]


@inlined
def _open_share(node: Record) -> Lively:
    """Share of a node's radiating area that its louver lets work at its temperature [-]."""
    kelvin = node.temperature
    share = select(kelvin >= node.open_k, 1.0, node.closed_share + node.slope * (kelvin - node.closed_k))
    return select(kelvin <= node.closed_k, node.closed_share, share)


@inlined
def open_heat(tables: Tables, now: Row) -> None:
    """Surroundings and louver of every live node in this step; only stores have warmed it, in the last."""
    for place in range(tables.counts[NODES]):
        node = tables.nodes[tables.live_nodes[place]]
        if node.sink_series != NOWHERE:
            sink_k = np.float64(now[node.sink_series])
            node.sink_k4 = (sink_k * sink_k) * (sink_k * sink_k)
        if node.ground_series != NOWHERE:
            node.ground_k = now[node.ground_series]
        if node.heat_series != NOWHERE:
            node.source_w = now[node.heat_series]
        node.emission = node.radiating * _open_share(node) if node.louver else node.radiating
        node.heat = 0.0
        node.heat_control = 0.0
        if seldom(node.warmed):
            node.heat = node.late
            node.late = 0.0


@inlined
def warm(process: Record, nodes: Table, activity: Lively, controlled: bool) -> None:
    """Give a process's waste heat to its thermal node."""
    if process.heat_node != NOWHERE:
        node, heat_w = nodes[process.heat_node], process.heat_w * activity
        node.heat += heat_w
        if controlled:
            node.heat_control += heat_w


@inlined
def thermostat_activity(nodes: Table, process: Record) -> Lively:
    """Activity that brings a node to its set-point within the step, with the other heats of the last step [-]."""
    node, target = nodes[process.control_index], process.control_on
    square = target * target
    need_w = node.heat_capacity * (target - node.temperature) + node.emission * (square * square - node.sink_k4)
    need_w += node.conductance * (target - node.ground_k) - node.source_w - node.heat_other
    if node.parent != NOWHERE:
        need_w += node.parent_w_k * (target - nodes[node.parent].temperature)
    needs = (need_w > 0.0) & (process.heat_w > 0.0)
    activity = 0.0 * need_w
    if any_of(needs):
        only_here()
        activity = select(needs, need_w / process.heat_w, 0.0)
    return activity


@inlined
def solve_heat(tables: Tables) -> bool:
    """Implicit temperatures of all live nodes, radiation linearised about the old ones, and how well they close.

    True when a node is colder or hotter than its asset survives, in any life.
    """
    nodes = tables.nodes
    for place in range(tables.counts[NODES]):
        node = nodes[tables.live_nodes[place]]
        old = node.temperature
        cube = old * old * old
        node.before = old
        node.heat_other = node.heat - node.heat_control
        inverse = 1.0 / (node.fixed_w_k + 4.0 * node.emission * cube - node.from_children_w_k)
        right = node.source_w + node.heat + node.emission * (3.0 * old * cube + node.sink_k4)
        right += node.conductance * node.ground_k + node.heat_capacity * old + node.from_children
        node.inverse = inverse
        node.right = right
        node.from_children = 0.0
        node.from_children_w_k = 0.0
        if node.parent != NOWHERE:
            parent, share = nodes[node.parent], node.parent_w_k * inverse
            parent.from_children_w_k += share * node.parent_w_k
            parent.from_children += share * right
    return _find_temperatures(tables)


@inlined
def _find_temperatures(tables: Tables) -> bool:
    """From the roots of the trees to their leaves; notes the greatest share of a node's heat that is left open."""
    nodes, worst, out = tables.nodes, tables.worst[0].heat, False
    for place in range(tables.counts[NODES] - 1, -1, -1):
        node = nodes[tables.live_nodes[place]]
        right = node.right
        if node.parent != NOWHERE:
            right += node.parent_w_k * nodes[node.parent].temperature
        kelvin = right * node.inverse
        on = node.on > 0.0
        node.temperature = select(on, kelvin, node.temperature)
        out |= any_of(on & no((node.survive_min_k <= kelvin) & (kelvin <= node.survive_max_k)))
        rest, scale = _left_open(node)
        if node.parent != NOWHERE:
            parent = nodes[node.parent]
            to_parent = node.parent_w_k * (node.temperature - parent.temperature)
            rest += to_parent
            parent.right -= to_parent
        if node.bears:  # its children are still to come
            node.right = rest
            node.inverse = scale
        else:
            worst = worse(worst, select(on, rest, 0.0), scale)
    for place in range(tables.counts[NODES]):
        node = nodes[tables.live_nodes[place]]
        if node.bears:
            worst = worse(worst, select(node.on > 0.0, node.right, 0.0), node.inverse)
    tables.worst[0].heat = worst
    return out


@inlined
def _left_open(node: Record) -> tuple[Lively, Lively]:
    """What a node's own heats leave open of its balance at the temperature found, and the scale of that [W]."""
    rise, cube = node.temperature - node.before, node.before * node.before * node.before
    radiated = node.emission * cube * (node.before + 4.0 * rise)
    received = node.emission * node.sink_k4
    conducted = node.conductance * (node.temperature - node.ground_k)
    source = node.source_w + node.heat
    rest = node.heat_capacity * rise + radiated - received + conducted - source
    scale = node.heat_capacity * node.temperature + abs(radiated) + received + abs(conducted) + abs(source)
    return rest, scale
