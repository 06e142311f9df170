"""Changes by schedule in the compiled kernel: what comes near its limit of life is changed before it fails.

Meters are read when a unit is tested. What would pass its limit before the next test waits for a spare and for hands,
and its unit works on until the work is done; then what the part serves is off for as long, or a resting unit works in
the place of its own.
"""

from __future__ import annotations

import numpy as np

from moonstation.station.compiling import called, inlined
from moonstation.station.fault_tables import (
    CHANGED,
    DUE,
    F_CHANGE,
    HEALTHY,
    LIMIT_H,
    LIMIT_KG,
    NO_HANDS_AT_ALL,
    NO_HANDS_FREE,
    NO_SPARE_LEFT,
    NONE,
    NOT_DUE,
    OFF,
    STANDS_BY,
    WORKS,
    FaultTables,
)
from moonstation.station.faults import begin_life, find_health, next_test, note_fault, renew, resting, set_service
from moonstation.station.hands import (
    are_free,
    give_back,
    has_hands,
    hours_of,
    is_stocked,
    take_spare,
    wish_hands,
    work_on,
)
from moonstation.station.packed import NEVER
from moonstation.station.recovery import CREW, ROBOTS


@inlined
def _stocked(tables: FaultTables, lane: int, mode: int) -> bool:
    """Whether there is a spare, and those that are kept for repairs."""
    return tables.faults[mode, lane].reserved or is_stocked(tables, lane, mode, tables.rules[0].kept_spares)


@inlined
def _want_of(tables: FaultTables, lane: int, mode: int) -> int:
    """What a change waits for."""
    ladder, possible = tables.units[tables.modes[mode].unit].ladder, False
    for place in range(tables.ladders.shape[1]):
        rung = tables.ladders[ladder, place]
        possible |= rung in (ROBOTS, CREW) and has_hands(tables, lane, mode, rung)
    if not possible:
        return NO_HANDS_AT_ALL
    return NO_HANDS_FREE if _stocked(tables, lane, mode) else NO_SPARE_LEFT


@inlined
def _read_meter(tables: FaultTables, lane: int, step: int, mode: int) -> None:
    """Plan the change of what would pass its limit before the next test; tell of one that waits beyond it."""
    fault, rules = tables.faults[mode, lane], tables.rules[0]
    limit_h, limit_kg = tables.number[LIMIT_H, mode, lane], tables.number[LIMIT_KG, mode, lane]
    meter_kg = tables.meter_kg[mode, lane]
    age_h, kg = (step - fault.new_since) * rules.step_h, meter_kg - fault.new_kg
    next_kg, next_h = kg + (meter_kg - fault.read_kg), age_h + rules.test_every * rules.step_h
    fault.read_kg = meter_kg
    if fault.state != HEALTHY:
        return
    if fault.plan == DUE and not fault.overdue and (age_h >= limit_h or kg >= limit_kg):
        fault.overdue = True
        note_fault(tables, lane, step, F_CHANGE, mode, _want_of(tables, lane, mode), NONE)
    if fault.plan == NOT_DUE and (next_h > limit_h or next_kg > limit_kg):
        fault.plan = DUE
        fault.rung, fault.work = 0, -1.0
        here = tables.lanes[lane]
        tables.watch[here.watched, lane] = mode
        here.watched += 1


@called
def read_meters(tables: FaultTables, lane: int, step: int) -> None:
    """Read the meters of all units that are tested in this step, and find the step of the next readings."""
    here, every = tables.lanes[lane], tables.rules[0].test_every
    here.reading = NEVER
    for place in range(len(tables.limited) if tables.rules[0].changes else 0):
        mode = tables.limited[place]
        state = tables.unit_states[tables.modes[mode].unit, lane]
        if state.on:
            if step > state.landed and (step - state.landed) % every == 0:
                _read_meter(tables, lane, step, mode)
            here.reading = min(here.reading, next_test(tables, lane, step, mode))


@inlined
def _begin_change(tables: FaultTables, lane: int, step: int, mode: int) -> None:
    """Set a spare aside and begin, with the first hands of the ladder that are free."""
    fault, ladder = tables.faults[mode, lane], tables.units[tables.modes[mode].unit].ladder
    for place in range(tables.ladders.shape[1]):
        rung = tables.ladders[ladder, place]
        can = rung in (ROBOTS, CREW) and has_hands(tables, lane, mode, rung) and _stocked(tables, lane, mode)
        if can and fault.work < 0.0 and are_free(tables, lane, mode, rung):
            if tables.modes[mode].spare:
                take_spare(tables, lane, mode)
            fault.rung = place
            fault.work = hours_of(tables, lane, mode, rung)
            fault.until = step + tables.rules[0].patience


@called
def _finish_change(tables: FaultTables, lane: int, step: int, mode: int, rung: int) -> None:
    """It is as good as new; a resting unit works for its unit, or what it serves is off for as long as the work."""
    fault, unit = tables.faults[mode, lane], tables.modes[mode].unit
    fault.reserved = False
    fault.number += 1
    begin_life(tables, lane, step, mode)
    renew(tables, lane, step, mode)
    note_fault(tables, lane, step, F_CHANGE, mode, CHANGED, rung)
    other = resting(tables, lane, unit)
    if other >= 0 and tables.unit_states[unit, lane].service == WORKS:
        set_service(tables, lane, step, unit, STANDS_BY)
        set_service(tables, lane, step, other, WORKS)
        return
    steps = np.int64(np.ceil(hours_of(tables, lane, mode, rung) / tables.rules[0].step_h))
    fault.plan = OFF
    fault.until = step + steps
    find_health(tables, lane, step, unit)


@called
def go_on_changing(tables: FaultTables, lane: int, step: int, mode: int) -> None:
    """A step of a change: wait, work, or switch on again."""
    fault, unit = tables.faults[mode, lane], tables.modes[mode].unit
    if fault.plan == OFF:
        if step >= fault.until:
            fault.plan = NOT_DUE
            find_health(tables, lane, step, unit)
        return
    if fault.work < 0.0:
        _begin_change(tables, lane, step, mode)
    if fault.work < 0.0:
        return
    rung = tables.ladders[tables.units[unit].ladder, fault.rung]
    if work_on(tables, lane, step, mode, rung):
        _finish_change(tables, lane, step, mode, rung)
    elif step >= fault.until:
        give_back(tables, lane, mode)
        fault.work = -1.0


@inlined
def rest_of_change(tables: FaultTables, lane: int, step: int, mode: int) -> int:
    """The next step at which a change goes on without free hands."""
    fault, until = tables.faults[mode, lane], NEVER
    ladder = tables.units[tables.modes[mode].unit].ladder
    if fault.plan == OFF:
        until = fault.until
    elif fault.work >= 0.0:
        wish_hands(tables, lane, mode, tables.ladders[ladder, fault.rung])
        until = fault.until
    elif _stocked(tables, lane, mode):
        for place in range(tables.ladders.shape[1]):
            rung = tables.ladders[ladder, place]
            if rung in (ROBOTS, CREW):
                wish_hands(tables, lane, mode, rung)
    return max(until, step + 1)
