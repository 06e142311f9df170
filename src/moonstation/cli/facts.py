"""``moonstation facts``: the numbers with their sources."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from moonstation.facts.table import Fact


def facts(
    key: Annotated[
        str | None, typer.Argument(help="A key such as crew.oxygen, or the beginning of keys such as crew.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List the facts: value, range, unit, source and how far each number can be trusted."""
    found = find_facts(key)
    if as_json:
        typer.echo(json.dumps([asdict(fact) for fact in found], indent=1))
    elif key is not None and [fact.key for fact in found] == [key]:
        _print_one(found[0])
    else:
        _print_table(found)


def find_facts(key: str | None = None) -> list[Fact]:
    """The fact under ``key``, those whose keys begin with ``key.``, or all; FactError with near names for none."""
    from moonstation.facts.table import all_facts, lookup

    if key is None:
        return list(all_facts().values())
    if key not in all_facts():
        beginning = f"{key.rstrip('.')}."
        family = [fact for fact in all_facts().values() if fact.key.startswith(beginning)]
        if family:
            return family
    return [lookup(key)]


def _range(fact: Fact) -> str:
    if fact.low is None and fact.high is None:
        return ""
    low, high = ("" if limit is None else f"{limit:g}" for limit in (fact.low, fact.high))
    return f"{low} .. {high}"


def _print_one(fact: Fact) -> None:
    rows = {
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


def _print_table(found: list[Fact]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), caption=f"{len(found)} facts")
    table.add_column("key", overflow="fold")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("range", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("source")
    for fact in found:
        table.add_row(fact.key, f"{fact.value:g}", _range(fact), fact.unit, fact.status, fact.source)
    Console(highlight=False).print(table)
