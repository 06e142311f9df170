"""The packed network and its state as tables of records: the working form of the compiled kernel.

One row per bus, store, process and so on, fixed numbers and changing state side by side. Records keep what one step
of the loop needs together in memory, and numba reads them without counting references, which made the same loop
thirty times slower with tuples of arrays (docs/decisions/006-kernel-tables.md).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import constants

from moonstation.station.packed import FOLLOW, HOLD, NEXT_TO_NOTHING, Network, steps_of

Table = NDArray[Any]
#: One row of a table: numba gives its columns as attributes.
Record = Any
_F, _I, _B = np.float64, np.int32, np.bool_
_U = np.uint32  # numbers that are never -1, so numba need not look whether they count from the end

BUS = np.dtype(
    [
        ("first", _I),
        ("last", _I),
        ("spills", _B),
        ("reports_spill", _B),
        ("is_mass", _B),
        ("spilling", _B),
        ("touched", _B),
        ("asked", _F),
        ("pool", _F),
        ("offer", _F),
        ("room", _F),
        ("fill_amount", _F),
        ("fill_capacity", _F),
        ("usable", _F),
        ("usable_capacity", _F),
        ("stored_before", _F),
        ("from_outside", _F),
        ("delivered", _F),
        ("produced", _F),
        ("consumed", _F),
        ("spilled", _F),
        ("lost", _F),
        ("removed", _F),
        ("spilled_sum", _F),
    ],
    align=True,
)
STORE = np.dtype(
    [
        ("bus", _I),
        ("asset", _I),
        ("work_node", _I),
        ("on", _B),
        ("strains", _B),
        ("rated", _F),
        ("start", _F),
        ("floor", _F),
        ("charge_efficiency", _F),
        ("discharge_efficiency", _F),
        ("charge_per_step", _F),
        ("discharge_per_step", _F),
        ("keeps", _F),
        ("fade_per_cycle", _F),
        ("fade_per_step", _F),
        ("charge_strain", _F),
        ("discharge_strain", _F),
        ("charge_min_k", _F),
        ("charge_max_k", _F),
        ("discharge_min_k", _F),
        ("discharge_max_k", _F),
        ("takes_most", _F),
        ("gives_most", _F),
        ("amount", _F),
        ("capacity", _F),
    ],
    align=True,
)
PROCESS = np.dtype(
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
        ("priority", _I),
        ("control", np.int8),
        ("spills", _B),
        ("boundary", _B),
        ("hysteresis_on", _B),
        ("decays", _B),
        ("limit", _F),
        ("keeps", _F),
        ("first_worn", _F),
        ("worn", _F),
        ("draw", _F),
        ("heat_w", _F),
        ("min_fraction", _F),
        ("control_on", _F),
        ("control_off", _F),
        ("control_rate", _F),
        ("starve_limit", np.int64),
        ("starved", np.int64),
        ("activity_sum", _F),
        ("shortfall_sum", _F),
        ("ready_sum", _F),
    ],
    align=True,
)
NODE = np.dtype(
    [
        ("asset", _I),
        ("parent", _I),
        ("sink_series", _I),
        ("ground_series", _I),
        ("heat_series", _I),
        ("on", _B),
        ("louver", _B),
        ("start_k", _F),
        ("heat_capacity", _F),
        ("radiating", _F),
        ("conductance", _F),
        ("parent_w_k", _F),
        ("fixed_w_k", _F),
        ("closed_share", _F),
        ("closed_k", _F),
        ("open_k", _F),
        ("work_min_k", _F),
        ("work_max_k", _F),
        ("survive_min_k", _F),
        ("survive_max_k", _F),
        ("sink_k", _F),
        ("sink_k4", _F),
        ("ground_k", _F),
        ("source_w", _F),
        ("temperature", _F),
        ("before", _F),
        ("emission", _F),
        ("heat", _F),
        ("heat_control", _F),
        ("heat_other", _F),
        ("diagonal", _F),
        ("right", _F),
        ("from_children", _F),
        ("from_children_w_k", _F),
    ],
    align=True,
)
POWER = np.dtype(
    [
        ("bus", _U),
        ("sun_series", _I),
        ("mode", _I),
        ("serve_up_to", _I),
        ("timer", np.int64),
        ("recovery", np.int64),
        ("critical", _I),
        ("unserved", _B),
        ("served", _F),
        ("shed", _F),
        ("supply_sum", _F),
        ("served_sum", _F),
        ("shed_sum", _F),
    ],
    align=True,
)
RECIPE = np.dtype([("bus", _U), ("amount", _F)], align=True)
LOCK = np.dtype([("bus", _U), ("low", _F), ("high", _F)], align=True)
ASSET = np.dtype([("start", np.int64), ("end", np.int64), ("body", _I), ("on", _B), ("dead", _B)], align=True)
DELIVERY = np.dtype([("step", np.int64), ("bus", _I), ("amount", _F)], align=True)

#: Places in the clock: next step to run, step of the next landing or end, number of the next delivery.
NEXT_STEP, NEXT_CHANGE, NEXT_DELIVERY = range(3)


class Tables(NamedTuple):
    """All tables of one run.

    live_processes, live_buses : numbers of those that live assets use, in order, padded with -1
    element_sums : scratch of the ledger: what a step leaves open by element (row 0), and its scale (row 1) [kg]
    clock : what comes next: see NEXT_STEP, NEXT_CHANGE, NEXT_DELIVERY
    """

    buses: Table
    elements: NDArray[np.float64]
    stores: Table
    processes: Table
    recipe: Table
    locks: Table
    nodes: Table
    powers: Table
    assets: Table
    deliveries: Table
    serve_up_to: NDArray[np.int64]
    live_processes: NDArray[np.int64]
    live_buses: NDArray[np.int64]
    element_sums: NDArray[np.float64]
    clock: NDArray[np.int64]


def make_tables(network: Network, step_h: float) -> Tables:
    """Tables of a network before the first landing, for steps of ``step_h`` hours."""
    buses, processes, schedule = network.buses, network.processes, network.schedule
    draw, recipe_ptr, recipe = _recipes(network, step_h)
    return Tables(
        buses=_table(
            BUS,
            first=buses.store_ptr[:-1],
            last=buses.store_ptr[1:],
            spills=buses.spills,
            reports_spill=buses.reports_spill,
            is_mass=buses.elements.any(axis=1),
        ),
        elements=buses.elements,
        stores=_store_table(network, step_h),
        processes=_table(
            PROCESS,
            recipe_first=recipe_ptr[:-1],
            recipe_last=recipe_ptr[1:],
            lock_first=processes.interlock_ptr[:-1],
            lock_last=processes.interlock_ptr[1:],
            power_bus=_power_bus(network),
            draw=draw,
            control_rate=_control_rates(network, step_h),
            decays=processes.decay_per_h != 0.0,
            keeps=[math.exp(-decay * step_h) for decay in processes.decay_per_h.tolist()],
            first_worn=[
                math.exp(-decay * age_h)
                for decay, age_h in zip(
                    processes.decay_per_h.tolist(), schedule.asset_age_h[processes.asset].tolist(), strict=True
                )
            ],
            heat_w=1000.0 * processes.heat_kw,
            starve_limit=[max(steps_of(hours, step_h), 1) for hours in processes.starve_limit_h.tolist()],
            **_same_columns(PROCESS, processes),
        ),
        recipe=recipe,
        locks=_table(LOCK, bus=processes.interlock_bus, low=processes.interlock_low, high=processes.interlock_high),
        nodes=_node_table(network, step_h),
        powers=_table(
            POWER,
            bus=buses.power_bus,
            sun_series=buses.sun_series,
            serve_up_to=np.full(len(buses.power_bus), network.rules.serve_up_to[0]),
            recovery=np.full(len(buses.power_bus), steps_of(network.rules.recovery_h, step_h)),
            critical=np.full(len(buses.power_bus), -1),
        ),
        assets=_table(ASSET, start=schedule.asset_start, end=schedule.asset_end, body=schedule.asset_body),
        deliveries=_table(
            DELIVERY, step=schedule.delivery_step, bus=schedule.delivery_bus, amount=schedule.delivery_amount
        ),
        serve_up_to=network.rules.serve_up_to,
        live_processes=np.full(len(processes.asset) + 1, -1, np.int64),
        live_buses=np.full(len(buses.spills) + 1, -1, np.int64),
        element_sums=np.zeros((2, buses.elements.shape[1])),
        clock=np.zeros(3, np.int64),
    )


def _table(kind: np.dtype[Any], **columns: Any) -> Table:
    table = np.zeros(len(next(iter(columns.values()))), kind)
    for name, values in columns.items():
        table[name] = values
    return table


def _same_columns(kind: np.dtype[Any], group: Any) -> dict[str, NDArray[Any]]:
    """Columns that a group of the network and a table have in common."""
    return {name: getattr(group, name) for name in kind.names or () if name in group._fields}


def _store_table(network: Network, step_h: float) -> Table:
    stores = network.stores
    common = _same_columns(STORE, stores)
    del common["capacity"]  # nothing has landed yet
    return _table(
        STORE,
        rated=stores.capacity,
        charge_per_step=stores.charge_limit * step_h,
        discharge_per_step=stores.discharge_limit * step_h,
        strains=stores.rate_loss > 0.0,
        charge_strain=_strain(stores.rate_loss, stores.charge_limit * step_h),
        discharge_strain=_strain(stores.rate_loss, stores.discharge_limit * step_h),
        keeps=[math.exp(-loss * step_h) for loss in stores.loss_per_h.tolist()],
        fade_per_step=stores.fade_per_h * step_h * stores.capacity,
        **common,
    )


def _strain(rate_loss: NDArray[np.float64], most: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share lost by rate, per amount that moves in a step; none where next to nothing may move."""
    return np.divide(rate_loss, most, out=np.zeros(len(most)), where=most > NEXT_TO_NOTHING)


