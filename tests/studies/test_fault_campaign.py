"""Every failure of a scenario alone: its table tells what the trials brought; whole on disk, refused in words."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import moonstation as ms
from moonstation.components.failure_modes import modes_of
from moonstation.core.errors import RangeError
from moonstation.report.campaign_report import CampaignRun, failure_rows, statement
from moonstation.scenario.reading import library
from moonstation.station.chances import FaultEvent
from moonstation.station.fault_trials import Trial, TrialOutcome
from moonstation.studies.campaign_folder import COLUMNS, MARK
from moonstation.studies.fault_campaign import SEASONS, WORST, Campaign, campaign_faults
from short_night import short_night

UNITS = ("lander battery", "rover")


@pytest.fixture(scope="module")
def made() -> CampaignRun:
    told: list[tuple[str, float, float]] = []
    run = ms.campaign("first-night", units=UNITS, look_days=90.0, step="1h", progress=lambda *given: told.append(given))
    assert [what for what, _, _ in told[:2]] == ["compiling the station", "failures"]
    failures = [done for what, done, _ in told[1:] if what == "failures"]
    assert list(dict.fromkeys(failures)) == list(range(len(run.outcomes) + 1)), "the first twice, where it compiles"
    assert {total for _, _, total in told[1:]} == {len(run.outcomes)}
    return run


def test_every_mode_of_the_units_fails_at_every_moment(made):
    modes = {asset.name: [mode.name for mode in modes_of(asset.component)] for asset in made.station.assets}
    moments = [WORST, *SEASONS[:3]]  # seven months have three seasons
    expected = {(unit, mode, when) for unit in UNITS for mode in modes[unit] for when in moments}
    assert {(row["unit"], row["failure"], row["when"]) for row in made.table} == expected
    assert len(made.table) == len(expected) == made.summary["failures"]
    assert made.summary["units"] == 2


def test_the_worst_moment_is_the_begin_of_the_longest_dark(made):
    sky = made.station.sites["landing-place"]
    assert sky
    (worst,) = {row["utc"] for row in made.table if row["when"] == WORST}
    seasons = sorted({row["utc"] for row in made.table} - {worst})
    assert seasons[0] == "2029-01-01T01:00:00Z", "the step after the landing"
    apart = np.diff(np.array([moment.rstrip("Z") for moment in seasons], "datetime64[h]")).astype(int)
    np.testing.assert_allclose(apart, 346.62 * 24 / 4, atol=6), "a draconic year of the Moon's seasons, by quarters"


def test_what_brings_a_loss_is_told(made):
    rows = [row for row in made.table if row["lost"]]
    assert {row["failure"] for row in rows} == {"heater open"}
    assert all(row["lost"] == ["lander battery"] and not row["lived"] for row in rows)
    assert {row["when"] for row in rows} == {WORST, *SEASONS[:2]}, "after the third come 39 days"
    assert made.summary["lost"] == len(rows) == 3
    assert made.summary["lived"] + made.summary["lost"] == made.summary["failures"]
    assert "in 3 something is lost" in statement(made)
    told = next(row for row in failure_rows(made.outcomes) if row[5])
    assert told[:2] == ["lander battery", "heater open"]
    assert told[5] == "lander battery (season 1, season 2, longest dark)"
    assert repr(made) == f"<CampaignRun first-night: {made.summary['failures']} failures, 3 with a loss>"


def test_a_campaign_is_written_whole(made, tmp_path):
    folder = made.save(tmp_path / "what-if")
    assert sorted(path.name for path in folder.iterdir()) == [
        "campaign.csv",
        "campaign.json",
        "manifest.json",
        "report.html",
    ]
    told = json.loads((folder / "campaign.json").read_text("utf-8"))
    assert told["outcomes"] == json.loads(json.dumps(made.table))
    with (folder / "campaign.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["lost"] for row in rows] == ["; ".join(row["lost"]) for row in made.table]
    assert {float(row["found_h"]) for row in rows} == {row["found_h"] for row in made.table}
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["kind"] == MARK.kind
    keys = {fact["key"] for fact in manifest["facts"]}
    assert {"failure.battery.heater_open.life_h", "sun.irradiance_1au"} <= keys
    with pytest.raises(RangeError, match="there are results already"):
        made.save(folder)
    made.save(folder, overwrite=True)


def test_the_report_needs_no_plotting_library(made):
    assert "Every failure" in made.report
    assert "lander battery (season 1, season 2, longest dark)" in made.report
    assert len(made.report) < 200_000, "there is no figure in it"


def test_one_of_each_kind_takes_the_first_of_a_type(tmp_path):
    path, radio = tmp_path / "two.toml", 'name = "lander radio"\n'
    path.write_text(short_night("2029-02-01", **{radio: f"{radio}count = 2\n"}), "utf-8")
    units = {row["unit"] for row in ms.campaign(path, one_of_each=True, look_days=1, step="1h").table}
    assert "lander radio 1" in units
    assert "lander radio 2" not in units
    both = ms.campaign(path, units=["lander radio"], look_days=1, step="1h")
    assert {row["unit"] for row in both.table} == {"lander radio 1", "lander radio 2"}, "all of a group by its name"


def test_a_station_to_which_nothing_comes_has_no_failure(tmp_path):
    text = library()["first-night"].read_text("utf-8").replace('status = "planned"', 'status = "failed"')
    path = tmp_path / "failed.toml"
    path.write_text(text, "utf-8")
    made = ms.campaign(path, step="1h")
    assert made.table == []
    assert statement(made).startswith("Nothing fails")
    assert "Nothing fails" in made.report
    with pytest.raises(RangeError, match="no such asset comes; got 'rover'"):
        ms.campaign(path, units=["rover"])


def test_what_did_not_come_to_pass_is_counted_apart(made):
    absent = TrialOutcome(Trial("rover", "computer", WORST, 5), (), None, "", None, "", 0.0, ())
    more = Campaign(made.scenario, made.station, (*made.outcomes, absent), 30.0, 0, frozenset(), 1.0)
    assert (more.summary["not_there"], more.summary["failures"]) == (1, len(made.outcomes))
    assert more.summary["lived"] == made.summary["lived"]
    assert failure_rows(more.outcomes) == failure_rows(made.outcomes)


def test_what_is_found_within_the_step_of_the_failure_is_found_at_once():
    failed = (FaultEvent(5, "failed", "rover", "computer"),)

    def found(*hours: float) -> str:
        outcomes = [
            TrialOutcome(Trial("rover", "computer", when, 5), failed, after, "a test of the unit", None, "", 0.0, ())
            for when, after in zip(SEASONS, hours, strict=False)
        ]
        return failure_rows(outcomes)[0][2]

    assert found(0.0, 0.0) == "at once (a test of the unit)"
    assert found(0.0, 1 / 6, 48.0) == "at once to 48 h (a test of the unit)"
    assert found(1 / 6) == "10 min (a test of the unit)"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"look_days": 0}, "look_days: out of range; got 0"),
        ({"look_days": float("nan")}, "look_days: out of range"),
        ({"look_days": "30"}, "look_days: is no number"),
        ({"look_days": True}, "look_days: is no number"),
        ({"seed": -1}, "seed: out of range"),
        ({"units": "rover"}, "units: is no list of names"),
        ({"units": ["rovver"]}, "units: no such asset comes; got 'rovver'; did you mean rover?"),
        ({"units": ["rover"], "one_of_each": True}, "one_of_each: chooses among all"),
    ],
)
def test_an_order_that_cannot_be_is_refused_in_words(asked, words):
    with pytest.raises(RangeError) as refused:
        ms.campaign("first-night", **{"step": "1h", **asked})
    assert words in str(refused.value)


def test_all_faults_of_an_order_come_at_once():
    assert len(campaign_faults(0.0, ["rover"], one_of_each=True, seed=-1)) == 3


def test_the_documented_page_is_made_of_campaigns(monkeypatch, tmp_path, made):
    import runpy

    monkeypatch.setattr(ms, "campaign", lambda *_, **__: made)
    script = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "build_fault_campaign.py"))
    page = script["page"]()
    assert page.count(f"{made.summary['failures']} failures; in {made.summary['lived']} of them nothing was lost.") == 2
    assert "| lander battery | heater open | " in page
