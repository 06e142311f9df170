"""Work on a Dask cluster: every order comes back under its number, and every failure in words."""

from __future__ import annotations

import pytest

from moonstation.core import cluster
from moonstation.core.cluster import cluster_results
from moonstation.core.errors import Fault, RangeError


@pytest.fixture(scope="module")
def address():
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as running:
        yield running.scheduler_address


def squared(number: int) -> dict[str, int]:
    return {"square": number**2}


def refused(number: int) -> dict[str, int]:
    raise RangeError(Fault("--step", "is odd", number))


def broken(number: int) -> dict[str, int]:
    return {"part": 1 // number}


def test_every_result_comes_back_under_its_number(address):
    orders = ((number, (number,)) for number in range(20))  # many more than are in flight at a time
    assert dict(cluster_results(address, squared, orders)) == {n: {"square": n**2} for n in range(20)}


@pytest.mark.parametrize(
    ("function", "words"), [(refused, "--step: is odd"), (broken, "a worker failed .ZeroDivision")]
)
def test_a_worker_that_fails_is_told_in_words(address, function, words):
    with pytest.raises(RangeError, match=words):
        list(cluster_results(address, function, [(0, (0,))]))


@pytest.mark.parametrize("wrong", ["tpc://127.0.0.1:9", "localhost", "tcp://127.0.0.1:9"])
def test_an_address_where_nobody_answers_is_told(monkeypatch, wrong):
    monkeypatch.setattr(cluster, "_CONNECT_S", 1)
    with pytest.raises(RangeError, match="cluster: nobody answers"):
        list(cluster_results(wrong, squared, [(0, (0,))]))
