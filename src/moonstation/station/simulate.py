"""Run a station: compile it at its real places and hand it to the kernel."""

from __future__ import annotations

from moonstation.core.errors import BalanceError
from moonstation.station import packed
from moonstation.station.kernel import run_kernel
from moonstation.station.model import Station
from moonstation.station.network import Compiled, compile_station, series_block
from moonstation.station.places import Places
from moonstation.station.results import RunResult
from moonstation.station.tables import make_tables

#: Greatest relative residual of the ledger that a run may have.
RESIDUAL_LIMIT = 1e-9
_EVENT_ROOM = 100_000
_RECORD_S = 3600.0
#: Steps whose series are laid side by side at a time: the kernel reads rows, the places give columns.
_BLOCK_STEPS = 8192


def simulate(station: Station, record_s: float = _RECORD_S) -> RunResult:
    """One life of a station over its grid.

    record_s : length of a record of the results [s], at least one step

    Raises ScenarioError for a network that cannot be compiled, BalanceError when mass or energy did not close.
    """
    places = Places.of(station)
    places.look_round(station.assets)
    compiled = compile_station(station, places.of_asset)
    record_steps = max(round(record_s / station.grid.step_s), 1)
    records = closed(run_compiled(compiled, station.grid.step_h, record_steps))
    return RunResult(station, places, compiled, records, record_steps)


def closed(records: packed.Records) -> packed.Records:
    """The records of a run whose ledger closed; raises BalanceError where mass or energy did not."""
    if not records.residual.max() <= RESIDUAL_LIMIT:
        parts = ", ".join(f"{value:.1e}" for value in records.residual)
        raise BalanceError(f"the ledger does not close: relative residual of buses, elements, heat: {parts}")
    return records


def run_compiled(compiled: Compiled, step_h: float, record_steps: int) -> packed.Records:
    """Run the kernel block by block of its series, with as much room for events as they need."""
    room = _EVENT_ROOM
    while True:
        records = packed.empty_records(compiled.network, compiled.steps, record_steps, room)
        tables = make_tables(compiled.network, step_h)
        for first in range(0, compiled.steps, _BLOCK_STEPS):
            block = series_block(compiled.columns, first, min(first + _BLOCK_STEPS, compiled.steps))
            run_kernel(tables, compiled.network.rules, block, step_h, record_steps, compiled.steps, records)
        count = int(records.log["index"][0])
        if count <= room:
            return records
        room = count
