"""What comes and goes: data and backlog, stocks, science."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from moonstation.report.figures.plot import Figure, bar, scatter
from moonstation.report.figures.style import (
    BLUE,
    CATEGORIES,
    INK,
    MUTED,
    PURPLE,
    band,
    category_axis,
    date_axis,
    figure,
    line,
    plain,
    short,
    single,
    stretch,
    value_axis,
)
from moonstation.report.series import Run, Span, Values, active, envelope, finite

#: Room is drawn up to this multiple of what was ever held; beyond, it would press the rest flat.
_ROOM_TOO_LARGE = 4.0


def returned(run: Run, ways: Sequence[tuple[str, Values]]) -> Figure:
    """Data that reached the Earth in each day, week or month, by the link that sent them, and their sum."""
    begin, _ = run.months
    traces: list[Any] = []
    total = np.zeros(begin.size)
    for number, (name, rate) in enumerate(ways):
        sums = run.bar_sums(rate)
        total += sums
        traces.append(
            bar(
                x=begin,
                y=single(sums),
                name=short(name),
                marker={"color": CATEGORIES[number % len(CATEGORIES)], "line": {"width": 0}},
                hovertemplate="%{y:.3~s} Gbit",
            )
        )
    traces.append(
        scatter(
            x=begin,
            y=single(np.cumsum(total)),
            name="sum since the start",
            mode="lines",
            yaxis="y2",
            line={"color": INK, "width": 1.8},
            hovertemplate="%{y:.4~s} Gbit",
        )
    )
    return figure(
        traces,
        height=430,
        barmode="stack",
        bargap=0.05,
        margin={"l": 62, "r": 14, "t": 64, "b": 44},
        xaxis=date_axis(anchor="y2"),
        yaxis=value_axis(f"Gbit per {run.bar_word}", domain=[0.46, 1.0], rangemode="tozero"),
        yaxis2=value_axis("sum [Gbit]", domain=[0.0, 0.38], rangemode="tozero"),
    )


def backlog(run: Run, waiting: Values, capacity: Values | None) -> Figure:
    """Data waiting at a node, the most of each day, under what its recorders hold."""
    span = active(waiting, capacity) or Span(0, run.time.size)
    records = run.span_records
    axis = run.axis(span.first, records)
    most = envelope(waiting[span.first : span.last], records).high
    traces = [
        line(axis, most, "waiting, most of the day" if records > 1 else "waiting", PURPLE, "Gbit", fill="tozeroy",
             fillcolor="var(--purple-soft)")
    ]  # fmt: skip
    if capacity is not None and np.max(capacity) <= _ROOM_TOO_LARGE * np.nanmax(waiting):
        room = envelope(capacity[span.first : span.last], records).mean
        traces.append(line(axis, room, "room in recorders", MUTED, "Gbit", dash="dash"))
    return figure(traces, height=300, xaxis=date_axis(), yaxis=value_axis("data [Gbit]", rangemode="tozero"))


def stock(run: Run, unit: str, held: Values, capacity: Values, people: Sequence[Span]) -> Figure:
    """A stock at a site over time; the shaded stretches had people."""
    held = np.where(capacity > 0, held, np.nan)
    return _history(run, held, capacity, people, ("held", unit))


def pressure(run: Run, kpa: Values, people: Sequence[Span]) -> Figure:
    """Partial pressure of a gas in cabins over time [kPa], nan while there is none; the shaded stretches had people."""
    return _history(run, kpa, None, people, ("partial pressure", "kPa"))


def _history(run: Run, values: Values, room: Values | None, people: Sequence[Span], label: tuple[str, str]) -> Figure:
    """Something over time with what there is room for; ``label``: what it is, and its unit."""
    what, unit = label
    span = finite(values) or Span(0, run.time.size)
    records = run.span_records
    axis = run.axis(span.first, records)
    spread = envelope(values[span.first : span.last], records)
    traces: list[Any] = band(axis, spread, BLUE) if records > 1 else []
    traces.append(line(axis, spread.mean, what, BLUE, unit))
    if room is not None:
        most = envelope(room[span.first : span.last], records).mean
        top = max(float(np.nanmax(spread.high, initial=0.0)), 1e-9)
        if float(np.nanmax(most, initial=0.0)) <= _ROOM_TOO_LARGE * top:
            traces.append(line(axis, most, "room", MUTED, unit, dash="dash"))
    inside = [(max(item.first, span.first), min(item.last, span.last)) for item in people]
    shapes = [
        stretch(run.axis(first).x0, run.axis(min(last, run.time.size - 1)).x0, "var(--people)")
        for first, last in inside
        if last > first
    ]
    return figure(
        traces,
        height=230,
        showlegend=False,
        margin={"l": 54, "r": 10, "t": 8, "b": 40},
        shapes=shapes,
        xaxis=date_axis(title=None),
        yaxis=value_axis(f"{what} [{unit}]", rangemode="tozero"),
    )


def science_bars(fields: Sequence[str], partners: Sequence[str], hours: Values) -> Figure:
    """Hours per field of science, stacked by partner; ``hours`` has the shape (field, partner)."""
    traces = [
        bar(
            x=single(hours[:, number]),
            y=list(range(len(fields))),
            name=short(partner),
            orientation="h",
            marker={
                "color": CATEGORIES[number % len(CATEGORIES)],
                "pattern": {"shape": "/" if number >= len(CATEGORIES) else ""},
            },
            text=[short(partner)] * len(fields),
            textposition="none",
            hovertemplate="%{text}: %{x:.4~s} h<extra></extra>",
        )
        for number, partner in enumerate(partners)
    ]
    return figure(
        traces,
        height=44 * len(fields) + 130,
        barmode="stack",
        hovermode="closest",
        xaxis=value_axis("hours of observing [h]", rangemode="tozero"),
        yaxis=category_axis(fields),
    )


def science_growth(run: Run, fields: Sequence[str], rates: Sequence[Values]) -> Figure:
    """Hours of science since the start, by field."""
    begin, _ = run.months
    traces = [
        scatter(
            x=begin,
            y=single(np.cumsum(run.bar_sums(rate))),
            name=plain(field),
            mode="lines",
            line={"color": CATEGORIES[number % len(CATEGORIES)], "width": 1.8},
            hovertemplate="%{y:.4~s} h",
        )
        for number, (field, rate) in enumerate(zip(fields, rates, strict=True))
    ]
    return figure(
        traces,
        height=340,
        margin={"l": 62, "r": 14, "t": 56, "b": 44},
        xaxis=date_axis(),
        yaxis=value_axis("hours since the start [h]", rangemode="tozero"),
    )
