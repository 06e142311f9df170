"""The folder of a search: tables, the map of the score, and sites that paste into a scenario with their sky-lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from moonstation.core.folder import Mark, whole_folder
from moonstation.core.output import json_text
from moonstation.core.time import iso_utc
from moonstation.moon.rasters import Band, told_where_unwritable, write_cog
from moonstation.moon.siting.candidates import GROUND_M
from moonstation.moon.siting.cold_traps import PERMANENT
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
        (partial / MAPS).mkdir()
        with told_where_unwritable(folder):
            _write_maps(found, partial)
        (partial / HORIZONS).mkdir()
        for site in found.sites:
            for height_m, view in site.candidate.views.items():
                view.horizon.to_csv(partial / HORIZONS / horizon_name(site, height_m))
        if finish:
            finish(partial)
    return folder


def _write_maps(found: SiteSearch, folder: Path) -> None:
    surveyed, tags = found.surveyed, _tags(found)
    score = Band("1", "score of the site search", "mean worth of all wishes by weight, where all constraints are met")
    write_cog(folder / MAP, surveyed.area, found.score, score, tags, "AVERAGE")
    for label, band in _layers(found).items():
        write_cog(folder / MAPS / f"{label}.tif", surveyed.area, surveyed.values[label], band, tags, "AVERAGE")
    if traps := surveyed.cold_traps:
        start, end, step = PERMANENT
        own = {**tags, "period_start": start, "period_end": end, "step_h": step.removesuffix("h")}
        words = f"1 in permanent shadow of at least {found.criteria.way.least_trap_km2:g} km2, else 0"
        write_cog(folder / MAPS / "cold_traps.tif", traps.area, traps.mask, Band("1", "cold traps", words), own)


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


def _layers(found: SiteSearch) -> dict[str, Band]:
    """What each quantity means, by its label."""
    return {
        one.label: Band(one.of.unit.replace("-", "1"), one.of.words, f"{one.label}: {one.in_words}")
        for one in found.criteria.criteria
        if one.label in found.surveyed.values
    }


def _tags(found: SiteSearch) -> dict[str, str]:
    """What every raster says of the search that made it."""
    grid = found.criteria.grid
    return {
        "period_start": iso_utc(grid.start),
        "period_end": iso_utc(grid.end),
        "step_h": f"{grid.step_h:.10g}",
        "elevation_models": ", ".join(found.models),
        "elevation_models_sha256": ", ".join(found.models.values()),
        "software": f"moonstation {metadata.version('moonstation')}",
    }
