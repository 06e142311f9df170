"""The packed network and its state as tables of records: the working form of the compiled kernel.

One row per bus, store, process and so on, fixed numbers and changing state side by side. Records keep what one step
of the loop needs together in memory, and numba reads them without counting references, which made the same loop
thirty times slower with tuples of arrays (docs/decisions/006-kernel-tables.md).

A run may hold several lives side by side. What may differ between them, numbers of the network and state, is a row of
one number per life in its record (``table[n].amount[lane]``); what is common (numbers of other rows, kinds, flags)
stands once. The kernel looks at such rows as lanes (``lanes.in_lanes``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import constants

from moonstation.station.landing_tables import asset_table, gate_table
from moonstation.station.packed import (
    HYSTERESIS,
    NEXT_TO_NOTHING,
    PROPORTIONAL,
    SURPLUS,
    THERMOSTAT,
    Network,
    Stores,
    Thermal,
    steps_of,
)
from moonstation.station.process_tables import process_table, recipes_of
from moonstation.station.rows import (
    FLAG,
    FLOAT,
    INT,
    UNSIGNED,
    Columns,
    Table,
    alike,
    exp_of,
    rows_of,
    same_columns,
    table_of,
)
from moonstation.station.stacking import lanes_of, stack_networks

#: Columns of each table: what differs between lives, and what is common to all.
_BUS = (
    "pool offer consumed produced room fill fill_amount spilled_sum all_produced all_consumed all_spilled all_lost"
    " fill_capacity from_outside usable usable_capacity left asked spilling sent wished wanted yields retains"
    " delivered spilled lost removed all_delivered all_removed",
    [
        ("first", UNSIGNED),
        ("last", UNSIGNED),
        ("element_first", UNSIGNED),
        ("element_last", UNSIGNED),
        ("reports_spill", FLAG),
        ("powers", FLAG),
        ("restless", FLAG),
        ("moved", FLAG),
        ("watched", FLAG),
        ("touched", FLAG),
        ("fades", FLAG),
        ("lingers", FLAG),
        ("bordered", FLAG),
    ],
)
_STORE = (
    "amount capacity keeps fade_per_step floor charge_inverse discharge_efficiency takes_most gives_most can_take"
    " discharge_inverse"
    " can_give charge_efficiency charge_strain discharge_strain fade_per_cycle rated start charge_per_step"
    " discharge_per_step charge_min_k charge_max_k discharge_min_k discharge_max_k health broken rate",
    [
        ("bus", INT),
        ("asset", INT),
        ("work_node", UNSIGNED),
        ("live", FLAG),
        ("strains", FLAG),
        ("ages", FLAG),
        ("plain", FLAG),
        ("throttled", FLAG),
        ("loss_w", FLOAT),
    ],
)
_NODE = (
    "temperature emission heat heat_control heat_other heat_capacity conductance fixed_w_k sink_k4 ground_k source_w"
    " parent_w_k right inverse from_children from_children_w_k survive_min_k survive_max_k work_min_k work_max_k on"
    " radiating closed_share closed_k open_k slope swing_w_k given_w start_k before point flow fed",
    [
        ("asset", INT),
        ("tree", UNSIGNED),
        ("parent", UNSIGNED),
        ("sink_series", UNSIGNED),
        ("ground_series", UNSIGNED),
        ("heat_series", UNSIGNED),
        ("common_sink_k4", FLOAT),
        ("common_ground_k", FLOAT),
        ("common_source_w", FLOAT),
        ("calm_above_k", FLOAT),
        ("calm_below_k", FLOAT),
        ("calm", FLAG),
        ("everywhere", FLAG),
        ("sink_alike", FLAG),
        ("ground_alike", FLAG),
        ("source_alike", FLAG),
        ("conducts", FLAG),
        ("kept", FLAG),
        ("louver", FLAG),
        ("driven", FLAG),
        ("bears", FLAG),
        ("alone", FLAG),
        ("ends", FLAG),
        ("completes", FLAG),
    ],
)
_POWER = (
    "serve_up_to critical shed mode wanted safe_until timer unserved supply_sum served_sum shed_sum severest"
    " critical_steps critical_served first_critical last_served",
    [("bus", UNSIGNED), ("sun_series", UNSIGNED), ("recovery", FLOAT)],
)
_LOCK = ("low high", [("bus", UNSIGNED)])
_ELEMENT = ("", [("element", UNSIGNED), ("share", FLOAT)])
_BALANCE: Columns = ("open scale", [])
_WORST: Columns = ("bus element heat", [])
_DELIVERY = ("", [("step", np.int64), ("bus", INT), ("gate", INT), ("amount", FLOAT)])
_TERM = ("weight", [("kind", INT), ("index", INT)])
_CONDITION = ("base low high", [("first", INT), ("last", INT)])

#: Places among the counts: live processes, buses and thermal nodes, how often what lives has changed within this
#: record, and in how many of its steps processes have run.
PROCESSES, BUSES, NODES, RENEWED, STEPS = range(5)

#: Places in the clock: next step to run, step of the next landing or end, number of the next delivery, step at which
#: somebody next decides on a landing or a departure.
NEXT_STEP, NEXT_CHANGE, NEXT_DELIVERY, NEXT_LOOK = range(4)


class Tables(NamedTuple):
    """All tables of one run of one or more lives.

    live_processes, live_buses, live_nodes : numbers of those that assets use that live in any life, in order
    node_order : numbers of all thermal nodes, those of a tree side by side
    counts : how many of these there are, and more: see PROCESSES and what follows it
    recipe, amounts : what the processes move besides the electricity that they draw, row by row
    elements : mass fractions of the buses, those that are not 0
    balances : scratch of the ledger, by element: what a step leaves open, and its scale [kg]
    worst : the greatest relative residuals so far: one row
    clock : what comes next: see NEXT_STEP, NEXT_CHANGE, NEXT_DELIVERY, NEXT_LOOK
    gates, conditions, terms : landings that need a go, what each asks for, and of what that is the sum
    """

    buses: Table
    elements: Table
    stores: Table
    processes: Table
    recipe: Table
    amounts: Table
    locks: Table
    nodes: Table
    powers: Table
    assets: Table
    deliveries: Table
    balances: Table
    worst: Table
    serve_up_to: NDArray[np.int64]
    live_processes: NDArray[np.uint32]
    live_buses: NDArray[np.uint32]
    live_nodes: NDArray[np.uint32]
    node_order: NDArray[np.uint32]
    counts: NDArray[np.int64]
    clock: NDArray[np.int64]
    gates: Table
    conditions: Table
    terms: Table


def make_tables(network: Network, step_h: float) -> Tables:
    """Tables of a network, or of several stacked, before the first landing, for steps of ``step_h`` hours."""
    if not lanes_of(network):
        network = stack_networks([network])
    buses, schedule, width = network.buses, network.schedule, lanes_of(network)
    draw, recipe_ptr, recipe, amounts = recipes_of(network, step_h)
    element_ptr, elements = _elements(buses.elements)
    processes = process_table(network, step_h, draw, recipe_ptr, recipe)
    locks = _lock_table(network)
    conditions, terms = _condition_tables(network)
    return Tables(
        buses=_bus_table(network, element_ptr, locks["bus"]),
        elements=elements,
        stores=_store_table(network, step_h),
        processes=processes,
        recipe=recipe,
        amounts=amounts,
        locks=locks,
        nodes=_node_table(network, step_h),
        powers=_power_table(network, step_h),
        assets=asset_table(schedule, width),
        deliveries=_delivery_table(network),
        balances=rows_of(_BALANCE, width, buses.elements.shape[1]),
        worst=rows_of(_WORST, width, 1),
        serve_up_to=network.rules.serve_up_to,
        live_processes=np.zeros(len(processes), UNSIGNED),
        live_buses=np.zeros(len(buses.spills), UNSIGNED),
        live_nodes=np.zeros(len(network.thermal.asset), UNSIGNED),
        node_order=np.argsort(_trees(network.thermal), kind="stable").astype(UNSIGNED),
        counts=np.zeros(5, np.int64),
        clock=np.zeros(4, np.int64),
        gates=gate_table(schedule, network.conditions, width),
        conditions=conditions,
        terms=terms,
    )


def _lock_table(network: Network) -> Table:
    processes = network.processes
    return table_of(
        _LOCK,
        lanes_of(network),
        bus=processes.interlock_bus,
        low=processes.interlock_low,
        high=processes.interlock_high,
    )


def _delivery_table(network: Network) -> Table:
    schedule = network.schedule
    return table_of(
        _DELIVERY,
        lanes_of(network),
        step=schedule.delivery_step,
        bus=schedule.delivery_bus,
        gate=schedule.delivery_gate,
        amount=schedule.delivery_amount,
    )


def _condition_tables(network: Network) -> tuple[Table, Table]:
    """What landings ask for, and the terms of the sums that it asks for."""
    given, width = network.conditions, lanes_of(network)
    conditions = table_of(
        _CONDITION, width, first=given.term_ptr[:-1], last=given.term_ptr[1:], **same_columns(_CONDITION, given)
    )
    return conditions, table_of(_TERM, width, kind=given.term_kind, index=given.term_index, weight=given.term_weight)


def _bus_table(network: Network, element_ptr: NDArray[np.int64], lock_buses: NDArray[Any]) -> Table:
    buses = network.buses
    return table_of(
        _BUS,
        lanes_of(network),
        first=buses.store_ptr[:-1],
        last=buses.store_ptr[1:],
        element_first=element_ptr[:-1],
        element_last=element_ptr[1:],
        reports_spill=buses.reports_spill,
        powers=buses.power_number >= 0,
        restless=_restless(network),
        yields=_least_share(network, network.stores.discharge_efficiency),
        retains=_least_share(network, network.stores.charge_efficiency),
        watched=_watched(network, lock_buses),
        fades=_fading(network),
        lingers=buses.reports_spill,
        bordered=_bordered(network),
    )


def _watched(network: Network, lock_buses: NDArray[Any]) -> NDArray[np.bool_]:
    """Buses at whose fill a control or an interlock looks."""
    watched = np.zeros(len(network.buses.spills), np.bool_)
    watched[lock_buses] = True
    processes = network.processes
    watched[processes.control_index[np.isin(processes.control, (HYSTERESIS, SURPLUS, PROPORTIONAL))]] = True
    return watched


def _fading(network: Network) -> NDArray[np.bool_]:
    """Buses whose stores, in any life, come to hold less by time or by use."""
    stores, fading = network.stores, np.zeros(len(network.buses.spills), np.bool_)
    fading[stores.bus[((stores.fade_per_h != 0.0) | (stores.fade_per_cycle != 0.0)).any(axis=1)]] = True
    return fading


def _bordered(network: Network) -> NDArray[np.bool_]:
    """Buses on which something comes from outside the station, or goes there."""
    processes, bordered = network.processes, np.zeros(len(network.buses.spills), np.bool_)
    crossing = np.repeat(processes.boundary, np.diff(processes.recipe_ptr))
    bordered[processes.recipe_bus[crossing]] = True
    return bordered


def _elements(shares: NDArray[np.float64]) -> tuple[NDArray[np.int64], Table]:
    """Per bus pointers to, and table of, the chemical elements of which it holds a share."""
    bus, element = np.nonzero(shares)
    ends = np.searchsorted(bus, np.arange(len(shares) + 1))
    return ends.astype(np.int64), table_of(_ELEMENT, 1, element=element, share=shares[bus, element])


def _power_table(network: Network, step_h: float) -> Table:
    buses, rules = network.buses, network.rules
    count = len(buses.power_bus)
    return table_of(
        _POWER,
        lanes_of(network),
        bus=buses.power_bus,
        sun_series=buses.sun_series,
        recovery=np.full(count, float(steps_of(rules.recovery_h, step_h))),
        serve_up_to=np.full((count, 1), float(rules.serve_up_to[0])),
        critical=np.full((count, 1), -1.0),
        first_critical=np.full((count, 1), -1.0),
        last_served=np.full((count, 1), -1.0),
    )


def _store_table(network: Network, step_h: float) -> Table:
    stores = network.stores
    common = same_columns(_STORE, stores)
    del common["capacity"]  # nothing has landed yet
    charge_per_step, discharge_per_step = stores.charge_limit * step_h, stores.discharge_limit * step_h
    return table_of(
        _STORE,
        lanes_of(network),
        rated=stores.capacity,
        charge_per_step=charge_per_step,
        discharge_per_step=discharge_per_step,
        takes_most=charge_per_step,
        gives_most=discharge_per_step,
        strains=(stores.rate_loss > 0.0).any(axis=1),
        loss_w=np.where(_warming(network), 1000.0 / step_h, 0.0),
        charge_strain=_strain(stores.rate_loss, charge_per_step),
        discharge_strain=_strain(stores.rate_loss, discharge_per_step),
        charge_inverse=1.0 / stores.charge_efficiency,
        discharge_inverse=1.0 / stores.discharge_efficiency,
        ages=_ages(stores),
        plain=_plain(stores),
        keeps=exp_of(-stores.loss_per_h * step_h),
        fade_per_step=stores.fade_per_h * step_h * stores.capacity,
        health=np.ones_like(stores.capacity),
        rate=np.ones_like(stores.capacity),
        **common,
    )


def _warming(network: Network) -> NDArray[np.bool_]:
    """Stores of electricity whose loss by rate, in any life, is heat in the thermal node in which they work."""
    stores = network.stores
    strains = (stores.rate_loss > 0.0).any(axis=1)
    return strains & (stores.work_node >= 0) & (network.buses.power_number[stores.bus] >= 0)


def _ages(stores: Stores) -> NDArray[np.bool_]:
    """Stores that lose something or some capacity by time alone, in any life."""
    return ((stores.loss_per_h != 0.0) | (stores.fade_per_h != 0.0)).any(axis=1)


def _plain(stores: Stores) -> NDArray[np.bool_]:
    """Stores that give and take, in every life, all that they hold and have room for, at any rate and without loss."""
    lossless = (stores.charge_efficiency == 1.0) & (stores.discharge_efficiency == 1.0) & (stores.rate_loss == 0.0)
    endless = np.isinf(stores.charge_limit) & np.isinf(stores.discharge_limit) & (stores.floor == 0.0)
    return (lossless & endless & (stores.fade_per_cycle == 0.0)).all(axis=1) & (stores.work_node < 0)


def _restless(network: Network) -> NDArray[np.bool_]:
    """Buses that change though nothing moves on them: what they hold ages, depends on a temperature, or is reported."""
    restless, stores = network.buses.reports_spill.copy(), network.stores
    restless[stores.bus[_ages(stores) | (stores.work_node >= 0)]] = True
    return restless


def _least_share(network: Network, efficiency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least share of what goes into, or out of, the stores of each bus that gets there, at any rate [-]."""
    stores = network.stores
    least = np.ones((len(network.buses.spills), lanes_of(network)))
    np.minimum.at(least, stores.bus, efficiency * (1.0 - stores.rate_loss))
    return least


