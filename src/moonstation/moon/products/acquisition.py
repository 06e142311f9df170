"""Elevation models brought into the cache: from their publishers, or from a file that is already here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moonstation.core.digest import file_sha256
from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.moon.dem import Dem
from moonstation.moon.products.cache import (
    cog_path,
    name_faults,
    opened_folder,
    raw_folder,
    read_record,
    write_record,
)
from moonstation.moon.products.catalogue import Product, products
from moonstation.moon.products.cog import DISK_SHARE, to_cog
from moonstation.moon.products.part import claimed
from moonstation.moon.products.transfer import WAITS_S, Arrival, download, program, published_version

#: Environment variable that names a mirror's folder.
MIRROR_VARIABLE = "MOONSTATION_TERRAIN_URL"
_SAME_POSTING = 0.02
#: Of a size that is published in round numbers a whole file has at least so much [-].
_ROUND = 0.95
_ANEW = "bring it anew with --again"
_LABEL_MARK = b"PDS_VERSION_ID"
_MADE = "model.tif"

#: Called with what is being done, how many bytes of it are done, and of how many (None where that is not known).
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True)
class Kept:
    """A model of the cache and how it came there.

    ``state`` is "arrived", "added", "here" (nothing was asked for) or "unchanged" (the publisher was asked);
    ``fresh_bytes`` came now, ``kept_bytes`` were there from a broken transfer; ``notes`` are worth telling.
    """

    name: str
    path: Path
    state: str
    record: Mapping[str, Any]
    fresh_bytes: int = 0
    kept_bytes: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wish:
    """How a product shall be brought: from which mirror, and what to do about what is here or has changed."""

    base: str | None = None
    again: bool = False
    accept_change: bool = False
    keep_raw: bool = False
    waits_s: tuple[float, ...] = WAITS_S


def get_product(
    wanted: Product, folder: Path, wish: Wish | None = None, progress: Progress = lambda what, done, total: None
) -> Kept:
    """Bring a product into the cache, or leave it where it is there already.

    Its files wait in ``raw/NAME`` until they are whole; then their sum is compared with the one known from before, the
    heights are checked and kept as a Cloud-Optimised GeoTIFF. Raises TerrainError or RangeError.
    """
    wish = _with_mirror(wish or Wish())
    record, kept = read_record(folder, wanted.name), cog_path(folder, wanted.name)
    if kept.is_file() and not (wish.again or wish.accept_change):
        return Kept(wanted.name, kept, "here", record)
    if kept.is_file() and _is_unchanged(wanted, wish, record):
        return Kept(wanted.name, kept, "unchanged", record)
    with _working_folder(folder, wanted.name) as raw:
        try:
            arrived = _bring(wanted, raw, wish, progress)
        except TerrainError as error:
            raise TerrainError([_with_way_by_hand(fault, wanted) for fault in error.faults]) from error
        return _keep_product(wanted, folder, raw, arrived, wish, progress)


def add_file(
    path: Path,
    folder: Path,
    name: str | None = None,
    *,
    may_replace: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Kept:
    """Check a file that is already here and keep it under ``name`` (its own name without the ending, if not given).

    Under the name of a known product it must have that product's posting, and its sum if that is known. The file stays
    where it is. Raises TerrainError or RangeError with every fault.
    """
    name = path.stem.lower().replace(" ", "-") if name is None else name
    faults = name_faults(name)
    if not faults and cog_path(folder, name).exists() and not may_replace:
        faults.append(Fault("--name", "is taken", name, hint="give another --name, or --replace"))
    if not path.is_file():
        faults.append(Fault(str(path), "no such file", hint="give the path of a GeoTIFF, PDS label or image, or JP2"))
    if faults:
        raise RangeError(faults)
    known = products().get(name)
    progress("checking", 0, None)
    sha256 = _sum_of(path)
    if known:
        _require_same_sum(str(path), sha256, known.sha256, "give it a --name of its own")
    source = {"name": name, "file": str(path.resolve()), "size_bytes": path.stat().st_size, "sha256": sha256}
    source |= _described(known)
    progress("converting", 0, None)
    with _working_folder(folder, name) as work:
        dem = to_cog(path, work / _MADE, _tags(source))
        _require_posting(str(path), dem, known)
        record = _settled(folder, source, dem)
    return Kept(name, cog_path(folder, name), "added", record)


def _sum_of(path: Path) -> str:
    """Digest of a file's bytes; raises TerrainError where it cannot be read."""
    try:
        return file_sha256(path)
    except OSError as error:
        raise TerrainError(Fault(str(path), f"cannot be read ({error.strerror})")) from error


