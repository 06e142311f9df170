"""The run folder is whole or not there, and takes nothing that is not its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xarray as xr

from moonstation.core.errors import RangeError
from moonstation.core.folder import folder_faults
from moonstation.core.output import json_text
from moonstation.studies import folder
from moonstation.studies.folder import EVENTS, MANIFEST, MARK, REPORT, SERIES, SUMMARY, write_run
from moonstation.studies.study import Study, study


@pytest.fixture(scope="module")
def winter() -> Study:
    return study("first-night")


def test_a_run_folder_holds_what_the_design_promises(winter: Study, tmp_path: Path) -> None:
    folder = write_run(winter, tmp_path / "winter", "<html></html>")
    assert {item.name for item in folder.iterdir()} == {SUMMARY, REPORT, SERIES, EVENTS, MANIFEST}
    summary = json.loads((folder / SUMMARY).read_text())
    assert set(summary["availability"]) == {"energy", "communication", "life_support"}
    for key in ("milestones", "longest_blackout_h", "science_hours", "data_returned_gbit", "assumptions"):
        assert key in summary
    assert summary["max_relative_residual"] <= 1e-9
    assert summary["availability"]["life_support"] is None  # nobody lives there
    manifest = json.loads((folder / MANIFEST).read_text())
    assert len(manifest["inputs"][0]["sha256"]) == 64
    assert {fact["key"] for fact in manifest["facts"]} >= {"sun.irradiance_1au"}


def test_the_series_and_events_come_back_as_they_were(winter: Study, tmp_path: Path) -> None:
    folder = write_run(winter, tmp_path / "winter", "")
    stored = xr.open_zarr(folder / SERIES, consolidated=False)
    xr.testing.assert_equal(stored.load(), winter.timeseries)
    events = pq.read_table(folder / EVENTS)
    assert events.num_rows == len(winter.events)
    assert events.column_names == ["utc", "kind", "subject", "detail", "value", "unit"]


def test_a_file_of_the_series_holds_some_columns_over_all_of_the_time(
    winter: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times, columns = winter.timeseries["activity"].shape
    monkeypatch.setattr(folder, "_CHUNK_BYTES", 3 * times * 4)
    stored = xr.open_zarr(write_run(winter, tmp_path / "winter", "") / SERIES, consolidated=False)
    assert stored["activity"].chunks == ((times,), (*[3] * (columns // 3), *([columns % 3] if columns % 3 else [])))
    xr.testing.assert_equal(stored.load(), winter.timeseries)


def test_a_second_run_needs_leave_to_replace_the_first(winter: Study, tmp_path: Path) -> None:
    write_run(winter, tmp_path / "winter", "first")
    with pytest.raises(RangeError, match="folder: there are results already; .*; name another, or set overwrite=True"):
        write_run(winter, tmp_path / "winter", "second")
    assert (tmp_path / "winter" / REPORT).read_text() == "first"
    write_run(winter, tmp_path / "winter", "second", overwrite=True)
    assert (tmp_path / "winter" / REPORT).read_text() == "second"
    assert [item.name for item in tmp_path.iterdir()] == ["winter"]


def test_what_is_not_a_run_folder_is_never_touched(winter: Study, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("also mine")
    for taken, words in (("mine", "taken by something else"), ("file", "is a file")):
        with pytest.raises(RangeError, match=words):
            write_run(winter, tmp_path / taken, "", overwrite=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_an_empty_folder_may_become_the_run(winter: Study, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert (write_run(winter, tmp_path / "empty", "") / MANIFEST).is_file()


def test_a_failure_half_way_leaves_nothing(winter: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("moonstation.studies.folder.manifest", full)
    with pytest.raises(RangeError, match="No space left"):
        write_run(winter, tmp_path / "winter", "")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(winter: Study, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RangeError, match="cannot be written"):
        write_run(winter, tmp_path / "file" / "below", "")


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_never_looks_finished(tmp_path: Path, signal_number: int) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # in the background it is ignored
        "from pathlib import Path\n"
        "import moonstation.studies.folder as folder\n"
        "from moonstation.studies.study import study\n"
        "real = folder.manifest\n"
        "def slow(s):\n"
        "    print('writing', flush=True); time.sleep(60); return real(s)\n"
        "folder.manifest = slow\n"
        "folder.write_run(study('first-night'), Path(sys.argv[1]), '')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "winter")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    os.kill(process.pid, signal_number)
    process.wait(timeout=30)
    process.stdout.close()
    assert not (tmp_path / "winter").exists()
    assert not any((item / MANIFEST).exists() for item in tmp_path.iterdir())


def test_json_has_no_number_that_readers_refuse() -> None:
    assert json.loads(json_text({"a": [float("nan"), float("inf"), 1.5]})) == {"a": [None, None, 1.5]}


def test_an_unused_place_is_free(tmp_path: Path) -> None:
    assert folder_faults(tmp_path / "new", MARK, "-o", overwrite=False) == []


def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "below" / "run", tmp_path / ("n" * 300)):
        (fault,) = folder_faults(place, MARK, "-o", overwrite=False)
        assert "cannot be written" in str(fault)


def test_a_folder_closed_to_writing_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moonstation.core.folder.os.access", lambda place, _mode: place != tmp_path)
    (fault,) = folder_faults(tmp_path / "runs" / "winter", MARK, "-o", overwrite=False)
    assert "Permission denied" in str(fault)


def test_a_stop_while_a_run_is_replaced_brings_the_old_one_back(
    winter: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write_run(winter, tmp_path / "winter", "first")
    rename = Path.rename

    def stop_at_the_new_one(source: Path, target: Path) -> Path:
        if source.name.endswith(".partial"):
            raise KeyboardInterrupt
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", stop_at_the_new_one)
    with pytest.raises(KeyboardInterrupt):
        write_run(winter, place, "second", overwrite=True)
    assert (place / REPORT).read_text() == "first"
    assert [item.name for item in tmp_path.iterdir()] == ["winter"]


def test_what_xarray_imports_as_it_writes_is_there_before_threads_are(
    winter: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "from moonstation.studies.folder import import_before_threads as first; first(); import sys"
    told = subprocess.run(
        [sys.executable, "-c", f"{asked}; print('dask.array' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "True"
    order: list[str] = []
    threads = folder.ThreadPoolExecutor
    monkeypatch.setattr(folder, "import_before_threads", lambda: order.append("imports"))
    monkeypatch.setattr(folder, "ThreadPoolExecutor", lambda count: order.append("threads") or threads(count))
    write_run(winter, tmp_path / "run", "report")
    assert order == ["imports", "threads"]
