import csv

import pytest
from closing import worst_element
from hypothesis import given
from hypothesis import strategies as st
from place import ConstantPlace

from moonstation.components.contract import parameters
from moonstation.components.life_support.co2_removal import Co2Removal
from moonstation.components.life_support.crew import daily_balance
from moonstation.components.life_support.oxygen_generator import ELECTROLYSIS, OxygenGenerator
from moonstation.components.life_support.pem_cell import part_load_ratio
from moonstation.components.life_support.sabatier import METHANATION, Sabatier, sabatier_recipe
from moonstation.core.errors import RangeError
from moonstation.facts.table import lookup

PLACE = ConstantPlace()
FARADAY_C_MOL = 96485.33212


def only(component):
    (process,) = component.primitives(PLACE).processes
    return process


def test_electrolysis_follows_from_atomic_masses():
    # 2 H2O -> 2 H2 + O2: 36.03 kg of water give 4.032 kg of hydrogen and 31.998 kg of oxygen.
    assert pytest.approx({"water": -36.03 / 31.998, "hydrogen": 4.032 / 31.998, "oxygen": 1.0}) == ELECTROLYSIS
    assert worst_element(ELECTROLYSIS) <= 1e-12


def test_the_floor_is_the_free_energy_of_water():
    # dG = 237.14 kJ per mol of water (CODATA), two mol of water per 31.998 g of oxygen.
    assert lookup("oga.energy_floor").low == pytest.approx(2 * 237.14e3 / 31.998e-3 / 3.6e6, abs=0.005)


def test_the_declared_range_starts_at_the_floor():
    (energy,) = (item for item in parameters(OxygenGenerator) if item.name == "energy_kwh_per_kg")
    assert energy.low == lookup("oga.energy_floor").low == 4.12


@given(st.floats(0, 4.1199))
def test_no_electrolyser_is_better_than_thermodynamics(energy_kwh_per_kg):
    with pytest.raises(RangeError, match=r"at least 4\.12 kWh/kg"):
        OxygenGenerator(oxygen_kg_h=0.1, energy_kwh_per_kg=energy_kwh_per_kg)


@given(rate=st.floats(1e-3, 1e3), energy=st.floats(4.12, 50))
def test_any_electrolyser_closes_and_pays_for_its_oxygen(rate, energy):
    for process in OxygenGenerator(oxygen_kg_h=rate, energy_kwh_per_kg=energy).primitives(PLACE).processes:
        assert worst_element(process.recipe) <= 1e-12
        assert -process.recipe["electricity"] / process.recipe["oxygen"] >= 4.12


def test_half_the_rate_takes_less_than_half_the_power():
    slow, fast = OxygenGenerator(oxygen_kg_h=1.0).primitives(PLACE).processes
    assert slow.limit == fast.limit == 0.5
    # by the cell: 1.75 V at half of 1 A/cm2 and 60 C, 1.89 V at all of it
    assert -slow.recipe["electricity"] == pytest.approx(7.75 * part_load_ratio(0.5))
    assert 0.88 < part_load_ratio(0.5) < 0.96
    assert slow.recipe["electricity"] + fast.recipe["electricity"] == pytest.approx(-2 * 7.75)


@pytest.mark.shared
def test_the_default_energy_lies_above_measured_cells(shared_data):
    """Cell voltage of PEM stacks (V-HAB's collection): reversible 1.18 V at 50 C plus the measured overpotentials."""
    with (shared_data / "life_support" / "pem_electrolyser_overpotential.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["sheet"] == "1bar"]
    kinetic = [float(row["overpotential_V"]) for row in rows if row["component"] == "kinetic"]
    cell_kwh_per_kg = 4 * FARADAY_C_MOL * (1.18 + min(kinetic)) / 31.998e-3 / 3.6e6
    assert 4.12 < cell_kwh_per_kg < lookup("oga.energy").value


def test_one_machine_for_four_people():
    generator = OxygenGenerator(oxygen_kg_h=4 * 0.895 / 24).primitives(PLACE).processes
    assert sum(process.capability["crew_oxygen"] for process in generator) == pytest.approx(4.0)
    removal, _ = Co2Removal(carbon_dioxide_kg_h=4 * 1.085 / 24).primitives(PLACE).processes
    assert removal.capability["crew_co2_removal"] == pytest.approx(4.0)


def test_the_station_generator_takes_2971_w_at_full_rate():
    processes = OxygenGenerator(oxygen_kg_h=9.2 / 24).primitives(PLACE).processes
    power_kw = sum(process.limit * -process.recipe["electricity"] for process in processes)
    assert power_kw == pytest.approx(2.971, rel=1e-3)


def test_sabatier_follows_from_atomic_masses():
    # CO2 + 4 H2 -> CH4 + 2 H2O: 44.009 + 8.064 = 16.043 + 36.030.
    expected = {
        "carbon_dioxide": -1.0,
        "hydrogen": -8.064 / 44.009,
        "methane": 16.043 / 44.009,
        "water": 36.030 / 44.009,
    }
    assert pytest.approx(expected) == METHANATION
    assert worst_element(METHANATION) <= 1e-12


def test_half_of_the_breathed_carbon_dioxide_can_be_reacted():
    # Hydrogen from the oxygen breathed, all of it converted: (0.895 x 0.1260) / 0.18324 = 0.6155 kg of 1.085 kg.
    hydrogen = -daily_balance()["cabin_oxygen"] * ELECTROLYSIS["hydrogen"]
    reacted = hydrogen / -sabatier_recipe(1.0)["hydrogen"]
    assert reacted == pytest.approx(0.6155, abs=2e-4)
    assert 0.5 < reacted / daily_balance()["cabin_carbon_dioxide"] < 0.6


@given(conversion=st.floats(0.1, 1), rate=st.floats(0, 1000))
def test_any_conversion_closes(conversion, rate):
    process = only(Sabatier(carbon_dioxide_kg_h=rate, conversion=conversion))
    assert worst_element(process.recipe) <= 1e-12
    unreacted = process.recipe["hydrogen@self"] / -process.recipe["hydrogen"]
    assert unreacted == pytest.approx(1 - conversion, abs=1e-12)
