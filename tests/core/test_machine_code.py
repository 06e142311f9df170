"""Compiled functions work wherever the package lies."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moonstation.core import machine_code


def test_a_compiled_function_is_its_python_self() -> None:
    @machine_code.compiled
    def mean(values: np.ndarray) -> float:
        total = 0.0
        for value in values:
            total += value
        return total / values.size

    assert mean(np.arange(5.0)) == 2.0


def test_where_nothing_may_be_kept_it_is_compiled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def without_a_folder(function: Callable[..., Any]) -> None:
        asked.append(function.__name__)
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(machine_code, "_Kept", without_a_folder)

    @machine_code.compiled_with(error_model="numpy")
    def ratio(above: float, below: float) -> float:
        return above / below

    assert ratio(1.0, 0.0) == np.inf
    assert asked == ["ratio"]


def test_what_was_kept_with_a_type_that_is_no_more_is_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "from moonstation.core.machine_code import compiled\n\n@compiled\ndef twice(value):\n    return 2.0 * value\n"
    )
    (tmp_path / "kept_anew.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    twice = importlib.import_module("kept_anew").twice
    twice(1.0)
    (index,) = tmp_path.rglob("*.nbi")
    whole = index.read_bytes()
    index.write_bytes(whole[: whole.index(b".") + 1] + b"cmoonstation.core.time\nNoMore\n.")
    assert machine_code.compiled(twice.py_func)(1.5) == 3.0
    again = machine_code.compiled(twice.py_func)
    assert again(2.5) == 5.0
    assert sum(again.stats.cache_hits.values()) == 1


def test_the_mark_of_a_function_is_the_same_in_each_process() -> None:
    # Sets show their members in an order that each process draws, and the sweep's options are one.
    asked = "from moonstation.moon.sweep import hull; from moonstation.core.machine_code import mark_of_function; "
    asked += "print(mark_of_function(hull.far_tangents.py_func))"
    marks = {
        subprocess.run(
            [sys.executable, "-c", asked],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(marks) == 1
    assert len(marks.pop().strip()) == 64


_CALLER = """
from moonstation.core.machine_code import compiled
from {neighbour} import FACTOR, raised, shifted

@compiled
def scaled(x):
    return FACTOR * shifted(raised(x))
"""
_NEIGHBOUR = """
from numba import types
from numba.extending import intrinsic

from moonstation.core.machine_code import compiled

FACTOR = {factor}.0

@compiled
def shifted(x):
    return x + {shift}.0

@intrinsic
def raised(context, x):
    def add(context, builder, signature, arguments):
        return builder.fadd(arguments[0], arguments[0].type({raised}.0))
    return types.float64(types.float64), add
"""


@pytest.mark.parametrize(
    ("factor", "shift", "raised", "taken"),
    [pytest.param(2, 3, 4, 1, id="as it was"), (5, 3, 4, 0), (2, 7, 4, 0), (2, 3, 5, 0)],
)
def test_machine_code_is_not_taken_when_a_neighbouring_file_of_the_same_date_and_size_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: int, shift: int, raised: int, taken: int
) -> None:
    changed = f"{factor}_{shift}_{raised}"  # names that no other test's modules have
    caller, neighbour = tmp_path / f"caller_{changed}.py", tmp_path / f"neighbour_{changed}.py"
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # Python's own, which looks at date and size alone
    caller.write_text(_CALLER.format(neighbour=neighbour.stem))

    def run(**numbers: int) -> tuple[float, int]:
        neighbour.write_text(_NEIGHBOUR.format(**numbers))
        os.utime(neighbour, (1e9, 1e9))
        for module in (caller.stem, neighbour.stem):
            sys.modules.pop(module, None)
        scaled = importlib.import_module(caller.stem).scaled
        return scaled(1.0), sum(scaled.stats.cache_hits.values())

    assert run(factor=2, shift=3, raised=4) == (16.0, 0)
    assert run(factor=factor, shift=shift, raised=raised) == (factor * (1.0 + raised + shift), taken)


def test_machine_code_of_former_versions_is_removed_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, neighbour = tmp_path / "caller_of_former.py", tmp_path / "neighbour_of_former.py"
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def run(*arguments: float, shift: int = 3, above: str = "") -> int:
        """Calls taken from what was kept."""
        neighbour.write_text(_NEIGHBOUR.format(factor=2, shift=shift, raised=4))
        caller.write_text(above + _CALLER.format(neighbour=neighbour.stem))
        for module in (caller.stem, neighbour.stem):
            sys.modules.pop(module, None)
        scaled = importlib.import_module(caller.stem).scaled
        assert [scaled(value) for value in arguments] == [2.0 * (value + 4.0 + shift) for value in arguments]
        return sum(scaled.stats.cache_hits.values())

    def kept(ending: str = "nbc") -> set[Path]:
        return {*tmp_path.rglob(f"caller*.{ending}")}

    def a_day_passes() -> None:
        for path in kept() | kept("nbi"):
            os.utime(path, (1e9, 1e9))

    run(1.0)
    (first,), (index,) = kept(), kept("nbi")
    run(1.0, shift=5)
    (second,) = kept() - {first}
    assert run(1.0) == 1, "who goes back within a day compiles nothing"
    others = {index.with_name(f"caller_of_former.{name}.nbi") for name in ("scaled-5.py399", "scaled_too-5.py311")}
    for path in others:
        path.write_bytes(b"")
    a_day_passes()
    run(1.0, np.float32(1.0), shift=5)
    assert len(kept() - {second}) == 1
    assert run(1.0, np.float32(1.0), shift=5) == 2
    a_day_passes()
    run(1.0, shift=5, above="\n")
    assert len(kept()) == 1, "the lines below have moved"
    assert kept("nbi") & ({index} | others) == others
    assert run(1.0, shift=5, above="\n") == 1


def test_what_is_compiled_for_values_like_these_is_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "from moonstation.core.machine_code import compiled\n\n@compiled\ndef total(a, b):\n    return a + b\n"
    (tmp_path / "at_hand.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    total = importlib.import_module("at_hand").total
    assert machine_code.wants_compiling(total, 1.0, 2.0)
    machine_code.compile_for(total, 1.0, 2.0)
    assert not machine_code.wants_compiling(total, 3.0, 4.0), "here"
    assert machine_code.wants_compiling(total, 3, 4)
    again = machine_code.compiled(total.py_func)
    assert not machine_code.wants_compiling(again, 3.0, 4.0), "on disk"
    assert again(3.0, 4.0) == 7.0
    assert sum(again.stats.cache_hits.values()) == 1
    assert not machine_code.wants_compiling(total.py_func, 1.0, 2.0), "plain Python"