def _with_mirror(wish: Wish) -> Wish:
    return wish if wish.base else replace(wish, base=os.environ.get(MIRROR_VARIABLE) or None)


def _is_unchanged(wanted: Product, wish: Wish, record: Mapping[str, Any]) -> bool:
    """Whether the publisher's file still is the one of the record, by what the server says of it."""
    try:
        now = published_version(wanted.url(wish.base))
    except TerrainError:  # a server that answers no such question; the transfer will tell what is wrong
        return False
    before = (record.get("size_bytes"), record.get("etag"), record.get("last_modified"))
    return bool(now.etag or now.last_modified) and before == (now.size_bytes, now.etag, now.last_modified)


def _bring(wanted: Product, raw: Path, wish: Wish, progress: Progress) -> Arrival | None:
    """Label and image in the folder ``raw``; None where the image was there, whole, from before."""
    if wanted.label_file:
        label = raw / Path(wanted.label_file).name
        download(wanted.label_url(wish.base), label, waits_s=wish.waits_s)
        if _LABEL_MARK not in label.read_bytes():
            label.unlink()
            raise TerrainError(Fault(wanted.label_url(wish.base), "is no PDS label"))
    target = raw / Path(wanted.file).name
    if target.is_file() and not wish.again:
        return None
    return download(
        wanted.url(wish.base),
        target,
        lambda done, total: progress("bringing", done, total or wanted.size_bytes),
        1.0 + (DISK_SHARE if wanted.label_file else 0.0),
        wish.waits_s,
    )


def _keep_product(
    wanted: Product, folder: Path, raw: Path, arrived: Arrival | None, wish: Wish, progress: Progress
) -> Kept:
    """Compare, check, convert and record what has arrived."""
    before = read_record(folder, wanted.name)
    target = raw / Path(wanted.file).name
    url = wanted.url(wish.base)
    progress("checking", 0, None)
    size, sha256 = target.stat().st_size, _sum_of(target)
    expected = before.get("sha256") or wanted.sha256
    if not wish.accept_change:
        _require_whole(url, size, before.get("size_bytes") or wanted.size_bytes)
        _require_same_sum(
            url, sha256, expected, "--accept-change to take the file as it now is, --again to bring it anew"
        )
    source = {
        "name": wanted.name,
        "url": url,
        "file": target.name,
        "size_bytes": size,
        "sha256": sha256,
        "etag": arrived.version.etag if arrived else "",
        "last_modified": arrived.version.last_modified if arrived else "",
        "arrived_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        **_described(wanted),
    }
    progress("converting", 0, None)
    try:
        dem = to_cog(target, raw / _MADE, _tags(source), may_take=not wish.keep_raw)
    except TerrainError as error:
        hinted = [replace(fault, hint="; ".join(filter(None, (fault.hint, _ANEW)))) for fault in error.faults]
        raise TerrainError(hinted) from error
    _require_posting(url, dem, wanted)
    record = _settled(folder, source, dem)
    if not wish.keep_raw:
        shutil.rmtree(raw, ignore_errors=True)
    fresh, kept = (arrived.fresh_bytes, arrived.kept_bytes) if arrived else (0, size)
    notes = _notes(wanted, size, sha256, expected)
    return Kept(wanted.name, cog_path(folder, wanted.name), "arrived", record, fresh, kept, notes)


