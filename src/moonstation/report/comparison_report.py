"""Two designs side by side as one HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonstation.core.folder import Mark, whole_folder
from moonstation.core.output import json_text
from moonstation.report.blocks import Block, Card, Cards, Column, Panel, Plot, Section, Table, Text
from moonstation.report.page import render_page
from moonstation.report.sections.verdict import missing, notes_on
from moonstation.report.words import NOTHING, capital, count, day, number, share
from moonstation.studies.chunks import Order
from moonstation.studies.comparison import Comparison
from moonstation.studies.comparison import comparison as _comparison
from moonstation.studies.ensemble_tables import labelled, shown, title_of
from moonstation.studies.folder import MANIFEST, REPORT, SUMMARY

if TYPE_CHECKING:
    from moonstation.scenario.schema import Scenario
    from moonstation.station.paired import Difference

MARK = Mark(MANIFEST, "comparison")
_ROUNDING = 1e-12


@dataclass(frozen=True, repr=False)
class ComparedLives(Comparison):
    """A finished comparison: ``differences``, ``summary``, ``report``."""

    @cached_property
    def report(self) -> str:
        """The report, one HTML page that opens offline."""
        return render_comparison(self)

    def save(self, folder: str | Path, *, where: str = "folder", overwrite: bool = False) -> Path:
        """Write summary.json, report.html and manifest.json whole or not at all; returns the folder's path.

        Raises RangeError when the place is taken (unless ``overwrite`` and it is such a folder) or unwritable.
        """
        from moonstation.studies.ensemble_folder import manifest

        target = Path(folder).absolute()
        made = {"kind": MARK.kind, "first": manifest(self.first), "second": manifest(self.second)}
        with whole_folder(target, MARK, where, overwrite=overwrite) as partial:
            (partial / REPORT).write_text(self.report, encoding="utf-8")
            (partial / SUMMARY).write_text(json_text(self.summary), encoding="utf-8")
            (partial / MANIFEST).write_text(json_text(made), encoding="utf-8")
        return target


def compare_lives(
    first: str | Path | Scenario, second: str | Path | Scenario, order: Order, **how: Any
) -> ComparedLives:
    """Compare two scenarios member by member (see ``moonstation.studies.comparison``); the report comes with it."""
    done = _comparison(first, second, order, **how)
    return ComparedLives(done.first, done.second)


def render_comparison(made: Comparison) -> str:
    """The report of a comparison: one HTML text that opens offline."""
    survived = made.difference("survived")
    return render_page(
        "lives.html.j2",
        title=f"{made.names[0]} against {made.names[1]}",
        kicker=f"moonstation compare · {count(made.first.members, 'pair')} · seed {made.first.seed}",
        statement=statement(made),
        good=survived.mean > 0.0 if survived.is_clear else None,
        sections=[_verdict(made), _differences(made), _milestones(made)],
        version=metadata.version("moonstation"),
    )


def statement(made: Comparison) -> str:
    """What the second design changes in survival, in one sentence."""
    item = made.difference("survived")
    name = made.names[1]
    unknown = [(letter, run.not_judged) for letter, run in (("A", made.first), ("B", made.second)) if run.not_judged]
    if unknown:
        why = "; ".join(f"in {letter} {reason}" for letter, reason in unknown)
        return f"Survival cannot be compared: {why}."
    if made.is_of_one_design:
        return f"A and B are one design to the model: nothing differs. Both live in {share(item.first)} of the lives."
    if item.mean == 0.0 and item.low == item.high:
        return f"Both live in the same lives: {share(item.first)} of them."
    change = f"{_points(item.mean)} points (95 % interval {_points(item.low)} to {_points(item.high)})"
    if not item.is_clear:
        return f"No clear difference in survival: {change} with {name}, which may be chance."
    word = "more" if item.mean > 0 else "fewer"
    return f"With {name} the station lives in {word} lives: {change}."


def _points(value: float) -> str:
    return f"{100.0 * value:+.1f}"


def _verdict(made: Comparison) -> Section:
    one, two = made.summary["first"], made.summary["second"]
    cards = [
        Card(
            f"{letter}: {name}",
            "not judged" if told["not_judged"] else share(told["survival_probability"]),
            told["not_judged"] or f"95 %: {share(told['survival_low'])} to {share(told['survival_high'])}",
        )
        for letter, name, told in zip("AB", made.names, (one, two), strict=True)
    ]
    clear = [item for item in made.differences if item.is_clear]
    words = (
        f"{count(made.first.members, 'pair')} of lives, each with the same values of "
        f"{count(len(made.shared_facts), 'fact')} that both designs sample: what they differ in is the design. "
        f"{capital(count(len(clear), 'outcome'))} of {number(len(made.differences))} differ clearly: their interval "
        "leaves out 0, and p is under 0.05."
    )
    titles = " ".join(f"{letter}: {told['title']}." for letter, told in (("A", one), ("B", two)))
    blocks: list[Block] = [Cards(cards), Text(titles, "note"), Text(words)]
    for letter, told in (("A", one), ("B", two)):
        blocks += [*missing(told["left_out"], f" in {letter}"), *notes_on(told["notes"], f"in {letter}")]
    return Section("verdict", "Verdict", [Panel(blocks)])


def _differences(made: Comparison) -> Section:
    from moonstation.report.figures.ensemble import difference

    items = [item for item in made.differences if not item.outcome.startswith("milestone.")]
    if not items:
        return Section("differences", "Differences", [Panel([Text("No outcome differs in any pair.", "note")])])
    rows = [_row(item) for item in items]
    heads = [Column("outcome"), Column("A", right=True), Column("B", right=True), Column("B less A", right=True)]
    heads += [Column("95 % interval", right=True), Column("p", right=True), Column("pairs", right=True)]
    moving = [item for item in items if item.high > item.low]
    points = [(title_of(item.outcome), item.mean, item.low, item.high, item.is_clear) for item in moving]
    figure = difference(points)
    words = "Mean difference of the pairs, B less A, in half-widths of its interval; green is clear (p under 0.05 too)."
    marks = {place: "good" for place, item in enumerate(items) if item.is_clear}
    plots: list[Block] = [Plot(figure, words)] if points else []
    lead = (
        "Means over the pairs. Intervals by Student's t of the differences; p by Wilcoxon's signed ranks, of survival "
        "by McNemar's exact test. Of twenty outcomes that do not differ, one looks clear by chance."
    )
    return Section("differences", "Differences", [Panel([*plots, Table(heads, rows, marks=marks)])], lead)


def mean_difference(item: Difference) -> float:
    """Mean of B less A; 0 where nothing but rounding is left of it."""
    return 0.0 if abs(item.mean) < _ROUNDING * max(abs(item.first), abs(item.second)) else item.mean


def _row(item: Difference) -> list[str]:
    factor, _ = shown(item.outcome)
    written = [number(factor * value) for value in (item.first, item.second)]
    mean, low, high = (_signed(factor * value) for value in (mean_difference(item), item.low, item.high))
    apart = [mean, f"{low} to {high}"]
    return [capital(labelled(item.outcome)), *written, *apart, number(item.p_value, 2), number(item.pairs)]


def _signed(value: float) -> str:
    text = number(value)
    return f"+{text}" if value > 0 else text


def _milestones(made: Comparison) -> Section:
    one, two = (run.summary["milestones"] for run in (made.first, made.second))
    rows: list[list[str]] = []
    marks: dict[int, str] = {}
    for name in made.milestones:
        item = made.reached(name)
        if item.is_clear:
            marks[len(rows)] = "good"
        rows.append(
            [
                one[name]["title"],
                share(item.first),
                share(item.second),
                f"{_points(item.low)} to {_points(item.high)} points",
                number(item.p_value, 2),
                day(one[name]["p50"]) if one[name]["p50"] else NOTHING,
                day(two[name]["p50"]) if two[name]["p50"] else NOTHING,
            ]
        )
    if not rows:
        return Section("milestones", "Milestones", [Panel([Text("The scenarios share no milestone.", "note")])])
    heads = [Column("milestone"), Column("A reached in", right=True), Column("B reached in", right=True)]
    heads += [Column("B less A, 95 % interval", right=True), Column("p", right=True)]
    heads += [Column("A, half of all lives by", fixed=True), Column("B, half of all lives by", fixed=True)]
    return Section("milestones", "Milestones", [Panel([Table(heads, rows, marks=marks)])])
