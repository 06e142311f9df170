"""What the outcome of a life hangs on, and what happened in one life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.report.blocks import Block, Column, EventList, Panel, Plot, Section, Table, Text
from moonstation.report.figures import ensemble as figures
from moonstation.report.words import amount, capital, number, span
from moonstation.studies.ensemble_folder import events_of
from moonstation.studies.ensemble_tables import EXPLAINED, described, title_of

if TYPE_CHECKING:
    from moonstation.station.influence import Influence
    from moonstation.studies.ensemble import Ensemble

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
    """Tornadoes of the sampled facts, and what goes with downtimes."""
    blocks: list[Block] = []
    for name in EXPLAINED:
        found = run.fact_influences(name)
        if found and any(item.significant for item in found):
            blocks.append(_tornado(run, name, found))
    if not blocks:
        blocks.append(Text("No outcome goes with any one fact more than chance would have it.", "note"))
    blocks += _downtimes(run)
    lead = (
        "Bars show the mean outcome of the fifth of the lives in which a fact is least and greatest. Full bars are "
        "significant: by Spearman's rank correlation, with at most one of twenty such findings false "
        "(Benjamini and Hochberg). Correlation is no proof of a cause, and a fact whose range is narrow hides here."
    )
    return Section("causes", "What it hangs on", [Panel(blocks)], lead)


def _tornado(run: Ensemble, name: str, found: list[Influence]) -> Plot:
    unit, _ = described(name)
    title, values = title_of(name), run.outcome(name)
    rows = [figures.Bar(item.cause, item.low, item.high, item.significant) for item in found[:_MOST_BARS]]
    first = found[0]
    words = (
        f"{capital(title)} goes most with {first.cause}: mean {amount(first.low, unit)} where that is low, "
        f"{amount(first.high, unit)} where it is high (rank correlation {number(first.rank_correlation, 2)})."
    )
    figure = figures.tornado(rows, float(np.nanmean(values)), f"{title}{_in(unit)}")
    return Plot(figure, words, capital(title))


def _in(unit: str) -> str:
    return "" if unit == "1" else f" [{unit}]"


def _downtimes(run: Ensemble) -> list[Block]:
    rows = [
        [str(row["asset"]), span(row["mean_h"]), f"{row['lives']} of {run.members}"] for row in run.summary["downtime"]
    ]
    if not rows:
        return [Text("No asset was down in any life.", "note")]
    heads = [Column("asset"), Column("mean downtime", right=True), Column("lives", right=True)]
    caption = "Assets that were down" + (f", the {_MOST_ROWS} longest" if len(rows) > _MOST_ROWS else "")
    return [Table(heads, rows[:_MOST_ROWS], caption)]


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
