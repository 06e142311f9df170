"""``moonstation campaign``: every failure of a station alone: what comes of it, and in what time it is found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.order import Scenario, Step, refuse, step_text

if TYPE_CHECKING:
    from moonstation.report.campaign_report import CampaignRun

_MOST_ROWS = 20
_Units = Annotated[
    list[str] | None,
    typer.Option("--unit", help="Let this asset fail, by its name; may be repeated. All if not given."),
]
_OneOfEach = Annotated[
    bool, typer.Option("--one-of-each", help="Let the first asset of each type fail, at the main site where one is.")
]


def campaign(  # noqa: PLR0913, PLR0917 (a verb's options)
    scenario: Scenario,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Run folder; runs/NAME-campaign if not given.")
    ] = None,
    units: _Units = None,
    one_of_each: _OneOfEach = False,
    days: Annotated[float, typer.Option("--days", help="Follow each failure for so long [d].")] = 90.0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of what a reset does, which is drawn.")] = 0,
    step: Step = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a campaign that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print campaign.json.")] = False,
) -> None:
    """Let every unit fail alone, in every way, at the worst moment and in each season: is it found, mended, lived?"""
    from moonstation.cli.progress import progress_bar
    from moonstation.core.folder import folder_faults
    from moonstation.core.output import json_text
    from moonstation.report.campaign_report import run_campaign
    from moonstation.studies.campaign_folder import MARK, told
    from moonstation.studies.fault_campaign import campaign_faults

    target, asked_step = output or Path("runs") / f"{Path(scenario).stem}-campaign", step_text(step)
    faults = campaign_faults(days, units or (), one_of_each=one_of_each, seed=seed)
    refuse(faults + folder_faults(target, MARK, "-o", overwrite=overwrite), {scenario: asked_step})
    asked: dict[str, Any] = {"look_days": days, "units": units or (), "one_of_each": one_of_each, "seed": seed}
    with progress_bar("compiling the station") as show:
        made = run_campaign(scenario, **asked, step=asked_step, progress=show)
    with progress_bar("writing the report"):
        folder = made.save(target, where="-o", overwrite=overwrite)
    if as_json:
        typer.echo(json_text(told(made)), nl=False)
    else:
        _print(made, folder)


def _print(made: CampaignRun, folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from moonstation.cli.printing import print_line, print_trimmed
    from moonstation.report.campaign_report import HEADS, failure_rows, statement
    from moonstation.report.words import count
    from moonstation.studies.study import left_out_told, notes_told

    console, summary = Console(highlight=False), made.summary
    print_line(console, Text(f"{summary['title']}: {statement(made)}", style="bold"))
    if summary["failures"]:
        told = f"  {summary['found']} found, {summary['mended']} mended, of {count(summary['units'], 'unit')}"
        print_line(console, Text(told))
    rows = [row for row in failure_rows(made.outcomes) if row[-1]]
    if rows:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
        for head in HEADS:
            table.add_column(Text(head), justify="right" if head.startswith("dark") else "left")
        for row in rows[:_MOST_ROWS]:
            table.add_row(*map(Text, row))
        print_trimmed(console, table)
    if len(rows) > _MOST_ROWS:
        print_line(console, Text(f"  and {len(rows) - _MOST_ROWS} more that bring a loss, in the report"))
    if missed := left_out_told(summary["left_out"]):
        print_line(console, Text(missed))
    if notes := notes_told(summary["notes"]):
        print_line(console, Text(notes))
    print_line(console, f"each followed for {made.look_days:g} d; seed {made.seed}; {made.elapsed_s:.1f} s")
    console.print(Text(f"report: {folder / 'report.html'}", overflow="fold"), soft_wrap=True)
