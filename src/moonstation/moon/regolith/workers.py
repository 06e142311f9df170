"""Threads that share a number of like things among them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from moonstation.core.cores import core_count
from moonstation.core.errors import Fault, RangeError

_PARTS = 3  # for each thread: the last ones finish together


class Workers:
    """A pool of threads, all cores unless told; results must not depend on who does what. A context manager."""

    def __init__(self, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise RangeError(Fault("threads", "out of range", threads, "", "1 or more"))
        self.count = threads or core_count()
        self._pool = ThreadPoolExecutor(self.count)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def share(self, things: int, work: Callable[[tuple[int, int]], object]) -> None:
        """Run ``work`` on parts (first, one past the last) of a number of things; raises what it raises."""
        edges = np.linspace(0, things, _PARTS * self.count + 1).astype(int)
        parts = [(int(a), int(b)) for a, b in zip(edges[:-1], edges[1:], strict=True) if b > a]
        if len(parts) == 1 or self.count == 1:
            for part in parts:
                work(part)
            return
        for done in [self._pool.submit(work, part) for part in parts]:
            done.result()
