"""The sky-line of each site, and its light through the years."""

from __future__ import annotations

import numpy as np

from moonstation.report.blocks import Block, Column, Plot, Section, Table, Text
from moonstation.report.figures import sky as figures
from moonstation.report.figures.dome import dome, dome_words
from moonstation.report.nodes import node, node_names, node_panels
from moonstation.report.series import Run
from moonstation.report.view import SiteView, StudyView
from moonstation.report.words import amount, day, number, share, span

_LIGHT = (
    ("sun_visible_mean", "Sun: mean share of the disc", share),
    ("sun_any_mean", "Sun: time with any part of it", share),
    ("longest_dark_h", "longest dark", span),
    ("longest_dark_start_utc", "longest dark begins", day),
    ("earth_visible_mean", "Earth: mean share of the disc", share),
    ("earth_any_mean", "Earth: time with any part of it", share),
    ("longest_without_earth_h", "longest time without Earth", span),
    ("longest_without_earth_start_utc", "longest time without Earth begins", day),
)


def horizon(view: StudyView, run: Run) -> Section:
    """Sky-line with the tracks of Sun and Earth."""
    blocks = {name: horizon_blocks(node(view, name)) for name in node_names(view, run)}
    return Section(
        "horizon",
        "Horizon, Sun and Earth",
        node_panels(view, run, blocks, "No sky-line is known for {}."),
        "Where the terrain stands over the horizontal, the Sun's path above and behind it, and where the Earth hangs. "
        "Negative elevations are below the horizontal: from a high place the ground falls away.",
    )


def light(view: StudyView, run: Run) -> Section:
    """Calendar of the solar disc."""
    blocks: dict[str, list[Block]] = {}
    for name in node_names(view, run):
        site = node(view, name)
        found: list[Block] = []
        sun = run.at(name, "sun_disc_fraction")
        if sun is not None and np.isfinite(sun).any():
            what = "sunlit" if site.orbit else "disc in view"
            where = "in its orbit" if site.orbit else "from the mast's top"
            caption = f"Share of the Sun's disc that {site.label} sees {where}; dark cells have no Sun."
            caption += f" {figures.calendar_note(run.time)}"
            if not np.any(sun > 0):
                caption = f"{site.label} never sees the Sun: permanent shadow."
            found.append(Plot(figures.calendar(run.time, sun, run.record_h, what), caption))
        blocks[name] = [*found, *light_table(site)]
    return Section("light", "Light calendar", node_panels(view, run, blocks, "The run has no light of {}."))


def light_table(site: SiteView) -> list[Block]:
    """Means and longest gaps of Sun and Earth, where they are known."""
    rows = [[word, says(site.light[key])] for key, word, says in _LIGHT if site.light.get(key) is not None]
    return [Table([Column("light and sight"), Column("", right=True)], rows)] if rows else []


def horizon_blocks(site: SiteView) -> list[Block]:
    """The sky-line on a plane and in three dimensions, its place, and what made it."""
    if site.orbit:
        return [Text(f"{site.label} is a satellite and has no sky-line. Its orbit: {site.orbit}.", "note")]
    if site.mast_line is None and site.ground_line is None and site.sun is None:
        return []
    caption = "The terrain (filled: as seen from the mast) with the paths of the Sun's and of the Earth's centre."
    found: list[Block] = [Plot(figures.horizon(site), caption)]
    solid = dome(site)
    if solid is not None:
        instead = "The figure above shows the same sky-line and paths on a plane."
        found.append(Plot(solid, dome_words(site), solid=True, instead=instead))
    rows = []
    if site.latitude_deg is not None and site.longitude_deg is not None:
        place = f"{number(site.latitude_deg, 7)}°, {number(site.longitude_deg, 7)}° east"
        rows.append(["latitude, longitude (MOON_ME)", place])
    if site.mast_m is not None:
        rows.append(["mast", amount(site.mast_m, "m")])
    for name, sky_line in (("from the mast", site.mast_line), ("from the ground", site.ground_line)):
        if sky_line is not None:
            at = int(np.argmax(sky_line.elevation_deg))
            elevation, azimuth = float(sky_line.elevation_deg[at]), float(sky_line.azimuth_deg[at])
            top = f"{number(elevation)}° at azimuth {number(azimuth)}°"
            rows.append([f"highest terrain {name} ({sky_line.height_m:g} m)", top])
    if rows:
        found.append(Table([Column("place"), Column("", right=True)], rows))
    source = [[key.replace("_", " "), str(text)] for key, text in _provenance(site).items()]
    if source:
        found.append(
            Table([Column("what made the sky-line"), Column("")], source, "Where the sky-line comes from", folded=True)
        )
    return found


def _provenance(site: SiteView) -> dict[str, str]:
    sky_line = site.mast_line or site.ground_line
    return dict(sky_line.provenance) if sky_line else {}
