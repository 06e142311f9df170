"""The story of one life of many, and which others there are to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.report.blocks import Block, Column, EventList, Panel, Plot, Section, Table, Text
from moonstation.report.figures import ensemble as figures
from moonstation.report.words import NOTHING, amount, count, number, share, span
from moonstation.scenario.reading import library
from moonstation.station.survival import CAUSES
from moonstation.studies.ensemble_folder import events_of

if TYPE_CHECKING:
    from moonstation.studies.ensemble import Ensemble

_MOST_MARKS, _MOST_EVENTS, _MOST_LIVES = 40, 1500, 300
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
    blocks: list[Block] = [Text(f"Life {member}: {why}.")]
    blocks.append(Text(f"In full, with the report of a study: {in_full(run, member)}", "note"))
    shown = [mark for mark in marks if mark.row in subjects]
    if shown:
        grid = run.plan.station.grid
        period = (grid.utc[0], grid.utc[-1])
        words = (
            f"What failed, was lost or went unserved in life {member}; lines last until it was mended or served again."
        )
        if len(subjects) < len({mark.row for mark in marks}):
            words += f" Shown are the first {_MOST_MARKS} parts to which anything happened."
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
    return Section("life", "One life", [Panel([*blocks, *_others(run)])], lead)


def in_full(run: Ensemble, member: int) -> str:
    """The command that runs a life with the report of a study."""
    scenario, order = run.plan.scenario, run.lives.order
    path = scenario.path
    name = scenario.name if path is None or library().get(scenario.name) == path else path.name
    fails = "" if order.failures else " --no-failures"
    asked = f"--members {order.members} --seed {order.seed} --step {scenario.step}{fails}"
    return f"moonstation simulate {name} {asked} --life {member}"


def _others(run: Ensemble) -> list[Block]:
    """Every life in a line, those that were lost first."""
    lost_h, cause = run.outcome("lost_h"), run.outcome("lost_by")
    energy = np.nan_to_num(run.outcome("energy"), nan=np.inf)
    order = np.lexsort((energy, np.nan_to_num(lost_h, nan=np.inf)))[:_MOST_LIVES]
    rows = [
        [
            str(member),
            span(float(lost_h[member])),
            CAUSES[int(cause[member])].replace("_", " ") if np.isfinite(cause[member]) else NOTHING,
            share(run.outcome("energy")[member]),
            number(run.outcome("failures")[member]),
            number(run.outcome("assets_lost")[member]),
        ]
        for member in map(int, order)
    ]
    heads = [Column("life", right=True), Column("lost after", right=True), Column("by")]
    heads += [Column(head, right=True) for head in ("energy available", "failures", "assets lost")]
    most = f"The first {count(_MOST_LIVES, 'life', 'lives')}" if run.members > _MOST_LIVES else "All lives"
    return [Table(heads, rows, f"{most}, the earliest lost first", search=True, folded=True)]


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
