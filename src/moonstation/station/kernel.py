"""The station kernel: lives side by side, fixed step, compiled. The same rules in plain Python: ``reference.py``.

The order within a step is stated in docs/models/kernel.md. Nothing is random here and sums run in a fixed order, and
every life is rounded as it would be alone, so a run is the same bit for bit whatever runs beside it and on how many
threads. What all lives have in common (structure, controls, series) is branched on; what may differ is chosen by masks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moonstation.station.attending import attend
from moonstation.station.compiling import compiled, inlined, mark_of
from moonstation.station.fault_tables import FaultTables
from moonstation.station.flows import (
    Lively,
    Truths,
    apply,
    beyond,
    close_ledger,
    material_limit,
    note_spills,
    settle,
    take_stock,
    write_ledger,
)
from moonstation.station.heat import Row, heat_residual, open_heat, solve_heat, thermostat_activity, warm
from moonstation.station.landings import come_and_go
from moonstation.station.lanes import all_of, any_of, in_lanes, no, only_here, select, true_as
from moonstation.station.lives import lose_assets, note, refresh_live
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
from moonstation.station.recording import note_critical, write_record
from moonstation.station.repairs import PARTS as RULES_PARTS
from moonstation.station.tables import NEXT_STEP, Record, Table, Tables, make_tables

#: A wish counts as served when less than this share of it is missing.
_SERVED = 1e-9
#: Files that the kernel is compiled from.
_PARTS = (
    *(*RULES_PARTS, "lanes", "stacking", "landing_tables", "tables", "lives", "flows", "heat", "landings", "attending"),
    *("recording", "kernel"),
)


@inlined
def _call_modes(tables: Tables, rules: Rules, now: Row, step: int) -> bool:
    """Mode that charge and Sun call for on every power bus; True when one changes in any life."""
    changed = False
    for e in range(len(tables.powers)):
        power = tables.powers[e]
        bus, sun, mode = tables.buses[power.bus], power.sun_series, power.mode
        charge = select(bus.usable_capacity > 0.0, bus.usable / bus.usable_capacity, 1.0)
        night = sun >= 0 and now[sun] < rules.dark_sun_below
        wanted = select(charge < rules.dark_charge_below, float(DARK) if night else float(NOMINAL), float(NOMINAL))
        survives = (charge < rules.survival_below) | ((mode >= float(SURVIVAL)) & (charge < rules.survival_exit))
        wanted = select(survives, float(SURVIVAL), wanted)
        safe = (charge < rules.safe_below) | ((mode == float(SAFE)) & (charge < rules.safe_exit))
        wanted = select(safe | (float(step) < power.safe_until), float(SAFE), wanted)
        milder = wanted < mode
        changes = (wanted > mode) | (milder & (power.timer >= power.recovery))
        power.wanted = select(changes, wanted, mode)
        power.timer = select(milder & no(changes), power.timer + 1.0, 0.0)
        changed |= any_of(changes)
    return changed


@inlined
def _change_modes(raw: Tables, log: Table, step: int) -> None:
    """Enter the modes that were called for, life by life."""
    for e in range(len(raw.powers)):
        power = raw.powers[e]
        for lane in range(log.shape[1]):
            if power.wanted[lane] != power.mode[lane]:
                power.mode[lane] = power.wanted[lane]
                power.serve_up_to[lane] = raw.serve_up_to[np.int64(power.wanted[lane])]
                note(log, lane, step, EV_MODE, e, power.wanted[lane])


@inlined
def _moving(process: Record, amount: Lively) -> Lively:
    """Activity that moves an amount in a step on the bus that controls a process [-]."""
    moves = process.control_rate != 0.0
    return max(select(moves, amount / process.control_rate, 0.0), 0.0)


@inlined
def _lacking(process: Record, bus: Record) -> Lively:
    """What the bus whose demand a process follows lacks: its loads as they last asked, and its stores."""
    return bus.asked - bus.produced - beyond(bus, process.control_on)


@inlined
def _controlled(process: Record, bus: Record, limit: Lively) -> Lively:
    """Activity that a process wants by the state of a bus, where its limit is above zero [-]."""
    if process.control == HOLD:
        missing = process.control_on * bus.fill_capacity - bus.fill_amount - bus.pool
        return min(limit, _moving(process, missing))
    if process.control == FOLLOW:
        lacking = _lacking(process, bus)
        if process.passes:  # what is wanted beyond does not wait until stores have sunk to where they are kept
            lacking = max(lacking, min(bus.asked - bus.produced, 0.0)) + bus.wanted
        return min(limit, _moving(process, lacking))
    if process.control == PROPORTIONAL:
        return limit * min(bus.fill / process.control_on, 1.0)
    if process.control == SURPLUS:
        return select(bus.fill > process.control_on, limit, 0.0)
    if process.fills:
        start, stop = bus.fill < process.control_on, bus.fill > process.control_off
    else:  # drains
        start, stop = bus.fill > process.control_on, bus.fill < process.control_off
    running = start | ((process.hysteresis_on > 0.0) & no(stop))
    process.hysteresis_on = select(limit > 0.0, select(running, 1.0, 0.0), process.hysteresis_on)
    return select(running, limit, 0.0)


@inlined
def _wish(process: Record, buses: Table, nodes: Table, now: Row) -> Lively:
    """Activity that a process wants by its limit, series and control, before anything holds it back [-]."""
    limit = process.able
    if process.decays:
        limit *= process.worn
        process.worn *= process.keeps
    if process.series >= 0:
        limit *= now[process.series]
    if process.control != ALWAYS and any_of(limit > 0.0):
        if process.control == THERMOSTAT:
            limit = min(limit, thermostat_activity(nodes, process))
        else:
            limit = _controlled(process, buses[process.control_index], limit)
    return max(limit, 0.0)


@inlined
def _from_surplus(tables: Tables, process: Record, serves: Truths, wish: Lively) -> Lively:
    """What of its wish the surplus of its bus allows a process [-]; notes for lines to it what it could have used."""
    bus, possible = tables.buses[process.power_bus], wish
    if process.limited:
        possible = material_limit(process, tables, wish)
    if process.passes:
        bus.wished += select(serves & (process.sound > 0.0), possible * process.draw, 0.0)
    made = bus.produced - max(bus.asked, bus.consumed - bus.sent) - bus.sent
    over = beyond(bus, process.reserve)
    activity = min(possible, max(made + min(over, 0.0), 0.0) / process.draw)
    if process.control == FOLLOW:
        lacks = min(possible, _moving(process, _lacking(process, tables.buses[process.control_index])))
        activity = max(activity, min(lacks, max(made + over, 0.0) / process.draw))
    return activity


@inlined
def _allowed(process: Record, locks: Table, buses: Table, nodes: Table) -> Truths:
    """Whether neither a temperature nor an interlock forbids a process."""
    may = true_as(process.able)
    if not process.bound:
        return may
    if process.work_node >= 0:
        node = nodes[process.work_node]
        may &= (node.work_min_k <= node.temperature) & (node.temperature <= node.work_max_k)
    for k in range(process.lock_first, process.lock_last):
        fill = buses[locks[k].bus].fill
        may &= (locks[k].low <= fill) & (fill <= locks[k].high)
    return may


@inlined
def _powered(
    tables: Tables, process: Record, critical_priority: float, serves: Truths, possible: Lively, least: Lively
) -> Lively:
    """Activity for which there is electricity; books what was shed and whether critical loads were served."""
    power, bus = tables.powers[process.power], tables.buses[process.power_bus]
    activity = possible
    if not all_of(serves):
        only_here()
        activity = select(serves, possible, 0.0)
    free = bus.pool + bus.offer
    lacks = activity * process.draw > free
    if any_of(lacks):
        only_here()
        activity = select(lacks, max(free, 0.0) / process.draw, activity)
    if process.priority <= critical_priority:
        short = activity < possible * (1.0 - _SERVED)
        critical = select(short | (power.critical == 0.0), 0.0, 1.0)
        power.critical = select(possible > 0.0, critical, power.critical)
    if process.partial:
        activity = select(activity < least, 0.0, activity)
    if not process.sparing and any_of(activity < possible):
        power.shed += (possible - activity) * process.draw
    return activity


@inlined
def _serve(
    tables: Tables, process: Record, critical_priority: float, asks: Truths, serves: Truths, wish: Lively
) -> Lively:
    """Activity that a process gets of its wish, where it asks [-]."""
    possible, least = wish, wish
    if process.limited:
        possible = material_limit(process, tables, wish)
    gets = asks & (possible > 0.0)
    if process.partial:
        least = process.min_fraction * wish
        gets &= no(possible < least)
    if not all_of(gets):
        only_here()
        possible = select(gets, possible, 0.0)
    if process.power >= 0 and any_of(gets):
        return _powered(tables, process, critical_priority, serves, possible, least)
    return possible


@inlined
def _count_ready(process: Record, ready: Truths) -> None:
    """Count a step in which a process could run, once for all lives where that is so in all."""
    if process.everywhere and all_of(ready):
        process.ready_steps += 1
    else:
        process.ready_sum += select(ready, process.offers, 0.0)


@inlined
def _feed(process: Record) -> None:
    """Nothing starves any more."""
    if process.starves:
        process.starves = False
        process.starved = 0.0


@inlined
def _run_process(tables: Tables, process: Record, critical_priority: float, now: Row, may_fail: bool) -> bool:
    """A process's part of a step; returns True when it has starved for too long in any life."""
    may = _allowed(process, tables.locks, tables.buses, tables.nodes)
    serves = may
    if process.power >= 0:
        serves = process.priority <= tables.powers[process.power].serve_up_to
    _count_ready(process, may & serves)
    wish = _wish(process, tables.buses, tables.nodes, now)
    if process.sparing and any_of(wish > 0.0):
        wish = _from_surplus(tables, process, may & serves, wish)
    if may_fail:
        process.tried = select(may & serves & (wish > 0.0), 1.0, 0.0)
        process.blocked = select(may, 0.0, 1.0)
        wish = select(process.sound > 0.0, wish, 0.0)
    wants = wish > 0.0
    if not any_of(wants):
        _feed(process)
        return False
    asks, activity = wants & may, select(wants, 0.0, 0.0)
    if any_of(asks):
        activity = _serve(tables, process, critical_priority, asks, serves, wish)
        if any_of(activity > 0.0):
            apply(process, tables, activity)
            warm(process, tables.nodes, activity, process.control == THERMOSTAT)
            process.activity_sum += activity
    hungry = activity < wish * (1.0 - _SERVED)
    if not any_of(hungry):
        _feed(process)
        return False
    process.shortfall_sum += select(hungry, wish - activity, 0.0)
    process.starves = True
    process.starved = select(hungry, process.starved + 1.0, 0.0)
    return any_of(process.starved >= process.starve_limit)


