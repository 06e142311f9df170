"""Members of an ensemble on the machines of a Dask cluster."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from moonstation.core.cluster import cluster_results
from moonstation.core.errors import Fault, RangeError
from moonstation.scenario.reading import read_scenario
from moonstation.station.kernel import SOURCES
from moonstation.studies.blueprint import blueprint
from moonstation.studies.chunks import Lives, judged_by

_compiling = Lock()

Chunk = dict[str, NDArray[Any]]


def cluster_chunks(lives: Lives, todo: Mapping[int, Sequence[int]], address: str) -> Iterator[tuple[int, Chunk]]:
    """Chunks as they come back from the workers at ``address`` (tcp://host:port).

    Every worker compiles the station itself, once, and refuses to go on where that differs from this machine's. Raises
    RangeError as ``core.cluster.cluster_results``.
    """
    told, digest = told_elsewhere(lives), digest_of(lives)
    orders = ((first, (told, members, digest)) for first, members in todo.items())
    yield from cluster_results(address, lives_elsewhere, orders)


def told_elsewhere(lives: Lives) -> bytes:
    """What a worker makes the same lives of: the scenario's text, path and overrides, and the order, pickled.

    As bytes, for an override may be a table or a list, and by what cannot be hashed a worker would not know them again.
    """
    scenario = lives.blueprint.scenario
    return pickle.dumps((scenario.text, str(scenario.path or ""), scenario.overrides, lives.order))


def lives_elsewhere(told: bytes, members: Sequence[int], digest: str) -> Chunk:
    """A chunk on a machine of a cluster, of lives that are ``told_elsewhere``.

    Raises RangeError where the station or the kernel compiles to another than ``digest`` tells.
    """
    with _compiling:  # once for each process, whatever its threads
        lives = _lives(told)
        found = digest_of(lives)
    if found != digest:
        hint = "install the same versions of everything there"
        raise RangeError(Fault("cluster", "a worker compiles another station", found[:12], "", digest[:12], hint))
    return lives.run(members)


def digest_of(lives: Lives) -> str:
    """SHA-256 of the network, its series, what lives are judged by and the sources of the kernel, hexadecimal."""
    return hashlib.sha256(f"{lives.blueprint.digest} {judged_by()} {SOURCES:x}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _lives(told: bytes) -> Lives:
    text, path, overrides, order = pickle.loads(told)
    plan = blueprint(read_scenario(text, Path(path) if path else None, **overrides))
    return Lives(plan if order.failures else plan.without_failures(), order)
