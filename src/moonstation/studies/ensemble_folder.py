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
from moonstation.station.member import MemberRun
from moonstation.studies.folder import EVENTS, MANIFEST, PACKAGES, REPORT, SERIES, SUMMARY, inputs, kernels

if TYPE_CHECKING:
    import pyarrow as pa

    from moonstation.studies.ensemble import Ensemble

MEMBERS = "members.parquet"
MARK = Mark(MANIFEST, "ensemble")
_ROWS = 200_000


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
    """A row per member: its outcomes, sampled facts as ``fact.KEY`` and downtimes as ``downtime_h.ASSET``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {"member": np.arange(run.members, dtype=np.int32)}
    columns |= {name: run.outcome(name) for name in run.gathered.names}
    columns |= {f"fact.{fact.key}": run.lives.values[:, number] for number, fact in enumerate(run.plan.sampled)}
    names = [asset.name for asset in run.plan.station.assets]
    columns |= {f"downtime_h.{name}": run.gathered.downtime_h[:, number] for number, name in enumerate(names)}
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
    events = run.gathered.events
    table = event_table(run, events[events["member"] == member])
    return [{key: value for key, value in row.items() if key != "member"} for row in table.to_pylist()]


def _event_tables(run: Ensemble) -> Iterator[pa.Table]:
    events = run.gathered.events
    for first in range(0, max(len(events), 1), _ROWS):
        yield event_table(run, events[first : first + _ROWS])


def event_table(run: Ensemble, events: Any) -> pa.Table:
    """Rows of events with their words."""
    import pyarrow as pa

    keys = np.stack([events["code"], events["index"], np.nan_to_num(events["value"]).astype(np.int64)], axis=1)
    kinds, row_of = np.unique(keys, axis=0, return_inverse=True)
    words = [_named(run.lives.nominal, *map(int, kind)) for kind in kinds]
    row_of = pa.array(row_of.reshape(-1).astype(np.int32))

    def column(name: str) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(row_of, pa.array([getattr(word, name) for word in words], pa.string()))

    grid = run.plan.station.grid
    return pa.table(
        {
            "member": events["member"],
            "utc": grid.utc[events["step"]],
            "kind": column("kind").cast(pa.string()),
            "subject": column("subject").cast(pa.string()),
            "detail": column("detail").cast(pa.string()),
            "value": events["value"],
            "unit": column("unit").cast(pa.string()),
        }
    )


def _named(nominal: MemberRun, code: int, index: int, value: int) -> Any:
    return nominal.named({"step": 0, "code": code, "index": index, "value": value})
