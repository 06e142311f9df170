"""Failures within the kernel: it loses what they take, books what they cost, and both kernels agree to the bit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from build import compile_lit, differences
from failing import HANDS, LINK, mode, station, unit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_stations import cases
from test_faults_agree import modes, policies

from moonstation.components.contract import Process, Store, ThermalNode, Thermostat
from moonstation.station import fault_tables as ft
from moonstation.station import packed
from moonstation.station.draws import life_of as life_at
from moonstation.station.draws import name_hash, uniform
from moonstation.station.fault_plan import life_numbers, plan_failures
from moonstation.station.fault_reference import FaultReference
from moonstation.station.fault_tables import fault_tables
from moonstation.station.kernel import run
from moonstation.station.model import Asset, Station
from moonstation.station.packed import Records, empty_records, life_of
from moonstation.station.recovery import RUNGS, Recovery
from moonstation.station.reference import run_reference
from moonstation.station.side_by_side import LANES, run_lives
from policies import LENIENT


class Life:
    """One life of a station by the compiled kernel; the plain one must agree."""

    def __init__(self, built: Station, sun: Sequence[float] | float = 1.0, forced=None, seed: int = 1, member: int = 0):
        self.station, self.compiled = built, compile_lit(built, sun)
        plan, numbers = plan_failures(built, self.compiled, seed), life_numbers(built)
        tables = fault_tables(plan, [numbers], [member], 5000)
        if forced:
            tables.lanes["forced_mode"], tables.lanes["forced_step"] = forced
        plain = FaultReference(plan, numbers, member, forced)
        self.records, other = self._run(run, tables), self._run(run_reference, plain)
        self.events = [
            tuple(int(row[name]) for name in ("step", "code", "mode", "unit", "why", "rung"))
            for row in tables.log[0, : int(tables.lanes["count"][0])]
        ]
        assert self.events == plain.log
        assert differences(self.records, other) == []
        assert self.records.residual.max() <= 1e-9, self.records.residual

    def _run(self, kernel, faults) -> Records:
        compiled, step_h = self.compiled, self.station.grid.step_h
        records = empty_records(compiled.network, compiled.steps, 1, 5000)
        kernel(compiled.network, compiled.series, step_h, 1, records, faults)
        return records

    def activity(self, name: str) -> np.ndarray:
        names = [f"{asset.name}/{process.name}" for asset, process in self.compiled.processes]
        return self.records.activity[:, names.index(name)]

    def amount(self, name: str) -> np.ndarray:
        names = [f"{asset.name}/{store.name}" if asset else "" for asset, store, _ in self.compiled.stores]
        return self.records.amount[:, names.index(name)]

    def ledger(self, quantity: str) -> dict[str, float]:
        row = self.records.ledger[self.compiled.bus_keys.index((quantity, "ridge"))]
        return dict(zip(packed.LEDGER_COLUMNS, row.tolist(), strict=True))


def lenient(*assets: Asset, recovery: Recovery, hours: float = 24.0) -> Station:
    return station(*assets, recovery=recovery, hours=hours, policy=LENIENT)


QUICK = Recovery(ladders={"default": ("robots", "wait")}, autonomous=RUNGS, persistence_h=1.0)
QUICK_FIELDS = {name: getattr(QUICK, name) for name in QUICK.__dataclass_fields__}
SPRING = Process("spring", {"water": 1.0}, limit=4.0, boundary=True)


def test_a_failed_unit_gives_what_remains_until_robots_mend_it_with_hours_that_were_left():
    pump = unit("pump", mode(remaining=0.25, robot_h=3.0), processes=(SPRING,))
    tank = unit("tank", processes=(), stores=(Store("tank", "water", 1000.0),))
    robot = unit("robot", processes=(HANDS,))
    life = Life(lenient(pump, tank, robot, recovery=QUICK), forced=(0, 5))
    # fails in step 5, found in step 5, mended in steps 5 to 7
    assert life.activity("pump/spring").tolist() == [4.0] * 6 + [1.0] * 2 + [4.0] * 16
    hours = life.ledger("robot_h")
    assert hours["produced"] == 24.0
    assert hours["consumed"] == 3.0
    assert hours["spilled"] == 21.0


def test_a_unit_is_changed_by_schedule_when_enough_has_gone_through_it():
    """4 kg in each hour, 48 at the first test in step 12 (a step of each), so 52 at that and 100 at the next."""
    policy = Recovery(**{**QUICK_FIELDS, "test_every_h": 12.0, "kept_spares": 0})
    pump = unit("pump", mode(limit_kg=90.0, robot_h=3.0, spare=True, meter=("spring",)), processes=(SPRING,), spares=1)
    tank = unit("tank", processes=(), stores=(Store("tank", "water", 1000.0),))
    life = Life(lenient(pump, tank, unit("robot", processes=(HANDS,)), recovery=policy))
    assert [event[:2] for event in life.events] == [(14, ft.F_CHANGE)]  # planned in step 12, worked on to step 14
    assert life.activity("pump/spring").tolist() == [4.0] * 15 + [0.0] * 3 + [4.0] * 6
    assert life.ledger("robot_h")["consumed"] == 3.0


def test_a_life_by_work_ends_once_so_much_has_gone_through_the_unit_and_not_before():
    """4 kg in each hour from the twelfth on: a life is over in the step that counts the last of its kilograms."""
    late = replace(SPRING, series=(np.arange(96) >= 12).astype(np.float32))
    pump = unit("pump", mode(life_kg=100.0, meter=("spring",)), processes=(late,))
    tank = unit("tank", processes=(), stores=(Store("tank", "water", 1000.0),))
    nothing = Recovery(ladders={"default": ()})
    drawn_kg = [life_at(uniform((m, name_hash("pump", "stop"), ft.FOR_LIFE, 0), 1), 100.0, 1.0) for m in range(4)]
    lives = [Life(lenient(pump, tank, recovery=nothing, hours=96.0), member=m) for m in range(4)]
    fails = [11 + math.ceil(kg / 4.0) for kg in drawn_kg]
    assert min(fails) < 96
    for life, step in zip(lives, fails, strict=True):
        failed = [event[0] for event in life.events if event[1] == ft.F_FAILED]
        assert failed == [step] * (step < 96)


def test_what_a_broken_store_can_no_longer_hold_is_lost_and_its_room_comes_back():
    tank = unit("tank", mode(remaining=0.5, robot_h=1.0), processes=(), stores=(Store("tank", "water", 10.0, 10.0),))
    robot = unit("robot", processes=(Process("hands", {"robot_h": 1.0}, series=np.arange(24, dtype=np.float32) > 10),))
    spring = unit("spring", processes=(Process("spring", {"water": 1.0}, limit=1.0, boundary=True),))
    life = Life(lenient(tank, spring, robot, recovery=QUICK), forced=(0, 3))
    assert life.amount("tank/tank")[:3].tolist() == [10.0] * 3
    assert life.amount("tank/tank")[3] == 5.0
    assert life.amount("tank/tank")[-1] == 10.0
    assert life.ledger("water")["lost"] == 5.0


def test_a_store_whose_outlet_failed_keeps_what_it_holds():
    tank = unit(
        "tank", mode(keeps_content=True, robot_h=1.0), processes=(), stores=(Store("tank", "water", 10.0, 10.0),)
    )
    robot = unit("robot", processes=(Process("hands", {"robot_h": 1.0}, series=np.arange(24, dtype=np.float32) > 10),))
    drinker = unit("drinker", processes=(Process("drink", {"water": -0.25}, boundary=True),))
    life = Life(lenient(tank, drinker, robot, recovery=QUICK), forced=(0, 3))
    # fails at the end of step 3; mended at the end of step 11
    assert life.activity("drinker/drink").tolist() == [1.0] * 4 + [0.0] * 8 + [1.0] * 12
    assert life.amount("tank/tank")[[3, 11, -1]].tolist() == [9.0, 9.0, 6.0]
    assert life.ledger("water")["lost"] == 0.0


def test_nothing_changes_where_nothing_fails():
    lamp = unit("lamp", processes=(Process("light", {"electricity": -1.0}),))
    sun = unit("sun", processes=(Process("source", {"electricity": 1.0}, limit=2.0),))
    built = lenient(lamp, sun, recovery=QUICK)
    life = Life(built)
    records = empty_records(life.compiled.network, life.compiled.steps, 1, 5000)
    run(life.compiled.network, life.compiled.series, built.grid.step_h, 1, records)
    assert differences(records, life.records) == []


def test_a_resting_unit_is_idle_but_warm_and_takes_over():
    node = ThermalNode("body", 1e5, 280.0, radiating_m2=0.1, radiative_sink_k=100.0)
    heater = Process(
        "heater",
        {"electricity": -1.0},
        limit=1.0,
        priority=0,
        control=Thermostat("body", 280.0),
        heat_node="body",
        heat_kw=1.0,
    )

    def pump(number: int) -> Asset:
        parts = {"processes": (SPRING, heater), "thermal_nodes": (node,)}
        return unit(f"pump {number}", mode(), group="pump", needed=1, **parts)

    sun = unit("sun", processes=(Process("source", {"electricity": 1.0}, limit=9.0),))
    tank = unit("tank", processes=(), stores=(Store("tank", "water", 1000.0),))
    policy = Recovery(ladders={"default": ("switch", "do-without")}, autonomous=RUNGS, persistence_h=1.0)
    life = Life(lenient(pump(1), pump(2), sun, tank, recovery=policy), forced=(0, 5))
    assert life.activity("pump 1/spring").tolist() == [4.0] * 6 + [0.0] * 18
    assert life.activity("pump 2/spring").tolist() == [0.0] * 6 + [4.0] * 18
    assert (life.activity("pump 2/heater") > 0).all()


def test_a_heater_that_broke_is_found_when_it_is_wanted():
    light = np.r_[np.ones(12), np.zeros(12)].astype(np.float32)
    node = ThermalNode("body", 1e5, 280.0, radiating_m2=0.3, radiative_sink_k=100.0 + 190.0 * light)
    heater = Process(
        "heater",
        {"electricity": -1.0},
        limit=1.0,
        priority=0,
        control=Thermostat("body", 275.0),
        heat_node="body",
        heat_kw=1.0,
    )
    box = unit("box", mode(), processes=(heater,), thermal_nodes=(node,))
    sun = unit("sun", processes=(Process("source", {"electricity": 1.0}, limit=9.0),))
    life = Life(lenient(box, sun, recovery=Recovery()), forced=(0, 2))
    found = [step for step, code, *_ in life.events if code == ft.F_DETECTED]
    assert 12 <= found[0] <= 15


def test_a_site_stays_in_safe_mode_as_long_as_the_policy_says():
    lamp = unit("lamp", mode(), processes=(Process("light", {"electricity": -1.0}, priority=5),))
    sun = unit("sun", processes=(Process("source", {"electricity": 1.0}, limit=2.0),))
    policy = Recovery(ladders={"default": ("safe-mode", "do-without")}, persistence_h=1.0, safe_mode_h=6.0)
    life = Life(lenient(lamp, sun, recovery=policy), forced=(0, 4))
    modes_ = life.records.mode[:, 0].tolist()
    assert modes_ == [packed.NOMINAL] * 5 + [packed.SAFE] * 5 + [packed.NOMINAL] * 14


def test_a_link_that_failed_gives_no_word_from_earth():
    radio = unit("radio", mode(), processes=(LINK,))
    pump = unit("pump", mode("other", reset_chance=1.0), processes=(SPRING,))
    tank = unit("tank", processes=(), stores=(Store("tank", "water", 1000.0),))
    policy = Recovery(ladders={"default": ("reset",)}, autonomous=(), persistence_h=1.0, ground_h=0.0)

    def asked(*assets: Asset, forced: tuple[int, int]) -> list[int]:
        events = Life(lenient(*assets, recovery=policy), forced=forced).events
        return [step for step, code, *_, why, _ in events if (code, why) == (ft.F_STEP, ft.ASKED_EARTH)]

    assert asked(radio, pump, tank, forced=(1, 4)) == [4]
    assert asked(radio, forced=(0, 4)) == []


class _Broken:
    """A component of a random station with failure modes of its own."""

    kind, family = "thing", "test"

    def __init__(self, component, failures) -> None:
        self._component, self.failures = component, failures

    def primitives(self, place):
        return self._component.primitives(place)


@st.composite
def failing_cases(draw):
    built, sun = draw(cases(longest=80))
    assets = []
    for asset in built.assets:
        own = [draw(modes(f"mode {i}")) for i in range(draw(st.integers(0, 2)))]
        names = tuple(process.name for process in asset.component.primitives(None).processes)
        own = [replace(each, meter=draw(st.sampled_from([names[:1], names[:2]]))) for each in own]
        given = {name: getattr(asset, name) for name in Asset.__dataclass_fields__}
        grouped = {"group": "all", "needed": 2} if asset.name.startswith("asset") and draw(st.booleans()) else {}
        assets.append(
            Asset(
                **(
                    given
                    | {"component": _Broken(asset.component, tuple(own)), "spares": draw(st.integers(0, 1))}
                    | grouped
                )
            )
        )
    fields = {name: getattr(built, name) for name in Station.__dataclass_fields__}
    return Station(**(fields | {"assets": tuple(assets), "recovery": draw(policies())})), sun


@settings(deadline=None, max_examples=25)
@given(failing_cases(), st.integers(0, 2**40))
def test_both_kernels_agree_and_the_ledger_closes_whatever_fails(case, seed):
    built, sun = case
    Life(built, sun, seed=seed)


def numbers_of(built, member: int) -> ft.LifeNumbers:
    """Failures of a life that come and cost otherwise than those of its neighbours."""
    numbers = life_numbers(built)
    modes = numbers.modes.copy()
    modes[ft.LIFE] *= 1.0 + 0.3 * member
    modes[ft.ROBOT_H] /= 1.0 + 0.2 * member
    return numbers._replace(modes=modes, solar_interval_h=numbers.solar_interval_h / (1 + member))


@pytest.mark.parametrize("width", [8, LANES])
@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(case=failing_cases(), seed=st.integers(0, 2**40))
def test_a_life_is_the_same_to_the_bit_whatever_fails_beside_it(width, case, seed):
    built, sun = case
    compiled, grid = compile_lit(built, sun), built.grid
    plan = plan_failures(built, compiled, seed)

    def lanes(members: list[int], width: int) -> tuple[Records, ft.FaultTables]:
        each = [*members, *[members[-1]] * (width - len(members))]

        def fresh(room: int) -> ft.FaultTables:
            return fault_tables(plan, [numbers_of(built, member) for member in each], each, room)

        same = [compiled.network] * len(members)
        return run_lives(same, compiled.columns, compiled.steps, grid.step_h, 4, width=width, faults=fresh)

    many, tables = lanes([3, 4, 5], width)
    for lane, member in enumerate([3, 4, 5]):
        one, alone = lanes([member], 1)
        assert differences(life_of(one, 0), life_of(many, lane)) == []
        assert alone.log[0].tolist() == tables.log[lane].tolist()
