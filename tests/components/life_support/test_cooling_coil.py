import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.components.life_support.cooling_coil import (
    Coil,
    Streams,
    effectiveness,
    enthalpy_j_kg,
    moisture_kg_kg,
    pass_coil,
    station_coil,
)

STREAMS = Streams(air_k=295.15, dew_point_k=283.15, coolant_k=278.15, air_m3_s=0.2, coolant_kg_s=0.0756)


def test_air_of_a_dew_point_of_10_c_holds_7_6_g():
    # Steam tables: 1.2282 kPa; 0.62198 x 1.2282 / (101.325 - 1.2282).
    assert moisture_kg_kg(283.15) == pytest.approx(7.632e-3, rel=4e-3)


def test_a_counter_flow_exchanger_of_equal_capacities():
    # NTU / (1 + NTU); for a ratio of 0.5, Kays & London: NTU 2 gives 0.774.
    assert effectiveness(2.0, 1.0) == pytest.approx(2 / 3)
    assert effectiveness(2.0, 0.5) == pytest.approx((1 - math.exp(-1)) / (1 - 0.5 * math.exp(-1)))
    assert effectiveness(2.0, 1.0 + 1e-6) == pytest.approx(2 / 3, rel=1e-4)


def test_what_the_air_loses_the_coolant_gains():
    out = pass_coil(Coil(3.0, 0.85), STREAMS)
    air_kg_s = 0.2 * 101_325 / (287.05 * 295.15)
    left = moisture_kg_kg(283.15) - out.condensate_kg_h / 3600 / air_kg_s
    lost_w = air_kg_s * (enthalpy_j_kg(295.15, moisture_kg_kg(283.15)) - enthalpy_j_kg(out.air_k, left))
    gained_w = 0.0756 * 4190 * (out.coolant_k - 278.15)
    # the air's latent heat is put at its mean temperature, so within a per mille or two
    assert lost_w == pytest.approx(gained_w, rel=5e-3)


def test_dry_air_loses_no_water():
    dry = Streams(air_k=295.15, dew_point_k=265.15, coolant_k=278.15, air_m3_s=0.2, coolant_kg_s=0.0756)
    assert pass_coil(station_coil(), dry).condensate_kg_h == 0.0


@given(air=st.floats(290, 302), spread=st.floats(0.5, 15), through=st.floats(0.1, 1), units=st.floats(0.2, 20))
def test_temperatures_stay_between_those_that_enter(air, spread, through, units):
    into = Streams(air, air - spread, 278.15, 0.2, 0.1, through=through)
    out = pass_coil(Coil(units, 0.9), into)
    assert 278.15 <= out.coolant_k <= air
    assert 278.15 - 0.5 <= out.air_k <= air
    assert out.condensate_kg_h >= 0


@pytest.mark.parametrize(("dew_point_k", "people"), [(282.65, 3), (284.25, 4)])
def test_one_coil_of_the_station_holds_45_percent_for_three_and_half_for_four(dew_point_k, people):
    """At 22 C with coolant of 4.5 C; a person breathes and sweats out 2.946 kg a day."""
    held = Streams(air_k=295.15, dew_point_k=dew_point_k, coolant_k=277.6, air_m3_s=0.2, coolant_kg_s=0.0756)
    assert pass_coil(station_coil(), held).condensate_kg_h > people * 2.946 / 24
