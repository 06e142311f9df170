"""Temperatures in the compiled kernel: thermostats and the implicit step of the thermal trees.

A node's ``heat_capacity`` is per length of step here [W/K], its ``radiating`` area times Stefan's constant [W/K4].
Temperatures are lanes: a number per life. A node is worked out while it lives in any of them, and kept where it does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import called, inlined
from moonstation.station.flows import Lively, worse
from moonstation.station.lanes import all_of, any_of, no, one_life, only_here, seldom, select
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
    return node.common_sink_k4 if node.sink_alike else node.sink_k4


@inlined
def _ground_k(node: Record) -> Lively:
    """Temperature to which a node conducts [K]."""
    return node.common_ground_k if node.ground_alike else node.ground_k


@inlined
def _conducted_w(node: Record, kelvin: Lively) -> Lively:
    """Heat that a node at a temperature conducts to the ground [W]."""
    return node.conductance * (kelvin - _ground_k(node)) if node.conducts else 0.0 * kelvin


@inlined
def _source_w(node: Record) -> Lively:
    """Heat that a node has whatever runs [W]."""
    return node.common_source_w if node.source_alike else node.source_w


@inlined
def _heat_w(process: Record) -> Lively:
    """Waste heat of a process at activity 1 [W]."""
    return process.heat_w if one_life(process.heat_w) or not process.heat_alike else process.common_heat_w


@inlined
def on_of(process: Record) -> Lively:
    """Mark at which the control of a process begins: fill of a bus, or temperature [-] or [K]."""
    return process.control_on if one_life(process.control_on) or not process.on_alike else process.common_on


@inlined
def warm(process: Record, nodes: Table, activity: Lively, controlled: bool) -> None:
    """Give a process's waste heat to its thermal node, and its flow to the loop that it pumps."""
    if process.heat_node != NOWHERE:
        node, heat_w = nodes[process.heat_node], _heat_w(process) * activity
        node.heat += heat_w
        if controlled:
            node.heat_control += heat_w
    if seldom(process.drives != NOWHERE):
        nodes[process.drives].flow += activity * process.drive_share


@inlined
def thermostat_activity(nodes: Table, process: Record) -> Lively:
    """Activity that brings a node to its set-point within the step, with the other heats of the last step [-]."""
    node, target, heat_w = nodes[process.control_index], on_of(process), _heat_w(process)
    square = target * target
    need_w = node.heat_capacity * (target - node.temperature) + node.emission * (square * square - _sink_k4(node))
    need_w += _conducted_w(node, target) - _source_w(node) - node.heat_other
    if node.parent != NOWHERE:
        need_w += node.parent_w_k * (target - nodes[node.parent].temperature)
    needs = (need_w > 0.0) & (heat_w > 0.0)
    activity = 0.0 * need_w
    if any_of(needs):
        only_here()
        activity = select(needs, need_w / heat_w, 0.0)
    return activity


@inlined
def solve_heat(tables: Tables) -> bool:
    """Implicit temperatures of all live nodes, and how well they close.

    Radiation is linearised about the old temperatures, and again where a node came out far from its own. The nodes of a
    tree stand together, each before its parent: a tree is solved once its last node is reached.

    True when a node is colder or hotter than its asset survives, in any life.
    """
    nodes, live, out, first = tables.nodes, tables.live_nodes, False, 0
    for place in range(tables.counts[NODES]):
        node = nodes[live[place]]
        _close_heats(node)
        if node.alone:
            lost, far = _solve_alone(tables, node)
        else:
            _eliminate(nodes, node, node.before)
            if not node.ends:
                continue
            lost, far = False, False
            for back in range(place, first - 1, -1):
                each = nodes[live[back]]
                dies, goes_far = _substitute(tables, each, each.before)
                lost |= dies
                far |= goes_far
        if seldom(far):
            lost = _solve_again(tables, first, place)
        out |= lost
        first = place + 1
    return out


@inlined
def _close_heats(node: Record) -> None:
    """What a node was given in this step; those who give begin anew."""
    if seldom(node.driven):
        node.flow = min(node.flow, 1.0)
        node.emission = node.fed * node.flow
        node.swing_w_k *= node.flow
    node.before = node.temperature
    if node.kept:
        node.heat_other = node.heat - node.heat_control
        node.heat_control = 0.0
    node.given_w = _source_w(node) + node.heat
    node.heat = 0.0


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
            lost |= _substitute(tables, nodes[live[back]], nodes[live[back]].point)[0]
    return lost


