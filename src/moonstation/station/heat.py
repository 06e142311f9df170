"""Temperatures in the compiled kernel: thermostats and the implicit step of the thermal trees.

A node's ``heat_capacity`` is per length of step here [W/K], its ``radiating`` area times Stefan's constant [W/K4].
Temperatures are lanes: a number per life. A node is worked out while it lives in any of them, and kept where it does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import called, inlined
from moonstation.station.flows import Lively, worse
from moonstation.station.lanes import all_of, any_of, no, only_here, seldom, select
from moonstation.station.packed import FAR_K, MOST_ROUNDS
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
def _swing_w_k(node: Record) -> Lively:
    """Heat that a node's louver lets out per kelvin by which it opens [W/K]."""
    kelvin = node.temperature
    square = kelvin * kelvin
    lets_out_w_k = node.radiating * node.slope * max(square * square - _sink_k4(node), 0.0)
    return select((node.closed_k < kelvin) & (kelvin < node.open_k), lets_out_w_k, 0.0)


@inlined
def open_heat(tables: Tables, now: Row) -> None:
    """Surroundings and louver of every live node in this step.

    A thermostat counts on what its node radiated with the flow of the last step: pumps may run after it.
    """
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
            node.swing_w_k = _swing_w_k(node)
        if seldom(node.driven):
            node.fed = node.emission if node.louver else node.radiating
            node.emission = node.fed * node.flow
            node.flow = 0.0


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
    """Give a process's waste heat to its thermal node, and its flow to the loop that it pumps."""
    if process.heat_node != NOWHERE:
        node, heat_w = nodes[process.heat_node], process.heat_w * activity
        node.heat += heat_w
        if controlled:
            node.heat_control += heat_w
    if seldom(process.drives != NOWHERE):
        nodes[process.drives].flow += activity * process.drive_share


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
    """Implicit temperatures of all live nodes, and how well they close.

    Radiation is linearised about the old temperatures, and again where a node came out far from its own. The nodes of a
    tree stand together, each before its parent: a tree is solved once its last node is reached.

    True when a node is colder or hotter than its asset survives, in any life.
    """
    nodes, live, out, first = tables.nodes, tables.live_nodes, False, 0
    count = tables.counts[NODES]
    for place in range(count):
        node = nodes[live[place]]
        if seldom(node.driven):
            node.flow = min(node.flow, 1.0)
            node.emission = node.fed * node.flow
            node.swing_w_k *= node.flow
        node.before = node.temperature
        node.heat_other = node.heat - node.heat_control
        _eliminate(nodes, node, node.before)
        if place + 1 == count or nodes[live[place + 1]].tree != node.tree:
            far, lost = False, False
            for back in range(place, first - 1, -1):
                lost |= _substitute(tables, nodes[live[back]], nodes[live[back]].before)
                far |= any_of(abs(nodes[live[back]].temperature - nodes[live[back]].before) > FAR_K)
            _note_rests(tables, first, place)
            if seldom(far):
                lost = _solve_again(tables, first, place)
            for each in range(first, place + 1):
                nodes[live[each]].heat = 0.0
                nodes[live[each]].heat_control = 0.0
            out |= lost
            first = place + 1
    return out


@called
def _solve_again(tables: Tables, first: int, last: int) -> bool:
    """The same tree, its radiation linearised about what it came to, until no node comes out far from there.

    It is done no more than twice as high: the tangent of a low temperature sends a light node far beyond its sink.
    """
    nodes, live, lost = tables.nodes, tables.live_nodes, False
    for each in range(first, last + 1):
        nodes[live[each]].point = nodes[live[each]].before
    for _ in range(1, MOST_ROUNDS):
        far = False
        for each in range(first, last + 1):
            node = nodes[live[each]]
            off = abs(node.temperature - node.point) > FAR_K
            node.point = select(off, min(node.temperature, 2.0 * node.point), node.point)
            far |= any_of(off)
        if not far:
            break
        for each in range(first, last + 1):
            _eliminate(nodes, nodes[live[each]], nodes[live[each]].point)
        lost = False
        for back in range(last, first - 1, -1):
            lost |= _substitute(tables, nodes[live[back]], nodes[live[back]].point)
        _note_rests(tables, first, last)
    return lost


@inlined
def _eliminate(nodes: Table, node: Record, point: Lively) -> None:
    """A node's row of the implicit step, radiation linearised about ``point``; its parent gets its share of it."""
    cube = point * point * point
    all_w_k = node.fixed_w_k + 4.0 * node.emission * cube
    right = _source_w(node) + node.heat + node.emission * (3.0 * point * cube + _sink_k4(node))
    beside = node.conductance * _ground_k(node) + node.heat_capacity * node.before
    if node.louver:
        all_w_k += node.swing_w_k
        beside += node.swing_w_k * node.before
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
def _substitute(tables: Tables, node: Record, point: Lively) -> bool:
    """A node's temperature, once that of its parent is known, and what of its heat is left open.

    True when it is colder or hotter than its asset survives, in any life.
    """
    nodes, right, out = tables.nodes, node.right, False
    if node.parent != NOWHERE:
        right += node.parent_w_k * nodes[node.parent].temperature
    kelvin = right * node.inverse
    node.calm = all_of((node.calm_above_k <= kelvin) & (kelvin <= node.calm_below_k))
    if not node.calm:
        out = any_of((node.on > 0.0) & no((node.survive_min_k <= kelvin) & (kelvin <= node.survive_max_k)))
    if not node.everywhere:
        kelvin = select(node.on > 0.0, kelvin, node.before)
    node.temperature = kelvin
    rest, scale = _left_open(node, point)
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
def _note_rests(tables: Tables, first: int, last: int) -> None:
    """The same of those nodes of a tree that bear others, once those have told what they gave."""
    for each in range(first, last + 1):
        node = tables.nodes[tables.live_nodes[each]]
        if node.bears:
            _note_rest(tables, node, node.right, node.inverse)


@inlined
def _left_open(node: Record, point: Lively) -> tuple[Lively, Lively]:
    """What a node's own heats leave open of its balance at the temperature found, and the scale of that [W]."""
    kelvin = node.temperature
    rise, cube = kelvin - node.before, point * point * point
    radiated = node.emission * cube * (point + 4.0 * (kelvin - point))
    received = node.emission * _sink_k4(node)
    conducted = node.conductance * (kelvin - _ground_k(node))
    source = _source_w(node) + node.heat
    rest = node.heat_capacity * rise + radiated - received + conducted - source
    if node.louver:
        rest += node.swing_w_k * rise
    scale = node.heat_capacity * kelvin + abs(radiated) + received + abs(conducted) + abs(source)
    return rest, scale
