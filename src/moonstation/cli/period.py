"""Options --start, --end and --step: moments within the kernels, and the grid of steps between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moonstation.core.errors import Fault
    from moonstation.core.time import TimeGrid
    from moonstation.sky.ephemeris import Ephemeris

_MOST_STEPS = 20_000_000


def kernels_of(files: Sequence[Path] | None) -> Ephemeris:
    """The shipped kernels, with the files of --kernel laid over them; raises RangeError for files that are none."""
    from dataclasses import replace

    from moonstation.core.errors import RangeError
    from moonstation.sky.ephemeris import Ephemeris

    try:
        return Ephemeris.from_files(files) if files else Ephemeris.default()
    except RangeError as error:
        told = [replace(one, where=one.where.replace("kernel ", "--kernel ", 1)) for one in error.faults]
        raise RangeError(told) from error


def time_grid(start: str, end: str, step: str, kernels: Ephemeris) -> TimeGrid:
    """The time grid; raises RangeError with every fault of the three texts."""
    from moonstation.cli.faults import tried
    from moonstation.core.errors import Fault, RangeError
    from moonstation.core.time import TimeGrid, parse_duration_s

    faults: list[Fault] = []
    begin = tried(lambda: moment_of(start, "--start", kernels), faults)
    stop = tried(lambda: moment_of(end, "--end", kernels), faults)
    step_s = tried(lambda: parse_duration_s(step), faults, "--step")
    if begin and stop and step_s and (stop - begin).total_seconds() / step_s > _MOST_STEPS:
        faults.append(Fault("--step", "makes too many steps", step, "", f"at most {_MOST_STEPS:,} steps"))
    if faults or begin is None or stop is None or step_s is None:
        raise RangeError(faults)
    return TimeGrid.between(begin, stop, step_s)


def moment_of(text: str, where: str, kernels: Ephemeris) -> datetime:
    """A moment within the kernels; raises RangeError that blames the option ``where``."""
    from moonstation.core.errors import Fault, RangeError
    from moonstation.core.time import iso_utc, parse_utc

    try:
        moment = parse_utc(text)
    except RangeError as error:
        raise RangeError(Fault(where, str(error))) from error
    if not kernels.covers_utc(moment):
        raise RangeError(kernels.date_fault(iso_utc(moment), where))
    return moment
