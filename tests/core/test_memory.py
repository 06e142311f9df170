"""Free memory is given back where the C library can, and asking is harmless where it cannot."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import numpy as np
import pytest

from moonstation.core import memory


@pytest.fixture
def unknown():
    memory._trim.cache_clear()
    yield
    memory._trim.cache_clear()


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_freed_arrays_between_kept_ones_are_given_back() -> None:
    arrays = [np.ones(30_000) for _ in range(400)]  # 96 MB in pieces that no page of its own holds
    kept = arrays[::20]
    del arrays
    before = resident_mb()
    memory.give_back_free_memory()
    if memory._trim() is not None:
        assert resident_mb() < before - 40.0
    assert all(values.sum() == 30_000 for values in kept)


@pytest.mark.usefixtures("unknown")
def test_a_library_without_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    memory.give_back_free_memory()
    assert memory._trim() is None
