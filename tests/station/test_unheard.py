"""A fault that waits for a word from the Earth says so where its link has failed: on a log that can be read off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from moonstation.report.sections.timeline import timeline
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import read_scenario
from moonstation.station import fault_tables as ft
from moonstation.station.chances import F_HEARD, F_UNHEARD, Chances, FaultLog
from moonstation.station.packed import EV_ENDED, EV_LOST_COLD
from moonstation.station.recovery import DO_WITHOUT, RESET, ROBOTS, RUNGS, SHED, SUBSYSTEM
from moonstation.station.simulate import simulate
from moonstation.station.unheard import with_waits

STEPS = 100
#: Units 0 pump, 1 radio (process 1), 2 spare radio (process 2); modes 0 of the pump, 1 and 2 of the radios.
PUMP, RADIO, OTHER = range(3)
WINDOWS = np.zeros((2, STEPS), np.bool_)
WINDOWS[0, [20, 21, 50, 51, 80]] = True
WINDOWS[1, [50, 70]] = True
EVENT = np.dtype([("step", np.int64), ("code", np.int32), ("index", np.int32)])


def plan(*ladder: int, asks=(RESET, ROBOTS), silent: tuple[int, int] = (0, 0)) -> SimpleNamespace:
    rungs = np.array([[*ladder, -1]])
    units = [("parts_first", int), ("parts_last", int), ("site", int), ("ladder", int)]
    return SimpleNamespace(
        modes=np.array([(0, 0, 1), (1, 1, 2), (2, 2, 3)], [("unit", int), ("first", int), ("last", int)]),
        mode_parts=np.array([0, 1, 2]),
        units=np.array([(0, 1, 0, 0), (1, 2, 0, 0), (2, 3, 0, 0)], units),
        unit_parts=np.array([0, 1, 2]),
        sites=np.array([(0, 2)], [("ways_first", int), ("ways_last", int)]),
        ways=np.array([(0, 1), (1, 2)], ft.WAY),
        links=np.array([1, 2]),
        way_open=WINDOWS,
        ladders=rungs,
        asks_earth=np.isin(np.arange(len(RUNGS)), asks),
        rules=np.array([(2, *silent)], [("max_resets", int), ("silent_first", int), ("silent_last", int)]),
        unit_names=("pump", "radio", "spare radio"),
        mode_names=("stall", "amplifier", "amplifier"),
    )


def told(made: SimpleNamespace, *rows: tuple[int, ...], lost=(), remaining=(0.0, 0.0, 0.0)) -> list[tuple[int, ...]]:
    """Step, code, mode and unit of the link of the events that are added to rows of step, code, mode, why, rung."""
    log = np.zeros(len(rows), ft.FAULT_EVENT)
    for number, (step, code, mode, why, rung) in enumerate(rows):
        log[number] = (step, code, mode, mode, why, rung, 0.0)
    found = with_waits(FaultLog(made, log, np.array(remaining)), np.array(list(lost), EVENT), STEPS)
    assert (np.diff(found.rows["step"]) >= 0).all()
    new = found.rows[np.isin(found.rows["code"], (F_UNHEARD, F_HEARD))]
    assert len(new) + len(rows) == len(found.rows)
    return [tuple(row[["step", "code", "mode", "why"]].tolist()) for row in new]


def failed(step: int, mode: int) -> tuple[int, ...]:
    return (step, ft.F_FAILED, mode, ft.BY_AGE, -1)


def known(step: int, mode: int) -> tuple[int, ...]:
    return (step, ft.F_DETECTED, mode, ft.BY_RESIDUAL, -1)


def came(step: int, mode: int, outcome: int, rung: int) -> tuple[int, ...]:
    return (step, ft.F_STEP, mode, outcome, rung)


BOTH_DOWN = (failed(5, RADIO), failed(6, OTHER))
HEARD_AT_90 = (failed(10, PUMP), known(12, PUMP), came(90, PUMP, ft.ASKED_EARTH, RESET))


def test_the_wait_begins_with_the_first_window_in_vain_and_ends_when_the_earth_is_asked():
    assert told(plan(RESET), *BOTH_DOWN, *HEARD_AT_90) == [
        (20, F_UNHEARD, PUMP, RADIO),
        (90, F_HEARD, PUMP, RADIO),
    ]


def test_a_wait_for_a_window_alone_is_no_wait_for_a_link():
    assert told(plan(RESET), *HEARD_AT_90) == [], "no link has failed"
    early = (failed(10, PUMP), known(12, PUMP), came(20, PUMP, ft.ASKED_EARTH, RESET))
    assert told(plan(RESET), *BOTH_DOWN, *early) == [], "it is asked in the first window"
    assert told(plan(RESET), *BOTH_DOWN, *HEARD_AT_90, remaining=(0.0, 0.3, 0.3)) == [], "the links still work a little"


def test_another_link_with_a_window_at_the_same_time_is_enough():
    mended = came(30, OTHER, ft.MENDED, ROBOTS)
    assert told(plan(RESET), failed(22, RADIO), *HEARD_AT_90)[0] == (51, F_UNHEARD, PUMP, RADIO), "at 50 both are open"
    assert told(plan(RESET), failed(22, RADIO), failed(23, OTHER), mended, *HEARD_AT_90)[0][0] == 51


def test_a_way_is_down_with_any_of_what_carries_it():
    made = plan(RESET)
    made.ways, made.links, made.way_open = np.array([(0, 2)], ft.WAY), np.array([1, 2]), WINDOWS[:1]
    made.sites["ways_last"] = 1
    assert told(made, failed(6, OTHER), *HEARD_AT_90) == [(20, F_UNHEARD, PUMP, OTHER), (90, F_HEARD, PUMP, OTHER)]


def test_a_lost_link_counts_as_one_that_failed_and_one_that_left_does_not():
    assert told(plan(RESET), *HEARD_AT_90, lost=[(30, EV_LOST_COLD, RADIO)])[0] == (51, F_UNHEARD, PUMP, RADIO)
    assert told(plan(RESET), *HEARD_AT_90, lost=[(30, EV_ENDED, RADIO)]) == []


def test_who_is_lost_while_it_waits_is_not_heard_any_more():
    waiting = HEARD_AT_90[:2]
    assert told(plan(RESET), *BOTH_DOWN, *waiting) == [(20, F_UNHEARD, PUMP, RADIO)], "to the end of the run"
    assert told(plan(RESET), *BOTH_DOWN, *waiting, lost=[(40, EV_LOST_COLD, PUMP)]) == [(20, F_UNHEARD, PUMP, RADIO)]
    assert told(plan(RESET), *BOTH_DOWN, *waiting, lost=[(15, EV_LOST_COLD, PUMP)]) == []


def test_a_silence_that_is_a_test_is_no_fault_of_the_link():
    assert told(plan(RESET, silent=(0, 60)), *BOTH_DOWN, *HEARD_AT_90)[0] == (70, F_UNHEARD, PUMP, OTHER)


def test_the_wait_begins_where_the_ladder_comes_to_a_step_that_asks():
    climbed = (
        failed(10, PUMP),
        known(12, PUMP),
        came(14, PUMP, ft.NO_EFFECT, RESET),
        came(30, PUMP, ft.NO_EFFECT, RESET),
    )
    after = (20, F_UNHEARD, PUMP, RADIO), (50, F_UNHEARD, PUMP, RADIO)
    ladder = (RESET, SHED, ROBOTS, DO_WITHOUT)
    assert told(plan(*ladder, asks=(ROBOTS,)), *BOTH_DOWN, *climbed) == [after[1]], "two resets, and nothing to shed"
    assert told(plan(*ladder, asks=(ROBOTS,)), *BOTH_DOWN, *climbed[:3]) == [], "one reset more is to come"
    assert told(plan(*ladder, asks=()), *BOTH_DOWN, *climbed) == []
    assert told(plan(RESET, SUBSYSTEM, asks=(SUBSYSTEM,)), *BOTH_DOWN, *climbed) == [after[1]]
    gone_on = came(14, PUMP, ft.NOT_POSSIBLE, RESET)
    assert told(plan(RESET, ROBOTS), *BOTH_DOWN, *climbed[:2], gone_on) == [after[0]]
    given_up = (failed(10, PUMP), known(12, PUMP), came(13, PUMP, ft.LEFT, DO_WITHOUT))
    assert told(plan(DO_WITHOUT), *BOTH_DOWN, *given_up) == []


GOOD = (Path(__file__).parents[1] / "scenario" / "good.toml").read_text("utf-8")
SILENT = GOOD.replace("end = 2029-08-01", "end = 2029-01-31").replace(
    "[policy.serve_up_to]", '[policy.recovery]\nautonomous = ["wait"]\n\n[policy.serve_up_to]'
)


def test_a_radio_that_fails_cannot_ask_for_its_own_reset():
    moment = datetime(2029, 1, 10, tzinfo=UTC)
    run = simulate(
        build_station(read_scenario(SILENT)), chances=Chances(forced=("lander radio", "transmitter", moment))
    )
    own = [event for event in run.events if event.subject == "lander radio" and event.kind.startswith("fault")]
    assert [event.kind for event in own] == ["fault-failed", "fault-detected", "fault-unheard"]
    assert own[2].detail == (
        "transmitter, no word from the Earth: lander radio has failed, found: a window of commands in vain, "
        "reset: waits for the link"
    )
    begins = [window.begin for window in run.command_windows if window.end > own[1].utc]
    assert own[2].utc in (own[1].utc, *begins), "a window, or at once where it is open"
    rows = [{"utc": event.utc, "kind": event.kind, "subject": event.subject, "detail": event.detail} for event in own]
    drawn = timeline(rows, (run.time[0], run.time[-1]), "this run", "Failures")
    assert drawn is not None
    assert {trace.get("name") for trace in drawn.figure.data} >= {"failed", "unheard"}


def test_whoever_waits_for_a_window_alone_is_not_told():
    moment = datetime(2029, 1, 17, tzinfo=UTC)
    run = simulate(build_station(read_scenario(SILENT)), chances=Chances(forced=("panorama camera", "upset", moment)))
    assert not any(event.kind == "fault-unheard" for event in run.events)
