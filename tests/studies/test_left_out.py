"""Missions that failed or come too late are named by whatever runs the scenario, not by a check of it alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from moonstation.cli.main import app
from moonstation.report.comparison_report import compare_lives
from moonstation.report.lives_run import simulate_lives
from moonstation.studies.chunks import Order
from moonstation.studies.study import left_out_told
from short_night import short_night

LATE = """
[[missions]]
name = "Second lander"
partners = ["the reader"]
launch = 2029-02-20
arrival = 2029-03-01
source = "an example, not a mission"
status = "planned"
site = "landing-place"
landed_mass_kg = 500

[[assets]]
name = "late recorder"
type = "recorder"
site = "landing-place"
mission = "Second lander"
capacity_gbit = 10
power_kw = 0.001
"""
WORDS = "Second lander arrives after the end: 1 asset is left out"


@pytest.fixture(scope="module")
def scenario(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("late") / "late.toml"
    path.write_text(short_night("2029-01-15") + LATE, "utf-8")
    return path


@pytest.mark.parametrize(
    "verb",
    [
        ("study",),
        ("simulate", "--members", "2", "--step", "60"),
        ("campaign", "--unit", "rover", "--step", "60"),
    ],
    ids=lambda verb: verb[0],
)
def test_every_verb_that_runs_it_names_them(scenario, tmp_path, verb):
    done = CliRunner().invoke(app, [verb[0], str(scenario), *verb[1:], "-o", str(tmp_path / "run")])
    assert done.exit_code == 0, done.output
    assert WORDS in " ".join(done.output.split())
    assert WORDS in (tmp_path / "run" / "report.html").read_text("utf-8")


def test_a_comparison_names_them_for_each_design(scenario):
    short = scenario.with_name("short.toml")
    text = scenario.read_text("utf-8")
    short.write_text(text[: text.index('[[missions]]\nname = "Second lander"')], "utf-8")
    done = CliRunner().invoke(app, ["compare", str(short), str(scenario), "--members", "2", "--step", "60"])
    assert done.exit_code == 0, done.output
    assert f"B: {WORDS}" in " ".join(done.output.split())
    assert "A: Second" not in done.output
    made = compare_lives(short, scenario, Order(2, step="1h", failures=False))
    assert (made.summary["first"]["left_out"], made.summary["second"]["left_out"]) == ([], [WORDS])
    assert "Not everything comes in B:" in made.report


def test_the_report_of_many_lives_lists_them(scenario):
    run = simulate_lives(scenario, Order(2, step="1h", failures=False))
    assert "Not everything comes:" in run.report
    assert run.summary["left_out"] == [WORDS]


def test_of_very_many_the_first_are_named():
    names = [f"M{number} failed" for number in range(6)]
    assert left_out_told(names) == "M0 failed; M1 failed; M2 failed; M3 failed; and 2 more"
    assert left_out_told([]) == ""
