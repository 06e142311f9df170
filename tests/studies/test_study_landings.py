"""A study whose people need a go: verdict, summary, milestones, events and report tell what became of them."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from moonstation.report.ensemble_report import render_ensemble
from moonstation.report.html import render_report
from moonstation.report.of_study import view_of
from moonstation.scenario.reading import library
from moonstation.station import packed
from moonstation.station.survival import CAUSES
from moonstation.studies.chunks import Order
from moonstation.studies.ensemble import ensemble
from moonstation.studies.study import notes_told, other_verdict, study

_HERE = Path(__file__).parent
HABITAT = (_HERE.parent / "scenario" / "visit.toml").read_text("utf-8")
SUPPLY = """
[[missions]]
name = "Supply"
partners = ["us"]
arrival = 2031-02-04T12:00:00Z
status = "planned"
site = "base"

[[deliveries]]
mission = "Supply"
site = "base"
water_kg = 200

[[milestones]]
name = "visited"
planned = 2031-02-10
landed = ["Visit"]
"""


@pytest.fixture
def scenario(tmp_path: Path):
    def write(water_kg: float, more: str = "") -> Path:
        path = tmp_path / "visit.toml"
        text = HABITAT.replace("contact = true\n", "", 1).replace(', housed_in = "warmth"', "", 1)
        text = text.replace("[policy.go.base.leave]\nafter_h = 3\nwater_days = 5\ncarbon_dioxide_kpa = 1.5\n", "", 1)
        assert "start_kg = 400" in text
        path.write_text(text.replace("start_kg = 400", f"start_kg = {water_kg}") + more, "utf-8")
        return path

    return write


def test_people_who_wait_come_when_the_water_does(scenario):
    run = study(scenario(100, SUPPLY), step="1h")
    (landing,) = run.summary["landings"]
    assert landing["state"] == "landed late"
    assert landing["landed"] == "2031-02-05T00:00:00Z"  # looked at every 12 h; the water comes at noon of the 4th
    assert landing["waited_days"] == 4.0
    assert run.summary["milestones"]["visited"]["reached"] == "2031-02-05T00:00:00Z"
    assert run.summary["milestones"]["visited"]["delay_days"] == -5.0
    waits = next(event for event in run.events if event.kind == "landing-waits")
    assert waits.subject == "Visit"
    assert waits.unit == "d"
    assert waits.value < 30.0
    assert waits.detail == (
        "no go, found: drinking water in tanks under 30 d, policy.go.base: waits, looks again every 12 h"
    )
    page = render_report(view_of(run))
    assert "Landings that need a go" in page
    assert "Landed late: drinking water in tanks" in page


def test_people_leave_bad_air_and_the_verdict_says_so(tmp_path: Path):
    path = tmp_path / "visit.toml"
    text = HABITAT.replace("contact = true\n", "", 1).replace(', housed_in = "warmth"', "", 1)
    path.write_text(text.replace('ascent = ["warmth"]\n', "", 1), "utf-8")
    run = study(path, step="1h")
    (landing,) = run.summary["landings"]
    assert landing["state"] == "left early"  # nothing takes carbon dioxide away
    assert run.summary["crew_lost"] == 0
    assert 1.0 < run.summary["crew_days"] < 10.0
    assert any(reason.startswith("the people of Visit left early: carbon dioxide") for reason in run.summary["reasons"])


def test_people_who_do_not_come_are_named_in_the_verdict(scenario):
    run = study(scenario(100), step="1h")
    assert run.summary["verdict"] == "does not live"
    assert any(
        reason.startswith("the people of Visit did not come: drinking water") for reason in run.summary["reasons"]
    )
    assert run.summary["crew_days"] == 0.0
    assert "did not land" in render_report(view_of(run))


def test_each_verdict_names_the_other(scenario):
    alone, many = study(scenario(100), step="1h"), ensemble(scenario(100), Order(3, step="1h", failures=False))
    assert alone.summary["verdict"] == "does not live"
    assert not alone.summary["survives"], "nothing gives electricity here"
    assert alone.summary["lost_by"] == "energy"
    assert f"counts as lost: by energy on {alone.summary['lost'][:10]}" in other_verdict(alone.summary)
    assert CAUSES[int(many.outcome("lost_by")[0])] == "energy"
    assert many.outcome("survived").tolist() == [0.0] * 3
    assert many.summary["as_planned_probability"] == 0.0


def test_who_lives_on_while_its_visit_is_cancelled_is_told_both(tmp_path: Path):
    path = tmp_path / "night.toml"
    text = library()["first-night"].read_text("utf-8")
    path.write_text(f'{text}\n[[milestones]]\nname = "too soon"\nplanned = 2029-01-02\nscience_hours = 1e6\n', "utf-8")
    alone, many = study(path, step="1h"), ensemble(path, Order(2, step="1h", failures=False))
    assert alone.summary["verdict"] == "does not live"
    assert alone.summary["survives"]
    assert "counts as lived: no crew is lost" in other_verdict(alone.summary)
    assert "Among many lives (simulate) this one counts as lived" in render_report(view_of(alone))
    assert many.summary["survival_probability"] == 1.0
    assert many.summary["as_planned_probability"] == 0.0
    assert "By the stricter verdict of a study it lives in 0 %" in render_ensemble(many)


def test_a_station_that_lives_by_both_verdicts_is_told_once():
    summary = study("first-night", step="1h").summary
    assert (summary["verdict"], summary["survives"], summary["lost"]) == ("lives", True, None)
    assert other_verdict(summary) == ""


def test_notes_of_a_scenario_are_counted_and_listed(scenario):
    run = study(scenario(100), step="1h")
    assert run.summary["notes"] == [str(note) for note in run.scenario.notes]
    assert len(run.summary["notes"]) > 1
    assert notes_told(run.summary["notes"]).startswith(f"{len(run.summary['notes'])} notes on what may go ill")
    page = unescape(render_report(view_of(run)))
    assert all(note in page for note in run.summary["notes"])
    assert notes_told([]) == ""


def test_an_ensemble_counts_who_came_late_or_not(scenario):
    lives = ensemble(scenario(100, SUPPLY), Order(3, step="1h", failures=False))
    assert lives.outcome("crews_late").tolist() == [1.0] * 3
    assert lives.outcome("landing_wait_days").tolist() == [4.0] * 3
    assert lives.outcome("crews_not_come").tolist() == [0.0] * 3
    assert (lives.gathered.events["code"] == packed.EV_GO).sum() == 3
    none = ensemble(scenario(100), Order(3, step="1h", failures=False))
    assert none.outcome("crews_not_come").tolist() == [1.0] * 3
    assert none.outcome("crew_days").tolist() == [0.0] * 3
