"""A place in three dimensions: its terrain, its sky-line as a wall, and the paths of Sun and Earth on the sky."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.report.figures.plot import Figure, Trace, scatter3d, surface
from moonstation.report.figures.sky import period_words
from moonstation.report.figures.style import BLUE, INK, MUTED, ORANGE, figure, plain, single
from moonstation.report.view import SiteView, SkyLine, Track
from moonstation.report.view3d.dome import Dome, bottom_deg, pieces, sky_line_at, stretch_for, swing

if TYPE_CHECKING:
    from moonstation.report.view3d.ground import Ground

_WALL_POINTS = 360
_SUN_H, _EARTH_H = 4.0, 8.0
_BARE_RADIUS = 1.0
_WIDER = 1.45  # radius of the sky over half the side of the terrain
_COMPASS = {0: "N", 45: "NE", 90: "E", 135: "SE", 180: "S", 225: "SW", 270: "W", 315: "NW"}
_ANGLES = "azimuth %{customdata[0]:.1f}°, elevation %{customdata[1]:.2f}°"


def dome(site: SiteView, height: int = 520) -> Figure | None:
    """The sky of a site in three dimensions, or None where its sky-line is not known."""
    sky_line = site.mast_line or site.ground_line
    if sky_line is None:
        return None
    sky = _dome_of(site, sky_line)
    traces = [*_terrain(site.ground, sky), *_wall(sky_line, sky), *_compass(sky, sky_line)]
    if site.sun is not None:
        traces += _sun(site.sun, sky_line, sky)
    if site.earth is not None:
        traces += _earth(site.earth, sky_line, sky)
    traces.append(_eye(sky_line))
    return figure(
        traces,
        height=height,
        hovermode="closest",
        margin={"l": 0, "r": 0, "t": 34, "b": 0},
        scene={
            "aspectmode": "data",
            "dragmode": "turntable",
            "camera": {"eye": {"x": 0.0, "y": -1.3, "z": 0.6}, "center": {"x": 0.0, "y": 0.0, "z": -0.16}},
            **{f"{axis}axis": {"visible": False, "showspikes": False} for axis in "xyz"},
        },
    )


def dome_words(site: SiteView) -> str:
    """What the figure shows and how heights are stretched."""
    sky_line = site.mast_line or site.ground_line
    if sky_line is None:
        return ""
    sky, ground = _dome_of(site, sky_line), site.ground
    words = (
        f"The sky of {site.label} from {sky_line.height_m:g} m above the ground; turn it with the mouse or a finger. "
        "The wall is the sky-line."
    )
    if site.sun is not None:
        path = f"the Sun's path over {period_words(site.sun)}"
        words = f"{words[:-1]}; {path} is bright where its centre is seen and dim behind the terrain."
    if site.earth is not None:
        words += " The Earth stays within the box of its libration."
    if sky.stretch != 1.0:
        words += f" Heights are drawn ×{sky.stretch:g}; straight lines of sight stay straight."
    if ground is not None:
        words += (
            f" Terrain: {ground.dem}, {2 * ground.reach_km:.0f} × {2 * ground.reach_km:.0f} km, a post every "
            f"{ground.posting_m:.0f} m, the Moon's curvature included; the wall stands {sky.radius:.0f} km away."
        )
    return words


def _dome_of(site: SiteView, sky_line: SkyLine) -> Dome:
    highest = [float(np.max(sky_line.elevation_deg))]
    highest += [float(np.max(track.elevation_deg)) for track in (site.sun, site.earth) if track is not None]
    radius = _BARE_RADIUS if site.ground is None else _WIDER * site.ground.reach_km
    return Dome(radius, stretch_for(max(highest)))


def _terrain(ground: Ground | None, sky: Dome) -> list[Any]:
    if ground is None:
        return []
    metres = np.round(np.nan_to_num(ground.height_m)).astype(np.int16)
    return [
        surface(
            x=single(ground.east_km),
            y=single(ground.north_km),
            z=single(ground.up_km * sky.stretch),
            surfacecolor=metres,
            customdata=metres,
            colorscale=[[0.0, "#3c3a38"], [1.0, "#d8d4cc"]],
            lighting={"ambient": 0.35, "diffuse": 0.9, "specular": 0.02, "roughness": 0.95},
            lightposition={"x": -1e4, "y": 1e4, "z": 8e3},
            colorbar={"title": {"text": "height [m]", "side": "right"}, "thickness": 10, "len": 0.5, "x": 0.98},
            hovertemplate="%{x:.2f} km east, %{y:.2f} km north<br>height %{customdata} m<extra>terrain</extra>",
            name="terrain",
        )
    ]


def _wall(sky_line: SkyLine, sky: Dome) -> list[Any]:
    azimuth = np.arange(_WALL_POINTS + 1) * (360.0 / _WALL_POINTS)
    top = _highest_around(sky_line, azimuth)
    foot = np.full_like(top, bottom_deg(sky_line))
    x, y, z = (np.stack(pair) for pair in zip(sky.at(azimuth, foot), sky.at(azimuth, top), strict=True))
    wall = surface(
        x=single(x),
        y=single(y),
        z=single(z),
        surfacecolor=np.zeros(x.shape, np.int8),
        colorscale=[[0.0, "var(--muted)"], [1.0, "var(--muted)"]],
        opacity=0.45,
        showscale=False,
        hoverinfo="skip",
        lighting={"ambient": 1.0, "diffuse": 0.0, "specular": 0.0},
        name="terrain",
    )
    edge = _line(sky, azimuth, top, f"sky-line from {sky_line.height_m:g} m", INK, 3.0)
    edge["hovertemplate"] = f"sky-line<br>{_ANGLES}<extra></extra>"
    return [wall, edge]


def _highest_around(sky_line: SkyLine, azimuth_deg: NDArray[Any]) -> NDArray[Any]:
    """The sky-line at fewer azimuths, never lower than its highest point between them."""
    half = 180.0 / _WALL_POINTS
    fine = azimuth_deg[:, np.newaxis] + np.linspace(-half, half, 5)
    return np.asarray(sky_line_at(sky_line, fine).max(axis=1))


def _line(
    sky: Dome, azimuth: NDArray[Any], elevation: NDArray[Any], name: str, colour: str, width: float, **more: Any
) -> Trace:
    x, y, z = sky.at(azimuth, elevation)
    angles = np.stack([np.mod(azimuth, 360.0), elevation], axis=-1).astype(np.float32)
    return scatter3d(
        x=single(x),
        y=single(y),
        z=single(z),
        mode="lines",
        name=plain(name),
        line={"color": colour, "width": width},
        customdata=angles,
        **more,
    )


def _compass(sky: Dome, sky_line: SkyLine) -> list[Any]:
    """The horizontal as a circle, and the letters of the compass with an arrow to the north."""
    azimuth = np.arange(0.0, 361.0, 3.0)
    level = _line(sky, azimuth, np.zeros_like(azimuth), "horizontal (0°)", MUTED, 1.5, hoverinfo="skip")
    x, y, z = sky.at(np.array(list(_COMPASS), float), bottom_deg(sky_line))
    letters = scatter3d(
        x=single(1.06 * x),
        y=single(1.06 * y),
        z=single(z),
        mode="text",
        text=list(_COMPASS.values()),
        textfont={"color": INK, "size": 14},
        hoverinfo="skip",
        showlegend=False,
    )
    reach = sky.radius * np.array([0.0, 0.9, 0.82, np.nan, 0.9, 0.82])
    aside = sky.radius * np.array([0.0, 0.0, 0.04, np.nan, 0.0, -0.04])
    floor = np.full(6, float(z[0]))
    arrow = scatter3d(
        x=single(aside),
        y=single(reach),
        z=single(floor),
        mode="lines",
        line={"color": INK, "width": 3},
        name="north",
        hoverinfo="skip",
        showlegend=False,
    )
    return [level, letters, arrow]


def _thinned(track: Track, step_h: float) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Azimuth, elevation and moments of a path, about every ``step_h``."""
    own_h = track.step_h or 24.0 * track.days / max(len(track.azimuth_deg), 1)
    every = max(round(step_h / own_h), 1)
    azimuth = np.asarray(track.azimuth_deg, float)[::every]
    elevation = np.asarray(track.elevation_deg, float)[::every]
    hours = np.arange(azimuth.size) * every * own_h
    return azimuth, elevation, _moments(track, hours)


