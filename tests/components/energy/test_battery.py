import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace

from moonstation.components.contract import Thermostat
from moonstation.components.energy.battery import Battery
from moonstation.components.energy.insulated_pack import cube_surface_m2, radiated_w
from moonstation.core.time import YEAR_H

PLACE = ConstantPlace(MONTH, box_sink_k=40.0)


def test_usable_energy_is_capacity_less_the_floor_times_the_way_out():
    # 100 kWh, 20 % untouched, 96.1 % out: 76.88 kWh reach loads that draw slowly.
    (store,) = Battery(capacity_kwh=100.0).primitives(PLACE).stores
    usable = (store.start - store.floor_fraction * store.capacity) * store.discharge_efficiency
    assert usable == pytest.approx(76.88)


def test_round_trip_is_the_product_of_both_ways():
    (store,) = Battery(capacity_kwh=1.0).primitives(PLACE).stores
    assert store.charge_efficiency * store.discharge_efficiency == pytest.approx(0.951 * 0.961)


def test_rates_scale_with_capacity_and_fade_is_spread_over_the_year():
    warm = Battery(capacity_kwh=10.0, charge_rate_per_h=0.3, calendar_fade_per_yr=0.02, heater_setpoint_k=298.15)
    (store,) = warm.primitives(PLACE).stores
    assert store.charge_limit == pytest.approx(3.0)
    assert store.fade_per_h * YEAR_H == pytest.approx(0.02)  # at the temperature for which the fade is told


def test_it_arrives_with_the_charge_it_was_given():
    (store,) = Battery(capacity_kwh=10.0, charge_on_arrival=0.6).primitives(PLACE).stores
    assert store.start == pytest.approx(6.0)


def test_the_cells_radiate_from_an_insulated_cube():
    # 36.36 kWh at 200 Wh/kg: 181.8 kg, 0.1 m3, cube of 1.2927 m2; times 0.03.
    assert cube_surface_m2(0.1) == pytest.approx(1.29266, abs=1e-5)
    (cells,) = Battery(capacity_kwh=36.36, specific_energy_wh_kg=200.0).primitives(PLACE).thermal_nodes
    assert cells.radiating_m2 == pytest.approx(0.03 * 1.29266, rel=1e-4)
    assert cells.heat_capacity_j_k == pytest.approx(181.8 * 1000.0)


def test_a_black_square_metre_at_300_k_radiates_459_w():
    assert radiated_w(1.0, 300.0, 0.0) == pytest.approx(459.3, abs=0.1)


@given(capacity=st.floats(0.01, 1e5), sink=st.floats(3.0, 270.0))
def test_the_heater_holds_its_set_point_in_any_cold(capacity, sink):
    battery = Battery(capacity_kwh=capacity)
    parts = battery.primitives(PLACE)
    (heater,) = parts.processes
    (cells,) = parts.thermal_nodes
    assert isinstance(heater.control, Thermostat)
    loss_kw = radiated_w(cells.radiating_m2, heater.control.setpoint_k, sink) / 1e3
    assert heater.limit * heater.heat_kw >= loss_kw
    assert heater.heat_kw == -heater.recipe["electricity"]  # all of its power is heat


def test_the_heater_may_run_however_cold_the_cells_are():
    # A process is held back while its node is outside the working range: the cells must have none.
    (cells,) = Battery(capacity_kwh=1.0).primitives(PLACE).thermal_nodes
    assert cells.work_min_k == 0.0
    assert cells.survive_min_k > 0.0
