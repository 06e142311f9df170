"""What failed, was lost or went unserved in one life, part by part over its time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from moonstation.report.blocks import Plot
from moonstation.report.figures import ensemble as figures
from moonstation.report.words import minute

_MOST_ROWS = 40
#: What a timeline shows: the begin of the kind of an event, words in its detail, and what that is called there.
_MARKS = (
    ("lost", "", "lost"),
    ("fault-failed", "", "failed"),
    ("fault-cleared", "", "repaired"),
    ("fault-replaced", "", "repaired"),
    ("fault-recovery", ": mended", "repaired"),
    ("fault-unheard", "", "unheard"),
    ("fault-heard", "", "heard"),
    ("critical-unserved", "", "unserved"),
    ("critical-served", "", "served"),
    ("fault-change", "changed by schedule", figures.CHANGED),
    ("fault-change", "overdue", figures.OVERDUE),
)
_BY_SCHEDULE = (figures.CHANGED, figures.OVERDUE)


def timeline(
    events: Iterable[Any], period: tuple[Any, Any], life: str, title: str, named: Callable[[str], str] = str
) -> Plot | None:
    """A row for each part to which something happened, None where nothing did; those only changed by schedule last.

    events : rows with utc, kind, subject, detail, in order of time; period : begin and end of the life
    life : what the events are of, such as "life 3"; named : the name that the report gives a subject
    """
    found = [mark for row in events if (mark := _mark(row, named))]
    marks = sorted(found, key=lambda mark: mark.kind in _BY_SCHEDULE)
    parts = dict.fromkeys(mark.row for mark in marks)
    rows = list(parts)[:_MOST_ROWS]
    if not rows:
        return None
    caption = (
        f"What failed, was lost or went unserved in {life}, and what waited for a word from the Earth because a link "
        "had failed; lines last until it was mended, served or heard again."
    )
    if marks[-1].kind in _BY_SCHEDULE:
        caption += (
            " Squares: parts at their limit of life, changed by schedule, or overdue for want of a spare or hands."
        )
    if len(rows) < len(parts):
        caption += f" Shown are the first {_MOST_ROWS} parts to which anything happened."
    begin, end = map(minute, period)
    return Plot(figures.timeline([mark for mark in marks if mark.row in rows], (begin, end)), caption, title)


def _mark(row: Any, named: Callable[[str], str]) -> figures.Mark | None:
    kind, detail = str(row.get("kind", "")), str(row.get("detail", ""))
    found = next((shown for begin, words, shown in _MARKS if kind.startswith(begin) and words in detail), "")
    if not found:
        return None
    return figures.Mark(minute(row.get("utc")), named(str(row.get("subject", ""))), found, detail or kind)
