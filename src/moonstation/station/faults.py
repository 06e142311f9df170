"""Failures in the compiled kernel, one life at a time: when they come, how they show, what they do to a unit.

What is done about them stands in ``repairs.py``, what before they come in ``changes.py``. The same rules in plain
Python: ``fault_reference.py``. When the kernel calls which of them stands in ``attending.py``.
"""

from __future__ import annotations

import numpy as np

from moonstation.station.compiling import called, inlined
from moonstation.station.draws import draw, life_h
from moonstation.station.fault_tables import (
    BLOCKED,
    BY_AGE,
    BY_BROWN_OUT,
    BY_CHECK,
    BY_LANDING,
    BY_LIMIT,
    BY_RESIDUAL,
    BY_SOLAR_EVENT,
    BY_TEST,
    CLEARS,
    DUE,
    F_CLEARED,
    F_DETECTED,
    F_FAILED,
    F_REPLACED,
    F_SOLAR_EVENT,
    FOR_CAUSE,
    FOR_CLEARING,
    FOR_LIFE,
    GIVEN_UP,
    GONE,
    HEALTHY,
    HIDDEN,
    KNOWN,
    LIFE,
    LIFE_KG,
    NONE,
    NOT_DUE,
    OFF,
    ON_BROWN_OUT,
    ON_LANDING,
    ON_SOLAR,
    OUT,
    REMAINING,
    SHAPE,
    STANDS_BY,
    TRIED,
    WORKS,
    FaultTables,
    Record,
)
from moonstation.station.hands import give_back
from moonstation.station.packed import NEVER

#: Name of the draws of what strikes the whole station.
_STATION = np.uint64(0)
_FAR = 1e15  # steps, kilograms: beyond any run
_SAFELY = 1.0 - 1e-9  # of the steps until a meter can stand somewhere: their rounding


@inlined
def note_fault(tables: FaultTables, lane: int, step: int, code: int, mode: int, why: int, rung: int) -> None:
    """Append one event to the log of a life; beyond the room only the count goes on."""
    here = tables.lanes[lane]
    if here.count < tables.log.shape[1]:
        row = tables.log[lane, here.count]
        row.step = step
        row.code = code
        row.mode = mode
        row.unit = tables.modes[mode].unit if mode >= 0 else -1
        row.why = why
        row.rung = rung
        row.value = 0.0
    here.count += 1


@called
def chance(tables: FaultTables, lane: int, mode: int, purpose: int, number: int) -> float:
    """Random number in [0, 1) of a mode in a life."""
    thing = tables.modes[mode].hash
    seed = tables.rules[0].seed
    return draw(tables.lanes[lane].member, thing, np.uint64(purpose), np.uint64(number), seed)


@inlined
def _plan_due(fault: Record) -> None:
    """The step at which a mode fails when its unit goes on as it is."""
    fault.due = NEVER
    if fault.rate > 0.0 and fault.left / fault.rate < _FAR:
        fault.due = fault.since + max(np.int64(np.ceil(fault.left / fault.rate)), np.int64(1))


@inlined
def _plan_look(tables: FaultTables, lane: int, step: int, mode: int) -> None:
    """The first step at which a life by work can be over."""
    fault = tables.faults[mode, lane]
    steps = (fault.end_kg - tables.meter_kg[mode, lane]) / tables.full_kg[mode, lane]
    fault.due = step + max(np.int64(np.floor(min(steps, _FAR) * _SAFELY)), np.int64(1))


@called
def begin_life(tables: FaultTables, lane: int, step: int, mode: int) -> None:
    """A mode is as good as new."""
    fault, unit = tables.faults[mode, lane], tables.unit_states[tables.modes[mode].unit, lane]
    share = chance(tables, lane, mode, FOR_LIFE, fault.number)
    hours = life_h(share, tables.number[LIFE, mode, lane], tables.number[SHAPE, mode, lane])
    kg = life_h(share, tables.number[LIFE_KG, mode, lane], tables.number[SHAPE, mode, lane])
    fault.state = HEALTHY
    fault.end_kg = tables.meter_kg[mode, lane] + kg if kg < _FAR else -1.0
    fault.left = np.ceil(hours / tables.rules[0].step_h)
    fault.since = step
    fault.rate = 1.0 if unit.service == WORKS else tables.dormancy[lane]
    if fault.end_kg >= 0.0:
        _plan_look(tables, lane, step, mode)
    else:
        _plan_due(fault)
    tables.lanes[lane].stale = True


