"""An ensemble as one HTML page: does the station live, in how many lives, and what does that hang on?"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any

from moonstation.report.page import render_page
from moonstation.report.sections import lives, lives_causes, lives_grounds, lives_story
from moonstation.report.words import day, number, share

if TYPE_CHECKING:
    from moonstation.studies.ensemble import Ensemble


def render_ensemble(run: Ensemble) -> str:
    """The report of an ensemble: one HTML text that opens offline."""
    told = run.summary
    return render_page(
        "lives.html.j2",
        title=told["title"],
        kicker=f"moonstation simulate · {day(told['start'])} to {day(told['end'])} · seed {run.seed}",
        statement=statement(told),
        good=_good(told),
        sections=[
            lives.verdict(run),
            lives.numbers(run),
            lives.survival(run),
            lives.fans(run),
            lives.milestones(run),
            lives_causes.causes(run),
            lives_story.one_life(run),
            lives_grounds.sampled(run),
            lives_grounds.provenance(run),
        ],
        version=metadata.version("moonstation"),
    )


def statement(told: Mapping[str, Any]) -> str:
    """In how many lives the station lives, by their summary, in one sentence."""
    lives = number(told["members"], 9)
    if told["not_judged"]:
        return f"Whether the station survives cannot be told from its {lives} lives: {told['not_judged']}."
    kept = number(round(told["survival_probability"] * told["members"]), 9)
    interval = f"{share(told['survival_low'])} to {share(told['survival_high'])}"
    return (
        f"The station lives in {kept} of {lives} lives: {share(told['survival_probability'])} "
        f"(95 % interval {interval})."
    )


def _good(told: Mapping[str, Any]) -> bool | None:
    """Whether it lives in more lives than not; None where that is not sure."""
    if told["not_judged"] or told["survival_low"] < 0.5 <= told["survival_high"]:
        return None
    return bool(told["survival_probability"] >= 0.5)