def _strain(rate_loss: NDArray[np.float64], most: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share lost by rate, per amount that moves in a step; none where next to nothing may move."""
    return np.divide(rate_loss, most, out=np.zeros_like(most), where=most > NEXT_TO_NOTHING)


def _node_table(network: Network, step_h: float) -> Table:
    thermal = network.thermal
    capacity_w_k = thermal.heat_capacity / (step_h * 3600.0)
    hangs = (thermal.parent >= 0)[:, np.newaxis]
    fixed_w_k = capacity_w_k + thermal.conductance + np.where(hangs, thermal.parent_w_k, 0.0)
    for n in np.flatnonzero(hangs[:, 0]):
        fixed_w_k[thermal.parent[n]] += thermal.parent_w_k[n]
    common = same_columns(_NODE, thermal)
    common["heat_capacity"] = capacity_w_k
    sink_k4 = (thermal.sink_k * thermal.sink_k) * (thermal.sink_k * thermal.sink_k)
    return table_of(
        _NODE,
        lanes_of(network),
        tree=_trees(thermal),
        fixed_w_k=fixed_w_k,
        slope=louver_slope(thermal),
        louver=(thermal.closed_share != 1.0).any(axis=1),
        kept=np.isin(np.arange(len(thermal.asset)), _thermostats(network)),
        driven=np.isin(np.arange(len(thermal.asset)), network.processes.drives),
        calm_above_k=np.maximum(thermal.survive_min_k, thermal.work_min_k).max(axis=1),
        calm_below_k=np.minimum(thermal.survive_max_k, thermal.work_max_k).min(axis=1),
        radiating=constants.sigma * thermal.radiating_m2,
        emission=constants.sigma * thermal.radiating_m2,
        sink_k4=sink_k4,
        source_w=thermal.heat_w,
        common_sink_k4=sink_k4[:, 0],
        common_ground_k=thermal.ground_k[:, 0],
        common_source_w=thermal.heat_w[:, 0],
        sink_alike=(thermal.sink_series >= 0) | alike(sink_k4),
        ground_alike=(thermal.ground_series >= 0) | alike(thermal.ground_k),
        source_alike=(thermal.heat_series >= 0) | alike(thermal.heat_w),
        conducts=(thermal.conductance != 0.0).any(axis=1),
        **common,
    )


def _thermostats(network: Network) -> NDArray[np.int64]:
    """Nodes that a thermostat looks at, or heats."""
    processes = network.processes
    looks = processes.control == THERMOSTAT
    return np.append(processes.control_index[looks], processes.heat_node[looks])


def _trees(thermal: Thermal) -> NDArray[np.int64]:
    """Number of the tree to which each node belongs: that of its root."""
    trees = np.arange(len(thermal.parent))
    for n in range(len(trees) - 1, -1, -1):  # every node stands before its parent
        if thermal.parent[n] >= 0:
            trees[n] = trees[thermal.parent[n]]
    return trees


def louver_slope(thermal: Thermal) -> NDArray[np.float64]:
    """Share of the radiating area by which a louver opens per kelvin between its marks [1/K]."""
    span_k = thermal.open_k - thermal.closed_k
    return np.divide(1.0 - thermal.closed_share, span_k, out=np.zeros_like(span_k), where=span_k > 0.0)
