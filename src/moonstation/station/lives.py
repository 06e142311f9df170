"""Comings and goings in the compiled kernel: landings, deliveries, ends and losses of assets; the log of events."""

from __future__ import annotations

import numpy as np

from moonstation.station.compiling import inlined
from moonstation.station.packed import (
    EV_DELIVERY,
    EV_DELIVERY_OVERFLOW,
    EV_ENDED,
    EV_LANDED,
    EV_LOST_COLD,
    EV_LOST_HOT,
    EV_LOST_HOUSED,
    EV_LOST_STARVED,
    NEVER,
)
from moonstation.station.tables import Record, Table, Tables


@inlined
def note(log: Table, step: int, code: int, index: int | np.int64, value: float) -> None:
    """Append one event; row 0 counts them. Beyond the room only the count goes on: the caller repeats with more."""
    count = log[0].index + 1
    log[0].index = count
    if count < len(log):
        log[count].step = step
        log[count].code = code
        log[count].index = index
        log[count].value = value


@inlined
def _drop_stores(stores: Table, buses: Table, asset: int | np.int64, lost: bool) -> None:
    """Take an asset's stores out of the station and book their content as lost or removed."""
    for s in range(len(stores)):
        store = stores[s]
        if store.asset == asset and store.on:
            bus = buses[store.bus]
            if lost:
                bus.lost += store.amount
            else:
                bus.removed += store.amount
            store.amount = 0.0
            store.capacity = 0.0
            store.on = False


@inlined
def _forget(bus: Record) -> None:
    """Make a bus that nothing uses any more look as empty as it is to those that still watch it."""
    bus.pool = bus.offer = bus.room = 0.0
    bus.fill_amount = bus.fill_capacity = bus.usable = bus.usable_capacity = 0.0


@inlined
def refresh_live(tables: Tables) -> None:
    """Rebuild the lists of what is live, after assets came or went."""
    assets, buses = tables.assets, tables.buses
    tables.live_processes[:] = -1
    tables.live_buses[:] = -1
    for b in range(len(buses)):
        buses[b].touched = buses[b].stored_before > 0.0 or buses[b].spilling
    count = 0
    for p in range(len(tables.processes)):
        process = tables.processes[p]
        if assets[process.asset].on:
            tables.live_processes[count] = p
            count += 1
            if process.power >= 0:
                buses[process.power_bus].touched = True
            for k in range(process.recipe_first, process.recipe_last):
                buses[tables.recipe[k].bus].touched = True
    for d in range(len(tables.deliveries)):
        buses[tables.deliveries[d].bus].touched = True
    for s in range(len(tables.stores)):
        if tables.stores[s].on:
            buses[tables.stores[s].bus].touched = True
    count = 0
    for b in range(len(buses)):
        if buses[b].touched:
            tables.live_buses[count] = b
            count += 1
        else:
            _forget(buses[b])
    for n in range(len(tables.nodes)):
        tables.nodes[n].on = assets[tables.nodes[n].asset].on


@inlined
def _land(tables: Tables, asset: int) -> None:
    for s in range(len(tables.stores)):
        store = tables.stores[s]
        if store.asset == asset:
            store.on = True
            store.amount = store.start
            store.capacity = store.rated
            tables.buses[store.bus].delivered += store.start
    for p in range(len(tables.processes)):
        if tables.processes[p].asset == asset:
            tables.processes[p].worn = tables.processes[p].first_worn
    for n in range(len(tables.nodes)):
        if tables.nodes[n].asset == asset:
            tables.nodes[n].temperature = tables.nodes[n].start_k


@inlined
def change_assets(tables: Tables, log: Table, step: int) -> int:
    """Land and end assets; returns the next step at which something changes."""
    upcoming = NEVER
    for a in range(len(tables.assets)):
        asset = tables.assets[a]
        if asset.start <= step < asset.end and not asset.on and not asset.dead:
            asset.on = True
            _land(tables, a)
            note(log, step, EV_LANDED, a, 0.0)
        elif step >= asset.end and asset.on:
            asset.on = False
            _drop_stores(tables.stores, tables.buses, a, False)
            note(log, step, EV_ENDED, a, 0.0)
        if asset.start > step:
            upcoming = min(upcoming, asset.start)
        elif asset.end > step:
            upcoming = min(upcoming, asset.end)
    refresh_live(tables)
    return upcoming


@inlined
def deliver(tables: Tables, log: Table, step: int, delivery: int) -> int:
    """Fill stores with what landed by this step; returns the next delivery's number."""
    while delivery < len(tables.deliveries) and tables.deliveries[delivery].step <= step:
        b, rest = np.int64(tables.deliveries[delivery].bus), tables.deliveries[delivery].amount
        bus = tables.buses[b]
        note(log, step, EV_DELIVERY, b, rest)
        bus.delivered += rest
        for s in range(bus.first, bus.last):
            store = tables.stores[s]
            put = min(rest, max(store.capacity - store.amount, 0.0))
            store.amount += put
            rest -= put
        if rest > 0.0:
            bus.spilled += rest
            note(log, step, EV_DELIVERY_OVERFLOW, b, rest)
        delivery += 1
    return delivery


@inlined
def _lose(tables: Tables, log: Table, step: int, asset: int | np.int64, code: int, value: float) -> bool:
    if not tables.assets[asset].on:
        return False
    tables.assets[asset].on = False
    tables.assets[asset].dead = True
    _drop_stores(tables.stores, tables.buses, asset, True)
    note(log, step, code, asset, value)
    return True


@inlined
def lose_assets(tables: Tables, log: Table, step: int, step_h: float) -> bool:
    """Take out assets that froze, overheated or starved, and what they carried; True when there was one."""
    lost = False
    for n in range(len(tables.nodes)):
        node = tables.nodes[n]
        if node.on:
            cold = node.temperature < node.survive_min_k
            if cold or node.temperature > node.survive_max_k:
                code = EV_LOST_COLD if cold else EV_LOST_HOT
                lost |= _lose(tables, log, step, np.int64(node.asset), code, node.temperature)
    for p in tables.live_processes:
        if p < 0:
            break
        process = tables.processes[p]
        if process.starved >= process.starve_limit:
            lost |= _lose(tables, log, step, np.int64(process.asset), EV_LOST_STARVED, process.starved * step_h)
    more = True
    while more:  # what is carried may carry more
        more = False
        for a in range(len(tables.assets)):
            body = tables.assets[a].body
            if body >= 0 and tables.assets[body].dead:
                more |= _lose(tables, log, step, a, EV_LOST_HOUSED, 0.0)
        lost |= more
    return lost
