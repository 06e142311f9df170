"""A study is the same every time, closes its ledger, and says what it stood on."""

from __future__ import annotations

import pytest
import xarray as xr

import moonstation as ms
from moonstation.core.errors import ScenarioError
from moonstation.facts.table import UNCONFIRMED, lookup
from moonstation.facts.usage import fact_cache, recorded
from moonstation.studies.study import Study, study


@pytest.fixture(scope="module")
def winter() -> Study:
    return study("first-night")


def test_the_same_scenario_gives_the_same_bits(winter: Study) -> None:
    again = study("first-night")
    xr.testing.assert_identical(again.timeseries, winter.timeseries)
    assert again.events == winter.events
    assert again.summary == winter.summary
    assert again.fact_keys == winter.fact_keys


def test_every_assumption_is_listed(winter: Study) -> None:
    assert winter.summary["assumptions"] == len(winter.assumptions) > 0
    assert all(fact.status in UNCONFIRMED for fact in winter.assumptions)
    assert "sun.irradiance_1au" in winter.fact_keys
    assert not any(key.startswith(("biology.", "cabin.")) for key in winter.fact_keys), "nothing of the kind is there"


def test_only_the_places_that_the_study_names_count_as_facts_of_it(winter: Study) -> None:
    places = {key.split(".")[1].split("_")[0] for key in winter.fact_keys if key.startswith(("place.", "ground."))}
    assert places == {"amundsen-rim", "kashi", "neuquen", "bear-lakes", "min"}
    assert not any(key.startswith("crew.") for key in winter.fact_keys)


def test_a_study_prints_itself_in_one_line(winter: Study) -> None:
    assert repr(winter) == "<Study first-night: lives, 2029-01-01 to 2029-08-01, 9 assets>"
    assert repr(winter.run).startswith("<RunResult first-night: 5088 records")


def test_progress_names_the_stages() -> None:
    stages: list[str] = []
    study("first-night", progress=stages.append)
    assert stages[0] == "reading the scenario"
    assert "running the station" in stages


def test_the_facade_gives_series_summary_and_report() -> None:
    run = ms.study("first-night")
    assert "power_supply_kw" in run.timeseries
    assert run.summary["name"] == "first-night"
    assert run.report.lstrip().lower().startswith("<!doctype html>")


def test_an_unknown_scenario_is_told_in_words() -> None:
    with pytest.raises(ScenarioError, match="no such scenario"):
        study("first-nigth")


def test_cached_work_notes_its_facts_again() -> None:
    @fact_cache
    def pressure() -> float:
        return lookup("sun.irradiance_1au").value

    for _ in range(2):
        with recorded() as keys:
            pressure()
        assert keys == {"sun.irradiance_1au"}
