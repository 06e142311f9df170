"""Stocks and flows in the compiled kernel: what a bus offers, draws, settling, and the ledger of a step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import compiled
from moonstation.station.lives import note
from moonstation.station.packed import (
    EV_SPILL,
    EV_SPILL_END,
    L_CONSUMED,
    L_DELIVERED,
    L_LOST,
    L_PRODUCED,
    L_REMOVED,
    L_SPILLED,
    L_STORED,
    THERMOSTAT,
)
from moonstation.station.tables import Record, Table

Numbers = NDArray[np.int64]


@compiled
def open_step(buses: Table, stores: Table, active: Numbers, step_h: float) -> None:
    """What the stores of each bus can give and take in this step, and how full they are."""
    for b in active:
        if b < 0:
            break
        bus = buses[b]
        offer, room, amount, capacity = 0.0, 0.0, 0.0, 0.0
        for s in range(bus.first, bus.last):
            store = stores[s]
            if store.on:
                usable = max(store.amount - store.floor * store.capacity, 0.0)
                store.out_left = min(usable * store.discharge_efficiency, store.discharge_limit * step_h)
                free = max(store.capacity - store.amount, 0.0)
                offer += store.out_left
                room += min(free / store.charge_efficiency, store.charge_limit * step_h)
                amount += store.amount
                capacity += store.capacity
        bus.pool = 0.0
        bus.offer = offer
        bus.room = room
        bus.fill_amount = amount
        bus.fill_capacity = capacity
        bus.from_outside = 0.0


@compiled
def charge_fraction(bus: Record, stores: Table) -> float:
    """Usable charge of a bus as a share of the usable capacity; 1 where nothing stores."""
    usable, capacity = 0.0, 0.0
    for s in range(bus.first, bus.last):
        store = stores[s]
        usable += store.amount - store.floor * store.capacity
        capacity += store.capacity - store.floor * store.capacity
    return usable / capacity if capacity > 0.0 else 1.0


@compiled
def stored_on(bus: Record, stores: Table) -> float:
    """What the stores of a bus hold at this moment."""
    total = 0.0
    for s in range(bus.first, bus.last):
        total += stores[s].amount
    return total


@compiled
def material_limit(process: Record, recipe: Table, buses: Table, power_bus: int, wish: float, step_h: float) -> float:
    """Activity that stocks and room allow, electricity (``power_bus``) aside [-]."""
    activity = wish
    for k in range(process.recipe_first, process.recipe_last):
        rate, b = recipe[k].rate, recipe[k].bus
        bus = buses[b]
        if rate < 0.0:
            if b != power_bus:
                activity = min(activity, (bus.pool + bus.offer) / (-rate * step_h))
        elif rate > 0.0 and not bus.spills and not process.spills:
            activity = min(activity, max(bus.room - bus.pool, 0.0) / (rate * step_h))
    return activity


@compiled
def _draw(bus: Record, stores: Table, wanted: float) -> None:
    """Take ``wanted`` from a bus: the pool first, then its stores in order; books discharge losses.

    What rounding leaves unserved (the last digit of a store) stays as a debt of the pool, which settling books.
    """
    from_pool = min(wanted, max(bus.pool, 0.0))
    bus.pool -= from_pool
    rest = wanted - from_pool
    for s in range(bus.first, bus.last):
        if rest <= 0.0:
            break
        store = stores[s]
        given = min(rest, store.out_left) if store.on else 0.0
        if given > 0.0:
            taken = min(given / store.discharge_efficiency, store.amount)
            store.amount -= taken
            store.out_left -= given
            store.capacity -= store.fade_per_cycle * taken
            bus.offer -= given
            bus.room += taken
            bus.lost += taken - given
            rest -= given
    bus.pool -= rest


@compiled
def apply(process: Record, recipe: Table, buses: Table, stores: Table, powers: Table, quantity_h: float) -> None:
    """Move what a process moves in a step of ``quantity_h`` = activity times hours, and book it."""
    for k in range(process.recipe_first, process.recipe_last):
        bus = buses[recipe[k].bus]
        moved = recipe[k].rate * quantity_h
        if moved < 0.0:
            _draw(bus, stores, -moved)
            bus.consumed -= moved
        else:
            bus.pool += moved
            bus.produced += moved
            if bus.power >= 0:
                powers[bus.power].supply += moved
        if process.boundary:
            bus.from_outside += moved


@compiled
def warm(process: Record, nodes: Table, activity: float) -> None:
    """Give a process's waste heat to its thermal node."""
    if process.heat_node >= 0:
        heat_kw = process.heat_kw * activity
        nodes[process.heat_node].heat += heat_kw
        if process.control == THERMOSTAT:
            nodes[process.heat_node].heat_control += heat_kw


