"""The station kernel: one member, fixed step, compiled. The same rules in plain Python: ``reference.py``.

The order within a step is stated in docs/models/kernel.md. Nothing is random here and sums run in a fixed order,
so a run is the same bit for bit whatever the machine's threads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import compiled
from moonstation.station.flows import (
    apply,
    charge_fraction,
    close_ledger,
    material_limit,
    note_spills,
    open_step,
    settle,
    stored_on,
    warm,
)
from moonstation.station.heat import Row, any_node_out, heat_residual, solve_heat, thermostat_activity
from moonstation.station.lives import change_assets, deliver, lose_assets, note, refresh_active
from moonstation.station.packed import (
    ALWAYS,
    DARK,
    EV_MODE,
    EV_SERVED,
    EV_UNSERVED,
    HOLD,
    NOMINAL,
    SAFE,
    SURPLUS,
    SURVIVAL,
    THERMOSTAT,
    Network,
    Records,
    Rules,
)
from moonstation.station.tables import Record, Table, Tables, make_tables

#: A wish counts as served when less than this share of it is missing.
_SERVED = 1e-9


@compiled
def _set_modes(tables: Tables, rules: Rules, now: Row, step_h: float, log: Table, step: int) -> None:
    for e in range(len(tables.powers)):
        power = tables.powers[e]
        charge = charge_fraction(tables.buses[power.bus], tables.stores)
        wanted, sun = NOMINAL, power.sun_series
        if sun >= 0 and now[sun] < rules.dark_sun_below and charge < rules.dark_charge_below:
            wanted = DARK
        if charge < rules.survival_below or (power.mode >= SURVIVAL and charge < rules.survival_exit):
            wanted = SURVIVAL
        if charge < rules.safe_below or (power.mode == SAFE and charge < rules.safe_exit):
            wanted = SAFE
        power.timer_h = power.timer_h + step_h if wanted < power.mode else 0.0
        if wanted > power.mode or (wanted < power.mode and power.timer_h >= rules.recovery_h):
            power.mode = wanted
            power.timer_h = 0.0
            power.serve_up_to = tables.serve_up_to[wanted]
            note(log, step, EV_MODE, e, wanted)


@compiled
def _fill(bus: Record) -> float:
    """How full the stores of a bus were at the begin of the step, 0 where there are none."""
    return bus.fill_amount / bus.fill_capacity if bus.fill_capacity > 0.0 else 0.0


@compiled
def _held(process: Record, recipe: Table, bus: Record, stored: float, step_h: float) -> float:
    """Activity that brings a bus to its held level within the step [-]."""
    for k in range(process.recipe_first, process.recipe_last):
        if recipe[k].bus == process.control_index:
            missing = process.control_on * bus.fill_capacity - stored - bus.pool
            return max(missing / (recipe[k].rate * step_h), 0.0)
    return 0.0


@compiled
def _wish(process: Record, recipe: Table, buses: Table, stores: Table, nodes: Table, now: Row, step_h: float) -> float:
    """Activity that a process wants by its limit, series and control, before anything holds it back [-]."""
    limit = process.limit
    if process.series >= 0:
        limit *= now[process.series]
    if limit <= 0.0 or process.control == ALWAYS:
        return max(limit, 0.0)
    if process.control == THERMOSTAT:
        return min(limit, thermostat_activity(nodes, process, now, step_h))
    bus = buses[process.control_index]
    if process.control == HOLD:
        return min(limit, _held(process, recipe, bus, stored_on(bus, stores), step_h))
    fill = _fill(bus)
    if process.control == SURPLUS:
        return limit if fill > process.control_on else 0.0
    if process.control_on < process.control_off:  # fills
        start, stop = fill < process.control_on, fill > process.control_off
    else:  # drains
        start, stop = fill > process.control_on, fill < process.control_off
    process.hysteresis_on = start or (process.hysteresis_on and not stop)
    return limit if process.hysteresis_on else 0.0


@compiled
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


@compiled
def _serve(
    process: Record, recipe: Table, buses: Table, powers: Table, critical_priority: int, wish: float, step_h: float
) -> float:
    """Activity that a process gets of its wish; books served and shed electricity and unserved critical loads."""
    least, e = process.min_fraction * wish, process.power
    power_bus = powers[e].bus if e >= 0 else -1
    possible = material_limit(process, recipe, buses, power_bus, wish, step_h)
    if possible < least or possible <= 0.0:
        return 0.0
    if e < 0:
        return possible
    power, bus, draw_kwh = powers[e], buses[power_bus], process.draw_kw * step_h
    activity = 0.0
    if process.priority <= power.serve_up_to:
        activity = min(possible, max(bus.pool + bus.offer, 0.0) / draw_kwh)
    short = activity < possible * (1.0 - _SERVED)
    if activity < least:
        activity = 0.0
    power.served += activity * draw_kwh
    power.shed += (possible - activity) * draw_kwh
    if process.priority <= critical_priority:
        power.critical = 0 if short or power.critical == 0 else 1
    return activity


@compiled
def _run_processes(tables: Tables, critical_priority: int, now: Row, step_h: float) -> bool:
    """Serve all processes in order; returns True when one has starved for too long."""
    processes, recipe, locks = tables.processes, tables.recipe, tables.locks
    buses, stores, nodes, powers = tables.buses, tables.stores, tables.nodes, tables.powers
    starved = False
    for p in tables.active[0]:
        if p < 0:
            break
        process = processes[p]
        blocked = _blocked(process, locks, buses, nodes)
        if not blocked and (process.power < 0 or process.priority <= powers[process.power].serve_up_to):
            process.ready_sum += 1.0
        wish = _wish(process, recipe, buses, stores, nodes, now, step_h)
        if wish <= 0.0:
            process.starved_h = 0.0
            continue
        activity = 0.0
        if not blocked:
            activity = _serve(process, recipe, buses, powers, critical_priority, wish, step_h)
        if activity > 0.0:
            apply(process, recipe, buses, stores, powers, activity * step_h)
            warm(process, nodes, activity)
            process.activity_sum += activity
        if activity < wish * (1.0 - _SERVED):
            process.shortfall_sum += wish - activity
            process.starved_h += step_h
            starved |= process.starved_h >= process.starve_limit_h
        else:
            process.starved_h = 0.0
    return starved


@compiled
def _open_heat(nodes: Table) -> None:
    for n in range(len(nodes)):
        nodes[n].heat = 0.0
        nodes[n].heat_control = 0.0


@compiled
def _close_heat(nodes: Table) -> None:
    for n in range(len(nodes)):
        nodes[n].heat_other = nodes[n].heat - nodes[n].heat_control


@compiled
def _note_power(powers: Table, records: Records, log: Table, step: int, record: int) -> None:
    for e in range(len(powers)):
        power = powers[e]
        records.power[record, e, 0] += power.supply
        records.power[record, e, 1] += power.served
        records.power[record, e, 2] += power.shed
        records.power[record, e, 3] += power.spilled
        power.supply = power.served = power.shed = power.spilled = 0.0
        records.mode[step, e] = power.mode
        records.critical_served[step, e] = power.critical
        if (power.critical == 0) != power.unserved:
            power.unserved = power.critical == 0
            note(log, step, EV_UNSERVED if power.unserved else EV_SERVED, e, 0.0)
        power.critical = -1


@compiled
def _write_record(tables: Tables, records: Records, record: int, steps: int) -> None:
    for p in range(len(tables.processes)):
        process = tables.processes[p]
        records.activity[record, p] = process.activity_sum / steps
        records.shortfall[record, p] = process.shortfall_sum / steps
        records.ready[record, p] = process.ready_sum / steps
        process.activity_sum = process.shortfall_sum = process.ready_sum = 0.0
    for s in range(len(tables.stores)):
        records.amount[record, s] = tables.stores[s].amount
        records.capacity[record, s] = tables.stores[s].capacity
    for n in range(len(tables.nodes)):
        if tables.nodes[n].on:
            records.temperature_k[record, n] = tables.nodes[n].temperature


@compiled
def run_kernel(  # noqa: PLR0913, PLR0917 (compiled code takes arrays one by one)
    tables: Tables,
    rules: Rules,
    series: NDArray[np.float32],
    step_h: float,
    record_steps: int,
    total: int,
    records: Records,
) -> None:
    """Go on from where ``tables`` stand, one step of ``step_h`` hours for every row of ``series``; fills ``records``.

    series : (steps, n) float32, every series that a process, node or bus refers to by its column
    total : steps of the whole run, so that its last record is written though it be short
    """
    log, residual, buses, stores, clock = records.log, records.residual, tables.buses, tables.stores, tables.clock
    for row in range(len(series)):
        step, now = clock[0], series[row]
        record = step // record_steps
        if step >= clock[1]:
            clock[1] = change_assets(tables, log, step)
        clock[2] = deliver(tables, log, step, clock[2])
        open_step(buses, stores, tables.active[1], step_h)
        _open_heat(tables.nodes)
        _set_modes(tables, rules, now, step_h, log, step)
        starved = _run_processes(tables, rules.critical_priority, now, step_h)
        _close_heat(tables.nodes)
        if settle(buses, stores, tables.powers, tables.active[1], records.spilled[record], step_h):
            note_spills(buses, log, step)
        solve_heat(tables.nodes, now, step_h)
        residual[2] = max(residual[2], heat_residual(tables.nodes, now, step_h))
        _note_power(tables.powers, records, log, step, record)
        lost = lose_assets(tables, log, step) if starved or any_node_out(tables.nodes) else False
        close_ledger(buses, stores, tables.elements, tables.element_sums, tables.active[1], records.ledger, residual)
        if (step + 1) % record_steps == 0 or step == total - 1:
            _write_record(tables, records, record, step - record * record_steps + 1)
        if lost:
            refresh_active(tables)
        clock[0] = step + 1


def run(network: Network, series: NDArray[np.float32], step_h: float, record_steps: int, records: Records) -> Tables:
    """Run the compiled kernel from an empty Moon over all rows of ``series``; returns the tables as they end."""
    tables = make_tables(network, step_h)
    run_kernel(tables, network.rules, series, step_h, record_steps, len(series), records)
    return tables
