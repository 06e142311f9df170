"""First-order removal of carbon dioxide and contaminants, against closed forms."""

import numpy as np
import pytest
from closing import worst_element
from kernel_run import KernelRun, Mains
from place import ConstantPlace

from moonstation.components.life_support.amine_swingbed import AmineSwingbed
from moonstation.components.life_support.cabin import Cabin
from moonstation.components.life_support.cabin_air import gas_mass_kg, gas_pressure_kpa, saturation_kpa, scale_kpa
from moonstation.components.life_support.co2_removal import Co2Removal
from moonstation.components.life_support.contaminant_control import OXIDATION, ContaminantControl
from moonstation.components.life_support.crew import Crew
from moonstation.components.life_support.four_beds import mean_removal_kg_h, station_beds
from moonstation.components.life_support.tank import Tank
from moonstation.facts.table import lookup

PLACE = ConstantPlace()
SET_K, VOLUME_M3 = 295.15, 120.0
AIR = {"mains": Mains(), "cabin": Cabin(volume_m3=VOLUME_M3)} | {
    stock: Tank(quantity=stock, capacity_kg=500, start_kg=400) for stock in ("oxygen", "nitrogen", "water", "food")
}


def kpa(run, gas):
    return gas_pressure_kpa(gas, 1.0, VOLUME_M3, SET_K) * run.amount("cabin", gas)


def process(component, name):
    return {process.name: process for process in component.primitives(PLACE).processes}[name]


def test_removal_is_rated_at_the_target_and_full_where_the_beds_are():
    removal = process(Co2Removal(carbon_dioxide_kg_h=0.2, target_kpa=0.4, full_kpa=0.6), "removal")
    assert removal.limit == pytest.approx(0.3)
    assert removal.control.full_at * scale_kpa("cabin_carbon_dioxide") == pytest.approx(0.6)


def test_fan_and_heaters_together_draw_what_a_kilogram_takes():
    machine = Co2Removal(carbon_dioxide_kg_h=0.2, energy_kwh_per_kg=4.76)
    fan, heaters = (-process(machine, name).recipe["electricity"] for name in ("removal", "desorption"))
    assert fan + heaters == pytest.approx(4.76)
    assert fan == pytest.approx(0.12 * 4.76)


def test_beds_hold_what_two_half_cycles_bring():
    # 0.2 kg/h at 0.40 kPa are 0.275 kg/h where they are full; a half cycle is 144 min
    (beds,) = Co2Removal(carbon_dioxide_kg_h=0.2, target_kpa=0.4, full_kpa=0.55).primitives(PLACE).stores
    assert beds.capacity == pytest.approx(2 * 0.275 * 2.4)


def test_the_rate_over_the_pressure_is_that_of_the_resolved_beds():
    """One number, the removal at the target, brings the mean of the cycles within a tenth at 0.2 and 0.6 kPa."""
    beds = station_beds()
    rated = mean_removal_kg_h(beds, 0.4, step_s=60.0)
    removal = process(Co2Removal(carbon_dioxide_kg_h=rated), "removal")
    for pressure in (0.2, 0.6):
        fill = pressure / scale_kpa("cabin_carbon_dioxide") / removal.control.full_at
        assert removal.limit * min(fill, 1.0) == pytest.approx(
            mean_removal_kg_h(beds, pressure, step_s=60.0), rel=0.1
        ), pressure


@pytest.mark.parametrize("cls", [Co2Removal, AmineSwingbed])
def test_beds_that_are_full_before_their_target_are_rated_as_full(cls):
    removal = process(cls(carbon_dioxide_kg_h=0.2, target_kpa=0.6, full_kpa=0.5), "removal")
    assert removal.limit == pytest.approx(0.2)
    assert removal.control.full_at * scale_kpa("cabin_carbon_dioxide") == pytest.approx(0.6)


@pytest.mark.parametrize("people", [2, 4])
def test_the_air_settles_where_removal_is_what_people_breathe_out(people):
    # load / rate x target: half of the people, half of the pressure.
    machines = {"removal": Co2Removal(carbon_dioxide_kg_h=0.2)}
    run = KernelRun(AIR | machines | {"crew": Crew(crew_size=people)}, days=6)
    assert kpa(run, "cabin_carbon_dioxide")[-1] == pytest.approx(0.4 * people * 1.085 / 24 / 0.2, rel=0.01)
    assert run.activity("removal", "desorption")[-1] == pytest.approx(people * 1.085 / 24, rel=0.01)


def test_the_air_follows_an_exponential_to_where_it_settles():
    """dm/dt = load - m/tau with tau = mass at the target over the rate; Euler at 10 minutes."""
    run = KernelRun(AIR | {"removal": Co2Removal(carbon_dioxide_kg_h=0.2)} | {"crew": Crew(crew_size=4)}, days=2)
    tau_h = gas_mass_kg("cabin_carbon_dioxide", 0.4, VOLUME_M3, SET_K) / 0.2
    settled = 0.4 * 4 * 1.085 / 24 / 0.2
    hours = np.arange(1, len(run.records.amount) + 1) / 6
    expected = settled + (0.0425 - settled) * np.exp(-hours / tau_h)
    np.testing.assert_allclose(kpa(run, "cabin_carbon_dioxide"), expected, rtol=0.05)


