"""Option --names: which names the pictures write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moonstation.moon.names import Name


def names_asked(file: Path | None) -> tuple[Name, ...]:
    """The names of a file, or the shipped ones; raises RangeError that blames the option."""
    from moonstation.core.errors import RangeError
    from moonstation.moon.names import names, read_names

    if file is None:
        return names()
    try:
        return read_names(file)
    except RangeError as error:
        raise RangeError([replace(fault, where=f"--names {fault.where}") for fault in error.faults]) from error
