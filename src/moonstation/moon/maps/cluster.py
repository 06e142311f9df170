"""The tiles of a map on the machines of a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from moonstation.core.errors import Fault, MoonstationError, RangeError
from moonstation.moon.maps.plan import MapPlan, compute_tile_elsewhere

_CONNECT_S = 10
_IN_FLIGHT = 2  # tiles for each thread of the cluster, so that nobody waits and memory stays bounded


def cluster_tiles(plan: MapPlan, address: str) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """Number and layers of every tile as they come back from the workers at ``address`` (tcp://host:port).

    Every worker needs the elevation models under the same paths. Raises RangeError where Dask is not installed, nobody
    answers, or no worker is there.
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
        yield from _computed(client, plan, address)


def _computed(client: Any, plan: MapPlan, address: str) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    from distributed import as_completed

    seats = sum(client.nthreads().values())
    if not seats:
        hint = f"start one with: dask worker {address}"
        raise RangeError(Fault("--cluster", "has no worker", address, hint=hint))
    numbers = iter(range(len(plan.tiles)))
    number_of: dict[str, int] = {}

    def submit(number: int) -> Any:
        future = client.submit(compute_tile_elsewhere, plan, number, 1, pure=False)
        number_of[future.key] = number
        return future

    completed: Any = as_completed
    waiting = completed([submit(number) for number in islice(numbers, _IN_FLIGHT * seats)], loop=client.loop)
    for future in waiting:
        yield number_of.pop(future.key), _result(future, address)
        future.release()
        for number in islice(numbers, 1):
            waiting.add(submit(number))


def _result(future: Any, address: str) -> dict[str, np.ndarray]:
    """The layers of a tile; a worker's fault in words, another failure as the cluster's."""
    error = future.exception()
    if error is None:
        return dict(future.result())
    if isinstance(error, MoonstationError):
        raise error
    what = f"a worker failed ({type(error).__name__}: {error})"
    raise RangeError(Fault("--cluster", what, address)) from error
