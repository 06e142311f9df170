"""Functions compiled by numba, whose machine code is kept on disk where there is a folder for it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError
from types import CodeType, FunctionType
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.dispatcher import Dispatcher

_F = TypeVar("_F", bound=Callable[..., Any])
_njit: Callable[..., Any] = njit  # its type knows no options
_Cache: Any = FunctionCache
_CacheFile: Any = IndexDataCacheFile
_UNREADABLE = (AttributeError, EOFError, ImportError, UnpicklingError)
#: How long machine code is kept that the code of today does not use: between two branches nobody compiles [s].
_FORMER_KEPT_S = 86_400.0
_PLAIN = (bool, int, float, complex, str, bytes, tuple, np.generic, type(None))


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
        made = _njit(**options)(function)
        with suppress(RuntimeError):  # numba: "no locator available"
            made._cache = _Kept(function)
        return made

    return compile_it


def wants_compiling(function: Any, *values: Any) -> bool:
    """Whether a call with such values would compile a function, of which machine code can be kept, for it is not."""
    cache = getattr(function, "_cache", None)
    if not isinstance(cache, _Kept):
        return False
    form = _form(function, values)
    try:
        key = cache._index_key(form, function.targetctx.codegen())
        return form not in function.overloads and key not in cache._cache_file._load_index()
    except _UNREADABLE:
        return True


def compile_for(function: Any, *values: Any) -> None:
    """Compile a function as a call with such values would."""
    function.compile(_form(function, values))


def _form(function: Any, values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(function.typeof_pyval(value) for value in values)


class _Kept(_Cache):  # type: ignore[misc]
    """numba's cache on disk, which by itself looks at the file of the cached function alone: here also at what the
    function takes in from others.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was kept for these types, None where there is nothing, or where it names a type that is no more."""
        try:
            return super().load_overload(sig, target_context)
        except _UNREADABLE:
            self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for these types, and remove what was kept of the function while it was another."""
        super().save_overload(sig, data)
        oldest = time.time() - _FORMER_KEPT_S
        with suppress(AttributeError, OSError):  # a numba that keeps it otherwise, or somebody else removes it
            for path in self._former():
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _former(self) -> list[Path]:
        """Files that nobody will load: of this function, but not of its mark, or of another line of a changed file."""
        own, folder = self._impl.filename_base, Path(self._cache_path)
        mark, stamp = mark_of_function(self._py_func), self._impl.locator.get_source_stamp()
        found = []
        for index in folder.glob(f"{own.rpartition('-')[0]}-*.{own.rpartition('.')[2]}.nbi"):
            known = _entries(folder, index.stem, stamp)
            used = {name for key, name in known.items() if index.stem != own or key[-1] == mark}
            found += [path for path in folder.glob(f"{index.stem}.*.nbc") if path.name not in used]
            if not known:
                found.append(index)
        return found

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(sig, codegen), mark_of_function(self._py_func))


def _entries(folder: Path, base: str, stamp: Any) -> dict[Any, str]:
    """What an index of the cache names by its keys, nothing where it cannot be read or is of another source file."""
    load = _CacheFile(folder, base, stamp)._load_index
    try:
        return dict(load())
    except _UNREADABLE:
        return {}


def mark_of_function(function: Callable[..., Any]) -> str:
    """Mark that changes with the code of a function, of all compiled ones and intrinsics that it calls, and with the
    constants that these read from their modules.
    """
    digest, seen, left = hashlib.sha256(), {function}, [function]
    while left:
        one = left.pop()
        assert isinstance(one, FunctionType)
        scope = _scope(one)
        digest.update(repr(one.__defaults__).encode())
        for code in _codes(one.__code__):
            shown = [_shown(const) for const in code.co_consts if not isinstance(const, CodeType)]
            digest.update(repr((one.__qualname__, code.co_code, code.co_names, code.co_varnames, shown)).encode())
            for name in code.co_names + code.co_freevars:
                value = scope.get(name)
                digest.update(f"{name}={_shown(value)};".encode())
                called = _called(value)
                if called is not None and called not in seen:
                    seen.add(called)
                    left.append(called)
    return digest.hexdigest()


def _called(value: Any) -> FunctionType | None:
    """The Python function behind a compiled one or an intrinsic, None for anything else."""
    function = value.py_func if isinstance(value, Dispatcher) else getattr(value, "_defn", None)
    return function if isinstance(function, FunctionType) else None


def _scope(function: FunctionType) -> dict[str, Any]:
    """Variables from outside that a function may read."""
    own = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {**function.__globals__, **{name: cell.cell_contents for name, cell in own}}


def _codes(code: CodeType) -> list[CodeType]:
    """A function's code and that of the functions and comprehensions in it."""
    return [code, *(deeper for const in code.co_consts if isinstance(const, CodeType) for deeper in _codes(const))]


def _shown(value: Any) -> str:
    """What of a module's variable goes into machine code, as text that is the same in each process."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}{value.tobytes()!r}"
    if isinstance(value, type):
        return f"{value.__qualname__}{getattr(value, '_fields', '')}"
    if isinstance(value, Dispatcher):
        return _shown(tuple(f"{name}={_shown(option)}" for name, option in value.targetoptions.items()))
    if isinstance(value, set | frozenset):  # repr would show the members in an order that each process draws
        return repr(sorted(map(_shown, value)))
    return repr(value) if isinstance(value, _PLAIN) else type(value).__qualname__
