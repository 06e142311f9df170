"""Figures of many lives: fans of series, the survival curve, the tornado, and the timeline of one life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from moonstation.report.figures.plot import Figure, Trace, bar, scatter
from moonstation.report.figures.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    band,
    date_axis,
    figure,
    line,
    plain,
    short,
    single,
    value_axis,
)
from moonstation.report.series import Axis, Envelope, Values

#: Up to so many points a fan is drawn day by day, above in spans of days.
FULL_POINTS = 1200
#: Height of a row with its name above what it shows, so that a phone shows the whole name.
_ROW_PX = 40
_NAME_ABOVE, _MARK_BELOW = 0.24, 0.2
_BAR_WIDTH = 0.42
_NARROW_MARGIN = {"l": 14, "r": 14, "t": 40, "b": 44}


class Fan(NamedTuple):
    """Percentiles 5, 50 and 95 of a series over the members, and the nominal life's, shape (time,) each."""

    low: Values
    middle: Values
    high: Values
    nominal: Values


class Bar(NamedTuple):
    """A row of a tornado: the mean outcome where the cause is low, or absent, and where it is high, or there.

    meaning : what the cause is in words, shown where one points at the bar
    """

    label: str
    low: float
    high: float
    meaning: str = ""

    @property
    def words(self) -> str:
        """Its label and what it means."""
        return ": ".join(filter(None, (self.label, self.meaning)))


class Mark(NamedTuple):
    """Something on a timeline: when, in which row, of which kind, in words."""

    utc: Any
    row: str
    kind: str
    words: str


#: What a timeline shows of changes by schedule.
CHANGED, OVERDUE = "changed by schedule", "overdue"
#: Colour, symbol and size of what a timeline shows; later ones lie upon earlier ones.
_KINDS = {
    CHANGED: (SKY, "square", 6),
    OVERDUE: (SKY, "square-open", 9),
    "lost": (RED, "x", 9),
    "failed": (ORANGE, "triangle-down", 9),
    "repaired": (GREEN, "triangle-up", 9),
    "unserved": (PURPLE, "circle-open", 9),
    "served": (BLUE, "circle", 9),
    "unheard": (MUTED, "diamond-open", 9),
    "heard": (MUTED, "diamond", 9),
}
#: What ends a spell that a timeline draws as a line.
_CLOSED_BY = {"failed": "repaired", "unserved": "served", "unheard": "heard"}
#: Of these a part can have several at once, each named first in its words.
_NAMED_FIRST = ("failed", "unheard")
_LONGEST_NAME = 60


def fan(axis: Axis, spread: Fan, title: str, factor: float = 1.0, *, from_zero: bool = True) -> Figure:
    """A series over time: the band from P5 to P95, the median, and the nominal life; ``factor`` to the axis's unit."""
    low, middle, high, nominal = (factor * np.asarray(values) for values in spread)
    traces: list[Any] = band(axis, Envelope(low, middle, high), BLUE)
    traces += [
        line(axis, low, "P5", BLUE, width=0.7, showlegend=False),
        line(axis, middle, "median", BLUE, width=1.8),
        line(axis, high, "P5 and P95", BLUE, width=0.7),
        line(axis, nominal, "nominal", ORANGE, dash="dot", width=1.6),
    ]
    reach = "tozero" if from_zero else "normal"
    return figure(traces, height=280, xaxis=date_axis(), yaxis=value_axis(title, rangemode=reach))


def survival(axis: Axis, share: Values, low: Values, high: Values) -> Figure:
    """Share of lives not yet lost, with its 95 % interval."""
    stairs = {"width": 0.5, "color": "var(--green-soft)", "shape": "hv"}
    traces: list[Any] = band(axis, Envelope(100 * low, 100 * share, 100 * high), GREEN, line=stairs)
    traces.append(line(axis, 100 * share, "lives not lost", GREEN, "%", shape="hv", width=2.0))
    return figure(
        traces, height=320, xaxis=date_axis(), yaxis=value_axis("lives [%]", range=[0, 103]), showlegend=False
    )


def tornado(rows: Sequence[Bar], mean: float, title: str, factor: float = 1.0) -> Figure:
    """Mean outcome at either end of each cause, about the mean of all lives; ``factor`` to the axis's unit."""
    traces = []
    mean *= factor
    for name, colour, side in (("low, or no failure", BLUE, "low"), ("high, or a failure", ORANGE, "high")):
        ends = factor * np.array([getattr(row, side) for row in rows])
        traces.append(
            bar(
                x=single(ends - mean),
                y=_marked(range(len(rows))),
                width=_BAR_WIDTH,
                base=mean,
                orientation="h",
                name=name,
                marker={"color": colour, "opacity": 0.85},
                customdata=[[plain(row.words), f"{end:.4g}"] for row, end in zip(rows, ends, strict=True)],
                hovertemplate=f"%{{customdata[0]}}<br>{name}: mean %{{customdata[1]}}<extra></extra>",
            )
        )
    return figure(
        traces,
        height=_ROW_PX * len(rows) + 110,
        barmode="overlay",
        hovermode="closest",
        margin=_NARROW_MARGIN,
        xaxis=value_axis(title),
        yaxis=_row_axis(len(rows)),
        annotations=_names([row.label for row in rows]),
        shapes=[{"type": "line", "x0": mean, "x1": mean, "y0": 0, "y1": 1, "yref": "paper", "line": {"color": INK}}],
    )


