import numpy as np
import pytest
from closing import worst_element
from hypothesis import given
from hypothesis import strategies as st
from place import ConstantPlace
from scipy.integrate import quad

from moonstation.components.isru.brick_maker import BrickMaker, melting_kwh_per_kg
from moonstation.components.isru.regolith_oxygen_plant import RegolithOxygenPlant
from moonstation.components.isru.water_extractor import WaterExtractor, extraction_kwh_per_kg, regolith_heat_j_kg
from moonstation.facts.table import lookup

PLACE = ConstantPlace()


def only(component, place=PLACE):
    (process,) = component.primitives(place).processes
    return process


def test_the_heat_of_regolith_is_the_integral_of_its_capacity():
    coefficients = [lookup(f"regolith.heat_capacity_c{n}").value for n in range(5)]
    numeric, _ = quad(lambda kelvin: np.polynomial.polynomial.polyval(kelvin, coefficients), 100.0, 273.15)
    assert regolith_heat_j_kg(100.0, 273.15) == pytest.approx(numeric, rel=1e-9)
    # Lunar Sourcebook-like size: 275 J/kg/K at 100 K to 700 J/kg/K at 273 K.
    assert 450 < regolith_heat_j_kg(100.0, 273.15) / 173.15 < 600


def test_pure_ice_costs_its_warming_and_its_sublimation():
    # the heat capacity of ice, 7.49 T + 90 J/kg/K (Klinger 1981), from 100 to 273.15 K
    warming, _ = quad(lambda kelvin: 7.49 * kelvin + 90.0, 100.0, 273.15)
    assert extraction_kwh_per_kg(1.0, 1.0) * 3.6e6 == pytest.approx(warming + 2.834e6, rel=1e-3)


@given(lean=st.floats(0.001, 0.49), efficiency=st.floats(0.05, 1))
def test_lean_ground_is_dear_ground(lean, efficiency):
    assert extraction_kwh_per_kg(lean, efficiency) > extraction_kwh_per_kg(2 * lean, efficiency)
    assert extraction_kwh_per_kg(lean, efficiency) == pytest.approx(extraction_kwh_per_kg(lean, 1.0) / efficiency)


def test_water_that_is_not_caught_leaves_the_station():
    caught, all_caught = (only(WaterExtractor(ice_kg_h=1, recovery=share)) for share in (0.8, 1.0))
    assert caught.boundary
    assert not all_caught.boundary
    assert (caught.recipe["grey_water"], all_caught.recipe["grey_water"]) == (0.8, 1.0)
    assert worst_element(all_caught.recipe) <= 1e-12


def test_melting_a_kilogram_takes_half_a_kilowatt_hour():
    # 1.15 kJ/kg/K x 1323 K + 470 kJ/kg = 1991 kJ.
    assert melting_kwh_per_kg() == pytest.approx(1991.45 / 3600)


def test_mirrors_follow_the_sun_and_need_little_electricity():
    half = ConstantPlace(sun_disc_fraction=0.5, sun_distance_au=1.0)
    far = only(BrickMaker(bricks_kg_h=1, heat="sunlight"), ConstantPlace(sun_disc_fraction=0.5, sun_distance_au=1.017))
    assert far.series == pytest.approx(0.5 / 1.017**2)
    by_sun, electric = (only(BrickMaker(bricks_kg_h=1, heat=heat), half) for heat in ("sunlight", "electric"))
    assert by_sun.series == pytest.approx(0.5)
    assert electric.series is None
    assert electric.recipe["electricity"] == pytest.approx(by_sun.recipe["electricity"] - melting_kwh_per_kg() / 0.5)
    for process in (by_sun, electric):
        assert worst_element(process.recipe) <= 1e-12


def test_oxygen_from_ilmenite_needs_its_stoichiometric_ground():
    # FeTiO3 (151.71 g/mol) gives one O (15.999): 9.48 kg of ilmenite per kg of oxygen, in ground of 10 %.
    assert -only(RegolithOxygenPlant(oxygen_kg_h=1)).recipe["regolith"] == pytest.approx(
        151.71 / 15.999 / 0.10, rel=5e-3
    )
