"""The report of many lives and of two designs: every chapter, in words and figures, on a phone too."""

from __future__ import annotations

import re

import numpy as np
import pytest
from test_browser import complaints, opened

from moonstation.report.comparison_report import ComparedLives, render_comparison
from moonstation.report.figures import ensemble as figures
from moonstation.report.lives_run import LivesRun, simulate_lives
from moonstation.report.sections import lives, lives_causes
from moonstation.station.odds import percentiles
from moonstation.studies.ensemble_tables import OUTCOMES, title_of


@pytest.fixture(scope="module")
def run() -> LivesRun:
    return simulate_lives("first-night", members=24, seed=7, step="1h", series=("charge_kwh@rover",))


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_the_page_says_in_how_many_lives_the_station_lives(run):
    told, text = run.summary, words(run.report)
    lived = round(24 * told["survival_probability"])
    assert f"The station lives in {lived} of 24 lives" in text
    for chapter in ("Verdict", "Survival over time", "Over the years", "What it hangs on", "One life", "Provenance"):
        assert chapter in text
    assert "With every fact at its table&#39;s value and without failures the station lives." in text
    assert str(run.plan.held[0].reason) in text


def test_a_fan_holds_the_percentiles_of_the_lives(run):
    fan = lives.fan_of(run, "charge", 1)
    np.testing.assert_array_equal(np.stack(fan[:3]), percentiles(run.gathered.series["charge"]))
    np.testing.assert_array_equal(fan.nominal, run.gathered.nominal["series.charge"][0])
    weekly = lives.fan_of(run, "charge", 7)
    assert len(weekly.low) == -(-len(fan.low) // 7)
    first_weeks = np.nanmean(run.gathered.series["charge"][:, :7].astype(float), axis=1)
    assert weekly.middle[0] == pytest.approx(np.median(first_weeks))


def test_the_chosen_life_is_lost_at_the_median(run):
    member, why = lives_causes.chosen_member(run)
    lost_h = np.sort(run.outcome("lost_h")[np.isfinite(run.outcome("lost_h"))])
    assert run.outcome("lost_h")[member] == lost_h[(len(lost_h) - 1) // 2]
    assert "lost after" in why
    section = lives_causes.one_life(run)
    assert section.panels[0].blocks[0].text.startswith(f"Member {member}: lost after")


def test_a_tornado_shows_each_cause_about_the_mean():
    figure = figures.tornado([figures.Bar("a < b", 1.0, 4.0, True), figures.Bar("c", 3.0, 2.0, False)], 2.5, "x")
    low, high = figure.data
    np.testing.assert_allclose(np.array(low.base) + low.x, [1.0, 3.0])
    np.testing.assert_allclose(np.array(high.base) + high.x, [4.0, 2.0])
    assert low.marker.opacity == (1.0, 0.35)
    assert "a &lt; b" in figure.layout.yaxis.ticktext


def test_every_outcome_has_a_short_name_without_its_unit():
    names = {name: title_of(name) for name in (*OUTCOMES, "milestone.base ready", "temperature_k@rover: body")}
    assert names["longest_blackout_h"] == "longest blackout"
    assert names["milestone.base ready"] == "base ready"
    assert names["temperature_k@rover: body"] == "temperature of rover: body"
    assert not [name for name in names.values() if "_" in name or name.endswith((" h", " gbit"))]


@pytest.mark.parametrize("size", ["1280,900", "400,800"])
def test_a_browser_draws_it_without_errors_and_no_wider_than_the_window(run, chromium, tmp_path, size):
    found, _, log = opened(chromium, run.report, tmp_path, size)
    assert int(found["drawn"]) >= 1
    assert (found["overflow"], found["wide"]) == ("0", "0")
    assert found["faults"] == "0"
    assert complaints(log) == []


def test_a_comparison_says_what_the_design_changes(run):
    made = ComparedLives(run, run)
    text = words(render_comparison(made))
    assert "Both live in the same lives" in text
    assert "24 pairs of lives" in text
