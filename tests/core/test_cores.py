"""Cores that the process may use, not those of the machine."""

from __future__ import annotations

import os

import pytest

from moonstation.core.cores import core_count


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to cores")
def test_a_process_bound_to_one_core_uses_one():
    before = os.sched_getaffinity(0)
    assert core_count() == len(before)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert core_count() == 1
    finally:
        os.sched_setaffinity(0, before)


def test_a_system_that_binds_no_process_tells_its_own_cores(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert core_count() == 1
