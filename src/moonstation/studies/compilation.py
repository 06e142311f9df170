"""Tells when something is compiled: the kernel takes a minute or two, what runs before it some twenty seconds.

What is on disk from before is not compiled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: What is being done while the kernel is compiled.
COMPILING = "compiling (once, a minute or two)"
#: Compiling that takes no longer in all is nothing to tell of [s].
UNTOLD_S = 1.0


@contextmanager
def kernel_compiles(told: Callable[[int], None]) -> Iterator[None]:
    """Within the block ``told`` hears of each form of the kernel that begins (1) or ends (-1) to be compiled."""
    from moonstation.station.kernel import run_lives

    def of_the_kernel(function: Any, change: int) -> None:
        if function is run_lives:
            told(change)

    with _compiles(of_the_kernel):
        yield


@contextmanager
def compiling_takes_long(told: Callable[[], None]) -> Iterator[None]:
    """Within the block ``told`` hears, once, that compiling, of whatever it may be, has taken ``UNTOLD_S`` in all."""
    at_once, spent_s, before_s, said = 0, 0.0, 0.0, False

    def of_any(_: Any, change: int) -> None:
        nonlocal at_once, spent_s, before_s, said
        now_s = time.perf_counter()
        spent_s += now_s - before_s if at_once > 0 else 0.0
        at_once, before_s = at_once + change, now_s
        if spent_s >= UNTOLD_S and at_once > 0 and not said:
            said = True
            told()

    with _compiles(of_any):
        yield


@contextmanager
def _compiles(told: Callable[[Any, int], None]) -> Iterator[None]:
    """Within the block ``told`` hears of each function that begins (1) or ends (-1) to be compiled.

    Those that it calls are compiled meanwhile; never are two at once, in whatever threads.
    """
    from numba.core import event

    class Listener(event.Listener):
        def on_start(self, event: event.Event) -> None:
            told(event.data["dispatcher"], 1)

        def on_end(self, event: event.Event) -> None:
            told(event.data["dispatcher"], -1)

    with event.install_listener("numba:compile", Listener()):
        yield
