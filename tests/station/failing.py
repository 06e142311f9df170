"""Small stations that fail, run by the compiled rules and by the plain ones, without the rest of the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from build import START, compile_lit
from build import station as build_station

from moonstation.components.contract import Primitives, Process, Store, Surroundings, ThermalNode
from moonstation.components.failure_modes import FailureMode, ModeNumbers
from moonstation.station.fault_plan import life_numbers, plan_failures
from moonstation.station.fault_reference import FaultReference
from moonstation.station.fault_tables import fault_tables
from moonstation.station.model import Asset, Station
from moonstation.station.packed import NEVER
from moonstation.station.recovery import Recovery
from moonstation.station.repairs import run_faults

NEVER_ALONE = 1e9  # h


@dataclass(frozen=True)
class Failing:
    """A component that is just what the test says, and fails as it says."""

    failures: tuple[FailureMode, ...] = ()
    processes: tuple[Process, ...] = (Process("work", {"water": 1.0}, boundary=True),)
    stores: tuple[Store, ...] = ()
    thermal_nodes: tuple[ThermalNode, ...] = ()
    kind: str = "thing"
    family: ClassVar[str] = "test"

    def primitives(self, place: Surroundings) -> Primitives:
        return Primitives(self.stores, self.processes, self.thermal_nodes)


def mode(name: str = "stop", affects: Sequence[str] = (), **numbers) -> FailureMode:
    """A failure mode that never comes by itself unless the test gives it a life."""
    flags = {flag: numbers.pop(flag) for flag in ("latent", "spare", "keeps_content", "meter") if flag in numbers}
    if numbers.get("life_kg", np.inf) == np.inf:
        numbers.setdefault("life_h", NEVER_ALONE)
    return FailureMode(name, "stops", tuple(affects), numbers=ModeNumbers(**numbers), **flags)


def unit(name: str, *modes: FailureMode, **more) -> Asset:
    component = Failing(
        modes, **{key: more.pop(key) for key in ("processes", "stores", "thermal_nodes", "kind") if key in more}
    )
    more.setdefault("node", "ridge")
    more.setdefault("start", START)
    return Asset(name, component, **more)


HANDS = Process("hands", {"robot_h": 1.0})
PEOPLE = Process("people", {"crew_h": 1.0})
LINK = Process("sending", {"data": -1.0, "data@earth": 1.0})


def helpers() -> list[Asset]:
    """Robots, people and a radio, none of which fails."""
    return [
        unit("robot", processes=(HANDS,)),
        unit("people", processes=(PEOPLE,)),
        unit("radio", processes=(LINK,)),
    ]


def station(*assets: Asset, recovery: Recovery | None = None, step_s: float = 3600.0, **more) -> Station:
    built = build_station(*assets, step_s=step_s, **more)
    return Station(
        **{**{name: getattr(built, name) for name in built.__dataclass_fields__}, "recovery": recovery or Recovery()}
    )


@dataclass
class Both:
    """The compiled rules and the plain ones, asked the same questions; they must answer the same to the bit."""

    station: Station
    seed: int = 1
    member: int = 0
    forced: tuple[int, int] | None = None
    lane: int = 1
    step: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        compiled = compile_lit(self.station)
        self.plan = plan_failures(self.station, compiled, self.seed)
        numbers = life_numbers(self.station)
        members = [self.member + 17] * self.lane + [self.member]
        self.tables = fault_tables(self.plan, [numbers] * len(members), members, 20_000)
        self.tables.lanes["due"][: self.lane] = NEVER  # the other lanes rest
        if self.forced:
            self.tables.lanes["forced_mode"], self.tables.lanes["forced_step"] = self.forced
        self.plain = FaultReference(self.plan, numbers, self.member, self.forced)
        self.alive = [False] * len(self.plan.units)

    def ahead(
        self,
        seen: Sequence[int] | None = None,
        alive: Sequence[bool] | None = None,
        unserved: Sequence[bool] | None = None,
        offered: Sequence[float] | None = None,
        meter_kg: Sequence[float] | None = None,
    ) -> None:
        """One step in which the kernel saw all that; everything runs, lives and is served unless said otherwise.

        A kilogram goes through every meter in a step.
        """
        tables, lane, plan = self.tables, self.lane, self.plan
        seen = [1] * int(plan.processes[0]) if seen is None else list(seen)
        alive = [True] * len(plan.units) if alive is None else list(alive)
        unserved = [False] * plan.powers if unserved is None else list(unserved)
        offered = [1.0] * len(plan.hour_bus) if offered is None else list(offered)
        meter_kg = [self.step + 1.0] * len(plan.modes) if meter_kg is None else list(meter_kg)
        here = tables.lanes[lane]
        tables.seen[:, lane], tables.alive[:, lane], tables.offered[:, lane] = seen, alive, offered
        tables.taken[:, lane], tables.meter_kg[:, lane] = 0.0, meter_kg
        if plan.powers:
            brown = any(now and not before for now, before in zip(unserved, tables.unserved[:, lane], strict=True))
            here["due"] = (
                min(here["due"], self.step) if brown or unserved != tables.unserved[:, lane].tolist() else here["due"]
            )
            tables.unserved[:, lane] = unserved
        if alive != self.alive:
            here["lives_changed"], here["due"], self.alive = True, self.step, alive
        run_faults(tables, self.step, self.step + 1)
        self.plain.taken = [0.0] * len(plan.hour_bus)
        self.plain.advance(self.step, seen, alive, unserved, offered, meter_kg=meter_kg)
        self.compare()
        self.step += 1

    def compare(self) -> None:
        tables, lane = self.tables, self.lane
        assert self.events() == self.plain.log
        on = [part for unit in self.plain.units if unit.on for part, _ in unit.parts]
        assert tables.health[on, lane].tolist() == [self.plain.health[part] for part in on]
        for unit in (unit for unit in self.plain.units if unit.on):
            self.plain.find_health(unit)
        assert tables.health[on, lane].tolist() == [self.plain.health[part] for part in on], "health is out of date"
        assert tables.stock[:, lane].tolist() == self.plain.stock
        assert tables.taken[:, lane].tolist() == self.plain.taken
        assert tables.safe_until[:, lane].tolist() == self.plain.safe_until
        assert tables.faults["plan"][:, lane].tolist() == [mode.plan for mode in self.plain.modes]
        looks = tables.faults["end_kg"][:, lane] >= 0.0  # the plain rules look at such in every step
        due = np.where(looks, NEVER, tables.faults["due"][:, lane]).tolist()
        assert due == [NEVER if look else mode.due for look, mode in zip(looks, self.plain.modes, strict=True)]

    def events(self) -> list[tuple[int, ...]]:
        """Step, code, mode, unit, why, rung of every event of the compiled rules."""
        rows = self.tables.log[self.lane][: int(self.tables.lanes["count"][self.lane])]
        names = ("step", "code", "mode", "unit", "why", "rung")
        return [tuple(int(row[name]) for name in names) for row in rows]

    def health(self, name: str) -> np.ndarray:
        """Health of the parts of a unit."""
        given = self.plan.units[self.plan.unit_names.index(name)]
        return self.tables.health[self.plan.unit_parts[given["parts_first"] : given["parts_last"]], self.lane]

    def run(self, steps: int, **seen) -> list[tuple[int, ...]]:
        """So many steps of the same; returns all events so far."""
        for _ in range(steps):
            self.ahead(**seen)
        return self.events()
