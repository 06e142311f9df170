"""The command line: few verbs, each a library call; bad input ends in words and exit code 2, never in a traceback."""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import suppress

import typer

from moonstation.cli.campaign import campaign
from moonstation.cli.check import check
from moonstation.cli.compare import compare
from moonstation.cli.ephemeris import ephemeris
from moonstation.cli.facts import facts
from moonstation.cli.faults import as_typed
from moonstation.cli.find_sites import find_sites
from moonstation.cli.horizon import horizon
from moonstation.cli.map import light_map
from moonstation.cli.route import route
from moonstation.cli.schema import schema
from moonstation.cli.simulate import simulate
from moonstation.cli.site import site
from moonstation.cli.study import study
from moonstation.cli.temperature import temperature
from moonstation.cli.terrain import terrain
from moonstation.core.errors import BalanceError, MoonstationError
from moonstation.core.output import clear_unfinished
from moonstation.core.words import noun

#: Exit code after Ctrl-C, 128 and the number of its signal; typer ends with it.
STOPPED = 130
_STOPPED_WORDS = "\nstopped; nothing was left half-written"

app = typer.Typer(
    name="moonstation",
    help="The International Lunar Research Station in software: site, road map, station, report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for of_station in (study, simulate, compare, campaign):
    app.command()(of_station)
for verb in (site, horizon, find_sites, route, temperature, ephemeris, facts, check, schema):
    app.command()(verb)
app.command("map")(light_map)
app.add_typer(terrain, name="terrain")


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a character that the terminal does not know is no reason to stop
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    try:
        app()
    except MoonstationError as error:
        _tell_faults(error)
        sys.exit(1 if isinstance(error, BalanceError) else 2)
    except OSError as error:  # a full disk, a terminal that went away
        place = f": {error.filename}" if error.filename else ""
        _tell(f"error: {error.strerror or error}{place}")
        _discard_output()
        sys.exit(2)
    except SystemExit as ended:
        if ended.code == STOPPED:
            _tell(_STOPPED_WORDS)
        raise


def _leave(number: int, *_: object) -> None:
    """Stop at once on Ctrl-C or when asked to end: an exception while numba loads or runs ends in a crash."""
    if sys.stderr.isatty():
        os.write(2, b"\x1b[?25h")  # a progress bar hides the cursor
    clear_unfinished()
    os.write(2, f"{_STOPPED_WORDS}\n".encode())
    os._exit(128 + number)


def _tell_faults(error: MoonstationError) -> None:
    if not error.faults:
        _tell(f"error: {error}")
        return
    count = len(error.faults)
    _tell(f"{count} {noun(count, 'fault')} found, nothing was run:")
    for fault in error.faults:
        _tell(f"  - {as_typed(fault)}")


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _discard_output() -> None:
    """Throw away what waits for a standard output that takes nothing; the interpreter's end would complain of it."""
    if sys.stdout is not None:
        with suppress(io.UnsupportedOperation):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
