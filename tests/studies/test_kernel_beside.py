"""Another process compiles the kernel of a first run, and whatever becomes of it the run goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from moonstation.studies import kernel_beside
from moonstation.studies.compilation import kernel_compiles
from moonstation.studies.study import study

BRIEF, LONG = ("-c", "import time; time.sleep(1.5)"), ("-c", "import time; time.sleep(600)")


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that were begun, the kernel being not at hand."""
    found, begin = [], kernel_beside._begin

    def noted() -> subprocess.Popen[bytes] | None:
        process = begin()
        if process:
            found.append(process)
        return process

    monkeypatch.setattr(kernel_beside, "is_to_be_compiled", lambda: True)
    monkeypatch.setattr(kernel_beside, "_begin", noted)
    yield found
    assert all(process.returncode is not None for process in found), "none is left running"


def test_none_is_begun_where_the_kernel_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_beside, "is_to_be_compiled", lambda: False)
    monkeypatch.setattr(kernel_beside, "_begin", pytest.fail)
    with kernel_beside.kernel_compiled_beside() as wait:
        wait()


def test_who_waits_for_it_is_told_that_it_compiles(monkeypatch: pytest.MonkeyPatch, begun: list) -> None:
    monkeypatch.setattr(kernel_beside, "_COMPILE", BRIEF)
    told: list[int] = []
    with kernel_beside.kernel_compiled_beside() as wait, kernel_compiles(told.append):
        wait()
        assert begun[0].returncode == 0
    assert told == [1, -1]


def test_a_run_that_ends_before_ends_it_too(monkeypatch: pytest.MonkeyPatch, begun: list) -> None:
    monkeypatch.setattr(kernel_beside, "_COMPILE", LONG)
    begin = time.perf_counter()
    with pytest.raises(KeyError), kernel_beside.kernel_compiled_beside():
        raise KeyError
    assert len(begun) == 1
    assert time.perf_counter() - begin < 300.0


@pytest.mark.parametrize("python", [sys.executable, "/nowhere/python"])
def test_where_it_fails_the_kernel_is_compiled_when_it_is_called(
    monkeypatch: pytest.MonkeyPatch, begun: list, python: str
) -> None:
    monkeypatch.setattr(kernel_beside, "_COMPILE", ("-c", "raise SystemExit(1)"))
    monkeypatch.setattr(kernel_beside.sys, "executable", python)
    assert study("first-night").lives


def test_what_compiles_it_needs_nothing_of_the_run_and_takes_nothing_from_where_it_was_begun(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('a file of the user')")
    asked = [sys.executable, *kernel_beside._COMPILE]
    with subprocess.Popen(asked, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as compiler:
        assert compiler.wait() == 0
        assert compiler.stderr is not None
        assert compiler.stderr.read() == b""


def test_it_ends_with_a_run_that_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = "from moonstation.station import beforehand as b; b.compile_kernel = lambda: __import__('time').sleep(600)"
    monkeypatch.setattr(kernel_beside, "_COMPILE", ("-c", f"{slow}; b.compile_while_asked()"))
    compiler = kernel_beside._begin()
    assert compiler is not None
    assert compiler.stdin is not None
    with compiler:
        compiler.stdin.close()  # as is done with all that a process had open
        try:
            assert compiler.wait(120.0) == 1
        finally:
            compiler.kill()
