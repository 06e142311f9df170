"""People and their machines run by the station's kernel, against closed forms."""

import numpy as np
import pytest
from kernel_run import STEP_H, KernelRun, Mains

from moonstation.components.contract import Primitives, Process
from moonstation.components.heat_content import heat_content_kwh
from moonstation.components.life_support.cabin import Cabin
from moonstation.components.life_support.cabin_air import GASES, gas_mass_kg, gas_pressure_kpa, saturation_kpa
from moonstation.components.life_support.co2_removal import Co2Removal
from moonstation.components.life_support.condensing_heat_exchanger import CondensingHeatExchanger
from moonstation.components.life_support.crew import Crew
from moonstation.components.life_support.methane_pyrolysis import MethanePyrolysis
from moonstation.components.life_support.oxygen_generator import OxygenGenerator
from moonstation.components.life_support.sabatier import Sabatier
from moonstation.components.life_support.tank import Tank
from moonstation.components.life_support.trash_compactor import TrashCompactor
from moonstation.components.life_support.urine_processor import UrineProcessor
from moonstation.components.life_support.water_processor import WaterProcessor
from moonstation.components.thermal.radiator_loop import RadiatorLoop
from moonstation.station.packed import EV_LOST_STARVED, empty_records
from moonstation.station.reference import run_reference

SET_K, VOLUME_M3, DAYS = 295.15, 120.0, 40
AIR = {
    "cabin": Cabin(volume_m3=VOLUME_M3),
    "nitrogen": Tank(quantity="nitrogen", capacity_kg=200, start_kg=150),
}
STOCKS = {
    "water": Tank(quantity="water", capacity_kg=1000, start_kg=800),
    "food": Tank(quantity="food", capacity_kg=400, start_kg=400),
}
WASTES = {
    "grey": Tank(quantity="grey_water", capacity_kg=100),
    "urine": Tank(quantity="urine", capacity_kg=30),
    "brine": Tank(quantity="brine", capacity_kg=100),
    "waste": Tank(quantity="waste", capacity_kg=100),
}
OXYGEN = {"oxygen": Tank(quantity="oxygen", capacity_kg=200, start_kg=180)}
MACHINES = {
    "carbon dioxide": Tank(quantity="carbon_dioxide", capacity_kg=10),
    "generator": OxygenGenerator(oxygen_kg_h=0.2),
    "removal": Co2Removal(carbon_dioxide_kg_h=0.25),
    "sabatier": Sabatier(carbon_dioxide_kg_h=0.2),
    "condenser": CondensingHeatExchanger(water_kg_h=0.8),
    "water processor": WaterProcessor(water_kg_h=2.0),
    "urine processor": UrineProcessor(urine_kg_h=0.4),
}
PEOPLE = {"crew": Crew(crew_size=4)}


@pytest.fixture(scope="module")
def habitat():
    everything = {"mains": Mains()} | AIR | OXYGEN | STOCKS | WASTES | MACHINES | PEOPLE
    return KernelRun(everything, days=DAYS)


def pressure_kpa(run, gas):
    return gas_pressure_kpa(gas, 1.0, VOLUME_M3, SET_K) * run.amount("cabin", gas)


def test_four_people_live_on_without_a_break(habitat):
    np.testing.assert_allclose(habitat.activity("crew", "metabolism"), 4.0, rtol=1e-6)
    np.testing.assert_allclose(habitat.activity("crew", "work"), 4.0, rtol=1e-6)


def test_they_eat_and_drink_what_the_table_says(habitat):
    eaten = 4 * 1.560 * DAYS
    last_meal = 4 * 1.560 * STEP_H / 24  # a meal makes up for the step before
    assert 400 - habitat.amount("food", "tank")[-1] == pytest.approx(eaten - last_meal, rel=1e-6)
    assert habitat.booked("food", "consumed", node="crew") == pytest.approx(eaten, rel=1e-9)


def test_the_air_is_held(habitat):
    settled = slice(144, None)
    assert pressure_kpa(habitat, "cabin_oxygen")[settled] == pytest.approx(21.3, rel=0.01)
    assert pressure_kpa(habitat, "cabin_nitrogen")[settled] == pytest.approx(78.8, rel=0.01)
    # the removal takes 0.25 kg/h at 0.40 kPa, and in proportion what four people breathe out
    breathed = 0.40 * 4 * 1.085 / 24 / 0.25
    assert pressure_kpa(habitat, "cabin_carbon_dioxide")[settled] == pytest.approx(breathed, rel=0.01)
    total = sum(pressure_kpa(habitat, gas)[settled] for gas in GASES)
    assert total == pytest.approx(101.325, abs=0.3)
    humidity = pressure_kpa(habitat, "cabin_vapour")[settled] / saturation_kpa(SET_K)
    assert humidity == pytest.approx(0.45, rel=0.1)


