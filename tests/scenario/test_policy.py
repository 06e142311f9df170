"""A policy of power: thresholds in order, modes that serve something and can be left, or it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from habitat import GOOD, faults

from moonstation.scenario.reading import read_scenario


def changed(*changes: tuple[str, str]) -> str:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            [
                ("nominal = 9", "nominal = -1"),
                ("dark = 3", "dark = -1"),
                ("survival = 2", "survival = -1"),
                ("safe = 0 ", "safe = -1 "),
            ],
            "nominal: serves nothing: of all that draws power the first has the priority 0",
        ),
        (
            [("nominal = 9", "nominal = 1"), ("dark = 3", "dark = 1"), ("survival = 2", "survival = 1")],
            "so critical loads would be off even when nothing is short; got 1; allowed: at least 2",
        ),
        ([("survival_exit = 0.65", "survival_exit = 0.4")], "is under survival_below, so the mode would never settle"),
        ([("safe_exit = 0.35", "safe_exit = 0.9")], "is above survival_exit"),
        (
            [("dark_charge_below = 0.95", "dark_charge_below = 0.3")],
            "is under survival_below, so mode dark would never come",
        ),
        (
            [("safe_below = 0.20", "safe_below = 0.55"), ("safe_exit = 0.35", "safe_exit = 0.6")],
            "is above survival_below",
        ),
        (
            [("recovery_h = 6", "recovery_h = 200"), ("end = 2029-08-01", "end = 2029-01-05")],
            "a mode once entered is never left for a milder one; got 200 h; allowed: at most 96 h",
        ),
        ([("survival_below = 0.50", "survival_below = 1.5")], "is outside its range; got 1.5; allowed: 0 to 1"),
        ([("dark = 3", "dark = 12")], "is outside its range; got 12; allowed: -1 to 9"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_with_the_reason(changes, words):
    told = faults(changed(*changes))
    assert any(words in fault for fault in told), told
    assert all(fault.startswith("night.toml:") for fault in told)


def test_one_wrong_number_hides_no_other_fault():
    told = faults(changed(("recovery_h = 6", "recovery_h = -6"), ("survival_exit = 0.65", "survival_exit = 0.4")))
    assert len(told) == 2
    told = faults(changed(("nominal = 9", "nominal = 90"), ("survival_exit = 0.65", "survival_exit = 0.4")))
    assert len(told) == 2


def test_no_mode_dark_is_a_choice():
    read_scenario(changed(("dark_charge_below = 0.95", "dark_charge_below = 0.0")))


def test_a_mode_that_switches_all_off_is_a_choice_that_is_told():
    (note,) = read_scenario(changed(("safe = 0 ", "safe = -1 ")), Path("night.toml")).notes
    assert "mode safe serves nothing, heaters neither" in str(note)
    assert "allowed: 0 or more serves something" in str(note)
