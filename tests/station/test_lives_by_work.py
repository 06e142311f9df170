"""Lives counted by work: what rests does not age; compiled and plain rules agree in every step."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from build import compile_lit
from failing import Both, helpers, mode, station, unit

from moonstation.components.contract import Process
from moonstation.components.failure_modes import ModeNumbers
from moonstation.core.errors import RangeError
from moonstation.station import fault_tables as ft
from moonstation.station import recovery as rungs
from moonstation.station.draws import life_of, name_hash, uniform
from moonstation.station.fault_plan import life_numbers, plan_failures
from moonstation.station.fault_tables import fault_tables
from moonstation.station.recovery import Recovery
from moonstation.station.repairs import run_faults
from moonstation.station.soundness import faults_of_failures

MENDED_BY_RESET = Recovery(
    ladders={"default": ("reset",)}, autonomous=rungs.RUNGS, persistence_h=1.0, reset_h=1.0, test_every_h=1e6
)


def life_kg(member: int, seed: int, number: int, mean_kg: float) -> float:
    """The drawn life of the only mode of the pump."""
    return life_of(uniform((member, name_hash("pump", "stop"), ft.FOR_LIFE, number), seed), mean_kg, 1.0)


def both(**more) -> Both:
    pump = unit("pump", mode(life_kg=50.0, reset_chance=1.0))
    return Both(station(pump, *helpers(), recovery=MENDED_BY_RESET, hours=24.0 * 60), **more)


def failed(life: Both) -> list[int]:
    return [step for step, code, *_ in life.events() if code == ft.F_FAILED]


@pytest.mark.parametrize("member", range(5))
def test_it_fails_in_the_first_step_at_which_its_meter_has_counted_its_life(member):
    life = both(member=member)
    life.run(400)  # 1 kg in a step, 1 kg at the end of the first
    drawn = life_kg(member, 1, 0, 50.0)
    assert failed(life)[:1] == [math.ceil(drawn)]


def test_what_is_mended_begins_a_new_life_at_what_its_meter_stands_at():
    life = both(member=2)
    life.run(600)
    cleared = [step for step, code, _, _, why, _ in life.events() if (code, why) == (ft.F_STEP, ft.MENDED)]
    again = [step + math.ceil(life_kg(2, 1, n + 1, 50.0)) for n, step in enumerate(cleared)]
    assert len(again) > 3
    assert failed(life)[1:] == again[: len(failed(life)) - 1]


def test_at_rest_it_does_not_age():
    life = both()
    life.run(1000, meter_kg=[7.0])
    assert life.events() == []


def test_where_the_greatest_rate_is_known_it_is_looked_at_seldom_and_fails_in_the_same_step():
    at_each, seldom = both(member=3), both(member=3)
    seldom.tables.full_kg[:] = 1.0
    looks = 0
    for step in range(400):
        meter_kg = [0.25 * step]
        before = int(seldom.tables.faults["due"][0, seldom.lane])
        at_each.ahead(meter_kg=meter_kg)
        seldom.ahead(meter_kg=meter_kg)
        looks += before <= step
    assert failed(at_each) == failed(seldom) != []
    assert looks < 40 * len(failed(seldom))


def test_lives_by_work_follow_their_law_whatever_the_hours():
    lives, mean_kg = 4000, 30.0
    built = station(unit("pump", mode(life_kg=mean_kg)), recovery=Recovery(ladders={"default": ()}), hours=240)
    plan = plan_failures(built, compile_lit(built), seed=5)
    tables = fault_tables(plan, [life_numbers(built)] * lives, list(range(lives)), 4)
    tables.alive[:], tables.lanes["lives_changed"] = True, True
    for step in range(120):
        tables.meter_kg[:] = 1.0 * max(step - 60, 0)  # it rests at first
        run_faults(tables, step, step + 1)
    sound = (tables.faults["state"][0] == ft.HEALTHY).mean()
    assert sound == pytest.approx(math.exp(-59.0 / mean_kg), abs=0.03)


def test_only_processes_that_can_do_as_much_in_every_step_are_steady():
    wave = np.linspace(0.0, 3.0, 24 * 10).astype(np.float32)
    work = Process("work", {"water": 1.0}, boundary=True)
    own = [mode(name, life_kg=9.0, meter=(name,)) for name in ("work", "tide")]
    built = station(unit("pump", *own, processes=(work, replace(work, name="tide", series=wave))), hours=240)
    assert plan_failures(built, compile_lit(built), seed=5).modes["steady"].tolist() == [True, False]


def test_one_life_is_enough_and_it_needs_a_meter():
    with pytest.raises(RangeError, match="second life"):
        ModeNumbers(life_h=100.0, life_kg=100.0)
    pump = unit("pump", mode(life_kg=9.0)).component
    (told,) = faults_of_failures(pump, pump.primitives(None))
    assert "has a life_kg, but nothing is counted" in told.message
