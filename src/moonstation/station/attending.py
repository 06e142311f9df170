"""Where failures meet the kernel: what it saw of a step goes to the rules, and what they changed comes back.

Failures are rare, so they go life by life, in plain numbers: ``store.amount[lane]``.
"""

from __future__ import annotations

from moonstation.station.compiling import called, inlined
from moonstation.station.fault_tables import BLOCKED, HIDDEN, TRIED, FaultTables
from moonstation.station.lives import refresh_process
from moonstation.station.repairs import advance_faults
from moonstation.station.tables import Record, Tables


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
def _take_over(raw: Tables, faults: FaultTables, lane: int) -> None:
    """Give the parts of a life's station the health that the rules found, and its buses their safe mode."""
    count, stores = len(raw.processes), len(raw.stores)
    for p in range(count):
        process, health = raw.processes[p], faults.health[p, lane]
        if process.health[lane] != health:
            process.health[lane] = health
            process.sound[lane] = 1.0 if health > 0.0 else 0.0
            refresh_process(raw, p)
    for s in range(stores):
        store, health = raw.stores[s], faults.health[count + s, lane]
        if raw.assets[store.asset].on[lane] > 0 and health != store.health[lane]:
            _damage(store, raw.buses[store.bus], lane, health)
        store.health[lane] = health
        if store.rate[lane] != faults.health[count + stores + s, lane]:
            store.rate[lane] = faults.health[count + stores + s, lane]
            store.throttled = False
            for each in range(len(store.rate)):
                store.throttled |= store.rate[each] < 1.0
    for e in range(len(raw.powers)):
        raw.powers[e].safe_until[lane] = float(faults.safe_until[e, lane])
    faults.lanes[lane].changed = False


@inlined
def _see(raw: Tables, faults: FaultTables, lane: int, p: int) -> None:
    """What the rules may know of a process."""
    process = raw.processes[p]
    faults.seen[p, lane] = 0
    if raw.assets[process.asset].on[lane] > 0:
        tried = TRIED if process.tried[lane] > 0.0 else 0
        faults.seen[p, lane] = tried | (BLOCKED if process.blocked[lane] > 0.0 else 0)


@inlined
def _look_everywhere(raw: Tables, faults: FaultTables, lane: int) -> None:
    """What the rules must know where anything may fail."""
    for p in range(len(raw.processes)):
        _see(raw, faults, lane, p)
    for a in range(len(faults.units)):
        faults.alive[a, lane] = raw.assets[a].on[lane] > 0
    for g in range(len(raw.gates)):
        faults.opened[g, lane] = raw.gates[g].opened[lane]


@inlined
def _look_at_watched(raw: Tables, faults: FaultTables, lane: int) -> None:
    """What the rules must know where only what has failed already is watched: units to be found out, links to Earth."""
    for place in range(faults.lanes[lane].watched):
        mode = faults.watch[place, lane]
        if faults.faults[mode, lane].state == HIDDEN:
            unit = faults.units[faults.modes[mode].unit]
            for part in range(unit.parts_first, unit.parts_last):
                if faults.unit_parts[part] < len(raw.processes):
                    _see(raw, faults, lane, faults.unit_parts[part])
    for place in range(len(faults.links)):
        _see(raw, faults, lane, faults.links[place])


@inlined
def _look(raw: Tables, faults: FaultTables, lane: int, anew: bool) -> None:
    """What the rules must know of a life in this step; ``anew`` where anything may fail in it."""
    if anew:
        _look_everywhere(raw, faults, lane)
    else:
        _look_at_watched(raw, faults, lane)
    for h in range(len(faults.hour_bus)):
        faults.offered[h, lane] = max(raw.buses[faults.hour_bus[h]].pool[lane], 0.0)
        faults.taken[h, lane] = 0.0
    for e in range(len(raw.powers)):
        faults.unserved[e, lane] = raw.powers[e].unserved[lane] > 0.0


@inlined
def _pay(bus: Record, lane: int, hours: float) -> None:
    """Take hours of work that were about to be let go."""
    bus.pool[lane] -= hours
    bus.spilled_sum[lane] -= hours
    bus.consumed[lane] += hours


@called
def _attend_life(raw: Tables, faults: FaultTables, lane: int, step: int, anew: bool) -> bool:
    _look(raw, faults, lane, anew)
    advance_faults(faults, lane, step)
    for h in range(len(faults.hour_bus)):
        if faults.taken[h, lane] > 0.0:
            _pay(raw.buses[faults.hour_bus[h]], lane, faults.taken[h, lane])
    changed = faults.lanes[lane].changed
    if changed:
        _take_over(raw, faults, lane)
    return changed


@inlined
def _hands_come(raw: Tables, faults: FaultTables, lane: int) -> bool:
    """Whether hours of work are free for which something waits in a life."""
    come = False
    for h in range(len(faults.hour_bus)):
        come |= faults.wanted[h, lane] and raw.buses[faults.hour_bus[h]].pool[lane] > 0.0
    return come


@inlined
def attend(raw: Tables, faults: FaultTables, step: int, lives_changed: bool, called_for: bool) -> bool:
    """Failures of a step in all lives, and what is done about them; True where something can do more or less now.

    lives_changed : an asset may have come or gone; called_for : something else happened that the rules must look at
    """
    changed = False
    for lane in range(len(faults.lanes)):
        here = faults.lanes[lane]
        if lives_changed:
            here.lives_changed = True
        anew = lives_changed or called_for or step >= here.begins
        if anew or step >= here.due or _hands_come(raw, faults, lane):
            changed |= _attend_life(raw, faults, lane, step, anew)
    return changed
