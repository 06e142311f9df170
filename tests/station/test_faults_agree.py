"""Compiled and plain rules of failures agree in every step of random stations; many lives follow the closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from build import at_hour, compile_lit
from failing import HANDS, LINK, PEOPLE, Both, mode, station, unit
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.components.contract import Process, Store
from moonstation.station import fault_tables as ft
from moonstation.station.fault_plan import life_numbers, plan_failures
from moonstation.station.fault_tables import fault_tables
from moonstation.station.recovery import RUNGS, Recovery
from moonstation.station.repairs import run_faults

shares = st.floats(0.0, 1.0)


def often(strategy, otherwise):
    return st.one_of(st.just(otherwise), strategy)


@st.composite
def modes(draw, name):
    own = draw(st.one_of(st.just("life_h"), st.just("life_kg")))
    return mode(
        name,
        affects=draw(often(st.sampled_from([("work",), ("tank",)]), ())),
        latent=draw(often(st.just(True), False)),
        spare=draw(st.booleans()),
        keeps_content=draw(st.booleans()),
        **{own: draw(st.floats(1.0, 300.0 if own == "life_h" else 150.0))},
        shape=draw(often(st.floats(0.3, 5.0), 1.0)),
        remaining=draw(often(st.floats(0.0, 0.99), 0.0)),
        reset_chance=draw(often(shares, 0.0)),
        clears_after_h=draw(often(st.floats(1.0, 100.0), math.inf)),
        robot_h=draw(often(st.floats(0.0, 20.0), math.inf)),
        crew_h=draw(often(st.floats(0.0, 20.0), math.inf)),
        on_solar_event=draw(often(shares, 0.0)),
        on_landing=draw(often(shares, 0.0)),
        on_brown_out=draw(often(shares, 0.0)),
        limit_h=draw(often(st.floats(1.0, 100.0), math.inf)),
        limit_kg=draw(often(st.floats(1.0, 60.0), math.inf)),
    )


@st.composite
def units(draw, name):
    """An entry of one to three units with the same modes."""
    own = [draw(modes(f"mode {i}")) for i in range(draw(st.integers(0, 3)))]
    lamp = Process("lamp", {"electricity": -1.0}, priority=draw(st.sampled_from([0, 5])))
    parts = (Process("work", {"water": 1.0}, boundary=True), *draw(often(st.just((lamp,)), ())))
    count, start = draw(st.integers(1, 3)), at_hour(draw(often(st.integers(1, 60), 0)))
    more = {
        "processes": parts,
        "stores": draw(often(st.just((Store("tank", "water", 10.0),)), ())),
        "kind": draw(st.sampled_from(["pump", "fan"])),
        "node": draw(often(st.just("hill"), "ridge")),
        "start": start,
        "spares": draw(st.integers(0, 2)),
        "group": name,
        "needed": draw(st.integers(0, count)),
        "mission": name,
    }
    return [unit(f"{name} {i}", *own, **more) for i in range(count)]


@st.composite
def policies(draw):
    ladder = st.lists(st.sampled_from(RUNGS), max_size=6).map(tuple)
    return Recovery(
        residual=draw(st.floats(0.01, 0.5)),
        persistence_h=draw(st.floats(0.0, 5.0)),
        limit_persistence_h=draw(st.floats(1.0, 5.0)),
        test_every_h=draw(st.floats(5.0, 80.0)),
        reset_h=draw(st.floats(0.1, 3.0)),
        max_resets=draw(st.integers(1, 3)),
        shed_below=draw(shares),
        safe_mode_h=draw(st.floats(0.0, 20.0)),
        patience_h=draw(st.floats(1.0, 30.0)),
        ground_h=draw(st.floats(0.0, 8.0)),
        autonomous=draw(st.lists(st.sampled_from(RUNGS), unique=True)),
        scheduled_changes=draw(often(st.just(False), True)),
        kept_spares=draw(st.integers(0, 2)),
        ladders=draw(st.dictionaries(st.sampled_from(["default", "pump", "test"]), ladder)),
        silent_from=draw(often(st.just(at_hour(20.0)), None)),
        silent_h=30.0,
    )


@st.composite
def lives(draw):
    entries = [draw(units(f"entry {i}")) for i in range(draw(st.integers(1, 4)))]
    helpers = [unit("robot", processes=(HANDS,)), unit("people", processes=(PEOPLE,)), unit("radio", processes=(LINK,))]
    built = station(*(item for entry in entries for item in entry), *helpers, recovery=draw(policies()))
    built.sites["hill"] = None
    return Both(built, seed=draw(st.integers(0, 2**40)), member=draw(st.integers(0, 1000)))


@settings(deadline=None, max_examples=25)
@given(lives(), st.integers(0, 2**32), shares, shares)
def test_both_agree_in_every_step(life, seed, busy, trouble):
    chance = np.random.default_rng(seed)
    assets = life.station.assets
    landing = [max(life.station.grid.index_at(asset.start), 0) for asset in assets]
    dead = np.zeros(len(assets), bool)
    processes = life.plan.processes[0]
    meter_kg = np.zeros(len(life.plan.modes))

    def tried() -> np.ndarray:
        return (chance.random(processes) < busy).astype(int)

    def blocked() -> np.ndarray:
        return (chance.random(processes) < 0.2 * trouble).astype(int)

    for step in range(120):
        dead |= chance.random(len(assets)) < 0.003
        meter_kg += chance.random(len(meter_kg))
        life.ahead(
            seen=(tried() + ft.BLOCKED * blocked()).tolist(),
            alive=[step >= first and not gone for first, gone in zip(landing, dead, strict=True)],
            unserved=(chance.random(life.plan.powers) < 0.2 * trouble).tolist(),
            offered=(chance.random(len(life.plan.hour_bus)) * (chance.random() < busy)).tolist(),
            meter_kg=meter_kg.tolist(),
        )


# ---------------------------------------------------------------- many lives against closed forms

LIVES = 1500
IGNORE = Recovery(ladders={"default": ("do-without",)}, persistence_h=1.0)


def run_lives(built, steps: int, dormancy: float = 0.0) -> ft.FaultTables:
    """Lives in which everything is wanted and nothing else happens."""
    plan = plan_failures(built, compile_lit(built), seed=11)
    numbers = life_numbers(built)._replace(dormancy=dormancy)
    tables = fault_tables(plan, [numbers] * LIVES, list(range(LIVES)), 4000)
    tables.alive[:], tables.seen[:], tables.lanes["lives_changed"] = True, ft.TRIED, True
    run_faults(tables, 0, steps)
    assert tables.lanes["count"].max() <= 4000
    return tables


def events(tables: ft.FaultTables, lane: int) -> np.ndarray:
    return tables.log[lane, : tables.lanes["count"][lane]]


def up(tables: ft.FaultTables, unit_number: int, steps: int) -> np.ndarray:
    """Share of all lives in which a unit was sound, per step."""
    change = np.zeros((LIVES, steps + 1), int)
    for lane in range(LIVES):
        rows = events(tables, lane)
        rows = rows[rows["unit"] == unit_number]
        np.add.at(change[lane], rows["step"][rows["code"] == ft.F_FAILED], -1)
        np.add.at(change[lane], rows["step"][rows["code"] == ft.F_CLEARED], +1)
    return 1 + np.cumsum(change, axis=1)[:, :steps]


def test_availability_with_repair_is_that_of_the_markov_chain():
    """Units that fail at rate a and clear at rate b: in the long run each is sound in b / (a + b) of the time, and two
    of three in the binomial share, for the states of the chain multiply."""
    steps, mean_h, clears_h = 4000, 200.0, 50.0
    trio = [unit(f"pump {i}", mode(life_h=mean_h, clears_after_h=clears_h)) for i in range(3)]
    tables = run_lives(station(*trio, recovery=IGNORE, hours=steps), steps)
    late = slice(1000, None, 100)
    sound = np.array([up(tables, number, steps)[:, late] for number in range(3)])
    # lives last whole steps, rounded up: half a step more on either side
    share = (mean_h + 0.5) / (mean_h + clears_h + 1.0)
    two_of_three = share**3 + 3 * share**2 * (1 - share)
    count = sound[0].size
    assert sound.mean() == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / count))
    found = (sound.sum(axis=0) >= 2).mean()
    assert found == pytest.approx(two_of_three, abs=5 * math.sqrt(two_of_three * (1 - two_of_three) / count))


def test_cold_standby_lives_as_its_formula_says():
    """One of three works, the others do not age: the last fails like the third event of a Poisson process,
    R(t) = exp(-t / m) (1 + t / m + (t / m)^2 / 2)."""
    mean_h, steps = 500.0, 3000
    policy = Recovery(ladders={"default": ("switch", "do-without")}, autonomous=RUNGS, persistence_h=1.0)
    trio = [unit(f"pump {i}", mode(life_h=mean_h), group="pump", needed=1) for i in range(3)]
    tables = run_lives(station(*trio, recovery=policy, hours=steps), steps)
    failed = np.zeros((LIVES, steps))
    for lane in range(LIVES):
        rows = events(tables, lane)
        np.add.at(failed[lane], rows["step"][rows["code"] == ft.F_FAILED], 1)
    failed = np.cumsum(failed, axis=1)
    for hours in (300, 1000, 2000):
        x = (hours - 1.5) / mean_h  # three lives, each rounded up by half a step on average
        share = math.exp(-x) * (1 + x + x * x / 2)
        found = (failed[:, hours - 1] < 3).mean()
        assert found == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / LIVES)), hours


def test_a_resting_unit_ages_as_dormancy_says():
    mean_h, steps, dormancy = 300.0, 2000, 0.25
    pair = [unit(f"pump {i}", mode(life_h=mean_h if i else 1e9), group="pump", needed=1) for i in range(2)]
    tables = run_lives(station(*pair, recovery=IGNORE, hours=steps), steps, dormancy)
    for hours in (200, 1000):
        share = 1.0 - math.exp(-(hours - 1) * dormancy / mean_h)
        found = np.mean([(events(tables, lane)["step"] < hours).any() for lane in range(LIVES)])
        assert found == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / LIVES) + dormancy / mean_h)


def test_lives_do_not_depend_on_their_lane():
    pump = unit("pump", mode(life_h=100.0, reset_chance=0.3, clears_after_h=300.0))
    built = station(pump, hours=2000, recovery=Recovery(autonomous=RUNGS))
    plan, numbers = plan_failures(built, compile_lit(built), seed=3), life_numbers(built)
    logs = []
    for members in ([4, 5, 6, 7], [7, 6, 5, 4], [5]):
        tables = fault_tables(plan, [numbers] * len(members), members, 1000)
        tables.alive[:], tables.seen[:], tables.lanes["lives_changed"] = True, ft.TRIED, True
        run_faults(tables, 0, 2000)
        logs.append({member: tables.log[lane].tobytes() for lane, member in enumerate(members)})
    assert logs[0] == logs[1]
    assert logs[2][5] == logs[0][5]
    assert logs[0][4] != logs[0][5]
