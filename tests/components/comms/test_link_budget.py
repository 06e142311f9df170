from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants

from moonstation.components.comms.link_budget import (
    after_acquisition,
    decibel,
    dish_gain_dbi,
    free_space_loss_db,
    link_rate_mbit_s,
    pointing_loss_db,
    stepped,
)
from moonstation.facts.table import lookup

MOON_KM = 384_400.0


@pytest.mark.parametrize(("frequency_ghz", "loss_db"), [(8.45, 222.7), (26.0, 232.4), (2.2, 211.0)])
def test_free_space_loss_to_the_moon_in_three_bands(frequency_ghz, loss_db):
    assert free_space_loss_db(MOON_KM, frequency_ghz) == pytest.approx(loss_db, abs=0.05)


def test_free_space_loss_agrees_with_the_fact():
    fact = lookup("link.fspl_x_384400km")
    assert free_space_loss_db(MOON_KM, lookup("comms.x_frequency").value) == pytest.approx(fact.value, abs=0.05)


def test_a_square_half_wave_of_gain():
    # (pi D / lambda)^2 with D = lambda is 9.87: 9.94 dBi for a perfect dish.
    assert dish_gain_dbi(constants.c / 10e9, 10.0, 1.0) == pytest.approx(9.943, abs=1e-3)


def test_the_ground_stations_figure_follows_from_its_dish_and_noise():
    gain = dish_gain_dbi(lookup("comms.ground_dish").value, 8.45, lookup("comms.ground_efficiency").value)
    figure = gain - decibel(lookup("comms.ground_noise_x").value)
    assert figure == pytest.approx(lookup("comms.ground_g_over_t_x").value, abs=0.1)


def test_the_relays_figure_follows_from_its_gain_and_noise():
    figure = lookup("queqiao1.antenna_gain").value - decibel(lookup("comms.relay_noise").value)
    assert figure == pytest.approx(lookup("comms.relay_g_over_t_x").value, abs=0.1)


def test_rate_by_hand():
    # EIRP 40 + G/T 44.3 - 222.68 + 228.60 - 8.5 = 81.7 dB: 148.6 Mbit/s
    rate = link_rate_mbit_s(MOON_KM, eirp_dbw=40.0, g_over_t_db_k=44.3, frequency_ghz=8.45, allowance_db=8.5)
    assert 10 * np.log10(rate * 1e6) == pytest.approx(81.72, abs=0.02)


distances = st.floats(100.0, 1e6)
budget = {"eirp_dbw": 10.0, "g_over_t_db_k": 20.0, "frequency_ghz": 8.45, "allowance_db": 8.0}


@given(distance=distances, factor=st.floats(1.0, 100.0))
def test_the_rate_falls_with_the_square_of_the_distance(distance, factor):
    near, far = link_rate_mbit_s([distance, distance * factor], **budget)
    assert far * factor**2 == pytest.approx(near, rel=1e-9)


@given(distance=distances, step=st.floats(-30.0, 30.0))
def test_ten_decibel_more_carry_ten_times_the_data(distance, step):
    one = link_rate_mbit_s(distance, **budget)
    other = link_rate_mbit_s(distance, **{**budget, "eirp_dbw": 10.0 + step})
    assert other / one == pytest.approx(10 ** (step / 10), rel=1e-9)


def test_a_dish_that_looks_past_its_target_by_half_its_beam_loses_three_decibel():
    # 1 m at 26 GHz: 70 * 11.53 mm / 1 m = 0.807 deg
    width_deg = 70.0 * 299_792_458.0 / 26e9
    assert pointing_loss_db(width_deg / 2.0, 1.0, 26.0) == pytest.approx(3.0)
    assert pointing_loss_db(0.0, 1.0, 26.0) == 0.0
    assert pointing_loss_db(90.0, 1.0, 26.0) == 20.0


def test_a_modem_takes_the_greatest_step_that_it_reaches():
    np.testing.assert_array_equal(
        stepped([0.5, 1.4, 49.9, 50.0, 1e3], [555.0, 1.4, 50.0, 280.0]), [0, 1.4, 1.4, 50, 555]
    )


def test_every_contact_loses_its_begin():
    # windows of steps of 10 min: one that was open before, one of two steps, one of a single step; 15 min are lost
    contact = [1, 1, 0, 1, 1, 0, 0.5, 0]
    np.testing.assert_allclose(after_acquisition(contact, 0.25, 1.0 / 6.0), [1, 1, 0, 0, 0.5, 0, 0, 0])


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=60), st.floats(0.0, 2.0))
def test_what_is_lost_at_the_begin_is_never_more_than_the_acquisition_per_window(contact, acquisition_h):
    left = after_acquisition(contact, acquisition_h, 0.5)
    windows = sum(after > before for before, after in pairwise(contact))
    lost_h = (np.asarray(contact) - left).sum() * 0.5
    assert -1e-12 <= lost_h <= windows * acquisition_h + 1e-9