def test_electrolysis_makes_what_people_breathe_and_the_cabin_leaks(habitat):
    leaked = 0.000206 * gas_mass_kg("cabin_oxygen", 21.3, VOLUME_M3, SET_K) * DAYS
    rates = ("electrolysis", "electrolysis at high rate")
    made = sum(habitat.activity("generator", rate).sum() for rate in rates) * STEP_H
    assert made == pytest.approx(4 * 0.895 * DAYS + leaked, rel=0.01)


def test_all_hydrogen_is_used_while_there_is_carbon_dioxide(habitat):
    reacted = habitat.activity("sabatier", "reaction").sum() * STEP_H
    hydrogen = habitat.booked("hydrogen", "produced")
    assert habitat.booked("hydrogen", "consumed") == pytest.approx(hydrogen, rel=0.01)
    assert reacted == pytest.approx(hydrogen * 0.88 / (8.064 / 44.009), rel=0.01)
    assert habitat.booked("methane", "spilled") == pytest.approx(reacted * 16.043 / 44.009, rel=1e-5)


def test_hydrogen_won_back_from_methane_takes_carbon_dioxide_from_half_to_five_sixths():
    """By hand per kg of carbon dioxide: 0.2082 kg of hydrogen fed, of which pyrolysis gives 0.9 x 0.0916 kg back."""
    loop = {
        "pyrolysis": MethanePyrolysis(methane_kg_h=0.1),
        "methane": Tank(quantity="methane", capacity_kg=5),
        "hydrogen": Tank(quantity="hydrogen", capacity_kg=2),
        "carbon": Tank(quantity="carbon", capacity_kg=100),
    }
    run = KernelRun({"mains": Mains()} | AIR | OXYGEN | STOCKS | WASTES | MACHINES | loop | PEOPLE, days=30)
    settled = run.activity("sabatier", "reaction")[10 * 144 :]
    generated = sum(run.activity("generator", rate) for rate in ("electrolysis", "electrolysis at high rate"))
    hydrogen = generated[10 * 144 :].mean() * 4.032 / 31.998
    fed, back = 8.064 / 44.009 / 0.88, 0.9 * 16.043 / 44.009 * 4.032 / 16.043
    assert settled.mean() == pytest.approx(hydrogen / (fed - back), rel=0.03)
    assert 0.80 < settled.mean() / (4 * 1.085 / 24) < 0.86
    assert run.amount("carbon", "tank")[-1] > 10


def test_water_grows_by_what_food_brings(habitat):
    """Per person and day, by hand: 0.983 of condensate, washing water, 0.85 of urine and the Sabatier's water is clean
    again; drink, washing and electrolysis use it. Wet food and its burning bring 1.25 kg, so a little is left over.
    """
    sabatier = 0.895 * (4.032 / 31.998) * 0.88 / (8.064 / 44.009) * (36.030 / 44.009)
    gained = 0.983 * (2.946 + 5.53 + 0.85 * 1.420 + sabatier) - 3.217 - 5.53 - 0.895 * 36.030 / 31.998
    stocks = ("water", "tank"), ("grey", "tank"), ("urine", "tank")
    left = sum(habitat.amount(*store)[-1] for store in stocks)
    assert gained == pytest.approx(0.20, abs=0.01)
    assert (left - 800) / DAYS == pytest.approx(4 * gained, rel=0.1)


def test_nothing_of_the_body_is_let_go_while_its_tank_has_room(habitat):
    for quantity in ("urine", "waste", "grey_water", "brine"):
        assert habitat.booked(quantity, "spilled") == 0.0


def test_without_oxygen_they_stop_when_the_air_is_thin_and_are_gone_a_day_later():
    run = KernelRun({"mains": Mains()} | AIR | STOCKS | WASTES | {"removal": MACHINES["removal"]} | PEOPLE, days=8)
    thin_h = gas_mass_kg("cabin_oxygen", 21.3 - 16.0, VOLUME_M3, SET_K) / (4 * 0.895 / 24)
    assert run.last_hour("crew", "work") == pytest.approx(thin_h, abs=0.5)
    assert np.isnan(run.amount("cabin", "cabin_oxygen")).sum() == 0
    assert pressure_kpa(run, "cabin_oxygen")[-1] == pytest.approx(16.0, rel=0.01)


