"""Stocks and flows in the reference kernel: a store, and a bus with its pool, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from types import SimpleNamespace as Row

import numpy as np
from numpy.typing import NDArray

from moonstation.station import packed
from moonstation.station.packed import Network
from moonstation.station.reference_heat import Node


class Store:
    """An amount on a bus, with the losses of a step."""

    def __init__(self, given: Row, step_h: float, nodes: Sequence[Node], electric: bool) -> None:
        self.given, self.on, self.amount, self.capacity = given, False, 0.0, 0.0
        self.work_node = nodes[given.work_node] if given.work_node >= 0 else None
        self.warmed, self.loss_w = self.work_node if electric else None, 1000.0 / step_h
        self.charge_per_step = given.charge_limit * step_h
        self.discharge_per_step = given.discharge_limit * step_h
        self.charge_strain, self.discharge_strain = (  # share lost by rate, per amount that moves in a step
            given.rate_loss / most if most > packed.NEXT_TO_NOTHING else 0.0
            for most in (self.charge_per_step, self.discharge_per_step)
        )
        self.keeps = math.exp(-given.loss_per_h * step_h)
        self.fade_per_step = given.fade_per_h * step_h * given.capacity
        self.health, self.broken, self.rate = 1.0, 0.0, 1.0

    def can_give(self) -> float:
        """What it can deliver in a step: above its floor, within its rate, after its losses."""
        if self.work_node and not self.work_node.within(self.given.discharge_min_k, self.given.discharge_max_k):
            return 0.0
        if self.rate <= 0.0:
            return 0.0
        most = max(self.amount - self.given.floor * self.capacity, 0.0) * self.given.discharge_efficiency
        return min(most / (1.0 + most * self.discharge_strain), self.discharge_per_step * self.rate)

    def can_take(self) -> float:
        """What it can accept in a step: what fills it, before its losses, within its rate."""
        if self.work_node and not self.work_node.within(self.given.charge_min_k, self.given.charge_max_k):
            return 0.0
        if self.rate <= 0.0:
            return 0.0
        most = max(self.capacity - self.amount, 0.0) * (1.0 / self.given.charge_efficiency)
        root = math.sqrt(max(1.0 - 4.0 * self.charge_strain * most, 0.0))  # of the quadratic in what comes in
        return min(most * (2.0 / (1.0 + root)), self.charge_per_step * self.rate)

    def charge(self, put: float) -> float:
        """Store ``put``; returns what of it was lost."""
        strain = self.charge_strain * put
        kept = self.given.charge_efficiency * (1.0 - strain)
        if self.warmed:
            self.warmed.late_w += put * self.given.charge_efficiency * strain * self.loss_w
        self.amount += put * kept
        return put * (1.0 - kept)

    def discharge(self, given: float) -> float:
        """Deliver ``given`` and wear by it; returns what was lost on the way."""
        strain = self.discharge_strain * given
        taken = given * (1.0 / self.given.discharge_efficiency) / (1.0 - strain)
        taken = min(taken, self.amount)
        if self.warmed:
            self.warmed.late_w += taken * strain * self.loss_w
        self.amount -= taken
        self.capacity -= self.given.fade_per_cycle * taken
        return taken - given

    def damage(self, health: float) -> float:
        """Hold so much of what it would hold when sound; returns what no longer fits and is lost."""
        sound = self.capacity + self.broken
        self.broken = sound * (1.0 - health)
        self.capacity = sound - self.broken
        lost = max(self.amount - self.capacity, 0.0)
        self.amount -= lost
        return lost

    def age(self) -> float:
        """Leak and fade over a step; returns what was lost, for it can no longer hold more than its capacity."""
        self.capacity = max(self.capacity - self.fade_per_step, 0.0)
        before = self.amount
        self.amount = min(before * self.keeps, self.capacity)
        return before - self.amount


def _share(wanted: float, own: float, together: float) -> float:
    """What one store takes or gives of ``wanted``: its part of what it and those after it could, no more than own."""
    return min(wanted, own if wanted >= together else wanted * (own / together))


class Bus:
    """A quantity at a node: a pool that a step fills and empties, and the stores that balance it."""

    def __init__(self, network: Network, number: int, stores: Sequence[Store]) -> None:
        buses = network.buses
        self.number = number
        self.stores = stores[buses.store_ptr[number] : buses.store_ptr[number + 1]]
        self.spills, self.reports_spill = bool(buses.spills[number]), bool(buses.reports_spill[number])
        self.elements: list[float] = buses.elements[number].tolist()
        self.booked = [0.0] * packed.L_STORED  # of this step, by column of the ledger
        self.stored_before, self.spilled_sum, self.spilling = 0.0, 0.0, False
        self.from_outside = 0.0
        self.left, self.debt = 0.0, 0.0  # what the last step let go, or took more than there was
        self.asked = 0.0  # electricity that its loads wanted in the last step
        self.sent = self.wished = self.wanted = 0.0  # taken of the surplus; what could have been, in the last step
        self.yields = self.retains = 1.0  # least share of what its stores are asked to give or take that gets there
        for store in self.stores:
            calm = 1.0 - store.given.rate_loss
            self.yields = min(self.yields, store.given.discharge_efficiency * calm)
            self.retains = min(self.retains, store.given.charge_efficiency * calm)
        self.open()

    def open(self) -> None:
        """Begin a step: nothing has moved; the stores say what they can give and take and how full they are."""
        live = [store for store in self.stores if store.on]
        self.pool = 0.0
        self.offer, self.room = _total(s.can_give() for s in live), _total(s.can_take() for s in live)
        self.filled, self.capacity = _total(s.amount for s in live), _total(s.capacity for s in live)
        floors = _total(s.given.floor * s.capacity for s in live)
        self.usable = _total(s.amount - s.given.floor * s.capacity for s in live)
        self.usable_capacity = self.capacity - floors

    def fill(self) -> float:
        """How full the stores were when the step began, 0 where there are none [-]."""
        return self.filled / self.capacity if self.capacity > 0.0 else 0.0

    def charge(self) -> float:
        """What was usable when the step began as a share of all that can be, 1 where nothing stores [-]."""
        return self.usable / self.usable_capacity if self.usable_capacity > 0.0 else 1.0

    def beyond(self, share: float) -> float:
        """What its stores can give in a step beyond a share of their capacity; negative: can take up to it."""
        over = self.filled - share * self.capacity
        return min(self.offer, over * self.yields) if over > 0.0 else max(over / self.retains, -self.room)

    def ask(self, shed: float) -> None:
        """End a step: what its loads asked for, and what those that take only surplus could have used."""
        self.asked = max(self.booked[packed.L_CONSUMED] + shed - self.sent, 0.0)
        self.wanted, self.sent, self.wished = self.wished, 0.0, 0.0

    def move(self, amount: float, from_outside: bool) -> None:
        """Give ``amount`` to the pool, or take it where negative."""
        self.pool += amount
        self.booked[packed.L_CONSUMED if amount < 0.0 else packed.L_PRODUCED] += abs(amount)
        self.from_outside += amount if from_outside else 0.0

    def settle(self) -> None:
        """Balance the pool with the stores, each by what it can take or give; let the rest go; age the stores."""
        room, offer = self.room, self.offer
        for store in self.stores:
            if store.on and self.pool > 0.0:
                own = store.can_take()
                put = _share(self.pool, own, room)
                room -= own
                self.pool -= put
                self.booked[packed.L_LOST] += store.charge(put)
            elif store.on and self.pool < 0.0:
                own = store.can_give()
                given = _share(-self.pool, own, offer)
                offer -= own
                self.pool += given
                self.booked[packed.L_LOST] += store.discharge(given)
        for store in self.stores:
            if store.on:
                self.booked[packed.L_LOST] += store.age()
        self.booked[packed.L_SPILLED] += self.pool
        self.spilled_sum += self.pool
        self.left, self.debt = self.pool, -min(self.pool, 0.0)

    def pay(self, hours: float) -> None:
        """Take hours of work that were about to be let go."""
        self.left -= hours
        self.booked[packed.L_SPILLED] -= hours
        self.spilled_sum -= hours
        self.booked[packed.L_CONSUMED] += hours

    def close(self, ledger: NDArray[np.float64]) -> tuple[float, float, float]:
        """Add what was booked to the run's ledger; returns what it leaves open, that within the station, its scale."""
        delivered, produced, consumed, spilled, lost, removed = self.booked
        after = _total(store.amount for store in self.stores)
        inside = after - self.stored_before - (delivered - spilled - lost - removed)
        scale = after + self.stored_before + delivered + produced + consumed
        for column, amount in enumerate(self.booked):
            ledger[self.number, column] += amount
        ledger[self.number, packed.L_STORED] = self.stored_before = after
        rest, crossed = max(abs(inside - produced + consumed), self.debt), inside - self.from_outside
        self.booked, self.debt, self.from_outside = [0.0] * packed.L_STORED, 0.0, 0.0
        return rest, crossed, scale


def _total(amounts: Iterable[float]) -> float:
    """Sum from left to right: the built-in one rounds otherwise from Python 3.12 on."""
    total = 0.0
    for amount in amounts:
        total += amount
    return total
