"""Memory that a process holds though it has let go what lay there."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any


def give_back_free_memory() -> None:
    """Give the system back what is free; nothing where the C library cannot (only that of GNU can be asked).

    It keeps arrays of some megabytes, once freed, for the next: after work with many of them, hundreds of megabytes.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):
        return None