@compiled
def _age(store: Record, bus: Record) -> None:
    """Leak and fade of one store over a step; what it can no longer hold is lost."""
    kept = store.amount * store.keeps
    capacity = max(store.capacity - store.fade_per_step, 0.0)
    after = min(kept, capacity)
    bus.lost += store.amount - after
    store.amount = after
    store.capacity = capacity


@compiled
def settle(
    buses: Table, stores: Table, powers: Table, active: Numbers, spilled: NDArray[np.float32], step_h: float
) -> bool:
    """Store what the pools still hold, let the rest go, age stores; True when a reporting bus began or ended to spill.

    spilled : running sums of this record, by bus [unit of the bus]
    """
    changed = False
    for b in active:
        if b < 0:
            break
        bus = buses[b]
        for s in range(bus.first, bus.last):
            store = stores[s]
            if store.on:
                free = max(store.capacity - store.amount, 0.0) / store.charge_efficiency
                put = min(max(bus.pool, 0.0), free, store.charge_limit * step_h)
                if put > 0.0:
                    bus.pool -= put
                    store.amount += put * store.charge_efficiency
                    bus.lost += put * (1.0 - store.charge_efficiency)
                _age(store, bus)
        bus.spilled += bus.pool
        spilled[b] += bus.pool
        if bus.power >= 0:
            powers[bus.power].spilled += bus.pool
        changed |= bus.reports_spill and (bus.pool > 1e-12) != bus.spilling
    return changed


@compiled
def note_spills(buses: Table, log: Table, step: int) -> None:
    """Report buses (data) that began or ended to spill."""
    for b in range(len(buses)):
        bus = buses[b]
        if bus.reports_spill and (bus.pool > 1e-12) != bus.spilling:
            bus.spilling = bus.pool > 1e-12
            note(log, step, EV_SPILL if bus.spilling else EV_SPILL_END, b, bus.pool)


@compiled
def close_ledger(
    buses: Table,
    stores: Table,
    elements: NDArray[np.float64],
    sums: NDArray[np.float64],
    active: Numbers,
    ledger: NDArray[np.float64],
    residual: NDArray[np.float64],
) -> None:
    """Check that every bus and every chemical element closes in this step, and add the step to the run's ledger.

    elements : mass fractions (bus, element); sums : scratch (2, element)
    ledger : sums (bus, column); residual : greatest so far (bus, element)
    """
    sums[:] = 0.0
    for b in active:
        if b < 0:
            break
        bus = buses[b]
        after = stored_on(bus, stores)
        gain = after - bus.stored_before
        outside = bus.delivered - bus.spilled - bus.lost - bus.removed
        scale = after + bus.stored_before + bus.delivered + bus.produced + bus.consumed
        if scale > 0.0:
            residual[0] = max(residual[0], abs(gain - outside - bus.produced + bus.consumed) / scale)
        for x in range(elements.shape[1]):
            sums[0, x] += elements[b, x] * (gain - outside - bus.from_outside)
            sums[1, x] += elements[b, x] * scale
        ledger[b, L_DELIVERED] += bus.delivered
        ledger[b, L_PRODUCED] += bus.produced
        ledger[b, L_CONSUMED] += bus.consumed
        ledger[b, L_SPILLED] += bus.spilled
        ledger[b, L_LOST] += bus.lost
        ledger[b, L_REMOVED] += bus.removed
        ledger[b, L_STORED] = after
        bus.delivered = bus.produced = bus.consumed = bus.spilled = bus.lost = bus.removed = 0.0
        bus.stored_before = after
    for x in range(elements.shape[1]):
        if sums[1, x] > 0.0:
            residual[1] = max(residual[1], abs(sums[0, x]) / sums[1, x])
