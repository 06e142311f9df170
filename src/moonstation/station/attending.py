"""Where failures meet the kernel: what it saw of a step goes to the rules, and what they changed comes back.

Failures are rare, so they go life by life, in plain numbers: ``store.amount[lane]``.
"""

from __future__ import annotations

from moonstation.station.compiling import called, inlined
from moonstation.station.fault_tables import BLOCKED, HIDDEN, TRIED, FaultTables
from moonstation.station.faults import begin_step, count_evidence, may_be_found
from moonstation.station.lives import refresh_process
from moonstation.station.repairs import has_contact, mend_faults
from moonstation.station.rows import Record
from moonstation.station.tables import Tables


@inlined
def _damage(store: Record, bus: Record, lane: int, health: float) -> None:
    """Let a store hold so much of what it would hold when sound; what no longer fits is lost."""
    sound = store.capacity[lane] + store.broken[lane]
    store.broken[lane] = sound * (1.0 - health)
    store.capacity[lane] = sound - store.broken[lane]
    lost = max(store.amount[lane] - store.capacity[lane], 0.0)
    store.amount[lane] -= lost
    bus.lost[lane] += lost


@inlined
def _take_over_process(raw: Tables, lane: int, p: int, health: float) -> None:
    process = raw.processes[p]
    if process.health[lane] != health:
        process.health[lane] = health
        process.sound[lane] = 1.0 if health > 0.0 else 0.0
        refresh_process(raw, p)


@inlined
def _take_over_store(raw: Tables, lane: int, s: int, health: float) -> None:
    store = raw.stores[s]
    if raw.assets[store.asset].on[lane] > 0 and health != store.health[lane]:
        _damage(store, raw.buses[store.bus], lane, health)
    store.health[lane] = health


@inlined
def _take_over_rate(raw: Tables, lane: int, s: int, health: float) -> None:
    store = raw.stores[s]
    if store.rate[lane] != health:
        store.rate[lane] = health
        store.throttled = False
        for each in range(len(store.rate)):
            store.throttled |= store.rate[each] < 1.0


@inlined
def _take_over(raw: Tables, faults: FaultTables, lane: int) -> None:
    """Give the parts of a life's units the health that the rules found, and its buses their safe mode."""
    count, stores = len(raw.processes), len(raw.stores)
    for u in range(len(faults.units)):
        if faults.touched[lane, u]:
            faults.touched[lane, u] = False
            for place in range(faults.units[u].parts_first, faults.units[u].parts_last):
                part = faults.unit_parts[place]
                health = faults.health[part, lane]
                if part < count:
                    _take_over_process(raw, lane, part, health)
                elif part < count + stores:
                    _take_over_store(raw, lane, part - count, health)
                else:
                    _take_over_rate(raw, lane, part - count - stores, health)
    for e in range(len(raw.powers)):
        raw.powers[e].safe_until[lane] = float(faults.safe_until[e, lane])
    faults.lanes[lane].changed = False


@inlined
def _see(raw: Tables, faults: FaultTables, lane: int, p: int) -> None:
    """What the rules may know of a process."""
    process = raw.processes[p]
    faults.seen[p, lane] = 0
    if raw.assets[process.asset].on[lane] > 0:
        tried = TRIED if (process.tried >> lane) & 1 else 0
        faults.seen[p, lane] = tried | (BLOCKED if (process.blocked >> lane) & 1 else 0)


@inlined
def _look_at_lives(raw: Tables, faults: FaultTables, lane: int) -> None:
    """Which units are there, and which landings had their go."""
    for a in range(len(faults.units)):
        faults.alive[a, lane] = raw.assets[a].on[lane] > 0
    for g in range(len(raw.gates)):
        faults.opened[g, lane] = raw.gates[g].opened[lane]


@inlined
def _look_at_unit(raw: Tables, faults: FaultTables, lane: int, mode: int) -> None:
    """What the rules must know to find a hidden fault."""
    unit = faults.units[faults.modes[mode].unit]
    for place in range(unit.parts_first, unit.parts_last):
        if faults.unit_parts[place] < len(raw.processes):
            _see(raw, faults, lane, faults.unit_parts[place])


@inlined
def _look_at_meter(raw: Tables, faults: FaultTables, lane: int, mode: int) -> None:
    """What has gone through the processes that count towards a mode's limit and life, and can in a step."""
    kg, full_kg, step_h = 0.0, 0.0, faults.rules[0].step_h
    for place in range(faults.modes[mode].meters_first, faults.modes[mode].meters_last):
        process = raw.processes[faults.meters[place]]
        kg += (process.worked[lane] + process.activity_sum[lane]) * step_h
        full_kg += process.limit[lane] * step_h
    faults.meter_kg[mode, lane] = kg
    if faults.modes[mode].steady:
        faults.full_kg[mode, lane] = full_kg


