import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_run import KernelRun
from place import MONTH, ConstantPlace

from moonstation.components.energy.solar_array import SolarArray, dust_loss_per_yr, incidence_cosine
from moonstation.core.time import YEAR_H
from moonstation.facts.table import lookup

IDEAL = {"packing_factor": 1.0, "wiring_efficiency": 1.0, "radiation_fade_per_yr": 0.0, "dust_loss_per_2000_days": 0.0}


def power_kw(array, place):
    (process,) = array.primitives(place).processes
    return process.recipe["electricity"] * process.limit * process.series


def test_at_1_au_the_power_is_irradiance_times_area_times_efficiency_less_what_warmth_costs():
    # 1361 W/m2 x 10 m2 x 0.3 = 4.083 kW at 28 C; the panel has 310.15 K, 9 K more: 1 - 0.00213 x 9.00 = 0.98083
    array = SolarArray(area_m2=10.0, cell_efficiency=0.3, **IDEAL)
    np.testing.assert_allclose(power_kw(array, ConstantPlace(MONTH)), 4.083 * 0.98083, rtol=1e-5)


def test_the_light_is_half_of_half_a_disc_and_goes_with_the_inverse_square():
    array = SolarArray(area_m2=10.0)
    np.testing.assert_allclose(array.light(ConstantPlace(MONTH, sun_disc_fraction=0.5)), 0.5)
    np.testing.assert_allclose(array.light(ConstantPlace(MONTH, sun_distance_au=0.9833)), 0.9833**-2, rtol=1e-6)


def test_a_default_array_gives_about_what_a_vertical_array_of_35_m2_is_announced_with():
    # VSAT: 10 kW from 35 m2. Same class, other cells: within 20 %.
    rated = SolarArray(area_m2=lookup("vsat.area").value).rated_kw()
    assert rated == pytest.approx(lookup("vsat.power").value, rel=0.2)


def test_the_ground_array_sees_the_suns_disc_from_the_ground():
    place = ConstantPlace(MONTH, sun_disc_fraction=1.0, sun_disc_fraction_on_ground=0.0)
    assert power_kw(SolarArray(area_m2=1.0, height="mast"), place).min() > 0.0
    assert power_kw(SolarArray(area_m2=1.0, height="ground"), place).max() == 0.0


def test_mounts_at_the_pole_and_at_the_zenith():
    # At 1.5 deg an upright panel loses 0.03 %; a flat one keeps sin 1.5 deg = 2.6 %.
    assert incidence_cosine("two-axis", 1.5) == 1.0
    assert incidence_cosine("vertical-axis", 1.5) == pytest.approx(0.99966, abs=1e-5)
    assert incidence_cosine("horizontal", 1.5) == pytest.approx(0.02618, abs=1e-5)
    assert incidence_cosine("horizontal", 90.0) == pytest.approx(1.0)
    assert incidence_cosine("horizontal", -0.2) == 0.0


def years_left(array, years):
    (process,) = array.primitives(ConstantPlace(MONTH)).processes
    return np.exp(-process.decay_per_h * YEAR_H * np.asarray(years))


def test_dust_and_radiation_reach_their_published_shares():
    # 2000 days of dust alone: 7 %. 15 years of radiation alone, as satellites tell: 0.89 within 0.01 (5e14 electrons).
    dusty = SolarArray(area_m2=1.0, radiation_fade_per_yr=0.0, dust_loss_per_2000_days=0.07)
    assert years_left(dusty, 2000 / 365.25) == pytest.approx(0.93)
    clean = SolarArray(area_m2=1.0, dust_loss_per_2000_days=0.0)
    fifteen_years = lookup("pv.years_to_5e14").value
    assert years_left(clean, fifteen_years) == pytest.approx(lookup("pv.remaining_5e14").value, abs=0.01)


def test_an_array_fades_from_its_own_landing():
    # 20 % a year, landed after 10 days of 30: 0.8^(20 / 365.25) of it is left; landed a year before: 0.8 at once
    run = {"days": 30.0, "record_steps": 6}
    array = SolarArray(area_m2=1.0, radiation_fade_per_yr=0.2, dust_loss_per_2000_days=0.0)
    power = KernelRun({"array": array}, start_h={"array": 240.0}, **run).activity("array", "generation")
    assert (power[:240] == 0.0).all()
    assert power[-1] / power[240] == pytest.approx(0.8 ** (20 / 365.25), rel=1e-4)
    old = KernelRun(
        {"array": array}, age_years=lambda grid: 1.0 + np.arange(grid.count) * (grid.step_h / YEAR_H), **run
    )
    assert old.activity("array", "generation")[0] / power[240] == pytest.approx(0.8, rel=1e-4)


@given(loss=st.floats(0, 0.9))
def test_five_and_a_half_years_of_yearly_dust_are_2000_days_of_it(loss):
    assert (1.0 - dust_loss_per_yr(loss)) ** (2000.0 / 365.25) == pytest.approx(1.0 - loss)
