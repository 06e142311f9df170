"""The bar of an ensemble: it moves within a chunk, never back, and says when machine code is made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numba
import pytest

from moonstation.studies.chunks import NOMINAL
from moonstation.studies.ensemble import ensemble
from moonstation.studies.ensemble_progress import COMPILING, LIVES, STATION, Count
from moonstation.studies.running import Workers


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


def test_it_says_so_while_a_function_is_compiled(count, told):
    with count.while_compiling():

        @numba.njit
        def inner(x):
            return x + 1

        @numba.njit
        def twice(x):
            return 2 * inner(x)

        assert twice(3) == 8
        assert [what for what, *_ in told] == [LIVES, COMPILING, LIVES], "one in the other is one"
        twice(4)
    assert len(told) == 3, "what is there is not compiled again"


def test_a_run_tells_of_groups_within_a_chunk():
    told = []
    asked = {"members": 20, "step": "1h", "failures": False, "workers": Workers(threads=1)}
    ensemble("first-night", **asked, progress=lambda *words: told.append(words))
    lives = [done for _, done, total in told if total]
    assert lives == sorted(lives)
    assert {0.0, 16.0, 20.0} <= set(lives), "sixteen lives run side by side"
    assert max(lives) == 20.0
