import csv

import pytest
from closing import worst_element
from hypothesis import given
from hypothesis import strategies as st
from place import ConstantPlace
from scipy.optimize import brentq

from moonstation.components.life_support.cabin_air import saturation_kpa, scale_kpa
from moonstation.components.life_support.crew import Crew, breathable, daily_balance
from moonstation.core.errors import RangeError
from moonstation.facts.table import lookup

PLACE = ConstantPlace()


def processes(**parameters):
    return {process.name: process for process in Crew(**{"crew_size": 4, **parameters}).primitives(PLACE).processes}


def test_one_day_of_a_person_is_5_672_kg_in_and_out():
    amounts = daily_balance().values()
    assert -sum(amount for amount in amounts if amount < 0) == pytest.approx(5.672, abs=1e-12)
    assert sum(amount for amount in amounts if amount > 0) == pytest.approx(5.672, abs=1e-12)


def test_the_day_closes_in_every_element():
    assert worst_element(daily_balance()) <= 1e-12


@pytest.mark.parametrize(
    ("bus", "kg"),
    [
        ("cabin_oxygen", -0.895),
        ("food", -1.560),
        ("water", -3.217),
        ("cabin_carbon_dioxide", 1.085),
        ("cabin_vapour", 2.946),
        ("urine", 1.420),
        ("waste", 0.221),
    ],
)
def test_each_flow_is_the_tables(bus, kg):
    assert daily_balance()[bus] == pytest.approx(kg, abs=1e-12)


def test_the_respiratory_quotient_follows():
    # Table 3-31 by its own masses: (1.085 / 44.009) / (0.895 / 31.998) = 0.8814.
    day = daily_balance()
    quotient = (day["cabin_carbon_dioxide"] / 44.009) / (-day["cabin_oxygen"] / 31.998)
    assert quotient == pytest.approx(0.8814, abs=1e-4)


@pytest.mark.shared
def test_the_numbers_are_those_of_the_gathered_table(shared_data):
    with (shared_data.parent / "facts" / "crew_bvad_rev2.csv").open(encoding="utf-8") as file:
        table = {row["key"]: float(row["value"]) for row in csv.DictReader(file)}
    ours = {
        "o2_consumed": "oxygen",
        "co2_load": "carbon_dioxide",
        "food_solids_unpackaged": "food_solids",
        "water_in_food_before_rehydration": "food_water",
        "potable_water": "potable_water",
        "metabolic_water": "metabolic_water",
        "respiration_perspiration_water": "vapour",
        "urine_water": "urine_water",
        "urine_solids_dry": "urine_solids",
        "fecal_water": "faecal_water",
        "fecal_solids_dry": "faecal_solids",
        "perspiration_misc_solids_dry": "perspiration_solids",
        "total_metabolic_heat": "heat",
        "sensible_heat": "sensible_heat",
        "latent_heat": "latent_heat",
    }
    assert {name: lookup(f"crew.{key}").value for name, key in ours.items()} == {name: table[name] for name in ours}


def test_people_make_more_water_than_they_take():
    # Metabolic water: 0.490 kg a day come from food and oxygen (Table 3-31); 0.101 kg of it leaves in faeces.
    day = daily_balance()
    made = day["cabin_vapour"] + day["urine"] + lookup("crew.faecal_water").value
    assert made + day["water"] - lookup("crew.food_water").value == pytest.approx(0.490, abs=1e-12)


def test_nobody_works_in_bad_air_and_after_a_day_of_it_the_crew_is_gone():
    oxygen, carbon_dioxide = breathable()
    assert oxygen.low * scale_kpa("cabin_oxygen") == pytest.approx(16.0)
    assert carbon_dioxide.high * scale_kpa("cabin_carbon_dioxide") == pytest.approx(2.0)
    assert processes()["metabolism"].interlocks == (oxygen, carbon_dioxide)
    assert {oxygen, carbon_dioxide} < set(processes()["work"].interlocks) < set(clear_headed().interlocks)
    assert processes()["metabolism"].starve_limit_h == 24.0


def wet_bulb_k(dry_k, humidity):
    """By the equation of the ventilated psychrometer: e_s(T_w) - e = A p (T - T_w), A = 6.62e-4 /K [K]."""
    vapour = humidity * saturation_kpa(dry_k)
    return brentq(lambda wet: saturation_kpa(wet) - vapour - 6.62e-4 * 101.325 * (dry_k - wet), 250.0, dry_k + 1.0)


def test_what_people_bear_of_heat_is_a_wet_bulb_of_30_55_degrees():
    # Vecellio et al. 2022: 30.55 +- 0.98 C. At the greatest humidity that is allowed, in saturated air, and at 51 %.
    fact = lookup("crew.warmest_borne")
    for kelvin, humidity in ((fact.value, lookup("cabin.humidity").high), (fact.low, 1.0), (fact.high, 0.51)):
        assert wet_bulb_k(kelvin, humidity) - 273.15 == pytest.approx(30.55, abs=0.4)


def test_the_temperature_that_a_body_keeps_takes_nothing_and_is_lost_in_six_hours():
    kept = processes()["body temperature"]
    assert (kept.recipe, kept.interlocks, kept.starve_limit_h) == ({}, (), 6.0)


def test_four_people_work_their_hours():
    found = processes(working_h_per_day=6.0)
    hours = sum(found[name].limit * found[name].recipe["crew_h"] for name in ("work", "clear-headed work"))
    assert hours * 24.0 == pytest.approx(24.0)


def clear_headed():
    return processes()["clear-headed work"]


def test_headache_and_irritation_cost_a_quarter_of_the_work():
    assert clear_headed().recipe["crew_h"] == pytest.approx(processes()["work"].recipe["crew_h"] / 3)
    limits = [(lock.bus, lock.high * scale_kpa(lock.bus)) for lock in clear_headed().interlocks if lock.high < 1]
    assert ("cabin_contaminant", pytest.approx(0.00133)) in limits
    assert ("cabin_carbon_dioxide", pytest.approx(0.71)) in limits
    least = [lock.low * scale_kpa(lock.bus) for lock in clear_headed().interlocks if lock.bus == "cabin_oxygen"]
    assert sorted(least) == pytest.approx([16.0, 18.0])


def test_bodies_last_100_hours_without_drink_and_two_months_without_food():
    stores = {store.bus: store for store in Crew(crew_size=4).primitives(PLACE).stores}
    assert stores["water@self"].start == pytest.approx(4 * 3.217 * (100 - 24) / 24)
    assert stores["food@self"].start == pytest.approx(4 * 1.560 * (1428 - 24) / 24)


def test_a_limit_of_thirst_under_that_of_air_is_refused():
    with pytest.raises(RangeError, match="thirst_limit_h"):
        Crew(crew_size=4, thirst_limit_h=10, air_limit_h=24)


def test_washing_stops_where_drinking_water_begins():
    hygiene = processes(water_reserve=0.4)["hygiene"]
    (lock,) = hygiene.interlocks
    assert (lock.bus, lock.low) == ("water", 0.4)
    assert hygiene.limit * hygiene.recipe["water"] * 24.0 == pytest.approx(-4 * 5.53)


@given(crew_size=st.floats(1, 100), hygiene=st.floats(0, 30), hours=st.floats(0, 16))
def test_mass_closes_for_any_crew(crew_size, hygiene, hours):
    parts = processes(crew_size=crew_size, hygiene_kg_per_day=hygiene, working_h_per_day=hours)
    for process in (process for process in parts.values() if not process.boundary):
        assert worst_element({bus: rate * process.limit for bus, rate in process.recipe.items()}) <= 1e-12
