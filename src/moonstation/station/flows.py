"""Stocks and flows in the compiled kernel: what a bus offers, its pool, settling, and the ledger of a step.

Amounts are lanes: a number per life. What only some lives do is chosen by masks, and skipped where none does it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import inlined
from moonstation.station.lanes import any_of, no, one_life, only_here, seldom, select
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
from moonstation.station.tables import BUSES, Tables

#: A number per life: ``lanes.Lanes``, or a plain one where there is one life.
Lively = Any
#: A truth value per life.
Truths = Any
#: A bus that lets go more than this in a step is spilling [unit of the bus].
_SPILLING = 1e-12
#: Keeps an endless rate from being multiplied by nothing.
_NEXT_TO_NO_RATE = 1e-300


@inlined
def _take_stock(bus: Record, stores: Table, nodes: Table, aging: bool, lost: Lively) -> Lively:
    """What the stores of a bus can give and take in a step, and how full they are.

    aging : they leak and fade over a step first, all in one turn; what they can hold changes by nothing else

    Returns ``lost`` and what they lost by that.
    """
    offer, room, amount, capacity, usable, floors = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    fades, alone = bus.fades or not aging, bus.last - bus.first == 1
    for s in range(bus.first, bus.last):
        only_here()
        store = stores[s]
        if store.live:
            if aging and (store.ages or any_of(store.amount > store.capacity)):
                lost = _age(store, lost)
            if seldom(store.work_node != NOWHERE):
                _open(store, nodes[store.work_node].temperature)
            held = store.amount
            if store.plain and not store.throttled:
                gives, takes, spare = max(held, 0.0), max(store.capacity - held, 0.0), held
            else:
                floor = store.floor * store.capacity
                gives, takes, spare = _can_give(store, floor), _can_take(store), held - floor
                if fades:
                    floors += floor
            if not alone:
                store.can_give = gives
                store.can_take = takes
            offer += gives
            room += takes
            amount += held
            usable += spare
            if fades:
                capacity += store.capacity
    bus.offer = offer
    bus.room = room
    bus.fill_amount = amount
    if bus.powers:
        bus.usable = usable
    if fades:
        bus.fill_capacity = capacity
        bus.usable_capacity = capacity - floors
    if bus.watched:
        bus.fill = _filled(bus)
    return lost


@inlined
def _filled(bus: Record) -> Lively:
    """How full the stores of a bus are, 0 where there are none [-]."""
    return select(bus.fill_capacity > 0.0, bus.fill_amount / bus.fill_capacity, 0.0)


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
def _amount(tables: Tables, k: Any) -> Lively:
    """What a row of a recipe moves in a step at activity 1."""
    row = tables.recipe[k]
    return row.amount if one_life(tables.amounts[k].amount) or row.common else tables.amounts[k].amount


@inlined
def material_limit(process: Record, tables: Tables, wish: Lively) -> Lively:
    """Activity that stocks and room allow, the electricity that the process draws aside [-]."""
    activity = wish
    # not ``range``, here and below: for one or two rows it costs more than what is done
    k = np.uint64(process.recipe_first)
    while k < process.recipe_gives:
        bus = tables.buses[tables.recipe[k].bus]
        activity = _within(bus.pool + bus.offer, _amount(tables, k), activity)
        k += np.uint64(1)
    while k < process.recipe_free:
        only_here()
        bus = tables.buses[tables.recipe[k].bus]
        activity = _within(bus.room - bus.pool, _amount(tables, k), activity)
        k += np.uint64(1)
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
def draw_of(process: Record) -> Lively:
    """Electricity that a process draws in a step at activity 1 [kWh]."""
    return process.draw if one_life(process.draw) or not process.draw_alike else process.common_draw


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
        drawn = draw_of(process) * activity
        _take(tables.buses[process.power_bus], drawn, process.boundary)
        if manner == MANIFOLD and process.sparing:
            tables.buses[process.power_bus].sent += drawn
    k = np.uint64(process.recipe_first)
    while k < process.recipe_gives:
        only_here()
        _take(tables.buses[tables.recipe[k].bus], _amount(tables, k) * activity, process.boundary)
        k += np.uint64(1)
    while k < process.recipe_last:
        only_here()
        _give(tables.buses[tables.recipe[k].bus], _amount(tables, k) * activity, process.boundary)
        k += np.uint64(1)


@inlined
def _share(wanted: Lively, own: Lively, together: Lively) -> Lively:
    """What one store takes or gives of ``wanted``: its part of what it and those after it could, no more than own."""
    part = own
    scarce = wanted < together
    if seldom(scarce):
        only_here()
        part = select(scarce, wanted * (own / together), own)
    return min(wanted, part)


@inlined
def _charge(bus: Record, stores: Table, nodes: Table, pool: Lively, lost: Lively) -> tuple[Lively, Lively]:
    """Store what the pool holds, in every store by what it can take; returns what is left of it, and what is lost."""
    room, alone = bus.room, bus.last - bus.first == 1
    for s in range(bus.first, bus.last):
        only_here()
        store = stores[s]
        filling = pool > 0.0
        if store.live and any_of(filling):
            if alone:
                put = select(filling, min(pool, room), 0.0)
            else:
                put = select(filling, _share(pool, store.can_take, room), 0.0)
                room -= store.can_take
            pool -= put
            if store.plain:
                store.amount += put
            else:
                strain = store.charge_strain * put
                kept = store.charge_efficiency * (1.0 - strain)
                if seldom(store.loss_w > 0.0):
                    nodes[store.work_node].heat += put * store.charge_efficiency * strain * store.loss_w
                store.amount += put * kept
                lost += put * (1.0 - kept)
    return pool, lost


@inlined
def _discharge(bus: Record, stores: Table, nodes: Table, pool: Lively, lost: Lively) -> tuple[Lively, Lively]:
    """Take what the pool lacks, from every store by what it can give; what rounding leaves stays as a debt.

    Returns the pool, and all that is lost.
    """
    offer, alone = bus.offer, bus.last - bus.first == 1
    for s in range(bus.first, bus.last):
        only_here()
        store = stores[s]
        lacking = pool < 0.0
        if store.live and any_of(lacking):
            if alone:
                given = select(lacking, min(-pool, offer), 0.0)
            else:
                given = select(lacking, _share(-pool, store.can_give, offer), 0.0)
                offer -= store.can_give
            pool += given
            if store.plain:
                store.amount -= given
            else:
                taken = given * store.discharge_inverse
                strain = store.discharge_strain * given
                if seldom(store.strains):
                    taken /= 1.0 - strain
                taken = min(taken, store.amount)
                if seldom(store.loss_w > 0.0):
                    nodes[store.work_node].heat += taken * strain * store.loss_w
                store.amount -= taken
                store.capacity -= store.fade_per_cycle * taken
                lost += taken - given
    return pool, lost


@inlined
def _age(store: Record, lost: Lively) -> Lively:
    """Leak and fade of one store over a step; what it can no longer hold is added to what is lost."""
    capacity = max(store.capacity - store.fade_per_step, 0.0)
    after = min(store.amount * store.keeps, capacity)
    lost += store.amount - after
    store.amount = after
    store.capacity = capacity
    return lost


@inlined
def worse(worst: Lively, rest: Lively, scale: Lively) -> Lively:
    """The greater of ``worst`` and ``rest`` relative to ``scale``; what is not a number stays [-]."""
    exceeds = no(abs(rest) <= max(worst * scale, NOTHING))
    if seldom(exceeds):
        only_here()
        return select(exceeds & (worst == worst), abs(rest) / scale, worst)  # noqa: PLR0124 (is a number)
    return worst


@inlined
def _open_balances(balances: Table) -> None:
    for x in range(len(balances)):
        balances[x].open = 0.0
        balances[x].scale = 0.0


@inlined
def _close_balances(tables: Tables) -> None:
    """Check that every chemical element closes."""
    balances, worst = tables.balances, tables.worst[0].element
    for x in range(len(balances)):
        worst = worse(worst, balances[x].open, balances[x].scale)
    tables.worst[0].element = worst


@inlined
def _weigh(tables: Tables, bus: Record, crossed: Lively, weight: Lively) -> None:
    """Add what a bus leaves open, and the scale of that, to the balances of its chemical elements."""
    k = np.uint64(bus.element_first)
    while k < bus.element_last:
        only_here()
        balance, share = tables.balances[tables.elements[k].element], tables.elements[k].share
        balance.open += share * crossed
        balance.scale += share * weight
        k += np.uint64(1)


@inlined
def take_stock(tables: Tables) -> None:
    """What the stores of all buses can give and take, after things came or went; closes the ledger over those."""
    _open_balances(tables.balances)
    worst = tables.worst[0].bus
    for place in range(tables.counts[BUSES]):
        bus = tables.buses[tables.live_buses[place]]
        before = bus.fill_amount
        _take_stock(bus, tables.stores, tables.nodes, False, 0.0)
        outside = bus.delivered - bus.spilled - bus.lost - bus.removed
        rest, scale = bus.fill_amount - before - outside, bus.fill_amount + before + bus.delivered
        worst = worse(worst, abs(rest), scale)
        # what other lives do here must not touch this one's scale
        _weigh(tables, bus, rest, select((rest != 0.0) | (outside != 0.0), scale, 0.0))
        bus.all_delivered += bus.delivered
        bus.all_spilled += bus.spilled
        bus.all_lost += bus.lost
        bus.all_removed += bus.removed
        bus.delivered = bus.spilled = bus.lost = bus.removed = 0.0
    tables.worst[0].bus = worst
    _close_balances(tables)


@inlined
def _close_step(tables: Tables, bus: Record, before: Lively, pool: Lively, lost: Lively) -> None:
    """Check that a step closes on a bus, add it to the totals and begin the next.

    before : what its stores held; pool : what is let go; lost : by the stores
    """
    after, outside = bus.fill_amount, -pool - lost
    inside, scale = after - before - outside, after + before
    rest, crossed, happened = inside, inside, (inside != 0.0) | (outside != 0.0)
    if bus.moved:
        produced, consumed = bus.produced, bus.consumed
        rest = inside - produced + consumed
        happened |= produced + consumed > 0.0
        scale += produced + consumed
        if bus.bordered:
            crossed = inside - bus.from_outside
            bus.from_outside = 0.0
        bus.all_produced += produced
        bus.all_consumed += consumed
        if not bus.powers:  # of those it is still asked what they moved
            bus.produced = bus.consumed = 0.0
        bus.pool = 0.0
        bus.moved = False
    debt, worst = abs(min(pool, 0.0)), tables.worst[0]  # more was taken than there was
    worst.bus = worse(worst.bus, max(abs(rest), debt), scale)
    if bus.element_last > bus.element_first:
        # what other lives do here must not touch this one's scale
        _weigh(tables, bus, crossed, select(happened, scale, 0.0))
    if any_of(pool != 0.0):
        bus.spilled_sum += pool
        bus.all_spilled += pool
    if any_of(lost != 0.0):
        bus.all_lost += lost


@inlined
def settle(tables: Tables) -> bool:
    """Settle pools with stores, let the rest go, age stores, take stock for the next step, and close the ledger.

    True when a reporting bus began or ended to spill in any life.
    """
    stores, nodes, changed = tables.stores, tables.nodes, False
    _open_balances(tables.balances)
    for place in range(tables.counts[BUSES]):
        bus = tables.buses[tables.live_buses[place]]
        if not (bus.moved or bus.restless):
            continue
        before, pool, lost = bus.fill_amount, bus.pool, 0.0
        if bus.first < bus.last:
            if any_of(pool > 0.0):
                pool, lost = _charge(bus, stores, nodes, pool, lost)
            if any_of(pool < 0.0):
                pool, lost = _discharge(bus, stores, nodes, pool, lost)
            lost = _take_stock(bus, stores, nodes, True, lost)
        _close_step(tables, bus, before, pool, lost)
        if seldom(bus.lingers):
            bus.left = pool
        if seldom(bus.reports_spill):
            spills, told = pool > _SPILLING, bus.spilling > 0.0
            changed |= any_of((spills & no(told)) | (told & no(spills)))
    _close_balances(tables)
    return changed


@inlined
def note_spills(raw: Tables, log: Table, step: int) -> None:
    """Report buses (data) that began or ended to spill, life by life."""
    for b in range(len(raw.buses)):
        bus = raw.buses[b]
        if bus.reports_spill:
            for lane in range(log.shape[1]):
                spills = bus.left[lane] > _SPILLING
                if spills != (bus.spilling[lane] > 0.0):
                    bus.spilling[lane] = 1.0 if spills else 0.0
                    note(log, lane, step, EV_SPILL if spills else EV_SPILL_END, b, bus.left[lane])


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
            ledger[b, L_STORED, lane] = bus.fill_amount[lane]
    for lane in range(residual.shape[1]):
        residual[0, lane] = raw.worst[0].bus[lane]
        residual[1, lane] = raw.worst[0].element[lane]
        residual[2, lane] = raw.worst[0].heat[lane]
