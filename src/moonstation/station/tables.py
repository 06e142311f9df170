"""The packed network and its state as tables of records: the working form of the compiled kernel.

One row per bus, store, process and so on, fixed numbers and changing state side by side. Records keep what one step
of the loop needs together in memory, and numba reads them without counting references, which made the same loop
thirty times slower with tuples of arrays (docs/decisions/006-kernel-tables.md).

A run may hold several lives side by side. What may differ between them, numbers of the network and state, is a row of
one number per life in its record (``table[n].amount[lane]``); what is common (numbers of other rows, kinds, flags)
stands once. The kernel looks at such rows as lanes (``lanes.in_lanes``).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import constants

from moonstation.station.landing_tables import asset_table, gate_table
from moonstation.station.packed import (
    FOLLOW,
    HOLD,
    HYSTERESIS,
    NEXT_TO_NOTHING,
    PROPORTIONAL,
    SURPLUS,
    Network,
    Stores,
    Thermal,
    steps_of,
)
from moonstation.station.stacking import lanes_of, stack_networks

Table = NDArray[Any]
#: One row of a table: numba gives its columns as attributes.
Record = Any
_F, _I, _B = np.float64, np.int32, np.bool_
_U = np.uint32  # numbers that are never -1, so numba need not look whether they count from the end
#: Bytes at which rows of lanes begin: those of the widest register and of a line of the cache.
_LINE = 64

_Columns = tuple[str, list[Any]]
#: Columns of each table: what differs between lives, and what is common to all.
_BUS = (
    "pool offer consumed produced room from_outside fill fill_amount stored_before spilled lost spilled_sum"
    " all_produced all_consumed all_spilled all_lost fill_capacity usable usable_capacity asked spilling delivered"
    " removed all_delivered all_removed sent wished wanted yields retains",
    [
        ("first", _I),
        ("last", _I),
        ("element_first", _I),
        ("element_last", _I),
        ("spills", _B),
        ("reports_spill", _B),
        ("powers", _B),
        ("restless", _B),
        ("moved", _B),
        ("watched", _B),
        ("touched", _B),
    ],
)
_STORE = (
    "amount capacity keeps fade_per_step floor charge_inverse discharge_efficiency takes_most gives_most can_take"
    " discharge_inverse"
    " can_give charge_efficiency charge_strain discharge_strain fade_per_cycle rated start charge_per_step"
    " discharge_per_step charge_min_k charge_max_k discharge_min_k discharge_max_k health broken rate",
    [
        ("bus", _I),
        ("asset", _I),
        ("work_node", _I),
        ("live", _B),
        ("strains", _B),
        ("ages", _B),
        ("throttled", _B),
        ("loss_w", _F),
    ],
)
_PROCESS = (
    "able draw activity_sum heat_w control_on control_rate control_off hysteresis_on worn keeps starved shortfall_sum"
    " starve_limit min_fraction ready_sum on limit health sound offers tried blocked first_worn reserve",
    [
        ("asset", _I),
        ("recipe_first", _I),
        ("recipe_last", _I),
        ("lock_first", _I),
        ("lock_last", _I),
        ("series", _I),
        ("control_index", _I),
        ("heat_node", _I),
        ("work_node", _I),
        ("power", _I),
        ("power_bus", _U),
        ("priority", _F),
        ("control", np.int8),
        ("fills", _B),
        ("spills", _B),
        ("boundary", _B),
        ("decays", _B),
        ("partial", _B),
        ("bound", _B),
        ("limited", _B),
        ("everywhere", _B),
        ("starves", _B),
        ("sparing", _B),
        ("passes", _B),
        ("seeks", _B),
        ("ready_steps", _I),
    ],
)
_NODE = (
    "temperature emission sink_k4 ground_k source_w heat heat_control heat_other heat_capacity conductance fixed_w_k"
    " parent_w_k right inverse before from_children from_children_w_k survive_min_k survive_max_k work_min_k"
    " work_max_k on radiating closed_share closed_k open_k slope start_k late",
    [
        ("asset", _I),
        ("parent", _I),
        ("sink_series", _I),
        ("ground_series", _I),
        ("heat_series", _I),
        ("live", _B),
        ("louver", _B),
        ("warmed", _B),
    ],
)
_POWER = (
    "serve_up_to critical shed mode wanted safe_until timer unserved supply_sum served_sum shed_sum severest"
    " critical_steps critical_served first_critical last_served",
    [("bus", _U), ("sun_series", _I), ("recovery", _F)],
)
_RECIPE = ("", [("bus", _U), ("takes", _B), ("limits", _B)])
_AMOUNT: _Columns = ("amount", [])
_LOCK = ("low high", [("bus", _U)])
_ELEMENT = ("", [("element", _U), ("share", _F)])
_BALANCE: _Columns = ("open scale", [])
_WORST: _Columns = ("bus element heat", [])
_DELIVERY = ("", [("step", np.int64), ("bus", _I), ("gate", _I), ("amount", _F)])
_TERM = ("weight", [("kind", _I), ("index", _I)])
_CONDITION = ("base low high", [("first", _I), ("last", _I)])

#: Places in the clock: next step to run, step of the next landing or end, number of the next delivery, step at which
#: somebody next decides on a landing or a departure.
NEXT_STEP, NEXT_CHANGE, NEXT_DELIVERY, NEXT_LOOK = range(4)


class Tables(NamedTuple):
    """All tables of one run of one or more lives.

    live_processes, live_buses : numbers of those that assets use that live in any life, in order, padded with -1
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
    live_processes: NDArray[np.int64]
    live_buses: NDArray[np.int64]
    clock: NDArray[np.int64]
    gates: Table
    conditions: Table
    terms: Table


