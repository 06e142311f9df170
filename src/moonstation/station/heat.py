"""Temperatures in the compiled kernel: thermostats and the implicit step of the thermal trees.

A node's ``heat_capacity`` is per length of step here [W/K], its ``radiating`` area times Stefan's constant [W/K4].
Temperatures are lanes: a number per life. A node is worked out while it lives in any of them, and kept where it does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import inlined
from moonstation.station.flows import Lively, worse
from moonstation.station.lanes import all_of, any_of, no, only_here, select
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
    """Surroundings and louver of every live node in this step."""
    for place in range(tables.counts[NODES]):
        node = tables.nodes[tables.live_nodes[place]]
        if node.sink_series != NOWHERE:
            sink_k = np.float64(now[node.sink_series])
            node.common_sink_k4 = (sink_k * sink_k) * (sink_k * sink_k)
        if node.ground_series != NOWHERE:
            node.common_ground_k = now[node.ground_series]
        if node.heat_series != NOWHERE:
            node.common_source_w = now[node.heat_series]
        if node.louver:
            node.emission = node.radiating * _open_share(node)


@inlined
def _sink_k4(node: Record) -> Lively:
    """Fourth power of the temperature to which a node radiates [K4]."""
    return node.common_sink_k4 if node.sink_series != NOWHERE else node.sink_k4


@inlined
def _ground_k(node: Record) -> Lively:
    """Temperature to which a node conducts [K]."""
    return node.common_ground_k if node.ground_series != NOWHERE else node.ground_k


@inlined
def _source_w(node: Record) -> Lively:
    """Heat that a node has whatever runs [W]."""
    return node.common_source_w if node.heat_series != NOWHERE else node.source_w


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
    need_w = node.heat_capacity * (target - node.temperature) + node.emission * (square * square - _sink_k4(node))
    need_w += node.conductance * (target - _ground_k(node)) - _source_w(node) - node.heat_other
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

    The nodes of a tree stand together, each before its parent: a tree is solved once its last node is reached.

    True when a node is colder or hotter than its asset survives, in any life.
    """
    nodes, live, out, first = tables.nodes, tables.live_nodes, False, 0
    count = tables.counts[NODES]
    for place in range(count):
        node = nodes[live[place]]
        _eliminate(nodes, node)
        if place + 1 == count or nodes[live[place + 1]].tree != node.tree:
            for back in range(place, first - 1, -1):
                out |= _substitute(tables, nodes[live[back]])
            for each in range(first, place + 1):
                if nodes[live[each]].bears:
                    _note_rest(tables, nodes[live[each]], nodes[live[each]].right, nodes[live[each]].inverse)
            first = place + 1
    return out


@inlined
def _eliminate(nodes: Table, node: Record) -> None:
    """A node's row of the implicit step; its parent gets its share of it."""
    old = node.temperature
    cube = old * old * old
    node.heat_other = node.heat - node.heat_control
    all_w_k = node.fixed_w_k + 4.0 * node.emission * cube
    right = _source_w(node) + node.heat + node.emission * (3.0 * old * cube + _sink_k4(node))
    beside = node.conductance * _ground_k(node) + node.heat_capacity * old
    if node.bears:
        all_w_k -= node.from_children_w_k
        beside += node.from_children
        node.from_children = 0.0
        node.from_children_w_k = 0.0
    right += beside
    inverse = 1.0 / all_w_k
    node.inverse = inverse
    node.right = right
    if node.parent != NOWHERE:
        parent, share = nodes[node.parent], node.parent_w_k * inverse
        parent.from_children_w_k += share * node.parent_w_k
        parent.from_children += share * right


@inlined
def _substitute(tables: Tables, node: Record) -> bool:
    """A node's temperature, once that of its parent is known, and what of its heat is left open.

    True when it is colder or hotter than its asset survives, in any life.
    """
    nodes, old, right, out = tables.nodes, node.temperature, node.right, False
    if node.parent != NOWHERE:
        right += node.parent_w_k * nodes[node.parent].temperature
    kelvin = right * node.inverse
    node.calm = all_of((node.calm_above_k <= kelvin) & (kelvin <= node.calm_below_k))
    if not node.calm:
        out = any_of((node.on > 0.0) & no((node.survive_min_k <= kelvin) & (kelvin <= node.survive_max_k)))
    if not node.everywhere:
        kelvin = select(node.on > 0.0, kelvin, old)
    node.temperature = kelvin
    rest, scale = _left_open(node, old)
    node.heat = 0.0
    node.heat_control = 0.0
    if node.parent != NOWHERE:
        parent = nodes[node.parent]
        to_parent = node.parent_w_k * (kelvin - parent.temperature)
        rest += to_parent
        parent.right -= to_parent
    if node.bears:  # its children are still to come
        node.right = rest
        node.inverse = scale
    else:
        _note_rest(tables, node, rest, scale)
    return out


@inlined
def _note_rest(tables: Tables, node: Record, rest: Lively, scale: Lively) -> None:
    """Note the greatest share of a node's heat that is left open so far."""
    if not node.everywhere:
        rest = select(node.on > 0.0, rest, 0.0)
    worst = tables.worst[0]
    worst.heat = worse(worst.heat, rest, scale)


@inlined
def _left_open(node: Record, before: Lively) -> tuple[Lively, Lively]:
    """What a node's own heats leave open of its balance at the temperature found, and the scale of that [W]."""
    kelvin = node.temperature
    rise, cube = kelvin - before, before * before * before
    radiated = node.emission * cube * (before + 4.0 * rise)
    received = node.emission * _sink_k4(node)
    conducted = node.conductance * (kelvin - _ground_k(node))
    source = _source_w(node) + node.heat
    rest = node.heat_capacity * rise + radiated - received + conducted - source
    scale = node.heat_capacity * kelvin + abs(radiated) + received + abs(conducted) + abs(source)
    return rest, scale
