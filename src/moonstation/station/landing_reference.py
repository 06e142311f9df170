"""The rules of landings by a go and of early departures in plain Python: what ``landings.py`` must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from moonstation.station import packed
from moonstation.station.packed import NEVER, Network

if TYPE_CHECKING:
    from moonstation.station.reference import Station
    from moonstation.station.reference_flows import Bus


class _Condition:
    """A sum that must lie between two limits."""

    def __init__(self, network: Network, number: int) -> None:
        own = network.conditions
        self.number, self.base = number, float(own.base[number])
        self.low, self.high = float(own.low[number]), float(own.high[number])
        self.terms = [
            (int(own.term_kind[k]), int(own.term_index[k]), float(own.term_weight[k]))
            for k in range(own.term_ptr[number], own.term_ptr[number + 1])
        ]
        self.ways = {way: _Condition(network, way) for kind, way, _ in self.terms if kind == packed.T_WAY}

    def measured(self, station: Station, now: Sequence[float]) -> float:
        """What it looks at."""
        total = self.base
        for kind, index, weight in self.terms:
            way = self.ways.get(index) if kind == packed.T_WAY else None
            total += weight * (float(way.open(station, now)) if way else _value(station, now, kind, index))
        return total

    def open(self, station: Station, now: Sequence[float]) -> bool:
        """Of a way: whether all that it consists of could send now."""
        return all(_of_process(station, now, packed.T_OPEN, link) for _, link, _ in self.terms)

    def holds(self, station: Station, now: Sequence[float]) -> bool:
        """Whether it does."""
        return self.low <= self.measured(station, now) <= self.high


class Gate:
    """A landing that needs a go."""

    def __init__(self, network: Network, number: int) -> None:
        plan, asked = network.schedule, network.conditions.asked
        self.number = number
        self.start, self.last = int(plan.gate_start[number]), int(plan.gate_last[number])
        self.retry, self.watch = int(plan.gate_retry[number]), int(plan.gate_watch[number])
        self.persistence = int(plan.gate_persistence[number])
        rows = np.flatnonzero(network.conditions.gate == number).tolist()
        self.go, self.stay, self.ascent = (
            [_Condition(network, row) for row in rows if asked[row] == kind]
            for kind in (packed.GO, packed.STAY, packed.ASCENT)
        )
        self.assets = np.flatnonzero(plan.asset_gate == number).tolist()
        self.people = [a for a in self.assets if plan.asset_people[a]]
        self.goes = [a for a in self.assets if plan.asset_goes[a]]
        self.state, self.due, self.opened, self.broken_since = packed.WAITS, self.start, -1, NEVER
        self.told = -1

    def look(self, station: Station, now: Sequence[float]) -> None:
        """Decide where it is time to, by the state in which the last step left the station."""
        if station.step < self.due:
            return
        if self.state == packed.WAITS:
            self.decide_landing(station, now)
        elif self.state == packed.VISITED:
            self.decide_departure(station, now)

    def over(self) -> None:
        """Nothing is left to decide."""
        self.state, self.due = packed.DECIDED, NEVER

    def decide_landing(self, station: Station, now: Sequence[float]) -> None:
        """Go, wait or cancel."""
        unmet = self.unmet(self.go, station, now)
        if unmet is None:
            self.land(station)
        elif station.step >= self.last:
            self.over()
            station.note(packed.EV_CANCELLED, unmet.number, unmet.measured(station, now))
        else:
            self.due = min(station.step + self.retry, self.last)
            self.tell(packed.EV_NO_GO, unmet, station, now)

    def land(self, station: Station) -> None:
        """Give what it brings its dates, as much later as it lands."""
        late = station.step - self.start
        for asset in (station.assets[a] for a in self.assets):
            asset.start = station.step
            asset.end += late if asset.end < NEVER else 0
        self.over()
        if self.stay:
            self.state, self.due = packed.VISITED, station.step + self.watch
        self.told, self.opened = -1, station.step
        station.note(packed.EV_GO, self.number)

    def decide_departure(self, station: Station, now: Sequence[float]) -> None:
        """Stay, or leave early with what takes them home."""
        people = [station.assets[a] for a in self.people]
        if not any(asset.on and asset.end > station.step for asset in people):
            self.over()
            return
        self.due = station.step + self.watch
        unmet = self.unmet(self.stay, station, now)
        if unmet is None:
            self.broken_since, self.told = NEVER, -1
            return
        self.broken_since = min(self.broken_since, station.step)
        if station.step - self.broken_since < self.persistence:
            return
        stuck = self.unmet(self.ascent, station, now)
        if stuck is not None:
            self.tell(packed.EV_STRANDED, stuck, station, now)
            return
        station.note(packed.EV_LEFT, unmet.number, unmet.measured(station, now))
        for asset in (station.assets[a] for a in self.goes):
            asset.end = min(asset.end, station.step)
        self.over()

    def tell(self, code: int, unmet: _Condition, station: Station, now: Sequence[float]) -> None:
        """Note what is not met, once until it is another."""
        if self.told != unmet.number:
            self.told = unmet.number
            station.note(code, unmet.number, unmet.measured(station, now))

    @staticmethod
    def unmet(conditions: Sequence[_Condition], station: Station, now: Sequence[float]) -> _Condition | None:
        """The first of some conditions that does not hold."""
        return next((condition for condition in conditions if not condition.holds(station, now)), None)


def _value(station: Station, now: Sequence[float], kind: int, index: int) -> float:
    """Value of a term of a condition."""
    match kind:
        case packed.T_AMOUNT | packed.T_FILL:
            value = _stock(station.buses[index], kind)
        case packed.T_CHARGE:
            value = _stock(station.powers[index].bus, kind)
        case packed.T_MODE:
            value = float(station.powers[index].mode)
        case packed.T_KELVIN:
            node = station.nodes[index]
            value = node.temperature if station.assets[node.given.asset].on else 0.0
        case packed.T_ALIVE:
            value = float(station.assets[index].on)
        case packed.T_LANDED:
            value = float(station.gates[index].opened >= 0)
        case packed.T_SOUND:
            own = [process.health > 0.0 for process in station.processes if process.given.asset == index]
            value = float(station.assets[index].on and all(own))
        case _:
            value = _of_process(station, now, kind, index)
    return value


def _of_process(station: Station, now: Sequence[float], kind: int, index: int) -> float:
    """Health of a process that is alive, or whether it is a link that could send now."""
    process = station.processes[index]
    if not station.assets[process.given.asset].on:
        return 0.0
    if kind == packed.T_HEALTH:
        return process.health
    serves = process.power is None or process.given.priority <= process.power.serve_up_to
    seen = process.given.series < 0 or now[process.given.series] > 0.0
    return float(process.health > 0.0 and serves and seen)


def _stock(bus: Bus, kind: int) -> float:
    """What the stores of a bus hold, or their share of it, or the usable share, 1 where there is none."""
    amount, capacity, floors = 0.0, 0.0, 0.0
    for store in bus.stores:
        amount += store.amount
        capacity += store.capacity
        floors += store.given.floor * store.capacity
    if kind == packed.T_AMOUNT:
        return amount
    if kind == packed.T_FILL:
        return amount / capacity if capacity > 0.0 else 0.0
    usable = capacity - floors
    return (amount - floors) / usable if usable > 0.0 else 1.0
