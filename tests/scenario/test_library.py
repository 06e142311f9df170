"""What ships must be whole: sound, with everything that the road map promises, and alive when it is run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from main_base import main_base

from moonstation.components.registry import components
from moonstation.facts.table import lookup
from moonstation.roadmap.milestones import evaluate
from moonstation.scenario.assets import facility_of
from moonstation.scenario.build import build_milestones, build_station, left_out
from moonstation.scenario.reading import library, load_scenario, read_scenario
from moonstation.scenario.schema import FACILITIES, Scenario
from moonstation.station.assessment import assess
from moonstation.station.model import effective_priority
from moonstation.station.network import compile_station
from moonstation.station.places import Places
from moonstation.station.simulate import simulate

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def ilrs() -> Scenario:
    return load_scenario("ilrs")


@pytest.mark.parametrize("name", library())
def test_what_ships_is_sound_and_whole(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert left_out(scenario) == []
    assert len(build_station(scenario).assets) >= len(scenario.assets)


def test_the_ilrs_holds_what_the_road_map_promises(ilrs: Scenario) -> None:
    missions = {mission.name: mission for mission in ilrs.missions}
    assert {"Chang'e-7", "Chang'e-8", "Luna-26", "Luna-27A", "Luna-27B", "Luna-28", "Nuclear plant"} <= set(missions)
    assert {f"ILRS-{number}" for number in range(1, 6)} <= set(missions)
    assert missions["Queqiao-2"].status == "flown"
    assert all(mission.source for mission in ilrs.missions)
    assert {facility_of(entry) for entry in ilrs.assets} == set(FACILITIES)
    assert len(build_station(ilrs).assets) >= 50
    basic = next(item for item in ilrs.milestones if item.name == "basic infrastructure")
    assert None not in (basic.energy_kw, basic.communication_gbit_day, basic.life_support_crew)
    assert basic.planned.year == 2035
    assert basic.energy_served_share == 1.0  # in the dark as well,
    assert basic.hold_days >= 365  # through a whole winter


def test_the_ilrs_has_experiments_in_every_field(ilrs: Scenario) -> None:
    own = {"seismometer": "geology", "radio_telescope": "astronomy", "biology_chamber": "fundamental"}
    own |= {"volatile_analyser": "resources"}
    fields = {own.get(entry.type) or getattr(entry, "field", None) for entry in ilrs.assets}
    assert {"geology", "astronomy", "sun-earth-moon", "fundamental", "resources"} <= fields


def test_people_come_from_2030_stay_longer_and_longer_and_are_fed(ilrs: Scenario) -> None:
    stays = []
    for entry in ilrs.assets:
        if entry.type == "crew":
            mission = ilrs.mission(entry.mission)
            until = entry.until or mission.until
            assert mission.arrival is not None
            assert until is not None
            stays.append((mission.arrival, (until - mission.arrival).days))
    assert stays[0][0].year == 2030
    assert [days for _, days in stays] == sorted(days for _, days in stays)
    fed = {item.mission for item in ilrs.deliveries if item.amounts().get("food")}
    fed |= {entry.mission for entry in ilrs.assets if entry.model_dump().get("quantity") == "food"}
    assert {entry.mission for entry in ilrs.assets if entry.type == "crew"} <= fed


def test_every_component_is_used_somewhere(ilrs: Scenario) -> None:
    assert {entry.type for entry in ilrs.assets} == set(components())


def test_the_first_night_is_survived_on_a_thin_margin() -> None:
    scenario = load_scenario("first-night")
    run = simulate(build_station(scenario))
    judged = assess(run)
    assert judged.energy == 1.0
    assert 0.1 < (judged.lowest_charge or 0.0) < 0.4
    assert not [event for event in run.events if event.kind.startswith("lost-")]
    assert all(outcome.reached for outcome in evaluate(build_milestones(scenario), run))


def test_the_first_night_kills_a_rover_without_its_isotopes_and_darkens_a_small_battery() -> None:
    from moonstation.scenario.reading import read_scenario

    text = library()["first-night"].read_text("utf-8")
    cold = simulate(build_station(read_scenario(text.replace("rhu_w = 40", "rhu_w = 0"))))
    assert [event.subject for event in cold.events if event.kind == "lost-cold"] == ["rover"]
    small = simulate(build_station(read_scenario(text.replace("capacity_kwh = 28", "capacity_kwh = 14"))))
    assert assess(small).longest_blackout_h > 24.0


def test_the_ilrs_lives_and_completes_its_basic_infrastructure(ilrs: Scenario) -> None:
    run = simulate(build_station(load_scenario("ilrs", step="1h")))
    judged = assess(run)
    assert judged.crew_lost == 0
    assert (judged.energy or 0.0) > 0.99
    outcomes = {outcome.name: outcome for outcome in evaluate(build_milestones(ilrs), run)}
    reached = outcomes["basic infrastructure"].reached
    assert reached is not None
    assert reached.year in (2034, 2035)
    firm = outcomes["firm power"].reached
    assert firm is not None
    assert firm > ilrs.mission("Nuclear plant").arrival  # type: ignore[operator]


def test_the_reference_page_follows_from_the_schema() -> None:
    script = PROJECT / "scripts" / "build_scenario_reference.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_people_of_the_base_leave_before_anything_keeps_them_from_working_or_living(ilrs: Scenario) -> None:
    """In all the range of what is known: beyond the limit of a gas they breathe little, and it goes no further."""
    leave = ilrs.policy.go["base"].leave
    ranges = {name: lookup(name) for name in ("cabin.carbon_dioxide_limit", "cabin.oxygen_limit")}
    assert leave.carbon_dioxide_kpa < ranges["cabin.carbon_dioxide_limit"].low
    assert leave.oxygen_kpa > ranges["cabin.oxygen_limit"].high
    assert leave.warmest_k < lookup("crew.warmest_borne").low
    assert leave.coldest_k > lookup("crew.coldest_borne").high


def test_the_radio_is_served_in_safe_mode(ilrs: Scenario) -> None:
    """Without it nobody on the Earth can be asked, and what waits for a word waits for ever."""
    station = build_station(load_scenario("ilrs", start="2038-01-01", end="2038-01-03", step="1h"))
    served = station.policy.serve_up_to["safe"]
    compiled = compile_station(station, Places.of(station).of_asset)
    to_the_earth = [
        (asset, process)
        for asset, process in compiled.processes
        if process.recipe.get("data@earth") and process.recipe.get("electricity", 0.0) < 0.0 and asset.node == "ridge"
    ]
    assert to_the_earth
    assert {asset.name for asset, process in to_the_earth if effective_priority(asset, process) > served} == set()


def test_the_base_that_is_measured_is_a_sound_part_of_the_ilrs() -> None:
    base = read_scenario(main_base())
    assert sum(entry.count for entry in base.assets) >= 50
    assert list(base.sites) == ["ridge"]
