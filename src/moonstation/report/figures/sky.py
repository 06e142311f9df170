"""The sky-line of a place with the tracks of Sun and Earth, and calendars of what is seen."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.report.figures.plot import Figure, Trace, heatmap, scatter
from moonstation.report.figures.style import BLUE, GRID, INK, MUTED, ORANGE, figure, single, value_axis
from moonstation.report.series import Values, envelope
from moonstation.report.view import SiteView, SkyLine, Track

_COMPASS = ("N", "45°", "E", "135°", "S", "225°", "W", "315°", "N")
_TRACK_POINTS = 4500
_LEAP_YEAR = 2000
_ROW_PX, _LEAST_PX = 20, 110


def horizon(site: SiteView) -> Figure:
    """Elevation against azimuth: the terrain from the mast and from the ground, and a year of Sun and Earth."""
    lines = [sky_line for sky_line in (site.mast_line, site.ground_line) if sky_line is not None]
    tracks = [track for track in (site.sun, site.earth) if track is not None]
    low = min([-1.0, *(float(np.min(sky_line.elevation_deg)) for sky_line in lines)]) - 0.5
    heights = [item.elevation_deg for item in lines] + [item.elevation_deg for item in tracks]
    tops = [float(np.nanmax(elevation)) for elevation in heights if elevation.size]
    floors = [float(np.nanmin(track.elevation_deg)) for track in tracks if track.elevation_deg.size]
    bottom = min(low, max(min(floors, default=low), low - 6.0)) - 0.3
    traces: list[Trace] = []
    if site.mast_line is not None:
        traces += _terrain(site.mast_line, bottom)
    if site.sun is not None:
        traces.append(_track(site.sun, f"Sun, over {period_words(site.sun)}", ORANGE))
    if site.earth is not None:
        traces.append(_track(site.earth, f"Earth, over {period_words(site.earth)}", BLUE))
    for sky_line, dash, colour in ((site.ground_line, "dot", MUTED), (site.mast_line, "solid", INK)):
        if sky_line is not None:
            traces.append(_outline(sky_line, dash, colour))
    return figure(
        traces,
        height=420,
        hovermode="closest",
        xaxis=value_axis(
            "azimuth from north, clockwise [deg]",
            range=[0, 360],
            tickvals=list(range(0, 361, 45)),
            ticktext=list(_COMPASS),
        ),
        yaxis=value_axis("elevation [deg]", range=[bottom, max(tops, default=2.0) + 0.5], zeroline=True),
    )


def _closed(sky_line: SkyLine) -> tuple[NDArray[Any], NDArray[Any]]:
    """The sky-line with its first value again at 360 degrees."""
    azimuth, elevation = np.asarray(sky_line.azimuth_deg), np.asarray(sky_line.elevation_deg)
    north = np.interp(0.0, [azimuth[-1] - 360.0, azimuth[0]], [elevation[-1], elevation[0]])
    return (
        single(np.concatenate([[0.0], azimuth, [360.0]])),
        single(np.concatenate([[north], elevation, [north]])),
    )


def _terrain(sky_line: SkyLine, bottom: float) -> list[Trace]:
    azimuth, elevation = _closed(sky_line)
    floor = scatter(x=single([0, 360]), y=single([bottom, bottom]), mode="lines", line={"width": 0}, hoverinfo="skip")
    floor["showlegend"] = False
    fill = scatter(
        x=azimuth,
        y=elevation,
        mode="lines",
        line={"width": 0},
        fill="tonexty",
        fillcolor="var(--ground)",
        hoverinfo="skip",
        showlegend=False,
    )
    return [floor, fill]


def _outline(sky_line: SkyLine, dash: str, colour: str) -> Trace:
    azimuth, elevation = _closed(sky_line)
    return scatter(
        x=azimuth,
        y=elevation,
        mode="lines",
        name=f"sky-line from {sky_line.height_m:g} m",
        line={"width": 1.4, "color": colour, "dash": dash},
        hovertemplate="azimuth %{x:.1f}°, terrain %{y:.2f}°",
    )


def period_words(track: Track) -> str:
    """How long a path was followed."""
    return "a year" if track.days > 360.0 else f"{track.days:.0f} days"


def _track(track: Track, name: str, colour: str) -> Trace:
    step = max(1, -(-len(track.azimuth_deg) // _TRACK_POINTS))
    azimuth = np.mod(np.asarray(track.azimuth_deg, np.float64)[::step], 360.0)
    elevation = np.asarray(track.elevation_deg, np.float64)[::step]
    cuts = np.flatnonzero(np.abs(np.diff(azimuth)) > 180.0) + 1  # over north: no line right across the plot
    return scatter(
        x=single(np.insert(azimuth, cuts, np.nan)),
        y=single(np.insert(elevation, cuts, np.nan)),
        mode="lines",
        name=name,
        line={"width": 1, "color": colour},
        hovertemplate="azimuth %{x:.1f}°, elevation %{y:.2f}°",
    )


def calendar(
    time: NDArray[np.datetime64], share: Values, record_h: float, word: str, colours: str = "Cividis"
) -> Figure:
    """Share of time or of a disc through the years: a row for each year, or for each month of a short run."""
    if _spans_years(time):
        return _by_year(time.astype("datetime64[D]"), share, record_h, word, colours)
    return _by_month(time, share, record_h, word, colours)


def calendar_note(time: NDArray[np.datetime64]) -> str:
    """How the rows of a calendar are to be read."""
    if _spans_years(time):
        return "A row is a year, a column a day of it; common years have no 29 February."
    return "A row is a month, a column a part of a day."


def _spans_years(time: NDArray[np.datetime64]) -> bool:
    """Whether a run touches more than two calendar years."""
    return np.unique(time.astype("datetime64[Y]")).size > 2


def _by_year(days: NDArray[Any], share: Values, record_h: float, word: str, colours: str) -> Figure:
    per_day = max(round(24.0 / record_h), 1)
    mean = envelope(share, per_day).mean
    dates = days[::per_day]
    year = dates.astype("datetime64[Y]").astype(int) + 1970
    month = dates.astype("datetime64[M]").astype(int) % 12
    day = (dates - dates.astype("datetime64[M]")).astype(int)
    leap_starts = np.array([(date(_LEAP_YEAR, m + 1, 1) - date(_LEAP_YEAR, 1, 1)).days for m in range(12)])
    table = np.full((int(year[-1] - year[0]) + 1, 366), np.nan)
    table[year - year[0], leap_starts[month] + day] = mean
    labels = [str(value) for value in range(int(year[0]), int(year[-1]) + 1)]
    axis = {
        "type": "date",
        "tickformat": "%b",
        "dtick": "M1",
        "ticklabelmode": "period",
        "title": {"text": "day of the year (UTC), each cell a day"},
    }
    return _heat(
        table,
        labels,
        {"x0": f"{_LEAP_YEAR}-01-01 12:00", "dx": 86_400_000},
        axis,
        (word, "%{x|%d %b} %{y}", colours),
    )


def _by_month(time: NDArray[Any], share: Values, record_h: float, word: str, colours: str) -> Figure:
    cell_h = max(6.0, record_h)
    per_cell = max(round(cell_h / record_h), 1)
    mean = envelope(share, per_cell).mean
    begin = time[::per_cell]
    month = begin.astype("datetime64[M]").astype(int)
    column = ((begin - begin.astype("datetime64[M]")) / np.timedelta64(1, "ms") / (3.6e6 * cell_h)).astype(int)
    table = np.full((int(month[-1] - month[0]) + 1, round(31 * 24 / cell_h)), np.nan)
    table[month - month[0], column] = mean
    labels = [str(np.datetime64(int(value), "M")) for value in range(int(month[0]), int(month[-1]) + 1)]
    step = cell_h / 24.0
    axis = {"title": {"text": f"day of the month (UTC), each cell {cell_h:g} h"}, "range": [1, 32], "dtick": 2}
    return _heat(table, labels, {"x0": 1 + step / 2, "dx": step}, axis, (word, "%{y}, day %{x:.2f}", colours))


def _heat(
    table: Values, labels: list[str], cells: dict[str, Any], axis: dict[str, Any], says: tuple[str, str, str]
) -> Figure:
    word, where, colours = says
    heat = heatmap(
        z=single(table),
        y=labels,
        zmin=0,
        zmax=1,
        colorscale=colours,
        hoverongaps=False,
        hovertemplate=f"{where}: %{{z:.0%}}<extra></extra>",
        colorbar={
            "title": {"text": word, "side": "right"},
            "thickness": 10,
            "tickformat": ".0%",
            "tickvals": [0, 0.5, 1],
            "outlinewidth": 0,
        },
        **cells,
    )
    return figure(
        [heat],
        height=max(len(labels) * _ROW_PX, _LEAST_PX) + 100,
        hovermode="closest",
        plot_bgcolor=GRID,
        margin={"l": 62, "r": 10, "t": 10, "b": 50},
        xaxis={"showgrid": False, **axis},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "ticks": "", "dtick": 1},
    )
