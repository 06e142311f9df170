"""A bar that tells how far a long piece of work has come, and what is told where no bar can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

#: Told what is being done, how many parts of it are done, and how many there are, 0 where that is not known.
Show = Callable[[str, float, float], None]

#: What is told, where no bar can be seen, before the kernel is compiled.
COMPILING_LINE = "compiling the kernel for this machine, once: a minute or two"
#: The time left is estimated from so long back: parts may take minutes each [s].
_LOOKED_BACK_S = 86_400.0


@contextmanager
def progress_bar(first: str) -> Iterator[Show]:
    """A bar with the time left on a terminal, a plain word elsewhere (see ``plainly``).

    first : what is done before any part is
    """
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        tell = plainly()
        yield lambda what, done, total: tell(what)
        return
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    def show(what: str, done: float, total: float) -> None:
        bar.update(task, description=what, completed=done, total=total or None, word="left" if total else "")

    times = (TextColumn("after"), TimeElapsedColumn(), TextColumn("{task.fields[word]}"), TimeRemainingColumn())
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), *times)
    with Progress(*columns, console=console, transient=True, speed_estimate_period=_LOOKED_BACK_S) as bar:
        task = bar.add_task(first, total=None, word="")
        yield show


def plainly() -> Callable[[str], None]:
    """Told what is being done, it says of it in a line on standard error only what would seem to hang, once."""
    from moonstation.studies.compilation import COMPILING

    said = False

    def tell(what: str) -> None:
        nonlocal said
        if what.startswith(COMPILING) and not said:
            said = True
            typer.echo(COMPILING_LINE, err=True)

    return tell