def _node_table(network: Network, step_h: float) -> Table:
    thermal = network.thermal
    capacity_w_k = thermal.heat_capacity / (step_h * 3600.0)
    fixed_w_k = capacity_w_k + thermal.conductance + np.where(thermal.parent >= 0, thermal.parent_w_k, 0.0)
    for n in range(len(thermal.parent)):
        if thermal.parent[n] >= 0:
            fixed_w_k[thermal.parent[n]] += thermal.parent_w_k[n]
    common = _same_columns(NODE, thermal)
    common["heat_capacity"] = capacity_w_k
    return _table(
        NODE,
        fixed_w_k=fixed_w_k,
        louver=thermal.closed_share != 1.0,
        radiating=constants.sigma * thermal.radiating_m2,
        sink_k4=(thermal.sink_k * thermal.sink_k) * (thermal.sink_k * thermal.sink_k),
        source_w=thermal.heat_w,
        **common,
    )


def _power_bus(network: Network) -> NDArray[np.int64]:
    """Bus that each process draws its electricity from; means nothing where it draws none."""
    numbers = network.processes.power
    return np.where(numbers >= 0, np.append(network.buses.power_bus, 0)[numbers], 0)


def _control_rates(network: Network, step_h: float) -> NDArray[np.float64]:
    """What each process moves in a step at activity 1 on the bus that controls it, 0 where that is none."""
    processes, rates = network.processes, np.zeros(len(network.processes.asset))
    for p in np.flatnonzero(np.isin(processes.control, (HOLD, FOLLOW))):
        for k in range(processes.recipe_ptr[p], processes.recipe_ptr[p + 1]):
            if processes.recipe_bus[k] == processes.control_index[p]:
                rates[p] = processes.recipe_rate[k] * step_h
    return rates


def _recipes(network: Network, step_h: float) -> tuple[NDArray[np.float64], NDArray[np.int64], Table]:
    """Per process: electricity drawn, pointers to, and table of, all else that it moves in a step at activity 1."""
    processes, power_bus = network.processes, _power_bus(network)
    draw, ends = np.zeros(len(processes.asset)), [0]
    rows: list[tuple[int, float]] = []
    for p in range(len(processes.asset)):
        for k in range(processes.recipe_ptr[p], processes.recipe_ptr[p + 1]):
            bus, rate = int(processes.recipe_bus[k]), float(processes.recipe_rate[k])
            if processes.power[p] >= 0 and bus == power_bus[p] and rate < 0.0:
                draw[p] -= rate * step_h
            elif rate != 0.0:
                rows.append((bus, rate * step_h))
        ends.append(len(rows))
    return draw, np.array(ends, np.int64), np.array(rows, RECIPE)
