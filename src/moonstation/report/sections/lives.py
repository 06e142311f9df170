"""What many lives show: the verdict in shares, numbers with their spread, survival, fans and milestones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.core.units import unit_in_brackets
from moonstation.report.blocks import Block, Card, Cards, Column, Panel, Plot, Plots, Points, Section, Table, Text
from moonstation.report.figures import ensemble as figures
from moonstation.report.sections.verdict import missing, notes_on
from moonstation.report.series import Axis, Values
from moonstation.report.words import NOTHING, amount, capital, count, day, number, share, span
from moonstation.station.odds import percentiles, survival_band, survival_curve
from moonstation.station.upkeep import CHANGES, REPAIRS
from moonstation.studies.ensemble_tables import SERIES, SHARES, described, hours, series_described, title_of

if TYPE_CHECKING:
    from moonstation.studies.ensemble import Ensemble

RULE = (
    "A life counts as lived when no crew is lost, and when energy, communication and (where people are to stay) life "
    "support of the main site were each there at least once in the last synodic day. Single assets may be lost."
)
#: What the verdict of a study asks beyond that.
STRICT = (
    "A study, and one of these lives in full (--life), are judged more strictly: all people come, live and stay as "
    "long as planned, nothing of the main site is lost, and every milestone planned within the run is reached."
)
#: What the life beside all others is.
NOMINAL = "The nominal life has every fact at its table's value, and nothing fails in it."
#: What ends a station, by the cause's name.
CAUSE_WORDS = {
    "crew": "a crew could not be kept alive",
    "energy": "the main site's critical loads were never fully served again",
    "communication": "the main site never reached the Earth again",
    "life_support": "life support never stood ready again",
}
_NAMES = {"energy": "Energy", "communication": "Communication", "life_support": "Life support"}
_SPREAD = (
    "energy",
    "communication",
    "life_support",
    "longest_blackout_h",
    "longest_without_contact_h",
    "worst_dark_survived_h",
    "lowest_charge",
    "crew_days",
    "crew_lost",
    "crews_late",
    "crews_not_come",
    "crews_left_early",
    "landing_wait_days",
    "science_hours",
    "data_returned_gbit",
    "assets_lost",
    "failures",
    *REPAIRS,
    *CHANGES,
)


def verdict(run: Ensemble) -> Section:
    """In how many lives the station lives, and what ended the others."""
    told = run.summary
    points = [
        f"In {count(lives, 'life', 'lives')}, {CAUSE_WORDS[cause]}." for cause, lives in told["losses"].items() if lives
    ]
    blocks: list[Block] = [Points(points, "bad")] if points else []
    if not run.not_judged:
        nominal = "lives" if run.nominal_outcome("survived") else "is lost"
        blocks = blocks or [Text("No life was lost.")]
        blocks.append(Text(f"With every fact at its table's value and without failures the station {nominal}."))
    strict, low, high = (share(told[f"as_planned_{name}"]) for name in ("probability", "low", "high"))
    blocks.append(Text(f"By the stricter verdict of a study it lives in {strict} (95 % interval {low} to {high})."))
    if not run.lives.order.failures:
        blocks.append(Text("Nothing fails in these lives: they differ in their uncertain facts alone.", "note"))
    blocks += [Text(RULE, "note"), Text(STRICT, "note"), *missing(told["left_out"]), *notes_on(told["notes"])]
    return Section("verdict", "Verdict", [Panel(blocks)])


def numbers(run: Ensemble) -> Section:
    """Outcomes with their spread."""
    names = [name for name in _SPREAD if name in run.gathered.names and _moves(run, name)]
    rows = [_outcome_row(run, name) for name in names]
    heads = [Column("outcome")] + [Column(h, right=True) for h in ("P5", "median", "P95", "nominal")]
    blocks: list[Block] = [
        Cards(list(_cards(run))),
        Table(heads, rows, "Outcomes over all lives"),
        Text(f"{NOMINAL} P5 and P95: in one life of twenty it is less, in one of twenty more.", "note"),
        Table(
            [Column("outcome"), Column("what it is")], [_meaning(name) for name in names], "What is meant", folded=True
        ),
    ]
    return Section("numbers", "Key numbers", [Panel(blocks)])


def _meaning(name: str) -> list[str]:
    return [capital(title_of(name)), capital(described(name)[1])]


def _moves(run: Ensemble, name: str) -> bool:
    values = run.outcome(name)
    return bool(np.isfinite(values).any() and (values[np.isfinite(values)] != 0).any())


def _cards(run: Ensemble) -> Iterator[Card]:
    told = run.summary
    survival = told["survival_probability"]
    if survival is None:
        yield Card("Survival", "not judged", told["not_judged"])
    else:
        interval = f"95 %: {share(told['survival_low'])} to {share(told['survival_high'])}"
        yield Card("Survival", share(survival), interval, "good" if survival >= 0.5 else "bad")
    for name, label in _NAMES.items():
        p5, p50, _ = percentiles(run.outcome(name))
        if np.isfinite(p50):
            yield Card(f"{label} available", share(p50), f"median; P5 {share(p5)}")
    blackout = percentiles(run.outcome("longest_blackout_h"))
    yield Card("Longest blackout", span(blackout[1]), f"median; P95 {span(blackout[2])}")
    dark = percentiles(run.outcome("worst_dark_survived_h"))
    yield Card("Worst dark survived", span(dark[1]), f"median; P5 {span(dark[0])}")
    for name, label in (("science_hours", "Science"), ("data_returned_gbit", "Data returned"), ("crew_days", "Crew")):
        if _moves(run, name):
            p5, p50, p95 = percentiles(run.outcome(name))
            unit = described(name)[0]
            yield Card(label, amount(p50, unit), f"median; {number(p5)} to {amount(p95, unit)}")


def _outcome_row(run: Ensemble, name: str) -> list[str]:
    unit = described(name)[0]
    values = np.array([*percentiles(run.outcome(name)), run.nominal_outcome(name)])
    if unit == "1" and name not in SHARES:
        values = np.round(values)  # of crews, assets and failures; percentiles lie between two counts
    label = capital(title_of(name)) + unit_in_brackets(unit)
    return [label, *(share(value) if name in SHARES else number(value) for value in values)]


def survival(run: Ensemble) -> Section:
    """The share of lives not yet lost over time."""
    if run.not_judged:
        return Section("survival", "Survival over time", [Panel([Text(f"{capital(run.not_judged)}.", "note")])])
    axis, times_h = _axis(run, 1), hours(run)
    lost_h = run.outcome("lost_h")
    curve = figures.survival(axis, survival_curve(lost_h, times_h), *survival_band(lost_h, times_h))
    words = "Share of the lives that were not yet lost at each time; the band is its 95 % interval (Wilson)."
    return Section("survival", "Survival over time", [Panel([Plot(curve, words)])])


def fans(run: Ensemble) -> Section:
    """Percentiles of every tracked series."""
    days = spans(run)
    axis = _axis(run, days)
    means = f", means of {count(days, 'day')}" if days > 1 else ""
    plots: dict[str, list[Plot]] = {"station": [], "stocks": [], "asked": []}
    for name in run.gathered.series:
        spread = fan_of(run, name, days)
        if not np.isfinite(spread.middle).any() or not np.nanmax(np.abs(spread.high)):
            continue
        unit, meaning = series_described(name)
        factor, shown = (100.0, "%") if unit == "1" and name in SERIES and name != "crew" else (1.0, unit)
        label = title_of(name) + unit_in_brackets(shown)
        group = "asked" if "@" in name else "station" if name in SERIES else "stocks"
        figure = figures.fan(axis, spread, label, factor, from_zero=not name.startswith("temperature_k@"))
        caption = f"{capital(meaning)}{means}." if group != "asked" else f"Kept as --series {name}{means}."
        plots[group].append(Plot(figure, caption, capital(title_of(name))))
    blocks: list[Block] = [Plots(items) for items in plots.values() if items]
    lead = f"The band from P5 to P95 holds nine lives of ten at each time, the line is their median. {NOMINAL}"
    return Section("fans", "Over time", [Panel(blocks)], lead)


def spans(run: Ensemble) -> int:
    """Days that a point of a fan stands for."""
    records = len(hours(run))
    return -(-records // figures.FULL_POINTS)


def fan_of(run: Ensemble, name: str, days: int) -> figures.Fan:
    """Percentiles of a tracked series in spans of days."""
    low, middle, high = percentiles(_span_means(run.gathered.series[name], days))
    return figures.Fan(low, middle, high, _span_means(run.gathered.nominal[f"series.{name}"], days)[0])


def _span_means(values: Any, days: int) -> Values:
    """Means over spans of records, shape (lives, records) -> (lives, spans); nan where a span has no value."""
    if days == 1:
        return np.asarray(values, np.float64)
    known = np.isfinite(values)
    sums, counts = _span_sums(values if known.all() else np.where(known, values, 0.0), days), _span_sums(known, days)
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))


def _span_sums(values: Any, days: int) -> Values:
    """Sums over spans of records, the last of which may be short, shape (lives, records) -> (lives, spans)."""
    sums = np.array(values[:, ::days], np.float64)
    for nth in range(1, days):
        part = values[:, nth::days]
        sums[:, : part.shape[1]] += part
    return sums


def _axis(run: Ensemble, days: int) -> Axis:
    grid = run.plan.station.grid
    x0 = str(np.datetime64(grid.start.replace(tzinfo=None), "ms")).replace("T", " ")
    return Axis(x0, days * run.lives.record_steps * grid.step_s * 1000.0)


def milestones(run: Ensemble) -> Section:
    """How likely each milestone is, and when."""
    rows = [
        [
            item["title"],
            day(item["planned"]),
            share(item["probability"]),
            f"{share(item['low'])} to {share(item['high'])}",
            day(item["p50"]) if item["p50"] else NOTHING,
            day(item["p80"]) if item["p80"] else NOTHING,
        ]
        for item in run.summary["milestones"].values()
    ]
    if not rows:
        return Section("milestones", "Milestones", [Panel([Text("The scenario has no milestones.", "note")])])
    heads = [Column("milestone"), Column("planned", fixed=True), Column("reached in", right=True)]
    heads += [Column("95 % interval", right=True), Column("in half of all lives by", fixed=True)]
    heads += [Column("in four fifths by", fixed=True)]
    return Section("milestones", "Milestones", [Panel([Table(heads, rows)])])
