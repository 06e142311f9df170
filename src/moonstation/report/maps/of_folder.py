"""The maps of a result folder as pictures beside them, with the shipped names and places."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moonstation.moon.names import names
from moonstation.moon.places import named_places
from moonstation.moon.siting.quantities import percent
from moonstation.report.maps.labels import Named
from moonstation.report.maps.picture import map_pictures
from moonstation.report.maps.sites import sites_picture

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem


def pictures_of(
    folder: Path,
    dems: Sequence[Dem],
    labels: Sequence[Named] | None = None,
    tell: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Draw every map of a folder as NAME.png beside NAME.tif; returns the pictures.

    dems : for the hill-shade; labels : names to write, the shipped ones where none are given
    tell : is told the numbers of drawn and of all maps

    Raises TerrainError where a raster cannot be read, RangeError where a picture cannot be written.
    """
    tifs = sorted(folder.glob("*.tif"))
    drawn = 0

    def begins(_name: str) -> None:
        nonlocal drawn
        if tell is not None:
            tell(drawn, len(tifs))
        drawn += 1

    return map_pictures(tifs, dems, names() if labels is None else labels, list(named_places().values()), tell=begins)


def picture_of_search(folder: Path, dems: Sequence[Dem], labels: Sequence[Named] | None = None) -> Path:
    """Draw the sites of a folder of ``moonstation find-sites`` on its map of scores as sites.png; returns the picture.

    ``labels`` are names to write, the shipped ones where none are given. Raises as ``sites_picture``.
    """
    table, score, caption = folder / "sites.csv", folder / "score.tif", _asked(folder / "sites.json")
    written = names() if labels is None else labels
    return sites_picture(score, table, dems, folder / "sites.png", written, caption=caption)


def _asked(summary: Path) -> str:
    """What a search asked for and over which period, as its summary tells it; empty where there is none."""
    if not summary.is_file():
        return ""
    told = json.loads(summary.read_text(encoding="utf-8"))
    cuts = "; ".join(cut["words"] for cut in told["cuts"])
    left = f"{percent(told['left_share'])} of the ground meets all: {cuts}. " if cuts else ""
    return f"{left}Period: {told['start'][:10]} to {told['end'][:10]}, every {told['step_h']:g} h."
