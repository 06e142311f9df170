"""Processes in the compiled kernel: what they want in a step, what they get of it, and what they move.

Nearly all processes are plain, and nothing holds them back in nearly every step: for them there is a short form of
the rule (``_run_plainly``), which gives up before it has done anything where that is not so.
"""

from __future__ import annotations

import numpy as np

from moonstation.station.compiling import inlined
from moonstation.station.flows import Lively, Truths, apply, beyond, draw_of, draws, material_limit
from moonstation.station.heat import Row, on_of, thermostat_activity, warm
from moonstation.station.lanes import any_of, bits_of, no, one_life, only_here, seldom, select, true_as
from moonstation.station.packed import (
    ALWAYS,
    FOLLOW,
    HOLD,
    PROPORTIONAL,
    SURPLUS,
    THERMOSTAT,
)
from moonstation.station.process_tables import DRAWING, GIVING, HEATING, MANIFOLD
from moonstation.station.rows import NOWHERE, Record, Table
from moonstation.station.tables import PROCESSES, Tables

#: A wish counts as served when less than this share of it is missing.
_SERVED = 1e-9


@inlined
def _able(process: Record) -> Lively:
    """What a process is able to: its limit, as far as it is sound [-]."""
    return process.able if one_life(process.able) or not process.able_alike else process.common_able


@inlined
def _moving(process: Record, amount: Lively) -> Lively:
    """Activity that moves an amount in a step on the bus that controls a process [-]."""
    rate = process.control_rate  # negative where it takes from the bus
    moves, activity = select(rate > 0.0, amount, select(rate < 0.0, -amount, 0.0)) > 0.0, 0.0 * amount
    if any_of(moves):
        only_here()
        activity = select(moves, amount / rate, 0.0)
    return activity


@inlined
def _lacking(process: Record, bus: Record) -> Lively:
    """What the bus whose demand a process follows lacks: its loads as they last asked, and its stores."""
    return bus.asked - bus.produced - beyond(bus, on_of(process))


@inlined
def _controlled(process: Record, bus: Record, limit: Lively) -> Lively:
    """Activity that a process wants by the state of a bus, where its limit is above zero [-]."""
    if process.control == HOLD:
        missing = on_of(process) * bus.fill_capacity - bus.fill_amount - bus.pool
        return min(limit, _moving(process, missing))
    if process.control == FOLLOW:
        lacking = _lacking(process, bus)
        if process.passes:  # what is wanted beyond does not wait until stores have sunk to where they are kept
            lacking = max(lacking, min(bus.asked - bus.produced, 0.0)) + bus.wanted
        return min(limit, _moving(process, lacking))
    if process.control == PROPORTIONAL:
        return limit * min(bus.fill / on_of(process), 1.0)
    if process.control == SURPLUS:
        return select(bus.fill > on_of(process), limit, 0.0)
    if process.fills:
        start, stop = bus.fill < on_of(process), bus.fill > process.control_off
    else:  # drains
        start, stop = bus.fill > on_of(process), bus.fill < process.control_off
    running = start | ((process.hysteresis_on > 0.0) & no(stop))
    process.hysteresis_on = select(limit > 0.0, select(running, 1.0, 0.0), process.hysteresis_on)
    return select(running, limit, 0.0)


@inlined
def _wish(process: Record, buses: Table, nodes: Table, now: Row) -> Lively:
    """Activity that a process wants by its limit, series and control, before anything holds it back [-]."""
    limit = _able(process)
    if seldom(process.decays):
        limit *= process.worn
        process.worn *= process.keeps
    if process.series != NOWHERE:
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
        bus.wished += select(serves & (process.sound > 0.0), possible * draw_of(process), 0.0)
    made = bus.produced - max(bus.asked, bus.consumed - bus.sent) - bus.sent
    over = beyond(bus, process.reserve)
    activity = min(possible, max(made + min(over, 0.0), 0.0) / draw_of(process))
    if process.control == FOLLOW:
        lacks = min(possible, _moving(process, _lacking(process, tables.buses[process.control_index])))
        activity = max(activity, min(lacks, max(made + over, 0.0) / draw_of(process)))
    return activity


