"""Words that hang on numbers."""

from __future__ import annotations


def noun(items: int, one: str, many: str = "") -> str:
    """The noun that stands behind a count: ``one``, else ``many``, which is ``one`` with an s where it is left out."""
    return one if items == 1 else many or f"{one}s"
