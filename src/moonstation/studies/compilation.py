"""Tells when something is compiled: the kernel takes a minute or two, what runs before it some twenty seconds.

What is on disk from before is not compiled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

#: What is being done while the kernel is compiled.
COMPILING = "compiling (once, a minute or two)"
#: Compiling that takes no longer in all is nothing to tell of [s].
UNTOLD_S = 1.0
ONE_LIFE = "the kernel that runs one life (a minute or two)"
MANY_LIVES = "the kernel that runs many lives side by side (a minute or two)"
#: What is compiled besides, by the begin of its module's name: the first that fits.
_SUBJECTS = {
    "moonstation.station.": "sums over the records of a run",
    "moonstation.components.": "beds that clean the air",
    "moonstation.orbits.": "relays and ground stations",
    "moonstation.sky.": "where Sun and Earth stand",
    "moonstation.moon.sweep.": "sky-lines of whole maps",
    "moonstation.moon.sky_line.": "the sky-line of a place",
    "moonstation.moon.maps.": "light over maps",
    "moonstation.moon.regolith.": "temperatures of the ground",
    "moonstation.moon.ways.": "slopes and ways",
    "moonstation.moon.": "light and terrain at a place",
}


@contextmanager
def kernel_compiles(told: Callable[[int], None]) -> Iterator[None]:
    """Within the block ``told`` hears of each form of the kernel that begins (1) or ends (-1) to be compiled."""
    from moonstation.station.kernel import run_lives

    def of_the_kernel(data: Mapping[str, Any], change: int) -> None:
        if data["dispatcher"] is run_lives:
            told(change)

    with _compiles(of_the_kernel):
        yield


@contextmanager
def compiling_takes_long(told: Callable[[str], None]) -> Iterator[None]:
    """Within the block ``told`` hears what is compiled, once of each thing, where compiling takes long.

    That is, where it has taken ``UNTOLD_S`` in all since it heard of anything.
    """
    at_once, untold_s, before_s, what, said = 0, 0.0, 0.0, "", set[str]()

    def of_any(data: Mapping[str, Any], change: int) -> None:
        nonlocal at_once, untold_s, before_s, what
        now_s = time.perf_counter()
        untold_s += now_s - before_s if at_once > 0 else 0.0
        if at_once == 0:
            what = subject_of(data)
        at_once, before_s = at_once + change, now_s
        if untold_s >= UNTOLD_S and at_once > 0 and what not in said:
            untold_s = 0.0
            said.add(what)
            told(what)

    with _compiles(of_any):
        yield


def subject_of(data: Mapping[str, Any]) -> str:
    """What is compiled, in words, by what numba tells of it."""
    from moonstation.station.kernel import run_lives

    function = data["dispatcher"]
    if function is run_lives:
        return MANY_LIVES if _lanes(data.get("args", ())) > 1 else ONE_LIFE
    module, name = function.py_func.__module__, function.py_func.__name__
    return next((words for begin, words in _SUBJECTS.items() if module.startswith(begin)), f"the function {name}")


def _lanes(given: Any) -> int:
    """Lives side by side in the tables of which these types of the kernel's arguments are, 1 where none are told."""
    from numba import types

    rows = (
        [table.dtype for table in given[0] if isinstance(getattr(table, "dtype", None), types.Record)] if given else []
    )
    kinds = [field.type for row in rows for field in row.fields.values()]
    return max((kind.nitems for kind in kinds if isinstance(kind, types.NestedArray)), default=1)


@contextmanager
def _compiles(told: Callable[[Mapping[str, Any], int], None]) -> Iterator[None]:
    """Within the block ``told`` hears of each function that begins (1) or ends (-1) to be compiled, as numba tells it.

    Those that it calls are compiled meanwhile; never are two at once, in whatever threads.
    """
    from numba.core import event

    class Listener(event.Listener):
        def on_start(self, event: event.Event) -> None:
            told(event.data, 1)

        def on_end(self, event: event.Event) -> None:
            told(event.data, -1)

    with event.install_listener("numba:compile", Listener()):
        yield
