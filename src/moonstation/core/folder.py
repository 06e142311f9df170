"""Folders of results that appear whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from moonstation.core.errors import Fault, MoonstationError, RangeError
from moonstation.core.output import cleared_at_a_stop


@dataclass(frozen=True)
class Mark:
    """By what a folder of results is known: a JSON file in it, and what that says under "kind"."""

    file: str
    kind: str

    def stands_in(self, folder: Path) -> bool:
        """Whether a folder holds results of this kind."""
        try:
            said = json.loads((folder / self.file).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(said, dict) and said.get("kind") == self.kind


def folder_faults(folder: Path, mark: Mark, where: str, *, overwrite: bool) -> list[Fault]:
    """What keeps a folder of results from being written; ask before the work whose result it shall hold.

    mark : by what such a folder is known; anything else that is there is never replaced
    where : the option by which the person gave the path
    overwrite : a folder with the mark may be replaced
    """
    folder = folder.absolute()
    try:
        if folder.exists() and (fault := _taken(folder, mark, where, overwrite=overwrite)):
            return [fault]
        above = next((one for one in folder.parents if one.exists()), folder)
        if not above.is_dir():
            return [_unwritable(folder, where, OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))]
        if not os.access(above, os.W_OK | os.X_OK):
            return [_unwritable(folder, where, OSError(errno.EACCES, os.strerror(errno.EACCES)))]
    except OSError as error:
        return [_unwritable(folder, where, error)]
    return []


@contextmanager
def whole_folder(folder: Path, mark: Mark, where: str, *, overwrite: bool = False) -> Iterator[Path]:
    """An empty folder beside ``folder`` to write into, put in its place when the block ends well, else thrown away.

    An older folder steps aside first and goes when the new one stands. Raises RangeError where it cannot be written;
    faults told inside the block name ``folder``, not the one beside it.
    """
    folder = folder.absolute()
    if faults := folder_faults(folder, mark, where, overwrite=overwrite):
        raise RangeError(faults)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=_beside(folder), suffix=".partial", dir=folder.parent))
    except OSError as error:
        raise RangeError(_unwritable(folder, where, error)) from error
    try:
        with cleared_at_a_stop(lambda: shutil.rmtree(partial, ignore_errors=True)):
            yield partial
            _put_in_place(partial, folder)
    except OSError as error:
        raise RangeError(_unwritable(folder, where, error)) from error
    except MoonstationError as error:
        if str(partial) not in str(error):
            raise
        raise type(error)([_told_of(folder, partial, fault) for fault in error.faults]) from error


def _told_of(folder: Path, partial: Path, fault: Fault) -> Fault:
    """The fault with the folder that the person named, whose partial one is gone."""
    texts = {key: text for key in ("where", "message", "value", "hint") if isinstance(text := getattr(fault, key), str)}
    return replace(fault, **{key: text.replace(str(partial), str(folder)) for key, text in texts.items()})


def _taken(folder: Path, mark: Mark, where: str, *, overwrite: bool) -> Fault | None:
    if not folder.is_dir():
        return Fault(where, "is a file", str(folder), hint="name a folder")
    if not any(folder.iterdir()):
        return None
    if not mark.stands_in(folder):
        words = f"is taken by something else: it holds no {mark.file} of kind '{mark.kind}'"
        return Fault(where, words, str(folder), hint="name another")
    if overwrite:
        return None
    leave = "say --overwrite" if where.startswith("-") else "set overwrite=True"
    return Fault(where, "there are results already", str(folder), hint=f"name another, or {leave}")


def _put_in_place(partial: Path, folder: Path) -> None:
    partial.chmod(0o755)
    if not folder.exists():
        partial.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=_beside(folder), suffix=".old", dir=folder.parent))
    aside = old / "results"

    def bring_back() -> None:
        if aside.exists() and not folder.exists():  # stopped between the two
            aside.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    with cleared_at_a_stop(bring_back):
        folder.rename(aside)
        partial.rename(folder)


def _beside(folder: Path) -> str:
    """Beginning of the names of folders that stand beside a folder of results for a while."""
    return f".{folder.name[:40]}-"


def _unwritable(folder: Path, where: str, error: OSError) -> Fault:
    return Fault(where, f"cannot be written: {error.strerror or error}", str(folder), hint="name another place")
