"""The outcome of a site search as a picture: score over hill-shade, the ranked sites, and a table of their figures."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.core.errors import Fault, RangeError
from moonstation.report.maps.labels import Named, Room
from moonstation.report.maps.looks import look_of
from moonstation.report.maps.picture import (
    GROUND,
    LONG_SIDE_PX,
    draw_colour_bar,
    draw_key,
    finish,
    ground_relief,
    outline_shadow,
    read_layer,
)
from moonstation.report.maps.relief import shaded
from moonstation.report.maps.sheet import PLACE_COLOUR, Sheet, draw_ground, new_sheet, save

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem

_RIGHT_IN = 5.4
_MOST_ROWS = 20
_HEIGHT = re.compile(r"_(\d+(?:\.\d+)?)m$")
#: Columns of the table where the sites have them: key, head, factor from stored to shown, decimals. Of several eye
#: heights (``sun_visible_mean_2m``, ``sun_visible_mean_10m``) the greatest is shown.
COLUMNS = (
    ("score", "score", 1.0, 3),
    ("sun_visible_mean", "Sun\n[%]", 100.0, 1),
    ("longest_dark_h", "dark\n[h]", 1.0, 0),
    ("earth_visible_mean", "Earth\n[%]", 100.0, 1),
    ("slope_deg", "slope\n[deg]", 1.0, 1),
    ("cold_trap_km", "to dark\n[km]", 1.0, 1),
    ("cold_trap_way_km", "way\n[km]", 1.0, 1),
    ("ice_km", "to ice\n[km]", 1.0, 1),
)
Site = Mapping[str, Any]


def sites_picture(
    score_tif: Path,
    sites: Sequence[Site] | Path,
    dems: Sequence[Dem],
    out_png: Path,
    names: Sequence[Named] = (),
    *,
    columns: Sequence[tuple[str, str, float, int]] = COLUMNS,
    shadow: Path | None = None,
    caption: str = "",
) -> Path:
    """Draw the ranked sites of a search on the map of scores, numbered, with a table of what each offers.

    Parameters
    ----------
    score_tif : score of every pixel, no-data where a criterion rules it out
    sites : best first, as mappings or the CSV of ``moonstation find-sites``, with latitude_deg and longitude_deg
    dems : elevation models for the hill-shade
    out_png : the picture
    names : features of the gazetteer
    columns : what the table shows of each site: key, head, factor, decimals; keys that no site has are left out
    shadow : a map of permanent shadow to outline
    caption : criteria, period and whatever else a reader should know

    Returns
    -------
    The picture's path. Raises RangeError for sites without a place and where nothing can be written, TerrainError
    where a raster cannot be read.
    """
    ranked = _read(sites) if isinstance(sites, Path) else list(sites)
    _refuse_placeless(ranked)
    layer = read_layer(score_tif, LONG_SIDE_PX)
    lit = ground_relief(layer.frame, dems)
    sheet = new_sheet(layer.frame, _RIGHT_IN)
    _draw_score(sheet, layer.values, lit)
    if shadow is not None:
        outline_shadow(sheet, read_layer(shadow, LONG_SIDE_PX))
    _mark(sheet, ranked)
    _table(sheet, ranked, columns)
    count = min(len(ranked), _MOST_ROWS)
    found = "1 site found" if count == 1 else f"{count} sites found"
    title = f"The {count} best of {len(ranked)} sites" if len(ranked) > count else found
    finish(sheet, title, [caption], lit, dems, names, ())
    save(sheet, out_png)
    return out_png


def _read(path: Path) -> list[Site]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(line for line in file if not line.startswith("#")))
    except OSError as error:
        raise RangeError(Fault(str(path), f"cannot be read: {error.strerror or error}")) from error


def _refuse_placeless(sites: Sequence[Site]) -> None:
    faults = [
        Fault(f"site {number}", f"has no {key}", site.get(key), "deg")
        for number, site in enumerate(sites, 1)
        for key in ("latitude_deg", "longitude_deg")
        if _number(site.get(key)) is None
    ]
    if faults:
        raise RangeError(faults)


def _column(sites: Sequence[Site], name: str) -> str:
    """The sites' own key of a column, of the greatest eye height where there are several; empty where none has it."""
    keys = {key for site in sites for key in site if key and _HEIGHT.sub("", key) == name}
    heights = {key: float(found[1]) if (found := _HEIGHT.search(key)) else -1.0 for key in keys}
    return max(heights, key=heights.__getitem__, default="")


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _draw_score(sheet: Sheet, values: np.ndarray, lit: Any) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    look = look_of("score")
    norm, colours = Normalize(*look.ends(values)), colormaps[look.colours]
    known = np.isfinite(values)
    rgb = np.where(known[..., np.newaxis], colours(norm(np.nan_to_num(values)))[..., :3], GROUND)
    draw_ground(sheet, rgb if lit is None else shaded(rgb, lit.shade))
    draw_colour_bar(sheet, ScalarMappable(norm, colours), look, 0.07, 0.37)
    if not known.all():
        draw_key(sheet, [(GROUND, "", "ruled out by a criterion")])


