"""A bar that tells how far a long piece of work has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Told what is being done, how many parts of it are done, and how many there are, 0 where that is not known.
Show = Callable[[str, float, float], None]

#: The time left is estimated from so long back: parts may take minutes each [s].
_LOOKED_BACK_S = 86_400.0


@contextmanager
def progress_bar(first: str) -> Iterator[Show]:
    """A bar with the time left on a terminal, nothing elsewhere; ``first`` is what is done before any part is."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
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