@inlined
def _allowed(process: Record, locks: Table, buses: Table, nodes: Table) -> Truths:
    """Whether neither a temperature nor an interlock forbids a process."""
    may = true_as(process.able)
    if not process.bound:
        return may
    if process.work_node != NOWHERE:
        node = nodes[process.work_node]
        if not node.calm:
            may &= (node.work_min_k <= node.temperature) & (node.temperature <= node.work_max_k)
    k = np.uint64(process.lock_first)
    while k < process.lock_last:
        only_here()
        fill = buses[locks[k].bus].fill
        may &= (locks[k].low <= fill) & (fill <= locks[k].high)
        k += np.uint64(1)
    return may


@inlined
def _note_critical(power: Record, possible: Lively, activity: Lively) -> None:
    """Keep that a bus has critical loads (1), and whether one of them got less than it could use (0)."""
    there = (possible > 0.0) & (power.critical < 0.0)
    if seldom(there):
        power.critical = select(there, 1.0, power.critical)
    if seldom(activity < possible):
        short = activity < possible * (1.0 - _SERVED)
        power.critical = select(short, 0.0, power.critical)


@inlined
def _powered(tables: Tables, process: Record, serves: Truths, possible: Lively) -> Lively:
    """Activity for which there is electricity; notes whether critical loads were served."""
    bus, activity = tables.buses[process.power_bus], possible
    if seldom(no(serves)):
        only_here()
        activity = select(serves, possible, 0.0)
    free = bus.pool + bus.offer
    lacks = activity * draw_of(process) > free
    if seldom(lacks):
        only_here()
        activity = select(lacks, max(free, 0.0) / draw_of(process), activity)
    if process.critical:
        _note_critical(tables.powers[process.power], possible, activity)
    return activity


@inlined
def _serve(tables: Tables, process: Record, asks: Truths, serves: Truths, wish: Lively) -> Lively:
    """Activity that a process gets of its wish, where it asks; books what was shed [-]."""
    possible, least = wish, wish
    if process.limited:
        possible = material_limit(process, tables, wish)
    gets = asks & (possible > 0.0)
    if seldom(process.partial):
        least = process.min_fraction * wish
        gets &= no(possible < least)
    if seldom(no(gets)):
        only_here()
        possible = select(gets, possible, 0.0)
    if process.power == NOWHERE or not any_of(gets):
        return possible
    activity = _powered(tables, process, serves, possible)
    if seldom(process.partial):
        activity = select(activity < least, 0.0, activity)
    if not process.sparing and seldom(activity < possible):
        tables.powers[process.power].shed += (possible - activity) * draw_of(process)
    return activity


@inlined
def _count_ready(process: Record, ready: Truths) -> None:
    """Count a step in which a process could not run in some life: all others count by themselves."""
    if seldom(no(ready)):
        process.unready_steps += 1
        process.ready_sum += select(ready, process.offers, 0.0)


@inlined
def _feed(process: Record) -> None:
    """Nothing starves any more."""
    if seldom(process.starves):
        process.starves = False
        process.starved = 0.0
        process.manner = process.plain_manner


@inlined
def _starve(process: Record, wish: Lively, activity: Lively) -> bool:
    """Count a step in which a process gets less than it wishes; True when it has starved for too long in any life."""
    hungry = activity < wish * (1.0 - _SERVED)
    if not any_of(hungry):
        _feed(process)
        return False
    process.shortfall_sum += select(hungry, wish - activity, 0.0)
    process.starves = True
    process.manner = MANIFOLD  # the short forms know nothing of starving
    process.starved = select(hungry, process.starved + 1.0, 0.0)
    return any_of(process.starved >= process.starve_limit)


