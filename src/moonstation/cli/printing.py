"""What verbs print, on a terminal and into a pipe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_SET_IN = 2


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


def print_item(console: Console, words: str) -> None:
    """Print words that belong to the line above, set in by two; on a terminal all of the lines that they take."""
    from rich.padding import Padding
    from rich.text import Text

    if console.is_terminal:
        console.print(Padding(Text(words), (0, 0, 0, _SET_IN)))
    else:
        console.print(Text(" " * _SET_IN + words), soft_wrap=True)
