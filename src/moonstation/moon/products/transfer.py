"""Files from a web server that arrive whole, or go on where they broke off (RFC 9110: Range, If-Range, 206, 416)."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from moonstation.core.errors import Fault, TerrainError
from moonstation.moon.products.part import Part, Version, open_part

_BLOCK_BYTES = 1 << 18
_TIMEOUT_S = 30.0
_LONGEST_WAIT_S = 60.0
#: Waits [s] before the next try; a try that brings new bytes begins the row again.
WAITS_S = (1.0, 2.0, 4.0, 8.0, 16.0)
#: Tries more while the server has not been reached at all: most likely there is no network.
_UNREACHED_TRIES = 1
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_PAGE = re.compile(rb"\s*(<!doctype\s+html|<html|<head)", re.IGNORECASE)
_REASONS = {401: "it asks for a password", 403: "it is closed", 404: "it is not there", 410: "it is gone"}

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Arrival:
    """A file that has arrived whole: how many of its bytes came now, and how many were there from before."""

    path: Path
    version: Version
    fresh_bytes: int
    kept_bytes: int


class _Broken(Exception):
    """The transfer broke off; ``wait_s`` is what the server asked for, ``reached`` whether it answered at all."""

    def __init__(self, reason: str, *, reached: bool = True, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reached = reached
        self.wait_s = wait_s


class _NoMore(Exception):
    """The server has no bytes beyond those that are here; ``size_bytes`` is how many it has, where it says so."""

    def __init__(self, size_bytes: int | None) -> None:
        super().__init__(size_bytes)
        self.size_bytes = size_bytes


def download(
    url: str,
    target: Path,
    progress: Progress = lambda done, total: None,
    room_share: float = 1.0,
    waits_s: tuple[float, ...] = WAITS_S,
) -> Arrival:
    """Bring a file to ``target``; its bytes wait in ``target.part`` until they are complete.

    A part left by an earlier run is taken up where the server still has the same file and can send the rest; else the
    file begins again. Broken transfers are tried again after ``waits_s`` [s]. ``room_share`` is the free disk to ask
    for, in sizes of the whole file. Raises TerrainError: no such file, a page in place of data, a broken line, a full
    disk, another run at work on the same file.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise TerrainError(Fault(url, "is no address of a web server", allowed="http:// or https://"))
    with open_part(target, url) as part:
        _persevere(url, part, progress, room_share, waits_s)
        size = part.size
        part.complete()
    return Arrival(target, part.version or Version(url), size - part.kept_bytes, part.kept_bytes)


def published_version(url: str) -> Version:
    """What the server says of the file now, without bringing it; raises TerrainError where it says nothing."""
    try:
        with _ask(url, method="HEAD") as answer:
            return _version(url, answer)
    except _Broken as broken:
        raise TerrainError(_line_fault(url, broken, 0)) from broken


def program() -> str:
    """Name and version of this program."""
    with suppress(PackageNotFoundError):
        return f"moonstation {version('moonstation')}"
    return "moonstation"


def _persevere(url: str, part: Part, progress: Progress, room_share: float, waits_s: tuple[float, ...]) -> None:
    """Try until the part is complete; give up where tries bring nothing new."""
    farthest, failures = part.size, 0
    while True:
        try:
            return _attempt(url, part, progress, room_share)
        except _Broken as broken:
            failures = 1 if part.size > farthest else failures + 1
            farthest = max(farthest, part.size)
            waits = waits_s if broken.reached else waits_s[:_UNREACHED_TRIES]
            if failures > len(waits):
                raise TerrainError(_line_fault(url, broken, part.size)) from broken
            time.sleep(min(max(broken.wait_s, waits[failures - 1]), _LONGEST_WAIT_S))


