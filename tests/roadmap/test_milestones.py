"""Milestones judged on series whose answer is plain."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from moonstation.roadmap.milestones import METRICS, Milestone, judge

PLANNED = datetime(2030, 2, 1, tzinfo=UTC)
HOURS = np.datetime64("2030-01-01", "ms") + np.arange(60 * 24) * np.timedelta64(3_600_000, "ms")


def day(number: float) -> datetime:
    return datetime.fromtimestamp(HOURS[round(24 * number)].astype("int64") / 1e3, UTC)


def step_at(number: float, height: float = 1.0, end: float = 60) -> np.ndarray:
    days = np.arange(HOURS.size) / 24.0
    return np.where((days >= number) & (days < end), height, 0.0)


def series(**values: np.ndarray):
    return lambda metric, site: values[metric + site]


def milestone(name: str = "m", **keys) -> Milestone:
    return Milestone(name=name, title=name, planned=PLANNED, **keys)


def test_all_conditions_must_hold_together() -> None:
    values = series(energy_kw=step_at(5), communication_gbit_day=step_at(9, 7.0), crew=step_at(2, 3.0, end=20))
    conditions = {"energy_kw": 1.0, "communication_gbit_day": 7.0, "crew": 2.0}
    [outcome] = judge([milestone(conditions=conditions)], HOURS, values)
    assert outcome.reached == day(9)
    assert [condition.reached for condition in outcome.conditions] == [day(5), day(9), day(2)]
    assert outcome.conditions[2].best == 3.0
    assert outcome.conditions[2].held_since == pytest.approx(18 / 58)
    assert outcome.delay_days == -22.0


def test_a_milestone_must_be_held() -> None:
    broken = step_at(5, end=8) + step_at(10, end=14) + step_at(20)
    assert _reached(broken, 0.0) == day(5)
    assert _reached(broken, 3.5) == day(10)
    assert _reached(broken, 10.0) == day(20)
    assert _reached(broken, 45.0) is None  # the record ends before that is shown


def test_a_milestone_is_not_held_through_a_record_that_was_cut_short() -> None:
    last_day = step_at(59)
    assert _reached(last_day, 1.0) == day(59)
    assert _reached(last_day, 1.0, short=0.5) is None
    assert _reached(step_at(60 - 1 / 24), 0.0, short=0.5) == day(60 - 1 / 24), "for no time, any record is enough"
    [outcome] = judge([milestone(conditions={"crew": 1.0})], HOURS, series(crew=step_at(58, end=59)), short=0.5)
    assert outcome.conditions[0].held_since == pytest.approx(24 / 47.5)


def _reached(values: np.ndarray, hold_days: float, short: float = 0.0) -> datetime | None:
    asked = milestone(conditions={"crew": 1.0}, hold_days=hold_days)
    return judge([asked], HOURS, series(crew=values), short)[0].reached


def test_what_is_not_known_holds_nothing() -> None:
    values = step_at(0)
    values[:100] = np.nan
    assert _reached(values, 0.0) == day(100 / 24)
    assert _reached(np.full(HOURS.size, np.nan), 0.0) is None


def test_a_milestone_waits_for_those_that_it_requires() -> None:
    values = series(crew=step_at(3), water_kg=step_at(30))
    first = milestone("first", conditions={"crew": 1.0}, requires=("second",))
    second = milestone("second", conditions={"water_kg": 1.0})
    never = milestone("never", conditions={"water_kg": 2.0})
    after = milestone("after", conditions={"crew": 1.0}, requires=("never",))
    outcomes = judge([first, second, never, after], HOURS, values)
    assert [outcome.reached for outcome in outcomes] == [day(30), day(30), None, None]
    assert outcomes[3].waits_for == ("never",)


def test_milestones_in_a_circle_are_refused() -> None:
    circle = [milestone("a", requires=("b",)), milestone("b", requires=("a",))]
    with pytest.raises(ValueError, match="wait for each other: a, b"):
        judge(circle, HOURS, series())


@pytest.mark.parametrize(
    ("arrival", "reached"),
    [(day(12), day(12)), (datetime(2024, 3, 20, tzinfo=UTC), datetime(2024, 3, 20, tzinfo=UTC)), (None, None)],
)
def test_landing_alone_can_be_a_milestone(arrival: datetime | None, reached: datetime | None) -> None:
    [outcome] = judge([milestone(landed={"Chang'e-7": arrival})], HOURS, series())
    assert outcome.reached == reached


def test_what_lands_after_the_record_is_not_reached() -> None:
    [outcome] = judge([milestone(landed={"late": datetime(2031, 1, 1, tzinfo=UTC)})], HOURS, series())
    assert outcome.reached is None


def test_conditions_count_only_after_the_landing() -> None:
    landed = {"Chang'e-7": day(12)}
    [outcome] = judge([milestone(landed=landed, conditions={"crew": 1.0})], HOURS, series(crew=step_at(1)))
    assert outcome.reached == day(12)


def test_a_site_is_asked_for_its_own_series() -> None:
    values = {"crewridge": step_at(4), "crew": step_at(1)}
    asked = milestone(conditions={"crew": 1.0}, site="ridge")
    assert judge([asked], HOURS, series(**values))[0].reached == day(4)


def test_every_metric_says_what_it_is() -> None:
    assert all(metric.unit and metric.label and metric.doc for metric in METRICS.values())
