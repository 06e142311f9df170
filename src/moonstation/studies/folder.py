"""The run folder: written beside its place, renamed when whole, so a killed run never looks finished."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import platform
import shutil
import tempfile
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moonstation.core.errors import Fault, ScenarioError

if TYPE_CHECKING:
    import xarray as xr

    from moonstation.studies.study import Study

SUMMARY, REPORT, SERIES, EVENTS, MANIFEST = (
    "summary.json",
    "report.html",
    "timeseries.zarr",
    "events.parquet",
    "manifest.json",
)
_PACKAGES = ("moonstation", "numpy", "numba", "scipy", "xarray", "jplephem", "pyerfa", "pydantic", "zarr")


def write_run(study: Study, folder: Path, report: str, *, overwrite: bool = False) -> Path:
    """Write a study as a run folder; returns its path.

    report : the HTML text of report.html
    overwrite : replace a run folder that is there; anything else there is never touched

    Raises ScenarioError when the place is taken or cannot be written.
    """
    folder = folder.absolute()
    check_target(folder, overwrite=overwrite)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=_beside(folder), suffix=".partial", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        _write_parts(study, partial, report)
        _put_in_place(partial, folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def check_target(folder: Path, *, overwrite: bool) -> None:
    """Refuse a place that is taken or closed to writing; ask before the work whose result it shall hold.

    Taken is a place by anything but a run folder, and by a run folder unless ``overwrite``. Raises ScenarioError.
    """
    folder = folder.absolute()
    try:
        if folder.exists():
            _refuse_taken(folder, overwrite=overwrite)
        _refuse_closed(next((above for above in folder.parents if above.exists()), folder))
    except OSError as error:
        raise _unwritable(folder, error) from error


def _refuse_taken(folder: Path, *, overwrite: bool) -> None:
    if not (folder / MANIFEST).is_file():
        if folder.is_dir() and not any(folder.iterdir()):
            return
        raise ScenarioError(
            Fault("-o", "is taken by something that is not a run folder", str(folder), hint="name another")
        )
    if not overwrite:
        hint = "name another, or say --overwrite"
        raise ScenarioError(Fault("-o", "there is a run folder already", str(folder), hint=hint))


def _refuse_closed(above: Path) -> None:
    if not above.is_dir():
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(above, os.W_OK | os.X_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def manifest(study: Study) -> dict[str, Any]:
    """What made this run: hashes of its inputs, facts, versions, seed."""
    return {
        "scenario": study.scenario.name,
        "inputs": [{"path": path.name, "sha256": sha256(path)} for path in _inputs(study)],
        "kernels": [{"path": path.name, "sha256": sha256(path)} for path in _kernels()],
        "facts": [asdict(fact) for fact in study.facts],
        "versions": {name: metadata.version(name) for name in _PACKAGES} | {"python": platform.python_version()},
        "seed": None,
        "seed_note": "one life without failures: nothing is random",
        "step_h": study.run.station.grid.step_h,
        "record_h": study.run.record_h,
    }


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def json_text(value: Any) -> str:
    """JSON with numbers that every reader takes: what is not finite becomes null."""
    return json.dumps(_finite(value), indent=2, ensure_ascii=False, default=str) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _inputs(study: Study) -> list[Path]:
    """The scenario file and the sky-lines that it names as files."""
    scenario = study.scenario
    named = [name for site in scenario.sites.values() for name in (site.horizon, site.ground_horizon) if name]
    files = [scenario.folder / name for name in dict.fromkeys(named)]
    return [path for path in (scenario.path, *files) if path and path.is_file()]


def _kernels() -> tuple[Path, ...]:
    from moonstation.sky.ephemeris import Ephemeris

    return tuple(Path(path) for path in Ephemeris.default().paths)


def _write_parts(study: Study, folder: Path, report: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    _portable(study.timeseries).to_zarr(folder / SERIES, mode="w", zarr_format=3, consolidated=False)
    rows = [asdict(event) for event in study.events]
    columns = ("utc", "kind", "subject", "detail", "value", "unit")
    table = pa.table({name: [row[name] for row in rows] for name in columns})
    pq.write_table(table, folder / EVENTS)
    (folder / SUMMARY).write_text(json_text(study.summary), encoding="utf-8")
    (folder / REPORT).write_text(report, encoding="utf-8")
    (folder / MANIFEST).write_text(json_text(manifest(study)), encoding="utf-8")


def _portable(series: xr.Dataset) -> xr.Dataset:
    """The same with texts of any length, the one kind of text that Zarr's specification has."""
    texts = {name: series[name].astype(object) for name in series.variables if series[name].dtype.kind == "U"}
    return series.assign_coords(texts)


def _beside(folder: Path) -> str:
    """Beginning of the names of folders that stand beside a run folder for a while."""
    return f".{folder.name[:40]}-"


def _put_in_place(partial: Path, folder: Path) -> None:
    """Rename the whole folder into its place; an old run steps aside first and goes when the new one stands."""
    partial.chmod(0o755)
    if not folder.exists():
        partial.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=_beside(folder), suffix=".old", dir=folder.parent))
    aside = old / "run"
    try:
        folder.rename(aside)
        partial.rename(folder)
    except BaseException:  # a stop between the two as well: the old run comes back
        if aside.exists() and not folder.exists():
            aside.rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> ScenarioError:
    return ScenarioError(
        Fault("-o", f"cannot be written: {error.strerror or error}", str(folder), hint="name another place")
    )