def test_without_removal_carbon_dioxide_reaches_its_limit():
    run = KernelRun({"mains": Mains()} | AIR | OXYGEN | STOCKS | WASTES | PEOPLE, days=4)
    full_h = gas_mass_kg("cabin_carbon_dioxide", 2.0 - 0.0425, VOLUME_M3, SET_K) / (4 * 1.085 / 24)
    assert run.last_hour("crew", "work") == pytest.approx(full_h, abs=0.5)


def test_without_water_they_are_gone_after_100_hours():
    little = {"food": STOCKS["food"], "water": Tank(quantity="water", capacity_kg=10, start_kg=10)}
    people = {"crew": Crew(crew_size=4, water_reserve=1.0, hygiene_kg_per_day=0.0)}
    machines = {name: machine for name, machine in MACHINES.items() if name != "water processor"}
    run = KernelRun({"mains": Mains()} | AIR | OXYGEN | little | WASTES | machines | people, days=6)
    assert run.booked("water", "consumed") < 10 + 12  # drink, and electrolysis for as long as they breathe
    dry_h = np.flatnonzero(run.amount("water", "tank") < 1e-6)[0] * STEP_H
    assert run.last_hour("crew", "work") == pytest.approx(dry_h + 38.0, abs=0.5), "half of the reserve is gone: ill"
    assert run.last_hour("crew", "metabolism") == pytest.approx(dry_h + 76.0, abs=0.5)
    assert run.last_hour("crew", "traces") == pytest.approx(dry_h + 100.0, abs=0.5), "lost"


def test_without_food_they_are_ill_after_thirty_days_and_gone_after_sixty():
    hungry = {"food": Tank(quantity="food", capacity_kg=10), "water": STOCKS["water"]}
    run = KernelRun({"mains": Mains()} | AIR | OXYGEN | hungry | WASTES | MACHINES | PEOPLE, days=61)
    assert run.last_hour("crew", "work") == pytest.approx((1428 - 24) / 2, abs=0.5)
    assert run.last_hour("crew", "traces") == pytest.approx(1428.0, abs=0.5)


def test_a_crew_by_the_clock_lives_in_air_that_breathes_with_it():
    people = {"crew": Crew(crew_size=4, schedule="hourly")}
    run = KernelRun({"mains": Mains()} | AIR | OXYGEN | STOCKS | WASTES | MACHINES | people, days=10)
    # the last meal makes up for the step before, which was sleep
    eaten = 4 * 1.560 * 10
    assert run.booked("food", "consumed", node="crew") == pytest.approx(eaten, rel=1e-9)
    assert run.booked("cabin_oxygen", "consumed") >= 4 * 0.895 * 10 * (1 - 1e-9)
    worked = run.activity("crew", "work") + run.activity("crew", "clear-headed work") / 3
    assert worked[::144].max() == 0.0, "at midnight they sleep"


def test_used_supplies_become_water_and_tiles():
    # 1.39 kg a person and day for ten days, 30 % water; the compactor leaves off at a twentieth of a full tank
    people = {"crew": Crew(crew_size=4, trash="counted")}
    trash = {
        "supplies": Tank(quantity="supplies", capacity_kg=100, start_kg=100),
        "trash": Tank(quantity="trash", capacity_kg=20),
        "tiles": Tank(quantity="tiles", capacity_kg=100),
        "compactor": TrashCompactor(trash_kg_h=2.0, recovery=1.0),
    }
    parts = {"mains": Mains()} | AIR | OXYGEN | STOCKS | WASTES | MACHINES | people | trash
    run = KernelRun(parts, days=10)
    used_kg = 4 * 1.39 * 10
    assert 100 - run.amount("supplies", "tank")[-1] == pytest.approx(used_kg, rel=1e-6)
    left_kg = run.amount("trash", "tank")[-1]
    assert left_kg <= 0.3 * 20.0 + 4 * 1.39 / 24
    assert run.amount("tiles", "tank")[-1] == pytest.approx(0.7 * (used_kg - left_kg), rel=1e-6)


