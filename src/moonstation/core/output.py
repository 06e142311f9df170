"""Files that appear whole or not at all, and words for a place where none can appear; JSON for every reader."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from moonstation.core.errors import Fault, RangeError

_unfinished: list[Callable[[], None]] = []


@contextmanager
def cleared_at_a_stop(clear: Callable[[], None]) -> Iterator[None]:
    """Work after which ``clear`` takes away what is unfinished, also where the program leaves at once."""
    _unfinished.append(clear)
    try:
        yield
    finally:
        _unfinished.remove(clear)
        clear()


def clear_unfinished() -> None:
    """Take away everything unfinished, the latest first; for a program that leaves at once, without an exception."""
    for clear in reversed(tuple(_unfinished)):
        clear()


def output_faults(path: Path, where: str) -> list[Fault]:
    """What keeps a file from being written at ``path``; ask before the work whose result it shall hold.

    ``where`` is the option or the name by which the person gave the path.
    """
    try:
        obstacle = _obstacle(path)
    except OSError as error:  # a name that is too long, a folder into which nobody may look
        obstacle = error.strerror or str(error)
    return [_fault(path, where, obstacle)] if obstacle else []


def write_whole(path: Path, content: bytes, where: str) -> None:
    """Write ``content`` beside ``path`` and rename it, so that the file is never half there.

    A link is followed; a device or a pipe is written to, never replaced. Raises RangeError where nothing can be
    written.
    """
    faults = output_faults(path, where)
    if faults:
        raise RangeError(faults)
    target = _target(path)
    try:
        if _is_device(target):
            target.write_bytes(content)
        else:
            _put(target, content)
    except OSError as error:
        raise RangeError(_fault(path, where, error.strerror or str(error))) from error


def _put(target: Path, content: bytes) -> None:
    beside = target.with_name(f".{target.name[:40]}.{os.getpid()}.part")

    def clear() -> None:
        with suppress(OSError):
            beside.unlink(missing_ok=True)

    with cleared_at_a_stop(clear):
        beside.write_bytes(content)
        beside.replace(target)


def _obstacle(path: Path) -> str:
    target = _target(path)
    if target.is_dir():
        return "it is a folder, not a file"
    if not target.parent.is_dir():
        return "its folder does not exist"
    if target.exists() and not os.access(target, os.W_OK):
        return "it is closed to writing"
    open_folder = os.access(target.parent, os.W_OK | os.X_OK)
    return "" if open_folder or _is_device(target) else "its folder is closed to writing"


def _target(path: Path) -> Path:
    """Where a path leads, links followed."""
    return Path(os.path.realpath(path))


def _is_device(target: Path) -> bool:
    return target.exists() and not target.is_file()


def _fault(path: Path, where: str, reason: str) -> Fault:
    return Fault(where, f"cannot be written: {reason}", str(path), hint="name another place")


def json_text(value: Any) -> str:
    """JSON with numbers that every reader takes: what is not finite becomes null."""
    return json.dumps(_finite(value), indent=2, ensure_ascii=False, default=str) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
