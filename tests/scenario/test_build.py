"""From a scenario to a station: what lives where, from when, until when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from moonstation.components.energy.battery import Battery
from moonstation.components.registry import components
from moonstation.facts.table import lookup
from moonstation.orbits.ground import named_stations
from moonstation.scenario.assets import FACILITY_OF_FAMILY
from moonstation.scenario.build import build_milestones, build_station, left_out
from moonstation.scenario.reading import read_scenario
from moonstation.scenario.schema import FACILITIES
from moonstation.station.model import Station

GOOD = Path(__file__).with_name("good.toml").read_text("utf-8")
RELAY = """
[relays.high]
perilune_altitude_km = 300
apolune_altitude_km = 9000
inclination_deg = 80
argument_deg = 90
epoch = 2029-01-01T12:00:00Z
"""
#: A tank of water, and what uses it.
WATER = """
[[assets]]
name = "water tank"
type = "tank"
site = "landing-place"
mission = "First lander"
quantity = "water"
capacity_kg = 10

[[assets]]
name = "electrolyser"
type = "oxygen_generator"
site = "landing-place"
mission = "First lander"
oxygen_kg_h = 0.01
"""


def station(*changes: tuple[str, str], text: str = GOOD) -> Station:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return build_station(read_scenario(text, Path("night.toml")))


def test_an_asset_is_the_component_that_the_file_describes() -> None:
    built = station(('partners = ["the reader"]', 'partners = ["A", "B"]'), ("capacity_kwh = 32", "capacity_kwh = 30"))
    [battery] = [asset for asset in built.assets if asset.name == "lander battery"]
    assert battery.component == Battery(capacity_kwh=30.0)
    assert (battery.node, battery.mission, battery.partner) == ("landing-place", "First lander", "A and B")
    assert (battery.facility, battery.start, battery.end) == (
        "long-term support",
        datetime(2029, 1, 1, tzinfo=UTC),
        None,
    )
    facilities = {asset.name: asset.facility for asset in built.assets}
    assert facilities["rover"] == "lunar transport and operation"
    assert facilities["panorama camera"] == "science"


def test_every_family_of_components_has_its_group_of_facilities() -> None:
    assert set(FACILITY_OF_FAMILY) == {cls.family for cls in components().values()}
    assert set(FACILITY_OF_FAMILY.values()) <= set(FACILITIES)


def test_several_of_a_kind_are_assets_of_their_own() -> None:
    built = station(("capacity_kwh = 32", "capacity_kwh = 16\ncount = 2"))
    assert [asset.name for asset in built.assets if asset.component.kind == "battery"] == [
        "lander battery 1",
        "lander battery 2",
    ]


def test_an_asset_ends_with_its_own_date_or_its_missions() -> None:
    built = station(
        ("arrival = 2029-01-01", "arrival = 2029-01-01\nuntil = 2029-06-01"),
        ("capacity_kwh = 32", "capacity_kwh = 32\nuntil = 2029-07-01"),
    )
    ends = {asset.name: asset.end for asset in built.assets}
    assert ends["lander battery"] == datetime(2029, 7, 1, tzinfo=UTC)
    assert ends["rover"] == datetime(2029, 6, 1, tzinfo=UTC)


def test_a_failed_mission_brings_nothing_and_that_is_said() -> None:
    second = '\n[[missions]]\nname = "B"\npartners = ["x"]\narrival = 2029-02-01\nstatus = "planned"\n'
    load = '\n[[deliveries]]\nmission = "B"\nsite = "landing-place"\nwater_kg = 5\noxygen_kg = 0\n'
    text = GOOD + second + load + WATER
    text = text.replace('name = "rover"\ntype = "rover"\nsite = "landing-place"\nmission = "First lander"', "@")
    text = text.replace("@", 'name = "rover"\ntype = "rover"\nsite = "landing-place"\nmission = "B"')
    flown = read_scenario(text)
    [delivery] = build_station(flown).deliveries
    assert dict(delivery.amounts) == {"water": 5.0}
    assert delivery.at == datetime(2029, 2, 1, tzinfo=UTC)
    assert left_out(flown) == []

    failed = read_scenario(text.replace('arrival = 2029-02-01\nstatus = "planned"', 'status = "failed"'))
    assert "rover" not in {asset.name for asset in build_station(failed).assets}
    assert build_station(failed).deliveries == ()
    assert left_out(failed) == ["B failed: 1 asset and 1 delivery are left out"]

    late = read_scenario(text.replace("arrival = 2029-02-01", "arrival = 2031-02-01"))
    assert left_out(late) == ["B arrives after the end: 1 asset and 1 delivery are left out"]
    assert [item.landed for item in build_milestones(failed)][0] == {"First lander": datetime(2029, 1, 1, tzinfo=UTC)}


def test_what_flew_before_the_start_is_there_with_its_age_and_stocks() -> None:
    load = '\n[[deliveries]]\nmission = "First lander"\nsite = "landing-place"\nwater_kg = 5\n'
    built = station(("start = 2029-01-01", "start = 2029-03-01"), text=GOOD + load + WATER)
    assert {asset.start for asset in built.assets} == {datetime(2029, 1, 1, tzinfo=UTC)}
    assert built.deliveries[0].at == datetime(2029, 3, 1, tzinfo=UTC)
    text = GOOD.replace("start = 2029-01-01", "start = 2029-03-01").replace(
        "area_m2 = 3", "area_m2 = 3\nuntil = 2029-02-01"
    )
    assert "lander array" not in {asset.name for asset in station(text=text).assets}
    [note] = left_out(read_scenario(text))
    assert note == "First lander: 1 asset is left out, it left service before the start"


def test_places_relays_and_ground_stations() -> None:
    flat = 'horizon = "flat"\nlatitude_deg = -85\nlongitude_deg = 12.5'
    built = station(('horizon = "amundsen-rim"', flat), ("mast_m = 2", "mast_m = 30"), text=GOOD + RELAY)
    site = built.sites["landing-place"]
    assert (site.latitude_deg, site.longitude_deg, site.mast_m) == (-85.0, 12.5, 30.0)
    assert site.mast_horizon.elevation_at(0.0) < site.ground_horizon.elevation_at(0.0) < 0.0
    assert built.relays["high"].orbit.apolune_altitude_km == 9000.0
    assert built.relays["high"].orbit.epoch == datetime(2029, 1, 1, 12, tzinfo=UTC)
    stations = {item.name: item for item in built.ground_stations}
    assert stations["kashi"] == named_stations()["kashi"]
    own = "[ground_stations.kashi]\nmin_elevation_deg = 20"
    [changed] = [s for s in station(("[ground_stations.kashi]", own)).ground_stations if s.name == "kashi"]
    assert changed.min_elevation_deg == 20.0
    assert changed.latitude_deg == lookup("ground.kashi_latitude").value


def test_the_policy_and_the_milestones_come_over() -> None:
    scenario = read_scenario(GOOD)
    policy = build_station(scenario).policy
    assert policy.serve_up_to == {"nominal": 9, "dark": 3, "survival": 2, "safe": 0}
    assert policy.recovery_h == 6.0
    first, results, _ = build_milestones(scenario)
    assert first.conditions == {}
    assert results.conditions == {"science_hours": 1000.0, "data_returned_gbit": 200.0}
    assert results.requires == ("landed",)


@pytest.mark.parametrize("count", [1, 3])
def test_the_grid_is_the_scenarios_period(count: int) -> None:
    grid = build_station(read_scenario(GOOD, step=f"{10 * count}min", end="2029-01-03")).grid
    assert grid.count * count == 288