def test_exercise_raises_carbon_dioxide_more_than_it_takes_oxygen():
    people = {"crew": Crew(crew_size=4, schedule="hourly")}
    run = KernelRun({"mains": Mains()} | AIR | OXYGEN | STOCKS | WASTES | MACHINES | people, days=10)
    glycogen = run.amount("crew", "body glycogen")
    assert glycogen.min() > 0.0
    # at each midnight as much as at the first
    np.testing.assert_allclose(glycogen[143::144], glycogen[143], rtol=1e-5)
    given, taken = (
        run.booked(f"cabin_{gas}", column) for gas, column in (("carbon_dioxide", "produced"), ("oxygen", "consumed"))
    )
    assert given == pytest.approx(4 * 1.085 * 10, rel=1e-6)
    assert taken >= 4 * 0.895 * 10 * (1 - 1e-9)


def test_in_a_cabin_that_grows_cold_people_stop_where_it_is_not_borne_and_are_gone_six_hours_later():
    cold = RadiatorLoop(
        habitat_mass_kg=20_000, surface_m2=100, radiator_m2=0, base_load_kw=0.0, heater_kw=0.0, ground_w_k=20.0
    )
    heated = {"crew": "heat"}
    shared = {"mains": Mains(), "heat": cold} | AIR | OXYGEN | STOCKS | WASTES | MACHINES | PEOPLE
    run = KernelRun(shared, days=6, housed_in=heated, regolith_k=100.0, box_sink_k=60.0)
    chill_h, chilled_h = (
        np.flatnonzero(run.kelvin("heat", "habitat") < limit)[0] * STEP_H for limit in (cold.comfort_min_k, 279.0)
    )
    assert chilled_h > chill_h + 6.0  # outside comfort they live on
    assert run.last_hour("crew", "work") == run.last_hour("crew", "metabolism") == pytest.approx(chilled_h, abs=0.5)
    there = np.flatnonzero(run.amount("crew", "body water") > 0.0)
    assert (there[-1] + 1) * STEP_H == pytest.approx(chilled_h + 6.0, abs=0.5)


@pytest.mark.parametrize(("cabin_k", "lost"), [(278.0, 6.0), (280.0, None), (301.0, None), (307.5, None), (309.0, 6.0)])
def test_people_live_on_outside_comfort_and_six_hours_outside_what_they_bear(cabin_k, lost):
    held = RadiatorLoop(
        habitat_mass_kg=1e7, surface_m2=100, radiator_m2=0, base_load_kw=0.0, heater_kw=0.0,
        insulation_w_m2_k=0.0, ground_w_k=0.0, heater_setpoint_k=cabin_k,
    )  # fmt: skip
    inside = AIR | OXYGEN | STOCKS | WASTES | MACHINES | PEOPLE
    run = KernelRun({"mains": Mains(), "heat": held} | inside, days=2, housed_in={"crew": "heat"})
    reference = empty_records(run.compiled.network, 288, 1, 1000)
    run_reference(run.compiled.network, run.compiled.series, STEP_H, 1, reference)
    assert np.ptp(run.kelvin("heat", "habitat")) < 0.1
    crew = [asset.name for asset in run.compiled.assets].index("crew")
    for records in (run.records, reference):
        rows = records.log[1 : int(records.log["index"][0]) + 1]
        told = [float(row["value"]) for row in rows if (row["code"], row["index"]) == (EV_LOST_STARVED, crew)]
        assert told == ([] if lost is None else [pytest.approx(lost)])
    assert (run.activity("crew", "metabolism") > 0).all() == (lost is None)
    assert (run.activity("crew", "metabolism") > 0).any() == (lost is None)


def test_a_closed_habitat_keeps_all_heat_of_people_and_machines_and_no_more():
    closed = RadiatorLoop(
        habitat_mass_kg=1e6, surface_m2=100, radiator_m2=0, base_load_kw=0.0, heater_kw=0.0,
        insulation_w_m2_k=0.0, ground_w_k=0.0,
    )  # fmt: skip
    inside = AIR | OXYGEN | STOCKS | WASTES | MACHINES | {"crew": Crew(crew_size=4, schedule="hourly")}
    run = KernelRun({"mains": Mains(), "heat": closed} | inside, days=10, housed_in=dict.fromkeys(inside, "heat"))
    # first law by the ledger: heat content used up, but for contaminants, whose mass comes from outside it
    used_kwh = sum(
        heat_content_kwh(name) * (run.booked(name, "consumed", node) - run.booked(name, "produced", node))
        for name, node in run.compiled.bus_keys
        if name not in {"cabin_contaminant", "electricity"}
    ) + run.booked("electricity", "consumed")
    people_kwh = 4 * 10 * 12.426 / 3.6
    assert used_kwh > 2 * people_kwh
    racks_kg = closed.rack_mass_share * closed.habitat_mass_kg
    rises = {node: run.kelvin("heat", node)[-1] - closed.heater_setpoint_k for node in ("racks", "habitat")}
    kept_j = 896.0 * (racks_kg * rises["racks"] + (closed.habitat_mass_kg - racks_kg) * rises["habitat"])
    assert kept_j / 3.6e6 == pytest.approx(used_kwh, rel=1e-4)


