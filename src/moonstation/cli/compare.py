"""``moonstation compare``: two designs through the same lives, and what the difference between them changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moonstation.cli.options import Cluster
from moonstation.cli.order import Failures, Step, Threads, refuse, step_text

if TYPE_CHECKING:
    from moonstation.report.comparison_report import ComparedLives


def compare(  # noqa: PLR0913, PLR0917 (a verb's options)
    first: Annotated[str, typer.Argument(help="Scenario A: a name of the library or a TOML file.")],
    second: Annotated[str, typer.Argument(help="Scenario B, over the same time as A.")],
    members: Annotated[int, typer.Option("--members", help="Pairs of lives.")] = 100,
    seed: Annotated[int, typer.Option("--seed", help="Seed of every draw: the same seed, the same lives.")] = 0,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder for the report and summary.")] = None,
    step: Step = None,
    failures: Failures = True,
    threads: Threads = None,
    cluster: Cluster = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a comparison that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary.")] = False,
) -> None:
    """Run two designs through the same lives, pair by pair: what does their difference change, and how surely?

    Both members of a pair have the same values of every uncertain fact that both designs stand on.
    """
    from moonstation.cli.progress import progress_bar
    from moonstation.core.folder import folder_faults
    from moonstation.core.output import json_text
    from moonstation.report.comparison_report import MARK, compare_lives
    from moonstation.studies.chunks import Order
    from moonstation.studies.comparison import pair_faults
    from moonstation.studies.running import Workers

    order, workers = Order(members, seed, step_text(step), failures=failures), Workers(threads, cluster)
    faults = pair_faults(order, workers)
    faults += folder_faults(output, MARK, "-o", overwrite=overwrite) if output else []
    refuse(faults, dict.fromkeys((first, second), order.step))
    with progress_bar("compiling the station") as show:
        made = compare_lives(first, second, order, workers=workers, progress=show)
    with progress_bar("writing the report"):
        folder = made.save(output, where="-o", overwrite=overwrite) if output else None
    if as_json:
        typer.echo(json_text(made.summary), nl=False)
    else:
        _print(made, folder)


def _print(made: ComparedLives, folder: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from moonstation.cli.printing import print_line, print_trimmed
    from moonstation.report.comparison_report import mean_difference, statement
    from moonstation.studies.ensemble_tables import labelled, shown
    from moonstation.studies.study import left_out_told, notes_told

    console = Console(highlight=False)
    print_line(console, Text(statement(made), style="bold"))
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("outcome")
    for column in ("A", "B", "B less A", "95 % interval", "", "p"):
        table.add_column(column, justify="right", no_wrap=True)
    for item in made.differences:
        factor = shown(item.outcome)[0]
        label = labelled(item.outcome) + (f", {item.pairs} pairs" if item.pairs < made.first.members else "")
        values = (f"{factor * value:.4g}" for value in (item.first, item.second, mean_difference(item)))
        interval = f"{factor * item.low:.4g} to {factor * item.high:.4g}"
        table.add_row(Text(label), *values, interval, "*" if item.is_clear else "", f"{item.p_value:.2g}")
    print_trimmed(console, table)
    one, two = made.names
    pairs = f"{made.first.members} pairs, seed {made.first.seed}, {len(made.shared_facts)} uncertain facts shared"
    print_line(console, Text(f"A is {one}, B is {two}: means of {pairs}"))
    print_line(console, Text("* clear: the interval leaves out 0 and p < 0.05"))
    for letter, run in (("A", "first"), ("B", "second")):
        if missed := left_out_told(made.summary[run]["left_out"]):
            print_line(console, Text(f"{letter}: {missed}"))
        if notes := notes_told(made.summary[run]["notes"]):
            print_line(console, Text(f"{letter}: {notes}"))
    if folder:
        console.print(Text(f"report: {folder / 'report.html'}", overflow="fold"), soft_wrap=True)
