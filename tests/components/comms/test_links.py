import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace
from scipy import constants

from moonstation.components.comms.command_unit import CommandUnit
from moonstation.components.comms.direct_link import DirectLink
from moonstation.components.comms.ka_link import KaLink
from moonstation.components.comms.rate_tables import steps_mbit_s
from moonstation.components.comms.recorder import Recorder
from moonstation.components.comms.relay_downlink import RelayDownlink
from moonstation.components.comms.relay_link import RelayLink
from moonstation.facts.table import lookup
from moonstation.orbits.relay import RelayOrbit, relay_elevation_azimuth_range


def sending(link, place):
    (process,) = [process for process in link.primitives(place).processes if process.name == "sending"]
    return process


def rate_kbit_s(link, place):
    process = sending(link, place)
    return process.limit * process.series / 3.6e-3


class TestQueqiao1:
    """Published: 1.4, 50, 280, 555 kbit/s from Chang'e-4's lander, 47,000 to 79,000 km away (Table 1 of 3471608)."""

    far = ConstantPlace(MONTH, relay_distance_km=lookup("queqiao1.range_max").value)
    rates = lookup("queqiao1.lander_return_rate")

    def test_ten_watts_from_a_small_dish_reach_the_highest_rate_at_the_greatest_distance(self):
        link = RelayLink(relay="queqiao-1", dish_m=0.16, transmit_w=10.0, modem_mbit_s=self.rates.high / 1e3)
        np.testing.assert_allclose(rate_kbit_s(link, self.far), 555.0, rtol=1e-6)

    def test_ten_watts_from_a_nearly_omnidirectional_antenna_reach_the_lowest(self):
        link = RelayLink(relay="queqiao-1", dish_m=0.02, transmit_w=10.0)
        rate = rate_kbit_s(link, self.far)
        assert (rate >= self.rates.low).all()
        assert (rate < 50.0).all()

    def test_a_relay_in_lunar_orbit_lets_the_same_antenna_do_much_more(self):
        # 8,000 km instead of 79,000 km: 97.5 times the rate
        near = ConstantPlace(MONTH, relay_distance_km=8000.0)
        link = RelayLink(relay="queqiao-2", dish_m=0.02, transmit_w=10.0)
        ratio = rate_kbit_s(link, near) / rate_kbit_s(link, self.far)
        np.testing.assert_allclose(ratio, (79.0 / 8.0) ** 2, rtol=1e-5)

    @pytest.mark.parametrize(
        ("dish_m", "km", "kbit_s"),
        [(0.02, 79_000.0, 1.4), (0.06, 79_000.0, 50.0), (0.12, 79_000.0, 280.0), (0.16, 79_000.0, 555.0)],
    )
    def test_a_modem_of_published_steps_takes_the_greatest_that_its_budget_reaches(self, dish_m, km, kbit_s):
        place = ConstantPlace(MONTH, relay_distance_km=km)
        link = RelayLink(relay="queqiao-1", dish_m=dish_m, transmit_w=10.0, rates="queqiao-1 lander")
        np.testing.assert_allclose(rate_kbit_s(link, place), kbit_s, rtol=1e-6)
        free = float(link.rate_mbit_s(km, link.relay_g_over_t_db_k)) * 1e3
        budget = RelayLink(relay="queqiao-1", dish_m=dish_m, transmit_w=10.0)
        assert free <= float(budget.rate_mbit_s(km, link.relay_g_over_t_db_k)) * 1e3

    def test_its_published_radio_to_the_earth_carries_the_published_rates_and_hardly_more(self):
        """43 W and 6 dBi in S band from beyond L2 to a dish that sees a cold sky: the greatest rate is 10 Mbit/s."""
        wavelength_m = constants.c / (lookup("comms.s_frequency").value * 1e9)
        gain = 10.0 ** (lookup("queqiao1.earth_gain").value / 10.0)
        link = DirectLink(
            dish_m=wavelength_m / np.pi * np.sqrt(gain / lookup("comms.dish_efficiency").value),
            transmit_w=lookup("queqiao1.earth_power").value,
            frequency_ghz=lookup("comms.s_frequency").value,
            modem_mbit_s=100.0,
        )
        assert link.eirp_dbw() == pytest.approx(10.0 * np.log10(43.0) + 6.0, abs=0.01)
        # a 35 m dish as in comms.ground_g_over_t_s, but with 30 K of receiver and sky for 230 K with the Moon in it
        cold_db_k = lookup("comms.ground_g_over_t_s").value + 10.0 * np.log10(230.0 / 30.0)
        near, far = link.rate_mbit_s([425_000.0, 480_000.0], cold_db_k)
        assert 10.0 < far < near < 20.0
        # looking at the Moon it would do with the second of its four steps at most
        assert 1.0 < float(link.rate_mbit_s(449_000.0, lookup("comms.ground_g_over_t_s").value)) < 4.0

    def test_it_comes_down_to_the_earth_in_the_published_steps(self):
        assert steps_mbit_s("queqiao-1 earth") == (1.0, 2.0, 4.0, 10.0)
        # 10 W in S band from 0.5 m over 450,000 km to a G/T of 29 dB/K: an assumed radio; the step is what matters
        link = DirectLink(dish_m=0.5, transmit_w=10.0, frequency_ghz=2.2, rates="queqiao-1 earth")
        free = float(DirectLink(dish_m=0.5, transmit_w=10.0, frequency_ghz=2.2).rate_mbit_s(450_000.0, 29.0))
        assert 2.0 < free < 4.0
        assert float(link.rate_mbit_s(450_000.0, 29.0)) == 2.0


