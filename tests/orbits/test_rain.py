"""Rain by month and its attenuation: what must hold whatever the climate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.core.time import TimeGrid
from moonstation.orbits.ground import GroundStation, contacts, elevation_on_grid_deg, named_stations
from moonstation.orbits.ground_rain import GroundRain
from moonstation.orbits.rain import MONTHS, Climate, RainPath

GRID = TimeGrid.between("2030-06-15", "2030-08-15", "1h")
DRY = Climate((0.0,) * MONTHS, (290.0,) * MONTHS, 4.0)
DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
#: 2 mm a day all year round.
EVEN = Climate(tuple(2.0 * DAYS), (283.15,) * MONTHS, 3.0)
climates = st.builds(
    Climate,
    st.tuples(*[st.floats(0.0, 400.0)] * MONTHS),
    st.tuples(*[st.floats(240.0, 305.0)] * MONTHS),
    st.floats(0.6, 5.4),
)


def test_rain_falls_as_often_and_as_hard_as_gives_the_months_amount():
    # the mean of a lognormal rate with the logarithm's mean ln r - 0.7938 and spread 1.26 is r exp(1.26^2 / 2 - 0.7938)
    share, rate = EVEN.raining()
    mean_mm_h = share * rate * np.exp(1.26**2 / 2.0 - 0.7938)
    np.testing.assert_allclose(mean_mm_h * 24.0, 2.0, rtol=1e-4)
    assert rate[0] == pytest.approx(0.5874 * np.exp(0.0883 * 10.0))


@given(climate=climates, rate=st.floats(0.01, 200.0))
def test_the_years_rain_is_the_mean_of_its_months_and_falls_with_the_rate(climate, rate):
    by_month = climate.exceeding_share(rate)
    assert float(climate.yearly_share(rate)) == pytest.approx(float(by_month @ DAYS / DAYS.sum()))
    assert np.all(climate.exceeding_share(2.0 * rate) <= by_month)


@given(climate=climates, share=st.floats(1e-5, 0.05))
def test_the_rate_is_exceeded_in_the_share_that_was_asked_for(climate, share):
    rate = climate.rate_mm_h(share)
    if rate > 1e-6:
        assert float(climate.yearly_share(rate)) == pytest.approx(share, rel=1e-6)


def test_alike_months_have_the_years_attenuation():
    path = RainPath(EVEN, 45.0, 0.5, 26.0)
    for share in (1e-4, 1e-3, 1e-2):
        month = path.monthly_attenuation_db([20.0, 40.0], share)
        np.testing.assert_allclose(month, np.tile(path.attenuation_db([20.0, 40.0], share), (MONTHS, 1)), rtol=1e-6)


def test_no_rain_takes_nothing():
    path = RainPath(DRY, 45.0, 0.5, 26.0)
    assert not path.monthly_attenuation_db([10.0, 80.0], 1e-4).any()


@given(climate=climates, share=st.floats(2e-5, 0.02), low=st.floats(10.0, 40.0))
def test_rarer_rain_and_lower_moons_cost_more(climate, share, low):
    path = RainPath(climate, 45.0, 0.5, 26.0)
    assert np.all(path.monthly_attenuation_db([low], share) >= path.monthly_attenuation_db([low], 2.0 * share) - 1e-9)
    lower, higher = path.rare_attenuation_db(np.array([low, low + 30.0]))
    assert lower >= higher - 1e-9


@given(climate=climates, low=st.floats(-0.4, 5.0), lift=st.floats(0.01, 3.0), elevation=st.floats(5.0, 90.0))
def test_a_higher_station_has_no_more_rain_over_it(climate, low, lift, elevation):
    below, above = (RainPath(climate, 45.0, km, 26.0).rare_attenuation_db(elevation) for km in (low, low + lift))
    assert above <= below + 1e-9


def test_over_the_height_of_rain_there_is_none():
    assert not RainPath(EVEN, 45.0, EVEN.rain_height_km, 26.0).monthly_attenuation_db([20.0], 1e-4).any()


def test_a_higher_carrier_loses_more():
    losses = [float(RainPath(EVEN, 45.0, 0.5, ghz).rare_attenuation_db(30.0)) for ghz in (2.25, 8.45, 26.0)]
    assert losses == sorted(losses)
    assert losses[0] < 0.1


class TestOverTheStations:
    names = ("kashi", "jiamusi")
    stations = tuple(named_stations()[name] for name in names)

    def test_a_signal_comes_down_over_the_drier_station(self):
        # in July Kashi in its desert has hardly any rain, Jiamusi its monsoon
        together = GroundRain(self.stations, GRID).power_left(26.0, 1e-3)
        alone = [GroundRain((station,), GRID).power_left(26.0, 1e-3) for station in self.stations]
        both = contacts(self.stations, GRID) == 2
        best = np.maximum(*alone)
        assert both.any()
        np.testing.assert_array_equal(together[both], best[both])
        assert alone[1][both].mean() < alone[0][both].mean()

    def test_nothing_is_lost_where_no_station_sees_the_moon(self):
        hidden = contacts(self.stations, GRID) == 0
        assert hidden.any()
        assert np.all(GroundRain(self.stations, GRID).power_left(26.0, 1e-4)[hidden] == 1.0)

    def test_it_is_the_attenuation_of_the_path_within_a_bin_of_elevation(self):
        station = self.stations[1]
        left = GroundRain((station,), GRID).power_left(26.0, 1e-3)
        elevation = elevation_on_grid_deg(station, GRID)
        july = (GRID.utc.astype("datetime64[M]") == np.datetime64("2030-07")) & (elevation > 20.0)
        path = RainPath(Climate.of("jiamusi"), station.latitude_deg, station.height_m / 1000.0, 26.0)
        expected_db = path.monthly_attenuation_db(elevation[july], 1e-3)[6]
        np.testing.assert_allclose(-10.0 * np.log10(left[july]), expected_db, rtol=0.05)

    def test_a_station_without_known_weather_has_a_clear_sky(self):
        mine = GroundStation("mine", 46.0, 130.0)
        assert np.all(GroundRain((mine,), GRID).power_left(26.0, 1e-4) == 1.0)
