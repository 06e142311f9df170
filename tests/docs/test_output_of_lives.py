"""The reference of output files names everything that many lives and comparisons leave."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from moonstation.studies.chunks import Order
from moonstation.studies.comparison import Comparison
from moonstation.studies.ensemble import Ensemble, ensemble
from moonstation.studies.ensemble_folder import MEMBERS, manifest
from moonstation.studies.ensemble_tables import DOWNTIMES, SERIES, SURVIVAL

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "output-files.md").read_text("utf-8")


@pytest.fixture(scope="module")
def lives() -> Ensemble:
    return ensemble("first-night", Order(24, seed=7, step="1h"))


def unnamed(names: object) -> list[str]:
    return [str(name) for name in names if f"`{name}`" not in PAGE]  # type: ignore[attr-defined]


def test_every_key_of_the_summary_is_named(lives):
    told = lives.summary
    assert unnamed(told) == []
    for name in ("losses", "availability"):
        assert unnamed(told[name]) == []
    assert [unnamed(item) for item in (*told["outcomes"].values(), *told["milestones"].values()) if unnamed(item)] == []
    assert [unnamed(item) for item in (*told["downtime"], *told["held_facts"]) if unnamed(item)] == []
    found = [*told["influences"].values()]
    causes = [asdict(item) for name in told["influences"] for item in lives.causes(name).found]
    causes += [item for item in told["influences"].values() for item in item["causes"]]
    assert found
    assert causes
    assert [unnamed(item) for item in (*found, *causes) if unnamed(item)] == []


def test_every_outcome_series_and_key_of_the_manifest_is_named(lives):
    assert unnamed(name for name in lives.gathered.names if not name.startswith("milestone.")) == []
    assert unnamed((*SERIES, *SURVIVAL)) == []
    assert unnamed(f"{kind}.ASSET" for kind in DOWNTIMES) == []
    assert unnamed(manifest(lives)) == []
    assert f"`{MEMBERS}`" in PAGE


def test_every_key_of_a_comparison_is_named(lives):
    told = Comparison(lives, lives).summary
    assert unnamed(told) == []
    assert [unnamed(item) for item in told["differences"].values() if unnamed(item)] == []


def test_every_key_of_one_life_in_full_is_named(lives):
    from moonstation.studies import folder
    from moonstation.studies.one_life import life_study

    full = life_study(lives.lives, 3)
    assert unnamed(full.summary["life"]) == []
    assert unnamed(folder.manifest(full)) == []
