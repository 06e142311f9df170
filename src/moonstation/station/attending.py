"""Where failures meet the kernel: what it saw of a step goes to the rules, and what they changed comes back."""

from __future__ import annotations

from moonstation.station.compiling import called, inlined
from moonstation.station.fault_tables import FaultTables
from moonstation.station.repairs import advance_faults
from moonstation.station.tables import Record, Tables


@inlined
def call_attention(faults: FaultTables, lane: int, step: int) -> None:
    """Something happened that the rules must look at in this step."""
    faults.lanes[lane].due = min(faults.lanes[lane].due, step)


@inlined
def damage_store(store: Record, bus: Record, health: float) -> None:
    """Let a store hold so much of what it would hold when sound; what no longer fits is lost."""
    sound = store.capacity + store.broken
    store.broken = sound * (1.0 - health)
    store.capacity = sound - store.broken
    lost = max(store.amount - store.capacity, 0.0)
    store.amount -= lost
    bus.lost += lost


@inlined
def _take_over(tables: Tables, faults: FaultTables, lane: int) -> None:
    """Give the parts of the station the health that the rules found, and the buses their safe mode."""
    count = len(tables.processes)
    for p in range(count):
        tables.processes[p].health = faults.health[p, lane]
    for s in range(len(tables.stores)):
        store, health = tables.stores[s], faults.health[count + s, lane]
        if store.on and health != store.health:
            damage_store(store, tables.buses[store.bus], health)
        store.health = health
        store.rate = faults.health[count + len(tables.stores) + s, lane]
    for e in range(len(tables.powers)):
        tables.powers[e].safe_until = faults.safe_until[e, lane]
    faults.lanes[lane].changed = False


@inlined
def _pay_hours(bus: Record, hours: float) -> None:
    """Take hours of work that were about to be let go."""
    bus.pool -= hours
    bus.spilled -= hours
    bus.spilled_sum -= hours
    bus.consumed += hours


@called
def attend(tables: Tables, faults: FaultTables, lane: int, step: int) -> bool:
    """Failures of this step, and what is done about them; True where something can do more or less than before."""
    for h in range(len(faults.hour_bus)):
        faults.offered[h, lane] = max(tables.buses[faults.hour_bus[h]].pool, 0.0)
        faults.taken[h, lane] = 0.0
    for a in range(len(faults.units)):
        faults.alive[a, lane] = tables.assets[a].on
    for e in range(len(tables.powers)):
        faults.unserved[e, lane] = tables.powers[e].unserved
    advance_faults(faults, lane, step)
    for h in range(len(faults.hour_bus)):
        if faults.taken[h, lane] > 0.0:
            _pay_hours(tables.buses[faults.hour_bus[h]], faults.taken[h, lane])
    changed = faults.lanes[lane].changed
    if changed:
        _take_over(tables, faults, lane)
    return changed
