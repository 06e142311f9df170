"""What the Earth must decide waits for a window of commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from moonstation.scenario.build import build_station
from moonstation.scenario.reading import read_scenario
from moonstation.station.chances import Chances
from moonstation.station.simulate import simulate

GOOD = (Path(__file__).parents[1] / "scenario" / "good.toml").read_text("utf-8")
ASKS = '[policy.recovery]\nautonomous = ["wait"]\n'
MONTH = GOOD.replace("end = 2029-08-01", "end = 2029-01-31").replace(
    "[policy.serve_up_to]", f"{ASKS}\n[policy.serve_up_to]"
)


@pytest.mark.parametrize(("day", "hour", "waits"), [(17, 0, True), (20, 0, False), (29, 8, True)])
def test_the_earth_is_asked_in_the_first_window_after_a_fault_is_known(day, hour, waits):
    failed = datetime(2029, 1, day, hour, tzinfo=UTC)
    run = simulate(build_station(read_scenario(MONTH)), chances=Chances(forced=("panorama camera", "upset", failed)))
    told = {event.detail: event.utc for event in run.events if event.subject == "panorama camera"}
    (known,) = [utc for detail, utc in told.items() if "found" in detail]
    (asked,) = [utc for detail, utc in told.items() if "the Earth is asked" in detail]
    windows = [(window.begin, window.end) for window in run.command_windows if window.site == "landing-place"]
    step = np.timedelta64(timedelta(seconds=run.station.grid.step_s))
    # a link is seen working in the step before; a window ends five minutes before its last step does
    first = next(max(begin, known) for begin, end in windows if end + step > known)
    assert first <= asked <= first + 2 * step
    assert (asked > known) == waits
