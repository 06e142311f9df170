"""A cable in a scenario joins two sites that exist."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from moonstation.core.errors import ScenarioError
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import read_scenario

GOOD = Path(__file__).with_name("good.toml").read_text("utf-8")
SECOND = '\n[sites.hollow]\nhorizon = "flat"\nlatitude_deg = -82.88\nlongitude_deg = 78.1\nmast_m = 2\n'
CABLE = """
[[assets]]
name = "cable"
type = "cable"
site = "landing-place"
mission = "First lander"
to_site = "{}"
rated_kw = 1.0
length_m = 500
cross_section_mm2 = {}
"""


def told(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, Path("night.toml"))
    return [str(fault) for fault in caught.value.faults]


def test_a_cable_between_two_sites_is_read() -> None:
    scenario = read_scenario(GOOD + SECOND + CABLE.format("hollow", 4), Path("night.toml"))
    (cable,) = [asset.component for asset in build_station(scenario).assets if asset.name == "cable"]
    assert cable.to_site == "hollow"


def test_a_cable_that_does_not_reach_is_refused_with_the_distance() -> None:
    # along the meridian: 0.1236 degrees of a circle of 1737.4 km
    north = SECOND.replace("-82.88", "-83.0").replace("78.1", "78.046")
    [fault] = told(GOOD + north + CABLE.format("hollow", 4))
    metres = math.ceil(math.radians(83.0 - 82.8764) * 1_737_400)
    assert "length_m: does not reach: landing-place and hollow are" in fault
    assert f"got 500 m; allowed: at least {metres} m" in fault
    enough = CABLE.format("hollow", 4).replace("rated_kw = 1.0", "rated_kw = 0.1") + "landed_kg = 100\n"
    read_scenario(GOOD + north + enough.replace("= 500", f"= {metres}"), Path("night.toml"))


def test_a_site_that_is_not_there_is_told_with_a_near_name() -> None:
    [fault] = told(GOOD + SECOND + CABLE.format("holow", 4))
    assert "to_site: no such site" in fault
    assert "did you mean hollow?" in fault


def test_a_cable_to_where_it_begins_is_refused() -> None:
    [fault] = told(GOOD + SECOND + CABLE.format("landing-place", 4))
    assert "is where the cable begins" in fault


def test_too_thin_a_cable_is_refused_with_what_would_do() -> None:
    thin = CABLE.format("hollow", 0.01) + "voltage_v = 120\n"
    [fault] = told(GOOD + SECOND + thin)
    assert "of the rated power" in fault
    assert "take thicker conductors" in fault


def both_ways(there: str, back: str) -> str:
    one = CABLE.format("hollow", 4) + there
    other = CABLE.format("landing-place", 4).replace('"cable"\ntype', '"cable back"\ntype') + back
    return GOOD + SECOND + one + other.replace('site = "landing-place"', 'site = "hollow"', 1)


def test_two_cables_that_would_pump_the_batteries_to_and_fro_are_refused() -> None:
    [fault] = told(both_ways("own_reserve = 0.0\n", "own_reserve = 0.0\n"))
    assert "own_reserve" in fault
    assert "carries it back" in fault
    assert "at least 1, its keep_charge" in fault
    [fault] = told(both_ways("keep_charge = 0.7\nown_reserve = 0.2\n", "keep_charge = 0.7\nown_reserve = 0.5\n"))
    assert "at least 0.7" in fault


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("keep_charge = 0.5\nown_reserve = 0.5\n", "keep_charge = 0.5\nown_reserve = 0.5\n"),
        ("", ""),
        ("keep_charge = 0.9\n", "keep_charge = 0.3\nown_reserve = 0.9\n"),
        ("keep_charge = 0.0\n", "keep_charge = 0.0\n"),
    ],
)
def test_two_cables_of_which_one_keeps_back_what_the_other_fills_are_read(there: str, back: str) -> None:
    read_scenario(both_ways(there, back), Path("night.toml"))
