"""``moonstation study``: the main job, one scenario file in, one readable report out."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.options import Summary
from moonstation.cli.order import Scenario, refuse

if TYPE_CHECKING:
    from moonstation.report.run import Run


def study(
    scenario: Scenario,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Run folder; runs/NAME if not given.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run folder that is there.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when the station does not live.")] = False,
    as_json: Summary = False,
) -> None:
    """Run a station through its years and write the report: does it live, on what margin, what does it deliver?"""
    from moonstation.core.folder import folder_faults
    from moonstation.studies.folder import MARK

    target = output or Path("runs") / Path(scenario).stem
    refuse(folder_faults(target, MARK, "-o", overwrite=overwrite), {scenario: None})

    def run_study(tell: Callable[[str], None]) -> Run:
        from moonstation.report.run import study as run_it

        return run_it(scenario, progress=tell)

    run = run_and_tell(run_study, target, overwrite=overwrite, as_json=as_json)
    if strict and not run.lives:
        raise typer.Exit(1)


def run_and_tell(run_study: Callable[[Callable[[str], None]], Run], target: Path, **how: bool) -> Run:
    """Run and judge one life, write its run folder, print what it shows.

    run_study : does the first two, telling the name of each stage; how : ``overwrite``, ``as_json``
    """
    from moonstation.core.output import json_text

    with _Progress(quiet=how["as_json"]) as progress:
        run = run_study(progress.tell)
        progress.tell("writing the report")
        signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on there is something to clear away
        folder = run.save(target, where="-o", overwrite=how["overwrite"])
    if how["as_json"]:
        typer.echo(json_text(run.summary), nl=False)
    else:
        _print_summary(run, folder)
    return run


class _Progress:
    """A spinner with the stage at work and the time gone; a plain word where nobody watches it."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        from moonstation.cli.progress import compiling_told

        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)
        self._task = self._bar.add_task("starting", total=None)
        self._shown: AbstractContextManager[object] = compiling_told() if self._bar.disable else self._bar

    def tell(self, stage: str) -> None:
        self._bar.update(self._task, description=stage)

    def __enter__(self) -> _Progress:
        self._shown.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._shown.__exit__(*raised)


def _print_summary(run: Run, folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from moonstation.cli.printing import print_line, print_trimmed
    from moonstation.studies.study import left_out_told, notes_told, other_verdict

    console = Console()
    summary = run.summary
    print_line(console, Text(f"{summary['title']}: the station {summary['verdict']}.", style="bold"))
    for reason in summary["reasons"]:
        print_line(console, Text(f"  because {reason}"))
    if other := other_verdict(summary):
        print_line(console, Text(f"  {other}"))
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for label, value in _lines(summary):
        table.add_row(label, Text(value))
    print_trimmed(console, table)
    if missed := left_out_told(summary["left_out"]):
        print_line(console, Text(missed))
    if notes := notes_told(summary["notes"]):
        print_line(console, Text(notes))
    console.print(Text(f"report: {folder / 'report.html'}", overflow="fold"), soft_wrap=True)


def _lines(summary: dict[str, Any]) -> list[tuple[str, str]]:
    available = summary["availability"]
    rows = [
        (f"{name.replace('_', ' ')} available", "never there" if share is None else f"{100 * share:.2f} % of the time")
        for name, share in available.items()
    ]
    if available["energy"] is not None:
        rows.append(("longest blackout", f"{summary['longest_blackout_h']:,.1f} h, main site"))
    if available["communication"] is not None:
        rows.append(("longest without contact", f"{summary['longest_without_contact_h']:,.1f} h, main site"))
    if summary["lowest_charge"] is not None:
        rows.append(("lowest hourly charge", f"{100 * summary['lowest_charge']:.0f} % of the usable, main site"))
    rows += [
        ("crew", f"{summary['crew_days']:,.0f} person-days"),
        ("science", f"{summary['science_hours']:,.0f} instrument-hours"),
        ("data returned", f"{summary['data_returned_gbit']:,.0f} Gbit"),
    ]
    rows += [
        (f"landing {item['mission']}", _landing(item)) for item in summary["landings"] if item["state"] != "landed"
    ]
    for name, item in summary["milestones"].items():
        reached = item["reached"][:10] if item["reached"] else "not reached"
        rows.append((f"milestone {name}", f"{reached} (planned {item['planned'][:10]})"))
    rows += [
        ("assets lost", ", ".join(summary["assets_lost"]) or "none"),
        ("ledger residual", f"{summary['max_relative_residual']:.1e} (limit 1e-9)"),
        ("stands on", f"{summary['facts']} facts, of which {summary['assumptions']} nobody has confirmed"),
    ]
    return rows


def _landing(item: dict[str, Any]) -> str:
    """What became of a landing that waited, was cancelled, or whose people left early."""
    when = item["left"] or item["landed"]
    told = f"{item['state']} {when[:10]}" if when else item["state"]
    return f"{told} (planned {item['planned'][:10]}): {item['cause']}"
