"""The kernel compiled beforehand, by a process of its own: ``python -m moonstation.station.beforehand``.

What compiles it keeps some 0.2 GB, beside which the records of a first run would stand (docs/decisions/016).
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from threading import Thread
from typing import Any

from moonstation.core.machine_code import compile_for, wants_compiling
from moonstation.core.time import TimeGrid
from moonstation.station.kernel import as_written, run_lives
from moonstation.station.model import MODES, Asset, Policy, Station
from moonstation.station.network import compile_station, series_block
from moonstation.station.packed import empty_records
from moonstation.station.stacking import stack_networks
from moonstation.station.tables import make_tables


def is_to_be_compiled() -> bool:
    """Whether the kernel of one life in which nothing fails is not on disk, but could be."""
    return wants_compiling(run_lives, *_values())


def compile_kernel() -> None:
    """Put it there."""
    compile_for(run_lives, *_values())


def compile_while_asked() -> None:
    """Put it there while whoever asked for it lives, however they end: with them the standard input does."""
    Thread(target=_end_with_the_input, daemon=True).start()
    compile_kernel()


def _end_with_the_input() -> None:
    os.read(0, 1)  # not through sys.stdin, whose lock would keep the process from ending by itself
    os._exit(1)


def _values() -> tuple[Any, ...]:
    """What the kernel would be given for the shortest life of nothing: its form is that of every life."""
    policy = Policy(dict.fromkeys(MODES, 0), 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    grid = TimeGrid(datetime(2000, 1, 1, tzinfo=UTC), 3600.0, 1)
    compiled = compile_station(Station("nothing", grid, {}, {}, (), (), policy), _nowhere)
    stacked = stack_networks([compiled.network])
    records = as_written(empty_records(compiled.network, 1, 1, 1, lanes=1))
    series = series_block(compiled.columns, 0, 1)
    return make_tables(stacked, grid.step_h), stacked.rules, series, grid.step_h, 1, 1, records, None


def _nowhere(asset: Asset) -> Any:
    raise AssertionError(f"nothing has no {asset.name}")


if __name__ == "__main__":
    compile_while_asked()
