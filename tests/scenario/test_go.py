"""Landings that need a go in scenario files: what they mean, and what is refused with which words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from moonstation.core.errors import ScenarioError
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import load_scenario, read_scenario
from moonstation.station.go import Wants

HABITAT = Path(__file__).with_name("visit.toml").read_text("utf-8")


def faults(*changes: tuple[str, str]) -> list[str]:
    text = HABITAT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, Path("visit.toml"))
    return [str(fault) for fault in caught.value.faults]


def test_a_rule_becomes_the_landing_of_its_mission():
    (landing,) = build_station(read_scenario(HABITAT)).landings
    assert landing.mission == "Visit"
    assert landing.node == "base"
    assert landing.at == datetime(2031, 2, 1, tzinfo=UTC)
    assert landing.ascent == ("warmth",)
    rule = landing.rule
    assert (rule.name, rule.wait_h, rule.retry_h, rule.leave_after_h) == ("base", 480.0, 12.0, 3.0)
    assert rule.go == Wants(water_days=30.0, carbon_dioxide_kpa=0.7, worst_mode="dark", contact=True)
    assert rule.leave == Wants(water_days=5.0, carbon_dioxide_kpa=1.5)


def test_who_is_there_at_the_start_needs_no_go():
    late = HABITAT.replace("start = 2031-01-01", "start = 2031-02-01T00:00:00Z", 1)
    assert build_station(read_scenario(late)).landings == ()


def test_without_rules_nothing_waits():
    plain = HABITAT.replace('go = "base"\nascent = ["warmth"]\n', "")
    assert build_station(read_scenario(plain)).landings == ()


CREW = 'name = "people", type = "crew", site = "base", mission = "Visit", crew_size = 2'
FOOD = 'name = "people", type = "tank", site = "base", mission = "Visit", quantity = "food", capacity_kg = 5'
HABITAT_SITE = 'arrival = 2031-01-05\nstatus = "planned"\nsite = "base"'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('go = "base"', 'go = "bse"', ("no such rule", "did you mean base?")),
        ("water_days = 5", "water_days = 31", ("asks for more than what is asked before they land", "at most 30")),
        ("carbon_dioxide_kpa = 1.5", "carbon_dioxide_kpa = 0.5", ("asks for more", "at least 0.7")),
        ("water_days = 30", "water_days = 300", ("can never hold for Visit", "last 2 people")),
        ('ascent = ["warmth"]', 'ascent = ["warmt"]', ("no such asset at base", "did you mean warmth")),
        ('["Habitat"]\ngo = "base"', '["Habitat"]', ("ascent", "means nothing")),
        ("wait_days = 20", "wait_day = 20", ("did you mean wait_days?",)),
        ("retry_h = 12", "retry_h = 0", ("retry_h", "0.1 to 720 h")),
        ("water_days = 5", "water_days = -1", ("is outside its range", "-1 d")),
        ('worst_mode = "dark"', 'worst_mode = "safe"', ("worst_mode", "survival")),
        (CREW, FOOD, ("brings no people, and base asks for water_days",)),
        (HABITAT_SITE, f'{HABITAT_SITE}\nrequires = ["Visit"]', ("may land late or never",)),
    ],
)
def test_what_cannot_be_meant_is_refused(old, new, words):
    told = faults((old, new))
    assert any(all(word in fault for word in words) for fault in told), told


def test_what_comes_by_its_date_is_not_carried_by_what_may_never_come():
    body = 'name = "warmth", type = "radiator_loop", site = "base", mission = '
    told = faults((f'{body}"Habitat"', f'{body}"Visit"'), ("volume_m3 = 170", 'volume_m3 = 170, housed_in = "warmth"'))
    assert any("which may land late or never, by its go" in fault for fault in told), told


def test_every_visit_of_the_reference_scenario_needs_a_go():
    scenario = load_scenario("ilrs")
    crewed = {entry.mission for entry in scenario.assets if entry.type == "crew"}
    assert {mission.name for mission in scenario.missions if mission.go} == crewed
