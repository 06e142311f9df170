import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace

from moonstation.components.energy.fission_unit import FissionUnit
from moonstation.components.energy.power_bus import PowerBus
from moonstation.components.energy.radioisotope_unit import RadioisotopeUnit
from moonstation.components.plutonium import remaining_share
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup

CENTURY = TimeGrid.between("2030-01-01", "2130-01-01", "365.25d")


def power_kw(component, place):
    """Power at each moment of a place whose asset lands when the grid begins."""
    process = component.primitives(place).processes[0]
    series = 1.0 if process.series is None else process.series
    hours = np.arange(place.grid.count) * place.grid.step_h
    return process.recipe["electricity"] * process.limit * series * np.exp(-process.decay_per_h * hours)


def test_after_one_half_life_a_generator_without_other_fade_gives_half():
    unit = RadioisotopeUnit(power_w=100.0, conversion_fade_per_yr=0.0)
    power = power_kw(unit, ConstantPlace(CENTURY))
    assert np.interp(lookup("pu238.half_life").value, np.arange(CENTURY.count), power) == pytest.approx(0.05, rel=1e-4)


def test_a_generator_that_landed_before_the_run_has_decayed_by_then():
    unit = RadioisotopeUnit(power_w=100.0, conversion_fade_per_yr=0.0)
    old = ConstantPlace(CENTURY, age_years=lookup("pu238.half_life").value)
    assert unit.primitives(old).processes[0].limit == pytest.approx(0.05, rel=1e-5)


def test_the_first_year_of_a_generator_loses_what_is_told_of_it():
    # 4.8 % a year in all: decay 0.8 %, thermocouples 4.0 %.
    unit = RadioisotopeUnit()
    first, second = power_kw(unit, ConstantPlace(CENTURY))[:2]
    assert first == pytest.approx(lookup("mmrtg.power_bol").value / 1e3)
    assert 1 - second / first == pytest.approx(lookup("mmrtg.early_fade").value, abs=2e-4)


@given(age=st.floats(0, 500), more=st.floats(0, 500))
def test_decay_over_two_spans_is_the_product_of_both(age, more):
    assert remaining_share(age + more) == pytest.approx(remaining_share(age) * remaining_share(more))


def test_a_reactor_gives_nothing_before_its_start_up_rises_evenly_and_then_gives_all():
    unit = FissionUnit(rated_kw=40.0, startup_h=100.0, ramp_h=20.0, fade_per_yr=0.0)
    power, hours = power_kw(unit, ConstantPlace(MONTH)), np.arange(MONTH.count) * MONTH.step_h
    assert (power[hours < 79.9] == 0.0).all()
    assert np.interp(90.0, hours, power) == pytest.approx(20.0, abs=0.01)
    np.testing.assert_allclose(power[hours > 100.1], 40.0)


def test_a_reactor_fades_by_compound_interest_from_its_start_up():
    # 1 % a year, started after a year, ten years of running: 0.99^10 = 0.90438
    unit = FissionUnit(rated_kw=1.0, startup_h=8766.0, fade_per_yr=0.01, service_years=50.0)
    power = power_kw(unit, ConstantPlace(CENTURY))
    assert power[1] == pytest.approx(1.0)
    assert power[11] == pytest.approx(0.904382, rel=1e-5)


def test_a_bus_tells_its_efficiency_and_draws_for_its_controller():
    parts = PowerBus(distribution_efficiency=0.9, controller_kw=0.05).primitives(ConstantPlace(MONTH))
    assert parts.capability == {"distribution_efficiency": 0.9}
    (controller,) = parts.processes
    assert controller.recipe["electricity"] * controller.limit == pytest.approx(-0.05)
    assert controller.priority == 0
