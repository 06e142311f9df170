"""The report of many lives and of two designs: every chapter, in words and figures, on a phone too."""

from __future__ import annotations

import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import plotly.graph_objects as go
import pytest
from reading import Page
from test_browser import complaints, opened

from moonstation.cli.compare import _print as print_comparison
from moonstation.core.errors import RangeError
from moonstation.report.blocks import Plot, Table
from moonstation.report.comparison_report import ComparedLives, render_comparison
from moonstation.report.figures import ensemble as figures
from moonstation.report.lives_run import LivesRun, simulate_lives
from moonstation.report.of_study import view_of
from moonstation.report.sections import lives, lives_causes, lives_story, records
from moonstation.report.sections.timeline import timeline
from moonstation.report.words import capital, number
from moonstation.scenario.reading import library, load_scenario
from moonstation.station import fault_tables as ft
from moonstation.station.chances import FaultLog
from moonstation.station.influence import Influence
from moonstation.station.odds import percentiles
from moonstation.station.recovery import ROBOTS
from moonstation.studies.chunks import Order
from moonstation.studies.ensemble_causes import Causes
from moonstation.studies.ensemble_folder import events_of
from moonstation.studies.ensemble_tables import EXPLAINED, OUTCOMES, title_of

KEPT = ("charge_kwh@rover", "temperature_k@lander body: box")


@pytest.fixture(scope="module")
def run() -> LivesRun:
    return simulate_lives("first-night", Order(24, seed=7, step="1h", series=KEPT))


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_the_page_says_in_how_many_lives_the_station_lives(run):
    told, text = run.summary, words(run.report)
    lived = round(24 * told["survival_probability"])
    assert f"The station lives in {lived} of 24 lives" in text
    for chapter in ("Verdict", "Survival over time", "Over time", "What it hangs on", "One life", "Provenance"):
        assert chapter in text
    assert "With every fact at its table&#39;s value and without failures the station lives." in text
    assert str(run.plan.held[0].reason) in text


def test_every_figure_is_one_that_plotly_takes(run):
    drawn = Page(run.report).figures()
    assert len(drawn) > 3
    for figure in drawn:
        go.Figure(figure)  # refuses unknown or wrong properties


def test_percentiles_of_counts_are_told_as_counts(run):
    table = next(block for block in lives.numbers(run).panels[0].blocks if isinstance(block, Table))
    rows = {row[0].partition(" [")[0]: row[1:] for row in table.rows}
    counts = {name: percentiles(run.outcome(name)) for name in ("failures", "assets_lost")}
    assert any(value % 1 for exact in counts.values() for value in exact), "else this shows nothing"
    for name, exact in counts.items():
        told = [f"{value:.0f}" for value in (*np.round(exact), run.nominal_outcome(name))]
        assert rows[capital(title_of(name))] == told
    hours = (*percentiles(run.outcome("science_hours")), run.nominal_outcome("science_hours"))
    assert rows["Science hours"] == [number(value) for value in hours]


