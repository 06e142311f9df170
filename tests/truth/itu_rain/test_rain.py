"""Rain rates and attenuation against ITU-Rpy."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.orbits.ground import named_stations
from moonstation.orbits.rain import Climate, RainPath, specific_attenuation_db_km

#: Rain exceeded in 0.01 and 0.1 % of the year [mm/h]; attenuation at 10, 20, 60 deg in 0.01, 0.1, 1, 5 % of it [dB].
TRUTH = {
    "kashi": (
        8.99,
        1.14,
        ((25.13, 9.252, 2.401, 0.76), (16.77, 5.921, 1.473, 0.453), (9.909, 3.313, 0.781, 0.231)),
    ),
    "jiamusi": (
        34.25,
        10.17,
        ((46.56, 18.274, 5.055, 1.672), (32.054, 12.103, 3.221, 1.037), (21.93, 7.961, 2.037, 0.638)),
    ),
    "neuquen": (
        16.02,
        4.98,
        ((27.379, 10.17, 2.663, 0.848), (18.353, 6.541, 1.643, 0.508), (11.151, 3.774, 0.9, 0.269)),
    ),
    "bear-lakes": (
        26.84,
        8.48,
        ((33.327, 12.635, 3.376, 1.09), (22.569, 8.218, 2.109, 0.662), (14.675, 5.11, 1.254, 0.382)),
    ),
    "malargue": (
        16.9,
        4.77,
        ((33.946, 18.903, 3.452, 1.116), (23.01, 10.74, 2.158, 0.679), (15.061, 5.269, 1.294, 0.395)),
    ),
}


@pytest.mark.parametrize("station", TRUTH)
def test_rain_and_attenuation_of_the_stations(station, record_property):
    rarely, seldom, attenuation_db = TRUTH[station]
    climate = Climate.of(station)
    assert climate.rate_mm_h(1e-4) == pytest.approx(rarely, rel=0.01)
    assert climate.rate_mm_h(1e-3) == pytest.approx(seldom, rel=0.01)
    path = RainPath(climate, named_stations()[station].latitude_deg, 0.5, 26.0)
    ours = path.attenuation_db(np.array([[10.0], [20.0], [60.0]]), np.array([1e-4, 1e-3, 1e-2, 0.05]))
    worst = np.max(np.abs(ours / np.array(attenuation_db) - 1.0))
    record_property("worst_relative", float(worst))
    assert worst < 0.01


@pytest.mark.parametrize(
    ("ghz", "db_km"), [(2.25, 0.00389477), (8.45, 0.50025071), (20.0, 3.01329632), (26.0, 4.52777637)]
)
def test_a_kilometre_of_heavy_rain(ghz, db_km):
    assert float(specific_attenuation_db_km(30.0, ghz)) == pytest.approx(db_km, rel=1e-6)  # 30 mm/h