@inlined
def _row(node: Record, point: Lively) -> tuple[Lively, Lively, Lively]:
    """What a node lets go per kelvin, its radiation linearised about ``point``, and what stands against that.

    Returns [W/K], [W] of what it is given and radiates, [W] of what it conducts and keeps.
    """
    cube = point * point * point
    all_w_k = node.fixed_w_k + 4.0 * node.emission * cube
    right = node.given_w + node.emission * (3.0 * point * cube + _sink_k4(node))
    beside = node.heat_capacity * node.before
    if node.conducts:
        beside += node.conductance * _ground_k(node)
    if node.louver:
        all_w_k += node.swing_w_k
        beside += node.swing_w_k * node.before
    return all_w_k, right, beside


@inlined
def _solve_alone(tables: Tables, node: Record) -> tuple[bool, bool]:
    """The same as ``_eliminate`` and ``_substitute`` for a node that hangs on no other, and bears none."""
    all_w_k, right, beside = _row(node, node.before)
    out, far = _come_to(node, (right + beside) * (1.0 / all_w_k))
    rest, scale = _left_open(node, node.before)
    _note_rest(tables, node, rest, scale)
    return out, far


@inlined
def _eliminate(nodes: Table, node: Record, point: Lively) -> None:
    """A node's row of the implicit step, radiation linearised about ``point``; its parent gets its share of it."""
    all_w_k, right, beside = _row(node, point)
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
def _come_to(node: Record, kelvin: Lively) -> tuple[bool, bool]:
    """Bring a node to a temperature: whether its asset dies of that, and whether it was far from there, in any life."""
    out = False
    if not node.everywhere:
        kelvin = select(node.on > 0.0, kelvin, node.before)
    node.temperature = kelvin
    node.calm = all_of((node.calm_above_k <= kelvin) & (kelvin <= node.calm_below_k))
    if not node.calm:
        out = any_of((node.on > 0.0) & no((node.survive_min_k <= kelvin) & (kelvin <= node.survive_max_k)))
    return out, any_of(abs(kelvin - node.before) > FAR_K)


@inlined
def _substitute(tables: Tables, node: Record, point: Lively) -> tuple[bool, bool]:
    """A node's temperature, once that of its parent is known, and what of its heat is left open; see ``_come_to``."""
    nodes, right = tables.nodes, node.right
    if node.parent != NOWHERE:
        right += node.parent_w_k * nodes[node.parent].temperature
    out, far = _come_to(node, right * node.inverse)
    rest, scale = _left_open(node, point)
    if node.parent != NOWHERE:
        parent = nodes[node.parent]
        to_parent = node.parent_w_k * (node.temperature - parent.temperature)
        rest += to_parent
        parent.right -= to_parent
        if node.completes:
            _note_rest(tables, parent, parent.right, parent.inverse)
    if node.bears:  # its children are still to come, the last of which completes it
        node.right = rest
        node.inverse = scale
    else:
        _note_rest(tables, node, rest, scale)
    return out, far


@inlined
def _note_rest(tables: Tables, node: Record, rest: Lively, scale: Lively) -> None:
    """Note the greatest share of a node's heat that is left open so far."""
    if not node.everywhere:
        rest = select(node.on > 0.0, rest, 0.0)
    worst = tables.worst[0]
    worst.heat = worse(worst.heat, rest, scale)


@inlined
def _left_open(node: Record, point: Lively) -> tuple[Lively, Lively]:
    """What a node's own heats leave open of its balance at the temperature found, and the scale of that [W]."""
    kelvin = node.temperature
    rise, cube = kelvin - node.before, point * point * point
    radiated = node.emission * cube * (point + 4.0 * (kelvin - point))
    received = node.emission * _sink_k4(node)
    conducted = _conducted_w(node, kelvin)
    rest = node.heat_capacity * rise + radiated - received + conducted - node.given_w
    if node.louver:
        rest += node.swing_w_k * rise
    scale = node.heat_capacity * kelvin + abs(radiated) + received + abs(conducted) + abs(node.given_w)
    return rest, scale
