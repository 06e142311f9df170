"""Comings and goings in the compiled kernel: landings, deliveries, ends and losses of assets; the log of events.

These are rare, so they go life by life, in plain numbers: ``store.amount[lane]``.
"""

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
    OFFER_PARTS,
)
from moonstation.station.rows import NOWHERE, Record, Table
from moonstation.station.tables import BUSES, NODES, PROCESSES, RENEWED, STEPS, Tables


@inlined
def note(log: Table, lane: int, step: int, code: int, index: int | np.int64, value: float) -> None:
    """Append one event of a life; row 0 counts them. Beyond the room only the count goes on, for a run with more."""
    count = log[0, lane].index + 1
    log[0, lane].index = count
    if count < len(log):
        row = log[count, lane]
        row.step = step
        row.code = code
        row.index = index
        row.value = value


@inlined
def _drop_stores(stores: Table, buses: Table, lane: int, asset: int | np.int64, lost: bool) -> None:
    """Take an asset's stores out of a life's station and book their content as lost or removed."""
    for s in range(len(stores)):
        store = stores[s]
        if store.asset == asset:
            bus = buses[store.bus]
            if lost:
                bus.lost[lane] += store.amount[lane]
            else:
                bus.removed[lane] += store.amount[lane]
            store.amount[lane] = 0.0
            store.capacity[lane] = 0.0


@inlined
def _forget(bus: Record, lane: int) -> None:
    """Make a bus that nothing uses any more look as empty as it is to those that still watch it."""
    bus.pool[lane] = bus.left[lane] = bus.offer[lane] = bus.room[lane] = bus.fill[lane] = 0.0
    bus.fill_amount[lane] = bus.fill_capacity[lane] = bus.usable[lane] = bus.usable_capacity[lane] = 0.0


@inlined
def _count_offers(process: Record, steps: int) -> None:
    """Count those of the steps of a record gone by in which a process was ready by what it has offered until here."""
    if process.listed:
        for lane in range(len(process.offers)):
            process.ready_sum[lane] += process.offers[lane] * (steps - process.unready_steps)
    process.unready_steps = steps


@inlined
def refresh_process(raw: Tables, p: int) -> bool:
    """Whether a process belongs to a live asset, and how much it is able to, in every life; True where it is in any.

    What has failed altogether wants as if it were sound, for that is how it is found out; it gets nothing.
    """
    process, live = raw.processes[p], False
    on = raw.assets[process.asset].on
    _count_offers(process, raw.counts[STEPS])
    process.everywhere = True
    for lane in range(len(on)):
        health = process.health[lane]
        process.everywhere &= on[lane] > 0 and health == 1.0
        process.offers[lane] = np.floor(health * OFFER_PARTS) / OFFER_PARTS if on[lane] > 0 else 0.0
        share = 1.0 if process.seeks and health == 0.0 else health
        process.able[lane] = process.limit[lane] * share if on[lane] > 0 else 0.0
        live |= on[lane] > 0
    process.able_alike, process.common_able = True, process.able[0]
    for lane in range(len(on)):
        process.able_alike &= process.able[lane] == process.common_able
    return live


@inlined
def _refresh_rows(raw: Tables) -> None:
    """Which stores and thermal nodes live in any life."""
    for s in range(len(raw.stores)):
        on, live = raw.assets[raw.stores[s].asset].on, False
        for lane in range(len(on)):
            live |= on[lane] > 0
        raw.stores[s].live = live
    count = 0
    for n in raw.node_order:
        node, live = raw.nodes[n], False
        on = raw.assets[node.asset].on
        node.everywhere = True
        node.bears = False
        for lane in range(len(on)):
            node.on[lane] = 1.0 if on[lane] > 0 else 0.0
            node.everywhere &= on[lane] > 0
            live |= on[lane] > 0
        if live:
            raw.live_nodes[count] = n
            count += 1
    raw.counts[NODES] = count
    for place in range(count):
        _find_place(raw, place)


@inlined
def _find_place(raw: Tables, place: int) -> None:
    """Where a live node stands among those that live of its tree, all that it bears before it."""
    node, last = raw.nodes[raw.live_nodes[place]], raw.counts[NODES] - 1
    begins = place == 0 or raw.nodes[raw.live_nodes[place - 1]].tree != node.tree
    node.ends = place == last or raw.nodes[raw.live_nodes[place + 1]].tree != node.tree
    node.alone = begins and node.ends and node.parent == NOWHERE
    node.completes = False
    if node.parent != NOWHERE:
        parent = raw.nodes[node.parent]
        for lane in range(len(parent.on)):
            node.completes |= parent.on[lane] > 0.0 and not parent.bears
        parent.bears |= node.completes


@inlined
def _refresh_processes(raw: Tables) -> None:
    """List the processes that live in any life, and touch the buses that they use."""
    count = 0
    for p in range(len(raw.processes)):
        process, live = raw.processes[p], refresh_process(raw, p)
        process.listed = live
        if live:
            raw.live_processes[count] = p
            count += 1
            if process.power != NOWHERE:
                raw.buses[process.power_bus].touched = True
            for k in range(process.recipe_first, process.recipe_last):
                raw.buses[raw.recipe[k].bus].touched = True
    raw.counts[PROCESSES] = count


@inlined
def _refresh_buses(raw: Tables) -> None:
    """List the buses that something touches in any life."""
    count = 0
    for b in range(len(raw.buses)):
        if raw.buses[b].touched:
            raw.live_buses[count] = b
            count += 1
        else:
            for lane in range(len(raw.buses[b].pool)):
                _forget(raw.buses[b], lane)
    raw.counts[BUSES] = count


