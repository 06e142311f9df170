"""What a mission brings must not weigh more than it lands: masses given, and masses that follow from a size."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from moonstation.core.errors import ScenarioError
from moonstation.facts.table import lookup
from moonstation.facts.usage import recorded
from moonstation.scenario.masses import loads_of, spare_mass_kg, unit_mass_kg
from moonstation.scenario.reading import load_scenario, read_scenario
from moonstation.scenario.schema import AssetEntry

GOOD = Path(__file__).with_name("good.toml").read_text("utf-8")
HEADER = '\n[[assets]]\nname = "extra"\nsite = "landing-place"\nmission = "First lander"\n'
ELECTROLYSER = (
    '\n[[assets]]\nname = "electrolyser"\ntype = "oxygen_generator"\nsite = "landing-place"\nmission = "First lander"\n'
    "oxygen_kg_h = 0.01\n"
)


def asset(text: str, landed_kg: float = 1200) -> AssetEntry:
    good = GOOD.replace("landed_mass_kg = 1200", f"landed_mass_kg = {landed_kg}")
    return read_scenario(good + ELECTROLYSER + HEADER + text).assets[-1]


@pytest.mark.parametrize(
    ("text", "mass_kg"),
    [
        ('type = "tank"\nquantity = "water"\ncapacity_kg = 90\nstart_kg = 70', 70.0),
        ('type = "tank"\nquantity = "water"\ncapacity_kg = 90\nstart_kg = 70\nlanded_kg = 9', 79.0),
        ('type = "battery"\ncapacity_kwh = 20', 20_000 / lookup("battery.specific_energy").value),
        ('type = "battery"\ncapacity_kwh = 20\nlanded_kg = 130', 130.0),
        ('type = "radioisotope_unit"\npower_w = 11', 4.5),
        ('type = "rover"\nmass_kg = 30\narray_m2 = 1\nbattery_kwh = 1\nwork_kw = 0.1', 30.0),
        ('type = "recorder"\ncapacity_gbit = 10', 0.0),
    ],
)
def test_a_mass_is_given_or_follows_from_a_size(text: str, mass_kg: float) -> None:
    assert unit_mass_kg(asset(text)) == pytest.approx(mass_kg)


def test_an_array_weighs_by_its_power_and_a_reactor_as_its_class() -> None:
    # 1361 W/m2 x 10 m2 x 0.298 x 0.89 x 0.92 = 3321 W at 109 W/kg
    assert unit_mass_kg(asset('type = "solar_array"\narea_m2 = 10')) == pytest.approx(30.5, abs=0.1)
    text = GOOD.replace("landed_mass_kg", "# landed_mass_kg")
    plant = read_scenario(text + HEADER + 'type = "fission_unit"\nrated_kw = 40').assets[-1]
    assert unit_mass_kg(plant) == pytest.approx(6000.0)


@pytest.mark.parametrize(
    "text",
    [
        'type = "battery"\ncapacity_kwh = 400',
        'type = "tank"\nquantity = "oxygen"\ncapacity_kg = 2000\nstart_kg = 2000',
        'type = "solar_array"\narea_m2 = 200\ncount = 3',
    ],
)
def test_what_weighs_too_much_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match="is less than what it brings"):
        asset(text)


def test_a_spare_weighs_a_share_of_its_unit_or_what_the_file_says() -> None:
    share = lookup("failure.general.spare_mass").value
    assert spare_mass_kg(asset('type = "battery"\ncapacity_kwh = 20\nlanded_kg = 130')) == pytest.approx(130 * share)
    given = asset('type = "battery"\ncapacity_kwh = 20\nlanded_kg = 130\nspares = 2\nspare_kg = 7')
    assert spare_mass_kg(given) == 7.0
    tank = asset('type = "tank"\nquantity = "water"\ncapacity_kg = 90\nstart_kg = 70\nlanded_kg = 9')
    assert spare_mass_kg(tank) == pytest.approx(9 * share)  # nobody lands a spare of the water


def test_the_mass_of_a_spare_without_spares_is_refused() -> None:
    battery = 'type = "battery"\ncapacity_kwh = 20\nlanded_kg = 130\nspare_kg = 7'
    with pytest.raises(ScenarioError) as told:
        asset(battery)
    (only,) = map(str, told.value.faults)
    assert "spare_kg: is the mass of spares that nobody lands; got 7 kg; add spares, how many of them land" in only
    assert asset(f"{battery}\nspares = 0").spares == 0


def test_spares_count_in_what_a_mission_brings() -> None:
    without = 'type = "battery"\ncapacity_kwh = 20\nlanded_kg = 130'
    scenario = read_scenario(GOOD + HEADER + without)
    (alone,) = loads_of(scenario.missions, scenario.assets, scenario.deliveries, scenario.sites)
    assert alone.spares_kg == 0.0
    scenario = read_scenario(GOOD + HEADER + without + "\ncount = 2\nneeded = 1\nspares = 3\nspare_kg = 10")
    (load,) = loads_of(scenario.missions, scenario.assets, scenario.deliveries, scenario.sites)
    assert load.spares_kg == pytest.approx(30.0)
    assert load.total_kg == pytest.approx(alone.total_kg + 130.0 + 30.0)
    brought = math.ceil(load.total_kg)
    with pytest.raises(ScenarioError, match="30 kg of them spares"):
        asset(without + "\ncount = 2\nspares = 3\nspare_kg = 10", landed_kg=brought - 10)


def test_every_flight_of_the_ilrs_carries_what_it_is_said_to() -> None:
    scenario = load_scenario("ilrs")
    loads: dict[str, float] = {}
    for entry in scenario.assets:
        loads[entry.mission] = loads.get(entry.mission, 0.0) + entry.count * unit_mass_kg(entry)
    assert all(loads[f"ILRS-{number}"] > 3000 for number in range(1, 6))


def crew_of(scenario: Any, mission: str) -> float:
    return sum(entry.crew_size for entry in scenario.assets if entry.type == "crew" and entry.mission == mission)


def test_two_people_come_by_one_landing_and_four_by_two() -> None:
    scenario = load_scenario("ilrs")
    lander_kg = lookup("mission.crewed.landed_mass").value
    for mission in scenario.missions:
        people = crew_of(scenario, mission.name)
        if people:
            assert mission.landed_mass_kg == pytest.approx(lander_kg * (1 if people <= 2 else 2))
            assert people <= 4


def test_a_scenario_is_judged_without_a_note_of_the_facts_behind():
    read_scenario(GOOD)  # the schema is made once, of every component's defaults
    with recorded() as plain:
        read_scenario(GOOD)
    with recorded() as spared:
        read_scenario(GOOD.replace('type = "rover"', 'spares = 2\ntype = "rover"'))
    assert not any(key.startswith("failure.") for key in spared)
    assert plain == spared


def test_spares_of_a_delivery_weigh_as_those_that_land_with_such_an_asset() -> None:
    battery = 'type = "battery"\ncapacity_kwh = 20\nlanded_kg = 130\nspares = 1\nspare_kg = 7'
    delivery = '\n[[deliveries]]\nmission = "First lander"\nsite = "landing-place"\nspares = { battery = 3 }\n'
    (without,), (load,) = (
        loads_of(each.missions, each.assets, each.deliveries, each.sites)
        for each in (read_scenario(GOOD + HEADER + battery + text) for text in ("", delivery))
    )
    assert load.spares_kg == pytest.approx(without.spares_kg + 21.0)


def test_spares_for_a_site_that_is_tended_from_another_may_land_at_either() -> None:
    hollow = 'horizon = "flat"\nmast_m = 2\nlatitude_deg = -80\nlongitude_deg = 0\ntended_from = "landing-place"\n'
    ours = 'type = "battery"\nspares = 1\nspare_kg = 5'
    good = GOOD.replace("[sites.", f"[sites.hollow]\n{hollow}\n[sites.", 1).replace('type = "battery"', ours)
    there = HEADER.replace('"landing-place"', '"hollow"')
    plant = f'{there}type = "fission_unit"\nrated_kw = 40\nlanded_kg = 3\nspares = 1\nspare_kg = 2'
    battery = ours.replace("5", "9") + "\ncapacity_kwh = 20\nlanded_kg = 130"
    good += plant + there.replace("extra", "other") + battery

    def spares_kg(site: str, spares: str) -> float:
        delivery = f'\n[[deliveries]]\nmission = "First lander"\nsite = "{site}"\nspares = {{ {spares} }}\n'
        one = read_scenario(good + delivery)
        (load,) = loads_of(one.missions, one.assets, one.deliveries, one.sites)
        return load.spares_kg - (5.0 + 9.0 + 2.0)

    assert spares_kg("landing-place", "fission_unit = 3") == pytest.approx(3 * 2.0)
    assert spares_kg("landing-place", "battery = 3") == pytest.approx(3 * 5.0)
    assert spares_kg("hollow", "battery = 3") == pytest.approx(3 * 9.0)
    good = good.replace('tended_from = "landing-place"\n', "")
    with pytest.raises(ScenarioError, match="no asset of that type is at landing-place"):
        spares_kg("landing-place", "fission_unit = 3")


def test_spares_of_what_stands_nowhere_are_refused() -> None:
    delivery = '\n[[deliveries]]\nmission = "First lander"\nsite = "landing-place"\nspares = { batery = 3 }\n'
    with pytest.raises(ScenarioError) as told:
        read_scenario(GOOD + delivery)
    (only,) = map(str, told.value.faults)
    assert "no asset of that type is at landing-place" in only
    assert "did you mean battery?" in only


def test_spares_that_name_an_asset_are_told_its_type() -> None:
    delivery = '\n[[deliveries]]\nmission = "First lander"\nsite = "landing-place"\nspares = { extra = 1 }\n'
    battery = 'type = "battery"\ncapacity_kwh = 20\nlanded_kg = 130'
    with pytest.raises(ScenarioError) as told:
        read_scenario(GOOD + HEADER + battery + delivery)
    (only,) = map(str, told.value.faults)
    assert "extra is of type battery: write that" in only


def test_a_kit_weighs_as_the_parts_that_are_changed_each_as_often_as_its_limit_asks() -> None:
    # kg of water to the limit: kg of the part
    parts = {2168: 149.234, 964: 13.018, 1325: 32.251, 12045: 31.344, 13551: 67.042}
    mean_kg = sum(kg / limit for limit, kg in parts.items()) / sum(1 / limit for limit in parts)
    water = 'type = "water_processor"\nwater_kg_h = 1.5\nlanded_kg = 200\nspares = 1'
    assert spare_mass_kg(asset(water)) == pytest.approx(mean_kg)
    assert mean_kg == pytest.approx(47.4, abs=0.1)
    assert spare_mass_kg(asset(f"{water}\nspare_kg = 12")) == 12.0