def _attempt(url: str, part: Part, progress: Progress, room_share: float) -> None:
    """Ask once for what is missing and take it in; raises _Broken or TerrainError."""
    known = part.version
    have = part.size if known and known.validator else 0
    try:
        answer = _ask(url, have, known.validator if known else "")
    except _NoMore as whole:
        if known and have == known.size_bytes == whole.size_bytes:
            return
        part.begin(Version(url))
        raise _Broken("the server's file is not the one that is here in part") from whole
    with answer:
        block = _next_block(answer)
        if answer.status == HTTPStatus.PARTIAL_CONTENT:
            total = _size_of_rest(answer, have)
            if total is None or not known or total != known.size_bytes:
                part.begin(Version(url))
                raise _Broken("the server sent another part than was asked for")
        else:
            _refuse_page(url, answer, block)
            total = _length(answer)
            part.begin(_version(url, answer))
        part.require_room(int((total or 0) * room_share) - part.size)
        _take_in(answer, block, part, total, progress)


def _take_in(answer: Any, block: bytes, part: Part, total: int | None, progress: Progress) -> None:
    """Keep what arrives; raises _Broken where it ends too early."""
    done = part.size
    while block:
        part.append(block)
        done += len(block)
        progress(done, total)
        block = _next_block(answer)
    if total is not None and done != total:
        raise _Broken(f"the line broke off after {done:,} of {total:,} bytes")


def _next_block(answer: Any) -> bytes:
    try:
        return bytes(answer.read(_BLOCK_BYTES))
    except (OSError, http.client.HTTPException) as error:
        raise _Broken(_words(error)) from error


def _ask(url: str, have: int = 0, validator: str = "", method: str = "GET") -> Any:
    """The server's answer with the bytes from ``have`` on; raises _NoMore where it has none, _Broken, TerrainError."""
    headers = {"User-Agent": program().replace(" ", "/"), "Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": validator}
    request = urllib.request.Request(url, headers=headers, method=method)
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        with error:
            if have and error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                match = re.fullmatch(r"bytes \*/(\d+)", error.headers.get("Content-Range", ""))
                raise _NoMore(int(match[1]) if match else None) from error
            if error.code in _BUSY:
                wait = error.headers.get("Retry-After", "")
                wait_s = float(wait) if wait.isdigit() else 0.0
                raise _Broken(f"the server answers {error.code}", wait_s=wait_s) from error
            raise TerrainError(_answer_fault(url, error)) from error
    except (OSError, http.client.HTTPException) as error:
        raise _Broken(_words(error), reached=not _unreached(error)) from error


def _size_of_rest(answer: Any, have: int) -> int | None:
    """Whole size of the file whose rest comes; None where it is not the rest that was asked for."""
    match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.headers.get("Content-Range", ""))
    if not match or int(match[1]) != have or int(match[2]) != int(match[3]) - 1:
        return None
    return int(match[3])


def _version(url: str, answer: Any) -> Version:
    return Version(url, _length(answer), answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))


def _length(answer: Any) -> int | None:
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None


def _refuse_page(url: str, answer: Any, block: bytes) -> None:
    """Some servers say "not found" with a page and status 200: never take it for data."""
    kind = answer.headers.get_content_type()
    if kind == "text/html" or _PAGE.match(block):
        hint = "its address may have changed: look at the publisher's page"
        raise TerrainError(Fault(url, "the server sent a web page, not data", kind, hint=hint))


def _unreached(error: Exception) -> bool:
    """Whether the server could not be spoken to at all: no such name, nobody there, no way to it."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, socket.gaierror | ConnectionRefusedError):
        return True
    return isinstance(reason, OSError) and reason.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}


def _words(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer within {_TIMEOUT_S:g} s"
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__


def _line_fault(url: str, broken: _Broken, here: int) -> Fault:
    if not broken.reached:
        return Fault(url, f"cannot be reached ({broken})", hint="is there a network?")
    kept = f"{here:,} bytes are kept, the same command goes on from there" if here else "try again later"
    return Fault(url, f"did not arrive whole ({broken})", hint=kept)


def _answer_fault(url: str, error: urllib.error.HTTPError) -> Fault:
    reason = _REASONS.get(error.code, str(error.reason))
    return Fault(url, f"the server answers {error.code}: {reason}", hint="its address may have changed")
