"""How far the lives of an ensemble have come, told while they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from moonstation.studies.chunks import NOMINAL
from moonstation.studies.compilation import COMPILING, kernel_compiles

#: Told what is being done, how many members are done, and how many there are.
Progress = Callable[[str, float, float], None]
STATION, LIVES = "compiling the station", "lives"


class Count:
    """Members that are done, with the parts of those that are not; threads may tell of theirs at once.

    tell : told of every change
    """

    def __init__(self, tell: Progress, members: int) -> None:
        self._tell, self._members, self._done = tell, members, 0.0
        self._parts: dict[int, float] = {}
        self._begun = False
        self._compiling = 0
        self._lock = Lock()
        self._say()

    def begin(self, done: float = 0.0) -> None:
        """Lives begin, of which so many were finished before; until then the station is compiled."""
        with self._lock:
            self._begun, self._done = True, done
            self._say()

    def of(self, first: int) -> Callable[[float], None]:
        """Takes how many members of the chunk of a first member are done."""

        def told(part: float) -> None:
            with self._lock:
                self._parts[first] = 0.0 if first == NOMINAL else part
                self._say()

        return told

    def finished(self, first: int, members: int) -> None:
        """Count a chunk as done."""
        with self._lock:
            self._parts.pop(first, None)
            self._done += members
            self._say()

    @contextmanager
    def while_compiling(self) -> Iterator[None]:
        """Say so while the kernel is compiled."""
        with kernel_compiles(self._compiles):
            yield

    def _compiles(self, change: int) -> None:
        with self._lock:
            before, self._compiling = self._compiling, self._compiling + change
            if bool(before) != bool(self._compiling):
                self._say()

    def _say(self) -> None:
        done = min(self._done + sum(self._parts.values()), float(self._members))
        if self._compiling:
            self._tell(COMPILING, done, self._members)
        elif self._begun:
            self._tell(LIVES, done, self._members)
        else:
            self._tell(STATION, 0.0, 0.0)
