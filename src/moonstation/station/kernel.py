"""The station kernel: one member, fixed step, compiled. The same rules in plain Python: ``reference.py``.

The order within a step is stated in docs/models/kernel.md. Nothing is random here and sums run in a fixed order,
so a run is the same bit for bit whatever the machine's threads.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import compiled, inlined, mark_of
from moonstation.station.flows import apply, close_ledger, material_limit, note_spills, settle, take_stock
from moonstation.station.heat import (
    Row,
    heat_residual,
    open_heat,
    solve_heat,
    thermostat_activity,
    warm,
)
from moonstation.station.lives import change_assets, deliver, lose_assets, note, refresh_live
from moonstation.station.packed import (
    ALWAYS,
    DARK,
    EV_MODE,
    EV_SERVED,
    EV_UNSERVED,
    FOLLOW,
    HOLD,
    NOMINAL,
    PROPORTIONAL,
    SAFE,
    SURPLUS,
    SURVIVAL,
    THERMOSTAT,
    Network,
    Records,
    Rules,
)
from moonstation.station.tables import NEXT_CHANGE, NEXT_DELIVERY, NEXT_STEP, Record, Table, Tables, make_tables

#: A wish counts as served when less than this share of it is missing.
_SERVED = 1e-9
#: Files that the kernel is compiled from.
_PARTS = ("compiling", "packed", "tables", "lives", "flows", "heat", "kernel")


@inlined
def _set_modes(tables: Tables, rules: Rules, now: Row, log: Table, step: int) -> None:
    for e in range(len(tables.powers)):
        power = tables.powers[e]
        bus, sun = tables.buses[power.bus], power.sun_series
        charge = bus.usable / bus.usable_capacity if bus.usable_capacity > 0.0 else 1.0
        wanted = NOMINAL
        if sun >= 0 and now[sun] < rules.dark_sun_below and charge < rules.dark_charge_below:
            wanted = DARK
        if charge < rules.survival_below or (power.mode >= SURVIVAL and charge < rules.survival_exit):
            wanted = SURVIVAL
        if charge < rules.safe_below or (power.mode == SAFE and charge < rules.safe_exit):
            wanted = SAFE
        if wanted > power.mode or (wanted < power.mode and power.timer >= power.recovery):
            power.mode = wanted
            power.timer = 0
            power.serve_up_to = tables.serve_up_to[wanted]
            note(log, step, EV_MODE, e, float(wanted))
        else:
            power.timer = power.timer + 1 if wanted < power.mode else 0


@inlined
def _fill(bus: Record) -> float:
    """How full the stores of a bus were at the begin of the step, 0 where there are none."""
    return bus.fill_amount / bus.fill_capacity if bus.fill_capacity > 0.0 else 0.0


@inlined
def _held(process: Record, bus: Record) -> float:
    """Activity that brings a bus to its held level within the step [-]."""
    missing = process.control_on * bus.fill_capacity - bus.fill_amount - bus.pool
    return max(missing / process.control_rate, 0.0) if process.control_rate != 0.0 else 0.0


@inlined
def _lacked(process: Record, bus: Record) -> float:
    """Activity that gives a bus what it lacks: last asked for, not yet given, and missing in its stores [-]."""
    missing = bus.asked - bus.produced + (process.control_on * bus.fill_capacity - bus.fill_amount)
    return max(missing / process.control_rate, 0.0)


@inlined
def _wish(process: Record, buses: Table, nodes: Table, now: Row) -> float:
    """Activity that a process wants by its limit, series and control, before anything holds it back [-]."""
    limit = process.limit
    if process.decays:
        limit *= process.worn
        process.worn *= process.keeps
    if process.series >= 0:
        limit *= now[process.series]
    if limit <= 0.0 or process.control == ALWAYS:
        return max(limit, 0.0)
    if process.control == THERMOSTAT:
        return min(limit, thermostat_activity(nodes, process))
    return _controlled(process, buses[process.control_index], limit)


@inlined
def _controlled(process: Record, bus: Record, limit: float) -> float:
    """Activity that a process wants by the state of a bus [-]."""
    if process.control == HOLD:
        return min(limit, _held(process, bus))
    if process.control == FOLLOW:
        return min(limit, _lacked(process, bus))
    fill = _fill(bus)
    if process.control == PROPORTIONAL:
        return limit * min(fill / process.control_on, 1.0)
    if process.control == SURPLUS:
        return limit if fill > process.control_on else 0.0
    if process.control_on < process.control_off:  # fills
        start, stop = fill < process.control_on, fill > process.control_off
    else:  # drains
        start, stop = fill > process.control_on, fill < process.control_off
    process.hysteresis_on = start or (process.hysteresis_on and not stop)
    return limit if process.hysteresis_on else 0.0


@inlined
def _blocked(process: Record, locks: Table, buses: Table, nodes: Table) -> bool:
    """True while a temperature or an interlock forbids a process."""
    if process.work_node >= 0:
        node = nodes[process.work_node]
        if not node.work_min_k <= node.temperature <= node.work_max_k:
            return True
    for k in range(process.lock_first, process.lock_last):
        if not locks[k].low <= _fill(buses[locks[k].bus]) <= locks[k].high:
            return True
    return False


@inlined
def _powered(
    process: Record, bus: Record, power: Record, critical_priority: int, possible: float, wish: float
) -> float:
    """Activity for which there is electricity; books served and shed electricity and unserved critical loads."""
    activity = possible
    if process.priority > power.serve_up_to:
        activity = 0.0
    elif possible * process.draw > bus.pool + bus.offer:
        activity = max(bus.pool + bus.offer, 0.0) / process.draw
    short = activity < possible * (1.0 - _SERVED)
    if activity < process.min_fraction * wish:
        activity = 0.0
    power.served += activity * process.draw
    power.shed += (possible - activity) * process.draw
    if process.priority <= critical_priority:
        power.critical = 0 if short or power.critical == 0 else 1
    return activity


@inlined
def _serve(process: Record, recipe: Table, buses: Table, powers: Table, critical_priority: int, wish: float) -> float:
    """Activity that a process gets of its wish."""
    possible = material_limit(process, recipe, buses, wish)
    if possible < process.min_fraction * wish or possible <= 0.0:
        return 0.0
    if process.power < 0:
        return possible
    return _powered(process, buses[process.power_bus], powers[process.power], critical_priority, possible, wish)


@inlined
def _run_processes(tables: Tables, critical_priority: int, now: Row) -> bool:
    """Serve all processes in order; returns True when one has starved for too long."""
    processes, recipe, locks = tables.processes, tables.recipe, tables.locks
    buses, nodes, powers = tables.buses, tables.nodes, tables.powers
    starved = False
    for p in tables.live_processes:
        if p < 0:
            break
        process = processes[p]
        blocked = _blocked(process, locks, buses, nodes)
        if not blocked and (process.power < 0 or process.priority <= powers[process.power].serve_up_to):
            process.ready_sum += 1.0
        wish = _wish(process, buses, nodes, now)
        if wish <= 0.0:
            process.starved = 0
            continue
        activity = 0.0 if blocked else _serve(process, recipe, buses, powers, critical_priority, wish)
        if activity > 0.0:
            apply(process, recipe, buses, activity)
            warm(process, nodes, activity, process.control == THERMOSTAT)
            process.activity_sum += activity
        if activity < wish * (1.0 - _SERVED):
            process.shortfall_sum += wish - activity
            process.starved += 1
            starved |= process.starved >= process.starve_limit
        else:
            process.starved = 0
    return starved


@inlined
def _note_power(powers: Table, buses: Table, records: Records, log: Table, step: int) -> None:
    for e in range(len(powers)):
        power = powers[e]
        power.supply_sum += buses[power.bus].produced
        power.served_sum += power.served
        power.shed_sum += power.shed
        buses[power.bus].asked = power.served + power.shed
        power.served = power.shed = 0.0
        records.mode[step, e] = power.mode
        records.critical_served[step, e] = power.critical
        if (power.critical == 0) != power.unserved:
            power.unserved = power.critical == 0
            note(log, step, EV_UNSERVED if power.unserved else EV_SERVED, e, 0.0)
        power.critical = -1


@inlined
def _write_record(tables: Tables, records: Records, record: int, steps: int) -> None:
    for p in range(len(tables.processes)):
        process = tables.processes[p]
        if process.activity_sum > 0.0:
            records.activity[record, p] = process.activity_sum / steps
        if process.shortfall_sum > 0.0:
            records.shortfall[record, p] = process.shortfall_sum / steps
        if process.ready_sum > 0.0:
            records.ready[record, p] = process.ready_sum / steps
        process.activity_sum = process.shortfall_sum = process.ready_sum = 0.0
    for s in range(len(tables.stores)):
        records.amount[record, s] = tables.stores[s].amount
        records.capacity[record, s] = tables.stores[s].capacity
    for n in range(len(tables.nodes)):
        if tables.nodes[n].on:
            records.temperature_k[record, n] = tables.nodes[n].temperature
    for e in range(len(tables.powers)):
        power = tables.powers[e]
        records.power[record, e, 0] = power.supply_sum
        records.power[record, e, 1] = power.served_sum
        records.power[record, e, 2] = power.shed_sum
        records.power[record, e, 3] = tables.buses[power.bus].spilled_sum
        power.supply_sum = power.served_sum = power.shed_sum = 0.0
    for b in range(len(tables.buses)):
        records.spilled[record, b] = tables.buses[b].spilled_sum
        tables.buses[b].spilled_sum = 0.0


@inlined
def _run_step(tables: Tables, rules: Rules, now: Row, step_h: float, step: int, records: Records) -> bool:
    """Everything that happens in one step; True when an asset was lost in it."""
    log, residual, live = records.log, records.residual, tables.live_buses
    buses, stores, nodes, clock = tables.buses, tables.stores, tables.nodes, tables.clock
    changed = step >= clock[NEXT_CHANGE]
    if changed:
        clock[NEXT_CHANGE] = change_assets(tables, log, step)
    delivery = clock[NEXT_DELIVERY]
    clock[NEXT_DELIVERY] = deliver(tables, log, step, delivery)
    if changed or clock[NEXT_DELIVERY] > delivery:
        take_stock(buses, stores, nodes, live)
    open_heat(nodes, now)
    _set_modes(tables, rules, now, log, step)
    starved = _run_processes(tables, rules.critical_priority, now)
    node_out = solve_heat(nodes)
    residual[2] = heat_residual(nodes, residual[2])
    if settle(buses, stores, nodes, live):  # after the temperatures: it opens the stores for the next step by them
        note_spills(buses, log, step)
    _note_power(tables.powers, buses, records, log, step)
    lost = lose_assets(tables, log, step, step_h) if changed or starved or node_out else False
    if lost:
        take_stock(buses, stores, nodes, live)
    close_ledger(buses, tables.elements, tables.element_sums, live, records.ledger, residual)
    return lost


def _kernel_of(sources: int) -> Callable[[Tables, Rules, NDArray[np.float32], float, int, int, Records], int]:
    """The kernel, compiled or from disk; ``sources`` is the mark of the files that it must have been made of."""

    @compiled
    def run_kernel(  # noqa: PLR0913, PLR0917 (compiled code takes arrays one by one)
        tables: Tables,
        rules: Rules,
        series: NDArray[np.float32],
        step_h: float,
        record_steps: int,
        total: int,
        records: Records,
    ) -> int:
        """Go on from where ``tables`` stand, a step of ``step_h`` hours for every row of ``series``; fills ``records``.

        series : (steps, n) float32, every series that a process, node or bus refers to by its column
        total : steps of the whole run, so that its last record is written though it be short

        Returns the mark of the sources from which it was compiled.
        """
        for row in range(len(series)):
            step = tables.clock[NEXT_STEP]
            record = step // record_steps
            lost = _run_step(tables, rules, series[row], step_h, step, records)
            if (step + 1) % record_steps == 0 or step == total - 1:
                _write_record(tables, records, record, step - record * record_steps + 1)
            if lost:
                refresh_live(tables)
            tables.clock[NEXT_STEP] = step + 1
        return sources

    return run_kernel


#: Mark of the files from which the kernel is compiled.
SOURCES = mark_of(Path(__file__).parent / f"{name}.py" for name in _PARTS)
run_kernel = _kernel_of(SOURCES)


def run(network: Network, series: NDArray[np.float32], step_h: float, record_steps: int, records: Records) -> Tables:
    """Run the compiled kernel from an empty Moon over all rows of ``series``; returns the tables as they end."""
    tables = make_tables(network, step_h)
    run_kernel(tables, network.rules, series, step_h, record_steps, len(series), records)
    return tables
