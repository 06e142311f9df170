"""Write docs/models/fault-campaign.md: every unit fails alone, in every way, at the worst moment and in each season.

Usage: python scripts/build_fault_campaign.py      (takes about two minutes)
"""

from __future__ import annotations

from pathlib import Path

from moonstation.station.fault_trials import TrialOutcome
from moonstation.studies.fault_campaign import LOOK_DAYS, SEASONS, WORST, fault_campaign, one_of_each_kind

PAGE = Path(__file__).resolve().parents[1] / "docs" / "models" / "fault-campaign.md"

_HEAD = f"""# Fault campaign

Every unit fails alone, in each of its [failure modes](failures.md): at the begin of the longest dark after it landed
("{WORST}"), and at four moments a quarter of a lunar year of seasons apart, from its landing on. Nothing else fails.
Each failure is followed for {LOOK_DAYS:g} days. What a reset does is drawn, so a mode with a chance of it is mended
here and left there.

- **found**: how long after the failure the station knew of it, and by what. **mended**: after how long, by which step.
- **dark**: hours in which critical loads went unserved, more than without the failure, at worst.
- **lost**: assets that would not have been lost without it. Where nothing is named, all lived.

*This page is written by `python scripts/build_fault_campaign.py`; `moonstation.studies.fault_campaign.fault_campaign`
does the same for any scenario.*
"""


def page() -> str:
    """The page as Markdown."""
    night = fault_campaign("first-night")
    base = fault_campaign("ilrs", units=one_of_each_kind)
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


def _table(outcomes: list[TrialOutcome]) -> str:
    rows = ["| unit | failure | found | mended | dark [h] | lost |", "|---|---|---|---|---|---|"]
    groups: dict[tuple[str, str], list[TrialOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.trial.unit, outcome.trial.mode), []).append(outcome)
    for (unit, mode), group in sorted(groups.items()):
        dark = max(outcome.unserved_h for outcome in group)
        rows.append(f"| {unit} | {mode} | {_found(group)} | {_mended(group)} | {max(dark, 0.0):.0f} | {_lost(group)} |")
    lived = sum(outcome.lived for outcome in outcomes)
    return "\n".join(["", f"{len(outcomes)} failures; in {lived} of them nothing was lost.", "", *rows, ""])


def _hours(hours: float) -> str:
    return f"{hours * 60:.0f} min" if hours < 2.0 else f"{hours:.0f} h" if hours < 96.0 else f"{hours / 24:.0f} d"


def _span(values: list[float]) -> str:
    low, high = _hours(min(values)), _hours(max(values))
    return low if low == high else f"{low} to {high}"


def _found(group: list[TrialOutcome]) -> str:
    times = [outcome.found_h for outcome in group if outcome.found_h is not None]
    missed = len(group) - len(times)
    if not times:
        return "never"
    evidence = ", ".join(dict.fromkeys(outcome.found_by for outcome in group if outcome.found_by))
    return f"{_span(times)} ({evidence})" + (f"; not in {missed} of {len(group)}" if missed else "")


def _mended(group: list[TrialOutcome]) -> str:
    times = [outcome.restored_h for outcome in group if outcome.restored_h is not None]
    left = len(group) - len(times)
    if not times:
        return "no"
    ways = ", ".join(dict.fromkeys(outcome.ended_by for outcome in group if outcome.restored_h is not None))
    return f"{_span(times)} ({ways})" + (f"; not in {left} of {len(group)}" if left else "")


def _lost(group: list[TrialOutcome]) -> str:
    found: dict[str, list[str]] = {}
    for outcome in group:
        for name in outcome.lost:
            found.setdefault(name, []).append(outcome.trial.when)
    every = len(group)
    return "; ".join(
        f"{name} ({'always' if len(when) == every else ', '.join(_short(moment) for moment in when)})"
        for name, when in found.items()
    )


def _short(moment: str) -> str:
    return moment if moment == WORST else str(SEASONS.index(moment) + 1)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
