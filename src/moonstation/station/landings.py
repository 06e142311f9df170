"""Who lands and who leaves in the compiled kernel: landings that wait for their go, people who leave before their time.

Decisions are rare, so they go life by life, in plain numbers: ``store.amount[lane]``. The same rules in plain Python:
``landing_reference.py``; in words: docs/models/crews.md.
"""

from __future__ import annotations

import numpy as np

from moonstation.station.compiling import called, inlined
from moonstation.station.flows import take_stock
from moonstation.station.heat import Row
from moonstation.station.lives import change_assets, deliver, deliver_to, note
from moonstation.station.packed import (
    DECIDED,
    EV_CANCELLED,
    EV_GO,
    EV_LEFT,
    EV_NO_GO,
    EV_STRANDED,
    NEVER,
    T_ALIVE,
    T_AMOUNT,
    T_CHARGE,
    T_FILL,
    T_HEALTH,
    T_KELVIN,
    T_LANDED,
    T_MODE,
    T_OPEN,
    T_SOUND,
    T_WAY,
    VISITED,
    WAITS,
)
from moonstation.station.rows import NOWHERE, Record, Table
from moonstation.station.tables import NEXT_CHANGE, NEXT_DELIVERY, NEXT_LOOK, Tables

#: None of the rows of a table.
_NONE = np.int64(-1)


@inlined
def _stock(raw: Tables, lane: int, bus: Record, kind: int) -> float:
    """What the stores of a bus hold, or their share of it, or the usable share, 1 where there is none."""
    amount, capacity, floors = 0.0, 0.0, 0.0
    for s in range(bus.first, bus.last):
        store = raw.stores[s]
        amount += store.amount[lane]
        capacity += store.capacity[lane]
        floors += store.floor[lane] * store.capacity[lane]
    if kind == T_AMOUNT:
        return amount
    if kind == T_FILL:
        return amount / capacity if capacity > 0.0 else 0.0
    usable = capacity - floors
    return (amount - floors) / usable if usable > 0.0 else 1.0


@inlined
def _is_open(raw: Tables, now: Row, lane: int, process: Record) -> bool:
    """Whether a link could send now."""
    serves = process.power == NOWHERE or process.priority <= raw.powers[process.power].serve_up_to[lane]
    seen = process.series == NOWHERE or now[process.series] > 0.0
    return bool(raw.assets[process.asset].on[lane] > 0 and process.health[lane] > 0.0 and serves and seen)


@inlined
def _way_open(raw: Tables, now: Row, lane: int, way: Record) -> bool:
    """Whether all that a way consists of could send now."""
    could = True
    for k in range(way.first, way.last):
        could &= _is_open(raw, now, lane, raw.processes[raw.terms[k].index])
    return could


@inlined
def _is_sound(raw: Tables, lane: int, asset: int | np.int64) -> bool:
    """Whether an asset is alive and none of its processes has failed altogether."""
    sound = raw.assets[asset].on[lane] > 0
    for p in range(len(raw.processes)):
        process = raw.processes[p]
        sound &= process.asset != asset or process.health[lane] > 0.0
    return bool(sound)


@inlined
def _value(raw: Tables, now: Row, lane: int, kind: int, index: int | np.int64) -> float:
    """Value of a term of a condition."""
    if kind in (T_AMOUNT, T_FILL):
        return _stock(raw, lane, raw.buses[index], kind)
    if kind == T_CHARGE:
        return _stock(raw, lane, raw.buses[np.int64(raw.powers[index].bus)], kind)
    if kind == T_HEALTH:
        process = raw.processes[index]
        return process.health[lane] if raw.assets[process.asset].on[lane] > 0 else 0.0
    if kind == T_MODE:
        return raw.powers[index].mode[lane]
    if kind == T_KELVIN:
        return raw.nodes[index].temperature[lane] if raw.assets[raw.nodes[index].asset].on[lane] > 0 else 0.0
    holds = False
    if kind == T_ALIVE:
        holds = raw.assets[index].on[lane] > 0
    elif kind == T_OPEN:
        holds = _is_open(raw, now, lane, raw.processes[index])
    elif kind == T_WAY:
        holds = _way_open(raw, now, lane, raw.conditions[index])
    elif kind == T_SOUND:
        holds = _is_sound(raw, lane, index)
    elif kind == T_LANDED:
        holds = raw.gates[index].opened[lane] >= 0
    return 1.0 if holds else 0.0


@called
def _measured(raw: Tables, now: Row, lane: int, c: int | np.int64) -> float:
    """What a condition looks at."""
    condition = raw.conditions[c]
    total = condition.base[lane]
    for k in range(condition.first, condition.last):
        total += raw.terms[k].weight[lane] * _value(raw, now, lane, raw.terms[k].kind, np.int64(raw.terms[k].index))
    return total


@inlined
def _unmet(raw: Tables, now: Row, lane: int, first: int, last: int) -> int | np.int64:
    """The first of some conditions that does not hold, -1 where all do."""
    for c in range(first, last):
        value, condition = _measured(raw, now, lane, c), raw.conditions[c]
        if not condition.low[lane] <= value <= condition.high[lane]:
            return c
    return _NONE


@inlined
def _tell(raw: Tables, log: Table, now: Row, lane: int, step: int, code: int, c: int | np.int64) -> None:
    note(log, lane, step, code, c, _measured(raw, now, lane, c))