def test_a_fan_holds_the_percentiles_of_the_lives(run):
    fan = lives.fan_of(run, "charge", 1)
    np.testing.assert_array_equal(np.stack(fan[:3]), percentiles(run.gathered.series["charge"]))
    np.testing.assert_array_equal(fan.nominal, run.gathered.nominal["series.charge"][0])
    weekly = lives.fan_of(run, "charge", 7)
    assert len(weekly.low) == -(-len(fan.low) // 7)
    first_weeks = np.nanmean(run.gathered.series["charge"][:, :7].astype(float), axis=1)
    assert weekly.middle[0] == pytest.approx(np.median(first_weeks))


def test_series_that_were_asked_for_are_named_as_asked_and_temperatures_need_no_zero(run):
    charge, box = lives.fans(run).panels[0].blocks[-1].items
    assert [charge.caption, box.caption] == [f"Kept as --series {name}." for name in KEPT]
    assert [plot.figure.layout["yaxis"]["rangemode"] for plot in (charge, box)] == ["tozero", "normal"]


def timeline_of(section):
    """The first figure of a chapter."""
    return next(block.figure for block in section.panels[0].blocks if isinstance(block, Plot))


def test_the_chosen_life_is_lost_at_the_median(run):
    member, why = lives_story.chosen_member(run)
    lost_h = np.sort(run.outcome("lost_h")[np.isfinite(run.outcome("lost_h"))])
    assert run.outcome("lost_h")[member] == lost_h[(len(lost_h) - 1) // 2]
    assert "lost after" in why
    assert why.endswith(tuple(lives.CAUSE_WORDS.values()))
    section = lives_story.one_life(run)
    assert section.panels[0].blocks[0].text.startswith(f"Life {member}: lost after")


def test_a_tornado_shows_each_cause_about_the_mean_under_its_whole_name():
    long = "failure.regenerative_fuel_cell.electrolyser_stack.life_h"
    figure = figures.tornado([figures.Bar("a < b", 0.1, 0.4), figures.Bar(long, 0.3, 0.2)], 0.25, "x [%]", 100.0)
    low, high = figure.data
    np.testing.assert_allclose(np.array(low["base"]) + low["x"], [10.0, 30.0], rtol=1e-6)
    np.testing.assert_allclose(np.array(high["base"]) + high["x"], [40.0, 20.0], rtol=1e-6)
    assert [name["text"] for name in figure.layout["annotations"]] == ["a &lt; b", long]


def test_the_causes_are_those_of_the_lives_and_their_reach_is_told(run):
    text = words(" ".join(str(block) for block in lives_causes.causes(run).panels[0].blocks))
    made = run.causes("science_hours")
    assert f"for one of 0.3 it takes about {made.lives_needed}" in text
    assert {item.kind for item in made.found} == {"fact", "failure"}
    for item in made.sure:
        assert item.cause in text
    told = run.summary["influences"]["science_hours"]
    assert [item["cause"] for item in told["causes"]] == [item.cause for item in made.sure]


def test_a_failure_before_a_loss_is_told_by_its_hazard_and_marked_where_plain_means_hide_it(run, monkeypatch):
    early = Influence("rover", "failure", 0.31, 0.2, 0.4, 1e-4, True, 0.69, 0.93, 2.6, 1.5, math.inf)
    plain = Influence("lander", "failure", -0.4, -0.5, -0.3, 1e-3, True, 0.8, 0.4, 3.1, 1.2, 8.04)
    none = Causes("", 24, (), 0)
    for found in ((early, plain), (plain, early)):
        made = Causes("survived", 24, found, 0)
        monkeypatch.setattr(LivesRun, "causes", lambda _, name, made=made: made if name == "survived" else none)
        text = words(" ".join(str(block) for block in lives_causes.causes(run).panels[0].blocks))
        assert "The bars of the failures of rover point the other way than the hazard" in text
        assert "'2.6 times', '1.5 to ∞', '69 to 93 %'" in text
        assert "'3.1 times', '1.2 to 8', '80 to 40 %'" in text
    assert "failures of lander: after one a loss is 3.1 times as likely at any moment (1.2 to 8); mean 80 %" in text


def test_few_lives_are_said_to_be_too_few():
    few = simulate_lives("first-night", Order(8, seed=7, step="1h"))
    assert not any(few.causes(name).found for name in EXPLAINED)
    text = words(few.report)
    assert "Too few lives differ from the others to look for causes" in text
    assert "goes most surely with" not in text


def test_lives_in_which_nothing_fails_say_so():
    sure = simulate_lives("first-night", Order(12, seed=7, step="1h", failures=False))
    text = words(sure.report)
    assert "Nothing fails in these lives" in text
    assert all(item.kind == "fact" for name in EXPLAINED for item in sure.causes(name).found)


def test_a_line_of_the_timeline_lasts_until_it_is_mended_served_again_lost_or_over():
    marks = [
        figures.Mark(1, "pump", "failed", "seal worn, by age"),
        figures.Mark(2, "base", "unserved", "critical loads"),
        figures.Mark(3, "pump", "failed", "hang-up, by age"),
        figures.Mark(4, "pump", "repaired", "hang-up, reset: mended"),
        figures.Mark(5, "base", "served", "critical loads again"),
        figures.Mark(6, "lamp", "failed", "dark, by age"),
        figures.Mark(7, "pump", "lost", "colder than it survives"),
    ]
    assert figures.spells(marks, "failed", 9) == [("pump", 3, 4), ("pump", 1, 7), ("lamp", 6, 9)]
    assert figures.spells(marks, "unserved", 9) == [("base", 2, 5)]
    drawn = figures.timeline(marks, (0, 9))
    assert [name["text"] for name in drawn.layout["annotations"]] == ["pump", "base", "lamp"]


def test_changes_by_schedule_are_drawn_under_what_fails_with_their_own_rows_last():
    plan = SimpleNamespace(unit_names=("filter", "pump"), mode_names=("bed", "seal"))
    rows = np.zeros(4, [(name, np.int64) for name in ("step", "code", "unit", "mode", "why", "rung")])
    rows["step"] = [0, 1, 2, 3]
    rows["code"] = [ft.F_CHANGE, ft.F_FAILED, ft.F_CHANGE, ft.F_CHANGE]
    rows["why"] = [ft.CHANGED, ft.BY_AGE, ft.NO_SPARE_LEFT, ft.CHANGED]
    rows["rung"] = [ROBOTS, -1, -1, ROBOTS]
    rows["unit"] = rows["mode"] = [0, 1, 0, 1]
    told = [
        {
            "utc": f"2031-01-0{1 + event.step}",
            "kind": f"fault-{event.kind}",
            "subject": event.unit,
            "detail": event.detail,
        }
        for event in FaultLog(plan, rows).events()
    ]
    drawn = timeline(told, ("2031-01-01", "2031-02-01"), "life 3", "Timeline")
    assert [name["text"] for name in drawn.figure.layout["annotations"]] == ["pump", "filter"]
    shown = {trace["name"]: trace["x"] for trace in drawn.figure.data if trace["mode"] == "markers"}
    assert [*shown] == ["changed by schedule", "overdue", "failed"]
    assert shown["changed by schedule"] == ["2031-01-01 00:00", "2031-01-04 00:00"]
    assert shown["overdue"] == ["2031-01-03 00:00"]
    assert "Squares: parts at their limit of life" in drawn.caption
    assert "Squares" not in timeline(told[1:2], ("2031-01-01", "2031-02-01"), "life 3", "Timeline").caption


def test_the_story_says_how_to_see_a_life_in_full_and_which_there_are(run):
    member = lives_story.chosen_member(run)[0]
    text = words(run.report)
    assert f"moonstation simulate first-night --members 24 --seed 7 --step 1h --life {member}" in text
    table = lives_story.one_life(run).panels[0].blocks[-1]
    assert sorted(int(row[0]) for row in table.rows) == [*range(24)]
    lost_h = np.sort(run.outcome("lost_h"))
    lost = int(np.isfinite(lost_h).sum())
    assert [run.outcome("lost_h")[int(row[0])] for row in table.rows[:lost]] == [*lost_h[:lost]]


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


PUMP = """[[assets]]
name = "dry pump"
type = "water_processor"
site = "landing-place"
mission = "First lander"
water_kg_h = 0.1

[[assets]]"""


def test_a_comparison_says_what_the_design_changes(run, tmp_path, capsys):
    same = words(render_comparison(ComparedLives(run, run)))
    assert "A and B are one design to the model: nothing differs." in same
    assert "24 pairs of lives" in same
    file = tmp_path / "small.toml"
    smaller = library()["first-night"].read_text("utf-8").replace("capacity_kwh = 28", "capacity_kwh = 16")
    file.write_text(smaller.replace("[[assets]]", PUMP, 1), "utf-8")
    other = simulate_lives(file, Order(24, seed=7, step="1h"))
    made = ComparedLives(run, other)
    text = words(render_comparison(made))
    assert made.names == ("first-night", "small")
    charge = made.difference("lowest_charge")
    assert charge.is_clear
    assert f"Lowest charge at the end of a day [%] {number(100 * charge.first)} {number(100 * charge.second)}" in text
    assert f"{number(100 * charge.low)} to {number(100 * charge.high)}" in text
    reached = made.reached("first results")
    assert reached.pairs == 24
    assert f"{100 * reached.low:+.1f} to {100 * reached.high:+.1f} points" in text
    assert made.summary["milestones"]["first results"]["mean"] == reached.mean
    (note,) = made.summary["second"]["notes"]
    assert "nothing at landing-place ever gives grey_water" in note
    assert "nothing at landing-place ever gives grey_water" in text
    assert "on what may go ill in B:" in text
    assert "on what may go ill in A:" not in text
    assert made.summary["first"]["notes"] == []
    print_comparison(made, None)
    printed = capsys.readouterr().out
    assert "B: 1 note on what may go ill in this scenario" in printed
    assert "A: 1 note" not in printed


def test_a_difference_that_may_be_chance_is_not_green():
    def colour_beyond_its_interval(sure: bool) -> str:
        drawn = figures.difference([("survival", 0.15, 0.02, 0.29, sure)])
        return drawn.data[0]["marker"]["color"][0]

    assert colour_beyond_its_interval(sure=True) == figures.GREEN
    assert colour_beyond_its_interval(sure=False) == figures.MUTED


def test_the_command_of_a_life_names_the_file_as_it_was_given(run):
    for path, told in (("my designs/own.toml", "'my designs/own.toml'"), ("designs/own.toml", "designs/own.toml")):
        scenario = SimpleNamespace(name="own", path=Path(path), step="1h", overrides={"step": "1h"})
        of_file = SimpleNamespace(plan=SimpleNamespace(scenario=scenario), lives=run.lives)
        assert lives_story.in_full(of_file, 3).startswith(f"moonstation simulate {told} --members 24")


def test_the_call_of_a_life_names_what_was_overridden(run):
    scenario = load_scenario("first-night", end="2029-02-14", step="1h")
    shortened = SimpleNamespace(plan=SimpleNamespace(scenario=scenario), lives=run.lives)
    called = lives_story.in_full(shortened, 3)
    loaded = "load_scenario('first-night', end='2029-02-14', step='1h')"
    assert called == f"moonstation.simulate({loaded}, members=24, seed=7).life(3)"


def test_a_life_in_full_is_the_life_of_the_ensemble(run):
    member = lives_story.chosen_member(run)[0]
    full = run.life(member)
    told = [(row["utc"], row["kind"], row["subject"], row["detail"]) for row in events_of(run, member)]
    again = [(e.utc.astype("datetime64[us]").item(), e.kind, e.subject, e.detail) for e in full.events]
    assert sorted(again) == sorted(told)
    assert full.summary["data_returned_gbit"] == pytest.approx(run.outcome("data_returned_gbit")[member], rel=1e-9)
    assert full.summary["science_hours"] == pytest.approx(run.outcome("science_hours")[member], rel=1e-6)
    assert full.summary["longest_blackout_h"] == run.outcome("longest_blackout_h")[member]
    assert full.summary["life"]["member"] == member
    values = dict(zip([fact.key for fact in run.plan.sampled], run.lives.values[member], strict=True))
    for fact in full.facts:
        assert fact.value == values.get(fact.key, fact.value)
    assert f"life {member} of 24, seed 7" in words(full.report)
    told_of_many = timeline_of(lives_story.one_life(run))
    told_in_full = timeline_of(records.events(view_of(full)))
    assert [trace["x"] for trace in told_in_full.data] == [trace["x"] for trace in told_of_many.data]
    assert {trace.get("name") for trace in told_in_full.data} & {"lost", "failed"}
    with pytest.raises(RangeError, match="is no life of these"):
        run.life(24)
