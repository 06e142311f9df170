"""Which facts a piece of work stood on, and other values for some of them.

Every look-up inside ``recorded()`` is noted, cached ones too; inside ``overridden(...)`` look-ups give sampled values.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar, cast

_P = ParamSpec("_P")
_R = TypeVar("_R")
_used: ContextVar[set[str] | None] = ContextVar("used_facts", default=None)
_NOTHING: Mapping[str, float] = MappingProxyType({})
_overrides: ContextVar[Mapping[str, float]] = ContextVar("overridden_facts", default=_NOTHING)


@contextmanager
def recorded() -> Iterator[set[str]]:
    """Collect the keys of all facts looked up inside the block; blocks may be nested."""
    outer = _used.get()
    keys: set[str] = set()
    token = _used.set(keys)
    try:
        yield keys
    finally:
        _used.reset(token)
        if outer is not None:
            outer |= keys


@contextmanager
def overridden(values: Mapping[str, float]) -> Iterator[None]:
    """Look-ups inside the block, in this thread alone, give these values by key in place of the tables'.

    Of nested blocks the innermost that names a key wins.
    """
    token = _overrides.set({**_overrides.get(), **values})
    try:
        yield
    finally:
        _overrides.reset(token)


def override_of(key: str) -> float | None:
    """The value that stands for a fact here, None where the table's does."""
    return _overrides.get().get(key)


def note(key: str) -> None:
    """Note that a fact was looked up."""
    keys = _used.get()
    if keys is not None:
        keys.add(key)


def fact_cache(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Cache a function of hashable arguments; a remembered result notes again the facts it stood on.

    A result that stands on overridden facts is neither kept nor taken from what is kept.
    """
    return fact_cache_of(None)(function)


def fact_cache_of(size: int | None) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """As ``fact_cache``, for the ``size`` results that were made last; ``forget()`` of the function lets all go."""

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        kept: dict[Hashable, tuple[_R, frozenset[str]]] = {}
        changing = Lock()  # several threads may look round at once

        @functools.wraps(function)
        def remembered(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            key = (args, tuple(sorted(kwargs.items())))
            others = _overrides.get().keys()
            found = kept.get(key)
            if found is not None and others.isdisjoint(found[1]):
                for name in found[1]:
                    note(name)
                return found[0]
            with recorded() as keys:
                result = function(*args, **kwargs)
            if others.isdisjoint(keys):
                with changing:
                    kept[key] = (result, frozenset(keys))
                    if size is not None and len(kept) > size:
                        del kept[next(iter(kept))]
            return result

        cast(Any, remembered).forget = kept.clear
        return remembered

    return decorate


class MadeWhenAsked(Mapping[str, _R]):
    """Values by name, each made when it is asked for, so that only the facts behind that one are noted."""

    def __init__(self, names: Iterable[str], make: Callable[[str], _R]) -> None:
        self._names = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> _R:
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
