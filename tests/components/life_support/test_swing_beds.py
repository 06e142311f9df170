import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.components.life_support.cabin_air import saturation_kpa
from moonstation.components.life_support.four_beds import Chamber
from moonstation.components.life_support.sorbent_beds import CO2_KG_MOL, Bed, Isotherm, blow, loading_mol_kg
from moonstation.components.life_support.two_beds import (
    amine_isotherm,
    chamber_transient_kpa,
    cycle_means,
    evacuate,
    humid_isotherm,
    lost_air_kg_h,
    mean_removal_kg_h,
    number,
    orion_beds,
    passed_kg_h,
    power_kw,
)
from moonstation.facts.table import lookup

BED_K = 293.15
gases = st.sampled_from(["carbon_dioxide", "water"])
pressures = st.floats(0.02, 2.0)


def test_the_amine_holds_0_63_mol_a_kilogram_at_0_2_kpa_and_20_c():
    # By hand: b = 3e-8 exp(72000/8.314 (1/293.15 - 1/762.25)) = 2.39 1/Pa, b p = 478, 478^0.22 = 3.886,
    # (1 + 3.886)^(1/0.22) = 1354, so q = 1.78 x 478 / 1354 = 0.628 mol/kg.
    assert loading_mol_kg(amine_isotherm(), 0.2, BED_K) == pytest.approx(0.628, abs=5e-3)


def test_water_on_the_amine_follows_the_relative_humidity():
    half = 0.5 * saturation_kpa(BED_K)
    assert loading_mol_kg(humid_isotherm(BED_K), half, BED_K) == pytest.approx(7.5 / 2)


def test_a_bed_that_swings_in_proportion_does_what_two_exponentials_say():
    """One cell with q* = K p in air of F mol/s/kPa takes at the rate a = k F / (F + m k K), in vacuum gives at b alike;
    in the cycle it moves m K p (1 - A)(1 - B) / (1 - A B) with A = exp(-a t), B = exp(-b t).
    """
    slope, mass, rate, flow, pump, half_s = 2.0, 1.75, 0.008, 0.004, 0.02, 390
    bed = Bed(Isotherm(slope, 0.0, 0.0, 1.0, 0.0, 0.0), mass, np.inf, rate)
    loaded, kelvin, gas, freed = np.zeros(1), np.full(1, BED_K), np.empty(2), 0.0
    for _ in range(30):
        for _ in range(4 * half_s):
            gas[:] = 0.4, BED_K
            blow(bed, loaded, kelvin, flow, 0.0, gas, 0.25)
        freed = sum(evacuate(bed, loaded, BED_K, pump, 0.25) for _ in range(4 * half_s))
    take, give = (np.exp(-rate * c / (c + mass * rate * slope) * half_s) for c in (flow, pump))
    expected = mass * slope * 0.4 * (1 - take) * (1 - give) / (1 - take * give)
    assert freed == pytest.approx(expected, rel=5e-3)


def test_what_a_bed_loses_in_vacuum_is_told():
    bed, loaded = Bed(amine_isotherm(), 1.75, np.inf, 0.008), np.linspace(0.7, 0.1, 10)
    before = loaded.mean()
    freed = sum(evacuate(bed, loaded, BED_K, 0.02, 10.0) for _ in range(39))
    assert freed == pytest.approx(1.75 * (before - loaded.mean()), rel=1e-12)
    assert 0 < loaded.max() < 0.7


def test_a_shut_line_frees_nothing_and_a_wide_one_empties_the_bed_exponentially():
    bed = Bed(amine_isotherm(), 1.75, np.inf, 0.008)
    shut, wide = np.full(10, 0.5), np.full(10, 0.5)
    evacuate(bed, shut, BED_K, 1e-12, 100.0)
    evacuate(bed, wide, BED_K, 1e9, 100.0)
    np.testing.assert_allclose(shut, 0.5, rtol=1e-6)
    np.testing.assert_allclose(wide, 0.5 * np.exp(-0.8), rtol=1e-3)


@settings(max_examples=20, deadline=None)
@given(gas=gases, kpa=pressures, setting=st.sampled_from(["sleep", "nominal", "exercise"]))
def test_removal_stays_under_what_passes_and_under_what_full_beds_hold(gas, kpa, setting):
    beds = orion_beds(setting)
    removed = mean_removal_kg_h(beds, gas, kpa, step_s=30.0)
    bed, kg_mol = getattr(beds, gas), CO2_KG_MOL if gas == "carbon_dioxide" else 0.018015
    held_kg = bed.sorbent_kg * loading_mol_kg(bed.isotherm, kpa, BED_K) * kg_mol
    assert 0 < removed < min(passed_kg_h(beds, gas, kpa), held_kg / beds.half_cycle_h) * (1 + 1e-6)