def test_a_dish_that_points_past_its_target_sends_less():
    # 1 m at 26 GHz: a beam of 70 x 0.01153 m / 1 m = 0.807 deg; 0.3 deg past it 12 (0.3 / 0.807)^2 = 1.658 dB are lost
    true, past = (
        KaLink(dish_m=1.0, transmit_w=10.0, frequency_ghz=26.0, pointing_error_deg=error_deg).eirp_dbw()
        for error_deg in (0.0, 0.3)
    )
    assert true == pytest.approx(10.0 + 10.0 * np.log10(0.55 * (np.pi / 0.0115305) ** 2), abs=0.01)
    assert true - past == pytest.approx(1.658, abs=0.002)


def test_queqiao2_reaches_its_published_100_mbit_s_to_the_earth():
    rate = rate_kbit_s(RelayDownlink(recorder_gbit=500.0), ConstantPlace(MONTH, earth_distance_km=410_000.0))
    np.testing.assert_allclose(rate, 100_000.0, rtol=1e-6)


def test_a_relays_slower_band_is_never_the_faster_one():
    for modem, fallback, slow in ((100.0, 6.0, 6.0), (2.0, 6.0, 2.0)):
        relay = RelayDownlink(recorder_gbit=500.0, modem_mbit_s=modem, fallback_mbit_s=fallback)
        band = {process.name: process for process in relay.primitives(ConstantPlace(MONTH)).processes}["fallback"]
        np.testing.assert_allclose(band.limit * band.series / 3.6, slow, rtol=1e-6)


def test_no_contact_no_data():
    silent = ConstantPlace(MONTH, earth_contact=0.0, relay_visible=0.0)
    for link in (
        DirectLink(dish_m=1.0, transmit_w=20.0),
        RelayLink(relay="r", dish_m=1.0, transmit_w=20.0),
        RelayDownlink(recorder_gbit=1.0),
    ):
        assert sending(link, silent).series.max() == 0.0


def test_a_link_with_contact_half_of_the_time_carries_half():
    half = (np.arange(MONTH.count) % 2).astype(np.float32)
    link = DirectLink(dish_m=0.6, transmit_w=20.0, acquisition_min=0.0)
    always, often = (sending(link, ConstantPlace(MONTH, earth_contact=share)).series.sum() for share in (1.0, half))
    assert often == pytest.approx(always / 2, rel=1e-3)


def test_sending_to_the_full_draws_the_transmitters_power_at_the_usual_distance():
    # 20 W of radio at 35 %: 57 W at 384,400 km; nearer it carries more and pays more, by distance squared
    distance = 384_400.0 + 20_000.0 * np.sin(np.arange(MONTH.count) / 100.0)
    link = DirectLink(dish_m=0.3, transmit_w=20.0, modem_mbit_s=1000.0)
    process = sending(link, ConstantPlace(MONTH, earth_distance_km=distance))
    mean_kw = -process.recipe["electricity"] * process.limit * process.series.mean()
    assert mean_kw == pytest.approx(0.02 / 0.35 * np.mean((384_400.0 / distance) ** 2), rel=1e-5)


def test_over_the_contacts_with_queqiao_2_a_weak_antenna_pays_for_its_transmitter_and_no_more():
    # by turns too much near the relay and too little far away: 28.6 W on the mean of a month of contacts
    elements = (lookup(f"relay.{name}").value for name in ("perilune_altitude", "apolune_altitude", "inclination"))
    orbit = RelayOrbit(*elements, lookup("relay.raan").value, lookup("relay.argument").value, 180.0, "2030-01-01")
    view = relay_elevation_azimuth_range(orbit, -89.5, 222.7, MONTH.tdb)
    over = view.elevation_deg > 0.0
    place = ConstantPlace(MONTH, relay_distance_km=view.range_km, relay_visible=over.astype(np.float32))
    process = sending(RelayLink(relay="q", dish_m=0.02, transmit_w=10.0, acquisition_min=0.0), place)
    drawn_kw = -process.recipe["electricity"] * process.limit * process.series[over]
    assert drawn_kw.mean() == pytest.approx(0.01 / 0.35, rel=0.02)
    assert drawn_kw.max() > 1.5 * drawn_kw.mean() > 2.0 * drawn_kw.min()