def test_the_relief_valve_holds_oxygen_that_plants_or_leaks_of_tanks_bring():
    class Leak:
        kind = "leak"

        def primitives(self, place):
            return Primitives(processes=(Process("leak", {"oxygen": -2.0, "cabin_oxygen": 2.0}, limit=1.0),))

    run = KernelRun({"mains": Mains(), "leak": Leak()} | AIR | OXYGEN, days=3)
    pressures = pressure_kpa(run, "cabin_oxygen")
    assert pressures.max() <= 0.30 * 101.325 + 2.0 / 6 / 1.57 * 1.01, "what leaks in one step may stand over the mark"
    vented = run.activity("cabin", "oxygen_relief").sum() * STEP_H
    stored = run.amount("cabin", "cabin_oxygen")
    assert vented > 50
    assert stored[-1] - gas_mass_kg("cabin_oxygen", 21.3, VOLUME_M3, SET_K) == pytest.approx(
        2.0 * 72 - vented - run.booked("cabin_oxygen", "lost"), rel=0.02
    )


def test_ten_kilograms_of_water_and_a_processor_keep_four_people():
    """Nothing is held back as used water while the water tanks have room."""
    little = {"food": STOCKS["food"], "water": Tank(quantity="water", capacity_kg=100, start_kg=10)}
    people = {"crew": Crew(crew_size=4, water_reserve=0.5)}
    run = KernelRun({"mains": Mains()} | AIR | OXYGEN | little | WASTES | MACHINES | people, days=10)
    np.testing.assert_allclose(run.activity("crew", "metabolism"), 4.0, rtol=1e-6)


def test_a_full_urine_tank_chokes_nobody():
    full = WASTES | {"urine": Tank(quantity="urine", capacity_kg=1, start_kg=1)}
    run = KernelRun(
        {"mains": Mains()} | AIR | OXYGEN | STOCKS | full | {"removal": MACHINES["removal"]} | PEOPLE, days=3
    )
    np.testing.assert_allclose(run.activity("crew", "metabolism"), 4.0, rtol=1e-6)
    assert run.booked("urine", "spilled") == pytest.approx(4 * 1.42 * 3, rel=1e-6)


def test_full_water_tanks_hold_the_processor_back_and_no_drinking_water_is_thrown_away():
    full = {"water": Tank(quantity="water", capacity_kg=400, start_kg=400), "food": STOCKS["food"]}
    run = KernelRun({"mains": Mains()} | AIR | OXYGEN | full | WASTES | MACHINES | PEOPLE, days=DAYS)
    assert run.booked("water", "spilled") == 0.0
    assert run.amount("water", "tank")[-1] == pytest.approx(400, rel=1e-3)
    assert run.amount("grey", "tank")[-1] > 0.2 * 100  # the surplus of the loop waits as used water


def test_an_empty_cabin_takes_from_the_tanks_what_it_leaks():
    cabin = {"cabin": Cabin(volume_m3=VOLUME_M3, leak_per_day=0.01), "nitrogen": AIR["nitrogen"]}
    run = KernelRun({"mains": Mains()} | cabin | OXYGEN, days=10)
    for gas, kpa in (("oxygen", 21.3), ("nitrogen", 78.8)):
        leaked = 10 * 0.01 * gas_mass_kg(f"cabin_{gas}", kpa, VOLUME_M3, SET_K)
        assert run.booked(gas, "consumed") == pytest.approx(leaked, rel=0.01)


def test_without_power_the_crew_is_lost():
    everything = {"mains": Mains(hours=24.0)} | AIR | OXYGEN | STOCKS | WASTES | MACHINES | PEOPLE
    run = KernelRun(everything, days=6)
    assert run.last_hour("crew", "work") < 24 + 24
    assert run.activity("crew", "metabolism")[-1] == 0.0
