"""Compiled functions work wherever the package lies."""

from __future__ import annotations

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
    asked: list[dict[str, Any]] = []
    numba = machine_code._njit

    def without_a_folder(**options: Any) -> Any:
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return numba(**options)

    monkeypatch.setattr(machine_code, "_njit", without_a_folder)

    @machine_code.compiled_with(error_model="numpy")
    def ratio(above: float, below: float) -> float:
        return above / below

    assert ratio(1.0, 0.0) == np.inf
    given = {"nogil": True, "error_model": "numpy"}
    assert asked == [{"cache": True, **given}, given]
