"""A fault campaign as a page: what each failure brings about, in what time it is found and mended, and who lives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from moonstation.report.blocks import Block, Card, Cards, Column, Panel, Section, Table, Text
from moonstation.report.page import render_page
from moonstation.report.sections.verdict import missing, notes_on
from moonstation.report.words import count, day, number
from moonstation.scenario.schema import Scenario
from moonstation.station.fault_trials import TrialOutcome
from moonstation.studies.campaign_folder import manifest, write_campaign
from moonstation.studies.fault_campaign import WORST, Campaign
from moonstation.studies.fault_campaign import fault_campaign as _fault_campaign

#: Heads of the table of failures, a row for each unit and failure mode.
HEADS = ("unit", "failure", "found", "mended", "dark [h]", "lost")
#: What they mean, in sentences.
MEANING = (
    "Found: how long after the failure the station knew of it, and by what; at once: within the same time step.",
    "Mended: after how long, and by which step.",
    "Dark: hours in which critical loads went unserved, more than without the failure, at worst.",
    "Lost: assets that would not have been lost without it; where nothing is named, all lived.",
)


@dataclass(frozen=True, repr=False)
class CampaignRun(Campaign):
    """A finished campaign: ``table``, ``summary``, ``report``."""

    @cached_property
    def report(self) -> str:
        """The report, one HTML page that opens offline."""
        return render_campaign(self)

    def save(self, folder: str | Path, *, where: str = "folder", overwrite: bool = False) -> Path:
        """Write campaign.json, campaign.csv, report.html and manifest.json whole or not at all; returns the folder.

        where : what a refusal calls the folder

        Raises RangeError when the place is taken (unless ``overwrite`` and it is such a folder) or unwritable.
        """
        return write_campaign(self, Path(folder), lambda: self.report, where=where, overwrite=overwrite)


def run_campaign(scenario: str | Path | Scenario, **asked: Any) -> CampaignRun:
    """Run a fault campaign (see ``moonstation.studies.fault_campaign``); the report comes with it."""
    done = _fault_campaign(scenario, **asked)
    return CampaignRun(**{field.name: getattr(done, field.name) for field in fields(done)})


def render_campaign(made: Campaign) -> str:
    """The report of a campaign: one HTML text that opens offline."""
    told = made.summary
    return render_page(
        "lives.html.j2",
        title=told["title"],
        kicker=f"moonstation campaign · {day(told['start'])} to {day(told['end'])}",
        statement=statement(made),
        good=None if not told["failures"] else told["lost"] == 0,
        sections=[_verdict(made), _failures(made), _provenance(made)],
        version=metadata.version("moonstation"),
    )


def statement(made: Campaign) -> str:
    """In how many of the failures nothing was lost, in one sentence."""
    told = made.summary
    if not told["failures"]:
        return "Nothing fails: nothing comes that has a failure mode and is there at any of the moments."
    if not told["lost"]:
        return f"{count(told['failures'], 'failure')}, each alone: nothing is lost by any."
    return f"{count(told['failures'], 'failure')}, each alone: in {number(told['lost'], 9)} something is lost."


def failure_rows(outcomes: Sequence[TrialOutcome]) -> list[list[str]]:
    """A row of texts for each unit and failure mode, under ``HEADS``, of all moments at which it came to pass."""
    groups: dict[tuple[str, str], list[TrialOutcome]] = {}
    for outcome in outcomes:
        if outcome.failed:
            groups.setdefault((outcome.trial.unit, outcome.trial.mode), []).append(outcome)
    return [
        [unit, mode, _found(group), _mended(group), f"{max(0.0, *(one.unserved_h for one in group)):.0f}", _lost(group)]
        for (unit, mode), group in sorted(groups.items())
    ]


def _verdict(made: Campaign) -> Section:
    told = made.summary
    words = (
        "Every unit fails alone, in each of its failure modes: at the begin of the longest dark after it landed "
        f'("{WORST}"), and at four moments a quarter of a lunar year of seasons apart, from its landing on. Nothing '
        f"else fails. Each failure is followed for {number(told['look_days'])} days, or to the end. What a reset does "
        f"is drawn (seed {made.seed}), so a mode with a chance of it is mended here and left there."
    )
    blocks: list[Block] = [Cards(list(_cards(told))), Text(words)]
    if told["not_there"]:
        text = f"{count(told['not_there'], 'failure')} did not come to pass: the unit was not there at the moment."
        blocks.append(Text(text, "note"))
    losses = [row for row in failure_rows(made.outcomes) if row[-1]]
    if losses:
        blocks.append(_table(losses, "What brings a loss"))
    return Section("verdict", "Verdict", [Panel([*blocks, *missing(told["left_out"]), *notes_on(told["notes"])])])


def _cards(told: dict[str, Any]) -> Iterator[Card]:
    total = told["failures"]
    yield Card("Failures", number(total, 9), f"of {count(told['units'], 'unit')}, each alone")
    yield Card(
        "With a loss", number(told["lost"], 9), "something would else have lived", "bad" if told["lost"] else "good"
    )
    for name, label in (("found", "Found"), ("mended", "Mended")):
        hours = told[f"median_{name}_h"]
        after = "" if hours is None else f"median {'after ' if hours else ''}{_hours(hours)}"
        yield Card(label, f"{number(told[name], 9)} of {number(total, 9)}", after)
    yield Card("Longest dark by one", f"{number(told['longest_unserved_h'])} h", "critical loads unserved")


def _failures(made: Campaign) -> Section:
    rows = failure_rows(made.outcomes)
    blocks: list[Block] = [Text(" ".join(MEANING), "note")]
    if rows:
        blocks.append(_table(rows, "Every failure"))
    return Section("failures", "Failures", [Panel(blocks)])


def _table(rows: list[list[str]], caption: str) -> Table:
    heads = [Column(head, right=head.startswith("dark")) for head in HEADS]
    marks = {place: "bad" for place, row in enumerate(rows) if row[-1]}
    return Table(heads, rows, caption, search=len(rows) > 10, marks=marks)


def _provenance(made: Campaign) -> Section:
    told = manifest(made)
    rows = [[key, str(told[key])] for key in ("scenario", "seed", "step_h", "look_days")]
    rows += [[f"input {item['path']}", item["sha256"]] for item in [*told["inputs"], *told["kernels"]]]
    rows += [[name, version] for name, version in told["versions"].items()]
    return Section("provenance", "Provenance", [Panel([Table([Column("what"), Column("value")], rows)])])


def _hours(hours: float) -> str:
    if not hours:
        return "at once"
    return f"{hours * 60:.0f} min" if hours < 2.0 else f"{hours:.0f} h" if hours < 96.0 else f"{hours / 24:.0f} d"


def _span(values: list[float]) -> str:
    low, high = _hours(min(values)), _hours(max(values))
    return low if low == high else f"{low} to {high}"


def _found(group: list[TrialOutcome]) -> str:
    return _when([(outcome.found_h, outcome.found_by) for outcome in group]) or "never"


def _mended(group: list[TrialOutcome]) -> str:
    return _when([(outcome.restored_h, outcome.ended_by) for outcome in group]) or "no"


def _when(told: Sequence[tuple[float | None, str]]) -> str:
    """After what times [h], in what ways, and in how many of all it never came about; "" where it did in none."""
    came = [(hours, way) for hours, way in told if hours is not None]
    if not came:
        return ""
    missed, ways = len(told) - len(came), ", ".join(dict.fromkeys(way for _, way in came))
    text = f"{_span([hours for hours, _ in came])} ({ways})"
    return f"{text}; not in {missed} of {len(told)}" if missed else text


def _lost(group: list[TrialOutcome]) -> str:
    """What is lost, and when: always, in the longest dark, or in which seasons."""
    found: dict[str, list[str]] = {}
    for outcome in group:
        for name in outcome.lost:
            found.setdefault(name, []).append(outcome.trial.when)
    every = len(group)
    return "; ".join(f"{name} ({'always' if len(when) == every else ', '.join(when)})" for name, when in found.items())
