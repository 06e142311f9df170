"""Members of an ensemble on the machines of a Dask cluster."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from moonstation.core.cluster import cluster_results
from moonstation.core.errors import Fault, RangeError
from moonstation.scenario.reading import read_scenario
from moonstation.station.kernel import SOURCES
from moonstation.studies.blueprint import blueprint
from moonstation.studies.chunks import Lives, Order

_compiling = Lock()

Chunk = dict[str, NDArray[Any]]


def cluster_chunks(lives: Lives, todo: Mapping[int, Sequence[int]], address: str) -> Iterator[tuple[int, Chunk]]:
    """Chunks as they come back from the workers at ``address`` (tcp://host:port).

    Every worker compiles the station itself, once, and refuses to go on where that differs from this machine's. Raises
    RangeError as ``core.cluster.cluster_results``.
    """
    scenario, digest = lives.blueprint.scenario, digest_of(lives)
    told = (scenario.text, str(scenario.path or ""), scenario.step, lives.order)
    orders = ((first, (*told, members, digest)) for first, members in todo.items())
    yield from cluster_results(address, lives_elsewhere, orders)


def lives_elsewhere(text: str, path: str, step: str, order: Order, members: Sequence[int], digest: str) -> Chunk:
    """A chunk on a machine of a cluster, from the text of its scenario; the paths inside are meant from ``path``.

    Raises RangeError where the station or the kernel compiles to another than ``digest`` tells.
    """
    with _compiling:  # once for each process, whatever its threads
        lives = _lives(text, path, step, order)
        found = digest_of(lives)
    if found != digest:
        hint = "install the same versions of everything there"
        raise RangeError(Fault("--cluster", "a worker compiles another station", found[:12], "", digest[:12], hint))
    return lives.run(members)


def digest_of(lives: Lives) -> str:
    """SHA-256 of the network, its series and the sources of the kernel, hexadecimal."""
    return hashlib.sha256(f"{lives.blueprint.digest} {SOURCES:x}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _lives(text: str, path: str, step: str, order: Order) -> Lives:
    from pathlib import Path

    scenario = read_scenario(text, Path(path) if path else None, step=step)
    plan = blueprint(scenario)
    return Lives(plan if order.failures else plan.without_failures(), order)
