"""Colours, axes and the few kinds of trace that all figures share.

Colours are names of the page's own (``var(--blue)``): the page puts its light or dark shade there when it draws.
They are the palette of Okabe & Ito 2008, which people with any colour vision can tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from moonstation.core.events import find_runs
from moonstation.report.figures.plot import Figure, Trace, scatter
from moonstation.report.series import Axis, Envelope

INK, MUTED, GRID = "var(--ink)", "var(--muted)", "var(--line)"
ORANGE, SKY, GREEN, BLUE, RED, PURPLE = (
    f"var(--{name})" for name in ("orange", "sky", "green", "blue", "red", "purple")
)
#: In the order in which series of equal rank take them.
CATEGORIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED, "var(--olive)", "var(--grey)")
#: Modes of a power bus, mildest first.
MODE_COLOURS = ("#009e73", "#5b6b7d", "#e69f00", "#d55e00")

_LABEL_LONGEST = 34


def plain(text: object) -> str:
    """A text as it is: Plotly would read angle brackets and ampersands as markup."""
    return escape(str(text), quote=False)


def short(text: object, most: int = _LABEL_LONGEST) -> str:
    """A text for an axis, cut with an ellipsis where it is too long."""
    given = str(text)
    return plain(given if len(given) <= most else given[: most - 1].rstrip() + "…")


def single(values: ArrayLike) -> np.ndarray:
    """Values in single precision, the way they are stored in the page; infinities become gaps."""
    given = np.asarray(values, dtype=np.float32)
    return np.where(np.isfinite(given), given, np.float32(np.nan))


def figure(traces: Sequence[Trace], height: int = 320, **layout: Any) -> Figure:
    """A figure of the house style; ``layout`` as Plotly names it."""
    return Figure(
        list(traces),
        {
            "height": height,
            "margin": {"l": 62, "r": 14, "t": 34, "b": 44},
            "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
            "hovermode": "x unified",
            **layout,
        },
    )


def date_axis(**more: Any) -> dict[str, Any]:
    """A time axis, UTC."""
    return {"type": "date", "title": {"text": "date (UTC)"}, "hoverformat": "%Y-%m-%d %H:%M", **more}


def value_axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with a unit in its title."""
    return {"title": {"text": plain(title)}, **more}


def category_axis(labels: Sequence[str], **more: Any) -> dict[str, Any]:
    """A vertical axis of names, the first on top; rows are numbered 0, 1, ... from there."""
    return {
        "type": "linear",
        "tickmode": "array",
        "tickvals": list(range(len(labels))),
        "ticktext": [short(label) for label in labels],
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        **more,
    }


def line(axis: Axis, values: ArrayLike, name: str, colour: str, unit: str = "", **more: Any) -> Trace:
    """A line over time."""
    style = {"color": colour, "width": more.pop("width", 1.5), "dash": more.pop("dash", "solid")}
    if "shape" in more:
        style["shape"] = more.pop("shape")
    return scatter(
        x0=axis.x0,
        dx=axis.dx,
        y=single(values),
        name=plain(name),
        mode="lines",
        line=style,
        hovertemplate=f"%{{y:.4~g}} {unit}".rstrip() if unit else "%{y:.4~g}",
        **more,
    )


def band(axis: Axis, spread: Envelope, colour: str, **more: Any) -> list[Trace]:
    """The area between least and greatest values; ``colour`` is a name whose ``-soft`` shade fills it."""
    soft = colour.replace(")", "-soft)")
    traces = []
    for first, last in zip(*find_runs(np.isfinite(spread.low)), strict=True):  # a fill would bridge gaps
        shared = {
            "x0": axis.later(int(first)).x0,
            "dx": axis.dx,
            "mode": "lines",
            "line": {"width": 0.5, "color": soft},
            "hoverinfo": "skip",
            "showlegend": False,
            **more,
        }
        traces.append(scatter(y=single(spread.low[first:last]), **shared))
        traces.append(scatter(y=single(spread.high[first:last]), fill="tonexty", fillcolor=soft, **shared))
    return traces


def stretch(x0: str, x1: str, colour: str = "var(--shade)", **more: Any) -> dict[str, Any]:
    """A shape that shades a stretch of time over the whole height."""
    return {
        "type": "rect",
        "x0": x0,
        "x1": x1,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "fillcolor": colour,
        "line": {"width": 0},
        "layer": "below",
        **more,
    }