@inlined
def _land_by(raw: Tables, log: Table, lane: int, step: int, g: int) -> None:
    """Give what a mission brings its dates, as much later as it lands."""
    gate = raw.gates[g]
    late = step - gate.start
    for a in range(len(raw.assets)):
        asset = raw.assets[a]
        if asset.gate == g:
            asset.start[lane] = step
            if asset.end[lane] < NEVER:
                asset.end[lane] += late
    gate.state[lane] = VISITED if gate.ascent > gate.stay else DECIDED
    gate.due[lane] = step + gate.watch if gate.ascent > gate.stay else NEVER
    gate.told[lane] = -1
    gate.opened[lane] = step
    raw.clock[NEXT_CHANGE] = step
    note(log, lane, step, EV_GO, g, 0.0)


@inlined
def _decide_landing(raw: Tables, log: Table, now: Row, lane: int, step: int, g: int) -> None:
    """Go, wait or cancel."""
    gate = raw.gates[g]
    c = _unmet(raw, now, lane, gate.go, gate.stay)
    if c < 0:
        _land_by(raw, log, lane, step, g)
    elif step >= gate.last:
        gate.state[lane] = DECIDED
        gate.due[lane] = NEVER
        _tell(raw, log, now, lane, step, EV_CANCELLED, c)
    else:
        gate.due[lane] = min(step + gate.retry, gate.last)
        if gate.told[lane] != c:
            gate.told[lane] = c
            _tell(raw, log, now, lane, step, EV_NO_GO, c)


@inlined
def _are_there(raw: Tables, lane: int, step: int, g: int) -> bool:
    """Whether people of a mission are there and stay beyond this step."""
    there = False
    for a in range(len(raw.assets)):
        asset = raw.assets[a]
        there |= asset.gate == g and asset.people and asset.on[lane] > 0 and asset.end[lane] > step
    return there


@inlined
def _leave(raw: Tables, lane: int, step: int, g: int) -> None:
    """People go, with what was to leave with them."""
    for a in range(len(raw.assets)):
        asset = raw.assets[a]
        if asset.gate == g and asset.goes:
            asset.end[lane] = min(asset.end[lane], step)
    raw.gates[g].state[lane] = DECIDED
    raw.gates[g].due[lane] = NEVER
    raw.clock[NEXT_CHANGE] = step


@inlined
def _decide_departure(raw: Tables, log: Table, now: Row, lane: int, step: int, g: int) -> None:
    """Stay, or leave early with what takes them home."""
    gate = raw.gates[g]
    if not _are_there(raw, lane, step, g):
        gate.state[lane] = DECIDED
        gate.due[lane] = NEVER
        return
    gate.due[lane] = step + gate.watch
    c = _unmet(raw, now, lane, gate.stay, gate.ascent)
    if c < 0:
        gate.broken_since[lane] = NEVER
        gate.told[lane] = -1
        return
    gate.broken_since[lane] = min(gate.broken_since[lane], step)
    if step - gate.broken_since[lane] < gate.persistence:
        return
    a = _unmet(raw, now, lane, gate.ascent, gate.end)
    if a < 0:
        _tell(raw, log, now, lane, step, EV_LEFT, c)
        _leave(raw, lane, step, g)
    elif gate.told[lane] != a:
        gate.told[lane] = a
        _tell(raw, log, now, lane, step, EV_STRANDED, a)


@called
def _look(raw: Tables, log: Table, now: Row, lane: int, step: int, g: int) -> None:
    if raw.gates[g].state[lane] == WAITS:
        _decide_landing(raw, log, now, lane, step, g)
    else:
        _decide_departure(raw, log, now, lane, step, g)


@inlined
def _decide(raw: Tables, log: Table, now: Row, step: int) -> None:
    """Look at all landings whose time it is, by the state in which the last step left each life."""
    upcoming = np.int64(NEVER)
    for g in range(len(raw.gates)):
        gate = raw.gates[g]
        for lane in range(log.shape[1]):
            if step >= gate.due[lane]:
                _look(raw, log, now, lane, step, g)
            upcoming = min(upcoming, gate.due[lane])
    raw.clock[NEXT_LOOK] = upcoming


@inlined
def _unload(raw: Tables, log: Table, step: int) -> None:
    """Fill stores with what landed by a go in this step."""
    for g in range(len(raw.gates)):
        gate = raw.gates[g]
        for lane in range(log.shape[1]):
            if gate.opened[lane] == step:
                for d in range(len(raw.deliveries)):
                    delivery = raw.deliveries[d]
                    if delivery.gate == g:
                        deliver_to(raw, log, lane, step, np.int64(delivery.bus), delivery.amount)


@inlined
def come_and_go(raw: Tables, tables: Tables, log: Table, now: Row, step: int) -> bool:
    """Landings, ends and deliveries of a step; True when anything may have come or gone."""
    clock = raw.clock
    if step >= clock[NEXT_LOOK]:
        _decide(raw, log, now, step)
    changed = step >= clock[NEXT_CHANGE]
    if changed:
        clock[NEXT_CHANGE] = change_assets(raw, log, step)
        _unload(raw, log, step)
    delivery = clock[NEXT_DELIVERY]
    clock[NEXT_DELIVERY] = deliver(raw, log, step, delivery)
    changed |= clock[NEXT_DELIVERY] > delivery
    if changed:
        take_stock(tables)
    return changed
