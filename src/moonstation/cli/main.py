"""The command line: few verbs, each a library call; bad input ends in words and exit code 2, never in a traceback."""

from __future__ import annotations

import os
import sys

import typer

from moonstation.cli.check import check
from moonstation.cli.ephemeris import ephemeris
from moonstation.cli.facts import facts
from moonstation.cli.horizon import horizon
from moonstation.cli.schema import schema
from moonstation.cli.site import site
from moonstation.cli.study import study
from moonstation.core.errors import BalanceError, MoonstationError

app = typer.Typer(
    name="moonstation",
    help="The International Lunar Research Station in software: site, road map, station, report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (study, site, horizon, ephemeris, facts, check, schema):
    app.command()(verb)


def _version(show: bool) -> None:
    if show:
        from moonstation import __version__

        typer.echo(f"moonstation {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Take the options that stand before a verb."""


def run() -> None:
    """Entry point of the command ``moonstation``."""
    try:
        app()
    except MoonstationError as error:
        _print_faults(error)
        sys.exit(1 if isinstance(error, BalanceError) else 2)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; nothing was left half-written\n")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def _print_faults(error: MoonstationError) -> None:
    if not error.faults:
        sys.stderr.write(f"error: {error}\n")
        return
    count = len(error.faults)
    sys.stderr.write(f"{count} fault{'s' if count > 1 else ''} found, nothing was run:\n")
    for fault in error.faults:
        sys.stderr.write(f"  - {fault}\n")
