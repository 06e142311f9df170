"""The run folder: written beside its place, renamed when whole, so a killed run never looks finished."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonstation.core.digest import file_sha256
from moonstation.core.folder import Mark, whole_folder
from moonstation.core.output import json_text

if TYPE_CHECKING:
    import xarray as xr

    from moonstation.facts.table import Fact
    from moonstation.scenario.schema import Scenario
    from moonstation.studies.study import Study

SUMMARY, REPORT, SERIES, EVENTS, MANIFEST = (
    "summary.json",
    "report.html",
    "timeseries.zarr",
    "events.parquet",
    "manifest.json",
)
MARK = Mark(MANIFEST, "study")
#: Room that a file of the time series takes in memory, about.
_CHUNK_BYTES = 2**23
PACKAGES = ("moonstation", "numpy", "numba", "scipy", "xarray", "jplephem", "pyerfa", "pydantic", "zarr")


def write_run(
    study: Study, folder: Path, report: str | Callable[[], str], *, where: str = "folder", overwrite: bool = False
) -> Path:
    """Write a study as a run folder; returns its path.

    report : the HTML text of report.html, or what makes it while the time series are being written
    where : the option or the name by which the person gave the folder
    overwrite : replace a run folder that is there; anything else there is never touched

    Raises RangeError when the place is taken or cannot be written.
    """
    folder = folder.absolute()
    with whole_folder(folder, MARK, where, overwrite=overwrite) as partial:
        _write_parts(study, partial, report)
    return folder


def manifest(study: Study) -> dict[str, Any]:
    """What made this run: hashes of its inputs, facts, versions, seed."""
    return grounds(MARK, study.scenario, study.facts) | {
        **study.origin,
        "step_h": study.run.station.grid.step_h,
        "record_h": study.run.record_h,
    }


def grounds(mark: Mark, scenario: Scenario, facts: Iterable[Fact]) -> dict[str, Any]:
    """What any run folder stands on: hashes of its inputs and of the kernels, facts, versions."""
    return {
        "kind": mark.kind,
        "scenario": scenario.name,
        "overrides": scenario.overrides,
        "inputs": [{"path": path.name, "sha256": file_sha256(path)} for path in inputs(scenario)],
        "kernels": [{"path": path.name, "sha256": file_sha256(path)} for path in kernels()],
        "facts": [asdict(fact) for fact in facts],
        "versions": {name: metadata.version(name) for name in PACKAGES} | {"python": platform.python_version()},
    }


def inputs(scenario: Scenario) -> list[Path]:
    """The scenario file, and the sky-lines and elevation models that it names as files."""
    sites = scenario.sites.values()
    named = [name for site in sites for name in (site.horizon, site.ground_horizon, *site.terrain) if name]
    files = [scenario.folder / name for name in dict.fromkeys(named)]
    return [path for path in (scenario.path, *files) if path and path.is_file()]


def kernels() -> tuple[Path, ...]:
    """The SPICE kernels that the run stood on."""
    from moonstation.sky.ephemeris import Ephemeris

    return tuple(Path(path) for path in Ephemeris.default().paths)


def import_before_threads() -> None:
    """Import what xarray imports only as it writes, where it is installed.

    scipy asks of its arguments whether they are dask's: in another thread it must not find that half imported.
    """
    with suppress(ImportError):
        import_module("dask.array")


def _write_parts(study: Study, folder: Path, report: str | Callable[[], str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    series = _portable(study.timeseries)
    import_before_threads()
    with ThreadPoolExecutor(1) as beside:
        writing = beside.submit(
            series.to_zarr, folder / SERIES, mode="w", zarr_format=3, consolidated=False, encoding=few_files(series)
        )
        page = report() if callable(report) else report
        writing.result()
    rows = [asdict(event) for event in study.events]
    columns = ("utc", "kind", "subject", "detail", "value", "unit")
    table = pa.table({name: [row[name] for row in rows] for name in columns})
    pq.write_table(table, folder / EVENTS)
    (folder / SUMMARY).write_text(json_text(study.summary), encoding="utf-8")
    (folder / REPORT).write_text(page, encoding="utf-8")
    (folder / MANIFEST).write_text(json_text(manifest(study)), encoding="utf-8")


def few_files(series: xr.Dataset) -> dict[str, Any]:
    """How to write time series so that a file holds columns over all of the time: in few files, each series in one."""
    chunks = {}
    for name in series.variables:
        values = series[name]
        if "time" in values.dims and values.ndim > 1:
            columns = max(_CHUNK_BYTES // (values.sizes["time"] * values.dtype.itemsize), 1)
            sizes = values.sizes.items()
            chunks[str(name)] = {
                "chunks": tuple(size if dim == "time" else min(max(size, 1), columns) for dim, size in sizes)
            }
    return chunks


def _portable(series: xr.Dataset) -> xr.Dataset:
    """The same with texts of any length, the one kind of text that Zarr's specification has."""
    texts = {name: series[name].astype(object) for name in series.variables if series[name].dtype.kind == "U"}
    return series.assign_coords(texts)