@inlined
def renew(tables: FaultTables, lane: int, step: int, mode: int) -> None:
    """What a mode is about is new: its limit of life is far again."""
    fault = tables.faults[mode, lane]
    fault.plan = NOT_DUE
    fault.overdue = False
    fault.new_since = step
    fault.new_kg = fault.read_kg = tables.meter_kg[mode, lane]


@inlined
def _drop_plan(tables: FaultTables, lane: int, mode: int) -> None:
    """Do not change by schedule what is being, or is to be, changed."""
    if tables.faults[mode, lane].plan == DUE:
        give_back(tables, lane, mode)
    tables.faults[mode, lane].plan = NOT_DUE


@called
def set_service(tables: FaultTables, lane: int, step: int, unit: int, service: int) -> None:
    """Put a unit to work, to rest or out; resting it ages more slowly."""
    state, given = tables.unit_states[unit, lane], tables.units[unit]
    state.service = service
    for m in range(given.modes_first, given.modes_last):
        fault = tables.faults[m, lane]
        if fault.state == HEALTHY and fault.end_kg < 0.0:
            fault.left = max(fault.left - (step - fault.since) * fault.rate, 0.0)
            fault.since = step
            fault.rate = 1.0 if service == WORKS else tables.dormancy[lane]
            _plan_due(fault)
    tables.lanes[lane].stale = True
    find_health(tables, lane, step, unit)


@called
def find_health(tables: FaultTables, lane: int, step: int, unit: int) -> None:
    """What every part of a unit can still do, by its service and by all that has failed in it."""
    state, given = tables.unit_states[unit, lane], tables.units[unit]
    works = state.service == WORKS and step >= state.off_until
    for place in range(given.parts_first, given.parts_last):
        tables.health[tables.unit_parts[place], lane] = 1.0 if works or tables.keeps[place] else 0.0
    for m in range(given.modes_first, given.modes_last):
        fault, mode = tables.faults[m, lane], tables.modes[m]
        if fault.state in (HIDDEN, KNOWN, GIVEN_UP):
            for place in range(mode.first, mode.last):
                tables.health[tables.mode_parts[place], lane] *= tables.number[REMAINING, m, lane]
        if fault.plan == OFF:
            for place in range(mode.first, mode.last):
                if tables.stops[place]:
                    tables.health[tables.mode_parts[place], lane] = 0.0
    tables.touched[lane, unit] = True
    tables.lanes[lane].changed = True


@called
def fail(tables: FaultTables, lane: int, step: int, mode: int, why: int) -> None:
    """A mode of a live unit comes about, and nobody knows."""
    fault, unit = tables.faults[mode, lane], tables.modes[mode].unit
    if fault.state != HEALTHY or not tables.unit_states[unit, lane].on:
        return
    fault.state = HIDDEN
    fault.due = NEVER
    fault.clears = NEVER
    mean_h = tables.number[CLEARS, mode, lane]
    if mean_h < _FAR:
        hours = life_h(chance(tables, lane, mode, FOR_CLEARING, fault.number), mean_h, 1.0)
        fault.clears = step + max(np.int64(np.ceil(hours / tables.rules[0].step_h)), np.int64(1))
    fault.number += 1
    if fault.plan == NOT_DUE:
        here = tables.lanes[lane]
        tables.watch[here.watched, lane] = mode
        here.watched += 1
    _drop_plan(tables, lane, mode)  # mending it does more
    fault.timer = fault.alarm = fault.until = 0
    fault.rung = 0
    fault.told = fault.ready = -1
    fault.tries = 0
    fault.work = -1.0
    tables.lanes[lane].stale = True
    note_fault(tables, lane, step, F_FAILED, mode, why, NONE)
    find_health(tables, lane, step, unit)