@inlined
def _run_processes(tables: Tables, critical_priority: float, now: Row, may_fail: bool) -> bool:
    """Serve all processes in order; returns True when one has starved for too long in any life."""
    starved = False
    for p in tables.live_processes:
        if p < 0:
            break
        starved |= _run_process(tables, tables.processes[p], critical_priority, now, may_fail)
    return starved


@inlined
def _book_power(tables: Tables, step: int) -> bool:
    """Book the step of every power bus; True when critical loads began or ceased to be served in any life."""
    changed = False
    for e in range(len(tables.powers)):
        power = tables.powers[e]
        bus = tables.buses[power.bus]
        power.supply_sum += bus.produced
        power.served_sum += bus.consumed
        power.shed_sum += power.shed
        bus.asked = max(bus.consumed + power.shed - bus.sent, 0.0)
        bus.wanted = bus.wished
        bus.sent = bus.wished = 0.0
        power.shed = 0.0
        power.severest = max(power.severest, power.mode)
        note_critical(power, step)
        short, told = power.critical == 0.0, power.unserved > 0.0
        changed |= any_of((short & no(told)) | (told & no(short)))
    return changed


@inlined
def _note_unserved(raw: Tables, log: Table, step: int) -> None:
    """Report power buses whose critical loads began or ceased to be served, life by life."""
    for e in range(len(raw.powers)):
        power = raw.powers[e]
        for lane in range(log.shape[1]):
            short = power.critical[lane] == 0.0
            if short != (power.unserved[lane] > 0.0):
                power.unserved[lane] = 1.0 if short else 0.0
                note(log, lane, step, EV_UNSERVED if short else EV_SERVED, e, 0.0)


