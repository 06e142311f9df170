"""A file appears whole or not at all, and nothing that is not a plain file is ever replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from moonstation.core.errors import RangeError
from moonstation.core.output import output_faults, write_whole


def test_the_file_holds_what_was_given_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "Tür.csv"
    for content in (b"first", b"second"):
        write_whole(path, content, "-o")
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_as_long_as_a_disk_takes_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_whole(path, b"whole", "-o")
    assert path.read_bytes() == b"whole"


def test_a_link_is_followed(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)
    write_whole(link, b"whole", "-o")
    assert link.is_symlink()
    assert target.read_bytes() == b"whole"


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_whole(pipe, b"whole", "-o")
    reader.join(timeout=10)
    assert read == [b"whole"]
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is a folder"),
        ("absent/file", "its folder does not exist"),
        ("file/below", "its folder does not exist"),
        ("n" * 300, "too long"),
    ],
)
def test_where_nothing_can_be_written_is_told_before_and_leaves_nothing(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("mine")
    (fault,) = output_faults(tmp_path / name, "--output")
    assert reason in fault.message
    assert fault.where == "--output"
    with pytest.raises(RangeError, match=reason):
        write_whole(tmp_path / name, b"", "--output")
    assert [item.name for item in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(("closed", "reason"), [("file", "it is closed"), ("", "its folder is closed")])
def test_what_is_closed_to_writing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str, reason: str
) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr("moonstation.core.output.os.access", lambda place, _mode: place != tmp_path / closed)
    (fault,) = output_faults(tmp_path / "file", "-o")
    assert reason in fault.message


def test_a_disk_that_is_full_is_told_and_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RangeError, match="No space left"):
        write_whole(path, b"new", "-o")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


_STOPPED_HALF_WAY = """
import signal, sys, time
from pathlib import Path
from moonstation.cli.main import _leave
from moonstation.core.folder import Mark, whole_folder
from moonstation.core.output import write_whole
signal.signal(signal.SIGINT, _leave)
place = Path(sys.argv[2])
def wait(self, target):
    if self.name.endswith((".part", ".partial")):
        print("writing", flush=True)
        time.sleep(60)
    return rename(self, target)
rename = Path.rename
Path.rename = Path.replace = wait
if sys.argv[1] == "file":
    write_whole(place, b"half", "-o")
else:
    with whole_folder(place, Mark("marker", "run"), "-o", overwrite=True) as partial:
        (partial / "marker").write_text("new")
"""


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("before", [False, True])
def test_a_stop_at_once_leaves_nothing_beside_and_the_old_as_it_was(tmp_path: Path, kind: str, before: bool) -> None:
    place = tmp_path / "result"
    content = place / "marker" if kind == "folder" else place
    if before:
        content.parent.mkdir(exist_ok=True)
        content.write_text('{"kind": "run"}')
    command = [sys.executable, "-c", _STOPPED_HALF_WAY, kind, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
    assert process.returncode == 130
    assert [path.name for path in tmp_path.iterdir()] == (["result"] if before else [])
    assert not before or content.read_text() == '{"kind": "run"}'
