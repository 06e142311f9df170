"""Runs the chunks of an ensemble, in threads or on a cluster, and gathers what their lives leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from moonstation.core.cores import core_count
from moonstation.studies.chunks import NOMINAL, ChunkStore, Lives
from moonstation.studies.ensemble_progress import Count
from moonstation.studies.gathering import Gathered, Gathering

Chunk = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Workers:
    """Who runs the lives: ``threads`` of this machine, all cores if not given, or the workers of a Dask ``cluster``."""

    threads: int | None = None
    cluster: str | None = None

    @property
    def beside(self) -> int:
        """Threads beside the one that asks, 0 where it does all by itself or a cluster does."""
        count = self.threads or core_count()
        return 0 if self.cluster or count == 1 else count


class Running:
    """Runs lives.

    pool : threads of this machine, as many as ``workers`` say
    meanwhile : is called once while the first lives run beside, where they do
    """

    def __init__(
        self, workers: Workers, pool: ThreadPoolExecutor, count: Count, meanwhile: Callable[[], None] | None = None
    ) -> None:
        self._workers, self._pool, self._count = workers, pool, count
        self._meanwhile = meanwhile
        self._waiting: dict[Future[Chunk], int] = {}

    def begin_nominal(self, lives: Lives) -> None:
        """Begin with the nominal life, where other threads are free for it."""
        if self._workers.beside:
            self._submit(lives, NOMINAL, [NOMINAL])

    def gathered(self, lives: Lives, store: ChunkStore | None) -> Gathered:
        """What all members leave; finished chunks are taken from the store, and the others put there."""
        members = lives.order.chunks()
        gathering = Gathering(lives.order.members)
        done = store.finished() & members.keys() if store else set[int]()
        self._count.begin(sum(len(members[first]) for first in done if first != NOMINAL))
        for first, chunk in self._computed(lives, {first: members[first] for first in members if first not in done}):
            if store:
                store.put(first, chunk)
            gathering.add(first, chunk)
            self._count.finished(first, len(members[first]) if first != NOMINAL else 0)
        for first in done:
            assert store
            gathering.add(first, store.get(first))
        return gathering.gathered()

    def _computed(self, lives: Lives, todo: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, Chunk]]:
        """Chunks as they are finished."""
        if self._workers.cluster:
            from moonstation.studies.ensemble_cluster import cluster_chunks

            yield from cluster_chunks(lives, todo, self._workers.cluster)
        elif self._workers.beside:
            yield from self._in_threads(lives, todo)
        else:
            for first, members in todo.items():
                yield first, lives.run(members, self._count.of(first))

    def _in_threads(self, lives: Lives, todo: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, Chunk]]:
        """Chunks as they are finished; no more are begun than there are threads, so that a fault is told soon."""
        begun = set(self._waiting.values())
        rest = iter([(first, members) for first, members in todo.items() if first not in begun])

        def begin() -> None:
            busy = sum(not future.done() for future in self._waiting)
            for first, members in islice(rest, self._workers.beside - busy):
                self._submit(lives, first, members)

        begin()
        if self._meanwhile:
            self._meanwhile()
        while self._waiting:
            for future in wait(self._waiting, return_when=FIRST_COMPLETED).done:
                first, chunk = self._waiting.pop(future), future.result()
                begin()
                yield first, chunk

    def _submit(self, lives: Lives, first: int, members: Sequence[int]) -> None:
        self._waiting[self._pool.submit(lives.run, members, self._count.of(first))] = first