def test_without_power_the_beds_fill_and_take_no_more():
    machines = {"mains": Mains(hours=24.0), "removal": Co2Removal(carbon_dioxide_kg_h=0.2)}
    run = KernelRun(AIR | machines | {"crew": Crew(crew_size=4)}, days=3)
    assert run.activity("removal", "removal")[-1] == 0.0
    assert kpa(run, "cabin_carbon_dioxide")[-1] > 1.5


def test_with_power_for_the_fan_alone_the_beds_fill_and_removal_falls_to_what_the_heaters_free():
    machine = Co2Removal(carbon_dioxide_kg_h=0.2)
    light_kw, fan_kw = 0.005 * VOLUME_M3, 0.12 * 4.76 * 0.1808
    scarce = {**AIR, "mains": Mains(power_kw=light_kw + fan_kw + 0.1)}
    run = KernelRun(scarce | {"removal": machine} | {"crew": Crew(crew_size=4)}, days=4)
    (beds,) = machine.primitives(PLACE).stores
    assert run.amount("removal", "beds").max() == pytest.approx(beds.capacity, rel=0.01)
    removed, freed = (run.activity("removal", name)[-1] for name in ("removal", "desorption"))
    assert 0.02 < freed < 0.05
    assert removed == pytest.approx(freed, rel=0.05)


def test_a_swingbed_loses_water_and_air_besides():
    machine = AmineSwingbed(carbon_dioxide_kg_h=0.2)
    bed, drying = process(machine, "removal"), process(machine, "drying")
    assert bed.boundary
    assert drying.boundary
    assert bed.recipe["cabin_oxygen"] + bed.recipe["cabin_nitrogen"] == pytest.approx(-0.211)
    # At the set humidity of 45 % 1.84 kg of water go with each kg at the target; together 0.267 kWh.
    dried = drying.limit * 0.45
    assert dried == pytest.approx(1.84 * 0.2)
    assert bed.recipe["electricity"] * 0.2 + drying.recipe["electricity"] * dried == pytest.approx(-0.267 * 0.2)
    run = KernelRun(AIR | {"bed": machine} | {"crew": Crew(crew_size=4)}, days=4)
    assert kpa(run, "cabin_carbon_dioxide")[-1] == pytest.approx(0.4 * 4 * 1.085 / 24 / 0.2, rel=0.02)


def test_a_swingbed_loses_air_as_the_earths_is():
    lost = process(AmineSwingbed(carbon_dioxide_kg_h=0.2), "removal").recipe
    # 20.95 % of the molecules of dry air are oxygen, 32.00 of 28.96 g/mol
    share = lost["cabin_oxygen"] / (lost["cabin_oxygen"] + lost["cabin_nitrogen"])
    assert share == pytest.approx(0.2095 * 32.00 / 28.96, abs=5e-4)


def test_a_swingbed_alone_dries_the_air_to_where_it_loses_what_people_give_off():
    # 4 x 2.946 kg a day at 1.84 x 0.2 kg/h for 45 % of the saturation over water at 22 C (2.643 kPa).
    run = KernelRun(AIR | {"bed": AmineSwingbed(carbon_dioxide_kg_h=0.2)} | {"crew": Crew(crew_size=4)}, days=4)
    settled = 0.45 * saturation_kpa(SET_K) * (4 * 2.946 / 24) / (1.84 * 0.2)
    assert kpa(run, "cabin_vapour")[-1] == pytest.approx(settled, rel=0.02)


def test_a_pump_brings_back_its_share_of_the_air_in_the_beds():
    plain, saving = (
        process(AmineSwingbed(carbon_dioxide_kg_h=0.2, air_saved=share), "removal")
        for share in (0.0, lookup("swingbed.air_save").value)
    )
    for gas in ("cabin_oxygen", "cabin_nitrogen"):
        assert saving.recipe[gas] == pytest.approx(plain.recipe[gas] / 2)


def test_contaminants_burn_in_whole_molecules():
    assert worst_element(OXIDATION) <= 1e-12
    # C2H6O + 3 O2: 95.994 / 46.069 kg of oxygen per kg.
    assert OXIDATION["cabin_oxygen"] == pytest.approx(-2.0837, abs=1e-4)


def test_contaminants_settle_where_the_oxidiser_burns_what_comes():
    """c = source / (efficiency x flow): 240 mg of equipment and 4 x 30 mg of people a day through 0.95 x 4.6 m3/h."""
    machines = {"filter": ContaminantControl(), "removal": Co2Removal(carbon_dioxide_kg_h=0.2)}
    run = KernelRun(AIR | machines | {"crew": Crew(crew_size=4)}, days=10)
    mg_m3 = run.amount("cabin", "cabin_contaminant")[-1] * 1e6 / VOLUME_M3
    leak_m3_h = 0.000206 / 24 * VOLUME_M3
    assert mg_m3 == pytest.approx((240 + 120) / 24 / (0.95 * 4.6 + leak_m3_h), rel=0.01)


def test_without_an_oxidiser_people_itch_after_a_week():
    # 25 mg/m3 at 3 mg/m3 a day
    run = KernelRun(AIR | {"removal": Co2Removal(carbon_dioxide_kg_h=0.2), "crew": Crew(crew_size=4)}, days=12)
    assert run.last_hour("crew", "clear-headed work") == pytest.approx(25.0 / 3.0 * 24.0, rel=0.01)
    assert run.activity("crew", "work")[-1] == 4.0
