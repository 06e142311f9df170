"""The page says everything, in order, escapes every text, and misses nothing aloud."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
import xarray as xr
from hostile import HOSTILE, hostile_study
from reading import Page, array

from moonstation.report.html import render_report
from moonstation.report.series import Run, envelope
from moonstation.report.view import SiteView, StudyView, Verdict

CHAPTERS = [
    "verdict",
    "numbers",
    "horizon",
    "light",
    "roadmap",
    "power",
    "temperature",
    "contacts",
    "life",
    "science",
    "events",
    "facts",
    "ledger",
    "provenance",
]


@pytest.fixture(scope="module")
def read(page: str) -> Page:
    return Page(page)


def test_chapters_stand_in_order_verdict_first(read: Page) -> None:
    assert list(read.chapters) == CHAPTERS
    assert len(read.ids) == len(set(read.ids))
    assert all(link.startswith("#") for link in read.links)


def test_the_page_opens_without_a_network(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(|<link|<img|<iframe", page.split("<script>", maxsplit=1)[0])
    assert len(page.encode()) < 12e6


def test_the_verdict_is_told_in_sentences(read: Page, page: str) -> None:
    said = read.chapters["verdict"]
    assert "The station lives." in page
    for words in (
        "lowest charge at the end of an hour was",
        "longest blackout, time in which not all critical loads of the main site were served, lasted 7.5 h",
        "longest dark, without any part of the Sun, was",
        "energy 99.98 %, communication 93.1 % and life support 100 %",
        "43\u202f210 h of science, 123\u202f456 Gbit of data on Earth and 937.5 crew-days",
        "1 of 2 milestones reached; not reached: A tonne of water won",
        "lost: asset 1.1 (2031-02-05, colder than it survives)",
    ):
        assert words in said, words


def test_a_negative_verdict_gives_its_reasons(study: StudyView) -> None:
    verdict = Verdict(lives=False, reasons=["lost at the main site: rover"])
    text = render_report(replace(study, verdict=verdict))
    assert "The station does not live." in text
    assert "Lost at the main site: rover." in Page(text).chapters["verdict"]


def test_every_figure_is_one_that_plotly_takes_with_units_on_its_axes(read: Page) -> None:
    figures = read.figures()
    assert len(figures) > 25
    for figure in figures:
        go.Figure(figure)  # refuses unknown or wrong properties
        layout = figure["layout"]
        for name in (key for key in layout if re.fullmatch(r"[xy]axis\d*", key)):
            axis = layout[name]
            title = (axis.get("title") or {}).get("text", "")
            named = axis.get("ticktext") or axis.get("type") in ("category", "date")
            named = named or not axis.get("showticklabels", True)  # rows with their names in the figure
            assert named or re.search(r"\[.+\]|per |UTC", title), (name, title)


def test_axes_of_amounts_start_at_zero(read: Page) -> None:
    for figure in read.figures("power"):
        for name, axis in figure["layout"].items():
            if name.startswith("yaxis") and "[kW]" in (axis.get("title") or {}).get("text", ""):
                assert axis["rangemode"] == "tozero"


def test_days_keep_the_extremes_of_the_hours(study: StudyView, read: Page) -> None:
    whole = next(figure for figure in read.figures("power") if len(figure["data"]) > 5)
    supply = Run(study.dataset).at("ridge", "power_supply_kw")
    assert supply is not None
    low, high = (array(trace["y"]) for trace in whole["data"][:2])
    days = envelope(supply, 24)
    np.testing.assert_allclose(low, days.low, rtol=1e-6)
    np.testing.assert_allclose(high, days.high, rtol=1e-6)
    assert high.max() == pytest.approx(supply.max(), rel=1e-6)


def test_the_worst_dark_is_shown_hour_by_hour(read: Page) -> None:
    zooms = [
        figure for figure in read.figures("power") if any(t.get("name") == "Sun's disc in view" for t in figure["data"])
    ]
    assert len(zooms) == 2  # one for each powered site
    assert all(trace["dx"] == 3.6e6 for figure in zooms for trace in figure["data"])


def test_the_calendar_holds_every_day(study: StudyView, read: Page) -> None:
    heat = read.figures("light")[0]["data"][0]
    sun = study.dataset["sun_disc_fraction"].sel(site="ridge").to_numpy()
    assert array(heat["z"]).shape == (3, 366)
    assert np.nanmean(array(heat["z"])) == pytest.approx(sun.mean(), abs=1e-3)
    assert np.isfinite(array(heat["z"])).sum() == sun.size // 24


def test_the_road_map_shows_missions_and_milestones(read: Page) -> None:
    figure = read.figures("roadmap")[0]
    names = [trace.get("name") for trace in figure["data"]]
    assert {"CNSA", "Roscosmos", "CNSA and Roscosmos", "failed", "milestone, planned", "milestone, reached"} <= set(
        names
    )
    assert len(figure["layout"]["yaxis"]["ticktext"]) == 11
    assert "ILRS-5 did not arrive" in read.chapters["roadmap"]


def test_every_fact_and_every_ledger_row_is_there(study: StudyView, read: Page) -> None:
    assert all(fact["key"] in read.chapters["facts"] for fact in study.facts)
    assert all(str(row["quantity"]) in read.chapters["ledger"] for row in study.ledger)
    assert "3.2×10⁻¹³" in read.chapters["ledger"]
    assert "sha256:0123abcd" in read.chapters["provenance"]


def test_frequent_events_are_cut_aloud(study: StudyView) -> None:
    many = [{"utc": study.start, "kind": "mode", "subject": "ridge", "detail": "dark"}] * 4000
    said = Page(render_report(replace(study, events=many))).chapters["events"]
    assert "mode (1\u202f500 of 4\u202f000)" in said
    assert "events.parquet" in said


@pytest.fixture(scope="module")
def evil_page() -> str:
    return render_report(hostile_study())


def test_every_text_is_escaped(evil_page: str) -> None:
    assert "<img" not in evil_page.split("<script>", maxsplit=1)[0].replace("Content-Security", "")
    before, _, after = evil_page.partition("<script>/**")
    for part in (before, after.partition("</script>")[2]):
        assert "<img" not in part
        assert "<script>alert" not in part
    read = Page(evil_page)  # elements still close in order
    assert list(read.chapters) == CHAPTERS
    assert len(read.figures()) > 25
    assert HOSTILE in read.chapters["facts"]


def test_figures_get_no_markup_and_no_template_from_texts(evil_page: str) -> None:
    for figure in Page(evil_page).figures():
        for trace in figure["data"]:
            assert "onerror" not in str(trace.get("hovertemplate", ""))
            assert "<img" not in str(trace)
        assert "<img" not in str(figure["layout"])


def bare(**changes: Any) -> StudyView:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    view = StudyView("bare", "Bare", moment, moment.replace(year=2031), Verdict(False), {}, xr.Dataset())
    return replace(view, **changes)


def test_a_study_of_nothing_still_reads(capfd: pytest.CaptureFixture[str]) -> None:
    read = Page(render_report(bare()))
    assert list(read.chapters) == CHAPTERS
    assert read.figures() == []
    for chapter, words in {
        "roadmap": "no missions",
        "power": "no sites",
        "science": "no instrument",
        "events": "Nothing happened",
        "facts": "names no facts",
        "ledger": "no ledger",
        "provenance": "no manifest",
    }.items():
        assert words in read.chapters[chapter], chapter


def scaled(study: StudyView, name: str, factor: float, offset: float = 0.0) -> dict[str, Any]:
    return {"dataset": study.dataset.assign({name: study.dataset[name] * factor + offset})}


def without(study: StudyView, *dims: str) -> dict[str, Any]:
    return {"dataset": study.dataset.drop_dims(dims)}


def unpowered(study: StudyView) -> dict[str, Any]:
    names = [name for name in study.dataset.data_vars if str(name).startswith(("power", "charge", "mode"))]
    return {"dataset": study.dataset.drop_vars(names)}


def no_availability(_study: StudyView) -> dict[str, Any]:
    return {"summary": {"availability": {"energy": 1.0, "communication": None, "life_support": None}}}


#: What is taken away, and the words that tell it, by chapter.
MISSING: dict[str, tuple[Callable[[StudyView], dict[str, Any]], dict[str, str]]] = {
    "crew": (
        lambda s: scaled(s, "crew", 0) | {"summary": {**s.summary, "crew_days": 0.0}},
        {"verdict": "No crew stays", "life": "No crew stays"},
    ),
    "relay": (lambda s: scaled(s, "relay_visible", 0), {"contacts": "No relay comes into view"}),
    "milestones": (lambda s: {"milestones": ()}, {"roadmap": "sets no milestones"}),
    "missions": (lambda s: {"missions": ()}, {"roadmap": "has no missions"}),
    "dark": (lambda s: scaled(s, "sun_disc_fraction", 0, 1), {"power": "The Sun never left this place"}),
    "light": (lambda s: scaled(s, "sun_disc_fraction", 0), {"light": "permanent shadow"}),
    "stores": (
        lambda s: scaled(s, "charge_capacity_kwh", 0),
        {"power": "Nothing here stores electricity", "verdict": "stores electricity"},
    ),
    "power": (unpowered, {"power": "makes, keeps or uses electricity"}),
    "temperatures": (lambda s: without(s, "thermal_node"), {"temperature": "has a temperature"}),
    "links": (lambda s: without(s, "process"), {"contacts": "No data reached the Earth", "science": "no instrument"}),
    "stocks": (lambda s: without(s, "store") | {"ledger": ()}, {"life": "Nothing is kept in stock"}),
    "units": (lambda s: without(s, "unit"), {"power": "The worst dark"}),
    "availability": (no_availability, {"verdict": "Never there: communication and life support"}),
    "summary": (lambda _: {"summary": {}}, {"verdict": "milestones reached", "ledger": "no residual"}),
    "horizons": (lambda _: {"sites": {}, "main_site": ""}, {"horizon": "No sky-line is known"}),
    "all sites but one": (
        lambda s: {"dataset": s.dataset.isel(site=[0]), "sites": {"ridge": SiteView("ridge")}},
        {"power": "Whole run"},
    ),
    "all records but one": (lambda s: {"dataset": s.dataset.isel(time=[0])}, {"power": "Whole run"}),
}


@pytest.mark.parametrize("part", MISSING)
def test_what_a_study_lacks_is_said_in_words(study: StudyView, part: str) -> None:
    changes, expected = MISSING[part]
    text = render_report(replace(study, **changes(study)))
    read = Page(text)
    assert list(read.chapters) == CHAPTERS
    for chapter, words in expected.items():
        assert words in read.chapters[chapter], (chapter, read.chapters[chapter][:2000])
    for figure in read.figures():
        go.Figure(figure)


def test_the_same_study_gives_the_same_page(study: StudyView, page: str) -> None:
    assert render_report(study) == page