@inlined
def refresh_live(raw: Tables) -> None:
    """Rebuild the lists of what lives in any life, after assets came or went."""
    raw.counts[RENEWED] += 1
    for b in range(len(raw.buses)):
        bus = raw.buses[b]
        bus.touched = False
        for lane in range(len(bus.spilling)):
            bus.touched |= bus.fill_amount[lane] > 0.0 or bus.spilling[lane] > 0.0
    _refresh_rows(raw)
    _refresh_processes(raw)
    for d in range(len(raw.deliveries)):
        raw.buses[raw.deliveries[d].bus].touched = True
    for s in range(len(raw.stores)):
        if raw.stores[s].live:
            raw.buses[raw.stores[s].bus].touched = True
    _refresh_buses(raw)


@inlined
def _land(raw: Tables, lane: int, asset: int) -> None:
    for s in range(len(raw.stores)):
        store = raw.stores[s]
        if store.asset == asset:
            store.amount[lane] = store.start[lane]
            store.capacity[lane] = store.rated[lane]
            store.broken[lane] = 0.0
            store.health[lane] = store.rate[lane] = 1.0
            raw.buses[store.bus].delivered[lane] += store.start[lane]
    for p in range(len(raw.processes)):
        if raw.processes[p].asset == asset:
            raw.processes[p].worn[lane] = raw.processes[p].first_worn[lane]
    for n in range(len(raw.nodes)):
        if raw.nodes[n].asset == asset:
            raw.nodes[n].temperature[lane] = raw.nodes[n].start_k[lane]
            raw.nodes[n].heat[lane] = raw.nodes[n].heat_control[lane] = 0.0
            raw.nodes[n].calm = False


@inlined
def change_assets(raw: Tables, log: Table, step: int) -> int | np.int64:
    """Land and end assets in all lives; returns the next step at which something changes."""
    upcoming = np.int64(NEVER)
    for a in range(len(raw.assets)):
        asset = raw.assets[a]
        for lane in range(log.shape[1]):
            start, end = asset.start[lane], asset.end[lane]
            if start <= step < end and asset.on[lane] == 0 and asset.dead[lane] == 0:
                asset.on[lane] = 1
                _land(raw, lane, a)
                note(log, lane, step, EV_LANDED, a, 0.0)
            elif step >= end and asset.on[lane] > 0:
                asset.on[lane] = 0
                _drop_stores(raw.stores, raw.buses, lane, a, False)
                note(log, lane, step, EV_ENDED, a, 0.0)
            if start > step:
                upcoming = min(upcoming, start)
            elif end > step:
                upcoming = min(upcoming, end)
    refresh_live(raw)
    return upcoming


@inlined
def deliver(raw: Tables, log: Table, step: int, delivery: int) -> int:
    """Fill stores with what landed by its date by this step, in all lives; returns the next delivery's number."""
    while delivery < len(raw.deliveries) and raw.deliveries[delivery].step <= step:
        b = np.int64(raw.deliveries[delivery].bus)
        if raw.deliveries[delivery].gate < 0:
            for lane in range(log.shape[1]):
                deliver_to(raw, log, lane, step, b, raw.deliveries[delivery].amount)
        delivery += 1
    return delivery


@inlined
def deliver_to(raw: Tables, log: Table, lane: int, step: int, b: np.int64, amount: float) -> None:
    """Fill a life's stores of a bus, the first ones first; what finds no room is let go."""
    bus, rest = raw.buses[b], amount
    note(log, lane, step, EV_DELIVERY, b, amount)
    bus.delivered[lane] += amount
    for s in range(bus.first, bus.last):
        store = raw.stores[s]
        put = min(rest, max(store.capacity[lane] - store.amount[lane], 0.0))
        if put > 0.0:  # rounding must not fill it beyond what it holds
            store.amount[lane] = min(store.amount[lane] + put, store.capacity[lane])
        rest -= put
    if rest > 0.0:
        bus.spilled[lane] += rest
        note(log, lane, step, EV_DELIVERY_OVERFLOW, b, rest)


@inlined
def _lose(raw: Tables, log: Table, lane: int, step: int, asset: int | np.int64, code: int, value: float) -> bool:
    if raw.assets[asset].on[lane] == 0:
        return False
    raw.assets[asset].on[lane] = 0
    raw.assets[asset].dead[lane] = 1
    _drop_stores(raw.stores, raw.buses, lane, asset, True)
    note(log, lane, step, code, asset, value)
    return True


@inlined
def lose_assets(raw: Tables, log: Table, lane: int, step: int, step_h: float) -> bool:
    """Take out assets of a life that froze, overheated or starved, and what they carried; True when there was one."""
    lost = False
    for n in range(len(raw.nodes)):
        node = raw.nodes[n]
        if node.on[lane] > 0.0:
            kelvin = node.temperature[lane]
            cold = kelvin < node.survive_min_k[lane]
            if cold or kelvin > node.survive_max_k[lane]:
                code = EV_LOST_COLD if cold else EV_LOST_HOT
                lost |= _lose(raw, log, lane, step, np.int64(node.asset), code, kelvin)
    for place in range(raw.counts[PROCESSES]):
        process = raw.processes[raw.live_processes[place]]
        if process.starved[lane] >= process.starve_limit[lane]:
            hours = process.starved[lane] * step_h
            lost |= _lose(raw, log, lane, step, np.int64(process.asset), EV_LOST_STARVED, hours)
    more = True
    while more:  # what is carried may carry more
        more = False
        for a in range(len(raw.assets)):
            body = raw.assets[a].body
            if body >= 0 and raw.assets[body].dead[lane] > 0:
                more |= _lose(raw, log, lane, step, a, EV_LOST_HOUSED, 0.0)
        lost |= more
    return lost
