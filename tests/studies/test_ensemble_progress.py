"""The bar of an ensemble: it moves within a chunk, never back, and says when machine code is made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numba
import pytest
from numba.core import event

from moonstation.moon import march
from moonstation.station import fault_trials, means, side_by_side
from moonstation.station.kernel import run_lives
from moonstation.studies import compilation
from moonstation.studies.chunks import NOMINAL, Order
from moonstation.studies.compilation import COMPILING, MANY_LIVES, ONE_LIFE, compiling_takes_long, subject_of
from moonstation.studies.ensemble import ensemble, lives_of
from moonstation.studies.ensemble_progress import LIVES, STATION, Count
from moonstation.studies.fault_campaign import fault_campaign
from moonstation.studies.one_life import life_study
from moonstation.studies.running import Workers
from moonstation.studies.study import study


def kernel_compiled():
    """What numba tells while the kernel is compiled."""
    return event.trigger_event("numba:compile", {"dispatcher": run_lives})


@pytest.fixture
def told():
    return []


@pytest.fixture
def count(told):
    count = Count(lambda *words: told.append(words), 64)
    assert told == [(STATION, 0.0, 0.0)]
    told.clear()
    count.begin(8.0)
    return count


def test_parts_of_chunks_that_run_at_once_add_up(count, told):
    first, second = count.of(8), count.of(40)
    first(16.0)
    second(4.0)
    count.finished(8, 32)
    count.finished(40, 24)
    assert told == [(LIVES, done, 64) for done in (8.0, 24.0, 28.0, 44.0, 64.0)]


def test_the_nominal_life_is_none_of_them(count, told):
    count.of(NOMINAL)(1.0)
    count.finished(NOMINAL, 0)
    assert {done for _, done, _ in told} == {8.0}


def test_nothing_is_lost_where_many_threads_tell(told):
    count = Count(lambda *words: told.append(words), 100)
    count.begin()

    def run(first: int) -> None:
        for done in range(1, 11):
            count.of(first)(float(done))
        count.finished(first, 10)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(0, 100, 10)))
    values = [done for _, done, total in told if total]
    assert values == sorted(values)
    assert values[-1] == 100.0


def test_it_says_so_while_the_kernel_is_compiled(count, told):
    with count.while_compiling(), kernel_compiled():
        assert [what for what, *_ in told] == [LIVES, COMPILING]
        with kernel_compiled():  # another form of it, in another thread
            pass
        assert len(told) == 2, "two at once are one"
    assert [what for what, *_ in told] == [LIVES, COMPILING, LIVES]
    with kernel_compiled():
        pass
    assert len(told) == 3, "nobody listens any more"


def test_it_says_nothing_of_functions_that_compile_in_a_second(count, told):
    with count.while_compiling():

        @numba.njit
        def twice(x):
            return 2 * x

        assert twice(3) == 6
    assert [what for what, *_ in told] == [LIVES]


def test_long_is_what_all_compiling_takes_together_and_not_the_time_between(monkeypatch, told):
    now_s = 0.0
    monkeypatch.setattr(compilation, "time", SimpleNamespace(perf_counter=lambda: now_s))
    with compiling_takes_long(lambda what: told.append((what, now_s))):
        for _ in range(3):
            with kernel_compiled():
                now_s += 0.25
                with kernel_compiled():  # a function that it calls
                    now_s += 0.25
            now_s += 10.0
        with compiling({"dispatcher": means._means}):
            now_s += 0.75
            with compiling({"dispatcher": numba.njit(abs_of)}):  # a function that it calls
                now_s += 0.75
        with kernel_compiled():
            now_s += 5.0
    assert told == [(ONE_LIFE, 11.0), ("sums over the records of a run", 32.25)]


def abs_of(x):
    return abs(x)


def compiling(data):
    return event.trigger_event("numba:compile", data)


@pytest.mark.parametrize("members", [[NOMINAL], [0, 1]])
def test_what_is_compiled_is_told_in_words(monkeypatch, members):
    """By the types of the tables that the kernel is really given."""
    lives, found = lives_of("first-night", Order(2, step="1h")), []
    real = side_by_side.run_kernel

    def told_first(*given):
        args = tuple(numba.typeof(one) for one in given)
        found.append(subject_of({"dispatcher": run_lives, "args": args}))
        return real(*given)

    monkeypatch.setattr(side_by_side, "run_kernel", told_first)
    lives.run(members)
    assert found == [ONE_LIFE if members == [NOMINAL] else MANY_LIVES]


@pytest.mark.parametrize(
    ("dispatcher", "words"),
    [
        (means._means, "sums over the records of a run"),
        (march._march, "light and terrain at a place"),
        (numba.njit(abs_of), "the function abs_of"),
    ],
)
def test_what_else_is_compiled_is_told_in_words(dispatcher, words):
    assert subject_of({"dispatcher": dispatcher, "args": ()}) == words


@pytest.mark.parametrize("module", [side_by_side, fault_trials])
def test_all_that_runs_the_kernel_says_so(monkeypatch, module):
    real = module.run_kernel

    def compiled_first(*given):
        with kernel_compiled():
            pass
        return real(*given)

    monkeypatch.setattr(module, "run_kernel", compiled_first)
    told = []
    if module is fault_trials:
        fault_campaign(
            "first-night", step="1h", units=["rover"], look_days=1.0, progress=lambda *of: told.append(of[0])
        )
        assert COMPILING in told
        return
    study("first-night", step="1h", progress=told.append)
    assert told[2:5] == ["running the station", COMPILING, "running the station"]
    told.clear()
    life_study(lives_of("first-night", Order(2, step="1h", failures=False)), 0, told.append)
    assert told[:3] == ["running the life", COMPILING, "running the life"]


def test_a_run_tells_of_groups_within_a_chunk():
    told = []
    order = Order(20, step="1h", failures=False)
    ensemble("first-night", order, workers=Workers(threads=1), progress=lambda *words: told.append(words))
    lives = [done for _, done, total in told if total]
    assert lives == sorted(lives)
    assert {0.0, 16.0, 20.0} <= set(lives), "sixteen lives run side by side"
    assert max(lives) == 20.0