def make_tables(network: Network, step_h: float) -> Tables:
    """Tables of a network, or of several stacked, before the first landing, for steps of ``step_h`` hours."""
    if not lanes_of(network):
        network = stack_networks([network])
    buses, width = network.buses, lanes_of(network)
    draw, recipe_ptr, recipe, amounts = _recipes(network, step_h)
    element_ptr, elements = _elements(buses.elements)
    limited = np.array([recipe["limits"][first:last].any() for first, last in pairwise(recipe_ptr)], np.bool_)
    processes = _process_table(network, step_h, draw, recipe_ptr, limited)
    locks = _table(
        _LOCK,
        width,
        bus=network.processes.interlock_bus,
        low=network.processes.interlock_low,
        high=network.processes.interlock_high,
    )
    return Tables(
        buses=_table(
            _BUS,
            width,
            first=buses.store_ptr[:-1],
            last=buses.store_ptr[1:],
            element_first=element_ptr[:-1],
            element_last=element_ptr[1:],
            spills=buses.spills,
            reports_spill=buses.reports_spill,
            powers=buses.power_number >= 0,
            restless=_restless(network),
            yields=_least_share(network, network.stores.discharge_efficiency),
            retains=_least_share(network, network.stores.charge_efficiency),
            watched=_watched(network, locks["bus"]),
        ),
        elements=elements,
        stores=_store_table(network, step_h),
        processes=processes,
        recipe=recipe,
        amounts=amounts,
        locks=locks,
        nodes=_node_table(network, step_h),
        powers=_power_table(network, step_h),
        assets=asset_table(network.schedule, width),
        deliveries=_table(
            _DELIVERY,
            width,
            step=network.schedule.delivery_step,
            bus=network.schedule.delivery_bus,
            gate=network.schedule.delivery_gate,
            amount=network.schedule.delivery_amount,
        ),
        balances=_rows(_BALANCE, width, buses.elements.shape[1]),
        worst=_rows(_WORST, width, 1),
        serve_up_to=network.rules.serve_up_to,
        live_processes=np.full(len(processes) + 1, -1, np.int64),
        live_buses=np.full(len(buses.spills) + 1, -1, np.int64),
        clock=np.zeros(4, np.int64),
        gates=gate_table(network.schedule, network.conditions, width),
        conditions=_table(
            _CONDITION,
            width,
            first=network.conditions.term_ptr[:-1],
            last=network.conditions.term_ptr[1:],
            **_same_columns(_CONDITION, network.conditions),
        ),
        terms=_table(
            _TERM,
            width,
            kind=network.conditions.term_kind,
            index=network.conditions.term_index,
            weight=network.conditions.term_weight,
        ),
    )


