"""Stocks and flows in the compiled kernel: what a bus offers, its pool, settling, and the ledger of a step.

Amounts are lanes: a number per life. What only some lives do is chosen by masks, and skipped where none does it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import inlined
from moonstation.station.lanes import any_of, no, only_here, seldom, select
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
    NOTHING,
)
from moonstation.station.process_tables import GIVING, MANIFOLD
from moonstation.station.rows import NOWHERE, Record, Table
from moonstation.station.tables import BUSES, STIRRING, Tables

#: A number per life: ``lanes.Lanes``, or a plain one where there is one life.
Lively = Any
#: A truth value per life.
Truths = Any
#: A bus that lets go more than this in a step is spilling [unit of the bus].
_SPILLING = 1e-12
#: Keeps an endless rate from being multiplied by nothing.
_NEXT_TO_NO_RATE = 1e-300


@inlined
def take_stock(tables: Tables) -> None:
    """What the stores of each bus can give and take in a step, and how full they are."""
    for place in range(tables.counts[BUSES]):
        _take_stock(tables.buses[tables.live_buses[place]], tables.stores, tables.nodes, False)


@inlined
def _take_stock(bus: Record, stores: Table, nodes: Table, aging: bool) -> None:
    """The same for one bus; where ``aging``, its stores leak and fade over a step first, all in one turn."""
    offer, room, amount, capacity, usable, floors = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for s in range(bus.first, bus.last):
        only_here()
        store = stores[s]
        if store.live:
            if aging and (store.ages or any_of(store.amount > store.capacity)):
                _age(store, bus)
            if seldom(store.work_node != NOWHERE):
                _open(store, nodes[store.work_node].temperature)
            floor, held = store.floor * store.capacity, store.amount
            gives, takes = _can_give(store, floor), _can_take(store)
            store.can_give = gives
            store.can_take = takes
            offer += gives
            room += takes
            amount += held
            capacity += store.capacity
            if bus.powers:
                usable += held - floor
                floors += floor
    bus.offer = offer
    bus.room = room
    bus.fill_amount = amount
    bus.fill_capacity = capacity
    if bus.powers:
        bus.usable = usable
        bus.usable_capacity = capacity - floors
    if bus.watched:
        bus.fill = select(capacity > 0.0, amount / capacity, 0.0)


@inlined
def _open(store: Record, kelvin: Lively) -> None:
    """Most that a store takes and gives in the coming step, by its temperature."""
    takes = (store.charge_min_k <= kelvin) & (kelvin <= store.charge_max_k)
    gives = (store.discharge_min_k <= kelvin) & (kelvin <= store.discharge_max_k)
    store.takes_most = select(takes, store.charge_per_step, 0.0)
    store.gives_most = select(gives, store.discharge_per_step, 0.0)


@inlined
def _can_give(store: Record, floor: Lively) -> Lively:
    """What a store can deliver in a step: above its floor, within its rate, after its losses."""
    most = max(store.amount - floor, 0.0) * store.discharge_efficiency
    if seldom(store.strains):
        most /= 1.0 + most * store.discharge_strain
    if seldom(store.throttled):
        most = _throttled(store, most, store.gives_most)
    return min(most, store.gives_most)


@inlined
def _can_take(store: Record) -> Lively:
    """What a store can accept in a step: what fills it, before its losses, within its rate."""
    most = max(store.capacity - store.amount, 0.0) * store.charge_inverse
    if seldom(store.strains):
        most *= 2.0 / (1.0 + math.sqrt(max(1.0 - 4.0 * store.charge_strain * most, 0.0)))
    if seldom(store.throttled):
        most = _throttled(store, most, store.takes_most)
    return min(most, store.takes_most)


@inlined
def _throttled(store: Record, most: Lively, rate_most: Lively) -> Lively:
    """What moves of ``most`` through an inlet or outlet that has failed in part, or altogether."""
    return select(store.rate > 0.0, min(most, rate_most * max(store.rate, _NEXT_TO_NO_RATE)), 0.0)


@inlined
def material_limit(process: Record, tables: Tables, wish: Lively) -> Lively:
    """Activity that stocks and room allow, the electricity that the process draws aside [-]."""
    activity = wish
    for k in range(process.recipe_first, process.recipe_gives):
        bus = tables.buses[tables.recipe[k].bus]
        activity = _within(bus.pool + bus.offer, tables.amounts[k].amount, activity)
    for k in range(process.recipe_gives, process.recipe_last):
        only_here()
        if tables.recipe[k].limits:
            bus = tables.buses[tables.recipe[k].bus]
            activity = _within(bus.room - bus.pool, tables.amounts[k].amount, activity)
    return activity


@inlined
def _within(free: Lively, amount: Lively, activity: Lively) -> Lively:
    """Activity of which no more than is free is moved [-]."""
    short = amount * activity > free
    if seldom(short):
        only_here()
        return select(short, max(free, 0.0) / amount, activity)
    return activity


@inlined
def beyond(bus: Record, share: Lively) -> Lively:
    """What the stores of a bus can give in a step beyond a share of their capacity; negative: can take up to it."""
    over = bus.fill_amount - share * bus.fill_capacity
    return select(over > 0.0, min(bus.offer, over * bus.yields), max(over / bus.retains, -bus.room))


@inlined
def _give(bus: Record, amount: Lively, from_outside: bool) -> None:
    """Give to the pool of a bus, and book it."""
    bus.moved = True
    bus.pool += amount
    bus.produced += amount
    if from_outside:
        bus.from_outside += amount


@inlined
def _take(bus: Record, amount: Lively, from_outside: bool) -> None:
    """Take from the pool of a bus, and book it."""
    bus.moved = True
    bus.pool -= amount
    bus.consumed += amount
    if from_outside:
        bus.from_outside -= amount


@inlined
def draws(process: Record, manner: int) -> bool:
    """Whether a process draws electricity."""
    if manner == MANIFOLD:
        return process.power != NOWHERE
    return manner != GIVING


@inlined
def apply(process: Record, manner: int, tables: Tables, activity: Lively) -> None:
    """Move what a process takes and gives in a step."""
    if draws(process, manner):
        drawn = process.draw * activity
        _take(tables.buses[process.power_bus], drawn, process.boundary)
        if manner == MANIFOLD and process.sparing:
            tables.buses[process.power_bus].sent += drawn
    for k in range(process.recipe_first, process.recipe_gives):
        only_here()
        _take(tables.buses[tables.recipe[k].bus], tables.amounts[k].amount * activity, process.boundary)
    for k in range(process.recipe_gives, process.recipe_last):
        only_here()
        _give(tables.buses[tables.recipe[k].bus], tables.amounts[k].amount * activity, process.boundary)


@inlined
def _share(wanted: Lively, own: Lively, together: Lively, alone: bool) -> Lively:
    """What one store takes or gives of ``wanted``: its part of what it and those after it could, no more than own.

    alone : it is the only one, so its part is all
    """
    part = own
    scarce = wanted < together
    if not alone and seldom(scarce):
        only_here()
        part = select(scarce, wanted * (own / together), own)
    return min(wanted, part)


@inlined
def _charge(bus: Record, stores: Table, nodes: Table) -> None:
    """Store what the pool holds, in every store by what it can take."""
    room = bus.room
    for s in range(bus.first, bus.last):
        only_here()
        store = stores[s]
        filling = bus.pool > 0.0
        if store.live and any_of(filling):
            put = select(filling, _share(bus.pool, store.can_take, room, bus.last - bus.first == 1), 0.0)
            room -= store.can_take
            bus.pool -= put
            strain = store.charge_strain * put
            kept = store.charge_efficiency * (1.0 - strain)
            if seldom(store.loss_w > 0.0):
                nodes[store.work_node].late += put * store.charge_efficiency * strain * store.loss_w
            store.amount += put * kept
            bus.lost += put * (1.0 - kept)


@inlined
def _discharge(bus: Record, stores: Table, nodes: Table) -> None:
    """Take what the pool lacks, from every store by what it can give; what rounding leaves stays as a debt."""
    offer = bus.offer
    for s in range(bus.first, bus.last):
        only_here()
        store = stores[s]
        lacking = bus.pool < 0.0
        if store.live and any_of(lacking):
            given = select(lacking, _share(-bus.pool, store.can_give, offer, bus.last - bus.first == 1), 0.0)
            offer -= store.can_give
            taken = given * store.discharge_inverse
            strain = store.discharge_strain * given
            if seldom(store.strains):
                taken /= 1.0 - strain
            taken = min(taken, store.amount)
            if seldom(store.loss_w > 0.0):
                nodes[store.work_node].late += taken * strain * store.loss_w
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
def settle(tables: Tables, eventful: bool) -> bool:
    """Settle pools with stores, let the rest go, age stores and take stock of them for the next step.

    Only buses on which something moves or ages stir; the ledger looks at no others.

    eventful : whether anything came or went in this step, in any life

    True when a reporting bus began or ended to spill in any life.
    """
    stores, nodes, changed, stirring = tables.stores, tables.nodes, False, 0
    for place in range(tables.counts[BUSES]):
        bus = tables.buses[tables.live_buses[place]]
        if not (bus.moved or bus.restless or eventful):
            continue
        tables.stirring[stirring] = tables.live_buses[place]
        stirring += 1
        if any_of(bus.pool > 0.0):
            _charge(bus, stores, nodes)
        if any_of(bus.pool < 0.0):
            _discharge(bus, stores, nodes)
        _take_stock(bus, stores, nodes, True)
        if any_of(bus.pool != 0.0):
            bus.spilled_sum += bus.pool
        if seldom(bus.reports_spill):
            spills, told = bus.pool > _SPILLING, bus.spilling > 0.0
            changed |= any_of((spills & no(told)) | (told & no(spills)))
    tables.counts[STIRRING] = stirring
    return changed


@inlined
def note_spills(raw: Tables, log: Table, step: int) -> None:
    """Report buses (data) that began or ended to spill, life by life."""
    for b in range(len(raw.buses)):
        bus = raw.buses[b]
        if bus.reports_spill:
            for lane in range(log.shape[1]):
                spills = bus.pool[lane] > _SPILLING
                if spills != (bus.spilling[lane] > 0.0):
                    bus.spilling[lane] = 1.0 if spills else 0.0
                    note(log, lane, step, EV_SPILL if spills else EV_SPILL_END, b, bus.pool[lane])


@inlined
def worse(worst: Lively, rest: Lively, scale: Lively) -> Lively:
    """The greater of ``worst`` and ``rest`` relative to ``scale``; what is not a number stays [-]."""
    exceeds = no(abs(rest) <= max(worst * scale, NOTHING)) & (worst == worst)  # noqa: PLR0124 (is a number)
    if seldom(exceeds):
        only_here()
        return select(exceeds, abs(rest) / scale, worst)
    return worst


@inlined
def _close_bus(bus: Record, spilled: Lively, eventful: bool) -> None:
    """Add a step to the totals of a bus and begin the next."""
    if seldom(eventful):
        bus.all_delivered += bus.delivered
        bus.all_removed += bus.removed
        bus.delivered = bus.removed = bus.spilled = 0.0
    if any_of(spilled != 0.0):
        bus.all_spilled += spilled
        bus.pool = 0.0
    if any_of(bus.lost != 0.0):
        bus.all_lost += bus.lost
        bus.lost = 0.0
    if bus.moved:
        bus.moved = False
        bus.all_produced += bus.produced
        bus.all_consumed += bus.consumed
        bus.produced = bus.consumed = bus.from_outside = 0.0
    bus.stored_before = bus.fill_amount


@inlined
def _stir_all(tables: Tables) -> None:
    """Let the ledger look at every live bus in this step."""
    for place in range(tables.counts[BUSES]):
        tables.stirring[place] = tables.live_buses[place]
    tables.counts[STIRRING] = tables.counts[BUSES]


@inlined
def close_ledger(tables: Tables, eventful: bool) -> None:
    """Check that every bus and every chemical element closes in this step, and add the step to the run's totals.

    eventful : whether anything came or went in this step, in any life
    """
    if seldom(eventful):
        _stir_all(tables)
    buses, elements, balances, worst = tables.buses, tables.elements, tables.balances, tables.worst[0]
    for x in range(len(balances)):
        balances[x].open = 0.0
        balances[x].scale = 0.0
    for place in range(tables.counts[STIRRING]):
        bus = buses[tables.stirring[place]]
        after, before, spilled = bus.fill_amount, bus.stored_before, bus.pool
        outside, scale = -spilled - bus.lost, after + before
        if seldom(eventful):
            spilled = bus.spilled + bus.pool
            outside = bus.delivered - spilled - bus.lost - bus.removed
            scale += bus.delivered
        inside = after - before - outside
        scale += bus.produced
        scale += bus.consumed
        debt = abs(min(bus.pool, 0.0))  # more was taken than there was
        worst.bus = worse(worst.bus, max(abs(inside - bus.produced + bus.consumed), debt), scale)
        if bus.element_last > bus.element_first:
            # what other lives do here must not touch this one's scale
            happened = (bus.produced + bus.consumed > 0.0) | (inside != 0.0) | (outside != 0.0)
            crossed, weight = inside - bus.from_outside, select(happened, scale, 0.0)
            for k in range(bus.element_first, bus.element_last):
                only_here()
                balance, share = balances[elements[k].element], elements[k].share
                balance.open += share * crossed
                balance.scale += share * weight
        _close_bus(bus, spilled, eventful)
    for x in range(len(balances)):
        worst.element = worse(worst.element, balances[x].open, balances[x].scale)


@inlined
def write_ledger(raw: Tables, ledger: NDArray[np.float64], residual: NDArray[np.float64]) -> None:
    """Hand over the totals so far: ledger (bus, column, lane), residual (bus, element, heat; lane)."""
    for b in range(len(raw.buses)):
        bus = raw.buses[b]
        for lane in range(ledger.shape[2]):
            ledger[b, L_DELIVERED, lane] = bus.all_delivered[lane]
            ledger[b, L_PRODUCED, lane] = bus.all_produced[lane]
            ledger[b, L_CONSUMED, lane] = bus.all_consumed[lane]
            ledger[b, L_SPILLED, lane] = bus.all_spilled[lane]
            ledger[b, L_LOST, lane] = bus.all_lost[lane]
            ledger[b, L_REMOVED, lane] = bus.all_removed[lane]
            ledger[b, L_STORED, lane] = bus.stored_before[lane]
    for lane in range(residual.shape[1]):
        residual[0, lane] = raw.worst[0].bus[lane]
        residual[1, lane] = raw.worst[0].element[lane]
        residual[2, lane] = raw.worst[0].heat[lane]
