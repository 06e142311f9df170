import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace

from moonstation.components.energy.solar_array import SolarArray, incidence_cosine, remaining_power
from moonstation.core.time import TimeGrid
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


def test_dust_and_radiation_reach_their_published_shares():
    # 2000 days of dust alone: 7 %; 15 years of radiation alone: to 0.89 (5e14 electrons per cm2).
    assert remaining_power(2000 / 365.25, 0.0, 0.07) == pytest.approx(0.93)
    fade = lookup("pv.radiation_fade").value
    assert remaining_power(lookup("pv.years_to_5e14").value, fade, 0.0) == pytest.approx(
        lookup("pv.remaining_5e14").value, abs=1e-4
    )


def test_an_array_fades_from_its_own_landing():
    grid = TimeGrid.between("2030-01-01", "2040-01-01", "240h")
    age = np.maximum(np.arange(grid.count) * grid.step_h / 8766.0 - 2.0, 0.0)
    power = power_kw(SolarArray(area_m2=1.0), ConstantPlace(grid, age_years=age))
    assert power[0] == power[50] == power.max()
    assert (np.diff(power[80:]) < 0).all()


@given(
    age=st.floats(0, 50),
    later=st.floats(0, 50),
    fade=st.floats(0, 0.2),
    dust=st.floats(0, 0.9),
)
def test_what_remains_falls_with_age_and_never_leaves_0_to_1(age, later, fade, dust):
    first, second = remaining_power([age, age + later], fade, dust)
    assert 0.0 <= second <= first <= 1.0
