"""The part of a file that has arrived so far: its bytes, the version they belong to, and the claim of one run on it."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from moonstation.core.errors import Fault, TerrainError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Version:
    """What a server says of a file: it tells one state of the file from another."""

    url: str
    size_bytes: int | None = None
    etag: str = ""
    last_modified: str = ""

    @property
    def validator(self) -> str:
        """What If-Range takes: a strong ETag or the date; empty where there is neither."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


class Part:
    """``target.part`` and, beside it, ``target.part.json`` with the version that its bytes belong to.

    ``kept_bytes`` are those that an earlier run left and this one could keep. Bytes go to the system at once, so that
    they survive a sudden end.
    """

    def __init__(self, target: Path, file: IO[bytes], url: str) -> None:
        self._target = target
        self._file = file
        self._state = _state_path(target)
        self.version = _read_version(self._state, url)
        self.kept_bytes = self.size

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return os.fstat(self._file.fileno()).st_size

    def begin(self, version: Version) -> None:
        """Throw away what is here; what comes is of ``version``."""
        self._state.unlink(missing_ok=True)
        self._file.truncate(0)
        self.kept_bytes = 0
        self.version = version
        beside = self._state.with_suffix(".new")
        beside.write_text(json.dumps(asdict(version)), encoding="utf-8")
        beside.replace(self._state)

    def require_room(self, needed: int) -> None:
        """Raise TerrainError where the disk has less than ``needed`` bytes free."""
        free = shutil.disk_usage(self._target.parent).free
        if needed > free:
            hint = "free some, or name a folder on another disk with --cache; what has arrived is kept"
            allowed = f"{needed / 1e6:,.0f} MB for the file and its conversion"
            where = str(self._target.parent)
            raise TerrainError(Fault(where, "has too little room", round(free / 1e6), "MB free", allowed, hint))

    def append(self, block: bytes) -> None:
        """Add bytes at the end; raises TerrainError where the disk takes no more."""
        try:
            self._file.seek(0, os.SEEK_END)
            view = memoryview(block)
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            words = "the disk is full" if error.errno in _FULL else f"cannot be written ({error.strerror})"
            hint = "make room; what has arrived is kept, and the same command goes on from there"
            raise TerrainError(Fault(str(self._target), words, hint=hint)) from error

    def complete(self) -> None:
        """Everything is here: the part becomes the file."""
        os.fsync(self._file.fileno())
        _part_path(self._target).replace(self._target)
        self._state.unlink(missing_ok=True)


@contextmanager
def open_part(target: Path, url: str) -> Iterator[Part]:
    """The part of ``target`` for this run alone; raises TerrainError where another run has it, or it is closed."""
    path = _part_path(target)
    with _claimed_file(path, path) as file:
        try:
            yield Part(target, file, url)
        finally:
            if path.exists() and not os.fstat(file.fileno()).st_size:  # nothing came: leave nothing
                path.unlink(missing_ok=True)
                _state_path(target).unlink(missing_ok=True)


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """The folder for this run alone, until this run ends; raises TerrainError where another run has it."""
    lock = folder / ".lock"
    with _claimed_file(lock, folder):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


def part_bytes(target: Path) -> int:
    """How many bytes of ``target`` wait to be completed."""
    with suppress(OSError):
        return _part_path(target).stat().st_size
    return 0


def _part_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _state_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.part.json")


@contextmanager
def _claimed_file(path: Path, what: Path) -> Iterator[IO[bytes]]:
    """A file opened for this run alone; raises TerrainError where another run has it, or it is closed.

    A run that ends takes its file away while it still holds the lock; whoever waited in between then holds a file that
    nobody else can see, and has to begin again with the one that is there now.
    """
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)  # that run may have taken the folder away too
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)
        except OSError as error:
            raise TerrainError(Fault(str(path), f"cannot be written ({error.strerror})")) from error
        with file:
            _claim(file, what)
            if _is_still(path, file):
                yield file
                return


def _is_still(path: Path, file: IO[bytes]) -> bool:
    """Whether a path leads to the file that was opened by it."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except OSError:
        return False


def _claim(file: IO[bytes], path: Path) -> None:
    """Lock the part against other runs; the system lets go of it however this run ends."""
    with suppress(ImportError):  # not every system has this lock
        import fcntl

        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            hint = "wait until it is there"
            raise TerrainError(Fault(str(path), "another moonstation is at work on it", hint=hint)) from error
        except OSError:  # nor has every network folder
            return


def _read_version(state: Path, url: str) -> Version | None:
    """Which version the part belongs to; None where that is not known, or was another address's."""
    try:
        version = Version(**json.loads(state.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return version if version.url == url else None
