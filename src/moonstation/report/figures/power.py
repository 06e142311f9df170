"""Supply, demand, charge and what was shed: over the whole run, and through the worst dark hour by hour."""

from __future__ import annotations

from typing import Any

import numpy as np

from moonstation.report.figures.plot import Figure, Trace, bar, heatmap
from moonstation.report.figures.style import (
    BLUE,
    GREEN,
    INK,
    MODE_COLOURS,
    MUTED,
    ORANGE,
    RED,
    band,
    category_axis,
    date_axis,
    figure,
    line,
    short,
    single,
    stretch,
    value_axis,
)
from moonstation.report.series import Run, Span, Values, envelope
from moonstation.report.spells import WorstDark, charge_share
from moonstation.station.model import MODES

#: Colour and name of each mode, for the key beside the strip.
MODE_KEYS = tuple(zip(MODE_COLOURS, MODES, strict=True))


def whole_run(run: Run, site: str, span: Span) -> Figure:
    """Power, shed power, charge and mode from the first to the last powered day."""
    records = run.span_records
    axis = run.axis(span.first, records)

    def values(name: str) -> Values:
        found = run.at(site, name)
        return np.zeros(span.size) if found is None else found[span.first : span.last]

    supply = envelope(values("power_supply_kw"), records)
    traces: list[Any] = []
    if records > 1:
        traces += band(axis, supply, ORANGE)
    traces += [
        line(axis, supply.mean, "supply", ORANGE, "kW"),
        line(axis, envelope(values("power_demand_kw"), records).mean, "demand", INK, "kW"),
        line(axis, envelope(values("power_shed_kw"), records).mean, "shed", RED, "kW", yaxis="y2",
             fill="tozeroy", fillcolor="var(--red-soft)"),
    ]  # fmt: skip
    share = charge_share(run, site)
    if share is not None:
        spread = envelope(100.0 * share[span.first : span.last], records)
        if records > 1:
            traces += band(axis, spread, BLUE, yaxis="y3")
        traces.append(line(axis, spread.mean, "charge", BLUE, "%", yaxis="y3"))
    traces.append(_mode_strip(axis, envelope(values("mode"), records).high))
    return figure(
        traces,
        height=620,
        margin={"l": 62, "r": 14, "t": 40, "b": 44},
        xaxis=date_axis(anchor="y4"),
        yaxis=value_axis("power [kW]", domain=[0.56, 1.0], rangemode="tozero"),
        yaxis2=value_axis("shed [kW]", domain=[0.40, 0.53], rangemode="tozero", nticks=4),
        yaxis3=value_axis("charge [% of usable]", domain=[0.09, 0.37], range=[0, 103]),
        yaxis4=_mode_axis([0.0, 0.06]),
    )


def worst_dark(run: Run, site: str, worst: WorstDark) -> Figure:
    """Every record about the worst dark: light, power, shed power, charge, mode."""
    window = worst.window
    axis = run.axis(window.first)

    def values(name: str) -> Values:
        found = run.at(site, name)
        return np.zeros(window.size) if found is None else found[window.first : window.last]

    stairs = {"shape": "hv"}
    charge, capacity = values("charge_kwh"), values("charge_capacity_kwh")
    traces = [
        line(axis, values("sun_disc_fraction") * 100, "Sun's disc in view", ORANGE, "%", **stairs,
             fill="tozeroy", fillcolor="var(--orange-soft)"),
        line(axis, values("power_supply_kw"), "supply", GREEN, "kW", yaxis="y2", **stairs),
        line(axis, values("power_demand_kw"), "demand", INK, "kW", yaxis="y2", **stairs),
        line(axis, values("power_served_kw"), "served", MUTED, "kW", yaxis="y2", dash="dot", **stairs),
        line(axis, values("power_shed_kw"), "shed", RED, "kW", yaxis="y2", **stairs,
             fill="tozeroy", fillcolor="var(--red-soft)"),
    ]  # fmt: skip
    if np.any(capacity > 0):
        traces += [
            line(axis, charge, "charge", BLUE, "kWh", yaxis="y3", fill="tozeroy", fillcolor="var(--blue-soft)"),
            line(axis, capacity, "usable capacity", MUTED, "kWh", yaxis="y3", dash="dash"),
        ]
    traces.append(_mode_strip(axis, values("mode")))
    shapes = []
    if worst.spell is not None:
        last = min(worst.spell.last, run.time.size - 1)
        shapes = [stretch(run.axis(worst.spell.first).x0, run.axis(last).x0)]
    return figure(
        traces,
        height=640,
        margin={"l": 62, "r": 14, "t": 40, "b": 44},
        shapes=shapes,
        xaxis=date_axis(anchor="y4"),
        yaxis=value_axis("Sun [%]", domain=[0.88, 1.0], range=[0, 103], nticks=3),
        yaxis2=value_axis("power [kW]", domain=[0.45, 0.84], rangemode="tozero"),
        yaxis3=value_axis("charge [kWh]", domain=[0.09, 0.41], rangemode="tozero"),
        yaxis4=_mode_axis([0.0, 0.06]),
    )


def unserved(names: list[str], energy_kwh: list[float]) -> Figure:
    """What was wished and not served for want of power, as energy, by load; the largest on top."""
    bars = bar(
        x=single(energy_kwh),
        y=list(range(len(names))),
        orientation="h",
        marker={"color": RED},
        text=[short(name, 60) for name in names],
        textposition="none",
        hovertemplate="%{text}: %{x:.3~s} kWh<extra></extra>",
    )
    return figure(
        [bars],
        height=26 * len(names) + 80,
        hovermode="closest",
        margin={"l": 62, "r": 14, "t": 10, "b": 44},
        xaxis=value_axis("energy not served [kWh]", rangemode="tozero"),
        yaxis=category_axis(names),
    )


def _mode_strip(axis: Any, modes: Values) -> Trace:
    """The worst mode of each span as a strip of colour."""
    steps = len(MODE_COLOURS)
    scale = [[edge / steps, colour] for i, colour in enumerate(MODE_COLOURS) for edge in (i, i + 1)]
    return heatmap(
        x0=axis.x0,
        dx=axis.dx,
        y=["mode"],
        z=single(modes)[np.newaxis, :],
        zmin=-0.5,
        zmax=steps - 0.5,
        colorscale=scale,
        showscale=False,
        yaxis="y4",
        hoverinfo="skip",
    )


def _mode_axis(domain: list[float]) -> dict[str, Any]:
    return {"domain": domain, "showgrid": False, "ticks": "", "fixedrange": True, "type": "category"}
