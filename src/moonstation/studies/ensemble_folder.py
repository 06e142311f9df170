"""The run folder of an ensemble: the files of a study's, with an axis of members, and a table of the members."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.core.digest import file_sha256
from moonstation.core.folder import Mark, whole_folder
from moonstation.core.output import json_text
from moonstation.station.chances import FaultLog
from moonstation.station.fault_tables import FAULT_EVENT
from moonstation.studies.folder import EVENTS, MANIFEST, PACKAGES, REPORT, SERIES, SUMMARY, inputs, kernels

if TYPE_CHECKING:
    import pyarrow as pa

    from moonstation.studies.ensemble import Ensemble

MEMBERS = "members.parquet"
MARK = Mark(MANIFEST, "ensemble")
_MEMBERS_AT_ONCE = 50


def write_ensemble(
    run: Ensemble, folder: Path, report: str | Callable[[], str], *, where: str = "folder", overwrite: bool = False
) -> Path:
    """Write an ensemble as a run folder, whole or not at all; returns its path.

    report : the HTML text of report.html, or what makes it; where : the option by which the person gave the folder

    Raises RangeError when the place is taken or cannot be written.
    """
    folder = folder.absolute()
    with whole_folder(folder, MARK, where, overwrite=overwrite) as partial, ThreadPoolExecutor(1) as beside:
        writing = beside.submit(run.timeseries.to_zarr, partial / SERIES, mode="w", zarr_format=3, consolidated=False)
        page = report() if callable(report) else report
        writing.result()
        write_events(run, partial / EVENTS)
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
    return {
        "kind": MARK.kind,
        "scenario": run.name,
        "inputs": [{"path": path.name, "sha256": file_sha256(path)} for path in inputs(run.plan.scenario)],
        "kernels": [{"path": path.name, "sha256": file_sha256(path)} for path in kernels()],
        "network_sha256": run.plan.digest,
        "facts": [asdict(fact) for fact in run.facts],
        "sampled": [asdict(fact) for fact in run.plan.sampled],
        "held": [asdict(fact) for fact in run.plan.held],
        "sampling": "Latin hypercube; triangular between low and high, by the logarithm where the range spans a decade",
        "versions": {name: metadata.version(name) for name in PACKAGES} | {"python": platform.python_version()},
        "members": run.members,
        "seed": run.seed,
        "step_h": run.plan.station.grid.step_h,
        "record_h": run.lives.record_steps * run.plan.station.grid.step_h,
    }


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
    logs = (run.gathered.events, run.gathered.faults)
    for first in range(0, run.members, _MEMBERS_AT_ONCE):
        last = first + _MEMBERS_AT_ONCE
        yield event_table(run, *(rows[(first <= rows["member"]) & (rows["member"] < last)] for rows in logs))


def event_table(run: Ensemble, events: Any, faults: Any) -> pa.Table:
    """Events of the kernel and of failures in words, by member and time."""
    import pyarrow as pa

    nominal = run.lives.nominal
    rows, row_of = _distinct(events["code"], events["index"], np.nan_to_num(events["value"]).astype(np.int64))
    words = [nominal.named(dict(zip(("step", "code", "index", "value"), (0, *row), strict=True))) for row in rows]
    told = [(word.kind, word.subject, word.detail, word.unit) for word in words]
    columns = ("code", "mode", "unit", "why", "rung")
    fault_rows, fault_row_of = _distinct(*(faults[name] for name in columns))
    told += [_fault_words(run, dict(zip(columns, row, strict=True))) for row in fault_rows]
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


def _distinct(*columns: Any) -> tuple[list[tuple[int, ...]], Any]:
    """Rows of numbers that differ, and which of them each row is."""
    rows, row_of = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    return [tuple(map(int, row)) for row in rows], row_of.reshape(-1)


def _fault_words(run: Ensemble, row: dict[str, int]) -> tuple[str, str, str, str]:
    """Kind, subject, detail and unit of an event of a failure."""
    plan = run.lives.failure_plan
    assert plan is not None  # there is no such event without one
    rows = np.zeros(1, FAULT_EVENT)
    for name, value in row.items():
        rows[name] = value
    event = FaultLog(plan, rows).events()[0]
    return f"fault-{event.kind}", event.unit, event.detail, ""
