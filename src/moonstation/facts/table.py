"""Numbers with a source: the CSV tables of this folder and their look-up."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from moonstation.core.errors import FactError, Fault
from moonstation.facts import usage

#: How far a number can be trusted, best first. ``secondary``: read in somebody's quotation of the source.
#: ``assumption``: ours.
STATUSES = ("measured", "published", "derived", "convention", "secondary", "assumption")
#: Statuses that a report must list as ground not yet firm.
UNCONFIRMED = ("assumption",)
#: Begin of the note of a fact that is context for readers and nothing else.
BACKGROUND = "background"
_COLUMNS = ("key", "value", "low", "high", "unit", "source", "locator", "status", "note")


@dataclass(frozen=True, slots=True)
class Fact:
    """One sourced number: ``value`` in ``unit`` with its range ``low``..``high`` where one is known."""

    key: str
    value: float
    low: float | None
    high: float | None
    unit: str
    source: str
    locator: str
    status: str
    note: str
    table: str

    @property
    def is_background(self) -> bool:
        """True where no model and no test stands on it: context for readers."""
        return self.note.partition(";")[0] == BACKGROUND


_FIELDS = tuple(field.name for field in fields(Fact))


def lookup(key: str) -> Fact:
    """The fact under ``key``; raises FactError with near names for an unknown key.

    Inside ``usage.overridden`` its value may be another than the table's.
    """
    table = all_facts()
    if key in table:
        usage.note(key)
        value = usage.override_of(key)
        return table[key] if value is None else _with_value(key, value)
    near = get_close_matches(key, table, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else "list them with: moonstation facts"
    raise FactError(Fault(where=f"fact {key!r}", message="no such fact", hint=hint))


@lru_cache(maxsize=4096)
def _with_value(key: str, value: float) -> Fact:
    """A fact with another value; one life of an ensemble asks for the same many times."""
    known, fact = all_facts()[key], object.__new__(Fact)
    for name in _FIELDS:  # ``replace`` takes four times as long
        object.__setattr__(fact, name, getattr(known, name))
    object.__setattr__(fact, "value", value)
    return fact


@cache
def all_facts() -> Mapping[str, Fact]:
    """Every shipped fact by key, in table order. Raises FactError that lists every bad row."""
    folder = resources.files("moonstation.facts")
    tables = sorted((item for item in folder.iterdir() if item.name.endswith(".csv")), key=lambda item: item.name)
    facts: dict[str, Fact] = {}
    faults: list[Fault] = []
    for table in tables:
        for fact in read_facts(table.name, table.read_text(encoding="utf-8"), faults):
            if fact.key in facts:
                faults.append(Fault(table.name, f"key {fact.key!r} stands already in {facts[fact.key].table}"))
            facts[fact.key] = fact
    if faults:
        raise FactError(faults)
    return facts


def read_facts(table: str, text: str, faults: list[Fault]) -> Iterator[Fact]:
    """Facts of one CSV text; every fault is added to ``faults`` with its line, and the row is left out."""
    rows = csv.DictReader(text.splitlines())
    if tuple(rows.fieldnames or ()) != _COLUMNS:
        faults.append(Fault(f"{table}:1", "wrong columns", rows.fieldnames, allowed=",".join(_COLUMNS)))
        return
    for line, row in enumerate(rows, start=2):
        where = f"{Path(table).name}:{line}"
        fault = _row_fault(where, row)
        if fault:
            faults.append(fault)
            continue
        yield Fact(
            key=row["key"],
            value=float(row["value"]),
            low=float(row["low"]) if row["low"] else None,
            high=float(row["high"]) if row["high"] else None,
            unit=row["unit"],
            source=row["source"],
            locator=row["locator"],
            status=row["status"],
            note=row["note"] or "",
            table=Path(table).name,
        )


def _row_fault(where: str, row: Mapping[str, str]) -> Fault | None:
    if None in row or None in row.values():
        return Fault(where, "wrong number of columns", hint="put texts that hold a comma in double quotes")
    for column in ("key", "unit", "source"):
        if not row[column].strip():
            return Fault(where, f"{column} is empty", hint="a number without unit or source does not load")
    if row["status"] not in STATUSES:
        return Fault(where, "unknown status", row["status"], allowed=", ".join(STATUSES))
    try:
        value = float(row["value"])
        low = float(row["low"]) if row["low"] else value
        high = float(row["high"]) if row["high"] else value
    except ValueError:
        return Fault(where, "value, low and high must be numbers", (row["value"], row["low"], row["high"]))
    if not all(math.isfinite(number) for number in (value, low, high)) or not low <= value <= high:
        return Fault(where, "value must be finite and lie within low..high", (low, value, high), row["unit"])
    return None
