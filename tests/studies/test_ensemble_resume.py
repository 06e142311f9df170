"""What a run is told that cannot go on from another: the cause alone, in words, and nothing that follows from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from moonstation.studies.ensemble_resume import other_run_faults

FOLDER = Path("runs/ilrs.unfinished")
ASKED: dict[str, Any] = {
    "kind": "unfinished ensemble",
    "moonstation": "0.1.0",
    "scenario": "ilrs",
    "members": 100,
    "members_at_once": 8,
    "seed": 7,
    "series": [],
    "failures": True,
    "step": "1h",
    "main_site": "ridge",
    "milestones": ["Milestone(name='energy')"],
    "network": "a" * 64,
    "kernel": "b" * 32,
    "facts": [{"key": f"fact.{number}", "value": 1.0} for number in range(9)],
    "judged_by": [{"key": "moon.synodic_day", "value": 708.73}],
    "residual_limit": 1e-9,
}
OTHER_FACTS = [{"key": f"fact.{number}", "value": 2.0} for number in range(9)]


def told(**found: Any) -> list[str]:
    return [str(fault) for fault in other_run_faults(FOLDER, {**ASKED, **found}, ASKED)]


def test_the_same_run_goes_on():
    assert told() == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"members": 50}, "has another number of lives; got 100; allowed: 50; ask for the same as before"),
        ({"seed": 8}, "has another seed; got 7; allowed: 8"),
        ({"series": ["charge_kwh@ridge"]}, r"keeps other series; got []; allowed: ['charge_kwh@ridge']"),
        ({"step": "10min", "network": "c", "facts": []}, "has another time step; got '1h'; allowed: 10min"),
        (
            {"scenario": "first-night", "milestones": [], "network": "c", "facts": []},
            "is of another scenario; got 'ilrs'",
        ),
        ({"failures": False, "facts": []}, "was begun without failures; add failures=False, or remove that folder"),
        ({"moonstation": "0.0.9", "kernel": "c", "network": "c"}, "with another version of moonstation; got '0.1.0'"),
        ({"network": "c" * 64}, "is of another station: the scenario's file, or a fact or a file that it stands on"),
        ({"kernel": "c", "members_at_once": 4}, "was begun with another version of the program; put that back"),
        ({"main_site": "rim"}, "is judged by another main site: the scenario's file was changed since; put that back"),
        ({"milestones": []}, "is judged by other milestones: the scenario's file was changed since; put that back"),
        (
            {"judged_by": [{"key": "moon.synodic_day", "value": 700.0}]},
            "is judged by other values of facts: moon.synodic_day; put their rows back as they were",
        ),
        ({"facts": OTHER_FACTS}, "varies other facts: fact.0, fact.1, fact.2, fact.3, fact.4 and 4 more; put their"),
    ],
)
def test_a_difference_is_told_once_and_in_words(found, words):
    (only,) = told(**found)
    assert only.startswith(f"resume: the unfinished run in {FOLDER} ")
    assert words in only
    assert "cccc" not in only
    assert "aaaa" not in only


def test_what_differs_in_several_things_is_told_all():
    assert len(told(seed=8, members=50, step="10min", network="c")) == 3


def test_a_folder_without_a_plan_is_told_as_such():
    (only,) = (str(fault) for fault in other_run_faults(FOLDER, {}, ASKED))
    assert (
        only
        == f"resume: {FOLDER} holds no unfinished run that can be read; remove that folder, and leave out resume=True"
    )
