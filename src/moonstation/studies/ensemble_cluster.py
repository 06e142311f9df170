"""Members of an ensemble on the machines of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import Any

from numpy.typing import NDArray

from moonstation.core.errors import Fault, MoonstationError, RangeError
from moonstation.scenario.reading import read_scenario
from moonstation.studies.blueprint import blueprint
from moonstation.studies.chunks import Lives, Order

_CONNECT_S = 10
_IN_FLIGHT = 2  # chunks for each thread of the cluster, so that nobody waits and memory stays bounded
_compiling = Lock()

Chunk = dict[str, NDArray[Any]]


def cluster_chunks(lives: Lives, todo: Mapping[int, Sequence[int]], address: str) -> Iterator[tuple[int, Chunk]]:
    """Chunks as they come back from the workers at ``address`` (tcp://host:port).

    Every worker compiles the station itself, once, and refuses to go on where that differs from this machine's. Raises
    RangeError where Dask is not installed, nobody answers, or no worker is there.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import resolve_address
    except ImportError as error:
        hint = "pip install 'moonstation[cluster]'"
        raise RangeError(Fault("--cluster", "needs the package distributed", address, hint=hint)) from error
    try:
        resolve_address(address)  # a client that is refused for it would hang
        connect: Any = Client  # Dask has no types
        client = connect(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        hint = "start one with: dask scheduler"
        raise RangeError(Fault("--cluster", "nobody answers", address, hint=hint)) from error
    with client:
        yield from _computed(client, lives, todo, address)


def lives_elsewhere(text: str, path: str, step: str, order: Order, members: Sequence[int], digest: str) -> Chunk:
    """A chunk on a machine of a cluster, from the text of its scenario; the paths inside are meant from ``path``.

    Raises RangeError where the station compiles to other numbers than ``digest`` tells.
    """
    with _compiling:  # once for each process, whatever its threads
        lives = _lives(text, path, step, order)
        found = lives.blueprint.digest
    if found != digest:
        hint = "install the same versions of everything there"
        raise RangeError(Fault("--cluster", "a worker compiles another station", found[:12], "", digest[:12], hint))
    return lives.run(members)


@lru_cache(maxsize=1)
def _lives(text: str, path: str, step: str, order: Order) -> Lives:
    from pathlib import Path

    scenario = read_scenario(text, Path(path) if path else None, step=step)
    return Lives(blueprint(scenario), order)


def _computed(
    client: Any, lives: Lives, todo: Mapping[int, Sequence[int]], address: str
) -> Iterator[tuple[int, Chunk]]:
    from distributed import as_completed

    seats = sum(client.nthreads().values())
    if not seats:
        hint = f"start one with: dask worker {address}"
        raise RangeError(Fault("--cluster", "has no worker", address, hint=hint))
    scenario = lives.blueprint.scenario
    told = (scenario.text, str(scenario.path or ""), scenario.step, lives.order)
    rest = iter(todo.items())
    first_of: dict[str, int] = {}

    def submit(first: int, members: Sequence[int]) -> Any:
        future = client.submit(lives_elsewhere, *told, members, lives.blueprint.digest, pure=False)
        first_of[future.key] = first
        return future

    completed: Any = as_completed
    waiting = completed([submit(*item) for item in islice(rest, _IN_FLIGHT * seats)], loop=client.loop)
    for future in waiting:
        yield first_of.pop(future.key), _result(future, address)
        future.release()
        for item in islice(rest, 1):
            waiting.add(submit(*item))


def _result(future: Any, address: str) -> Chunk:
    """A chunk; a worker's fault in words, another failure as the cluster's."""
    error = future.exception()
    if error is None:
        return dict(future.result())
    if isinstance(error, MoonstationError):
        raise error
    what = f"a worker failed ({type(error).__name__}: {error})"
    raise RangeError(Fault("--cluster", what, address)) from error