@inlined
def _look_at_meters(raw: Tables, faults: FaultTables, lane: int) -> None:
    """The same for all that have one."""
    for place in range(len(faults.metered)):
        _look_at_meter(raw, faults, lane, faults.metered[place])


@inlined
def _look_at_watched(raw: Tables, faults: FaultTables, lane: int) -> None:
    """What the rules must know of what has failed, in this step too: units to be found out, links to Earth, meters."""
    for place in range(faults.lanes[lane].watched):
        mode = faults.watch[place, lane]
        _look_at_meter(raw, faults, lane, mode)
        if faults.faults[mode, lane].state == HIDDEN:
            _look_at_unit(raw, faults, lane, mode)
    for place in range(len(faults.links)):
        _see(raw, faults, lane, faults.links[place])


@inlined
def _look_at_buses(raw: Tables, faults: FaultTables, lane: int) -> None:
    """Which hours of work nobody used, and where critical loads went unserved."""
    for h in range(len(faults.hour_bus)):
        faults.offered[h, lane] = max(raw.buses[faults.hour_bus[h]].left[lane], 0.0)
        faults.taken[h, lane] = 0.0
    for e in range(len(raw.powers)):
        faults.unserved[e, lane] = raw.powers[e].unserved[lane] > 0.0


@inlined
def _pay(bus: Record, lane: int, hours: float) -> None:
    """Take hours of work that were about to be let go."""
    bus.left[lane] -= hours
    bus.spilled_sum[lane] -= hours
    bus.all_spilled[lane] -= hours
    bus.all_consumed[lane] += hours


@called
def _attend_life(raw: Tables, faults: FaultTables, lane: int, step: int) -> bool:
    here = faults.lanes[lane]
    if here.lives_changed or step >= min(here.reading, here.next):
        _look_at_meters(raw, faults, lane)
    if here.lives_changed:
        _look_at_lives(raw, faults, lane)
    _look_at_buses(raw, faults, lane)
    begin_step(faults, lane, step)
    _look_at_watched(raw, faults, lane)
    mend_faults(faults, lane, step)
    for h in range(len(faults.hour_bus)):
        if faults.taken[h, lane] > 0.0:
            _pay(raw.buses[faults.hour_bus[h]], lane, faults.taken[h, lane])
    changed = here.changed
    if changed:
        _take_over(raw, faults, lane)
    return changed


@inlined
def _hands_come(raw: Tables, faults: FaultTables, lane: int) -> bool:
    """Whether hours of work are free for which something waits in a life."""
    come = False
    if faults.lanes[lane].waits:
        for h in range(len(faults.hour_bus)):
            come |= faults.wanted[h, lane] and raw.buses[faults.hour_bus[h]].left[lane] > 0.0
    return come


@inlined
def _earth_hears(raw: Tables, faults: FaultTables, lane: int, step: int) -> bool:
    """Whether there is contact for which something waits in a life."""
    heard = False
    if faults.lanes[lane].asks:
        for place in range(len(faults.links)):
            _see(raw, faults, lane, faults.links[place])
        for site in range(len(faults.sites)):
            heard |= faults.asking[site, lane] and has_contact(faults, lane, step, site)
    return heard


@inlined
def _comes_out(raw: Tables, faults: FaultTables, lane: int) -> bool:
    """Whether a hidden fault may be found in this step; where none is, the step is counted for those that showed."""
    watched = faults.lanes[lane].watched
    for place in range(watched):
        mode = faults.watch[place, lane]
        if faults.faults[mode, lane].state == HIDDEN and may_be_found(faults, lane, mode):
            return True
    for place in range(watched):
        mode = faults.watch[place, lane]
        if faults.faults[mode, lane].state == HIDDEN:
            _look_at_unit(raw, faults, lane, mode)
            count_evidence(faults, lane, mode)
    return False


@inlined
def _calls(raw: Tables, faults: FaultTables, lane: int) -> bool:
    """Whether critical loads of a life began or ceased to be served."""
    called = False
    for e in range(len(raw.powers)):
        called |= faults.unserved[e, lane] != (raw.powers[e].unserved[lane] > 0.0)
    return called


@inlined
def attend(raw: Tables, faults: FaultTables, step: int, lives_changed: bool, relief: bool) -> bool:
    """Failures of a step in all lives, and what is done about them; True where something can do more or less now.

    lives_changed : an asset may have come or gone; relief : critical loads of some life began or ceased to be served
    """
    changed = False
    for lane in range(len(faults.lanes)):
        here = faults.lanes[lane]
        if lives_changed:
            here.lives_changed = True
        called = lives_changed or (relief and _calls(raw, faults, lane))
        due = called or step >= here.due or _hands_come(raw, faults, lane) or _earth_hears(raw, faults, lane, step)
        if due or (here.hides and _comes_out(raw, faults, lane)):
            changed |= _attend_life(raw, faults, lane, step)
    return changed
