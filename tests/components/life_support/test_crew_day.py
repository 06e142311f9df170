from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import ConstantPlace

from moonstation.components.life_support.crew import Crew, daily_balance
from moonstation.components.life_support.crew_day import (
    activity_hours,
    by_the_clock,
    metabolism_by_the_clock,
    oxygen_kg_h,
    work_by_the_clock,
)
from moonstation.core.time import TimeGrid

TEN_DAYS = TimeGrid(datetime(2030, 1, 1, tzinfo=UTC), 600.0, 1440)


def test_a_day_has_24_hours_with_the_exercise_of_the_table():
    # NASA/TP-2015-218570, notes to Table 3-31: 30 min of aerobic, 60 min of resistive exercise.
    hours = activity_hours()
    assert sum(hours.values()) == 24.0
    assert (hours["sleep"], hours["aerobic"], hours["resistive"]) == (8.5, 0.5, 1.0)


def test_the_activities_add_up_to_the_oxygen_of_the_day():
    hours, rates = activity_hours(), oxygen_kg_h()
    assert sum(rates[name] * hours[name] for name in hours) == pytest.approx(0.895, abs=1e-12)


def test_resistive_exercise_takes_between_rest_and_aerobic_exercise():
    # What closes the day, by hand: 0.895 - 60 (8.5 x 3.60 + 14 x 5.68 + 0.5 x 39.4) 1e-4 = 0.116 kg in its hour.
    rates = oxygen_kg_h()
    assert rates["resistive"] == pytest.approx(0.116, abs=1e-3)
    assert rates["awake"] < rates["resistive"] < rates["aerobic"]


@pytest.mark.parametrize("step_s", [300.0, 600.0, 1800.0, 3600.0, 7200.0, 86400.0])
@pytest.mark.parametrize("series", [metabolism_by_the_clock, work_by_the_clock])
def test_the_mean_over_whole_days_is_exact(series, step_s):
    grid = TimeGrid(datetime(2030, 3, 1, 7, 20, tzinfo=UTC), step_s, round(10 * 86400 / step_s))
    assert np.mean(series(grid), dtype=np.float64) == pytest.approx(1.0, abs=1e-12)


def test_a_day_by_the_clock_is_the_daily_balance_within_1e_9():
    place = ConstantPlace(TEN_DAYS)
    (metabolism,) = (part for part in Crew(**Crew.example).primitives(place).processes if part.name == "metabolism")
    person_days = metabolism.limit * metabolism.series.astype(float).sum() * TEN_DAYS.step_h / 24.0
    for bus, amount in daily_balance().items():
        (rate,) = (rate for name, rate in metabolism.recipe.items() if name.split("@")[0] == bus)
        assert rate * 24.0 * person_days == pytest.approx(amount * 40, rel=1e-9)


def test_people_sleep_at_midnight_and_work_at_nine():
    metabolism, work = metabolism_by_the_clock(TEN_DAYS), work_by_the_clock(TEN_DAYS)
    midnight, nine, four = 0, 9 * 6, 16 * 6
    assert metabolism[midnight] == pytest.approx(3.60e-4 * 1440 / 0.895, rel=1e-5)
    assert metabolism[four] == pytest.approx(metabolism.max(), rel=1e-6)
    assert work[midnight] == 0.0
    assert work[nine] == pytest.approx(24.0 / activity_hours()["work"], rel=1e-5)


def test_a_run_that_begins_at_noon_begins_at_noon():
    noon = TimeGrid(datetime(2030, 1, 1, 12, tzinfo=UTC), 600.0, 1440)
    np.testing.assert_array_equal(metabolism_by_the_clock(noon)[:1368], metabolism_by_the_clock(TEN_DAYS)[72:])


@given(
    values=st.lists(st.floats(0, 15), min_size=1, max_size=6),
    step_s=st.sampled_from([300.0, 600.0, 2520.0, 3600.0, 10800.0]),
    hour=st.integers(0, 23),
)
def test_whatever_the_step_nothing_is_lost(values, step_s, hour):
    changes = [(24.0 * number / len(values), value) for number, value in enumerate(values)]
    grid = TimeGrid(datetime(2030, 1, 1, hour, tzinfo=UTC), step_s, round(7 * 86400 / step_s))
    series = by_the_clock(grid, changes)
    assert (series >= 0).all()
    assert series.astype(float).sum() * grid.step_h == pytest.approx(7 * 24 * np.mean(values), abs=1e-4)
