"""Units and their failure modes in plain Python, as ``fault_reference.py`` and ``change_reference.py`` use them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from moonstation.station import fault_tables as ft
from moonstation.station import recovery as steps
from moonstation.station.fault_tables import Plan
from moonstation.station.packed import NEVER

#: Steps, hours or kilograms beyond any run.
FAR = 1e15


class Unit:
    """An asset: whether it is there, and whether it works, stands by or is out."""

    def __init__(self, number: int, given: Any, plan: Plan) -> None:
        self.number, self.given = number, given
        self.on, self.landed, self.service, self.off_until = False, 0, ft.OUT, 0
        places = range(given["parts_first"], given["parts_last"])
        self.parts = [(int(plan.unit_parts[place]), bool(plan.keeps[place])) for place in places]
        self.modes: list[Mode] = []


class Mode:
    """One way in which a unit fails, and how far that is known and mended."""

    def __init__(self, row: int, given: Any, plan: Plan, numbers: Sequence[float], unit: Unit) -> None:
        self.row, self.unit, self.numbers = row, unit, numbers
        self.latent, self.needs_spare, self.hash = bool(given["latent"]), bool(given["spare"]), int(given["hash"])
        own = slice(given["first"], given["last"])
        self.parts = plan.mode_parts[own].tolist()
        self.stops = plan.mode_parts[own][plan.stops[own]].tolist()
        self.meters = [int(p) for p in plan.meters[given["meters_first"] : given["meters_last"]]]
        self.state, self.due, self.clears, self.number, self.reserved = ft.GONE, NEVER, NEVER, 0, False
        self.plan, self.overdue, self.new_since, self.new_kg, self.read_kg = ft.NOT_DUE, False, 0, 0.0, 0.0
        self.since, self.left, self.rate, self.end_kg = 0, 0.0, 0.0, math.inf
        self.timer = self.alarm = 0
        self.told = -1
        self.go_to(0)

    def go_to(self, rung: int) -> None:
        """Stand on a step of the ladder."""
        self.rung, self.tries, self.until, self.ready, self.work = rung, 0, 0, -1, -1.0

    def plan_due(self) -> None:
        """The step at which it fails when its unit goes on as it is."""
        self.due = NEVER
        if self.end_kg == math.inf and self.rate > 0.0 and self.left / self.rate < FAR:
            self.due = self.since + max(math.ceil(self.left / self.rate), 1)

    def hours(self, rung: int) -> float:
        """Work that mending it takes [h]."""
        return self.numbers[ft.ROBOT_H if rung == steps.ROBOTS else ft.CREW_H]