def _require_whole(where: str, size: int, known: int | None) -> None:
    """A file shorter than it is known to be has been cut off on its way, or by whoever serves it."""
    whole = known or 0
    least = whole if whole % 1000 else _ROUND * whole
    if size < least:
        message = f"is cut off: {size:,} bytes came, and the file is known to have {whole:,}"
        hint = f"{_ANEW}, from another --url where it stays short; --accept-change where the publisher made it so"
        raise TerrainError(Fault(where, message, hint=hint))


def _require_same_sum(where: str, sha256: str, expected: str, remedy: str) -> None:
    if expected and sha256 != expected:
        raise TerrainError(
            Fault(where, "is not the file that was known before (sha256)", sha256, allowed=expected, hint=remedy)
        )


def _require_posting(where: str, dem: Dem, known: Product | None) -> None:
    """A file under a product's name must be that product: its posting tells one from another."""
    if known and abs(dem.posting_m / known.posting_m - 1.0) > _SAME_POSTING:
        dem.path.unlink()
        message = f"is not {known.name}: its posts lie differently"
        raise TerrainError(Fault(where, message, round(dem.posting_m, 3), "m", f"{known.posting_m:g} m"))


def _settled(folder: Path, source: Mapping[str, Any], dem: Dem) -> dict[str, Any]:
    """Put the model into its place; returns the record of it."""
    record = {**source, **_made(dem)}
    dem.path.replace(cog_path(folder, source["name"]))
    write_record(folder, source["name"], record)
    return record


@contextmanager
def _working_folder(folder: Path, name: str) -> Iterator[Path]:
    """A folder to work in, for this run alone, gone afterwards unless something lies in it."""
    work = opened_folder(raw_folder(opened_folder(folder), name))
    try:
        with claimed(work):
            yield work
    finally:
        for empty in (work, work.parent):
            with suppress(OSError):
                empty.rmdir()


def _notes(wanted: Product, size: int, sha256: str, expected: str) -> tuple[str, ...]:
    notes = []
    if expected and sha256 != expected:
        notes.append(f"the publisher's file has changed: sha256 was {expected}")
    published = wanted.size_bytes
    if published and published % 1000 and published != size:
        notes.append(f"the file has {size:,} bytes where the catalogue knows {published:,}: the publisher changed it")
    return tuple(notes)


def _described(known: Product | None) -> dict[str, str]:
    if known is None:
        return {}
    return {
        "title": known.title,
        "publisher": known.publisher,
        "published_url": known.url(),
        "licence": known.licence,
        "reference": known.reference,
    }


def _made(dem: Dem) -> dict[str, Any]:
    return {
        "posting_m": dem.posting_m,
        "rows": dem.shape[0],
        "columns": dem.shape[1],
        "covers": dem.footprint(),
        "cog_bytes": dem.path.stat().st_size,
        "made_by": program(),
    }


def _tags(source: Mapping[str, Any]) -> dict[str, str]:
    """What the GeoTIFF itself says of where it comes from."""
    told = ("name", "title", "publisher", "published_url", "url", "file", "sha256", "licence", "reference")
    tags = {f"MOONSTATION_{key.upper()}": str(source[key]) for key in told if source.get(key)}
    return {"TIFFTAG_SOFTWARE": program(), **tags}


def _with_way_by_hand(fault: Fault, wanted: Product) -> Fault:
    files = " and ".join(filter(None, (wanted.url(), wanted.label_url())))
    first = Path(wanted.file).name
    by_hand = f"by hand: fetch {files} into one folder, then `moonstation terrain add {first} --name {wanted.name}`"
    return replace(fault, hint="; ".join(filter(None, (fault.hint, f"see {wanted.documented}", by_hand))))
