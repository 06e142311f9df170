"""The run folder of an ensemble: the files of a study's, with an axis of members, and a table of the members."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.folder import Mark, whole_folder
from moonstation.core.output import json_text
from moonstation.station.chances import FaultLog
from moonstation.station.fault_tables import FAULT_EVENT
from moonstation.studies.folder import (
    EVENTS,
    MANIFEST,
    REPORT,
    SERIES,
    SUMMARY,
    few_files,
    grounds,
    import_before_threads,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from moonstation.studies.ensemble import Ensemble

MEMBERS = "members.parquet"
MARK = Mark(MANIFEST, "ensemble")
_MEMBERS_AT_ONCE = 50
#: A table of all numbers that may be is quicker than sorting while they are at most so many times those that are.
_DENSE = 16
#: What the words of an event of a failure hang on.
_TOLD_OF_FAULTS = ("code", "mode", "unit", "why", "rung")
#: Kind, subject, detail and unit of an event of a failure, by what they hang on.
_Words = dict[tuple[int, ...], tuple[str, str, str, str]]


def write_ensemble(
    run: Ensemble, folder: Path, report: str | Callable[[], str], *, where: str = "folder", overwrite: bool = False
) -> Path:
    """Write an ensemble as a run folder, whole or not at all; returns its path.

    report : the HTML text of report.html, or what makes it; where : the option by which the person gave the folder

    Raises RangeError when the place is taken or cannot be written.
    """
    folder = folder.absolute()
    import_before_threads()
    with whole_folder(folder, MARK, where, overwrite=overwrite) as partial, ThreadPoolExecutor(2) as beside:
        writing = [
            beside.submit(write_series, run, partial / SERIES),
            beside.submit(write_events, run, partial / EVENTS),
        ]
        page = report() if callable(report) else report
        for written in writing:
            written.result()
        write_members(run, partial / MEMBERS)
        (partial / SUMMARY).write_text(json_text(run.summary), encoding="utf-8")
        (partial / REPORT).write_text(page, encoding="utf-8")
        (partial / MANIFEST).write_text(json_text(manifest(run)), encoding="utf-8")
    return folder


def unfinished_folder(folder: Path) -> Path:
    """Where finished members wait beside a run folder until all are finished."""
    return folder.absolute().with_name(f"{folder.name}.unfinished")


def clear_unfinished_folder(folder: Path) -> None:
    """Remove what waited beside a run folder that is whole now."""
    shutil.rmtree(unfinished_folder(folder), ignore_errors=True)


def manifest(run: Ensemble) -> dict[str, Any]:
    """What made these lives: hashes of their inputs, facts, samples, versions, seed."""
    return grounds(MARK, run.plan.scenario, run.facts) | {
        "network_sha256": run.plan.digest,
        "sampled": [asdict(fact) for fact in run.plan.sampled],
        "held": [asdict(fact) for fact in run.plan.held],
        "sampling": "Latin hypercube; triangular between low and high, by the logarithm where it spans a factor of 8",
        "members": run.members,
        "seed": run.seed,
        "step_h": run.plan.station.grid.step_h,
        "record_h": run.lives.record_steps * run.plan.station.grid.step_h,
    }


def write_series(run: Ensemble, path: Path) -> None:
    """The tracked series of every member, and their quantiles."""
    series = run.timeseries
    series.to_zarr(path, mode="w", zarr_format=3, consolidated=False, encoding=few_files(series))


def write_members(run: Ensemble, path: Path) -> None:
    """A row per member: its outcomes, sampled facts as ``fact.KEY``, ``downtime_h.ASSET`` and ``degraded_h.ASSET``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {"member": np.arange(run.members, dtype=np.int32)}
    columns |= {name: run.outcome(name) for name in run.gathered.names}
    columns |= {f"fact.{fact.key}": run.lives.values[:, number] for number, fact in enumerate(run.plan.sampled)}
    names = [asset.name for asset in run.plan.station.assets]
    for kind in ("downtime_h", "degraded_h"):
        columns |= {f"{kind}.{name}": getattr(run.gathered, kind)[:, number] for number, name in enumerate(names)}
    pq.write_table(pa.table(columns), path)


