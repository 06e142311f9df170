"""What is done about known faults in the compiled kernel: the ladder of recovery, step by step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from moonstation.station.changes import go_on_changing, read_meters, rest_of_change
from moonstation.station.compiling import called, compiled, inlined, mark_of
from moonstation.station.fault_tables import (
    ASKED_EARTH,
    BEGUN,
    DONE,
    F_STEP,
    FOR_RESET,
    FOR_SUBSYSTEM,
    GIVEN_UP,
    HIDDEN,
    KNOWN,
    LEFT,
    MENDED,
    NO_EFFECT,
    NO_SPARE,
    NOBODY_CAME,
    NOT_DUE,
    NOT_POSSIBLE,
    OUT,
    REMAINING,
    RESET_CHANCE,
    TRIED,
    WORKS,
    FaultTables,
)
from moonstation.station.faults import (
    begin_step,
    chance,
    clear,
    end_step,
    fill_group,
    find_health,
    next_test,
    note_fault,
    renew,
    resting,
    set_service,
    watch_fault,
)
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
from moonstation.station.recovery import CREW, RESET, ROBOTS, SAFE_MODE, SHED, SUBSYSTEM, SWITCH, WAIT

#: What comes next after a step of the ladder was looked at.
_STAY, _GO_ON, _OVER = range(3)


@inlined
def _carries(tables: FaultTables, lane: int, first: int, last: int) -> bool:
    """Whether all links of a way work, and the antennas on the Earth that they book."""
    for place in range(first, last):
        p = tables.links[place]
        if (tables.seen[p, lane] & TRIED) == 0 or tables.health[p, lane] <= 0.0:
            return False
    return True


@inlined
def has_contact(tables: FaultTables, lane: int, step: int, site: int) -> bool:
    """Whether the Earth can command a site: a way works in a window of commands, outside an imposed silence."""
    if tables.rules[0].silent_first <= step < tables.rules[0].silent_last:
        return False
    given, now = tables.sites[site], min(step, tables.way_open.shape[1] - 1)
    for way in range(given.ways_first, given.ways_last):
        if tables.way_open[way, now] and _carries(tables, lane, tables.ways[way].first, tables.ways[way].last):
            return True
    return False


@inlined
def _allowed(tables: FaultTables, lane: int, step: int, mode: int, rung: int) -> bool:
    """Whether a step may be taken now: at once where the station decides, else when Earth has decided."""
    fault = tables.faults[mode, lane]
    if not tables.asks_earth[rung]:
        return True
    if fault.ready < 0:
        if not has_contact(tables, lane, step, tables.units[tables.modes[mode].unit].site):
            return False
        fault.ready = step + tables.rules[0].ground
        note_fault(tables, lane, step, F_STEP, mode, ASKED_EARTH, rung)
    return step >= fault.ready


@called
def _mend(tables: FaultTables, lane: int, step: int, mode: int, rung: int) -> int:
    """The fault is mended: the unit is as good as new."""
    tables.faults[mode, lane].reserved = False
    clear(tables, lane, step, mode)
    if rung in (ROBOTS, CREW):
        renew(tables, lane, step, mode)
    note_fault(tables, lane, step, F_STEP, mode, MENDED, rung)
    return _OVER


@called
def _switch_off(tables: FaultTables, lane: int, step: int, mode: int, whole: bool) -> None:
    """Switch a unit off for a reset, or all of its family at its site; ``begin_step`` switches them on again."""
    here, own, until = tables.lanes[lane], tables.modes[mode].unit, tables.faults[mode, lane].until
    for unit in range(len(tables.units)):
        given, state = tables.units[unit], tables.unit_states[unit, lane]
        same = given.family == tables.units[own].family and given.site == tables.units[own].site
        if state.on and (unit == own or (whole and same)):
            state.off_until = max(state.off_until, until)
            here.back = min(here.back, state.off_until)
            find_health(tables, lane, step, unit)


@called
def _reset(tables: FaultTables, lane: int, step: int, mode: int, rung: int) -> int:
    """Switch off and on; of the whole subsystem where the step says so."""
    fault, rules, whole = tables.faults[mode, lane], tables.rules[0], rung == SUBSYSTEM
    if fault.until == 0:
        fault.until = step + rules.reset
        _switch_off(tables, lane, step, mode, whole)
        return _STAY
    if step < fault.until:
        return _STAY
    fault.until = 0
    fault.tries += 1
    number = fault.number * 256 + fault.tries
    purpose = FOR_SUBSYSTEM if whole else FOR_RESET
    if chance(tables, lane, mode, purpose, number) < tables.number[RESET_CHANCE, mode, lane]:
        return _mend(tables, lane, step, mode, rung)
    note_fault(tables, lane, step, F_STEP, mode, NO_EFFECT, rung)
    return _GO_ON if whole or fault.tries >= rules.max_resets else _STAY


@called
def _switch(tables: FaultTables, lane: int, step: int, mode: int) -> int:
    """Let a resting unit take over."""
    unit = tables.modes[mode].unit
    found = resting(tables, lane, unit)
    possible = found >= 0 and tables.unit_states[unit, lane].service == WORKS
    if possible:
        set_service(tables, lane, step, unit, OUT)
        set_service(tables, lane, step, found, WORKS)
    note_fault(tables, lane, step, F_STEP, mode, DONE if possible else NOT_POSSIBLE, SWITCH)
    return _GO_ON


@called
def _shed(tables: FaultTables, lane: int, step: int, mode: int) -> int:
    """Take a unit out of service that gives next to nothing."""
    unit = tables.modes[mode].unit
    useless = tables.number[REMAINING, mode, lane] < tables.rules[0].shed_below
    if useless and tables.unit_states[unit, lane].service != OUT:
        set_service(tables, lane, step, unit, OUT)
        note_fault(tables, lane, step, F_STEP, mode, DONE, SHED)
        fill_group(tables, lane, step, tables.units[unit].group)
    return _GO_ON


@inlined
def _to_safe_mode(tables: FaultTables, lane: int, step: int, mode: int) -> int:
    """The whole site saves what it has."""
    power = tables.units[tables.modes[mode].unit].power
    if power >= 0:
        until = step + tables.rules[0].safe_mode
        tables.safe_until[power, lane] = max(tables.safe_until[power, lane], until)
        tables.lanes[lane].changed = True
    note_fault(tables, lane, step, F_STEP, mode, DONE if power >= 0 else NOT_POSSIBLE, SAFE_MODE)
    return _GO_ON


@inlined
def _begin_repair(tables: FaultTables, lane: int, step: int, mode: int, rung: int) -> int:
    """Set a spare aside and begin, where the repair can be done at all."""
    fault = tables.faults[mode, lane]
    if not has_hands(tables, lane, mode, rung):
        note_fault(tables, lane, step, F_STEP, mode, NOT_POSSIBLE, rung)
        return _GO_ON
    if tables.modes[mode].spare and not fault.reserved:
        if not is_stocked(tables, lane, mode, 0):
            note_fault(tables, lane, step, F_STEP, mode, NO_SPARE, rung)
            return _GO_ON
        take_spare(tables, lane, mode)
    fault.work = hours_of(tables, lane, mode, rung)
    fault.until = step + tables.rules[0].patience
    note_fault(tables, lane, step, F_STEP, mode, BEGUN, rung)
    return _STAY


@called
def _repair(tables: FaultTables, lane: int, step: int, mode: int, rung: int) -> int:
    """Work on it, until it is mended or nobody has come for too long."""
    fault = tables.faults[mode, lane]
    if fault.work < 0.0 and _begin_repair(tables, lane, step, mode, rung) == _GO_ON:
        return _GO_ON
    if work_on(tables, lane, step, mode, rung):
        return _mend(tables, lane, step, mode, rung)
    if step < fault.until:
        return _STAY
    give_back(tables, lane, mode)
    note_fault(tables, lane, step, F_STEP, mode, NOBODY_CAME, rung)
    return _GO_ON


@inlined
def _wait(tables: FaultTables, lane: int, step: int, mode: int, ladder: int) -> int:
    """Wait for hands and a spare, then go back to the repair; not where nobody could ever do it."""
    fault, hope = tables.faults[mode, lane], False
    stocked = is_stocked(tables, lane, mode, 0)
    for place in range(fault.rung):
        rung = tables.ladders[ladder, place]
        if rung in (ROBOTS, CREW) and has_hands(tables, lane, mode, rung):
            hope = True
            if stocked and are_free(tables, lane, mode, rung):
                _go_to(tables, lane, mode, place)
                return _STAY
    if not hope:
        return _GO_ON
    if fault.told != fault.rung:
        fault.told = fault.rung
        note_fault(tables, lane, step, F_STEP, mode, BEGUN, WAIT)
    return _STAY


@inlined
def _go_to(tables: FaultTables, lane: int, mode: int, place: int) -> None:
    """Stand on another step of the ladder."""
    fault = tables.faults[mode, lane]
    fault.rung = place
    fault.tries = 0
    fault.until = 0
    fault.ready = -1
    fault.work = -1.0


@called
def _give_up(tables: FaultTables, lane: int, step: int, mode: int, rung: int) -> int:
    """Do without; what comes and goes may still clear."""
    fault = tables.faults[mode, lane]
    fault.state = GIVEN_UP
    fault.due = fault.clears
    tables.lanes[lane].stale = True
    give_back(tables, lane, mode)
    note_fault(tables, lane, step, F_STEP, mode, LEFT, rung)
    return _OVER


@inlined
def _take_step(tables: FaultTables, lane: int, step: int, mode: int, ladder: int) -> int:
    """Look at the step of the ladder on which a fault stands."""
    rung = tables.ladders[ladder, tables.faults[mode, lane].rung]
    after = _STAY
    if rung == WAIT:
        after = _wait(tables, lane, step, mode, ladder)
    elif rung < 0 or rung > WAIT:
        after = _give_up(tables, lane, step, mode, rung)
    elif _allowed(tables, lane, step, mode, rung):
        if rung in (RESET, SUBSYSTEM):
            after = _reset(tables, lane, step, mode, rung)
        elif rung == SWITCH:
            after = _switch(tables, lane, step, mode)
        elif rung == SHED:
            after = _shed(tables, lane, step, mode)
        elif rung == SAFE_MODE:
            after = _to_safe_mode(tables, lane, step, mode)
        else:
            after = _repair(tables, lane, step, mode, rung)
    return after


@inlined
def _climb(tables: FaultTables, lane: int, step: int, mode: int) -> None:
    """Go up the ladder as far as this step allows."""
    ladder = tables.units[tables.modes[mode].unit].ladder
    after = _GO_ON
    while after == _GO_ON:
        after = _take_step(tables, lane, step, mode, ladder)
        if after == _GO_ON:
            _go_to(tables, lane, mode, tables.faults[mode, lane].rung + 1)


@inlined
def _wish_any_hands(tables: FaultTables, lane: int, mode: int, ladder: int) -> None:
    """The same for every repair below the step of waiting, where there is a spare for it."""
    if is_stocked(tables, lane, mode, 0):
        for place in range(tables.faults[mode, lane].rung):
            rung = tables.ladders[ladder, place]
            if rung in (ROBOTS, CREW):
                wish_hands(tables, lane, mode, rung)


@inlined
def _rest(tables: FaultTables, lane: int, step: int, mode: int) -> int:
    """The next step at which a known fault goes on without free hands or contact; nothing comes of looking before."""
    fault, ladder = tables.faults[mode, lane], tables.units[tables.modes[mode].unit].ladder
    rung, until = tables.ladders[ladder, fault.rung], step + 1
    asks = 0 <= rung < WAIT and tables.asks_earth[rung]
    if rung == WAIT and fault.told == fault.rung:
        _wish_any_hands(tables, lane, mode, ladder)
        until = NEVER
    elif asks and fault.ready > step:
        until = fault.ready
    elif asks and fault.ready < 0:
        tables.asking[tables.units[tables.modes[mode].unit].site, lane] = True
        tables.lanes[lane].asks = True
        until = NEVER
    elif rung in (RESET, SUBSYSTEM):
        until = fault.until
    elif rung in (ROBOTS, CREW) and fault.work >= 0.0:
        wish_hands(tables, lane, mode, rung)
        until = fault.until
    return max(min(until, fault.clears), step + 1)


@inlined
def _plan_watch(tables: FaultTables, lane: int, step: int) -> None:
    """The next step at which this life needs a look, its watched faults included, and what else they wait for."""
    here = tables.lanes[lane]
    here.hides = here.waits = here.asks = False
    for slot in range(len(tables.hour_bus)):
        tables.wanted[slot, lane] = False
    for site in range(len(tables.sites)):
        tables.asking[site, lane] = False
    for place in range(here.watched):
        mode = tables.watch[place, lane]
        fault = tables.faults[mode, lane]
        if fault.state == KNOWN:
            here.due = min(here.due, _rest(tables, lane, step, mode))
        elif fault.state == HIDDEN:
            here.hides = True
            here.due = min(here.due, fault.clears, next_test(tables, lane, step, mode))
        if fault.plan != NOT_DUE:
            here.due = min(here.due, rest_of_change(tables, lane, step, mode))


@inlined
def _hands_offered(tables: FaultTables, lane: int) -> bool:
    """Whether hours of work are free for which something waits."""
    offered = False
    for slot in range(len(tables.hour_bus)):
        offered |= tables.wanted[slot, lane] and tables.offered[slot, lane] > 0.0
    return offered


@called
def mend_faults(tables: FaultTables, lane: int, step: int) -> None:
    """What is found and done in one step of one life after ``begin_step``; what it changes holds from the next on.

    Hands mend before they change by schedule.
    """
    here = tables.lanes[lane]
    if step >= here.reading:
        read_meters(tables, lane, step)
    for place in range(here.watched):
        mode = tables.watch[place, lane]
        if tables.faults[mode, lane].state in (HIDDEN, KNOWN):
            watch_fault(tables, lane, step, mode)
        if tables.faults[mode, lane].state == KNOWN:
            _climb(tables, lane, step, mode)
    for place in range(here.watched):
        mode = tables.watch[place, lane]
        if tables.faults[mode, lane].plan != NOT_DUE:
            go_on_changing(tables, lane, step, mode)
    end_step(tables, lane, step)
    _plan_watch(tables, lane, step)


def _runner_of(sources: int) -> Callable[[FaultTables, int, int], int]:
    """The rules for Python, compiled or from disk; ``sources`` is the mark of the files they must be made of."""

    @compiled
    def run_faults(tables: FaultTables, first: int, last: int) -> int:
        """Run all lives alone over steps ``first`` to ``last``, with what the kernel saw and offered kept as it is.

        Returns the mark of the sources from which it was compiled.
        """
        for lane in range(len(tables.lanes)):
            for step in range(first, last):
                here = tables.lanes[lane]
                if step >= here.due or here.hides or here.asks or _hands_offered(tables, lane):
                    tables.taken[:, lane] = 0.0
                    begin_step(tables, lane, step)
                    mend_faults(tables, lane, step)
        return sources

    return run_faults


#: Files that the rules are compiled from.
PARTS = ("compiling", "packed", "draws", "recovery", "fault_tables", "hands", "faults", "changes", "repairs")
run_faults = _runner_of(mark_of(Path(__file__).parent / f"{name}.py" for name in PARTS))
