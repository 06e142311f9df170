"""Tells when the kernel is compiled: that takes a minute or two, and what is on disk from before is not compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: What is being done then.
COMPILING = "compiling (once, about a minute)"


@contextmanager
def kernel_compiles(told: Callable[[int], None]) -> Iterator[None]:
    """Within the block ``told`` hears of each form of the kernel that begins (1) or ends (-1) to be compiled."""
    from numba.core import event

    from moonstation.station.kernel import run_lives

    class Listener(event.Listener):
        def on_start(self, event: event.Event) -> None:
            self._tell(event, 1)

        def on_end(self, event: event.Event) -> None:
            self._tell(event, -1)

        @staticmethod
        def _tell(event: event.Event, change: int) -> None:
            if event.data["dispatcher"] is run_lives:
                told(change)

    with event.install_listener("numba:compile", Listener()):
        yield
