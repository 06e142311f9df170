"""How the kernel's functions are compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

from moonstation.core.machine_code import compiled_with

_F = TypeVar("_F", bound=Callable[..., Any])
_njit: Callable[..., Any] = njit  # its type knows nothing of the options below

#: No counting of references to arrays: the kernel allocates nothing, so counting is of no use to it, and it took nine
#: tenths of the time (docs/decisions/006-kernel-tables.md). A function that allocates does not compile this way.
_LEAN = {"_nrt": False, "error_model": "numpy"}


def compiled(function: _F) -> _F:
    """Compile a function that Python calls, and keep it on disk."""
    return compiled_with(**_LEAN)(function)


def inlined(function: _F) -> _F:
    """Compile a function into those that call it; Python cannot call it.

    A call hands over every table in seven registers, which took half of the time.
    """
    return _njit(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **_LEAN)(function)


def called(function: _F) -> _F:
    """Compile a function that stands once and is called: for what is rare and long, which copies would only bloat."""
    return _njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **_LEAN)(function)


def mark_of(files: Iterable[Path]) -> int:
    """Number that changes with the text of any of the files.

    numba's cache on disk looks at the file of the cached function alone, and at the variables that it closes over: a
    kernel that closes over this number is not taken from the cache after another of its files has changed.
    """
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest()
    return int.from_bytes(digest[:7], "big")
