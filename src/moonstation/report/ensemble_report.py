"""An ensemble as one HTML page: does the station live, in how many lives, and what does that hang on?"""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from moonstation.report.page import render_page
from moonstation.report.sections import lives, lives_causes, lives_grounds, lives_story
from moonstation.report.words import day, number, share

if TYPE_CHECKING:
    from moonstation.studies.ensemble import Ensemble


def render_ensemble(run: Ensemble) -> str:
    """The report of an ensemble: one HTML text that opens offline."""
    told = run.summary
    lost = round((1.0 - told["survival_probability"]) * run.members)
    interval = f"{share(told['survival_low'])} to {share(told['survival_high'])}"
    statement = (
        f"The station lives in {number(run.members - lost, 9)} of {number(run.members, 9)} lives: "
        f"{share(told['survival_probability'])} (95 % interval {interval})."
    )
    return render_page(
        "lives.html.j2",
        title=told["title"],
        kicker=f"moonstation simulate · {day(told['start'])} to {day(told['end'])} · seed {run.seed}",
        statement=statement,
        good=None if told["survival_low"] < 0.5 <= told["survival_high"] else told["survival_probability"] >= 0.5,
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
