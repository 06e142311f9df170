import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import ConstantPlace

from moonstation.components.life_support.cabin import Cabin
from moonstation.components.life_support.cabin_air import (
    GASES,
    fill_fraction,
    gas_mass_kg,
    gas_pressure_kpa,
    humid_fill_fraction,
    saturation_kpa,
    scale_kpa,
)
from moonstation.core.errors import RangeError
from moonstation.facts.table import lookup

PLACE = ConstantPlace()
SET_K = 295.15


def stores(**parameters):
    return {store.bus: store for store in Cabin(**{"volume_m3": 100, **parameters}).primitives(PLACE).stores}


def test_a_cubic_metre_of_oxygen_at_one_atmosphere_and_0_c_is_1_428_kg():
    # 31.998 g/mol over the molar volume 22.41397 l/mol (CODATA).
    assert gas_mass_kg("cabin_oxygen", 101.325, 1.0, 273.15) == pytest.approx(31.998 / 22.41397, rel=1e-6)


@pytest.mark.parametrize(
    ("temperature_k", "kpa"),
    # Steam tables (IAPWS): saturation pressure of water.
    [(273.16, 0.6117), (283.15, 1.2282), (293.15, 2.3393), (303.15, 4.2470)],
)
def test_saturation_agrees_with_steam_tables(temperature_k, kpa):
    assert saturation_kpa(temperature_k) == pytest.approx(kpa, rel=4e-3)


def test_a_cabin_of_100_m3_lands_with_28_kg_of_oxygen_and_90_kg_of_nitrogen():
    # n = p V / (R T): 21.3 kPa x 100 m3 / (8.314 x 295.15) = 868.0 mol; 78.43 kPa: 3196 mol.
    filled = stores()
    assert filled["cabin_oxygen"].start == pytest.approx(868.0 * 31.998e-3, rel=1e-4)
    assert filled["cabin_nitrogen"].start == pytest.approx(3196.2 * 28.014e-3, rel=1e-3)


def test_the_total_pressure_on_landing_is_that_of_the_sea_level():
    total = sum(gas_pressure_kpa(gas, store.start, 100.0, SET_K) for gas, store in stores().items())
    assert total == pytest.approx(101.325 - (0.40 - 0.0425), abs=1e-6)  # carbon dioxide is still as on Earth


def test_fill_times_scale_is_the_partial_pressure():
    for gas, store in stores().items():
        pressure_kpa = gas_pressure_kpa(gas, store.start, 100.0, SET_K)
        assert store.start / store.capacity * scale_kpa(gas) == pytest.approx(pressure_kpa, rel=1e-12)
        assert fill_fraction(gas, pressure_kpa) == pytest.approx(store.start / store.capacity, rel=1e-12)


def test_the_leak_is_the_same_share_of_every_gas():
    assert [store.loss_per_h for store in stores(leak_per_day=0.0024).values()] == pytest.approx([0.0001] * 5)


def test_the_make_up_holds_what_it_landed_with():
    parts = Cabin(volume_m3=100, oxygen_kpa=19.2, pressure_kpa=56.5, oxygen_share_limit=0.36).primitives(PLACE)
    levels = {process.control.bus: process.control.fraction for process in parts.processes if "makeup" in process.name}
    filled = {store.bus: store.start / store.capacity for store in parts.stores}
    assert levels == pytest.approx({gas: filled[gas] for gas in ("cabin_oxygen", "cabin_nitrogen")})


def test_saturated_air_is_fuller_of_vapour_than_dry_air():
    assert humid_fill_fraction(1.0) * scale_kpa("cabin_vapour") == pytest.approx(saturation_kpa(SET_K))
    assert humid_fill_fraction(0.25) == pytest.approx(humid_fill_fraction(1.0) / 4)


def test_places_for_people_follow_from_the_volume():
    roomy = Cabin(volume_m3=200, habitable_share=0.6, volume_per_person_m3=30)
    assert roomy.primitives(PLACE).capability == {"cabin_crew": pytest.approx(4.0)}


def test_crew_limits_lie_well_inside_the_scales():
    assert fill_fraction("cabin_oxygen", 23.1) < 0.5
    assert fill_fraction("cabin_carbon_dioxide", 2.0) < 0.5


@given(
    gas=st.sampled_from(sorted(GASES)),
    kpa=st.floats(0.001, 200),
    volume=st.floats(1, 1e5),
    temperature=st.floats(200, 400),
    factor=st.floats(0.1, 10),
)
def test_ideal_gas_scales_and_inverts(gas, kpa, volume, temperature, factor):
    mass = gas_mass_kg(gas, kpa, volume, temperature)
    assert gas_pressure_kpa(gas, mass, volume, temperature) == pytest.approx(kpa, rel=1e-12)
    assert gas_mass_kg(gas, kpa * factor, volume, temperature) == pytest.approx(mass * factor, rel=1e-12)
    assert gas_mass_kg(gas, kpa, volume * factor, temperature * factor) == pytest.approx(mass, rel=1e-12)


def valves(kind, **parameters):
    parts = Cabin(**{"volume_m3": 100, **parameters}).primitives(PLACE)
    return {process.name.split("_")[0]: process for process in parts.processes if process.name.endswith(kind)}


def test_relief_valves_open_over_what_the_make_up_holds():
    for gas, valve in valves("relief").items():
        assert valve.boundary
        assert valve.recipe == {f"cabin_{gas}": -1.0}
        assert valve.control.fraction > valves("makeup")[gas].control.fraction
    assert valves("relief")["oxygen"].control.fraction * scale_kpa("cabin_oxygen") == pytest.approx(0.30 * 101.325)
    over = valves("relief")["nitrogen"].control.fraction - valves("makeup")["nitrogen"].control.fraction
    assert over * scale_kpa("cabin_nitrogen") == pytest.approx(lookup("cabin.relief").value)


def test_a_total_pressure_under_that_of_the_oxygen_is_refused():
    with pytest.raises(RangeError, match=r"at least 4\d\.\d kPa"):
        Cabin(volume_m3=100, oxygen_kpa=40, pressure_kpa=40.5, oxygen_share_limit=1.0)


def test_a_relief_valve_that_would_fight_the_make_up_is_refused():
    with pytest.raises(RangeError, match=r"over 0\.340"):
        Cabin(volume_m3=100, oxygen_kpa=19.2, pressure_kpa=56.5, oxygen_share_limit=0.30)


def test_equipment_gives_off_2_mg_a_day_and_m3():
    (offgassing,) = valves("offgassing", volume_m3=50).values()
    assert offgassing.recipe["cabin_contaminant"] * 24e6 == pytest.approx(2.0 * 50)


def test_25_mg_of_ethanol_in_a_cubic_metre_are_the_limit():
    limit_kpa = lookup("cabin.contaminant_limit").value
    assert gas_mass_kg("cabin_contaminant", limit_kpa, 1.0, SET_K) == pytest.approx(25e-6, rel=0.01)


@given(volume=st.floats(1, 1e5), oxygen=st.floats(16, 40), total=st.floats(50, 110), humidity=st.floats(0.05, 1))
def test_any_cabin_lands_within_its_stores(volume, oxygen, total, humidity):
    cabin = {"oxygen_kpa": oxygen, "pressure_kpa": total, "humidity": humidity, "oxygen_share_limit": 1.0}
    for store in stores(volume_m3=volume, **cabin).values():
        assert 0 <= store.start <= store.capacity
