"""Instruments pause for a filling recorder in the order of what their data are worth."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_run import KernelRun, Mains

from moonstation.components.comms.recorder import Recorder
from moonstation.components.science.instrument import Instrument
from moonstation.facts.table import lookup
from moonstation.facts.usage import overridden

WEEK_H = lookup("comms.room_for_worthier").value


def eye(gbit_h, points_per_gbit, **more):
    worth = gbit_h * points_per_gbit
    return Instrument(field="geology", power_kw=0.01, data_gbit_h=gbit_h, worth_points_per_h=worth, **more)


def filled(instruments, capacity_gbit, days):
    return KernelRun({"mains": Mains(), "memory": Recorder(capacity_gbit=capacity_gbit), **instruments}, days)


def limits(run):
    return {
        asset.name: process.interlocks[0].high
        for asset, process in run.compiled.processes
        if process.name == "observing" and process.interlocks
    }


def test_in_silence_the_less_worthy_one_stops_first_and_the_other_goes_on_for_a_week():
    # 1,000 Gbit, filling at 2 Gbit/h: the poor one stops at 0.95 * 1000 - 168 Gbit, the rich one goes on at 1 Gbit/h
    run = filled({"rich": eye(1.0, 10.0), "poor": eye(1.0, 0.1)}, 1000.0, 40)
    assert run.activity("poor", "observing").sum() / 6 == pytest.approx((950.0 - WEEK_H) / 2, abs=1.0)
    assert run.activity("rich", "observing").sum() / 6 == pytest.approx((950.0 - WEEK_H) / 2 + WEEK_H, abs=1.0)
    assert run.booked("data", "spilled") == 0.0


def test_alike_and_lone_instruments_keep_their_own_limit():
    assert limits(filled({"a": eye(1.0, 2.0), "b": eye(3.0, 2.0)}, 500.0, 1)) == {"a": 0.95, "b": 0.95}
    assert limits(filled({"a": eye(1.0, 2.0, recorder_below=0.7)}, 500.0, 1)) == {"a": 0.7}


def test_an_instrument_gives_up_no_more_than_half_and_one_that_never_pauses_nothing():
    found = limits(filled({"rich": eye(100.0, 10.0), "poor": eye(1.0, 0.1)}, 50.0, 1))
    assert found == {"rich": 0.95, "poor": pytest.approx(0.475)}
    greedy = filled({"rich": eye(1.0, 10.0), "poor": eye(1.0, 0.1, recorder_below=1.0)}, 50.0, 1)
    assert limits(greedy) == {"rich": 0.95}


def test_without_a_while_to_bridge_all_pause_together():
    with overridden({"comms.room_for_worthier": 0.0}):
        run = filled({"rich": eye(1.0, 10.0), "poor": eye(1.0, 0.1)}, 1000.0, 1)
    assert set(limits(run).values()) == {0.95}


@given(
    made=st.lists(st.tuples(st.floats(0.01, 50.0), st.floats(0.01, 100.0)), min_size=2, max_size=5),
    capacity=st.floats(0.1, 1e4),
)
@settings(max_examples=25, deadline=None)
def test_the_worthier_never_stops_before_the_less_worthy(made, capacity):
    run = filled({f"eye {number}": eye(*one) for number, one in enumerate(made)}, capacity, 0.1)
    found = limits(run)
    by_worth = sorted(range(len(made)), key=lambda number: made[number][1])
    high = [found[f"eye {number}"] for number in by_worth]
    assert all(low <= more + 1e-12 for low, more in zip(high, high[1:], strict=False))
    assert all(0.475 - 1e-12 <= value <= 0.95 for value in high)
    assert high[-1] == 0.95