def _record(columns: _Columns, width: int) -> np.dtype[Any]:
    """A row: first what is common, then what differs between lives; where those are many, at whole lines."""
    lanes, common = columns
    own = [(name, _F, (width,)) for name in lanes.split()]
    if width == 1 or not own:
        return np.dtype([*common, *own], align=True)
    first = np.dtype(common, align=True)
    offsets = [first.fields[name][1] for name, *_ in common] if first.fields else []
    head, lane_bytes = -(-first.itemsize // _LINE) * _LINE, 8 * width
    return np.dtype(
        {
            "names": [*(name for name, *_ in common), *(name for name, *_ in own)],
            "formats": [*(kind for _, kind in common), *[(_F, (width,))] * len(own)],
            "offsets": [*offsets, *(head + lane_bytes * number for number in range(len(own)))],
            "itemsize": head + lane_bytes * len(own),
        }
    )


def _rows(columns: _Columns, width: int, count: int) -> Table:
    """Empty rows that begin at a whole line of the cache."""
    kind = _record(columns, width)
    room = np.zeros(count * kind.itemsize + _LINE, np.uint8)
    first = -room.ctypes.data % _LINE
    return room[first : first + count * kind.itemsize].view(kind)


def _table(columns: _Columns, width: int, **values: Any) -> Table:
    """Rows with these columns: of shape (row,) or, what differs between lives, (row, lane)."""
    table = _rows(columns, width, len(next(iter(values.values()))))
    for name, column in values.items():
        table[name] = column
    return table


def _same_columns(columns: _Columns, group: Any) -> dict[str, NDArray[Any]]:
    """Columns that a group of the network and a table have in common."""
    names = [*columns[0].split(), *(name for name, *_ in columns[1])]
    return {name: getattr(group, name) for name in names if name in group._fields}


def _exp(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The C library's, one by one: numpy's own differs between machines."""
    return np.array([math.exp(value) for value in values.ravel().tolist()]).reshape(values.shape)


def _watched(network: Network, lock_buses: NDArray[Any]) -> NDArray[np.bool_]:
    """Buses at whose fill a control or an interlock looks."""
    watched = np.zeros(len(network.buses.spills), np.bool_)
    watched[lock_buses] = True
    processes = network.processes
    watched[processes.control_index[np.isin(processes.control, (HYSTERESIS, SURPLUS, PROPORTIONAL))]] = True
    return watched


def _elements(shares: NDArray[np.float64]) -> tuple[NDArray[np.int64], Table]:
    """Per bus pointers to, and table of, the chemical elements of which it holds a share."""
    bus, element = np.nonzero(shares)
    ends = np.searchsorted(bus, np.arange(len(shares) + 1))
    return ends.astype(np.int64), _table(_ELEMENT, 1, element=element, share=shares[bus, element])


def _power_table(network: Network, step_h: float) -> Table:
    buses, rules = network.buses, network.rules
    count = len(buses.power_bus)
    return _table(
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


def _process_table(
    network: Network,
    step_h: float,
    draw: NDArray[np.float64],
    recipe_ptr: NDArray[np.int64],
    limited: NDArray[np.bool_],
) -> Table:
    processes = network.processes
    age_h = network.schedule.asset_age_h[processes.asset][:, np.newaxis]
    limits = [float(max(steps_of(hours, step_h), 1)) for hours in processes.starve_limit_h.ravel().tolist()]
    return _table(
        _PROCESS,
        lanes_of(network),
        recipe_first=recipe_ptr[:-1],
        recipe_last=recipe_ptr[1:],
        lock_first=processes.interlock_ptr[:-1],
        lock_last=processes.interlock_ptr[1:],
        power_bus=_power_bus(network),
        draw=draw,
        sound=processes.health > 0.0,
        control_rate=_control_rates(network, step_h),
        fills=(processes.control_on < processes.control_off)[:, 0],
        decays=(processes.decay_per_h != 0.0).any(axis=1),
        partial=(processes.min_fraction > 0.0).any(axis=1),
        bound=(processes.work_node >= 0) | (np.diff(processes.interlock_ptr) > 0),
        limited=limited,
        keeps=_exp(-processes.decay_per_h * step_h),
        first_worn=_exp(-processes.decay_per_h * age_h),
        heat_w=1000.0 * processes.heat_kw,
        starve_limit=np.reshape(limits, processes.starve_limit_h.shape),
        **_same_columns(_PROCESS, processes),
    )


def _store_table(network: Network, step_h: float) -> Table:
    stores = network.stores
    common = _same_columns(_STORE, stores)
    del common["capacity"]  # nothing has landed yet
    charge_per_step, discharge_per_step = stores.charge_limit * step_h, stores.discharge_limit * step_h
    return _table(
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
        keeps=_exp(-stores.loss_per_h * step_h),
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
    common = _same_columns(_NODE, thermal)
    common["heat_capacity"] = capacity_w_k
    return _table(
        _NODE,
        lanes_of(network),
        fixed_w_k=fixed_w_k,
        slope=louver_slope(thermal),
        louver=(thermal.closed_share != 1.0).any(axis=1),
        warmed=np.isin(np.arange(len(thermal.asset)), network.stores.work_node[_warming(network)]),
        radiating=constants.sigma * thermal.radiating_m2,
        sink_k4=(thermal.sink_k * thermal.sink_k) * (thermal.sink_k * thermal.sink_k),
        source_w=thermal.heat_w,
        **common,
    )


def louver_slope(thermal: Thermal) -> NDArray[np.float64]:
    """Share of the radiating area by which a louver opens per kelvin between its marks [1/K]."""
    span_k = thermal.open_k - thermal.closed_k
    return np.divide(1.0 - thermal.closed_share, span_k, out=np.zeros_like(span_k), where=span_k > 0.0)


def _power_bus(network: Network) -> NDArray[np.int64]:
    """Bus that each process draws its electricity from; means nothing where it draws none."""
    numbers = network.processes.power
    return np.where(numbers >= 0, np.append(network.buses.power_bus, 0)[numbers], 0)


def _control_rates(network: Network, step_h: float) -> NDArray[np.float64]:
    """What each process moves in a step at activity 1 on the bus that controls it, 0 where that is none."""
    processes, rates = network.processes, np.zeros_like(network.processes.limit)
    for p in np.flatnonzero(np.isin(processes.control, (HOLD, FOLLOW))):
        for k in range(processes.recipe_ptr[p], processes.recipe_ptr[p + 1]):
            if processes.recipe_bus[k] == processes.control_index[p]:
                rates[p] = processes.recipe_rate[k] * step_h
    return rates


def _recipes(network: Network, step_h: float) -> tuple[NDArray[np.float64], NDArray[np.int64], Table, Table]:
    """Per process: electricity drawn, pointers to, and tables of, all else that it moves in a step at activity 1."""
    processes, power_bus = network.processes, _power_bus(network)
    draw, ends = np.zeros_like(processes.limit), [0]
    buses: list[int] = []
    moved: list[NDArray[np.float64]] = []
    limits: list[bool] = []
    for p in range(len(processes.asset)):
        for k in range(processes.recipe_ptr[p], processes.recipe_ptr[p + 1]):
            bus, rate = int(processes.recipe_bus[k]), processes.recipe_rate[k]
            if processes.power[p] >= 0 and bus == power_bus[p] and rate[0] < 0.0:
                draw[p] -= rate * step_h
            elif rate[0] != 0.0:
                buses.append(bus)
                moved.append(rate * step_h)
                limits.append(bool(rate[0] < 0.0 or not (network.buses.spills[bus] or processes.spills[p])))
        ends.append(len(buses))
    amounts = np.array(moved).reshape(len(moved), lanes_of(network))
    rows = _table(_RECIPE, lanes_of(network), bus=buses, takes=amounts[:, 0] < 0.0, limits=limits)
    return draw, np.array(ends, np.int64), rows, _table(_AMOUNT, lanes_of(network), amount=np.abs(amounts))