@inlined
def _lose(raw: Tables, log: Table, step: int, step_h: float) -> bool:
    """Losses of all lives; True when there was one."""
    lost = False
    for lane in range(log.shape[1]):
        lost |= lose_assets(raw, log, lane, step, step_h)
    return lost


@inlined
def _run_step(  # noqa: PLR0913, PLR0917
    raw: Tables,
    tables: Tables,
    rules: Rules,
    now: Row,
    step_h: float,
    step: int,
    records: Records,
    faults: FaultTables | None,
) -> bool:
    """Everything that happens in one step; True when an asset was lost in it in any life.

    raw, tables : the same tables, life by life and in lanes
    """
    log, live, buses, stores, nodes = records.log, raw.live_buses, tables.buses, tables.stores, tables.nodes
    changed = come_and_go(raw, tables, log, now, step)
    open_heat(nodes, now)
    if _call_modes(tables, rules, now, step):
        _change_modes(raw, log, step)
    starved = _run_processes(tables, float(rules.critical_priority), now, faults is not None)
    node_out = solve_heat(nodes)
    worst = tables.worst[0]
    worst.heat = heat_residual(nodes, worst.heat)
    # after the temperatures, for it opens the stores for the next step by them
    if settle(buses, stores, nodes, live, changed):
        note_spills(raw, log, step)
    relief = _book_power(tables, step)
    if relief:
        _note_unserved(raw, log, step)
    for e in range(len(tables.powers)):
        tables.powers[e].critical = -1.0
    lost = _lose(raw, log, step, step_h) if changed or starved or node_out else False
    damaged = False
    if faults is not None:
        damaged = attend(raw, faults, step, changed or lost, relief)
    if lost or damaged:
        take_stock(buses, stores, nodes, live)
    close_ledger(tables, live, changed or lost or damaged)
    return lost


