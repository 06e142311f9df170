"""``moonstation facts``: the numbers with their sources."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from moonstation.cli.options import Json

if TYPE_CHECKING:
    from rich.table import Table

    from moonstation.facts.table import Fact

#: Width of a terminal from which on ranges and sources stand in the table [characters].
_WIDE = 120


def facts(
    key: Annotated[
        str | None, typer.Argument(help="A key such as crew.oxygen, or a part of keys: crew, urine_processor.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the facts: value, range, unit, source and how far each number can be trusted.

    Into a file or another program the columns go between tabs.
    """
    found = find_facts(key)
    if as_json:
        typer.echo(json.dumps([asdict(fact) for fact in found], indent=1))
    elif key is not None and [fact.key for fact in found] == [key]:
        _print_one(found[0])
    elif sys.stdout.isatty():
        from rich.console import Console

        from moonstation.cli.printing import print_trimmed

        console = Console(highlight=False)
        print_trimmed(console, fact_table(found, console.width))
    else:
        _print_rows(found)


def find_facts(key: str | None = None) -> list[Fact]:
    """The fact under ``key``, those whose keys begin with ``key.``, else those whose keys hold it, or all.

    Raises FactError with near names where there is none.
    """
    from moonstation.facts.table import all_facts, lookup

    if key is None:
        return list(all_facts().values())
    if key not in all_facts():
        part = key.strip(".")
        holding = [fact for fact in all_facts().values() if part and part in fact.key]
        if found := [fact for fact in holding if fact.key.startswith(f"{part}.")] or holding:
            return found
    return [lookup(key)]


def _range(fact: Fact) -> str:
    if fact.low is None and fact.high is None:
        return ""
    low, high = ("" if limit is None else f"{limit:g}" for limit in (fact.low, fact.high))
    return f"{low} .. {high}"


def _print_one(fact: Fact) -> None:
    from moonstation.components.fact_meaning import meaning_of

    rows = {
        "meaning": meaning_of(fact.key),
        "value": f"{fact.value:g} {fact.unit}",
        "range": _range(fact),
        "source": fact.source,
        "locator": fact.locator,
        "status": fact.status,
        "note": fact.note,
        "table": fact.table,
    }
    typer.echo(fact.key)
    for name, text in rows.items():
        if text:
            typer.echo(f"  {name:8s} {text}")


def _print_rows(found: list[Fact]) -> None:
    """Columns between tabs, for other programs."""
    columns = ("key", "value", "low", "high", "unit", "status", "source", "locator", "note")
    typer.echo("\t".join(columns))
    for fact in found:
        cells = ("" if getattr(fact, name) is None else getattr(fact, name) for name in columns)
        typer.echo("\t".join(f"{cell:g}" if isinstance(cell, float) else " ".join(cell.split()) for cell in cells))


def fact_table(found: list[Fact], width: int) -> Table:
    """The facts as a table of at most ``width`` characters; a narrow one leaves out what has no room."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    wide = width >= _WIDE
    unused = sum(fact.is_background for fact in found)
    caption = f"{len(found)} facts" + (f", {unused} of them background that no model uses" if unused else "")
    caption += "" if wide else "\nrange, status and source: moonstation facts KEY"
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), caption=caption)
    table.add_column("key", no_wrap=True, overflow="fold", min_width=max(len(fact.key) for fact in found))
    table.add_column("value", justify="right", no_wrap=True)
    if wide:
        table.add_column("range", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    told = wide or _room_for_status(found, width)
    if told:
        table.add_column("status", no_wrap=True)
    if wide:
        table.add_column("source")
    for fact in found:
        narrow = [fact.key, f"{fact.value:g}", fact.unit, *([fact.status] if told else [])]
        table.add_row(*([*narrow[:2], _range(fact), *narrow[2:], fact.source] if wide else narrow))
    return table


def _room_for_status(found: list[Fact], width: int) -> bool:
    columns = ((fact.key, f"{fact.value:g}", fact.unit, fact.status) for fact in found)
    return sum(max(map(len, cells)) + 1 for cells in zip(*columns, strict=True)) < width
