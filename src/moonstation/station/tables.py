"""The packed network and its state as tables of records: the working form of the compiled kernel.

One row per bus, store, process and so on, fixed numbers and changing state side by side. Records keep what one step
of the loop needs together in memory, and numba reads them without counting references, which made the same loop
thirty times slower with tuples of arrays (docs/decisions/006-kernel-tables.md).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.station.packed import Network

Table = NDArray[Any]
#: One row of a table: numba gives its columns as attributes.
Record = Any
_F, _I, _B = np.float64, np.int64, np.bool_

BUS = np.dtype(
    [
        ("first", _I),
        ("last", _I),
        ("spills", _B),
        ("reports_spill", _B),
        ("power", _I),
        ("pool", _F),
        ("offer", _F),
        ("room", _F),
        ("fill_amount", _F),
        ("fill_capacity", _F),
        ("stored_before", _F),
        ("from_outside", _F),
        ("delivered", _F),
        ("produced", _F),
        ("consumed", _F),
        ("spilled", _F),
        ("lost", _F),
        ("removed", _F),
        ("spilling", _B),
        ("touched", _B),
    ],
    align=True,
)
STORE = np.dtype(
    [
        ("bus", _I),
        ("asset", _I),
        ("rated", _F),
        ("start", _F),
        ("floor", _F),
        ("charge_efficiency", _F),
        ("discharge_efficiency", _F),
        ("charge_limit", _F),
        ("discharge_limit", _F),
        ("keeps", _F),
        ("fade_per_cycle", _F),
        ("fade_per_step", _F),
        ("on", _B),
        ("amount", _F),
        ("capacity", _F),
        ("out_left", _F),
    ],
    align=True,
)
PROCESS = np.dtype(
    [
        ("asset", _I),
        ("recipe_first", _I),
        ("recipe_last", _I),
        ("limit", _F),
        ("series", _I),
        ("priority", _I),
        ("min_fraction", _F),
        ("starve_limit_h", _F),
        ("control", _I),
        ("control_index", _I),
        ("control_on", _F),
        ("control_off", _F),
        ("lock_first", _I),
        ("lock_last", _I),
        ("heat_node", _I),
        ("heat_kw", _F),
        ("work_node", _I),
        ("power", _I),
        ("draw_kw", _F),
        ("spills", _B),
        ("boundary", _B),
        ("hysteresis_on", _B),
        ("starved_h", _F),
        ("activity_sum", _F),
        ("shortfall_sum", _F),
        ("ready_sum", _F),
    ],
    align=True,
)
NODE = np.dtype(
    [
        ("asset", _I),
        ("heat_capacity", _F),
        ("start_k", _F),
        ("sink_series", _I),
        ("sink_k", _F),
        ("radiating_m2", _F),
        ("ground_series", _I),
        ("ground_k", _F),
        ("conductance", _F),
        ("heat_series", _I),
        ("heat_w", _F),
        ("parent", _I),
        ("parent_w_k", _F),
        ("closed_share", _F),
        ("closed_k", _F),
        ("open_k", _F),
        ("work_min_k", _F),
        ("work_max_k", _F),
        ("survive_min_k", _F),
        ("survive_max_k", _F),
        ("on", _B),
        ("temperature", _F),
        ("before", _F),
        ("heat", _F),
        ("heat_control", _F),
        ("heat_other", _F),
        ("diagonal", _F),
        ("right", _F),
    ],
    align=True,
)
POWER = np.dtype(
    [
        ("bus", _I),
        ("sun_series", _I),
        ("mode", _I),
        ("serve_up_to", _I),
        ("timer_h", _F),
        ("supply", _F),
        ("served", _F),
        ("shed", _F),
        ("spilled", _F),
        ("critical", _I),
        ("unserved", _B),
    ],
    align=True,
)
RECIPE = np.dtype([("bus", _I), ("rate", _F)])
LOCK = np.dtype([("bus", _I), ("low", _F), ("high", _F)])
ASSET = np.dtype([("start", _I), ("end", _I), ("on", _B), ("dead", _B)])
DELIVERY = np.dtype([("step", _I), ("bus", _I), ("amount", _F)])


class Tables(NamedTuple):
    """All tables of one run.

    active : numbers of the live processes (row 0) and buses (row 1), padded with -1
    element_sums : scratch of the ledger: what a step leaves open by element (row 0), and its scale (row 1) [kg]
    clock : next step to run, step of the next landing or end, number of the next delivery
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
    active: NDArray[np.int64]
    element_sums: NDArray[np.float64]
    clock: NDArray[np.int64]


def make_tables(network: Network, step_h: float) -> Tables:
    """Tables of a network before the first landing, for steps of ``step_h`` hours."""
    buses, stores, processes = network.buses, network.stores, network.processes
    schedule = network.schedule
    bus_table = _table(
        BUS,
        first=buses.store_ptr[:-1],
        last=buses.store_ptr[1:],
        spills=buses.spills,
        reports_spill=buses.reports_spill,
        power=buses.power_number,
    )
    same = [name for name in STORE.names or () if name in stores._fields and name != "capacity"]
    store_table = _table(
        STORE,
        rated=stores.capacity,
        keeps=np.exp(-stores.loss_per_h * step_h),
        fade_per_step=stores.fade_per_h * step_h * stores.capacity,
        **{name: getattr(stores, name) for name in same},
    )
    same = [name for name in PROCESS.names or () if name in processes._fields]
    process_table = _table(
        PROCESS,
        recipe_first=processes.recipe_ptr[:-1],
        recipe_last=processes.recipe_ptr[1:],
        lock_first=processes.interlock_ptr[:-1],
        lock_last=processes.interlock_ptr[1:],
        draw_kw=_draw_kw(network),
        **{name: getattr(processes, name) for name in same},
    )
    return Tables(
        buses=bus_table,
        elements=buses.elements,
        stores=store_table,
        processes=process_table,
        recipe=_table(RECIPE, bus=processes.recipe_bus, rate=processes.recipe_rate),
        locks=_table(LOCK, bus=processes.interlock_bus, low=processes.interlock_low, high=processes.interlock_high),
        nodes=_table(NODE, **network.thermal._asdict()),
        powers=_table(
            POWER,
            bus=buses.power_bus,
            sun_series=buses.sun_series,
            serve_up_to=np.full(len(buses.power_bus), network.rules.serve_up_to[0]),
            critical=np.full(len(buses.power_bus), -1),
        ),
        assets=_table(ASSET, start=schedule.asset_start, end=schedule.asset_end),
        deliveries=_table(
            DELIVERY, step=schedule.delivery_step, bus=schedule.delivery_bus, amount=schedule.delivery_amount
        ),
        serve_up_to=network.rules.serve_up_to,
        active=np.full((2, max(len(process_table), len(bus_table)) + 1), -1, np.int64),
        element_sums=np.zeros((2, buses.elements.shape[1])),
        clock=np.zeros(3, np.int64),
    )


def _table(kind: np.dtype[Any], **columns: NDArray[Any]) -> Table:
    table = np.zeros(len(next(iter(columns.values()))), kind)
    for name, values in columns.items():
        table[name] = values
    return table


def _draw_kw(network: Network) -> NDArray[np.float64]:
    """Electricity that one unit of activity of each process draws [kW]."""
    processes = network.processes
    draw = np.zeros(len(processes.asset))
    for p in range(len(draw)):
        for k in range(processes.recipe_ptr[p], processes.recipe_ptr[p + 1]):
            if processes.power[p] >= 0 and processes.recipe_bus[k] == network.buses.power_bus[processes.power[p]]:
                draw[p] = -processes.recipe_rate[k]
    return draw
