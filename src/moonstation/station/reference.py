"""The rules of the kernel in plain Python: the specification that the compiled kernel must agree with.

One object per bus, store, process, thermal node, power bus and asset, and one method per rule. It is some hundreds of
times slower, so it runs in tests and benchmarks only. The equations stand in docs/models/kernel.md. Sums run in the
same order as in the compiled kernel, so both give the same numbers to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from types import SimpleNamespace as Row
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.components.quantities import ELEMENTS
from moonstation.station import packed
from moonstation.station.fault_reference import FaultReference
from moonstation.station.fault_tables import BLOCKED, TRIED
from moonstation.station.landing_reference import Gate
from moonstation.station.packed import Network, Records, steps_of
from moonstation.station.reference_flows import Bus, Store
from moonstation.station.reference_heat import Node, find_temperatures, value_of

_SERVED = 1e-9  # a wish counts as served when less than this share of it is missing
_SPILLING = 1e-12  # a bus that lets go more than this in a step is spilling


class _Power:
    """A bus of electricity with its mode, and what was wanted of it in this record."""

    def __init__(self, network: Network, number: int, buses: Sequence[Bus], step_h: float) -> None:
        self.bus, self.sun_series = buses[network.buses.power_bus[number]], int(network.buses.sun_series[number])
        self.rules, self.recovery_steps = network.rules, steps_of(network.rules.recovery_h, step_h)
        self.mode, self.due, self.serve_up_to = packed.NOMINAL, 0, int(self.rules.serve_up_to[packed.NOMINAL])
        self.safe_until = 0  # a step of recovery keeps it in mode safe
        self.critical, self.unserved = -1, False  # -1: no critical load wanted anything
        self.shed = self.supply_sum = self.served_sum = self.shed_sum = 0.0
        self.severest, self.critical_steps, self.critical_served = packed.NOMINAL, 0, 0

    def wanted_mode(self, now: Sequence[float], step: int) -> int:
        """Mode that charge and Sun call for; survival and safe are left at a higher charge than they are entered at."""
        rules, charge = self.rules, self.bus.charge()
        if charge < rules.safe_below or (self.mode == packed.SAFE and charge < rules.safe_exit):
            return packed.SAFE
        if step < self.safe_until:
            return packed.SAFE
        if charge < rules.survival_below or (self.mode >= packed.SURVIVAL and charge < rules.survival_exit):
            return packed.SURVIVAL
        dark = self.sun_series >= 0 and now[self.sun_series] < rules.dark_sun_below
        return packed.DARK if dark and charge < rules.dark_charge_below else packed.NOMINAL

    def change_mode(self, now: Sequence[float], step: int) -> bool:
        """To a severer mode at once, to a milder one when it has been due for long enough; True for a change."""
        wanted = self.wanted_mode(now, step)
        if wanted > self.mode or (wanted < self.mode and self.due >= self.recovery_steps):
            self.mode, self.due, self.serve_up_to = wanted, 0, int(self.rules.serve_up_to[wanted])
            return True
        self.due = self.due + 1 if wanted < self.mode else 0
        return False


class _Process:
    """A recipe, what it wants, and what it gets."""

    def __init__(self, network: Network, number: int, given: Row, station: Station) -> None:
        own, buses, nodes = network.processes, station.buses, station.nodes
        self.given = given
        self.power = station.powers[given.power] if given.power >= 0 else None
        self.draw, self.recipe = 0.0, []  # electricity, and all else that it moves in a step at activity 1
        for k in _span(own.recipe_ptr, number):
            bus, amount = buses[own.recipe_bus[k]], float(own.recipe_rate[k]) * station.step_h
            if self.power and bus is self.power.bus and amount < 0.0:
                self.draw -= amount
            elif amount != 0.0:
                self.recipe.append((bus, amount))
        self.recipe.sort(key=lambda moved: moved[1] > 0.0)  # what is taken stands before what is given
        self.locks = [
            (buses[own.interlock_bus[k]], float(own.interlock_low[k]), float(own.interlock_high[k]))
            for k in _span(own.interlock_ptr, number)
        ]
        self.thermostat_of = nodes[given.control_index] if given.control == packed.THERMOSTAT else None
        self.watched = None if self.thermostat_of or given.control_index < 0 else buses[given.control_index]
        self.heat_node = nodes[given.heat_node] if given.heat_node >= 0 else None
        self.work_node = nodes[given.work_node] if given.work_node >= 0 else None
        self.driven = nodes[given.drives] if given.drives >= 0 else None
        if self.driven:
            self.driven.driven = True
        self.starve_limit = max(steps_of(given.starve_limit_h, station.step_h), 1)
        self.hysteresis_on, self.starved = False, 0
        self.health, self.seen, self.seeks = float(given.health), 0, station.faults is not None
        self.keeps = math.exp(-given.decay_per_h * station.step_h)
        self.worn = math.exp(-given.decay_per_h * float(network.schedule.asset_age_h[given.asset]))
        self.activity_sum = self.shortfall_sum = self.ready_sum = self.worked = 0.0

    def blocked(self) -> bool:
        """True while a temperature or an interlock forbids it."""
        if self.work_node and not self.work_node.works():
            return True
        return not all(low <= bus.fill() <= high for bus, low, high in self.locks)

    def wish(self, now: Sequence[float]) -> float:
        """Activity that it wants by its limit, series and control; what has failed wants as if it were sound [-]."""
        share = 1.0 if self.seeks and self.health == 0.0 else self.health
        limit = self.given.limit * share * self.worn * value_of(now, self.given.series, 1.0)
        self.worn *= self.keeps
        if limit <= 0.0:
            return 0.0
        if self.thermostat_of:
            need_w, heater_w = self.thermostat_of.need_w(self.given.control_on), 1000.0 * self.given.heat_kw
            return min(limit, need_w / heater_w) if need_w > 0.0 and heater_w > 0.0 else 0.0
        return limit if self.watched is None else self.controlled(self.watched, limit)

    def controlled(self, bus: Bus, limit: float) -> float:
        """Activity by how full the stores of a bus are [-]."""
        on, off, fill = self.given.control_on, self.given.control_off, bus.fill()
        if self.given.control == packed.SURPLUS:
            return limit if fill > on else 0.0
        if self.given.control == packed.PROPORTIONAL:
            return limit * min(fill / on, 1.0)
        if self.given.control == packed.HOLD:
            return min(limit, self.activity_for(bus, on * bus.capacity - bus.filled - bus.pool))
        if self.given.control == packed.FOLLOW:
            lacking = self.lacking(bus)
            if self.given.passes:  # what is wanted beyond does not wait until stores have sunk to where they are kept
                lacking = max(lacking, min(bus.asked - bus.booked[packed.L_PRODUCED], 0.0)) + bus.wanted
            return min(limit, self.activity_for(bus, lacking))
        start, stop = (fill < on, fill > off) if on < off else (fill > on, fill < off)
        self.hysteresis_on = start or (self.hysteresis_on and not stop)
        return limit if self.hysteresis_on else 0.0

    def lacking(self, bus: Bus) -> float:
        """What the bus whose demand it follows lacks: its loads as they last asked, and its stores."""
        return bus.asked - bus.booked[packed.L_PRODUCED] - bus.beyond(self.given.control_on)

    def from_surplus(self, power: _Power, wish: float, served: bool) -> float:
        """What of its wish the surplus of its bus allows [-]; notes for lines to it what it could have used."""
        bus, possible = power.bus, self.material_limit(wish)
        if self.given.passes and served and self.health > 0.0:
            bus.wished += possible * self.draw
        own = max(bus.asked, bus.booked[packed.L_CONSUMED] - bus.sent)
        made, over = bus.booked[packed.L_PRODUCED] - own - bus.sent, bus.beyond(self.given.reserve)
        activity = min(possible, max(made + min(over, 0.0), 0.0) / self.draw)
        if self.given.control == packed.FOLLOW and self.watched:
            lacks = min(possible, self.activity_for(self.watched, self.lacking(self.watched)))
            activity = max(activity, min(lacks, max(made + over, 0.0) / self.draw))
        return activity

    def activity_for(self, bus: Bus, amount: float) -> float:
        """Activity that moves an amount on a bus in a step, 0 where it cannot [-]."""
        drawn = [(self.power.bus, -self.draw)] if self.power else []
        return next((max(amount / moved, 0.0) for other, moved in [*drawn, *self.recipe] if other is bus), 0.0)

    def material_limit(self, wish: float) -> float:
        """Activity that stocks and room allow, the electricity that it draws aside [-]."""
        activity = wish
        for bus, amount in self.recipe:
            if amount < 0.0 or not (bus.spills or self.given.spills):
                free = bus.pool + bus.offer if amount < 0.0 else bus.room - bus.pool
                if abs(amount) * activity > free:
                    activity = max(free, 0.0) / abs(amount)
        return activity

    def serve(self, wish: float, critical_priority: int) -> float:
        """Activity that it gets of its wish; below ``min_fraction`` of the wish it gets none [-]."""
        possible, least = self.material_limit(wish), self.given.min_fraction * wish
        if possible < least or possible <= 0.0:
            return 0.0
        return self.powered(self.power, possible, least, critical_priority) if self.power else possible

    def powered(self, power: _Power, possible: float, least: float, critical_priority: int) -> float:
        """Activity for which its bus has electricity and whose priority the bus's mode serves [-]."""
        activity, electricity = possible, power.bus.pool + power.bus.offer
        if self.given.priority > power.serve_up_to:
            activity = 0.0
        elif possible * self.draw > electricity:
            activity = max(electricity, 0.0) / self.draw
        if self.given.priority <= critical_priority:
            short = activity < possible * (1.0 - _SERVED)
            power.critical = 0 if short or power.critical == 0 else 1
        activity = 0.0 if activity < least else activity
        if not self.given.sparing:
            power.shed += (possible - activity) * self.draw
        return activity

    def apply(self, activity: float) -> None:
        """Move what it takes and gives in a step, warm its node, and feed the radiator of the loop that it pumps."""
        if self.power:
            self.power.bus.move(-self.draw * activity, self.given.boundary)
            self.power.bus.sent += self.draw * activity if self.given.sparing else 0.0
        for bus, amount in self.recipe:
            bus.move(amount * activity, self.given.boundary)
        if self.heat_node:
            heat_w = 1000.0 * self.given.heat_kw * activity
            self.heat_node.heat_w += heat_w
            self.heat_node.controlled_w += heat_w if self.thermostat_of else 0.0
        if self.driven:
            self.driven.flow += activity * self.given.drive_share

    def run(self, now: Sequence[float], critical_priority: int) -> None:
        """Its part of a step."""
        blocked, wish, activity = self.blocked(), self.wish(now), 0.0
        ready = not blocked and (self.power is None or self.given.priority <= self.power.serve_up_to)
        if self.given.sparing and self.power and wish > 0.0:
            wish = self.from_surplus(self.power, wish, ready)
        self.seen = (TRIED if ready and wish > 0.0 else 0) | (BLOCKED if blocked else 0)
        if ready:
            self.ready_sum += math.floor(self.health * packed.OFFER_PARTS) / packed.OFFER_PARTS
        wish = wish if self.health > 0.0 else 0.0
        if wish > 0.0 and not blocked:
            activity = self.serve(wish, critical_priority)
        if activity > 0.0:
            self.apply(activity)
            self.activity_sum += activity
        if activity < wish * (1.0 - _SERVED):
            self.shortfall_sum += wish - activity
            self.starved += 1
        else:
            self.starved = 0


