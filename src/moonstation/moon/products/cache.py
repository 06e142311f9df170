"""The folder in which elevation models are kept: one Cloud-Optimised GeoTIFF and one record for each name."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.core.output import write_whole
from moonstation.moon.products.catalogue import products

#: Environment variable that names the folder.
FOLDER_VARIABLE = "MOONSTATION_TERRAIN"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_NAME_RULE = "small letters, digits, '-', '_' and '.', at most 80"


def cache_folder(option: str | Path | None = None) -> Path:
    """The folder: ``option``, or MOONSTATION_TERRAIN, or moonstation/terrain under the user's data folder (XDG)."""
    if option:
        return Path(option).expanduser()
    if named := os.environ.get(FOLDER_VARIABLE):
        return Path(named).expanduser()
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "moonstation" / "terrain"


def opened_folder(folder: Path) -> Path:
    """The folder, made where it is missing; raises RangeError where nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK | os.X_OK)
        reason = "" if usable else "it is closed to writing"
    except OSError as error:
        reason = error.strerror or str(error)
    if reason:
        hint = f"name another folder with --cache or {FOLDER_VARIABLE}"
        raise RangeError(Fault("--cache", f"cannot be used: {reason}", str(folder), hint=hint))
    return folder


def name_faults(name: str) -> list[Fault]:
    """What keeps ``name`` from naming a file of the cache."""
    if _NAME.fullmatch(name):
        return []
    return [Fault("--name", "cannot name a cached model", name, allowed=_NAME_RULE)]


def cog_path(folder: Path, name: str) -> Path:
    """Where the model of that name is, or would be."""
    return folder / f"{name}.tif"


def raw_folder(folder: Path, name: str) -> Path:
    """Where the published files of that name lie while they arrive, or are kept."""
    return folder / "raw" / name


def read_record(folder: Path, name: str) -> dict[str, Any]:
    """What is known of the model of that name: address, size, sha256, dates; empty where nothing is."""
    try:
        read = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def write_record(folder: Path, name: str, record: Mapping[str, Any]) -> None:
    """Keep what is known; raises RangeError where nothing can be written."""
    write_whole(folder / f"{name}.json", f"{json.dumps(record, indent=1)}\n".encode(), "--cache")


def cached_names(folder: Path) -> list[str]:
    """Names of the models that are there."""
    return sorted(path.stem for path in folder.glob("*.tif") if _NAME.fullmatch(path.stem))


def terrain_path(text: str | Path, folder: Path | None = None) -> Path:
    """The file that ``text`` means: a path as it is, or the cached model of that name.

    Raises TerrainError for a known product that is not here yet.
    """
    path = Path(text)
    name = str(text)
    if path.exists() or not _NAME.fullmatch(name):
        return path
    kept = cog_path(cache_folder(folder), name)
    if kept.is_file():
        return kept
    if name in products():
        hint = f"`moonstation terrain get {name}` brings it"
        raise TerrainError(Fault(name, "is a known product that is not here yet", hint=hint))
    return path
