import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.components.life_support.four_beds import (
    Chamber,
    chamber_transient_kpa,
    mean_removal_kg_h,
    station_beds,
)
from moonstation.components.life_support.sorbent_beds import (
    CO2_KG_MOL,
    ZEOLITE_5A,
    ZEOLITE_13X,
    Bed,
    bake,
    blow,
    leaving_kpa,
    loading_mol_kg,
)

zeolites = st.sampled_from([ZEOLITE_5A, ZEOLITE_13X])
pressures = st.floats(1e-4, 50)
kelvins = st.floats(260, 480)


def test_the_isotherm_is_linear_at_low_pressure():
    # Toth: b p << 1 makes the denominator 1, so q = a0 exp(E/T) p: by hand at 450 K, 1e-12 kPa.
    a = 9.875e-7 * np.exp(5625 / 450)
    assert loading_mol_kg(ZEOLITE_5A, 1e-12, 450.0) == pytest.approx(a * 1e-12, rel=2e-2)


def test_the_isotherm_saturates_at_a_over_b():
    # b p >> 1: q -> a/b = 14.6 mol/kg for 5A, however slowly.
    assert loading_mol_kg(ZEOLITE_5A, 1e30, 300.0) == pytest.approx(9.875e-7 / 6.761e-8, rel=2e-2)


def test_a_bed_of_the_station_holds_0_7_kg_at_3_torr_and_10_c():
    # By hand at 283.15 K, 0.4 kPa: exp(E/T) = 4.243e8, a p = 167.6 mol/kg, b p = 11.475, t = 0.1993,
    # (1 + 1.6263)^(1/0.1993) = 127.1, so q = 1.319 mol/kg.
    assert loading_mol_kg(ZEOLITE_5A, 0.4, 283.15) == pytest.approx(1.319, abs=2e-3)
    bed_kg = 12.383 * loading_mol_kg(ZEOLITE_5A, 0.4, 283.15) * CO2_KG_MOL
    assert bed_kg == pytest.approx(0.719, abs=2e-3)


@settings(deadline=None)
@given(zeolite=zeolites, kpa=pressures, more=st.floats(1.001, 10), kelvin=kelvins, warmer=st.floats(1, 60))
def test_more_pressure_loads_and_warmth_unloads(zeolite, kpa, more, kelvin, warmer):
    here = loading_mol_kg(zeolite, kpa, kelvin)
    assert loading_mol_kg(zeolite, kpa * more, kelvin) > here
    assert loading_mol_kg(zeolite, kpa, kelvin + warmer) < here


@settings(deadline=None)  # the first is compiled
@given(
    zeolite=zeolites, kpa=st.floats(0, 10), flow=st.floats(1e-4, 1), uptake=st.floats(1e-5, 1), share=st.floats(0, 2)
)
def test_what_the_gas_loses_the_sorbent_takes(zeolite, kpa, flow, uptake, share):
    loaded = share * loading_mol_kg(zeolite, 1.0, 290.0)
    left = leaving_kpa(zeolite, kpa, flow, uptake, loaded, 290.0)
    taken = uptake * (loading_mol_kg(zeolite, left, 290.0) - loaded)
    assert left >= 0
    assert flow * (kpa - left) == pytest.approx(taken, abs=1e-7 * (flow * kpa + uptake * (1 + loaded)))


def test_a_bed_long_in_the_same_air_is_in_equilibrium_with_it():
    bed, loaded, kelvin, gas = Bed(ZEOLITE_5A, 10.0, 1e4, 0.003), np.zeros(8), np.full(8, 290.0), np.empty(2)
    for _ in range(4000):
        gas[:] = 0.4, 285.0
        blow(bed, loaded, kelvin, 0.004, 12.0, gas, 60.0)
    np.testing.assert_allclose(loaded, loading_mol_kg(ZEOLITE_5A, 0.4, 285.0), rtol=1e-4)
    np.testing.assert_allclose(gas, [0.4, 285.0], rtol=1e-4)


def test_a_warm_bed_cools_at_the_rate_of_the_air_that_blows_through():
    # One cell without carbon dioxide, C = 1e4 J/K, air 10 W/K, implicit Euler: (T - T_air) falls by 1/(1 + 10 dt/C).
    bed, kelvin = Bed(ZEOLITE_5A, 10.0, 1e4, 0.003), np.array([400.0])
    blow(bed, np.zeros(1), kelvin, 0.004, 10.0, np.array([0.0, 300.0]), 100.0)
    assert kelvin[0] == pytest.approx(300.0 + 100.0 / 1.1)


def test_heat_and_vacuum_empty_a_bed():
    bed, loaded, kelvin = Bed(ZEOLITE_5A, 12.0, 1.5e4, 0.003), np.full(5, 1.2), np.full(5, 285.0)
    freed = sum(bake(bed, loaded, kelvin, 960.0, 477.0, 0.1, 30.0) for _ in range(280))
    assert kelvin == pytest.approx(477.0)
    assert freed + loaded.mean() * 12.0 == pytest.approx(1.2 * 12.0, rel=1e-12)
    assert loaded.max() < 0.05


def test_no_gas_leaves_a_bed_that_is_only_heated():
    bed, loaded, kelvin = Bed(ZEOLITE_5A, 12.0, 1.5e4, 0.003), np.full(5, 1.2), np.full(5, 285.0)
    assert bake(bed, loaded, kelvin, 960.0, 477.0, 0.0, 600.0) == 0.0
    # 960 W x 600 s over 15 kJ/K
    assert kelvin == pytest.approx(285.0 + 38.4)


@settings(max_examples=10, deadline=None)
@given(load=st.floats(0, 0.3), volume=st.floats(50, 500), start=st.floats(0.05, 0.6))
def test_a_room_never_holds_more_than_it_was_given(load, volume, start):
    room = Chamber(volume, 291.0, 100.0)
    kpa = chamber_transient_kpa(station_beds(), room, np.full(288, load), start, 60.0)
    kg_kpa = volume * 1000.0 / (8.314462618 * 291.0) * CO2_KG_MOL
    assert (kpa > 0).all()
    assert ((kpa - start) * kg_kpa <= load * np.arange(1, 289) / 60.0 + 1e-9).all()


def test_the_step_does_not_matter_much():
    room, beds = Chamber(97.71, 291.48, 100.0), station_beds()
    coarse = chamber_transient_kpa(beds, room, np.full(720, 0.2), 0.4, 60.0)
    fine = chamber_transient_kpa(beds, room, np.full(2880, 0.2), 0.4, 15.0)[3::4]
    np.testing.assert_allclose(coarse, fine, rtol=0.02)


def test_removal_grows_in_proportion_until_the_beds_are_full():
    """What the component ``co2_removal`` stands on: proportional up to about 0.55 kPa, hardly more beyond."""
    rates = [mean_removal_kg_h(station_beds(), kpa, step_s=60.0) for kpa in (0.2, 0.4, 0.8, 1.6)]
    assert rates[1] / rates[0] == pytest.approx(2.0, rel=0.12)
    assert rates[2] / rates[0] < 4.0 * 0.97
    assert rates[3] / rates[2] < 1.35


def test_six_people_are_kept_under_the_old_flight_rule():
    # 6 x 1.085 kg a day at 0.71 kPa (5.3 mmHg), the ISS flight rule for long.
    assert mean_removal_kg_h(station_beds(), 0.71, step_s=60.0) > 6 * 1.085 / 24
