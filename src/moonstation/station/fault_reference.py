"""The rules of failures and recovery in plain Python: the specification that ``faults.py`` and ``repairs.py`` obey.

One object per failure mode and per unit, one method per rule, one life. The words stand in docs/models/failures.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace as Row

from moonstation.station import fault_tables as ft
from moonstation.station import recovery as steps
from moonstation.station.change_reference import Changes
from moonstation.station.draws import life_of, uniform
from moonstation.station.fault_tables import LifeNumbers, Plan, standing_by
from moonstation.station.fault_units import FAR, Mode, Unit
from moonstation.station.packed import NEVER

_NO_WORK = 1e-9  # hours: done
_STAY, _GO_ON, _OVER = range(3)


class FaultReference:
    """Failures and recovery of one life."""

    def __init__(self, plan: Plan, numbers: LifeNumbers, member: int, forced: tuple[int, int] | None = None) -> None:
        self.plan, self.numbers, self.member = plan, numbers, member
        self.rules = Row(**{name: plan.rules[name][0].item() for name in plan.rules.dtype.names or ()})
        self.units = [Unit(number, given, plan) for number, given in enumerate(plan.units)]
        self.modes = [
            Mode(row, given, plan, numbers.modes[:, row].tolist(), self.units[given["unit"]])
            for row, given in enumerate(plan.modes)
        ]
        for mode in self.modes:
            mode.unit.modes.append(mode)
        groups = [plan.group_units[group["first"] : group["last"]] for group in plan.groups]
        self.groups = [[self.units[number] for number in group] for group in groups]
        self.needed = plan.groups["needed"].tolist()
        self.sites = [
            Row(robots=int(s["robots"]), crew=int(s["crew"]), ways=range(s["ways_first"], s["ways_last"]))
            for s in plan.sites
        ]
        self.ladders = plan.ladders.tolist()
        self.landings = [
            Row(**{name: int(row[name]) for name in ("step", "site", "number", "gate")}) for row in plan.landings
        ]
        self.landing, self.solar_number, self.solar_due, self.forced = 0, -1, NEVER, forced
        self.watched: list[Mode] = []
        self.changes = Changes(self)
        self.stock = [0] * plan.pools
        self.brown = [False] * plan.powers
        resting = set(standing_by(plan))
        self.health = [0.0 if part in resting else 1.0 for part in range(plan.parts)]
        self.safe_until = [0] * plan.powers
        self.taken = [0.0] * len(plan.hour_bus)
        self.log: list[tuple[int, int, int, int, int, int]] = []

    def advance(
        self,
        step: int,
        seen: Sequence[int],
        alive: Sequence[bool],
        unserved: Sequence[bool],
        offered: Sequence[float],
        opened: Sequence[int] = (),
        meter_kg: Sequence[float] = (),
    ) -> None:
        """One step: what comes about, what is found, what is done about it; hands mend before they change."""
        self.step, self.seen, self.unserved, self.offered, self.opened = step, seen, unserved, offered, opened
        self.meter_kg = meter_kg
        self.switch_on()
        self.follow_lives(alive)
        self.take_in_spares()
        self.strike_together()
        for mode in self.modes:
            worn = mode.state == ft.HEALTHY and meter_kg[mode.row] >= mode.end_kg
            if step >= mode.due or worn:
                self.come_due(mode)
        self.changes.read_meters()
        for mode in self.watched:
            if mode.state in (ft.HIDDEN, ft.KNOWN):
                self.watch(mode)
            if mode.state == ft.KNOWN:
                self.climb(mode)
        for mode in self.watched:
            if mode.plan != ft.NOT_DUE:
                self.changes.go_on(mode)
        still = (ft.HIDDEN, ft.KNOWN)
        self.watched = [mode for mode in self.watched if mode.state in still or mode.plan != ft.NOT_DUE]

    def note(self, code: int, mode: Mode | None, why: int, rung: int = -1) -> None:
        """Append an event."""
        row, unit = (mode.row, mode.unit.number) if mode else (-1, -1)
        self.log.append((self.step, code, row, unit, why, rung))

    def chance(self, mode: Mode, purpose: int, number: int) -> float:
        """Random number in [0, 1) of a mode."""
        return uniform((self.member, mode.hash, purpose, number), self.rules.seed)

    # ------------------------------------------------------------ lives of units

    def follow_lives(self, alive: Sequence[bool]) -> None:
        """Begin with units that landed, end with those that are gone, let others take their place."""
        for unit in self.units:
            if alive[unit.number] and not unit.on:
                unit.on, unit.landed = True, self.step
                self.stock[unit.given["pool"]] += int(unit.given["spares"])
                for mode in unit.modes:
                    self.begin_life(mode)
                    self.renew(mode)
                self.set_service(unit, ft.WORKS if self.is_wanted(unit) else ft.STANDS_BY)
        for unit in self.units:
            if unit.on and not alive[unit.number]:
                unit.on, unit.service = False, ft.OUT
                for mode in unit.modes:
                    self.changes.drop(mode)
                    mode.state, mode.due = ft.GONE, NEVER
                other = self.fill_group(unit)
                if other is not None:
                    self.note(ft.F_REPLACED, None, other.number)

    def take_in_spares(self) -> None:
        """Spares that missions land in this step."""
        for step, pool, count, gate in self.plan.arrivals.tolist():
            if (step if gate < 0 else self.opened[gate]) == self.step:
                self.stock[pool] += count

    def working(self, unit: Unit) -> list[Unit]:
        """Units of its group that work."""
        return [other for other in self.groups[unit.given["group"]] if other.on and other.service == ft.WORKS]

    def is_wanted(self, unit: Unit) -> bool:
        """Whether too few others of its group work."""
        others = [other for other in self.working(unit) if other is not unit]
        return len(others) < self.needed[unit.given["group"]]

    def resting(self, unit: Unit) -> list[Unit]:
        """Units of its group that stand by."""
        return [other for other in self.groups[unit.given["group"]] if other.on and other.service == ft.STANDS_BY]

    def fill_group(self, unit: Unit) -> Unit | None:
        """Put resting units of its group to work until there are as many as needed; returns the last."""
        found = None
        while len(self.working(unit)) < self.needed[unit.given["group"]] and self.resting(unit):
            found = self.resting(unit)[0]
            self.set_service(found, ft.WORKS)
        return found

    def set_service(self, unit: Unit, service: int) -> None:
        """Put a unit to work, to rest or out; resting it ages more slowly."""
        unit.service = service
        for mode in unit.modes:
            if mode.state == ft.HEALTHY:
                mode.left = max(mode.left - (self.step - mode.since) * mode.rate, 0.0)
                self.run_on(mode)
        self.find_health(unit)

    def run_on(self, mode: Mode) -> None:
        """From now on a mode ages as the service of its unit says."""
        mode.since = self.step
        mode.rate = 1.0 if mode.unit.service == ft.WORKS else self.numbers.dormancy
        mode.plan_due()

    def find_health(self, unit: Unit) -> None:
        """What every part of a unit can still do, by its service and by all that has failed in it."""
        works = unit.service == ft.WORKS and self.step >= unit.off_until
        for part, keeps in unit.parts:
            self.health[part] = 1.0 if works or keeps else 0.0
        for mode in unit.modes:
            if mode.state in (ft.HIDDEN, ft.KNOWN, ft.GIVEN_UP):
                for part in mode.parts:
                    self.health[part] *= mode.numbers[ft.REMAINING]
            if mode.plan == ft.OFF:
                for part in mode.stops:
                    self.health[part] = 0.0

    # ------------------------------------------------------------ failing

    def begin_life(self, mode: Mode) -> None:
        """A mode is as good as new."""
        share = self.chance(mode, ft.FOR_LIFE, mode.number)
        hours, kg = (life_of(share, mode.numbers[life], mode.numbers[ft.SHAPE]) for life in (ft.LIFE, ft.LIFE_KG))
        mode.state = ft.HEALTHY
        mode.end_kg = self.meter_kg[mode.row] + kg if kg < FAR else math.inf
        mode.left = float(math.ceil(hours / self.rules.step_h)) if hours < math.inf else math.inf
        self.run_on(mode)

    def renew(self, mode: Mode) -> None:
        """What it is about is new: its limit of life is far again."""
        mode.plan, mode.overdue, mode.new_since = ft.NOT_DUE, False, self.step
        mode.new_kg = mode.read_kg = self.meter_kg[mode.row]

    def fail(self, mode: Mode, why: int) -> None:
        """A mode of a live unit comes about, and nobody knows."""
        if mode.state != ft.HEALTHY or not mode.unit.on:
            return
        mode.state, mode.due, mode.clears = ft.HIDDEN, NEVER, NEVER
        if mode.numbers[ft.CLEARS] < FAR:
            share = self.chance(mode, ft.FOR_CLEARING, mode.number)
            hours = life_of(share, mode.numbers[ft.CLEARS], 1.0)
            mode.clears = self.step + max(math.ceil(hours / self.rules.step_h), 1)
        mode.number += 1
        if mode.plan == ft.NOT_DUE:
            self.watched.append(mode)
        self.changes.drop(mode)  # mending it does more
        mode.timer = mode.alarm = 0
        mode.told = -1
        mode.go_to(0)
        self.note(ft.F_FAILED, mode, why)
        self.find_health(mode.unit)

    def come_due(self, mode: Mode) -> None:
        """A life is over; or what was given up clears by itself."""
        if mode.state == ft.GIVEN_UP:
            self.clear(mode)
            self.note(ft.F_CLEARED, mode, -1)
        else:
            self.fail(mode, ft.BY_AGE)

    def strike(self, number: int, why: int, event: int, where: tuple[str, int]) -> None:
        """A common cause strikes all units for which ``where`` = (column, value) holds; ("", 0): all."""
        column, value = where
        for mode in self.modes:
            here = mode.unit.landed < self.step and (not column or mode.unit.given[column] == value)
            if mode.numbers[number] > 0.0 and here:
                struck = self.chance(mode, ft.FOR_CAUSE, event * 4 + why) < mode.numbers[number]
                if struck and mode.state == ft.HEALTHY:
                    self.fail(mode, why)

    def plan_solar_event(self) -> None:
        """When the next solar particle event comes."""
        self.solar_number += 1
        share = uniform((self.member, 0, ft.FOR_LIFE, self.solar_number), self.rules.seed)
        count = life_of(share, self.numbers.solar_interval_h, 1.0) / self.rules.step_h
        self.solar_due = self.step + max(math.ceil(count), 1) if count < FAR else NEVER

    def strike_together(self) -> None:
        """Solar events, landings and brown-outs of this step, and the failure that a test asks for."""
        if self.solar_number < 0:
            self.plan_solar_event()
        if self.step >= self.solar_due:
            self.note(ft.F_SOLAR_EVENT, None, -1)
            self.strike(ft.ON_SOLAR, ft.BY_SOLAR_EVENT, self.solar_number, ("", 0))
            self.plan_solar_event()
        while self.landing < len(self.landings) and self.step >= self.landings[self.landing].step:
            landing = self.landings[self.landing]
            self.strike(ft.ON_LANDING, ft.BY_LANDING, landing.number, ("site", landing.site))
            self.landing += 1
        for landing in self.landings:
            if landing.gate >= 0 and self.opened[landing.gate] == self.step:
                self.strike(ft.ON_LANDING, ft.BY_LANDING, landing.number, ("site", landing.site))
        for power, unserved in enumerate(self.unserved):
            if unserved and not self.brown[power]:
                self.strike(ft.ON_BROWN_OUT, ft.BY_BROWN_OUT, self.step, ("power", power))
            self.brown[power] = bool(unserved)
        if self.forced and self.step >= self.forced[1]:
            mode, self.forced = self.modes[self.forced[0]], None
            self.fail(mode, ft.BY_TEST)

    def clear(self, mode: Mode) -> None:
        """A fault is no more; its unit works again where it is wanted."""
        self.begin_life(mode)
        unit = mode.unit
        if unit.service == ft.OUT and all(other.state not in (ft.KNOWN, ft.GIVEN_UP) for other in unit.modes):
            self.set_service(unit, ft.WORKS if self.is_wanted(unit) else ft.STANDS_BY)
        else:
            self.find_health(unit)

    # ------------------------------------------------------------ finding

    def watch(self, mode: Mode) -> None:
        """Clear what clears by itself, find what is hidden."""
        if self.step >= mode.clears:
            self.give_back(mode)
            self.clear(mode)
            self.note(ft.F_CLEARED, mode, -1)
        elif mode.state == ft.HIDDEN:
            evidence = self.evidence(mode)
            if evidence >= 0:
                mode.state = ft.KNOWN
                self.note(ft.F_DETECTED, mode, evidence)

    def evidence(self, mode: Mode) -> int:
        """What a hidden fault is found by in this step, -1 nothing yet."""
        unit, rules, processes = mode.unit, self.rules, int(self.plan.processes[0])
        tried = any(part >= processes or self.seen[part] & ft.TRIED for part in mode.parts)
        blocked = any(part < processes and self.seen[part] & ft.BLOCKED for part, _ in unit.parts)
        power = unit.given["power"]
        in_need = power >= 0 and self.unserved[power]
        missing = 1.0 - mode.numbers[ft.REMAINING]
        if tried and unit.service == ft.WORKS and not mode.latent and missing >= rules.residual:
            mode.timer += 1
        mode.alarm = mode.alarm + 1 if blocked or in_need else 0
        if mode.timer >= rules.persistence:
            return ft.BY_RESIDUAL
        if mode.alarm >= rules.limit_persistence:
            return ft.BY_LIMIT
        age = self.step - unit.landed
        return ft.BY_CHECK if age > 0 and age % rules.test_every == 0 else -1

    # ------------------------------------------------------------ recovering

    def climb(self, mode: Mode) -> None:
        """Go up the ladder as far as this step allows."""
        while (after := self.take_step(mode)) == _GO_ON:
            mode.go_to(mode.rung + 1)
        assert after in (_STAY, _OVER)

    def take_step(self, mode: Mode) -> int:
        """Look at the step of the ladder on which a fault stands."""
        rung = self.ladders[mode.unit.given["ladder"]][mode.rung]
        if rung == steps.WAIT:
            return self.wait(mode)
        if rung < 0 or rung == steps.DO_WITHOUT:
            return self.give_up(mode, rung)
        if not self.allowed(mode, rung):
            return _STAY
        if rung in (steps.RESET, steps.SUBSYSTEM):
            return self.reset(mode, rung)
        if rung in (steps.ROBOTS, steps.CREW):
            return self.repair(mode, rung)
        {steps.SWITCH: self.switch, steps.SHED: self.shed, steps.SAFE_MODE: self.to_safe_mode}[rung](mode)
        return _GO_ON

    def contact(self, site: int) -> bool:
        """Whether the Earth can command a site: a way works in a window of commands, outside an imposed silence."""
        if self.rules.silent_first <= self.step < self.rules.silent_last:
            return False
        now = min(self.step, self.plan.way_open.shape[1] - 1)
        spans = [self.plan.ways[way] for way in self.sites[site].ways if self.plan.way_open[way, now]]
        ways = [self.plan.links[first:last] for first, last in spans]
        return any(all(self.seen[p] & ft.TRIED and self.health[p] > 0.0 for p in links) for links in ways)

    def allowed(self, mode: Mode, rung: int) -> bool:
        """Whether a step may be taken now: at once where the station decides, else when Earth has decided."""
        if not self.plan.asks_earth[rung]:
            return True
        if mode.ready < 0:
            if not self.contact(mode.unit.given["site"]):
                return False
            mode.ready = self.step + self.rules.ground
            self.note(ft.F_STEP, mode, ft.ASKED_EARTH, rung)
        return bool(self.step >= mode.ready)

    def mend(self, mode: Mode, rung: int) -> int:
        """The unit is as good as new."""
        mode.reserved = False
        self.clear(mode)
        if rung in (steps.ROBOTS, steps.CREW):
            self.renew(mode)
        self.note(ft.F_STEP, mode, ft.MENDED, rung)
        return _OVER

    def switch_off(self, mode: Mode, whole: bool) -> None:
        """Switch a unit off until the reset is over, or all of its family at its site."""
        own = mode.unit.given
        for unit in self.units:
            same = unit.given["family"] == own["family"] and unit.given["site"] == own["site"]
            if unit.on and (unit is mode.unit or (whole and same)):
                unit.off_until = max(unit.off_until, mode.until)
                self.find_health(unit)

    def switch_on(self) -> None:
        """Units whose reset is over work again, whatever has become of the fault for which it was."""
        for unit in self.units:
            if unit.on and unit.off_until == self.step:
                self.find_health(unit)

    def reset(self, mode: Mode, rung: int) -> int:
        """Switch off and on; the whole subsystem where the step says so."""
        whole = rung == steps.SUBSYSTEM
        if mode.until == 0:
            mode.until = self.step + self.rules.reset
            self.switch_off(mode, whole)
            return _STAY
        if self.step < mode.until:
            return _STAY
        mode.until = 0
        mode.tries += 1
        purpose = ft.FOR_SUBSYSTEM if whole else ft.FOR_RESET
        if self.chance(mode, purpose, mode.number * 256 + mode.tries) < mode.numbers[ft.RESET_CHANCE]:
            return self.mend(mode, rung)
        self.note(ft.F_STEP, mode, ft.NO_EFFECT, rung)
        return _GO_ON if whole or mode.tries >= self.rules.max_resets else _STAY

    def switch(self, mode: Mode) -> None:
        """Let a resting unit take over."""
        resting = self.resting(mode.unit)
        possible = bool(resting) and mode.unit.service == ft.WORKS
        if possible:
            self.set_service(mode.unit, ft.OUT)
            self.set_service(resting[0], ft.WORKS)
        self.note(ft.F_STEP, mode, ft.DONE if possible else ft.NOT_POSSIBLE, steps.SWITCH)

    def shed(self, mode: Mode) -> None:
        """Take a unit out of service that gives next to nothing."""
        if mode.numbers[ft.REMAINING] < self.rules.shed_below and mode.unit.service != ft.OUT:
            self.set_service(mode.unit, ft.OUT)
            self.note(ft.F_STEP, mode, ft.DONE, steps.SHED)
            self.fill_group(mode.unit)

    def to_safe_mode(self, mode: Mode) -> None:
        """The whole site saves what it has."""
        power = mode.unit.given["power"]
        if power >= 0:
            self.safe_until[power] = max(self.safe_until[power], self.step + self.rules.safe_mode)
        self.note(ft.F_STEP, mode, ft.DONE if power >= 0 else ft.NOT_POSSIBLE, steps.SAFE_MODE)

    def slot(self, mode: Mode, rung: int) -> int:
        """Number of the hours of work at its site, -1 where nobody offers any."""
        site = self.sites[mode.unit.given["site"]]
        return int(site.robots if rung == steps.ROBOTS else site.crew)

    def can_repair(self, mode: Mode, rung: int) -> bool:
        """Whether it can be done at all."""
        return mode.hours(rung) < FAR and self.slot(mode, rung) >= 0

    def begin_repair(self, mode: Mode, rung: int) -> bool:
        """Set a spare aside and begin."""
        if not self.can_repair(mode, rung):
            self.note(ft.F_STEP, mode, ft.NOT_POSSIBLE, rung)
            return False
        if mode.needs_spare and not mode.reserved:
            if self.stock[mode.unit.given["pool"]] <= 0:
                self.note(ft.F_STEP, mode, ft.NO_SPARE, rung)
                return False
            self.take_spare(mode)
        mode.work, mode.until = mode.hours(rung), self.step + self.rules.patience
        self.note(ft.F_STEP, mode, ft.BEGUN, rung)
        return True

    def repair(self, mode: Mode, rung: int) -> int:
        """Work on it, until it is mended or nobody has come for too long."""
        if mode.work < 0.0 and not self.begin_repair(mode, rung):
            return _GO_ON
        if self.work_on(mode, rung):
            return self.mend(mode, rung)
        if self.step < mode.until:
            return _STAY
        self.give_back(mode)
        self.note(ft.F_STEP, mode, ft.NOBODY_CAME, rung)
        return _GO_ON

    def work_on(self, mode: Mode, rung: int) -> bool:
        """Work with the hours that nobody else used, one pair of hands at a time; True when it is done."""
        slot = self.slot(mode, rung)
        hours = max(min(mode.work, self.rules.step_h, self.offered[slot] - self.taken[slot]), 0.0)
        if hours > 0.0:
            self.taken[slot] += hours
            mode.work -= hours
            mode.until = self.step + self.rules.patience
        return mode.work <= _NO_WORK

    def is_free(self, slot: int) -> bool:
        """Whether such hours of work are left in this step."""
        return self.offered[slot] > self.taken[slot]

    def take_spare(self, mode: Mode) -> None:
        """Set a spare aside."""
        self.stock[mode.unit.given["pool"]] -= 1
        mode.reserved = True

    def give_back(self, mode: Mode) -> None:
        """A spare that was set aside is free for others."""
        if mode.reserved:
            mode.reserved = False
            self.stock[mode.unit.given["pool"]] += 1

    def wait(self, mode: Mode) -> int:
        """Wait for hands and a spare, then go back to the repair; not where nobody could ever do it."""
        stocked = not mode.needs_spare or self.stock[mode.unit.given["pool"]] > 0
        before = self.ladders[mode.unit.given["ladder"]][: mode.rung]
        repairs = [
            (place, self.slot(mode, rung))
            for place, rung in enumerate(before)
            if rung in (steps.ROBOTS, steps.CREW) and self.can_repair(mode, rung)
        ]
        if not repairs:
            return _GO_ON
        for place, slot in repairs:
            if stocked and self.is_free(slot):
                mode.go_to(place)
                return _STAY
        if mode.told != mode.rung:
            mode.told = mode.rung
            self.note(ft.F_STEP, mode, ft.BEGUN, steps.WAIT)
        return _STAY

    def give_up(self, mode: Mode, rung: int) -> int:
        """Do without; what comes and goes may still clear."""
        mode.state, mode.due = ft.GIVEN_UP, mode.clears
        self.give_back(mode)
        self.note(ft.F_STEP, mode, ft.LEFT, rung)
        return _OVER
