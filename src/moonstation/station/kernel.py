"""The station kernel: lives side by side, fixed step, compiled. The same rules in plain Python: ``reference.py``.

The order within a step is stated in docs/models/kernel.md. Nothing is random here and sums run in a fixed order, and
every life is rounded as it would be alone, so a run is the same bit for bit whatever runs beside it and on how many
threads. What all lives have in common (structure, controls, series) is branched on; what may differ is chosen by masks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moonstation.station.attending import attend
from moonstation.station.compiling import compiled, inlined, mark_of
from moonstation.station.fault_tables import FaultTables
from moonstation.station.flows import (
    note_spills,
    settle,
    take_stock,
    write_ledger,
)
from moonstation.station.heat import Row, open_heat, solve_heat
from moonstation.station.landings import come_and_go
from moonstation.station.lanes import in_lanes
from moonstation.station.lives import lose_assets, refresh_live
from moonstation.station.modes import book_power, call_modes, change_modes, note_unserved
from moonstation.station.packed import (
    BY_PROCESS,
    Network,
    Records,
    Rules,
)
from moonstation.station.processes import run_processes
from moonstation.station.recording import write_record
from moonstation.station.repairs import PARTS as RULES_PARTS
from moonstation.station.rows import Table
from moonstation.station.tables import NEXT_STEP, STEPS, Tables, make_tables

#: Files that the kernel is compiled from.
_PARTS = (
    *(*RULES_PARTS, "lanes", "stacking", "landing_tables", "tables", "lives", "flows", "heat", "landings", "attending"),
    *("recording", "rows", "process_tables", "modes", "processes", "kernel"),
)


@inlined
def _lose(raw: Tables, log: Table, step: int, step_h: float) -> bool:
    """Losses of all lives; True when there was one."""
    lost = False
    for lane in range(log.shape[1]):
        lost |= lose_assets(raw, log, lane, step, step_h)
    return lost


@inlined
def _run_step(  # noqa: PLR0913, PLR0917
    raw: Tables,
    tables: Tables,
    rules: Rules,
    now: Row,
    step_h: float,
    step: int,
    records: Records,
    faults: FaultTables | None,
) -> bool:
    """Everything that happens in one step; True when an asset was lost in it in any life.

    raw, tables : the same tables, life by life and in lanes
    """
    log = records.log
    changed = come_and_go(raw, tables, log, now, step)
    open_heat(tables, now)
    if call_modes(tables, rules, now, step):
        change_modes(raw, log, step)
    starved = run_processes(tables, now, faults is not None)
    tables.counts[STEPS] += 1
    node_out = solve_heat(tables)
    # after the temperatures, for it opens the stores for the next step by them
    if settle(tables):
        note_spills(raw, log, step)
    relief = book_power(tables, step)
    if relief:
        note_unserved(raw, log, step)
    for e in range(len(tables.powers)):
        tables.powers[e].critical = -1.0
    lost = _lose(raw, log, step, step_h) if changed or starved or node_out else False
    damaged = False
    if faults is not None:
        damaged = attend(raw, faults, step, changed or lost, relief)
    if lost or damaged:
        take_stock(tables)
    return lost


def _kernel_of(sources: int) -> Callable[..., int]:
    """The kernel, compiled or from disk; ``sources`` is the mark of the files that it must have been made of."""

    @compiled
    def run_lives(  # noqa: PLR0913, PLR0917 (compiled code takes arrays one by one)
        raw: Tables,
        rules: Rules,
        series: NDArray[np.float32],
        step_h: float,
        record_steps: int,
        total: int,
        records: Records,
        faults: FaultTables | None,
    ) -> int:
        tables = in_lanes(raw)
        for row in range(len(series)):
            step = raw.clock[NEXT_STEP]
            record = step // record_steps
            lost = _run_step(raw, tables, rules, series[row], step_h, step, records, faults)
            if (step + 1) % record_steps == 0 or step == total - 1:
                write_record(tables, records, record, step - record * record_steps + 1)
            if lost:
                refresh_live(raw)
            raw.clock[NEXT_STEP] = step + 1
        write_ledger(raw, records.ledger, records.residual)
        return sources

    return run_lives


#: Mark of the files from which the kernel is compiled.
SOURCES = mark_of(Path(__file__).parent / f"{name}.py" for name in _PARTS)
run_lives = _kernel_of(SOURCES)


def run_kernel(  # noqa: PLR0913, PLR0917 (as the compiled function takes them)
    tables: Tables,
    rules: Rules,
    series: NDArray[np.float32],
    step_h: float,
    record_steps: int,
    total: int,
    records: Records,
    faults: FaultTables | None = None,
) -> int:
    """Go on from where ``tables`` stand, a step of ``step_h`` hours for every row of ``series``; fills ``records``.

    series : (steps, n) float32, every series that a process, node or bus refers to by its column
    total : steps of the whole run, so that its last record is written though it be short
    records : with a last axis ``lane``, or without where the tables hold one life
    faults : what fails in each life and how it is mended; left out, nothing fails

    Returns the mark of the sources from which the kernel was compiled.
    """
    if faults is not None:
        tables.processes["seeks"] = True
        for name in ("restless", "lingers"):  # hours of work that nobody used are left for repairs
            tables.buses[name][faults.hour_bus] = True
    return run_lives(tables, rules, series, step_h, record_steps, total, as_written(records), faults)


def as_written(records: Records) -> Records:
    """Records as the kernel writes them: with an axis of lives, those of processes process by process."""
    if records.activity.ndim == 2:  # noqa: PLR2004 (record, process)
        records = Records._make(array[..., np.newaxis] for array in records)
    return records._replace(**{name: getattr(records, name).swapaxes(0, 1) for name in BY_PROCESS})


def run(  # noqa: PLR0913, PLR0917
    network: Network,
    series: NDArray[np.float32],
    step_h: float,
    record_steps: int,
    records: Records,
    faults: FaultTables | None = None,
) -> Tables:
    """Run the compiled kernel from an empty Moon over all rows of ``series``; returns the tables as they end."""
    tables = make_tables(network, step_h)
    run_kernel(tables, network.rules, series, step_h, record_steps, len(series), records, faults)
    return tables
