"""What verbs print, on a terminal and into a pipe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def print_trimmed(console: Console, what: Any, **options: Any) -> None:
    """Print as the console does; into a file or a pipe without blanks at the ends of lines, which fill up tables."""
    if console.is_terminal:
        console.print(what, **options)
        return
    with console.capture() as made:
        console.print(what, **options)
    console.file.write(re.sub(r" +$", "", made.get(), flags=re.MULTILINE))


def print_line(console: Console, what: Any) -> None:
    """Print a line of words: broken between words on a terminal, whole into a file or a pipe."""
    console.print(what, soft_wrap=not console.is_terminal)
