"""An imposed silence of the Earth: no ground station hears for so long, whether things fail or not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from moonstation.core.time import TimeGrid
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import read_scenario
from moonstation.station.packed import NEVER
from moonstation.station.recovery import Recovery
from moonstation.station.silence import silent_steps
from moonstation.station.simulate import simulate

GOOD = (Path(__file__).parents[1] / "scenario" / "good.toml").read_text("utf-8")
MONTH = GOOD.replace("end = 2029-08-01", "end = 2029-01-31").replace('step = "10min"', 'step = "1h"')
SILENCE = "[policy.recovery]\nno_contact_from = 2029-01-08\nno_contact_days = 10\n"
FIRST, AFTER = 7 * 24, 17 * 24


@pytest.fixture(scope="module")
def runs():
    texts = (MONTH, MONTH.replace("[policy.serve_up_to]", f"{SILENCE}\n[policy.serve_up_to]"))
    return [simulate(build_station(read_scenario(text))).dataset for text in texts]


def test_a_silence_closes_the_links_for_just_so_long(runs):
    free, silent = (run["earth_contact"].to_numpy()[:, 0] for run in runs)
    assert free[FIRST:AFTER].any()
    assert not silent[FIRST:AFTER].any()
    np.testing.assert_array_equal(np.delete(silent, np.s_[FIRST:AFTER]), np.delete(free, np.s_[FIRST:AFTER]))


def test_in_a_silence_no_data_comes_and_the_recorder_keeps_it(runs):
    free, silent = (run["activity"].to_numpy()[:, run["process_asset"].to_numpy() == "lander radio"] for run in runs)
    assert free[FIRST:AFTER].any()
    assert not silent[FIRST:AFTER].any()
    np.testing.assert_array_equal(silent[:FIRST], free[:FIRST])
    assert silent.sum() == pytest.approx(free.sum(), rel=0.05)  # the recorder was large enough for ten days
    backlog = runs[1]["data_backlog_gbit"].to_numpy()[:, 0]
    assert (np.diff(backlog[FIRST:AFTER]) >= 0.0).all()
    assert backlog[AFTER - 1] > backlog[FIRST] + 10.0


def test_without_a_silence_it_never_begins():
    grid = TimeGrid.between("2029-01-01", "2029-01-31", "1h")
    assert silent_steps(Recovery(), grid) == (NEVER, NEVER)
    begin = datetime(2029, 1, 8, tzinfo=UTC)
    assert silent_steps(Recovery(silent_from=begin, silent_h=240.0), grid) == (FIRST, AFTER)
    assert silent_steps(Recovery(silent_from=begin, silent_h=0.1), grid) == (FIRST, FIRST + 1)