@inlined
def _run_process(tables: Tables, process: Record, now: Row, may_fail: bool) -> bool:
    """A process's part of a step; returns True when it has starved for too long in any life."""
    may = _allowed(process, tables.locks, tables.buses, tables.nodes)
    serves = may
    if process.power != NOWHERE:
        serves = process.priority <= tables.powers[process.power].serve_up_to
    _count_ready(process, may & serves)
    wish = _wish(process, tables.buses, tables.nodes, now)
    if seldom(process.sparing) and any_of(wish > 0.0):
        wish = _from_surplus(tables, process, may & serves, wish)
    if may_fail:
        process.tried = bits_of(may & serves & (wish > 0.0))
        process.blocked = bits_of(no(may))
        if not process.everywhere:
            wish = select(process.sound > 0.0, wish, 0.0)
    wants = wish > 0.0
    if not any_of(wants):
        _feed(process)
        return False
    asks, activity = wants & may, select(wants, 0.0, 0.0)
    if any_of(asks):
        activity = _serve(tables, process, asks, serves, wish)
        if any_of(activity > 0.0):
            apply(process, MANIFOLD, tables, activity)
            warm(process, tables.nodes, activity, process.control == THERMOSTAT)
            process.activity_sum += activity
    if seldom(activity < wish):
        return _starve(process, wish, activity)
    _feed(process)
    return False


@inlined
def _plain_wish(process: Record, manner: int, tables: Tables, now: Row) -> Lively:
    """What a process of a plain manner wants: see ``_wish`` [-]."""
    limit = _able(process)
    if process.series != NOWHERE:
        limit *= now[process.series]
    if manner == HEATING and any_of(limit > 0.0):
        limit = min(limit, thermostat_activity(tables.nodes, process))
    return max(limit, 0.0)


@inlined
def _run_plainly(  # noqa: PLR0913, PLR0917
    tables: Tables, process: Record, manner: int, now: Row, may_fail: bool
) -> bool:
    """The same for a process of a plain manner that nothing holds back: nearly all of them, in nearly every step.

    manner : written out where this is called, so that what other manners need is not compiled

    False where something does hold it back in any life; then nothing has been done.
    """
    may = _allowed(process, tables.locks, tables.buses, tables.nodes)
    ready, wish, tried = may, _plain_wish(process, manner, tables, now), 0
    if draws(process, manner):
        ready = may & (process.priority <= tables.powers[process.power].serve_up_to)
    if may_fail:
        tried = bits_of(ready & (wish > 0.0))
        if not process.everywhere:
            wish = select(process.sound > 0.0, wish, 0.0)
    wants = wish > 0.0
    if any_of(wants):
        if seldom(wants & no(ready)):
            return False
        if draws(process, manner):
            bus = tables.buses[process.power_bus]
            if seldom(wish * draw_of(process) > bus.pool + bus.offer):
                return False
            if process.critical:
                _note_critical(tables.powers[process.power], wish, wish)
        apply(process, manner, tables, wish)
        warm(process, tables.nodes, wish, manner == HEATING)
        process.activity_sum += wish
    _count_ready(process, ready)
    if may_fail:
        process.tried = tried
        process.blocked = bits_of(no(may))
    return True


@inlined
def run_processes(tables: Tables, now: Row, may_fail: bool) -> bool:
    """Serve all processes in order; returns True when one has starved for too long in any life."""
    starved = False
    for place in range(tables.counts[PROCESSES]):
        process = tables.processes[tables.live_processes[place]]
        done, manner = False, process.manner
        if manner == DRAWING:
            done = _run_plainly(tables, process, DRAWING, now, may_fail)
        elif manner == GIVING:
            done = _run_plainly(tables, process, GIVING, now, may_fail)
        elif manner == HEATING:
            done = _run_plainly(tables, process, HEATING, now, may_fail)
        if not done and _run_process(tables, process, now, may_fail):
            starved = True
    return starved
