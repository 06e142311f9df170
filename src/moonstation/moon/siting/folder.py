"""The folder of a search: tables, the map of the score, and sites that paste into a scenario with their sky-lines."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.core.folder import Mark, whole_folder
from moonstation.core.output import json_text
from moonstation.moon.area import MapArea
from moonstation.moon.rasters import told_where_unwritable
from moonstation.moon.siting.candidates import GROUND_M
from moonstation.moon.siting.search import Site, SiteSearch

SITES = "sites.json"
#: By what the folder of a search is known.
MARK = Mark(SITES, "site search")
TABLE, MAP, SCENARIO, HORIZONS, MAPS = "sites.csv", "score.tif", "sites.toml", "horizons", "maps"
_PLACE_COLUMNS = ("name", "rank", "score", "on_pareto_front", "latitude_deg", "longitude_deg", "ground_m", "why")


def write_search(
    found: SiteSearch,
    folder: str | Path,
    *,
    overwrite: bool = False,
    finish: Callable[[Path], object] | None = None,
) -> Path:
    """Write a search as a folder that appears whole or not at all; returns its path.

    sites.json all of it; sites.csv one row a site; score.tif the score of every pixel; maps/ every quantity that was
    asked for; sites.toml tables for a scenario beside horizons/ with their sky-lines. ``finish`` adds to the folder,
    given its path for now, before it appears. Raises RangeError where the place is taken or cannot be written.
    """
    folder = Path(folder)
    with whole_folder(folder, MARK, "-o", overwrite=overwrite) as partial:
        (partial / SITES).write_text(search_json(found), encoding="utf-8")
        (partial / TABLE).write_text(sites_csv(found), encoding="utf-8")
        (partial / SCENARIO).write_text(sites_toml(found), encoding="utf-8")
        surveyed = found.surveyed
        words = "mean worth of all wishes by weight, where all constraints are met"
        (partial / MAPS).mkdir()
        with told_where_unwritable(folder):
            write_raster(partial / MAP, found.score, surveyed.area, ("score", "1", words))
            for label, names in _layers(found).items():
                write_raster(partial / MAPS / f"{label}.tif", surveyed.values[label], surveyed.area, names)
            if traps := surveyed.cold_traps:
                names = ("cold_traps", "1", "1 in permanent shadow that counts as a cold trap, else 0")
                write_raster(partial / MAPS / "cold_traps.tif", traps.mask, traps.area, names)
        (partial / HORIZONS).mkdir()
        for site in found.sites:
            for height_m, view in site.candidate.views.items():
                view.horizon.to_csv(partial / HORIZONS / horizon_name(site, height_m))
        if finish:
            finish(partial)
    return folder


def search_json(found: SiteSearch) -> str:
    """What sites.json holds."""
    return json_text({"kind": MARK.kind, **found.summary()})


def sites_csv(found: SiteSearch) -> str:
    """One row for each site, best first."""
    rows = [site.record(found.criteria) for site in found.sites]
    columns = [name for name in (rows[0] if rows else _PLACE_COLUMNS) if name != "why"]
    text = io.StringIO()
    writer = csv.DictWriter(text, [*columns, "why"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def sites_toml(found: SiteSearch) -> str:
    """Tables ``[sites.x]`` that a scenario takes as they are; their sky-lines lie in horizons/ beside it."""
    mast_m = found.criteria.search.mast_m
    lines = [
        "# Sites found by moonstation find-sites, best first. A scenario beside this file can take them as they are;",
        f"# elsewhere, take the folder {HORIZONS}/ along.",
    ]
    for site in found.sites:
        place = site.candidate
        lines += [
            "",
            f"[sites.{site.name}]",
            f'title = "found site {site.rank}, score {site.score:.3f}"',
            f"latitude_deg = {place.latitude_deg!r}",
            f"longitude_deg = {place.longitude_deg!r}",
            f"mast_m = {mast_m!r}",
            f'horizon = "{HORIZONS}/{horizon_name(site, mast_m)}"',
            f'ground_horizon = "{HORIZONS}/{horizon_name(site, GROUND_M)}"',
        ]
    return "\n".join(lines) + "\n"


def horizon_name(site: Site, height_m: float) -> str:
    """File name of a site's sky-line from a height [m]."""
    return f"{site.name}_{height_m:g}m.csv"


def write_raster(path: Path, values: NDArray[Any], area: MapArea, names: tuple[str, str, str]) -> None:
    """Values of an area's pixels as a Cloud-Optimised GeoTIFF, NaN where they are not finite.

    names : of the quantity, its unit, and its meaning in words
    """
    import rasterio
    import rasterio.shutil
    from rasterio.io import MemoryFile

    name, unit, words = names
    rows, cols = area.shape
    profile: dict[str, Any] = {"driver": "GTiff", "width": cols, "height": rows, "count": 1, "dtype": "float32"}
    with MemoryFile() as memory:
        transform = rasterio.Affine(*area.transform)
        with memory.open(crs=area.crs_wkt, transform=transform, nodata=math.nan, **profile) as file:
            file.write(np.where(np.isfinite(values), values, np.nan).astype(np.float32), 1)
            file.set_band_description(1, name)
            file.set_band_unit(1, unit)
            file.update_tags(long_name=words, units=unit)
        rasterio.shutil.copy(memory.name, path, driver="COG", compress="DEFLATE", overview_resampling="average")


def _layers(found: SiteSearch) -> dict[str, tuple[str, str, str]]:
    """Name, unit and words of each quantity by its label."""
    return {
        one.label: (one.label, one.of.unit.replace("-", "1"), one.of.words)
        for one in found.criteria.criteria
        if one.label in found.surveyed.values
    }
