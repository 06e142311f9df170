"""When critical loads were served: what the counts and events of a run tell, against the run step by step."""

from __future__ import annotations

import numpy as np
from build import compile_lit, run_with
from hypothesis import given, settings
from random_stations import cases, relaxed

from moonstation.core.events import find_runs
from moonstation.station.critical_loads import critical_loads, no_critical_loads, unserved_spells
from moonstation.station.kernel import run
from moonstation.station.packed import EV_MODE, EV_SERVED, EV_UNSERVED, EVENT


@settings(relaxed, max_examples=40)
@given(cases(longest=80))
def test_counts_and_events_tell_what_every_step_tells(case):
    built, sun = case
    compiled, step_h = compile_lit(built, sun), built.grid.step_h
    fine, coarse = (run_with(run, compiled, step_h, record_steps) for record_steps in (1, 7))
    for power in range(len(compiled.power_nodes)):
        there, served = fine.critical[:, power].astype(bool).T
        loads, steps = critical_loads(coarse, power, compiled.steps), np.arange(compiled.steps)
        assert loads.first == min(steps[there], default=compiled.steps)
        assert loads.last_served == max(steps[served] + 1, default=-1)
        np.testing.assert_array_equal(loads.unserved, find_runs(there & ~served))
        assert loads.share == (served.sum() / there.sum() if there.any() else None)
        starts = np.arange(0, compiled.steps, 7)
        shares = [np.mean(s[t]) if t.any() else np.nan for s, t in _blocks(starts, served, there)]
        np.testing.assert_allclose(loads.share_by_record, shares, rtol=1e-6)


def _blocks(starts, *series):
    return zip(*(np.split(values, starts[1:]) for values in series), strict=True)


def rows(*events: tuple[int, int, int]) -> np.ndarray:
    return np.array([(step, code, power, 0.0) for step, code, power in events], EVENT)


def test_spells_of_another_bus_or_after_the_end_do_not_count():
    log = rows((2, EV_UNSERVED, 0), (3, EV_UNSERVED, 1), (4, EV_MODE, 0), (5, EV_SERVED, 0), (9, EV_UNSERVED, 0))
    assert np.transpose(unserved_spells(log, 0, 0, 8)).tolist() == [[2, 5]]
    assert np.transpose(unserved_spells(log, 0, 0, 12)).tolist() == [[2, 5], [9, 12]]
    assert np.transpose(unserved_spells(log, 1, 0, 12)).tolist() == [[3, 12]]


def test_a_spell_that_was_there_before_begins_at_the_first_step():
    served, nothing = rows((4, EV_SERVED, 0)), rows()
    assert np.transpose(unserved_spells(served, 0, 1, 9, begun=True)).tolist() == [[1, 4]]
    assert np.transpose(unserved_spells(nothing, 0, 1, 9, begun=True)).tolist() == [[1, 9]]


def test_a_place_without_critical_loads_was_never_served_nor_unserved():
    loads = no_critical_loads(12)
    assert (loads.share, loads.longest_unserved, loads.first, loads.last_served) == (None, 0, 12, -1)
