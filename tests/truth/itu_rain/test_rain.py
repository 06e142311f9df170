"""Rain rates and attenuation against ITU-Rpy."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.orbits.ground import named_stations
from moonstation.orbits.rain import Climate, RainPath, specific_attenuation_db_km

#: Rain exceeded in 0.01 and 0.1 % of the year [mm/h]; attenuation at 10, 20, 60 deg in 0.01, 0.1, 1, 5 % of it [dB].
#: Each station at its own height: 1450, 300, 830, 155, 1550 m.
TRUTH = {
    "kashi": (
        8.99,
        1.14,
        ((21.122, 7.638, 1.947, 0.608), (13.967, 4.839, 1.181, 0.358), (7.823, 2.552, 0.587, 0.171)),
    ),
    "jiamusi": (
        34.25,
        10.17,
        ((48.389, 19.068, 5.295, 1.757), (33.373, 12.654, 3.381, 1.092), (22.968, 8.378, 2.154, 0.677)),
    ),
    "neuquen": (
        16.02,
        4.98,
        ((25.136, 9.255, 2.402, 0.76), (16.774, 5.923, 1.474, 0.453), (9.912, 3.314, 0.781, 0.231)),
    ),
    "bear-lakes": (
        26.84,
        8.48,
        ((36.492, 13.966, 3.767, 1.224), (24.827, 9.13, 2.366, 0.748), (16.443, 5.794, 1.439, 0.441)),
    ),
    "malargue": (
        16.9,
        4.77,
        ((27.166, 14.782, 2.638, 0.839), (18.203, 8.292, 1.627, 0.503), (11.031, 3.737, 0.889, 0.265)),
    ),
}


@pytest.mark.parametrize("station", TRUTH)
def test_rain_and_attenuation_of_the_stations(station, record_property):
    rarely, seldom, attenuation_db = TRUTH[station]
    climate = Climate.of(station)
    assert climate.rate_mm_h(1e-4) == pytest.approx(rarely, rel=0.01)
    assert climate.rate_mm_h(1e-3) == pytest.approx(seldom, rel=0.01)
    place = named_stations()[station]
    path = RainPath(climate, place.latitude_deg, place.height_m / 1000.0, 26.0)
    ours = path.attenuation_db(np.array([[10.0], [20.0], [60.0]]), np.array([1e-4, 1e-3, 1e-2, 0.05]))
    worst = np.max(np.abs(ours / np.array(attenuation_db) - 1.0))
    record_property("worst_relative", float(worst))
    assert worst < 0.01


@pytest.mark.parametrize(
    ("ghz", "db_km"), [(2.25, 0.00389477), (8.45, 0.50025071), (20.0, 3.01329632), (26.0, 4.52777637)]
)
def test_a_kilometre_of_heavy_rain(ghz, db_km):
    assert float(specific_attenuation_db_km(30.0, ghz)) == pytest.approx(db_km, rel=1e-6)  # 30 mm/h
