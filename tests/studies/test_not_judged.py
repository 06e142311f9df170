"""A station of which nothing could be lost is told to be so: no verdict, no probability, no survival of nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from moonstation.cli.main import app
from moonstation.report.comparison_report import ComparedLives, compare_lives, statement
from moonstation.report.html import render_report
from moonstation.report.lives_run import LivesRun, simulate_lives
from moonstation.report.of_study import view_of
from moonstation.studies.chunks import Order
from moonstation.studies.study import other_verdict, study
from short_night import HOURLY, short_night

WHY = "nothing that could be lost ever comes to landing-place"


def scenario_file(folder: Path, name: str, **changes: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(short_night("2029-01-15", **HOURLY, **changes), "utf-8")
    return path


@pytest.fixture(scope="module")
def failed(tmp_path_factory) -> Path:
    """A scenario whose one mission fails."""
    return scenario_file(tmp_path_factory.mktemp("failed"), "failed", **{'status = "planned"': 'status = "failed"'})


@pytest.fixture(scope="module")
def late(tmp_path_factory) -> Path:
    """One whose mission lands in its last week."""
    return scenario_file(tmp_path_factory.mktemp("late"), "late", **{"arrival = 2029-01-01": "arrival = 2029-01-10"})


@pytest.fixture(scope="module")
def empty(failed) -> LivesRun:
    return simulate_lives(failed, Order(3, failures=False))


def test_many_lives_of_nothing_tell_no_probability(empty):
    told = empty.summary
    assert [told[f"survival_{name}"] for name in ("probability", "low", "high")] == [None] * 3
    assert told["not_judged"].startswith(WHY)
    assert told["as_planned_probability"] == 0.0
    assert sum(told["losses"].values()) == 0
    assert np.isnan(empty.outcome("survived")).all()
    assert np.isnan(empty.timeseries["survival"]).all()
    assert "survival not judged" in repr(empty)


def test_the_report_of_such_lives_says_why(empty):
    assert f"cannot be told from its 3 lives: {WHY}" in empty.report
    for words in ("No life was lost", "without failures the station lives", "100 %"):
        assert words not in empty.report


def test_a_study_of_nothing_does_not_live(failed):
    run = study(failed)
    assert run.summary["verdict"] == "does not live"
    assert run.summary["survives"] is None
    assert run.summary["not_judged"] == run.summary["reasons"][0]
    assert run.summary["not_judged"].startswith(WHY)
    assert other_verdict(run.summary) == "", "it has been said"


def test_what_lands_too_late_lives_and_is_not_judged_among_many(late):
    run = study(late)
    assert run.summary["verdict"] == "lives"
    assert run.summary["survives"] is None
    assert "this one is not judged: what could be lost is at landing-place for 5.0 days" in other_verdict(run.summary)
    assert "is not judged: what could be lost" in render_report(view_of(run))


def test_the_command_line_says_it(failed, tmp_path):
    runner = CliRunner()
    done = runner.invoke(app, ["simulate", str(failed), "--members", "2", "-o", str(tmp_path / "run")])
    assert done.exit_code == 0
    assert f"its 2 lives tell of no survival: {WHY}" in done.output.replace("\n", " ")
    told = json.loads((tmp_path / "run" / "summary.json").read_text("utf-8"))
    assert told["survival_probability"] is None
    strict = runner.invoke(app, ["study", str(failed), "--strict", "-o", str(tmp_path / "study")])
    assert strict.exit_code == 1


def test_survival_of_nothing_is_not_compared(failed, tmp_path):
    whole = scenario_file(tmp_path, "whole")
    made: ComparedLives = compare_lives(failed, whole, Order(2, failures=False))
    assert statement(made).startswith(f"Survival cannot be compared: in A {WHY}")
    assert made.summary["first"]["survival_probability"] is None
    assert made.summary["second"]["survival_probability"] == 1.0
    assert "survived" not in made.summary["differences"]
    assert "survival not judged" in repr(made)
    assert "not judged" in made.report