@settings(max_examples=10, deadline=None)
@given(kpa=st.floats(0.05, 1.0), more=st.floats(1.1, 3), flow=st.floats(15, 45))
def test_more_of_it_and_more_air_remove_more(kpa, more, flow):
    beds = orion_beds()._replace(air_m3_h=flow)
    removed = mean_removal_kg_h(beds, "carbon_dioxide", kpa, step_s=30.0)
    for other, other_kpa in ((beds, kpa * more), (beds._replace(air_m3_h=flow * more), kpa)):
        assert mean_removal_kg_h(other, "carbon_dioxide", other_kpa, step_s=30.0) > removed


def test_beds_that_fill_up_remove_more_in_shorter_half_cycles_and_lose_more_air():
    removed, lost = zip(
        *[
            (mean_removal_kg_h(beds, "carbon_dioxide", 0.6), lost_air_kg_h(beds))
            for beds in (orion_beds()._replace(half_cycle_h=minutes / 60) for minutes in (20, 10, 6.5, 4))
        ],
        strict=True,
    )
    assert (np.diff(removed) > 0).all()
    assert (np.diff(np.array(lost) / removed) > 0).all()  # each kg costs more air
    np.testing.assert_allclose(np.array(lost) / lost[0], [1, 2, 20 / 6.5, 5])


@pytest.mark.parametrize(("gas", "load_kg_h", "start_kpa"), [("carbon_dioxide", 0.1, 0.3), ("water", 0.15, 0.8)])
def test_a_room_settles_where_the_beds_take_what_it_is_given(gas, load_kg_h, start_kpa):
    beds, room = orion_beds("nominal"), Chamber(20.0, 295.0, 101.325)
    kpa = chamber_transient_kpa(beds, gas, room, np.full(60 * 120, load_kg_h), start_kpa, 10.0)[-60 * 2 :]
    assert mean_removal_kg_h(beds, gas, kpa.mean()) == pytest.approx(load_kg_h, rel=0.01)


def test_the_step_does_not_matter_much():
    fine, coarse = (mean_removal_kg_h(orion_beds(), "carbon_dioxide", 0.4, step_s) for step_s in (2.0, 30.0))
    assert coarse == pytest.approx(fine, rel=0.02)


def test_each_swing_loses_half_of_the_air_in_a_bed():
    # By hand: 101.325 kPa x 6.4 l of air at 293.15 K are 7.71 g; half of it 9.23 times an hour are 35.6 g.
    assert lost_air_kg_h(orion_beds()) == pytest.approx(0.0356, abs=1e-4)
    assert lost_air_kg_h(orion_beds("sleep")) / lost_air_kg_h(orion_beds()) == pytest.approx(6.5 / 15)


def test_a_fan_against_a_kilopascal_and_a_valve_draw_45_watt():
    # 44.17 m3/h x 1 kPa / 0.35 = 35.1 W, and 10 W.
    assert power_kw(orion_beds()) == pytest.approx(0.0451, abs=1e-4)


def test_the_numbers_of_the_component_are_those_of_the_cycle():
    target, humidity = lookup("cabin.carbon_dioxide_target").value, lookup("cabin.humidity").value
    means = cycle_means(orion_beds(), target, humidity)
    assert means.water_kg_per_kg == pytest.approx(number("water"), rel=0.01)
    assert means.air_kg_per_kg == pytest.approx(number("air"), rel=0.01)
    assert means.energy_kwh_per_kg == pytest.approx(number("energy"), rel=0.01)


def test_with_the_setting_raised_as_needed_removal_is_in_proportion_until_the_beds_are_full():
    """What the component stands on: a tenth about proportional up to 0.4 kPa; beyond, no setting is higher."""
    rated = mean_removal_kg_h(orion_beds(), "carbon_dioxide", 0.4)
    nominal = [mean_removal_kg_h(orion_beds("nominal"), "carbon_dioxide", kpa) for kpa in (0.2, 0.25, 0.3)]
    np.testing.assert_allclose(nominal, rated * np.array([0.2, 0.25, 0.3]) / 0.4, rtol=0.1)
    full = number("full_pressure") / 0.4 * rated
    assert mean_removal_kg_h(orion_beds(), "carbon_dioxide", 0.75) == pytest.approx(full, rel=0.05)
    assert mean_removal_kg_h(orion_beds(), "carbon_dioxide", 1.0) == pytest.approx(full, rel=0.15)


def test_two_machines_keep_four_people_under_3_mmhg():
    # 4 x 1.085 kg a day over two machines at the nominal setting.
    assert 2 * mean_removal_kg_h(orion_beds("nominal"), "carbon_dioxide", 0.4) > 4 * 1.085 / 24