@called
def fill_group(tables: FaultTables, lane: int, step: int, group: int) -> int:
    """Put resting units of a group to work until there are as many as needed; returns the last, -1 none."""
    given, working, found = tables.groups[group], 0, NONE
    for place in range(given.first, given.last):
        state = tables.unit_states[tables.group_units[place], lane]
        working += 1 if state.on and state.service == WORKS else 0
    for place in range(given.first, given.last):
        unit = tables.group_units[place]
        state = tables.unit_states[unit, lane]
        if working < given.needed and state.on and state.service == STANDS_BY:
            set_service(tables, lane, step, unit, WORKS)
            working += 1
            found = unit
    return found


@inlined
def resting(tables: FaultTables, lane: int, unit: int) -> int:
    """The first resting unit of a unit's group, -1 none."""
    group, found = tables.groups[tables.units[unit].group], NONE
    for place in range(group.first, group.last):
        state = tables.unit_states[tables.group_units[place], lane]
        if found < 0 and state.on and state.service == STANDS_BY:
            found = tables.group_units[place]
    return found


@called
def is_wanted(tables: FaultTables, lane: int, unit: int) -> bool:
    """Whether fewer units of a group work than are needed, one of them aside."""
    given, working = tables.groups[tables.units[unit].group], 0
    for place in range(given.first, given.last):
        other = tables.group_units[place]
        state = tables.unit_states[other, lane]
        working += 1 if other != unit and state.on and state.service == WORKS else 0
    return working < given.needed


@called
def _follow_lives(tables: FaultTables, lane: int, step: int) -> None:
    """Begin with units that landed, end with those that are gone, and let others take their place."""
    for unit in range(len(tables.units)):
        state, given = tables.unit_states[unit, lane], tables.units[unit]
        if tables.alive[unit, lane] and not state.on:
            state.on = True
            state.landed = step
            tables.stock[given.pool, lane] += given.spares
            for m in range(given.modes_first, given.modes_last):
                begin_life(tables, lane, step, m)
                renew(tables, lane, step, m)
            set_service(tables, lane, step, unit, WORKS if is_wanted(tables, lane, unit) else STANDS_BY)
    for unit in range(len(tables.units)):
        state, given = tables.unit_states[unit, lane], tables.units[unit]
        if state.on and not tables.alive[unit, lane]:
            state.on = False
            state.service = OUT
            for m in range(given.modes_first, given.modes_last):
                _drop_plan(tables, lane, m)
                tables.faults[m, lane].state = GONE
                tables.faults[m, lane].due = NEVER
            other = fill_group(tables, lane, step, given.group)
            if other >= 0:
                note_fault(tables, lane, step, F_REPLACED, NONE, other, NONE)
    tables.lanes[lane].lives_changed = False
    tables.lanes[lane].stale = True
    tables.lanes[lane].reading = step


@called
def _strike(
    tables: FaultTables, lane: int, step: int, number: int, why: int, site: int, power: int, event: int
) -> None:
    """A common cause strikes the units of a site (or all, -1) on an electricity bus (or any, -1)."""
    for m in range(len(tables.modes)):
        probability, unit = tables.number[number, m, lane], tables.units[tables.modes[m].unit]
        here = (site < 0 or unit.site == site) and (power < 0 or unit.power == power)
        stood = tables.unit_states[tables.modes[m].unit, lane].landed < step
        if probability > 0.0 and here and stood and tables.faults[m, lane].state == HEALTHY:
            event_number = event * 4 + why
            if chance(tables, lane, m, FOR_CAUSE, event_number) < probability:
                fail(tables, lane, step, m, why)


@inlined
def _plan_solar_event(tables: FaultTables, lane: int, step: int) -> None:
    here = tables.lanes[lane]
    here.solar_number += 1
    number, seed = np.uint64(here.solar_number), tables.rules[0].seed
    share = draw(here.member, _STATION, np.uint64(FOR_LIFE), number, seed)
    steps = life_h(share, tables.solar_interval_h[lane], 1.0) / tables.rules[0].step_h
    here.solar_due = step + max(np.int64(np.ceil(steps)), np.int64(1)) if steps < _FAR else NEVER


