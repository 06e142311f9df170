"""Faults of several options gathered, so that a person hears of all at once, each by the option as it is typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from moonstation.core.errors import Fault

_T = TypeVar("_T")
#: Options by the arguments of the library that they give, which its faults name.
_OPTIONS = {name: f"--{name}" for name in ("members", "seed", "series", "step", "threads", "cluster", "resume")} | {
    "member": "--life",
    "look_days": "--days",
    "units": "--unit",
    "one_of_each": "--one-of-each",
}
#: The same in its hints.
_HINTED = {"resume=True": "--resume", "failures=False": "--no-failures"}


def tried(
    function: Callable[[], _T], faults: list[Fault], where: str = "", options: Mapping[str, str] | None = None
) -> _T | None:
    """What ``function`` returns, or None with its faults added to ``faults``.

    where : the option to blame where an error names none
    options : the option by which a person gave what a fault names otherwise
    """
    from moonstation.core.errors import Fault, MoonstationError

    try:
        with by_option(options or {}):
            return function()
    except MoonstationError as error:
        faults += error.faults or (Fault(where or "place", str(error)),)
        return None


def as_typed(fault: Fault) -> Fault:
    """A fault of the library in the words of the command line: its options in place of arguments of Python."""
    from dataclasses import replace

    hint = re.sub("|".join(_HINTED), lambda found: _HINTED[found[0]], fault.hint)
    return replace(fault, where=_OPTIONS.get(fault.where, fault.where), hint=hint)


@contextmanager
def by_option(options: Mapping[str, str]) -> Iterator[None]:
    """Faults inside the block that name a key of ``options`` name its option instead."""
    from dataclasses import replace

    from moonstation.core.errors import MoonstationError

    try:
        yield
    except MoonstationError as error:
        if not any(fault.where in options for fault in error.faults):
            raise
        told = [replace(fault, where=options.get(fault.where, fault.where)) for fault in error.faults]
        raise type(error)(told) from error


def file_faults(path: Path, where: str, *, overwrite: bool) -> list[Fault]:
    """What keeps a file from being written: a closed folder, or a file that is there and may not be replaced."""
    from moonstation.core.errors import Fault
    from moonstation.core.output import output_faults

    faults = output_faults(path, where)
    if not faults and path.is_file() and not overwrite:
        faults.append(Fault(where, "there is a file already", str(path), hint="name another, or say --overwrite"))
    return faults
