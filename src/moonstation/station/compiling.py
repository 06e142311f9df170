"""How the kernel's functions are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """Compile with numba, kept on disk, without counting references to arrays.

    The kernel allocates nothing, so counting is of no use to it, and it cost nine tenths of the time
    (docs/decisions/006-kernel-tables.md). A function that allocates does not compile this way.
    """
    options: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}
    return njit(**options)(function)