def timeline(marks: Sequence[Mark], period: tuple[Any, Any]) -> Figure:
    """What happened to the parts of one life, a row for each part."""
    rows = list(dict.fromkeys(mark.row for mark in marks))
    number = {row: place for place, row in enumerate(rows)}
    traces = [_bars(marks, opening, number, period[1]) for opening in _CLOSED_BY]
    for kind, (colour, symbol, size) in _KINDS.items():
        of_kind = [mark for mark in marks if mark.kind == kind]
        if of_kind:
            traces.append(
                scatter(
                    x=[str(mark.utc) for mark in of_kind],
                    y=_marked(number[mark.row] for mark in of_kind),
                    customdata=[[plain(mark.row), plain(mark.words)] for mark in of_kind],
                    mode="markers",
                    name=kind,
                    marker={"color": colour, "size": size, "symbol": symbol},
                    hovertemplate="%{x|%Y-%m-%d %H:%M}<br>%{customdata[0]}: %{customdata[1]}<extra></extra>",
                )
            )
    return figure(
        traces,
        height=_ROW_PX * len(rows) + 120,
        hovermode="closest",
        margin=_NARROW_MARGIN,
        xaxis=date_axis(range=[str(moment) for moment in period]),
        yaxis=_row_axis(len(rows)),
        annotations=_names(rows),
    )


def _bars(marks: Sequence[Mark], opening: str, number: Mapping[str, int], end: Any) -> Trace:
    """Lines from what began to what ended it, or to the end."""
    x: list[str | None] = []
    y: list[float | None] = []
    for row, first, last in spells(marks, opening, end):
        x += [str(first), str(last), None]
        y += [*_marked([number[row]] * 2), None]
    colour = _KINDS[opening][0]
    style = {"color": colour, "width": 3}
    return scatter(x=x, y=y, mode="lines", line=style, opacity=0.5, hoverinfo="skip", showlegend=False)


def spells(marks: Sequence[Mark], opening: str, end: Any) -> list[tuple[str, Any, Any]]:
    """Row, begin and end of what ``opening`` began: until it is closed, its row's part is lost, or the ``end``."""
    begun: dict[tuple[str, str], Any] = {}
    found = []
    for mark in marks:
        thing = (mark.row, mark.words.partition(",")[0] if opening in _NAMED_FIRST else "")
        if mark.kind == opening:
            begun.setdefault(thing, mark.utc)
        elif mark.kind == _CLOSED_BY[opening] and thing in begun:
            found.append((mark.row, begun.pop(thing), mark.utc))
        elif mark.kind == "lost":
            found += [(row, begun.pop((row, what)), mark.utc) for row, what in [*begun] if row == mark.row]
    return found + [(row, first, end) for (row, _), first in begun.items()]


def difference(rows: Sequence[tuple[str, float, float, float, bool]]) -> Figure:
    """Mean differences with their intervals, each in its interval's half-widths about 0; last: whether it is clear."""
    scale = [max((high - low) / 2.0, 1e-300) for _, _, low, high, _ in rows]
    values = [mean / size for (_, mean, *_), size in zip(rows, scale, strict=True)]
    trace = scatter(
        x=single(values),
        y=_marked(range(len(rows))),
        error_x={"type": "constant", "value": 1.0, "color": MUTED},
        mode="markers",
        marker={"size": 9, "color": [GREEN if sure else MUTED for *_, sure in rows]},
        customdata=[[plain(name), f"{mean:.4g} ({low:.4g} to {high:.4g})"] for name, mean, low, high, _ in rows],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        showlegend=False,
    )
    return figure(
        [trace],
        height=_ROW_PX * len(rows) + 100,
        hovermode="closest",
        margin=_NARROW_MARGIN | {"t": 20},
        xaxis=value_axis("difference, in half-widths of its 95 % interval", zeroline=True),
        yaxis=_row_axis(len(rows)),
        annotations=_names([row[0] for row in rows]),
    )


def _row_axis(rows: int) -> dict[str, Any]:
    """A vertical axis of rows 0, 1, ... from the top, whose names stand in the figure."""
    ends = [rows - 0.5, -0.5]
    return {"type": "linear", "range": ends, "showgrid": False, "zeroline": False, "showticklabels": False}


def _marked(rows: Iterable[int]) -> list[float]:
    """Heights of what rows show, under their names."""
    return [row + _MARK_BELOW for row in rows]


def _names(labels: Sequence[str]) -> list[dict[str, Any]]:
    """Names of rows, from the left edge on."""
    at = {"xref": "paper", "x": 0, "xanchor": "left", "yanchor": "middle", "align": "left", "showarrow": False}
    return [
        {**at, "y": row - _NAME_ABOVE, "text": short(label, _LONGEST_NAME), "font": {"color": MUTED}}
        for row, label in enumerate(labels)
    ]
