"""Functions compiled by numba, whose machine code is kept on disk where there is a folder for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_F = TypeVar("_F", bound=Callable[..., Any])
_njit: Callable[..., Any] = njit  # its type knows no options


def compiled(function: _F) -> _F:
    """Compile a function when it is first called."""
    return compiled_with()(function)


def compiled_with(**options: Any) -> Callable[[_F], _F]:
    """As ``compiled``, with options of numba; other threads run meanwhile, for compiled code touches arrays only.

    The machine code is kept beside the source or in the user's cache folder; where neither may be written (a package
    that another user installed, no home), each process compiles anew.
    """
    options = {"nogil": True, **options}

    def compile_it(function: _F) -> _F:
        try:
            return _njit(cache=True, **options)(function)
        except RuntimeError:  # numba: "no locator available"
            return _njit(**options)(function)

    return compile_it
