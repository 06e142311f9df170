"""What a life tells of its assets: downtime by what is lost, on ten days that can be read off."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from moonstation.station.chances import FaultLog
from moonstation.station.means import lengths_of
from moonstation.station.member import MemberRun, Shared, hours_of_records

DAYS, STEPS = 10, 24
#: Assets 0 reactor, 1 rover, 2 lamp; modes: a converter of four, the rover's heater, the rover's computer, the lamp.
PLAN = SimpleNamespace(
    modes=np.array(
        [(0, 0, 1), (1, 1, 2), (1, 2, 3), (2, 3, 4)], [("unit", np.int64), ("first", np.int64), ("last", np.int64)]
    ),
    mode_parts=np.array([0, 2, 1, 3]),
    units=np.array([(0, 1), (1, 3), (3, 4)], [("parts_first", np.int64), ("parts_last", np.int64)]),
    unit_parts=np.array([0, 1, 2, 3]),  # generation; work, heater; light
    keeps=np.array([False, False, True, False]),
    processes=np.array([4]),
)
REMAINING = np.array([0.75, 0.0, 0.0, 0.5])


def life(*spells: list[int], lost: dict[int, int] | None = None, count: int = DAYS * STEPS) -> MemberRun:
    """Ten days of three assets of which the lamp lands on day 5; ``lost``: day of the loss of an asset.

    count : steps of the run, so that its last day may be short
    """
    planned = np.ones((DAYS, 3), np.bool_)
    planned[:5, 2] = False
    alive = planned.copy()
    for asset, day in (lost or {}).items():
        alive[day:, asset] = False
    run, shared = object.__new__(MemberRun), object.__new__(Shared)
    shared.__dict__["_takes"] = None
    known = {
        "station": SimpleNamespace(grid=SimpleNamespace(step_h=1.0, count=count)),
        "record_steps": STEPS,
        "faults": FaultLog(PLAN, np.zeros(0), REMAINING),  # type: ignore[arg-type]
        "planned": planned,
        "alive": alive,
        "_lasting": np.array(spells, np.int64).reshape(-1, 4),
        "shared": shared,
    }
    run.__dict__.update(known)
    return run


def days(unit: int, mode: int, first: int, end: int) -> list[int]:
    """A failure that is open at the end of these days."""
    return [unit, mode, first, end]


def test_a_partial_failure_counts_by_the_share_that_it_takes():
    run = life(days(0, 0, 2, 6))
    np.testing.assert_allclose(run.downtime_h(), [0.25 * 4 * 24.0, 0.0, 0.0])
    np.testing.assert_allclose(run.degraded_h(), [4 * 24.0, 0.0, 0.0])


def test_two_open_failures_of_a_unit_take_of_what_the_other_left():
    run = life(days(0, 0, 2, 6), days(0, 0, 4, 6))
    np.testing.assert_allclose(run.downtime_h()[0], 24.0 * (2 * 0.25 + 2 * (1.0 - 0.75**2)))
    assert run.degraded_h()[0] == 4 * 24.0


def test_what_fails_whole_is_down_and_not_degraded():
    run = life(days(1, 2, 1, 3))
    assert (run.downtime_h()[1], run.degraded_h()[1]) == (48.0, 0.0)


def test_a_failed_heater_degrades_until_the_cold_takes_the_rover():
    run = life(days(1, 1, 1, 10), lost={1: 7})
    assert (run.downtime_h()[1], run.degraded_h()[1]) == (3 * 24.0, 6 * 24.0)


def test_nobody_misses_an_asset_that_has_not_landed():
    run = life(days(2, 3, 6, 10))
    assert (run.downtime_h()[2], run.degraded_h()[2]) == (0.5 * 4 * 24.0, 4 * 24.0)
    assert run.useful[:5, 2].max() == 0.0
    assert life().downtime_h().tolist() == [0.0, 0.0, 0.0]


def test_a_short_last_record_counts_by_its_own_hours():
    run = life(days(0, 0, 2, 10), days(1, 2, 9, 10), count=9 * STEPS + 6)
    np.testing.assert_allclose(run.downtime_h(), [0.25 * (7 * 24.0 + 6.0), 6.0, 0.0])
    np.testing.assert_allclose(run.degraded_h(), [7 * 24.0 + 6.0, 0.0, 0.0])


def test_a_failure_that_is_open_at_the_end_is_open_in_a_short_last_record(monkeypatch):
    run = life(count=9 * STEPS + 6)
    del run.__dict__["_lasting"]
    spells = np.array([[1, 2, 200, 9 * STEPS + 6], [0, 0, 30, 217]])  # to the run's end; into its last record
    monkeypatch.setattr("moonstation.station.member.open_spells", lambda log, steps: spells)
    assert run._lasting.tolist() == [days(1, 2, 8, 10), days(0, 0, 1, 9)]


def test_what_works_is_what_is_left_of_each():
    run = life(days(0, 0, 0, 10), lost={1: 0})
    assert run.useful[9].tolist() == pytest.approx([0.75, 0.0, 1.0])


@pytest.mark.parametrize(
    ("hour_steps", "record_steps", "count"), [(9, 206, 999), (9, 206, 207), (6, 144, 300), (1, 24, 49)]
)
def test_contact_of_a_day_is_the_mean_of_the_hours_that_begin_in_it(hour_steps, record_steps, count):
    run, records = life(), -(-count // record_steps)
    contact = np.linspace(0.0, 1.0, -(-count // hour_steps)).astype(np.float32)
    shared = SimpleNamespace(hour_steps=hour_steps, hour_lengths=lengths_of(len(contact), 1))
    run.__dict__.update(shared=shared, record_steps=record_steps, contact=contact, time=np.arange(records))
    found = run._contact_per_record()
    hours = [[share for h, share in enumerate(contact) if h * hour_steps // record_steps == r] for r in range(records)]
    assert found.shape == (records,)
    np.testing.assert_allclose(found, [np.mean(share) if share else contact[-1] for share in hours], rtol=1e-6)


def test_nobody_can_write_to_what_all_lives_share():
    with pytest.raises(ValueError, match="read-only"):
        hours_of_records(6, 3, 2, 4)[0] = 1
