"""Work done on the machines of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from moonstation.core.errors import Fault, MoonstationError, RangeError

_CONNECT_S = 10
_IN_FLIGHT = 2  # orders for each thread of the cluster, so that nobody waits and memory stays bounded


def cluster_results(
    address: str, function: Callable[..., dict[str, Any]], orders: Iterable[tuple[int, tuple[Any, ...]]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and result of every order as they come back from the workers at ``address`` (tcp://host:port).

    orders : number, and arguments with which a worker calls ``function``

    Raises RangeError where Dask is not installed, nobody answers, no worker is there or one fails; a worker's own
    MoonstationError as it is.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import resolve_address
    except ImportError as error:
        hint = "pip install distributed"
        raise RangeError(Fault("cluster", "needs the package distributed", address, hint=hint)) from error
    try:
        resolve_address(address)  # a client that is refused for it would hang
        connect: Any = Client  # Dask has no types
        client = connect(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        hint = "start one with: dask scheduler"
        raise RangeError(Fault("cluster", "nobody answers", address, hint=hint)) from error
    with client:
        yield from _computed(client, address, function, iter(orders))


def _computed(
    client: Any,
    address: str,
    function: Callable[..., dict[str, Any]],
    orders: Iterator[tuple[int, tuple[Any, ...]]],
) -> Iterator[tuple[int, dict[str, Any]]]:
    from distributed import as_completed

    seats = sum(client.nthreads().values())
    if not seats:
        hint = f"start one with: dask worker {address}"
        raise RangeError(Fault("cluster", "has no worker", address, hint=hint))
    number_of: dict[str, int] = {}

    def submit(number: int, arguments: tuple[Any, ...]) -> Any:
        future = client.submit(function, *arguments, pure=False)
        number_of[future.key] = number
        return future

    completed: Any = as_completed
    waiting = completed([submit(*order) for order in islice(orders, _IN_FLIGHT * seats)], loop=client.loop)
    for future in waiting:
        yield number_of.pop(future.key), _result(future, address)
        future.release()
        for order in islice(orders, 1):
            waiting.add(submit(*order))


def _result(future: Any, address: str) -> dict[str, Any]:
    """What a worker gives; its fault in words, another failure as the cluster's."""
    error = future.exception()
    if error is None:
        return dict(future.result())
    if isinstance(error, MoonstationError):
        raise error
    what = f"a worker failed ({type(error).__name__}: {error})"
    raise RangeError(Fault("cluster", what, address)) from error