@pytest.mark.parametrize(("km", "kbit_s"), [(12_000.0, 555.0), (79_000.0, 50.0)])
def test_a_link_to_a_far_relay_pays_for_its_own_distance(km, kbit_s):
    # A Gbit at 50 kbit/s takes 11 times the hours of one at 555: the transmitter draws its 28.6 W all the while
    place = ConstantPlace(MONTH, relay_distance_km=km)
    link = RelayLink(
        relay="q", dish_m=0.06, transmit_w=10.0, rates="queqiao-1 lander", usual_distance_km=km, acquisition_min=0.0
    )
    process = sending(link, place)
    np.testing.assert_allclose(rate_kbit_s(link, place), kbit_s, rtol=1e-6)
    drawn_kw = -process.recipe["electricity"] * process.limit * process.series
    np.testing.assert_allclose(drawn_kw, 0.01 / 0.35, rtol=1e-6)


def test_data_arrives_where_the_scenario_names_the_relay():
    process = sending(RelayLink(relay="tiandu", dish_m=0.2, transmit_w=5.0), ConstantPlace(MONTH))
    assert process.recipe["data@tiandu"] == -process.recipe["data"] == 1.0


@given(dish=st.floats(0.02, 50.0), watt=st.floats(0.01, 1e4), km=st.floats(100.0, 1e6), modem=st.floats(1e-6, 1e4))
def test_no_link_is_faster_than_its_modem(dish, watt, km, modem):
    link = DirectLink(dish_m=dish, transmit_w=watt, modem_mbit_s=modem)
    assert 0.0 < link.rate_mbit_s(km, 44.0) <= modem


def test_a_command_unit_makes_its_telemetry():
    # 4 kbit/s for an hour: 14.4 Mbit
    (process,) = CommandUnit(power_kw=0.05, housekeeping_kbit_s=4.0).primitives(ConstantPlace(MONTH)).processes
    assert process.recipe["data"] == pytest.approx(0.0144)
    assert process.recipe["electricity"] == -0.05


def test_a_recorder_keeps_what_it_says():
    (store,) = Recorder(capacity_gbit=128.0).primitives(ConstantPlace(MONTH)).stores
    assert (store.bus, store.capacity, store.start) == ("data", 128.0, 0.0)


class TestRain:
    """Ka band where rain halves the signal in 3 % of the time and more, and takes nothing else."""

    @staticmethod
    def place(power_left):
        return ConstantPlace(MONTH, signal_through_rain=lambda ghz, share: np.full(MONTH.count, power_left(share)))

    def test_a_link_at_its_limit_carries_the_mean_rate(self):
        link = DirectLink(dish_m=0.02, transmit_w=1.0, frequency_ghz=26.0, modem_mbit_s=1e4)
        clear = rate_kbit_s(link, ConstantPlace(MONTH))
        rainy = rate_kbit_s(link, self.place(lambda share: 0.5 if share < 0.03 else 1.0))
        np.testing.assert_allclose(rainy, clear * (1.0 - 0.03 * 0.5), rtol=1e-5)

    def test_a_modem_with_power_in_hand_does_not_feel_it(self):
        link = DirectLink(dish_m=1.0, transmit_w=50.0, frequency_ghz=26.0, modem_mbit_s=10.0)
        np.testing.assert_allclose(rate_kbit_s(link, self.place(lambda _: 0.5)), 10_000.0, rtol=1e-6)

    def test_slow_bands_go_through(self):
        link = DirectLink(dish_m=0.02, transmit_w=1.0, modem_mbit_s=1e4)
        np.testing.assert_array_equal(
            rate_kbit_s(link, self.place(lambda _: 0.0)), rate_kbit_s(link, ConstantPlace(MONTH))
        )

    @given(power_left=st.floats(0.0, 1.0))
    def test_rain_never_helps(self, power_left):
        link = KaLink(dish_m=0.1, transmit_w=10.0)
        rainy, clear = rate_kbit_s(link, self.place(lambda _: power_left)), rate_kbit_s(link, ConstantPlace(MONTH))
        assert np.all(rainy <= clear * (1 + 1e-6))
        assert np.all(rainy >= clear * 0.95 * (1 - 1e-6))
