"""The reference of output files names everything that a run folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from moonstation.station.event_words import EVENT_KINDS
from moonstation.studies.folder import EVENTS, MANIFEST, REPORT, SERIES, SUMMARY, manifest
from moonstation.studies.study import Study, study

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "output-files.md").read_text("utf-8")


@pytest.fixture(scope="module")
def winter() -> Study:
    return study("first-night")


def unnamed(names: object) -> list[str]:
    return [str(name) for name in names if f"`{name}`" not in PAGE]  # type: ignore[attr-defined]


def test_every_file_is_named():
    assert unnamed((EVENTS, MANIFEST, REPORT, SERIES, SUMMARY)) == []


def test_every_variable_and_attribute_of_the_time_series_is_named(winter):
    assert unnamed(winter.timeseries.variables) == []
    assert unnamed(winter.timeseries.attrs) == []


def test_every_key_of_the_summary_is_named(winter):
    assert unnamed(winter.summary) == []
    assert unnamed(winter.summary["availability"]) == []
    for milestone in winter.summary["milestones"].values():
        assert unnamed(milestone.keys() - {"conditions"}) == []
        assert [unnamed(condition) for condition in milestone["conditions"] if unnamed(condition)] == []


def test_every_kind_of_event_is_named():
    assert unnamed(EVENT_KINDS.values()) == []


def test_every_key_of_the_manifest_is_named(winter):
    assert unnamed(manifest(winter)) == []
