from datetime import UTC, datetime

import numpy as np
import pytest
from closing import worst_element
from hypothesis import given
from hypothesis import strategies as st
from place import ConstantPlace

from moonstation.components.life_support.crew import Crew, daily_balance
from moonstation.components.life_support.crew_day import (
    activity_hours,
    by_the_clock,
    exertion_by_the_clock,
    metabolism_by_the_clock,
    oxygen_kg_h,
    work_by_the_clock,
)
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup

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


def by_the_hour():
    """Living and exertion of one person."""
    crew = Crew(crew_size=1, schedule="hourly")
    parts = {part.name: part for part in crew.primitives(ConstantPlace(TEN_DAYS)).processes}
    return parts["metabolism"], parts["exertion"]


def flows(parts, bus):
    """What processes give and take of a bus in each step [kg/h]."""
    return sum(
        part.recipe.get(name, 0.0) * part.limit * part.series.astype(float)
        for part in parts
        for name in (bus, f"{bus}@self")
    )


def test_a_day_by_the_clock_is_the_daily_balance_within_1e_9():
    for bus, amount in daily_balance().items():
        assert flows(by_the_hour(), bus).sum() * TEN_DAYS.step_h == pytest.approx(10 * amount, rel=1e-9)


def test_the_glycogen_that_exercise_burns_is_made_again_on_the_same_day():
    glycogen = flows(by_the_hour(), "biomass").reshape(10, 144).sum(axis=1)
    np.testing.assert_allclose(glycogen, 0.0, atol=1e-9)
    exercised = flows(by_the_hour()[1:], "biomass").sum() * TEN_DAYS.step_h / 10.0
    assert -exercised == pytest.approx(0.136, abs=1e-3)  # by hand: 0.161 kg of oxygen over 6 x 31.998 / 162.14


def test_living_and_exertion_close_in_every_element():
    for part in by_the_hour():
        assert worst_element(part.recipe) <= 1e-12


def test_the_respiratory_quotient_is_that_of_the_table_in_exercise_and_comes_out_so_at_rest():
    # Table 3-31 gives 0.86 at rest: nothing is fitted to it
    carbon_dioxide, oxygen = (flows(by_the_hour(), f"cabin_{gas}") for gas in ("carbon_dioxide", "oxygen"))
    quotient = (carbon_dioxide / 44.009) / (-oxygen / 31.998)
    aerobic, resistive, asleep = 16 * 6, 17 * 6, 0
    exercise = lookup("crew.respiratory_quotient_exercise").value
    assert quotient[[aerobic, resistive]] == pytest.approx([exercise, exercise], rel=1e-5)
    assert quotient[asleep] == pytest.approx(lookup("crew.respiratory_quotient").value, abs=0.01)


def test_oxygen_by_the_clock_is_that_of_the_table():
    oxygen = -flows(by_the_hour(), "cabin_oxygen") / 60.0
    assert oxygen[0] == pytest.approx(3.60e-4, rel=1e-5)
    assert oxygen[9 * 6] == pytest.approx(5.68e-4, rel=1e-5)
    assert oxygen[16 * 6] == pytest.approx(3.94e-3, rel=1e-5)


def test_people_sleep_at_midnight_and_work_at_nine():
    metabolism, work = metabolism_by_the_clock(TEN_DAYS), work_by_the_clock(TEN_DAYS)
    assert exertion_by_the_clock(TEN_DAYS).mean() == pytest.approx(0.5, rel=1e-6)
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
