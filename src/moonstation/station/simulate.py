"""Run a station: compile it at its real places and hand it to the kernel."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from importlib import import_module

from moonstation.core.errors import BalanceError
from moonstation.core.memory import give_back_free_memory
from moonstation.station import packed
from moonstation.station.chances import Chances, FaultLog, log_of, plan_of, tables_of
from moonstation.station.fault_tables import FaultTables, Plan
from moonstation.station.model import Station
from moonstation.station.network import Compiled, compile_station
from moonstation.station.places import Places
from moonstation.station.results import RunResult
from moonstation.station.shared_series import SharedSeries
from moonstation.station.side_by_side import run_lives

#: Greatest relative residual of the ledger that a run may have.
RESIDUAL_LIMIT = 1e-9
_EVENT_ROOM = 100_000
_RECORD_S = 3600.0


def simulate(
    station: Station,
    record_s: float = _RECORD_S,
    chances: Chances | None = None,
    before: Callable[[], None] = lambda: None,
) -> RunResult:
    """One life of a station over its grid.

    record_s : length of a record of the results [s], at least one step
    chances : the life in which things fail; left out, nothing does
    before : is called when the kernel is about to run

    Raises ScenarioError with every fault of what its components compile into, and for a network that cannot be
    compiled; BalanceError when mass or energy did not close.
    """
    places = Places.of(station)
    places.look_round(station.assets)
    compiled = compile_station(station, places.of_asset, SharedSeries(), judged=True)
    give_back_free_memory()
    record_steps = max(round(record_s / station.grid.step_s), 1)
    faults = None
    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(copy_context().run, places.look_for_relays)
        beside.submit(import_module, "xarray")  # which the results will take half a second to import
        before()
        if chances:
            records, faults = run_with_failures(station, compiled, record_steps, chances)
        else:
            records = run_compiled(compiled, station.grid.step_h, record_steps)
        looking.result()
    places.forget()
    compiled = compiled.without_columns()
    give_back_free_memory()
    return RunResult(station, places, compiled, closed(records), record_steps, faults=faults)


def closed(records: packed.Records) -> packed.Records:
    """The records of a run whose ledger closed; raises BalanceError where mass or energy did not."""
    if not records.residual.max() <= RESIDUAL_LIMIT:
        parts = ", ".join(f"{value:.1e}" for value in records.residual)
        raise BalanceError(f"the ledger does not close: relative residual of buses, elements, heat: {parts}")
    return records


def run_with_failures(
    station: Station, compiled: Compiled, record_steps: int, chances: Chances
) -> tuple[packed.Records, FaultLog]:
    """The same for a life in which things fail."""
    plan, numbers = plan_of(station, compiled, chances)

    def tables(room: int) -> FaultTables:
        return tables_of(plan, numbers, chances, station.grid, room)

    return run_failing(compiled, plan, station.grid.step_h, record_steps, tables)


def run_failing(
    compiled: Compiled, plan: Plan, step_h: float, record_steps: int, tables_with: Callable[[int], FaultTables]
) -> tuple[packed.Records, FaultLog]:
    """Run a life in which things fail, with as much room for what happens as it needs.

    tables_with : makes the tables of its failures with room for so many events
    """
    records, tables = _alone(compiled, step_h, record_steps, tables_with)
    assert tables is not None
    return records, log_of(plan, tables)


def run_compiled(compiled: Compiled, step_h: float, record_steps: int) -> packed.Records:
    """Run a life in which nothing fails."""
    return _alone(compiled, step_h, record_steps, None)[0]


def _alone(
    compiled: Compiled, step_h: float, record_steps: int, tables_with: Callable[[int], FaultTables] | None
) -> tuple[packed.Records, FaultTables | None]:
    asked = (compiled.columns, compiled.steps, step_h, record_steps)
    records, tables = run_lives([compiled.network], *asked, width=1, room=_EVENT_ROOM, faults=tables_with)
    return packed.life_of(records, 0), tables
