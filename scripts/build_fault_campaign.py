"""Write docs/models/fault-campaign.md: every unit fails alone, in every way, at the worst moment and in each season.

Usage: python scripts/build_fault_campaign.py      (takes about two minutes)
"""

from __future__ import annotations

from pathlib import Path

import moonstation
from moonstation.report.campaign_report import HEADS, MEANING, CampaignRun, failure_rows
from moonstation.studies.fault_campaign import LOOK_DAYS, WORST

PAGE = Path(__file__).resolve().parents[1] / "docs" / "models" / "fault-campaign.md"

_HEAD = f"""# Fault campaign

Every unit fails alone, in each of its [failure modes](failures.md): at the begin of the longest dark after it landed
("{WORST}"), and at four moments a quarter of a lunar year of seasons apart, from its landing on. Nothing else fails.
Each failure is followed for {LOOK_DAYS:g} days. What a reset does is drawn, so a mode with a chance of it is mended
here and left there.

{chr(10).join(f"- {sentence}" for sentence in MEANING)}

*This page is written by `python scripts/build_fault_campaign.py`; `moonstation campaign`
[does the same for your own scenario](../howto/fault-campaign.md).*
"""


def page() -> str:
    """The page as Markdown."""
    night = moonstation.campaign("first-night")
    base = moonstation.campaign("ilrs", one_of_each=True)
    return "\n".join(
        (
            _HEAD,
            "## First night: a lander and its rover, where nobody mends anything",
            _table(night),
            "## ILRS: the first unit of each type at the main base, with robots, crews and spares",
            _table(base),
            _LEFT_OUT,
        )
    )


_LEFT_OUT = """
## What this leaves out

- Two failures at once, and failures that bring others about; [many lives](ensembles.md) have those.
- Units beyond the first of their type at the base, in the second table.
- What a failure costs in science, data and water: the table tells of survival only.
"""


def _table(made: CampaignRun) -> str:
    heads = [f"| {' | '.join(HEADS)} |", "|---" * len(HEADS) + "|"]
    rows = [f"| {' | '.join(row)} |" for row in failure_rows(made.outcomes)]
    told = made.summary
    lived = f"{told['failures']} failures; in {told['lived']} of them nothing was lost."
    return "\n".join(["", lived, "", *heads, *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