@called
def _strike_together(tables: FaultTables, lane: int, step: int) -> None:
    """Solar events, landings and brown-outs of this step."""
    here = tables.lanes[lane]
    if here.solar_number < 0:
        _plan_solar_event(tables, lane, step)
    if step >= here.solar_due:
        note_fault(tables, lane, step, F_SOLAR_EVENT, NONE, NONE, NONE)
        _strike(tables, lane, step, ON_SOLAR, BY_SOLAR_EVENT, NONE, NONE, here.solar_number)
        _plan_solar_event(tables, lane, step)
    while here.landing < len(tables.landings) and step >= tables.landings[here.landing].step:
        landing = tables.landings[here.landing]
        _strike(tables, lane, step, ON_LANDING, BY_LANDING, landing.site, NONE, landing.number)
        here.landing += 1
    for place in range(tables.gated[0], len(tables.landings)):
        landing = tables.landings[place]
        if tables.opened[landing.gate, lane] == step:
            _strike(tables, lane, step, ON_LANDING, BY_LANDING, landing.site, NONE, landing.number)
    for e in range(len(tables.brown)):
        if tables.unserved[e, lane] and not tables.brown[e, lane]:
            _strike(tables, lane, step, ON_BROWN_OUT, BY_BROWN_OUT, NONE, e, step)
        tables.brown[e, lane] = tables.unserved[e, lane]
    if step >= here.forced_step:
        here.forced_step = NEVER
        fail(tables, lane, step, here.forced_mode, BY_TEST)


@called
def clear(tables: FaultTables, lane: int, step: int, mode: int) -> None:
    """A fault is no more; its unit works again where it is wanted."""
    unit = tables.modes[mode].unit
    begin_life(tables, lane, step, mode)
    state, given, sound = tables.unit_states[unit, lane], tables.units[unit], True
    for m in range(given.modes_first, given.modes_last):
        sound &= tables.faults[m, lane].state != KNOWN and tables.faults[m, lane].state != GIVEN_UP
    if state.service == OUT and sound:
        set_service(tables, lane, step, unit, WORKS if is_wanted(tables, lane, unit) else STANDS_BY)
    else:
        find_health(tables, lane, step, unit)


@inlined
def _is_missed(tables: FaultTables, lane: int, mode: int) -> bool:
    """Whether what a fault takes shows where its unit tries to work."""
    given = tables.modes[mode]
    works = tables.unit_states[given.unit, lane].service == WORKS
    return works and not given.latent and 1.0 - tables.number[REMAINING, mode, lane] >= tables.rules[0].residual


@inlined
def count_evidence(tables: FaultTables, lane: int, mode: int) -> None:
    """Count the steps in which a hidden fault showed."""
    fault, given = tables.faults[mode, lane], tables.modes[mode]
    unit, tried, blocked = tables.units[given.unit], False, False
    for place in range(given.first, given.last):
        part = tables.mode_parts[place]
        tried |= part >= tables.processes[0] or (tables.seen[part, lane] & TRIED) != 0
    for place in range(unit.parts_first, unit.parts_last):
        part = tables.unit_parts[place]
        blocked |= part < tables.processes[0] and (tables.seen[part, lane] & BLOCKED) != 0
    if unit.power >= 0:
        blocked |= tables.unserved[unit.power, lane]
    if tried and _is_missed(tables, lane, mode):
        fault.timer += 1
    fault.alarm = fault.alarm + 1 if blocked else 0


@inlined
def may_be_found(tables: FaultTables, lane: int, mode: int) -> bool:
    """Whether one more step in which a hidden fault shows is enough to find it."""
    rules, fault = tables.rules[0], tables.faults[mode, lane]
    missed = fault.timer + 1 >= rules.persistence and _is_missed(tables, lane, mode)
    return missed or fault.alarm + 1 >= rules.limit_persistence