def _kernel_of(sources: int) -> Callable[..., int]:
    """The kernel, compiled or from disk; ``sources`` is the mark of the files that it must have been made of."""

    @compiled
    def run_lives(  # noqa: PLR0913, PLR0917 (compiled code takes arrays one by one)
        raw: Tables,
        rules: Rules,
        series: NDArray[np.float32],
        step_h: float,
        record_steps: int,
        total: int,
        records: Records,
        faults: FaultTables | None,
    ) -> int:
        tables = in_lanes(raw)
        for row in range(len(series)):
            step = raw.clock[NEXT_STEP]
            record = step // record_steps
            lost = _run_step(raw, tables, rules, series[row], step_h, step, records, faults)
            if (step + 1) % record_steps == 0 or step == total - 1:
                write_record(tables, records, record, step - record * record_steps + 1)
            if lost:
                refresh_live(raw)
            raw.clock[NEXT_STEP] = step + 1
        write_ledger(raw, records.ledger, records.residual)
        return sources

    return run_lives


#: Mark of the files from which the kernel is compiled.
SOURCES = mark_of(Path(__file__).parent / f"{name}.py" for name in _PARTS)
run_lives = _kernel_of(SOURCES)


def run_kernel(  # noqa: PLR0913, PLR0917 (as the compiled function takes them)
    tables: Tables,
    rules: Rules,
    series: NDArray[np.float32],
    step_h: float,
    record_steps: int,
    total: int,
    records: Records,
    faults: FaultTables | None = None,
) -> int:
    """Go on from where ``tables`` stand, a step of ``step_h`` hours for every row of ``series``; fills ``records``.

    series : (steps, n) float32, every series that a process, node or bus refers to by its column
    total : steps of the whole run, so that its last record is written though it be short
    records : with a last axis ``lane``, or without where the tables hold one life
    faults : what fails in each life and how it is mended; left out, nothing fails

    Returns the mark of the sources from which the kernel was compiled.
    """
    if records.activity.ndim == 2:  # noqa: PLR2004 (record, process)
        records = Records._make(array[..., np.newaxis] for array in records)
    if faults is not None:
        tables.processes["seeks"] = True
    return run_lives(tables, rules, series, step_h, record_steps, total, records, faults)


def run(  # noqa: PLR0913, PLR0917
    network: Network,
    series: NDArray[np.float32],
    step_h: float,
    record_steps: int,
    records: Records,
    faults: FaultTables | None = None,
) -> Tables:
    """Run the compiled kernel from an empty Moon over all rows of ``series``; returns the tables as they end."""
    tables = make_tables(network, step_h)
    run_kernel(tables, network.rules, series, step_h, record_steps, len(series), records, faults)
    return tables