def _mark(sheet: Sheet, sites: Sequence[Site]) -> None:
    """A numbered disc at each site; the room that it takes is no longer free for names."""
    room: Room = sheet.room
    for number in range(min(len(sites), _MOST_ROWS), 0, -1):  # the best on top
        site = sites[number - 1]
        if not bool(sheet.frame.holds(float(site["latitude_deg"]), float(site["longitude_deg"]))):
            continue
        x, y = sheet.frame.map_of(float(site["latitude_deg"]), float(site["longitude_deg"]))
        style = {"boxstyle": "circle,pad=0.25", "facecolor": PLACE_COLOUR, "edgecolor": "black", "linewidth": 0.9}
        sheet.axes.text(
            float(x),
            float(y),
            str(number),
            fontsize=7.5,
            fontweight="bold",
            ha="center",
            va="center",
            bbox=style,
            zorder=8,
        )
        px, py = sheet.axes.transData.transform((float(x), float(y)))
        reach = 8.0 * sheet.px_per_pt
        room.take((px - reach, py - reach, px + reach, py + reach))


def _table(sheet: Sheet, sites: Sequence[Site], columns: Sequence[tuple[str, str, float, int]]) -> None:
    """Rank, place and figures of each site to the right of the map."""
    shown = [
        (key, head, factor, decimals)
        for name, head, factor, decimals in columns
        if (key := _column(sites, name)) and any(_number(site.get(key)) is not None for site in sites)
    ]
    heads = ["", "lat\n[deg]", "lon\n[deg]", *(head for _, head, _, _ in shown)]
    rows = []
    for number, site in enumerate(sites[:_MOST_ROWS], 1):
        cells = [str(number), f"{float(site['latitude_deg']):.3f}", f"{float(site['longitude_deg']) % 360.0:.3f}"]
        for key, _, factor, decimals in shown:
            value = _number(site.get(key))
            cells.append("-" if value is None else f"{value * factor:.{decimals}f}")
        rows.append(cells)
    _, bottom, right, top = sheet.map_box
    left, width = right + sheet.inches(0.72, 0.0)[0], sheet.inches(_RIGHT_IN - 0.9, 0.0)[0]
    line = min(sheet.inches(0.0, 0.24)[1], 0.56 * (top - bottom) / (_MOST_ROWS + 2))
    shares = np.cumsum([0.05, *[0.95 / (len(heads) - 1)] * (len(heads) - 1)])
    for row, cells in enumerate([heads, *rows]):
        y = top - line * (0.9 + row + (0.35 if row else 0.0))
        for share, cell in zip(shares, cells, strict=True):
            weight = "bold" if row == 0 else "normal"
            sheet.figure.text(left + share * width, y, cell, fontsize=7.6, ha="right", va="center", fontweight=weight)
