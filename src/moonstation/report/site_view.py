"""One place as a page: its terrain, sky-line, Sun and Earth in three dimensions and on a plane, and its light."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import TYPE_CHECKING

from moonstation.core.time import iso_utc
from moonstation.report.blocks import Panel, Section
from moonstation.report.of_study import sky_line_of, tracks_of
from moonstation.report.page import render_page
from moonstation.report.sections.sky import horizon_blocks, light_table
from moonstation.report.view import SiteView

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.moon.site import SiteLight

SIZE_KM = 40.0


def render_site_view(light: SiteLight, title: str, dems: Sequence[Dem] = (), size_km: float = SIZE_KM) -> str:
    """The page of a place as one HTML text that opens offline.

    Parameters
    ----------
    light : the place's light, at any step; paths are drawn over its first year
    title : what people call the place
    dems : elevation models; with any, ``size_km`` of terrain round the place are shown [km]

    Returns
    -------
    The page. Raises TerrainError where the elevation models do not show the place.
    """
    from moonstation.report.view3d.ground import ground_around

    line = light.horizon
    ground = ground_around(dems, line.latitude_deg, line.longitude_deg, line.height_m, size_km) if dems else None
    sun, earth = tracks_of(light)
    site = SiteView(
        name=title,
        latitude_deg=line.latitude_deg,
        longitude_deg=line.longitude_deg,
        mast_m=line.height_m,
        mast_line=sky_line_of(line),
        sun=sun,
        earth=earth,
        light=light.summary,
        ground=ground,
    )
    return render_page(
        "site.html.j2",
        title=title,
        period=f"{iso_utc(light.grid.start)} to {iso_utc(light.grid.end)}, every {light.grid.step_h:g} h",
        sections=[
            Section("horizon", "Horizon, Sun and Earth", [Panel(horizon_blocks(site))]),
            Section("light", "Light and sight of the Earth", [Panel(light_table(site))]),
        ],
        version=metadata.version("moonstation"),
    )
