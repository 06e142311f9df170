"""``moonstation terrain``: public elevation models of the Moon, brought, checked and kept under a name."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace as with_changes
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moonstation.cli.options import Json

if TYPE_CHECKING:
    from moonstation.core.errors import Fault
    from moonstation.moon.dem import Dem
    from moonstation.moon.products.acquisition import Kept, Progress
    from moonstation.moon.products.catalogue import Product

_MOST_BESIDE = 10_000  # files of a folder that are looked at for a name that is nearly right
_NEAR = 0.8
_STOPPED = 130
_STOPPED_WORDS = "\nstopped; what has arrived is kept, the same command goes on from there\n"
_Cache = Annotated[
    Path | None, typer.Option("--cache", help="Folder of the models; else MOONSTATION_TERRAIN, else the user's data.")
]

terrain = typer.Typer(
    help="Elevation models of the Moon: the public ones and your own, kept under names that --dem takes.",
    no_args_is_help=True,
)


@terrain.command("list")
def list_products(
    name: Annotated[str | None, typer.Argument(help="A product in full, or the beginning of names.")] = None,
    cache: _Cache = None,
    as_json: Json = False,
) -> None:
    """Show the known products: publisher, address, licence, size, and what is here."""
    rows = product_rows(name, cache)
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
    elif name is not None and [row["name"] for row in rows] == [name]:
        _print_one(rows[0])
    else:
        _print_rows(rows)


@terrain.command("get")
def get(  # noqa: PLR0913, PLR0917 (one argument for each option)
    name: Annotated[str, typer.Argument(help="Name of a product; `terrain list` shows them.")],
    cache: _Cache = None,
    url: Annotated[
        str | None,
        typer.Option("--url", help="Folder of a mirror; else MOONSTATION_TERRAIN_URL, else the publisher's."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Bring it anew where the publisher's file has changed.")
    ] = False,
    accept_change: Annotated[
        bool, typer.Option("--accept-change", help="Take a file whose sum differs from the one known before.")
    ] = False,
    keep_raw: Annotated[bool, typer.Option("--keep-raw", help="Keep the published files too, in raw/NAME.")] = False,
    as_json: Json = False,
) -> None:
    """Bring a product: goes on where it broke off, checks it, keeps it as a Cloud-Optimised GeoTIFF."""
    from moonstation.moon.products.acquisition import Wish, get_product
    from moonstation.moon.products.cache import cache_folder
    from moonstation.moon.products.catalogue import product

    wish = Wish(url, again=again, accept_change=accept_change, keep_raw=keep_raw)
    with _stopping_softly(), _progress(name) as progress:
        kept = get_product(product(name), cache_folder(cache), wish, progress)
    _tell(kept, as_json=as_json)


@terrain.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="GeoTIFF, PDS label or image, or JP2.")],
    name: Annotated[str | None, typer.Option("--name", help="Name to keep it under; its own if not given.")] = None,
    cache: _Cache = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of a model of that name.")] = False,
    as_json: Json = False,
) -> None:
    """Check a file that is already here and keep it under a name; the file stays where it is."""
    from moonstation.moon.products.acquisition import add_file
    from moonstation.moon.products.cache import cache_folder

    with _progress(str(file.name)) as progress:
        kept = add_file(file, cache_folder(cache), name, may_replace=replace, progress=progress)
    _tell(kept, as_json=as_json)


@terrain.command("path")
def path(
    name: Annotated[str, typer.Argument(help="Name of a model that is here.")],
    cache: _Cache = None,
    as_json: Json = False,
) -> None:
    """Print the file of a model that is here, for other programs."""
    from moonstation.core.errors import Fault, TerrainError
    from moonstation.moon.products.cache import cache_folder, cached_names, cog_path, terrain_path

    folder = cache_folder(cache)
    if name not in cached_names(folder):
        terrain_path(name, folder)
        here = ", ".join(cached_names(folder)) or "none"
        raise TerrainError(Fault("NAME", "is no model of the cache", name, allowed=here, hint="`terrain add` adds one"))
    found = str(cog_path(folder, name))
    typer.echo(json.dumps({"name": name, "path": found}, indent=1) if as_json else found)


def open_named_dems(given: Iterable[Path]) -> list[Dem]:
    """The models that options ``--dem`` mean, files or names of the cache, finest first.

    Raises TerrainError with the faults of all.
    """
    from moonstation.core.errors import TerrainError
    from moonstation.moon.dem import open_dem
    from moonstation.moon.overlap import overlap_faults
    from moonstation.moon.products.cache import terrain_path

    dems: list[Dem] = []
    faults: list[Fault] = []
    for one in given:
        try:
            dems.append(open_dem(terrain_path(one)))
        except TerrainError as error:
            near = near_models(one)
            faults += [with_changes(fault, hint=near) if near else fault for fault in error.faults]
    if faults := faults or overlap_faults(dems):
        raise TerrainError(faults)
    return sorted(dems, key=lambda dem: dem.posting_m)


def near_models(given: Path) -> str:
    """Files beside it, known products and models of the cache that are called much like a file that is not there."""
    from difflib import get_close_matches

    from moonstation.moon.products.cache import cache_folder, cached_names
    from moonstation.moon.products.catalogue import products

    if given.exists() or str(given) in products():
        return ""
    try:
        beside = [str(given.parent / one.name) for one in islice(given.parent.iterdir(), _MOST_BESIDE) if one.is_file()]
    except OSError:
        beside = []
    known = [*beside, *products(), *cached_names(cache_folder())]
    near = get_close_matches(str(given), known, n=2, cutoff=_NEAR)
    return f"did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""


def product_rows(name: str | None = None, cache: Path | None = None) -> list[dict[str, Any]]:
    """What ``terrain list --json`` prints: known products and models of one's own, those that begin with ``name``.

    Raises RangeError with near names where nothing does.
    """
    from moonstation.moon.products.cache import cache_folder, cached_names, read_record
    from moonstation.moon.products.catalogue import product, products

    folder = cache_folder(cache)
    rows = [_product_row(one, folder) for one in products().values()]
    rows += [
        {"name": own, "title": "Your own", "status": "here", **_model_row(folder, own, read_record(folder, own))}
        for own in cached_names(folder)
        if own not in products()
    ]
    if name is None:
        return rows
    exact = [row for row in rows if row["name"] == name]
    found = exact or [row for row in rows if row["name"].startswith(name)]
    return found or [_product_row(product(name), folder)]


def _product_row(one: Product, folder: Path) -> dict[str, Any]:
    from moonstation.moon.products.cache import cog_path, raw_folder, read_record
    from moonstation.moon.products.part import part_bytes

    here = cog_path(folder, one.name).is_file()
    row = {
        "name": one.name,
        "title": one.title,
        "publisher": one.publisher,
        "folder_url": one.base_url,
        "url": one.url(),
        "label_url": one.label_url() or None,
        "licence": one.licence,
        "size_bytes": one.size_bytes,
        "posting_m": one.posting_m,
        "coverage": one.coverage,
        "reference": one.reference,
        "documented": one.documented,
        "url_status": one.status,
        "status": "here" if here else "absent",
        "arrived_bytes": 0 if here else part_bytes(raw_folder(folder, one.name) / Path(one.file).name),
    }
    return {**row, **(_model_row(folder, one.name, read_record(folder, one.name)) if here else {})}


def _model_row(folder: Path, name: str, record: dict[str, Any]) -> dict[str, Any]:
    from moonstation.moon.products.cache import cog_path

    file = cog_path(folder, name)
    told = {key: record[key] for key in ("sha256", "arrived_utc", "posting_m", "size_bytes") if record.get(key)}
    return {"path": str(file), "cog_bytes": file.stat().st_size, **told}


def _print_rows(rows: list[dict[str, Any]]) -> None:
    width = max(len(row["name"]) for row in rows)
    for _, family in groupby(rows, key=lambda row: (row["title"], row.get("publisher"))):
        members = list(family)
        head = members[0]
        typer.echo(head["title"] + (f" ({head['publisher']})" if head.get("publisher") else ""))
        if head.get("url"):
            typer.echo(f"  {head['folder_url']}")
            typer.echo(f"  {head['licence']}")
        for row in members:
            typer.echo(
                f"    {row['name']:{width}s}  {_posting(row)}  {_size(row)}  {_state(row):8s} {_cover(row)}".rstrip()
            )
        typer.echo("")
    typer.echo(f"{len(rows)} models, {sum(row['status'] == 'here' for row in rows)} of them here")


def _posting(row: dict[str, Any]) -> str:
    posting = row.get("posting_m")
    return f"{posting:8.5g} m" if posting else " " * 10


def _size(row: dict[str, Any]) -> str:
    size = row.get("size_bytes")
    return f"{size / 1e6:9,.1f} MB" if size else " " * 12


def _state(row: dict[str, Any]) -> str:
    if row["status"] == "here" or not row["arrived_bytes"]:
        return "here" if row["status"] == "here" else ""
    size = row["size_bytes"]
    return f"{100 * row['arrived_bytes'] // size} % here" if size else "in part"


def _cover(row: dict[str, Any]) -> str:
    return str(row.get("coverage") or "")


def _print_one(row: dict[str, Any]) -> None:
    typer.echo(row["name"])
    for key, value in row.items():
        if key != "name" and value not in (None, "", 0):
            typer.echo(f"  {key:13s} {value}")


def _tell(kept: Kept, *, as_json: bool) -> None:
    from moonstation.core.errors import printable

    if as_json:
        told = {
            "name": kept.name,
            "path": str(kept.path),
            "state": kept.state,
            "fresh_bytes": kept.fresh_bytes,
            "kept_bytes": kept.kept_bytes,
            "notes": list(kept.notes),
        }
        typer.echo(json.dumps({**told, "record": dict(kept.record)}, indent=1))
        return
    words = {
        "here": "is here already; --again asks the publisher for a newer one",
        "unchanged": "is here, and the publisher's file has not changed",
        "added": "is checked and kept",
        "arrived": f"is checked and kept; {kept.fresh_bytes:,} bytes came"
        + (f", {kept.kept_bytes:,} were here from before" if kept.kept_bytes else ""),
    }[kept.state]
    typer.echo(f"{kept.name} {words}")
    typer.echo(f"  {kept.path}")
    for key in ("covers", "sha256"):
        if kept.record.get(key):
            typer.echo(printable(f"  {key} {kept.record[key]}"))
    for note in kept.notes:
        typer.echo(printable(f"  note: {note}"))


@contextmanager
def _progress(title: str) -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        tasks = {"": bar.add_task(title, total=None)}

        def show(what: str, done: int, total: int | None) -> None:
            if what not in tasks:  # a new bar: nothing of the last one's numbers is true of it
                for task in tasks.values():
                    bar.remove_task(task)
                tasks.clear()
                tasks[what] = bar.add_task(f"{title}: {what}", total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show


@contextmanager
def _stopping_softly() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(*_: object) -> None:
    """Stop at once on Ctrl-C; every byte that has arrived is with the system already."""
    if sys.stderr.isatty():
        os.write(2, b"\x1b[?25h")  # a progress bar hides the cursor
    os.write(2, _STOPPED_WORDS.encode())
    os._exit(_STOPPED)