class Station:
    """Everything, and the order of a step."""

    def __init__(self, network: Network, step_h: float, records: Records, faults: FaultReference | None = None) -> None:
        self.faults = faults
        self.rules, self.step_h, self.records, self.step = network.rules, step_h, records, 0
        plan = network.schedule
        self.assets = [
            Row(start=start if gate < 0 else packed.NEVER, end=end, body=body, on=False, dead=False)
            for start, end, body, gate in _rows_of(plan.asset_start, plan.asset_end, plan.asset_body, plan.asset_gate)
        ]
        self.gates = [Gate(network, number) for number in range(len(plan.gate_start))]
        landing = _rows_of(plan.delivery_step, plan.delivery_bus, plan.delivery_amount, plan.delivery_gate)
        every = [Row(step=step, bus=bus, amount=amount, gate=gate) for step, bus, amount, gate in landing]
        self.deliveries = [row for row in every if row.gate < 0]
        self.gated_deliveries = [row for row in every if row.gate >= 0]
        self.nodes = [Node(given, step_h) for given in _rows(network.thermal)]
        electric = network.buses.power_number >= 0
        self.stores = [Store(given, step_h, self.nodes, electric[given.bus]) for given in _rows(network.stores)]
        self.buses = [Bus(network, b, self.stores) for b in range(len(network.buses.spills))]
        self.powers = [_Power(network, e, self.buses, step_h) for e in range(len(network.buses.power_bus))]
        for node in self.nodes:
            node.join(self.nodes)
        self.processes = [_Process(network, p, given, self) for p, given in enumerate(_rows(network.processes))]

    def run_step(self, now: Sequence[float], record_steps: int, last: bool) -> None:
        """One step: comings and goings, modes, processes, stores, temperatures, ledger, losses, ledger, record."""
        for gate in self.gates:
            gate.look(self, now)
        self.change_assets()
        for gate in self.gates:
            if gate.opened == self.step:
                self.deliver(row for row in self.gated_deliveries if row.gate == gate.number)
        while self.deliveries and self.deliveries[0].step <= self.step:
            self.deliver([self.deliveries.pop(0)])
        self.close_ledger()
        live = [node for node in self.nodes if self.assets[node.given.asset].on]
        for bus in self.buses:
            bus.open()
        for node in live:
            node.open(now)
        for e, power in enumerate(self.powers):
            if power.change_mode(now, self.step):
                self.note(packed.EV_MODE, e, power.mode)
        for process in self.processes:
            if self.assets[process.given.asset].on:
                process.run(now, self.rules.critical_priority)
        self.settle()
        self.warm(live)
        self.note_power()
        self.close_ledger()
        self.lose_assets(live)
        if self.faults:
            self.attend(self.faults)
        self.close_ledger()
        record, steps = divmod(self.step, record_steps)
        if steps + 1 == record_steps or last:
            self.write_record(record, steps + 1, live)
        self.step += 1

    def note(self, code: int, index: int, value: float = 0.0) -> None:
        """Append an event; row 0 of the log counts them, maybe beyond its room."""
        log = self.records.log
        log["index"][0] += 1
        if log["index"][0] < len(log):
            log[log["index"][0]] = (self.step, code, index, value)

    def change_assets(self) -> None:
        """Land and end assets by their dates."""
        for a, asset in enumerate(self.assets):
            if asset.start <= self.step < asset.end and not asset.on and not asset.dead:
                asset.on = True
                for store in self.stores_of(a):
                    store.on, store.amount, store.capacity = True, store.given.start, store.given.capacity
                    store.health, store.broken, store.rate = 1.0, 0.0, 1.0
                    self.buses[store.given.bus].booked[packed.L_DELIVERED] += store.amount
                for node in self.nodes:
                    if node.given.asset == a:
                        node.temperature, node.late_w = node.given.start_k, 0.0
                self.note(packed.EV_LANDED, a)
            elif self.step >= asset.end and asset.on:
                self.drop(a, packed.L_REMOVED)
                self.note(packed.EV_ENDED, a)

    def attend(self, faults: FaultReference) -> None:
        """Failures of this step and what is done about them, with hours of work that were about to be let go."""
        work = [self.buses[number] for number in faults.plan.hour_bus]
        faults.taken = [0.0] * len(work)
        faults.advance(
            self.step,
            [process.seen if self.assets[process.given.asset].on else 0 for process in self.processes],
            [asset.on for asset in self.assets[: len(faults.units)]],
            [power.unserved for power in self.powers],
            [max(bus.left, 0.0) for bus in work],
            [gate.opened for gate in self.gates],
            [self.metered_kg(mode.meters) for mode in faults.modes],
        )
        for bus, hours in zip(work, faults.taken, strict=True):
            bus.pay(hours)
        for process, health in zip(self.processes, faults.health, strict=False):
            process.health = health
        health_of_stores = np.reshape(faults.health[len(self.processes) :], (2, len(self.stores))).T.tolist()
        for store, (health, rate) in zip(self.stores, health_of_stores, strict=True):
            if store.on and health != store.health:
                self.buses[store.given.bus].booked[packed.L_LOST] += store.damage(health)
            store.health, store.rate = health, rate
        for power, step in zip(self.powers, faults.safe_until, strict=True):
            power.safe_until = step

    def metered_kg(self, processes: Iterable[int]) -> float:
        """What has gone through processes whose activity is in kg/h [kg]."""
        kg = 0.0
        for process in (self.processes[number] for number in processes):
            kg += (process.worked + process.activity_sum) * self.step_h
        return kg

    def stores_of(self, asset: int) -> list[Store]:
        """Stores of an asset."""
        return [store for store in self.stores if store.given.asset == asset]

    def drop(self, asset: int, column: int) -> None:
        """Take an asset with its stores out of the station and book their content in a column of the ledger."""
        self.assets[asset].on = False
        for store in self.stores_of(asset):
            self.buses[store.given.bus].booked[column] += store.amount
            store.on, store.amount, store.capacity = False, 0.0, 0.0

    def deliver(self, rows: Iterable[Row]) -> None:
        """Fill stores with what lands now; what finds no room is let go."""
        for landed in rows:
            bus, rest = self.buses[landed.bus], landed.amount
            self.note(packed.EV_DELIVERY, bus.number, rest)
            bus.booked[packed.L_DELIVERED] += rest
            for store in bus.stores:
                put = min(rest, max(store.capacity - store.amount, 0.0))
                if put > 0.0:  # rounding must not fill it beyond what it holds
                    store.amount = min(store.amount + put, store.capacity)
                rest -= put
            if rest > 0.0:
                bus.booked[packed.L_SPILLED] += rest
                self.note(packed.EV_DELIVERY_OVERFLOW, bus.number, rest)

    def settle(self) -> None:
        """Balance all pools; tell where data begin or cease to be let go."""
        for bus in self.buses:
            bus.settle()
            if bus.reports_spill and (bus.left > _SPILLING) != bus.spilling:
                bus.spilling = bus.left > _SPILLING
                self.note(packed.EV_SPILL if bus.spilling else packed.EV_SPILL_END, bus.number, bus.left)

    def warm(self, live: Sequence[Node]) -> None:
        """New temperatures, and how well they close."""
        for residual in find_temperatures(live):
            self.worsen(2, residual)

    def note_power(self) -> None:
        """Book the step of every power bus."""
        for e, power in enumerate(self.powers):
            power.supply_sum += power.bus.booked[packed.L_PRODUCED]
            served = power.bus.booked[packed.L_CONSUMED]
            power.served_sum += served
            power.shed_sum += power.shed
            power.bus.ask(power.shed)
            power.severest = max(power.severest, power.mode)
            self.note_critical(power, self.records.critical_span[e])
            if (power.critical == 0) != power.unserved:
                power.unserved = power.critical == 0
                self.note(packed.EV_UNSERVED if power.unserved else packed.EV_SERVED, e)
            power.shed, power.critical = 0.0, -1

    def note_critical(self, power: _Power, span: NDArray[np.int64]) -> None:
        """Count a step by whether a bus has critical loads and serves them all."""
        power.critical_steps += power.critical >= 0
        power.critical_served += power.critical == 1
        if power.critical >= 0 > span[0]:
            span[0] = self.step
        if power.critical == 1:
            span[1] = self.step + 1

    def lose_assets(self, live: Sequence[Node]) -> None:
        """Take out what froze, overheated or starved, and what it carried."""
        for node in live:
            given, kelvin = node.given, node.temperature
            if kelvin < given.survive_min_k or kelvin > given.survive_max_k:
                self.lose(
                    given.asset, packed.EV_LOST_COLD if kelvin < given.survive_min_k else packed.EV_LOST_HOT, kelvin
                )
        for process in self.processes:
            if process.starved >= process.starve_limit:
                self.lose(process.given.asset, packed.EV_LOST_STARVED, process.starved * self.step_h)
        carried = [(a, self.assets[asset.body]) for a, asset in enumerate(self.assets) if asset.body >= 0]
        while any([self.lose(a, packed.EV_LOST_HOUSED, 0.0) for a, body in carried if body.dead]):
            pass  # what is carried may carry more

    def lose(self, asset: int, code: int, value: float) -> bool:
        """A live asset dies with what its stores hold; False where it does not live."""
        if not self.assets[asset].on:
            return False
        self.assets[asset].dead = True
        self.drop(asset, packed.L_LOST)
        self.note(code, asset, value)
        return True

    def close_ledger(self) -> None:
        """Check that every bus and every chemical element closes over what was booked since this was last done."""
        rests, scales = [0.0] * len(ELEMENTS), [0.0] * len(ELEMENTS)
        for bus in self.buses:
            rest, mass_rest, scale = bus.close(self.records.ledger)
            self.worsen(0, _share_of(rest, scale))
            for x, share in enumerate(bus.elements):
                rests[x] += share * mass_rest
                scales[x] += share * scale
        for rest, scale in zip(rests, scales, strict=True):
            self.worsen(1, _share_of(abs(rest), scale))

    def worsen(self, which: int, share: float) -> None:
        """Keep the greatest residual; what is not a number stays."""
        self.records.residual[which] = np.maximum(self.records.residual[which], share)

    def write_record(self, record: int, steps: int, live: Sequence[Node]) -> None:
        """Means over the record's steps; stores and temperatures as they are."""
        records = self.records
        for p, process in enumerate(self.processes):
            records.activity[record, p] = process.activity_sum / steps
            process.worked += process.activity_sum
            records.shortfall[record, p] = process.shortfall_sum / steps
            records.ready[record, p] = process.ready_sum / steps
            process.activity_sum = process.shortfall_sum = process.ready_sum = 0.0
        records.amount[record] = [store.amount for store in self.stores]
        records.capacity[record] = [store.capacity for store in self.stores]
        for n, node in enumerate(self.nodes):
            if node in live:
                records.temperature_k[record, n] = node.temperature
        for e, power in enumerate(self.powers):
            records.power[record, e] = power.supply_sum, power.served_sum, power.shed_sum, power.bus.spilled_sum
            records.mode[record, e] = power.severest
            records.critical[record, e] = power.critical_steps, power.critical_served
            power.supply_sum = power.served_sum = power.shed_sum = 0.0
            power.severest, power.critical_steps, power.critical_served = packed.NOMINAL, 0, 0
        for b, bus in enumerate(self.buses):
            records.spilled[record, b] = bus.spilled_sum
            bus.spilled_sum = 0.0


def _share_of(rest: float, scale: float) -> float:
    """What is open of a ledger relative to its scale, none where it is next to nothing [-]."""
    return 0.0 if rest <= packed.NOTHING else rest / scale


def _rows(group: Any) -> list[Row]:
    """Rows of a group of the packed network, with the columns that are as long as the first."""
    columns = {name: values.tolist() for name, values in group._asdict().items() if len(values) == len(group[0])}
    return [Row(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def _rows_of(*columns: NDArray[Any]) -> Iterable[tuple[Any, ...]]:
    """Columns side by side, as plain numbers."""
    return zip(*(column.tolist() for column in columns), strict=True)


def _span(pointers: NDArray[np.int64], number: int) -> range:
    return range(pointers[number], pointers[number + 1])


def run_reference(  # noqa: PLR0913, PLR0917
    network: Network,
    series: NDArray[np.float32],
    step_h: float,
    record_steps: int,
    records: Records,
    faults: FaultReference | None = None,
) -> None:
    """Run from an empty Moon one step of ``step_h`` hours for every row of ``series``; fills ``records``."""
    station = Station(network, step_h, records, faults)
    for step, now in enumerate(series):
        station.run_step(now.tolist(), record_steps, last=step == len(series) - 1)
