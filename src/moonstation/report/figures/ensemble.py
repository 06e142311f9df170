"""Figures of many lives: fans of series, the survival curve, the tornado, and the timeline of one life."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from moonstation.report.figures.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    RED,
    band,
    category_axis,
    date_axis,
    figure,
    line,
    plain,
    single,
    value_axis,
)
from moonstation.report.series import Axis, Envelope, Values

#: Up to so many points a fan is drawn day by day, above in spans of days.
FULL_POINTS = 1200
_ROW_PX = 26


class Fan(NamedTuple):
    """Percentiles 5, 50 and 95 of a series over the members, and the nominal life's, shape (time,) each."""

    low: Values
    middle: Values
    high: Values
    nominal: Values


class Bar(NamedTuple):
    """A row of a tornado: the mean outcome where the cause is low and where it is high."""

    label: str
    low: float
    high: float
    significant: bool


class Mark(NamedTuple):
    """Something on a timeline: when, in which row, of which kind, in words."""

    utc: Any
    row: str
    kind: str
    words: str


_COLOURS = {"lost": RED, "failed": ORANGE, "repaired": GREEN, "unserved": PURPLE, "served": BLUE, "other": MUTED}


def fan(axis: Axis, spread: Fan, title: str, factor: float = 1.0, **layout: Any) -> go.Figure:
    """A series over time: the band from P5 to P95, the median, and the nominal life; ``factor`` to the axis's unit."""
    low, middle, high, nominal = (factor * np.asarray(values) for values in spread)
    traces: list[Any] = band(axis, Envelope(low, middle, high), BLUE)
    traces += [
        line(axis, low, "P5", BLUE, width=0.7),
        line(axis, middle, "median", BLUE, width=1.8),
        line(axis, high, "P95", BLUE, width=0.7),
        line(axis, nominal, "facts as in the tables", ORANGE, dash="dot", width=1.3),
    ]
    return figure(traces, height=280, xaxis=date_axis(), yaxis=value_axis(title, rangemode="tozero"), **layout)


def survival(axis: Axis, share: Values, low: Values, high: Values) -> go.Figure:
    """Share of lives not yet lost, with its 95 % interval."""
    stairs = {"width": 0.5, "color": "var(--green-soft)", "shape": "hv"}
    traces: list[Any] = band(axis, Envelope(100 * low, 100 * share, 100 * high), GREEN, line=stairs)
    traces.append(line(axis, 100 * share, "lives not lost", GREEN, "%", shape="hv", width=2.0))
    return figure(
        traces, height=320, xaxis=date_axis(), yaxis=value_axis("lives [%]", range=[0, 103]), showlegend=False
    )


def tornado(rows: Sequence[Bar], mean: float, title: str) -> go.Figure:
    """Mean outcome where each cause is among its least and greatest fifth, about the mean of all lives."""
    traces = []
    for name, colour, side in (("cause low", BLUE, "low"), ("cause high", ORANGE, "high")):
        ends = np.array([getattr(row, side) for row in rows])
        traces.append(
            go.Bar(
                x=single(ends - mean),
                y=list(range(len(rows))),
                base=mean,
                orientation="h",
                name=name,
                marker={"color": colour, "opacity": [1.0 if row.significant else 0.35 for row in rows]},
                customdata=[plain(row.label) for row in rows],
                text=[""] * len(rows),
                hovertemplate=f"%{{customdata}}: {name}, mean %{{x:.4~g}}<extra></extra>",
            )
        )
    return figure(
        traces,
        height=_ROW_PX * len(rows) + 120,
        barmode="overlay",
        hovermode="closest",
        margin={"l": 190, "r": 14, "t": 40, "b": 44},
        xaxis=value_axis(title),
        yaxis=category_axis([row.label for row in rows]),
        shapes=[{"type": "line", "x0": mean, "x1": mean, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": INK}}],
    )


def timeline(marks: Sequence[Mark], period: tuple[Any, Any]) -> go.Figure:
    """What happened to the parts of one life, a row for each part."""
    rows = list(dict.fromkeys(mark.row for mark in marks))
    number = {row: place for place, row in enumerate(rows)}
    traces = []
    for kind, colour in _COLOURS.items():
        of_kind = [mark for mark in marks if mark.kind == kind]
        if of_kind:
            traces.append(
                go.Scatter(
                    x=[str(mark.utc) for mark in of_kind],
                    y=[number[mark.row] for mark in of_kind],
                    customdata=[[plain(mark.row), plain(mark.words)] for mark in of_kind],
                    mode="markers",
                    name=kind,
                    marker={"color": colour, "size": 9, "symbol": "x" if kind == "lost" else "circle"},
                    hovertemplate="%{x|%Y-%m-%d %H:%M}<br>%{customdata[0]}: %{customdata[1]}<extra></extra>",
                )
            )
    return figure(
        traces,
        height=_ROW_PX * len(rows) + 130,
        hovermode="closest",
        margin={"l": 190, "r": 14, "t": 40, "b": 44},
        xaxis=date_axis(range=[str(moment) for moment in period]),
        yaxis=category_axis(rows, showgrid=True),
    )


def difference(rows: Sequence[tuple[str, float, float, float]]) -> go.Figure:
    """Mean differences with their intervals, each in units of its own interval's half-width, about nothing, 0."""
    scale = [max((high - low) / 2.0, 1e-300) for _, _, low, high in rows]
    values = [mean / size for (_, mean, _, _), size in zip(rows, scale, strict=True)]
    clear = [abs(value) > 1.0 for value in values]
    trace = go.Scatter(
        x=single(values),
        y=list(range(len(rows))),
        error_x={"type": "constant", "value": 1.0, "color": MUTED},
        mode="markers",
        marker={"size": 9, "color": [GREEN if sure else MUTED for sure in clear]},
        customdata=[[plain(name), f"{mean:.4g} ({low:.4g} to {high:.4g})"] for name, mean, low, high in rows],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        showlegend=False,
    )
    return figure(
        [trace],
        height=_ROW_PX * len(rows) + 110,
        hovermode="closest",
        margin={"l": 190, "r": 14, "t": 20, "b": 44},
        xaxis=value_axis("difference, in half-widths of its 95 % interval", zeroline=True),
        yaxis=category_axis([row[0] for row in rows], showgrid=True),
    )
