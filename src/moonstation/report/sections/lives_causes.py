"""What the outcome of a life hangs on, and what happened in one life."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.report.blocks import Block, Column, EventList, Panel, Plot, Section, Table, Text
from moonstation.report.figures import ensemble as figures
from moonstation.report.words import amount, capital, count, listed, number, span
from moonstation.station.influence import TELLING
from moonstation.studies.ensemble_folder import events_of
from moonstation.studies.ensemble_tables import EXPLAINED, SHARES, described, title_of

if TYPE_CHECKING:
    from moonstation.station.influence import Influence
    from moonstation.studies.ensemble import Ensemble
    from moonstation.studies.ensemble_causes import Causes

_MOST_BARS, _MOST_ROWS = 10, 15
_MOST_MARKS, _MOST_EVENTS = 40, 1500
#: Kinds of events that a timeline shows, by the beginning of their names.
_MARKS = {
    "lost": "lost",
    "fault-failed": "failed",
    "fault-cleared": "repaired",
    "fault-replaced": "repaired",
    "critical-unserved": "unserved",
    "critical-served": "served",
}
_MENDED = ("fault-recovery", ": mended")
_QUIET = ("landed", "ended", "mode", "delivery")


def causes(run: Ensemble) -> Section:
    """Tornadoes of what the outcomes surely hang on, what the lives are too few to tell, and what was down."""
    looked = [made for name in EXPLAINED if (made := run.causes(name)).found]
    blocks: list[Block] = [_tornado(run, made) for made in looked if made.sure]
    blocks += _unsure(run, looked)
    blocks += _table(run, [made for made in looked if made.sure])
    blocks += _downtimes(run)
    lead = (
        "Uncertain facts and failures of assets with which the lives surely show an outcome to go: by rank "
        "correlation, and for failures before a loss by how many lost lives had one, against those still at risk; with "
        "at most one of twenty findings false (Benjamini and Hochberg). Bars show the mean outcome of the fifth of the "
        "lives in which a fact is least and greatest, or of those without and with a failure. Going together is no "
        "proof of a cause."
    )
    return Section("causes", "What it hangs on", [Panel(blocks)], lead)


def _unsure(run: Ensemble, looked: Sequence[Causes]) -> list[Block]:
    """What the lives cannot tell, and how many could."""
    unsure = [title_of(made.outcome) for made in looked if not made.sure]
    same = [title_of(name) for name in EXPLAINED if not run.causes(name).found and _differs(run, name)]
    blocks: list[Block] = []
    if same:
        words = f"Too few lives differ from the others to look for causes: {listed(same, len(same))}."
        blocks.append(Text(words, "note"))
    if unsure:
        worst = max((made for made in looked if not made.sure), key=lambda made: made.smallest_found)
        told = "hangs on nothing" if len(unsure) == 1 else "hang on nothing"
        words = f"{capital(listed(unsure, len(unsure)))} {told} that the lives surely show. {_reach(worst)}"
        blocks.append(Text(words if worst.smallest_found <= TELLING else f"Not enough lives to tell: {words}", "note"))
    elif looked:
        blocks.append(Text(_reach(max(looked, key=lambda made: made.smallest_found)), "note"))
    return blocks


def _reach(made: Causes) -> str:
    """How small a cause so many lives show."""
    idle = count(made.idle, "fact")
    left = f" ({idle} of failures that never came to pass were left out)" if made.idle else ""
    if made.smallest_found >= 1.0:
        seen = f"{count(made.lives, 'life', 'lives')} show no cause surely"
    else:
        least = number(made.smallest_found, 2)
        seen = (
            f"{count(made.lives, 'life', 'lives')} show four times of five a cause with a rank correlation of {least}"
        )
    among = f"among {count(len(made.found), 'candidate')}{left}"
    return f"{seen} {among}; for one of {number(TELLING)} it takes about {number(made.lives_needed, 9)}."


def _differs(run: Ensemble, name: str) -> bool:
    values = run.outcome(name)
    return bool(np.unique(values[np.isfinite(values)]).size > 1)


def _named(run: Ensemble, item: Influence) -> str:
    """A cause with the range of its values."""
    if item.kind == "failure":
        return f"failures of {item.cause}"
    fact = next(fact for fact in run.plan.sampled if fact.key == item.cause)
    unit = next(known.unit for known in run.facts if known.key == item.cause)
    return f"{item.cause}, {number(fact.low)} to {amount(fact.high, unit)}"


def _tornado(run: Ensemble, made: Causes) -> Plot:
    name, first = made.outcome, made.sure[0]
    factor, unit = _shown(name)
    title = title_of(name)
    rows = [figures.Bar(_named(run, item), item.low, item.high) for item in made.sure[:_MOST_BARS]]
    low, high = amount(factor * first.low, unit), amount(factor * first.high, unit)
    ends = f"{low} where that is low, {high} where it is high"
    words = f"{capital(title)} goes most surely with {first.cause}: mean {ends}."
    if first.kind == "failure":
        ends = f"{low} without, {high} with one"
        words = f"{capital(title)} goes most surely with failures of {first.cause}: mean {ends}."
    figure = figures.tornado(rows, float(np.nanmean(run.outcome(name))), f"mean {title}{_in(unit)}", factor)
    return Plot(figure, words, capital(title))


def _shown(name: str) -> tuple[float, str]:
    """Factor and unit in which an outcome is shown: shares in percent."""
    unit = described(name)[0]
    return (100.0, "%") if name in SHARES or name == "survived" else (1.0, unit)


def _table(run: Ensemble, sure: Sequence[Causes]) -> list[Block]:
    rows = []
    for made in sure:
        factor, unit = _shown(made.outcome)
        for item in made.sure[:_MOST_BARS]:
            interval = f"{number(item.correlation_low, 2)} to {number(item.correlation_high, 2)}"
            ends = f"{number(factor * item.low)} to {amount(factor * item.high, unit)}"
            cells = [title_of(made.outcome), _named(run, item), number(item.rank_correlation, 2), interval, ends]
            rows.append([*cells, number(item.p_value, 1)])
    heads = [Column("outcome"), Column("cause"), Column("rank correlation", right=True)]
    heads += [Column("95 % interval", right=True), Column("mean outcome, low to high", right=True)]
    heads += [Column("p", right=True)]
    return [Table(heads, rows, "All of these with their confidence", folded=True)] if rows else []


def _in(unit: str) -> str:
    return "" if unit == "1" else f" [{unit}]"


def _downtimes(run: Ensemble) -> list[Block]:
    rows = [
        [
            str(row["asset"]),
            number(row["mean_h"]),
            number(row["degraded_mean_h"]),
            f"{row['lives']} of {run.members}",
        ]
        for row in run.summary["downtime"]
    ]
    if not rows:
        return [Text("No asset was down or degraded in any life.", "note")]
    heads = [Column("asset"), Column("downtime [h]", right=True), Column("degraded [h]", right=True)]
    heads += [Column("in lives", right=True)]
    caption = "Assets that were down or degraded" + (f", the {_MOST_ROWS} longest" if len(rows) > _MOST_ROWS else "")
    words = (
        "Means over all lives. Down is an asset that is lost or has failed; a partial failure counts by the share of "
        "its use that it takes. Degraded are the hours with an open failure in which it was of some use all the same."
    )
    return [Table(heads, rows[:_MOST_ROWS], caption), Text(words, "note")]


def chosen_member(run: Ensemble) -> tuple[int, str]:
    """The life whose story is told, and why: the one lost at the median time, or else the one worst served."""
    lost_h = run.outcome("lost_h")
    lost = np.flatnonzero(np.isfinite(lost_h))
    if lost.size:
        middle = lost[np.argsort(lost_h[lost], kind="stable")[(lost.size - 1) // 2]]
        return int(middle), f"lost after {span(float(lost_h[middle]))}, the median of the lives that were lost"
    energy = np.nan_to_num(run.outcome("energy"), nan=np.inf)
    return int(np.argmin(energy)), "the life whose critical loads were served least"


def one_life(run: Ensemble) -> Section:
    """The timeline of the chosen life, and its events."""
    member, why = chosen_member(run)
    rows = events_of(run, member)
    marks = [mark for row in rows if (mark := _mark(row))]
    subjects = list(dict.fromkeys(mark.row for mark in marks))[:_MOST_MARKS]
    blocks: list[Block] = [Text(f"Member {member}: {why}.")]
    shown = [mark for mark in marks if mark.row in subjects]
    if shown:
        grid = run.plan.station.grid
        period = (grid.utc[0], grid.utc[-1])
        words = f"What failed, was lost or went unserved in member {member}, part by part."
        if len(subjects) < len({mark.row for mark in marks}):
            words += f" The first {_MOST_MARKS} parts to which anything happened."
        blocks.append(Plot(figures.timeline(shown, period), words, "Timeline"))
    else:
        blocks.append(Text("Nothing failed, was lost or went unserved in it.", "note"))
    told = [row for row in rows if not row["kind"].startswith(_QUIET)]
    kinds: dict[str, int] = {}
    for row in told:
        kinds[row["kind"]] = kinds.get(row["kind"], 0) + 1
    note = f"The first {_MOST_EVENTS} of {len(told)}." if len(told) > _MOST_EVENTS else ""
    listed = [_event_row(row) for row in told[:_MOST_EVENTS]]
    if listed:
        blocks.append(EventList(listed, kinds, note))
    lead = "All events of all lives stand in events.parquet, with the number of the member."
    return Section("life", "One life", [Panel(blocks)], lead)


def _event_row(row: dict[str, Any]) -> list[str]:
    value = amount(row["value"], row["unit"]) if row["unit"] else ""
    return [f"{row['utc']:%Y-%m-%d %H:%M}", row["kind"], row["subject"], row["detail"], value]


def _mark(row: dict[str, Any]) -> figures.Mark | None:
    if row["kind"] == _MENDED[0] and _MENDED[1] in row["detail"]:
        return figures.Mark(row["utc"], row["subject"], "repaired", row["detail"])
    for begin, kind in _MARKS.items():
        if row["kind"].startswith(begin):
            return figures.Mark(row["utc"], row["subject"], kind, row["detail"] or row["kind"])
    return None
