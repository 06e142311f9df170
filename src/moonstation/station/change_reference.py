"""The rules of changes by schedule in plain Python: the specification that ``changes.py`` obeys."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from moonstation.station import fault_tables as ft
from moonstation.station import recovery as steps
from moonstation.station.fault_units import Mode

if TYPE_CHECKING:
    from moonstation.station.fault_reference import FaultReference


class Changes:
    """What is changed before it fails, in one life."""

    def __init__(self, life: FaultReference) -> None:
        self.life = life

    def read_meters(self) -> None:
        """Read the meters of all units that are tested in this step."""
        step, every = self.life.step, self.life.rules.test_every
        for mode in (self.life.modes[row] for row in self.life.plan.limited):
            age = step - mode.unit.landed
            if self.life.rules.changes and mode.unit.on and age > 0 and age % every == 0:
                self.read(mode)

    def read(self, mode: Mode) -> None:
        """Plan the change of what would pass its limit before the next test; tell of one that waits beyond it."""
        rules, limit_h, limit_kg = self.life.rules, mode.numbers[ft.LIMIT_H], mode.numbers[ft.LIMIT_KG]
        meter_kg = self.life.meter_kg[mode.row]
        age_h, kg = (self.life.step - mode.new_since) * rules.step_h, meter_kg - mode.new_kg
        next_h, next_kg = age_h + rules.test_every * rules.step_h, kg + (meter_kg - mode.read_kg)
        mode.read_kg = meter_kg
        if mode.state != ft.HEALTHY:
            return
        if mode.plan == ft.DUE and not mode.overdue and (age_h >= limit_h or kg >= limit_kg):
            mode.overdue = True
            self.life.note(ft.F_CHANGE, mode, self.want(mode))
        if mode.plan == ft.NOT_DUE and (next_h > limit_h or next_kg > limit_kg):
            mode.plan = ft.DUE
            mode.rung, mode.work = 0, -1.0
            self.life.watched.append(mode)

    def drop(self, mode: Mode) -> None:
        """Do not change by schedule what is being, or is to be, changed."""
        if mode.plan == ft.DUE:
            self.life.give_back(mode)
        mode.plan = ft.NOT_DUE

    def hands(self, mode: Mode) -> list[int]:
        """Places in its ladder of the steps whose hands could change it."""
        ladder = self.life.ladders[mode.unit.given["ladder"]]
        able = (steps.ROBOTS, steps.CREW)
        return [place for place, rung in enumerate(ladder) if rung in able and self.life.can_repair(mode, rung)]

    def stocked(self, mode: Mode) -> bool:
        """Whether there is a spare, and those that are kept for repairs."""
        return not mode.needs_spare or self.life.stock[mode.unit.given["pool"]] > self.life.rules.kept_spares

    def want(self, mode: Mode) -> int:
        """What a change waits for."""
        if not self.hands(mode):
            return ft.NO_HANDS_AT_ALL
        return ft.NO_HANDS_FREE if mode.reserved or self.stocked(mode) else ft.NO_SPARE_LEFT

    def go_on(self, mode: Mode) -> None:
        """A step of a change: wait, work, or switch on again."""
        if mode.plan == ft.OFF:
            if self.life.step >= mode.until:
                mode.plan = ft.NOT_DUE
                self.life.find_health(mode.unit)
            return
        if mode.work < 0.0:
            self.begin(mode)
        if mode.work < 0.0:
            return
        rung = self.life.ladders[mode.unit.given["ladder"]][mode.rung]
        if self.life.work_on(mode, rung):
            self.finish(mode, rung)
        elif self.life.step >= mode.until:
            self.life.give_back(mode)
            mode.work = -1.0

    def begin(self, mode: Mode) -> None:
        """Set a spare aside and begin, with the first hands of the ladder that are free."""
        ladder, life = self.life.ladders[mode.unit.given["ladder"]], self.life
        free = [place for place in self.hands(mode) if life.is_free(life.slot(mode, ladder[place]))]
        if not free or not self.stocked(mode):
            return
        if mode.needs_spare:
            life.take_spare(mode)
        mode.rung = free[0]
        mode.work, mode.until = mode.hours(ladder[mode.rung]), life.step + life.rules.patience

    def finish(self, mode: Mode, rung: int) -> None:
        """As good as new; a resting unit works for its unit, or what it serves is off for as long as the work."""
        life, unit = self.life, mode.unit
        mode.reserved = False
        mode.number += 1
        life.begin_life(mode)
        life.renew(mode)
        life.note(ft.F_CHANGE, mode, ft.CHANGED, rung)
        others = life.resting(unit)
        if others and unit.service == ft.WORKS:
            life.set_service(unit, ft.STANDS_BY)
            life.set_service(others[0], ft.WORKS)
            return
        mode.plan, mode.until = ft.OFF, life.step + math.ceil(mode.hours(rung) / life.rules.step_h)
        life.find_health(unit)
