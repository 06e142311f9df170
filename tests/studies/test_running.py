"""Chunks in threads: all are busy from the first moment on, none waits in a queue, and every chunk comes once."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Barrier, Lock
from types import SimpleNamespace

import numpy as np
import pytest

from moonstation.studies.chunks import CHUNK, NOMINAL, Order
from moonstation.studies.ensemble_progress import Count
from moonstation.studies.running import Running, Workers

THREADS = 3


class Watched(ThreadPoolExecutor):
    """Notes the most that was ever asked for and not finished."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.most = 0
        self.given: list[Future] = []

    def submit(self, fn, /, *args, **kwargs):
        self.given = [future for future in self.given if not future.done()]
        self.given.append(super().submit(fn, *args, **kwargs))
        self.most = max(self.most, len(self.given))
        return self.given[-1]


class Lives:
    """Leave the numbers of their members; a first round of chunks waits until all threads have one."""

    def __init__(self, members: int, *, fails_at: int | None = None) -> None:
        self.order = Order(members, seed=7)
        self.begun: list[int] = []
        self._fails_at, self._lock, self._all_begun = fails_at, Lock(), Barrier(THREADS, timeout=30)

    def run(self, members, told=None):
        with self._lock:
            self.begun.append(members[0])
            place = len(self.begun)
        if members == [NOMINAL]:
            return {"outcome_names": np.array(["number"])}
        if place <= 1 + THREADS and self._fails_at is None:
            self._all_begun.wait()
        if members[0] == self._fails_at:
            raise ZeroDivisionError
        rows = {name: np.array(members, float) for name in ("outcomes", "downtime_h", "degraded_h", "softened")}
        log = np.array([(member,) for member in members], [("member", "i4")])
        return rows | {"members": np.array(members), "events": log, "faults": log}


def running(pool: ThreadPoolExecutor, members: int, **more) -> Running:
    return Running(Workers(THREADS), pool, Count(lambda *_: None, members), **more)


def test_all_threads_begin_although_the_nominal_life_is_done_and_not_gathered_yet():
    lives, called = Lives(9 * CHUNK + 3), []
    with Watched(THREADS) as pool:
        run = running(pool, lives.order.members, meanwhile=lambda: called.append(1))
        run.begin_nominal(lives)
        wait(pool.given)
        gathered = run.gathered(lives, None)
    np.testing.assert_array_equal(gathered.outcomes, np.arange(lives.order.members))
    np.testing.assert_array_equal(gathered.events["member"], np.arange(lives.order.members))
    assert sorted(lives.begun) == [NOMINAL, *range(0, lives.order.members, CHUNK)]
    assert pool.most <= THREADS, "what waits in a queue would be run after a fault, too"
    assert called == [1]


def test_after_a_fault_nothing_more_is_begun():
    lives = Lives(40 * CHUNK, fails_at=0)
    with pytest.raises(ZeroDivisionError), Watched(THREADS) as pool:
        running(pool, lives.order.members).gathered(lives, None)
    assert len(lives.begun) < 40


def test_what_a_store_has_is_not_run_again():
    lives, other = Lives(2 * CHUNK), Lives(2 * CHUNK)
    finished = {NOMINAL: other.run([NOMINAL])}
    lives._fails_at = other._fails_at = -2
    finished[CHUNK] = other.run([*range(CHUNK, 2 * CHUNK)])
    put = {}
    store = SimpleNamespace(finished=finished.keys, get=finished.get, put=put.__setitem__)
    with Watched(THREADS) as pool:
        gathered = running(pool, lives.order.members).gathered(lives, store)
    assert lives.begun == [0]
    assert [*put] == [0]
    np.testing.assert_array_equal(gathered.outcomes, np.arange(2 * CHUNK))
