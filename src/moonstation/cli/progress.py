"""A bar that tells how far a long piece of work has come, and what is told where no bar can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

#: Told what is being done, how many parts of it are done, and how many there are, 0 where that is not known.
Show = Callable[[str, float, float], None]

#: What is told, where no bar can be seen, while something is compiled, which then is named.
COMPILING_WORDS = "compiling for this machine, once: "
#: The time left is estimated from so long back: parts may take minutes each [s].
_LOOKED_BACK_S = 86_400.0


@contextmanager
def progress_bar(first: str) -> Iterator[Show]:
    """A bar with the time left on a terminal, a plain word elsewhere (see ``compiling_told``).

    first : what is done before any part is
    """
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        with compiling_told():
            yield lambda what, done, total: None
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


@contextmanager
def compiling_told() -> Iterator[None]:
    """Within the block a line on standard error says what is compiled, where that would seem to hang."""
    from moonstation.studies.compilation import compiling_takes_long

    with compiling_takes_long(lambda what: typer.echo(f"{COMPILING_WORDS}{what}", err=True)):
        yield
