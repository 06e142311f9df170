"""A panel's balance of heat, and what the cells lose by it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace
from scipy.constants import Stefan_Boltzmann

from moonstation.components.energy.panel_temperature import panel_temperature_k, warmth_factor
from moonstation.components.energy.solar_array import SolarArray
from moonstation.facts.table import lookup

FACES = lookup("pv.front_emittance").value + lookup("pv.back_emittance").value


def test_in_the_dark_a_panel_is_as_cold_as_what_it_sees():
    assert panel_temperature_k(0.0, 123.0, 0.3) == pytest.approx(123.0)


def test_both_faces_radiate_what_is_absorbed_and_not_made_into_power():
    sunlight_w_m2, sink_k = np.array([300.0, 1361.0]), np.array([150.0, 190.0])
    kelvin = panel_temperature_k(sunlight_w_m2, sink_k, 0.3)
    radiated = FACES * Stefan_Boltzmann * (kelvin**4 - sink_k**4)
    np.testing.assert_allclose(radiated, (lookup("pv.solar_absorptance").value - 0.3) * sunlight_w_m2)


def test_the_slope_is_that_of_the_data_sheets_voltage_and_current():
    # XTJ Prime, 26.62 cm2: -6.2 mV/K of 2.40 V, +217.76 uA/K of 0.48 A. A square of 10 K is left out: 2e-6.
    slope = -0.0062 / 2.40 + 217.76e-6 / 0.48
    assert lookup("pv.temperature_coefficient").value == pytest.approx(-slope, rel=1e-3)
    rated_k = lookup("pv.rating_temperature").value
    product = (2.40 - 0.062) * (0.48 + 2.1776e-3) / (2.40 * 0.48)
    assert warmth_factor(rated_k + 10.0) == pytest.approx(product, abs=2e-4)
    assert warmth_factor(rated_k) == 1.0


def test_a_cell_at_70_c_loses_nine_per_cent():
    # 42 K above 28 C, the steady temperature that a small satellite's panel reached in the same test plan
    assert 1.0 - warmth_factor(343.15) == pytest.approx(0.0895, abs=1e-3)


def test_a_polar_array_loses_a_few_per_cent_where_its_ground_is_warm_and_less_where_it_is_cold():
    array = SolarArray(area_m2=10.0)
    cold, warm = (
        array.primitives(ConstantPlace(MONTH, panel_sink_k=kelvin)).processes[0].series[0] for kelvin in (80.0, 210.0)
    )
    assert 0.98 < cold < 1.01
    assert 0.02 < cold - warm < 0.06


@given(light=st.floats(0, 3000), more=st.floats(0, 1000), sink=st.floats(3, 300), efficiency=st.floats(0.05, 0.5))
def test_more_light_is_never_colder_nor_gives_less_power_in_the_suns_reach(light, more, sink, efficiency):
    less_k, more_k = panel_temperature_k(np.array([light, light + more]), sink, efficiency)
    assert more_k >= less_k >= sink * (1 - 1e-12)
    if light + more <= 1450.0:  # at the Moon; close to the Sun a panel is too hot
        assert (light + more) * warmth_factor(more_k) >= light * warmth_factor(less_k) * (1 - 1e-12)
