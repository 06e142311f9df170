import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.components.life_support.pem_cell import (
    cell_v,
    energy_kwh_per_kg,
    ohmic_v,
    part_load_ratio,
    reversible_v,
)


def test_the_free_energy_of_water_is_4_12_kwh_per_kg_of_oxygen():
    # 1.229 V at 25 C and 1 bar: 4 x 96485 C/mol x 1.229 V / 31.998 g/mol.
    assert energy_kwh_per_kg(reversible_v(298.15)) == pytest.approx(4.12, abs=0.01)


def test_pressure_costs_voltage_by_nernst():
    # 3/2 R T / 2F ln 10 at 353.15 K: 52.6 mV.
    assert reversible_v(353.15, 10.0) - reversible_v(353.15, 1.0) == pytest.approx(0.0526, abs=2e-4)


def test_a_wet_membrane_of_183_um_at_50_c_has_a_fifth_of_an_ohm_cm2():
    # (0.005139 x 14 - 0.00326) exp(1268 (1/303 - 1/323.15)) = 0.0890 S/cm.
    assert ohmic_v(1.0, 323.15) == pytest.approx(183e-4 / 0.0890, rel=0.01)


@given(current=st.floats(0.01, 2.5), more=st.floats(1.01, 2), kelvin=st.floats(300, 350), bar=st.floats(1, 100))
def test_voltage_grows_with_current_and_never_under_the_free_energy(current, more, kelvin, bar):
    assert cell_v(current * more, kelvin, bar) > cell_v(current, kelvin, bar) > reversible_v(kelvin, bar)


def test_warm_cells_take_less():
    assert cell_v(1.0, 343.15) < cell_v(1.0, 303.15)


@given(load=st.floats(0.05, 1))
def test_part_load_is_cheaper_per_kg(load):
    assert 0.7 < part_load_ratio(load) <= 1.0