def write_events(run: Ensemble, path: Path) -> None:
    """Every event of every member."""
    import pyarrow.parquet as pq

    writer = None
    for table in _event_tables(run):
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def events_of(run: Ensemble, member: int) -> list[dict[str, Any]]:
    """Events of one member in order of time, as rows with utc, kind, subject, detail, value, unit."""
    table = event_table(run, *(rows[rows["member"] == member] for rows in (run.gathered.events, run.gathered.faults)))
    return [{key: value for key, value in row.items() if key != "member"} for row in table.to_pylist()]


def _event_tables(run: Ensemble) -> Iterator[pa.Table]:
    """Tables of a few members each."""
    logs = (run.gathered.events, run.gathered.faults)  # by member
    words: _Words = {}
    firsts = [*range(0, run.members, _MEMBERS_AT_ONCE), run.members]
    bounds = [np.searchsorted(rows["member"], firsts).tolist() for rows in logs]
    for ends in zip(*(pairwise(places) for places in bounds), strict=True):
        events, faults = (rows[slice(*pair)] for rows, pair in zip(logs, ends, strict=True))
        yield event_table(run, events, faults, words)


def event_table(run: Ensemble, events: Any, faults: Any, words: _Words | None = None) -> pa.Table:
    """Events of the kernel and of failures in words, by member and time.

    words : of events of failures that were told before, to which others are added
    """
    import pyarrow as pa

    nominal = run.lives.nominal
    rows, row_of = _distinct(events["code"], events["index"], np.nan_to_num(events["value"]).astype(np.int64))
    named = [nominal.named(dict(zip(("step", "code", "index", "value"), (0, *row), strict=True))) for row in rows]
    told = [(word.kind, word.subject, word.detail, word.unit) for word in named]
    fault_rows, fault_row_of = _distinct(*(faults[name] for name in _TOLD_OF_FAULTS))
    words = {} if words is None else words
    words |= {row: _fault_words(run, row) for row in fault_rows if row not in words}
    told += [words[row] for row in fault_rows]
    member, step = (np.concatenate([events[name], faults[name]]) for name in ("member", "step"))
    order = np.lexsort((step, member))
    chosen = np.concatenate([row_of, fault_row_of + len(rows)])[order].astype(np.int32)

    def column(number: int) -> Any:
        known = pa.array([row[number] for row in told], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(chosen), known).cast(pa.string())

    value = np.concatenate([events["value"], np.zeros(len(faults))])[order]
    table: dict[str, Any] = {"member": member[order], "utc": run.plan.station.grid.utc[step[order]]}
    table |= {name: column(number) for number, name in enumerate(("kind", "subject", "detail"))}
    return pa.table(table | {"value": value, "unit": column(3)})


def _distinct(*columns: NDArray[Any]) -> tuple[list[tuple[int, ...]], NDArray[np.intp]]:
    """Rows of numbers that differ, sorted, and which of them each row is."""
    rows: list[tuple[int, ...]] = [()]
    row_of = np.zeros(len(columns[0]), np.intp)
    for column in columns:  # one after the other: few of all possible rows are there
        low = int(column.min(initial=0))
        values, place = _numbered(column.astype(np.intp) - low)
        found, row_of = _numbered(row_of * len(values) + place)
        rows = [(*rows[key // len(values)], int(values[key % len(values)]) + low) for key in found.tolist()]
    return rows, row_of


def _numbered(keys: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Whole numbers that differ, sorted, and which of them each is."""
    most = int(keys.max(initial=0))
    if most > _DENSE * len(keys):
        found, which = np.unique(keys, return_inverse=True)
        return found, which
    there = np.zeros(most + 1, np.bool_)
    there[keys] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


def _fault_words(run: Ensemble, row: tuple[int, ...]) -> tuple[str, str, str, str]:
    """Kind, subject, detail and unit of an event of a failure."""
    plan = run.lives.failure_plan
    assert plan is not None  # there is no such event without one
    rows = np.zeros(1, FAULT_EVENT)
    for name, value in zip(_TOLD_OF_FAULTS, row, strict=True):
        rows[name] = value
    event = FaultLog(plan, rows).events()[0]
    return f"fault-{event.kind}", event.unit, event.detail, ""
