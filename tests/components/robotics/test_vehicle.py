import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace
from scipy.constants import sigma

from moonstation.components.plutonium import decayed
from moonstation.components.robotics import vehicle

PLACE = ConstantPlace()


def test_gravity_of_the_moon():
    assert vehicle.surface_gravity_m_s2() == pytest.approx(1.624, abs=1e-3)


def test_plutonium_halves_in_its_half_life():
    ages = np.array([0.0, 87.7, 175.4], np.float32)
    np.testing.assert_allclose(decayed(120.0, ages), [120.0, 60.0, 30.0], rtol=1e-6)


def test_a_cubic_metre_of_vehicle_has_six_square_metres():
    assert vehicle.box_surface_m2(150.0) == pytest.approx(6.0)


def test_a_square_metre_of_array_gives_its_efficiency_of_sunlight():
    array = vehicle.array(2.0, 0.25, PLACE)
    assert array.limit == pytest.approx(2.0 * 0.25 * 1.361)


def test_the_array_sees_the_ground_light_and_the_sun_by_distance():
    place = ConstantPlace(sun_disc_fraction=1.0, sun_disc_fraction_on_ground=0.5, sun_distance_au=2.0)
    assert vehicle.array(1.0, 0.2, place).series == pytest.approx(0.125)


def test_it_sleeps_while_little_sun_is_seen():
    disc = np.linspace(0, 1, MONTH.count)
    awake = vehicle.awake(ConstantPlace(sun_disc_fraction=disc))
    np.testing.assert_array_equal(awake, disc.astype(np.float32) >= 0.25)


def test_the_body_closes_its_radiator_in_the_cold():
    body, radiator = vehicle.body_nodes(140.0, 20.0, PLACE)
    assert radiator.closed_share * radiator.radiating_m2 < radiator.radiating_m2 / 2
    # The closed body loses about 17 W at 223 K to a night of 100 K: what 20 W of radioisotope heat can carry.
    closed_m2 = body.radiating_m2 + radiator.closed_share * radiator.radiating_m2
    assert 15 < sigma * closed_m2 * (223.0**4 - 100.0**4) < 20


def test_the_insulation_sees_the_ground_and_the_radiator_the_sky():
    place = ConstantPlace(box_sink_k=240.0, radiator_sink_k=150.0)
    body, radiator = vehicle.body_nodes(140.0, 20.0, place)
    assert float(np.ravel(body.radiative_sink_k)[0]) == 240.0
    assert float(np.ravel(radiator.radiative_sink_k)[0]) == 150.0
    assert body.parent == radiator.name
    # 250 W/m2 at 5 K: the heat pipes carry what the open radiator rejects.
    assert body.parent_w_k * 5.0 == pytest.approx(250.0 * 140.0 * 0.0025)


def test_the_heater_heats_the_body_with_all_its_power():
    clock, heater = vehicle.keep_alive(0.03)
    assert heater.heat_kw == -heater.recipe["electricity@self"] == 1.0
    assert heater.control.node == heater.heat_node == "body"
    assert clock.priority == heater.priority == 0


@given(mass=st.floats(1, 1e4), rhu=st.floats(0, 1000))
def test_heavier_bodies_keep_warm_longer(mass, rhu):
    hours = []
    for factor in (1, 2):
        body, radiator = vehicle.body_nodes(factor * mass, rhu, PLACE)
        assert 0 < radiator.closed_share <= 1
        closed_m2 = body.radiating_m2 + radiator.closed_share * radiator.radiating_m2
        hours.append(body.heat_capacity_j_k / closed_m2)
    assert hours[1] > hours[0]
