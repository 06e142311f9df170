"""Each failure alone: a trial that branches from the common life is the life in which just that fails."""

from __future__ import annotations

import numpy as np
import pytest
from build import compile_lit
from failing import HANDS, mode, station, unit
from test_faults_in_kernel import SPRING, lenient

from moonstation.components.contract import Store
from moonstation.core.errors import RangeError
from moonstation.station.chances import Chances, log_of, plan_of, tables_of
from moonstation.station.fault_trials import Trials, darkest_step
from moonstation.station.recovery import RUNGS, Recovery
from moonstation.station.simulate import run_with_failures

POLICY = Recovery(ladders={"default": ("robots", "do-without")}, autonomous=RUNGS, persistence_h=1.0)


def small():
    pump = unit("pump", mode(remaining=0.25, robot_h=3.0, life_h=40.0), mode("other", life_h=30.0), processes=(SPRING,))
    tank = unit("tank", processes=(), stores=(Store("tank", "water", 1000.0),))
    return lenient(pump, tank, unit("robot", processes=(HANDS,)), recovery=POLICY, hours=60.0)


def test_a_trial_is_the_life_in_which_just_that_fails():
    built = small()
    compiled = compile_lit(built)
    trials = Trials(built, compiled, look_h=20.0)
    chosen = trials.of([built.assets[0]], lambda asset: {"early": 5, "late": 30})
    assert [(trial.mode, trial.when) for trial in chosen] == [
        ("stop", "early"),
        ("other", "early"),
        ("stop", "late"),
        ("other", "late"),
    ]
    outcomes = list(trials.run(chosen))
    for outcome in outcomes:
        moment = built.grid.start.timestamp() + outcome.trial.step * built.grid.step_s
        forced = ("pump", outcome.trial.mode, type(built.grid.start).fromtimestamp(moment, tz=built.grid.start.tzinfo))
        _, log = run_with_failures(built, compiled, 1, Chances(forced=forced))
        assert list(outcome.events) == log.events()
        assert outcome.events[0].detail == f"{outcome.trial.mode}, for a test"
        assert outcome.events[1].detail == f"{outcome.trial.mode}, found: it gives less than expected"
        assert outcome.found_h == 0.0
        assert outcome.found_by == "it gives less than expected"
    assert [(o.restored_h, o.ended_by) for o in outcomes] == [(2.0, "robots"), (None, "left as it is")] * 2
    assert all(outcome.lived for outcome in outcomes)


def test_nothing_fails_by_its_work_before_a_trial():
    worn = unit("pump", mode(life_kg=1.0, meter=("spring",), robot_h=3.0), processes=(SPRING,))
    tank = unit("tank", processes=(), stores=(Store("tank", "water", 1000.0),))
    built = lenient(worn, tank, unit("robot", processes=(HANDS,)), recovery=POLICY, hours=60.0)
    trials = Trials(built, compile_lit(built), look_h=20.0)
    outcome = next(trials.run(trials.of([built.assets[0]], lambda asset: {"late": 50})))
    assert outcome.events[0].step == 50
    assert outcome.events[0].detail == "stop, for a test"


def test_the_darkest_step_begins_the_longest_dark():
    sun = np.array([1, 0, 1, 0.2, 0.1, 0, 1, 0, 0, 0, 1.0])
    assert darkest_step(sun, 0, len(sun), 0.5) == 3
    assert darkest_step(sun, 4, len(sun), 0.5) == 7
    assert darkest_step(sun, 0, 1, 0.5) is None


def test_a_mode_that_is_not_there_is_refused():
    built = small()
    chances = Chances(forced=("pump", "rust", built.grid.start))
    plan, numbers = plan_of(built, compile_lit(built), chances)
    with pytest.raises(RangeError, match="other, stop"):
        tables_of(plan, numbers, chances, built.grid, 10)


def test_a_log_without_room_is_written_again():
    pump = unit("pump", mode(life_h=2.0, reset_chance=1.0), processes=(SPRING,))
    built = station(pump, hours=30_000, recovery=Recovery(persistence_h=1.0, reset_h=1.0))
    compiled = compile_lit(built)
    _, log = run_with_failures(built, compiled, 24, Chances(seed=3))
    assert len(log.rows) > 10_000
    plan, _ = plan_of(built, compiled, Chances(seed=3))
    assert (
        len(log_of(plan, tables_of(plan, plan_of(built, compiled, Chances(seed=3))[1], Chances(), built.grid, 5)).rows)
        == 0
    )
