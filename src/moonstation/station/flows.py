"""Stocks and flows in the compiled kernel: what a bus offers, its pool, settling, and the ledger of a step."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import inlined
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
)
from moonstation.station.tables import Record, Table

Numbers = NDArray[np.int64]
#: A bus that lets go more than this in a step is spilling [unit of the bus].
_SPILLING = 1e-12


@inlined
def take_stock(buses: Table, stores: Table, nodes: Table, live: Numbers) -> None:
    """What the stores of each bus can give and take in a step, and how full they are."""
    for b in live:
        if b < 0:
            break
        _take_stock(buses[b], stores, nodes, False)


@inlined
def _take_stock(bus: Record, stores: Table, nodes: Table, aging: bool) -> None:
    """The same for one bus; where ``aging``, its stores leak and fade over a step first, all in one turn."""
    offer, room, amount, capacity, usable, floors = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for s in range(bus.first, bus.last):
        store = stores[s]
        if store.on:
            if aging:
                _age(store, bus)
            _open(store, nodes)
            floor = store.floor * store.capacity
            offer += _can_give(store)
            room += _can_take(store)
            amount += store.amount
            capacity += store.capacity
            usable += store.amount - floor
            floors += floor
    bus.offer = offer
    bus.room = room
    bus.fill_amount = amount
    bus.fill_capacity = capacity
    bus.usable = usable
    bus.usable_capacity = capacity - floors


@inlined
def _open(store: Record, nodes: Table) -> None:
    """Most that a store takes and gives in the coming step, by its rates and its temperature."""
    store.takes_most, store.gives_most = store.charge_per_step, store.discharge_per_step
    if store.work_node >= 0:
        kelvin = nodes[store.work_node].temperature
        if not store.charge_min_k <= kelvin <= store.charge_max_k:
            store.takes_most = 0.0
        if not store.discharge_min_k <= kelvin <= store.discharge_max_k:
            store.gives_most = 0.0


@inlined
def _can_give(store: Record) -> float:
    """What a store can deliver in a step: above its floor, within its rate, after its losses."""
    most = max(store.amount - store.floor * store.capacity, 0.0) * store.discharge_efficiency
    if store.strains:
        most /= 1.0 + most * store.discharge_strain
    return min(most, store.gives_most)


@inlined
def _can_take(store: Record) -> float:
    """What a store can accept in a step: what fills it, before its losses, within its rate."""
    most = max(store.capacity - store.amount, 0.0) / store.charge_efficiency
    if store.strains:
        most *= 2.0 / (1.0 + math.sqrt(max(1.0 - 4.0 * store.charge_strain * most, 0.0)))
    return min(most, store.takes_most)


@inlined
def material_limit(process: Record, recipe: Table, buses: Table, wish: float) -> float:
    """Activity that stocks and room allow, the electricity that the process draws aside [-]."""
    activity = wish
    for k in range(process.recipe_first, process.recipe_last):
        amount, bus = recipe[k].amount, buses[recipe[k].bus]
        if amount < 0.0:
            free = bus.pool + bus.offer
        elif bus.spills or process.spills:
            continue
        else:
            free = bus.room - bus.pool
        if abs(amount) * activity > free:
            activity = max(free, 0.0) / abs(amount)
    return activity


@inlined
def move(bus: Record, amount: float, from_outside: bool) -> None:
    """Give ``amount`` to the pool of a bus, or take it where negative, and book it."""
    bus.pool += amount
    if amount < 0.0:
        bus.consumed -= amount
    else:
        bus.produced += amount
    if from_outside:
        bus.from_outside += amount


@inlined
def apply(process: Record, recipe: Table, buses: Table, activity: float) -> None:
    """Move what a process takes and gives in a step."""
    if process.power >= 0:
        move(buses[process.power_bus], -process.draw * activity, process.boundary)
    for k in range(process.recipe_first, process.recipe_last):
        move(buses[recipe[k].bus], recipe[k].amount * activity, process.boundary)


@inlined
def _share(wanted: float, own: float, together: float) -> float:
    """What one store takes or gives of ``wanted``: its part of what it and those after it could, no more than own."""
    return min(wanted, own if wanted >= together else wanted * (own / together))


@inlined
def _charge(bus: Record, stores: Table) -> None:
    """Store what the pool holds, in every store by what it can take."""
    room = bus.room
    for s in range(bus.first, bus.last):
        store = stores[s]
        if store.on and bus.pool > 0.0:
            own = _can_take(store)
            put = _share(bus.pool, own, room)
            room -= own
            bus.pool -= put
            kept = store.charge_efficiency * (1.0 - store.charge_strain * put)
            store.amount += put * kept
            bus.lost += put * (1.0 - kept)


@inlined
def _discharge(bus: Record, stores: Table) -> None:
    """Take what the pool lacks, from every store by what it can give; what rounding leaves stays as a debt."""
    offer = bus.offer
    for s in range(bus.first, bus.last):
        store = stores[s]
        if store.on and bus.pool < 0.0:
            own = _can_give(store)
            given = _share(-bus.pool, own, offer)
            offer -= own
            efficiency = store.discharge_efficiency * (1.0 - store.discharge_strain * given)
            taken = min(given / efficiency, store.amount)
            bus.pool += given
            store.amount -= taken
            store.capacity -= store.fade_per_cycle * taken
            bus.lost += taken - given


@inlined
def _age(store: Record, bus: Record) -> None:
    """Leak and fade of one store over a step; what it can no longer hold is lost."""
    capacity = max(store.capacity - store.fade_per_step, 0.0)
    after = min(store.amount * store.keeps, capacity)
    bus.lost += store.amount - after
    store.amount = after
    store.capacity = capacity


@inlined
def settle(buses: Table, stores: Table, nodes: Table, live: Numbers) -> bool:
    """Settle pools with stores, let the rest go, age stores and take stock of them for the next step.

    True when a reporting bus began or ended to spill.
    """
    changed = False
    for b in live:
        if b < 0:
            break
        bus = buses[b]
        if bus.pool > 0.0:
            _charge(bus, stores)
        elif bus.pool < 0.0:
            _discharge(bus, stores)
        _take_stock(bus, stores, nodes, True)
        bus.spilled += bus.pool
        bus.spilled_sum += bus.pool
        changed |= bus.reports_spill and (bus.pool > _SPILLING) != bus.spilling
    return changed


@inlined
def note_spills(buses: Table, log: Table, step: int) -> None:
    """Report buses (data) that began or ended to spill."""
    for b in range(len(buses)):
        bus = buses[b]
        if bus.reports_spill and (bus.pool > _SPILLING) != bus.spilling:
            bus.spilling = bus.pool > _SPILLING
            note(log, step, EV_SPILL if bus.spilling else EV_SPILL_END, b, bus.pool)


@inlined
def worse(worst: float, rest: float, scale: float) -> float:
    """The greater of ``worst`` and ``rest`` relative to ``scale``; what is not a number stays [-]."""
    if abs(rest) <= worst * scale or math.isnan(worst):
        return worst
    return abs(rest) / scale


@inlined
def _close_bus(bus: Record, totals: NDArray[np.float64]) -> None:
    """Add a step to the totals of a bus and begin the next."""
    totals[L_DELIVERED] += bus.delivered
    totals[L_PRODUCED] += bus.produced
    totals[L_CONSUMED] += bus.consumed
    totals[L_SPILLED] += bus.spilled
    totals[L_LOST] += bus.lost
    totals[L_REMOVED] += bus.removed
    totals[L_STORED] = bus.fill_amount
    bus.delivered = bus.produced = bus.consumed = bus.spilled = bus.lost = bus.removed = 0.0
    bus.pool = bus.from_outside = 0.0
    bus.stored_before = bus.fill_amount


@inlined
def close_ledger(
    buses: Table,
    elements: NDArray[np.float64],
    sums: NDArray[np.float64],
    live: Numbers,
    ledger: NDArray[np.float64],
    residual: NDArray[np.float64],
) -> None:
    """Check that every bus and every chemical element closes in this step, and add the step to the run's ledger.

    elements : mass fractions (bus, element); sums : scratch (2, element)
    ledger : sums (bus, column); residual : greatest so far (bus, element)
    """
    sums[:] = 0.0
    for b in live:
        if b < 0:
            break
        bus = buses[b]
        after = bus.fill_amount
        gain = after - bus.stored_before
        outside = bus.delivered - bus.spilled - bus.lost - bus.removed
        scale = after + bus.stored_before + bus.delivered + bus.produced + bus.consumed
        residual[0] = worse(residual[0], gain - outside - bus.produced + bus.consumed, scale)
        residual[0] = worse(residual[0], min(bus.pool, 0.0), scale)  # more was taken than there was
        if bus.is_mass:
            for x in range(elements.shape[1]):
                sums[0, x] += elements[b, x] * (gain - outside - bus.from_outside)
                sums[1, x] += elements[b, x] * scale
        _close_bus(bus, ledger[b])
    for x in range(elements.shape[1]):
        residual[1] = worse(residual[1], sums[0, x], sums[1, x])