@inlined
def next_test(tables: FaultTables, lane: int, step: int, mode: int) -> int:
    """The next step at which the unit of a mode is tested."""
    every, landed = tables.rules[0].test_every, tables.unit_states[tables.modes[mode].unit, lane].landed
    return landed + ((step - landed) // every + 1) * every


@inlined
def _evidence(tables: FaultTables, lane: int, step: int, mode: int) -> int:
    """What a hidden fault is found by in this step, -1 nothing yet."""
    rules, fault = tables.rules[0], tables.faults[mode, lane]
    count_evidence(tables, lane, mode)
    if fault.timer >= rules.persistence:
        return BY_RESIDUAL
    if fault.alarm >= rules.limit_persistence:
        return BY_LIMIT
    landed = tables.unit_states[tables.modes[mode].unit, lane].landed
    return BY_CHECK if step > landed and (step - landed) % rules.test_every == 0 else -1


@called
def _fail_due(tables: FaultTables, lane: int, step: int) -> None:
    """Modes whose life is over fail; faults that were given up and come and go may clear."""
    for m in range(len(tables.modes)):
        fault = tables.faults[m, lane]
        if step >= fault.due:
            if fault.state == GIVEN_UP:
                clear(tables, lane, step, m)
                note_fault(tables, lane, step, F_CLEARED, m, NONE, NONE)
            elif tables.meter_kg[m, lane] < fault.end_kg:
                _plan_look(tables, lane, step, m)
                tables.lanes[lane].stale = True
            else:
                fail(tables, lane, step, m, BY_AGE)


@called
def _plan_next(tables: FaultTables, lane: int, step: int) -> None:
    """The next step at which anything may fail in this life."""
    here = tables.lanes[lane]
    if here.stale:
        here.stale = False
        here.next = NEVER
        for m in range(len(tables.modes)):
            here.next = min(here.next, tables.faults[m, lane].due)
    due = min(here.next, here.solar_due, here.forced_step, here.reading, here.back)
    if here.landing < len(tables.landings):
        due = min(due, tables.landings[here.landing].step)
    if here.arrival < tables.gated[1]:
        due = min(due, tables.arrivals[here.arrival].step)
    here.due = due


@inlined
def watch_fault(tables: FaultTables, lane: int, step: int, mode: int) -> None:
    """Clear what clears by itself, find what is hidden."""
    fault = tables.faults[mode, lane]
    if step >= fault.clears:
        give_back(tables, lane, mode)
        clear(tables, lane, step, mode)
        note_fault(tables, lane, step, F_CLEARED, mode, NONE, NONE)
    elif fault.state == HIDDEN:
        evidence = _evidence(tables, lane, step, mode)
        if evidence >= 0:
            fault.state = KNOWN
            note_fault(tables, lane, step, F_DETECTED, mode, evidence, NONE)


@inlined
def _take_in_spares(tables: FaultTables, lane: int, step: int) -> None:
    """Spares that missions land in this step."""
    here = tables.lanes[lane]
    while here.arrival < tables.gated[1] and step >= tables.arrivals[here.arrival].step:
        tables.stock[tables.arrivals[here.arrival].pool, lane] += tables.arrivals[here.arrival].count
        here.arrival += 1
    for place in range(tables.gated[1], len(tables.arrivals)):
        arrival = tables.arrivals[place]
        if tables.opened[arrival.gate, lane] == step:
            tables.stock[arrival.pool, lane] += arrival.count


@called
def _switch_on(tables: FaultTables, lane: int, step: int) -> None:
    """Units whose reset is over work again, whatever has become of the fault for which it was."""
    here = tables.lanes[lane]
    here.back = NEVER
    for unit in range(len(tables.units)):
        state = tables.unit_states[unit, lane]
        if state.off_until > step:
            here.back = min(here.back, state.off_until)
        elif state.off_until > 0:
            state.off_until = 0
            if state.on:
                find_health(tables, lane, step, unit)


@called
def begin_step(tables: FaultTables, lane: int, step: int) -> None:
    """What comes about in this step, before anything is done about it."""
    if step >= tables.lanes[lane].back:
        _switch_on(tables, lane, step)
    if tables.lanes[lane].lives_changed:
        _follow_lives(tables, lane, step)
    _take_in_spares(tables, lane, step)
    _strike_together(tables, lane, step)
    if step >= tables.lanes[lane].next or tables.lanes[lane].stale:
        _fail_due(tables, lane, step)


@inlined
def end_step(tables: FaultTables, lane: int, step: int) -> None:
    """Forget what needs no watching any more, and plan what may fail next."""
    here, kept = tables.lanes[lane], 0
    for place in range(here.watched):
        mode = tables.watch[place, lane]
        fault = tables.faults[mode, lane]
        if fault.state in (HIDDEN, KNOWN) or fault.plan != NOT_DUE:
            tables.watch[kept, lane] = mode
            kept += 1
    here.watched = kept
    _plan_next(tables, lane, step)
