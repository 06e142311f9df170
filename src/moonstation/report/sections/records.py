"""What happened, what it rests on, and whether the books close: events, facts, ledger, provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from moonstation.facts.table import STATUSES, UNCONFIRMED
from moonstation.report.blocks import Block, Column, EventList, Panel, Section, Table, Text
from moonstation.report.nodes import label
from moonstation.report.sections.timeline import timeline
from moonstation.report.view import EventRow, StudyView
from moonstation.report.words import amount, count, listed, minute, number

_MOST_OF_A_KIND = 1500
_MOST_DEPTH = 6
_STATUS_WORDS = {
    "measured": "measured",
    "published": "read in a published text",
    "derived": "derived from published numbers",
    "convention": "agreed by convention",
    "secondary": "read in a quotation of the source",
    "assumption": "assumed by us",
}


def events(view: StudyView) -> Section:
    """The list that the page can filter."""
    if not view.events:
        return Section("events", "Events", [Panel([Text("Nothing happened that the run would note.", "note")])])
    kinds = Counter(str(event.get("kind", "")) for event in view.events)
    shown: Counter[str] = Counter()
    rows = []
    for event in view.events:
        kind = str(event.get("kind", ""))
        shown[kind] += 1
        if shown[kind] <= _MOST_OF_A_KIND:
            rows.append(_event(view, kind, event))
    cut = [
        f"{kind} ({number(_MOST_OF_A_KIND, 6)} of {number(n, 9)})" for kind, n in kinds.items() if n > _MOST_OF_A_KIND
    ]
    note = (
        f"Of frequent kinds only the first stand here: {listed(cut)}. All are in the run's events.parquet."
        if cut
        else ""
    )
    named = partial(label, view)
    over_time = timeline(view.events, (view.start, view.end), "this run", "Failures, losses and blackouts", named)
    blocks: list[Block] = [over_time] if over_time else []
    return Section("events", "Events", [Panel([*blocks, EventList(rows, dict(kinds), note)])])


def _event(view: StudyView, kind: str, event: EventRow) -> list[str]:
    value, unit = event.get("value"), str(event.get("unit") or "")
    measured = amount(value, unit) if unit and value is not None else ""
    subject = label(view, str(event.get("subject", "")))
    return [minute(event.get("utc")), kind, subject, str(event.get("detail", "")), measured]


def facts(view: StudyView) -> Section:
    """Every number that the run stood on, the least firm first."""
    if not view.facts:
        text = "The study names no facts: every number in it was given by the scenario itself."
        return Section("facts", "Facts and assumptions", [Panel([Text(text, "note")])])
    rank = {status: place for place, status in enumerate(reversed(STATUSES))}
    ordered = sorted(view.facts, key=lambda fact: (rank.get(fact.get("status", ""), -1), fact.get("key", "")))
    by_status = Counter(fact.get("status", "") for fact in ordered)
    tally = [f"{number} {_STATUS_WORDS.get(status, status)}" for status, number in by_status.items()]
    unsure = [(place, fact) for place, fact in enumerate(ordered) if fact.get("status") in UNCONFIRMED]
    rows = [
        [
            fact.get("key", ""),
            number(fact.get("value"), 6),
            _range(fact.get("low"), fact.get("high")),
            fact.get("unit", ""),
            fact.get("status", ""),
            "; ".join(filter(None, [fact.get("source", ""), fact.get("locator", ""), fact.get("note", "")])),
        ]
        for fact in ordered
    ]
    heads = [
        Column("key"),
        Column("value", right=True),
        Column("range"),
        Column("unit"),
        Column("status", fixed=True),
        Column("source"),
    ]
    marks = {place: "unsure" for place, _ in unsure}
    blocks: list[Block] = [
        Text(f"{count(len(rows), 'number')} from the facts tables: {listed(tally, 9)}."),
        Text(
            "Marked rows are ground not yet firm: " + (f"{len(unsure)} of {len(rows)}." if unsure else "none."), "note"
        ),
        Table(heads, rows, "", search=True, marks=marks),
    ]
    return Section("facts", "Facts and assumptions", [Panel(blocks)])


def ledger(view: StudyView) -> Section:
    """Per bus: what came, what went, what is left."""
    residual = view.summary.get("max_relative_residual")
    blocks: list[Block] = [
        Text(
            "Every step balances mass by chemical element and energy by bus. "
            f"Greatest relative residual of the run: {number(residual, 2)}."
            if residual is not None
            else "The run gives no residual of its ledger."
        )
    ]
    if view.ledger:
        columns = [key for key in view.ledger[0] if key not in {"quantity", "node", "unit"}]
        heads = [Column("quantity"), Column("node"), Column("unit")]
        heads += [Column(column.replace("_", " "), right=True) for column in columns]
        rows = [
            [
                str(row.get("quantity", "")),
                label(view, str(row.get("node", ""))),
                str(row.get("unit", "")),
                *(number(row.get(column), 5) for column in columns),
            ]
            for row in view.ledger
            if any(float(row.get(column) or 0.0) for column in columns)
        ]
        blocks.append(
            Table(
                heads,
                rows,
                "Every bus in use, sums over the whole run",
                search=True,
                folded=True,
            )
        )
    else:
        blocks.append(Text("The study has no ledger table.", "note"))
    return Section("ledger", "Ledger", [Panel(blocks)])


def provenance(view: StudyView) -> Section:
    """What the result was made from."""
    rows = [[key, text] for key, text in _flat(view.manifest)]
    blocks: list[Block] = (
        [Table([Column("what"), Column("")], rows, "Versions, inputs and their hashes, seed", folded=len(rows) > 15)]
        if rows
        else [Text("The study has no manifest.", "note")]
    )
    return Section("provenance", "Provenance", [Panel(blocks)])


def _flat(table: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Nested tables and lists as lines ``a.b.c`` -> text."""
    if isinstance(table, Mapping) and depth < _MOST_DEPTH:
        for key, value in table.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(table, Sequence) and not isinstance(table, str) and depth < _MOST_DEPTH:
        if all(isinstance(value, str | int | float | None) for value in table):
            yield path, ", ".join(str(value) for value in table) or "none"
        else:
            for place, value in enumerate(table, start=1):
                yield from _flat(value, f"{path}.{place}", depth + 1)
    else:
        yield path, str(table)


def _range(low: Any, high: Any) -> str:
    known = [value is not None and bool(np.isfinite(value)) for value in (low, high)]
    if all(known):
        return f"{number(low, 5)} to {number(high, 5)}"
    return f"from {number(low, 5)}" if known[0] else f"to {number(high, 5)}" if known[1] else ""
