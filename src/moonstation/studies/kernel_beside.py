"""The kernel of a first run is compiled by another process, while Sun, Earth and ground are worked out in this one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from moonstation.station.beforehand import is_to_be_compiled

#: -P: nothing is taken from the folder in which the run was begun, whatever its files are called.
_COMPILE = ("-P", "-m", "moonstation.station.beforehand")
#: So often is told that it still compiles [s].
_TOLD_EVERY_S = 0.5


@contextmanager
def kernel_compiled_beside() -> Iterator[Callable[[], None]]:
    """Within the block the kernel of one life in which nothing fails is being compiled, where it is not on disk.

    Gives what waits for it; whoever listens to numba hears of the wait as of compiling. Where the other process fails,
    the kernel is compiled when it is called.
    """
    compiler = _begin() if is_to_be_compiled() else None
    if compiler is None:
        yield lambda: None
        return
    with compiler:
        try:
            yield partial(_wait_for, compiler)
        finally:
            compiler.terminate()


def _begin() -> subprocess.Popen[bytes] | None:
    """It ends with this process too, be that by a signal: then its standard input does."""
    asked, none = [sys.executable or "python", *_COMPILE], subprocess.DEVNULL
    with suppress(OSError):
        return subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=none, stderr=none)
    return None


def _wait_for(compiler: subprocess.Popen[bytes]) -> None:
    from numba.core import event

    from moonstation.station.kernel import run_lives
    from moonstation.station.lives import refresh_live  # a part of it

    if compiler.poll() is not None:
        return
    with event.trigger_event("numba:compile", {"dispatcher": run_lives}):
        while compiler.poll() is None:
            with (
                event.trigger_event("numba:compile", {"dispatcher": refresh_live}),
                suppress(subprocess.TimeoutExpired),
            ):
                compiler.wait(_TOLD_EVERY_S)