def _moments(track: Track, hours: NDArray[Any]) -> NDArray[Any]:
    if track.start is None:
        return np.array([f"day {value:.1f}" for value in hours / 24.0])
    start = np.datetime64(track.start.replace(tzinfo=None), "s")
    return np.char.replace(np.datetime_as_string(start + (hours * 3600.0).astype("timedelta64[s]"), unit="m"), "T", " ")


def _path(sky: Dome, track: tuple[NDArray[Any], ...], shown: NDArray[np.bool_], name: str, **style: Any) -> Trace:
    """The shown stretches of a path; each point tells its moment and its direction."""
    azimuth, elevation, moments = track
    at = pieces(shown)
    gap = at < 0
    line = _line(sky, np.where(gap, np.nan, azimuth[at]), np.where(gap, np.nan, elevation[at]), name, **style)
    line["text"] = np.where(gap, "", moments[at]).tolist()
    line["hovertemplate"] = f"{plain(name)}<br>%{{text}}<br>{_ANGLES}<extra></extra>"
    return line


def _seen(
    path: tuple[NDArray[Any], ...], sky_line: SkyLine, sky: Dome, name: str, colours: tuple[str, str]
) -> list[Any]:
    """A body's path behind the terrain and in view, in a colour each."""
    over = path[1] > sky_line_at(sky_line, path[0])
    under = ~over & (path[1] > bottom_deg(sky_line))
    found = []
    if under.any():
        found.append(_path(sky, path, under, f"{name} behind terrain", colour=colours[0], width=1.5))
    if over.any():
        found.append(_path(sky, path, over, f"{name} in view", colour=colours[1], width=3.0))
    return found


def _sun(track: Track, sky_line: SkyLine, sky: Dome) -> list[Any]:
    return _seen(_thinned(track, _SUN_H), sky_line, sky, "Sun", ("#b9a37c", ORANGE))


def _earth(track: Track, sky_line: SkyLine, sky: Dome) -> list[Any]:
    path = _thinned(track, _EARTH_H)
    found = _seen(path, sky_line, sky, "Earth", ("var(--sky)", BLUE))
    box = swing(path[0], path[1])
    if box is not None and box.high_deg > bottom_deg(sky_line):
        azimuth, elevation = box.outline()
        edge = _line(sky, azimuth, np.maximum(elevation, bottom_deg(sky_line)), "Earth's libration", MUTED, 2.5)
        edge["hovertemplate"] = (
            f"Earth stays within<br>azimuth {box.west_deg % 360:.1f}° to {box.east_deg % 360:.1f}°"
            f"<br>elevation {box.low_deg:.2f}° to {box.high_deg:.2f}°<extra></extra>"
        )
        found.append(edge)
    return found


def _eye(sky_line: SkyLine) -> Trace:
    return scatter3d(
        x=single([0.0]),
        y=single([0.0]),
        z=single([0.0]),
        mode="markers",
        marker={"size": 4, "color": INK},
        name="eye",
        showlegend=False,
        hovertemplate=f"the eye, {sky_line.height_m:g} m above the ground<extra></extra>",
    )
