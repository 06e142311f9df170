"""A real study and its report: the page tells what the run's own numbers say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from reading import Page
from terrain import cone

from moonstation.moon.places import named_places
from moonstation.report.html import render_report
from moonstation.report.of_study import view_of
from moonstation.report.run import Run, study
from moonstation.report.sections.science import instruments
from moonstation.report.sections.verdict import crew_days
from moonstation.report.series import Run as Series
from moonstation.report.view import StudyView
from moonstation.report.words import amount, share
from moonstation.studies.folder import manifest


@pytest.fixture(scope="module")
def winter() -> Run:
    return study("first-night")


@pytest.fixture(scope="module")
def view(winter: Run) -> StudyView:
    return view_of(winter)


@pytest.fixture(scope="module")
def read(view: StudyView) -> Page:
    return Page(render_report(view))


def test_the_page_gives_the_summary_of_the_run(winter: Run, view: StudyView, read: Page) -> None:
    summary = winter.summary
    assert view.verdict.lives == (summary["verdict"] == "lives")
    said = read.chapters["verdict"]
    assert share(summary["lowest_charge"]) in said
    assert amount(summary["science_hours"], "h", 6) in said
    assert amount(summary["data_returned_gbit"], "Gbit", 6) in said
    assert share(summary["availability"]["energy"]) in said
    assert all(item.title in read.chapters["roadmap"] for item in winter.milestones)
    assert str(summary["assumptions"]) in read.chapters["facts"]


def test_sums_over_the_series_agree_with_the_judgement(winter: Run, view: StudyView) -> None:
    series = Series(view.dataset)
    hours = sum(item.hours for item in instruments(series))
    assert hours == pytest.approx(winter.summary["science_hours"], rel=1e-4)
    assert crew_days(view, series) == pytest.approx(winter.summary["crew_days"])


def test_the_site_shows_its_sky_line_and_the_paths_of_the_run(winter: Run, view: StudyView, read: Page) -> None:
    site = view.sites[view.main_site]
    assert site.sun is not None
    assert site.earth is not None
    assert site.mast_line is not None
    assert site.sun.days == pytest.approx((view.end - view.start).total_seconds() / 86400.0)
    assert np.ptp(site.earth.elevation_deg) < 20.0  # the Earth only swings by libration
    assert site.light["longest_dark_h"] > 0
    plane, solid = read.figures("horizon")
    assert "scene" in solid["layout"]
    assert "scene" not in plane["layout"]
    moments = [text for trace in solid["data"] for text in trace.get("text", []) if text and text[0].isdigit()]
    assert min(moments) == view.start.strftime("%Y-%m-%d %H:%M")
    assert max(moments) <= view.end.strftime("%Y-%m-%d %H:%M")


def test_every_fact_event_and_input_of_the_run_is_in_the_view(winter: Run, view: StudyView) -> None:
    assert {fact["key"] for fact in view.facts} == winter.fact_keys
    assert len(view.events) == len(winter.events)
    assert [asset["name"] for asset in view.assets] == [asset.name for asset in winter.run.station.assets]
    assert view.manifest["inputs"]
    assert "facts" not in view.manifest  # they have a chapter of their own


def test_missions_carry_what_they_bring(view: StudyView) -> None:
    first = view.missions[0]
    brought = [asset["name"] for asset in view.assets if asset["mission"] == first["name"]]
    assert set(brought) <= set(first["brings"])


def test_the_facade_renders_the_same_page_each_time(winter: Run) -> None:
    assert winter.report == render_report(view_of(winter))


def test_a_site_shows_the_terrain_that_its_scenario_names(tmp_path: Path) -> None:
    place = named_places()["amundsen-rim"]
    cone(tmp_path / "cone.tif", place.latitude_deg, place.longitude_deg)
    text = (Path(__file__).parents[1] / "scenario" / "good.toml").read_text("utf-8")
    text = text.replace("end = 2029-08-01", "end = 2029-01-15", 1)
    text = text.replace("mast_m = 2 ", 'terrain = ["cone.tif"]\nmast_m = 2 ', 1)
    (tmp_path / "winter.toml").write_text(text, "utf-8")
    found = study(tmp_path / "winter.toml")
    ground = view_of(found).sites["landing-place"].ground
    assert ground is not None
    middle = len(ground.north_km) // 2
    assert ground.height_m[middle, middle] == pytest.approx(3000.0, abs=10.0)
    assert ground.up_km[middle, middle] == pytest.approx(-0.002, abs=1e-6)  # the eye stands 2 m above it
    assert "cone.tif" in {item["path"] for item in manifest(found)["inputs"]}
    assert "Terrain: cone" in Page(render_report(view_of(found))).chapters["horizon"]
