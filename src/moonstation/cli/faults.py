"""Faults of several options gathered, so that a person hears of all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from moonstation.core.errors import Fault

_T = TypeVar("_T")


def tried(function: Callable[[], _T], faults: list[Fault], where: str = "") -> _T | None:
    """What ``function`` returns, or None with its faults added to ``faults``.

    ``where`` is the option to blame where an error names none.
    """
    from moonstation.core.errors import Fault, MoonstationError

    try:
        return function()
    except MoonstationError as error:
        faults += error.faults or (Fault(where or "place", str(error)),)
        return None
