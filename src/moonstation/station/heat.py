"""Temperatures in the compiled kernel: thermostats and the implicit step of the thermal trees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import constants

from moonstation.station.compiling import compiled
from moonstation.station.tables import Record, Table

_SIGMA = constants.sigma
Row = NDArray[np.float32]


@compiled
def _value(number: int, otherwise: float, now: Row) -> float:
    """Value of a series in this step, or a constant where there is none."""
    return np.float64(now[number]) if number >= 0 else otherwise


@compiled
def _open_area(node: Record, temperature_k: float) -> float:
    """Radiating area with the louver where the temperature puts it [m2]."""
    opening = min(max((temperature_k - node.closed_k) / (node.open_k - node.closed_k), 0.0), 1.0)
    return node.radiating_m2 * (node.closed_share + (1.0 - node.closed_share) * opening)


@compiled
def thermostat_activity(nodes: Table, process: Record, now: Row, step_h: float) -> float:
    """Activity that brings a node to its set-point within the step, with the other heats of the last step [-]."""
    node, target = nodes[process.control_index], process.control_on
    if process.heat_kw <= 0.0:
        return 0.0
    sink = _value(node.sink_series, node.sink_k, now)
    ground = _value(node.ground_series, node.ground_k, now)
    need_w = node.heat_capacity * (target - node.temperature) / (step_h * 3600.0)
    need_w += _SIGMA * _open_area(node, node.temperature) * (target**4 - sink**4)
    need_w += node.conductance * (target - ground) - _value(node.heat_series, node.heat_w, now)
    if node.parent >= 0:
        need_w += node.parent_w_k * (target - nodes[node.parent].temperature)
    return max(need_w / 1000.0 - node.heat_other, 0.0) / process.heat_kw


@compiled
def solve_heat(nodes: Table, now: Row, step_h: float) -> None:
    """Implicit temperatures of all live nodes, radiation linearised about the old ones."""
    seconds = step_h * 3600.0
    for n in range(len(nodes)):
        node = nodes[n]
        if node.on:
            old = node.temperature
            area = _open_area(node, old)
            sink = _value(node.sink_series, node.sink_k, now)
            ground = _value(node.ground_series, node.ground_k, now)
            node.before = old
            node.diagonal = node.heat_capacity / seconds + 4.0 * _SIGMA * area * old**3 + node.conductance
            node.right = _value(node.heat_series, node.heat_w, now) + 1000.0 * node.heat
            node.right += _SIGMA * area * (3.0 * old**4 + sink**4) + node.conductance * ground
            node.right += node.heat_capacity / seconds * old
    for n in range(len(nodes)):
        node = nodes[n]
        if node.on and node.parent >= 0:
            node.diagonal += node.parent_w_k
            nodes[node.parent].diagonal += node.parent_w_k
    for n in range(len(nodes)):
        node = nodes[n]
        if node.on and node.parent >= 0:
            share = node.parent_w_k / node.diagonal
            nodes[node.parent].diagonal -= share * node.parent_w_k
            nodes[node.parent].right += share * node.right
    for n in range(len(nodes) - 1, -1, -1):
        node = nodes[n]
        if node.on:
            coupled = node.parent_w_k * nodes[node.parent].temperature if node.parent >= 0 else 0.0
            node.temperature = (node.right + coupled) / node.diagonal


@compiled
def heat_residual(nodes: Table, now: Row, step_h: float) -> float:
    """Worst share of a node's heat that its step leaves unaccounted for, from the temperatures found [-]."""
    seconds = step_h * 3600.0
    for n in range(len(nodes)):
        nodes[n].right = 0.0
    worst = 0.0
    for n in range(len(nodes)):  # every node stands before its parent, so its children are summed already
        node = nodes[n]
        if not node.on:
            continue
        area = _open_area(node, node.before)
        rise = node.temperature - node.before
        radiated = _SIGMA * area * (node.before**4 + 4.0 * node.before**3 * rise)
        received = _SIGMA * area * _value(node.sink_series, node.sink_k, now) ** 4
        conducted = node.conductance * (node.temperature - _value(node.ground_series, node.ground_k, now))
        to_parent = node.parent_w_k * (node.temperature - nodes[node.parent].temperature) if node.parent >= 0 else 0.0
        source = _value(node.heat_series, node.heat_w, now) + 1000.0 * node.heat
        stored = node.heat_capacity * rise / seconds
        rest = stored + radiated - received + conducted + to_parent - source + node.right
        scale = node.heat_capacity * node.temperature / seconds + radiated + received + abs(conducted) + source
        worst = max(worst, abs(rest) / scale)
        if node.parent >= 0:
            nodes[node.parent].right -= to_parent
    return worst


@compiled
def any_node_out(nodes: Table) -> bool:
    """True while a live node is colder or hotter than its asset survives."""
    for n in range(len(nodes)):
        node = nodes[n]
        if node.on and not node.survive_min_k <= node.temperature <= node.survive_max_k:
            return True
    return False
