"""Several places side by side: light, longest dark, sight of the Earth, each as a row of dots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from moonstation.core.errors import Fault, RangeError
from moonstation.report.maps.sheet import write_figure

Summary = Mapping[str, Any]
_PANELS = (
    ("sun_visible_mean", "Sun: mean share\nof the disc [%]", 100.0, "linear"),
    ("longest_dark_h", "longest dark\n[days]", 1.0 / 24.0, "log"),
    ("earth_visible_mean", "Earth: mean share\nof the disc [%]", 100.0, "linear"),
    ("longest_without_earth_h", "longest time without\nthe Earth [days]", 1.0 / 24.0, "log"),
)
#: Okabe & Ito 2008, with a shape of its own for each, so that no colour has to be told.
_MARKS = (
    ("#0072b2", "o", 9.0, False),
    ("#d55e00", "o", 4.5, True),
    ("#009e73", "D", 6.0, False),
    ("#cc79a7", "^", 6.0, True),
)


def comparison_picture(summaries: Sequence[Summary], out_png: Path, caption: str = "") -> Path:
    """Draw what ``moonstation site --json`` says of several places; the best lit stands on top.

    Parameters
    ----------
    summaries : one for each place and eye height: site, height_m, and the keys of the light's summary
    out_png : the picture
    caption : period and what made the sky-lines

    Returns
    -------
    The picture's path. Raises RangeError where a summary lacks a key, and where nothing can be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    _refuse_gaps(summaries)
    heights = sorted({float(each["height_m"]) for each in summaries})
    names = _ranked(summaries)
    figure = Figure(figsize=(11.0, 1.9 + 0.36 * len(names)), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(_PANELS), sharey=True)
    for axes, panel in zip(panels, _PANELS, strict=True):
        _draw_panel(axes, panel, summaries, (names, heights))
    panels[0].set_yticks(range(len(names)), names, fontsize=9.5)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.suptitle("Light and sight of the Earth", x=0.012, y=0.985, ha="left", fontsize=14, fontweight="bold")
    figure.legend(handles, labels, loc="upper right", ncols=len(heights), frameon=False, fontsize=9)
    figure.text(0.012, 0.012, caption, fontsize=7.5, color="0.25", va="bottom")
    figure.tight_layout(rect=(0.0, 0.05, 1.0, 0.99))
    write_figure(figure, out_png, "Light and sight of the Earth", caption)
    return out_png


def _refuse_gaps(summaries: Sequence[Summary]) -> None:
    wanted = ("site", "height_m", *(key for key, *_ in _PANELS))
    faults = [
        Fault(f"place {number}", f"has no {key}", hint="give what moonstation site --json prints")
        for number, each in enumerate(summaries, 1)
        for key in wanted
        if each.get(key) is None
    ]
    if not summaries:
        faults.append(Fault("places", "there are none to compare"))
    if faults:
        raise RangeError(faults)


def _ranked(summaries: Sequence[Summary]) -> list[str]:
    """Names of the places, the best lit first."""
    best: dict[str, float] = {}
    for each in summaries:
        best[str(each["site"])] = max(best.get(str(each["site"]), -1.0), float(each["sun_visible_mean"]))
    return sorted(best, key=lambda name: -best[name])


def _draw_panel(
    axes: Any, panel: tuple[str, str, float, str], summaries: Sequence[Summary], order: tuple[list[str], list[float]]
) -> None:
    key, label, factor, scale = panel
    names, heights = order
    axes.set_xscale(scale)
    values = [factor * float(each[key]) for each in summaries]
    known = [value for value in values if value > 0.0]
    none_at = 0.5 * min(known, default=1.0)  # where a logarithm has no zero
    for height_m, (colour, mark, size, filled) in zip(heights, _MARKS * len(heights), strict=False):
        rows = [
            (names.index(str(each["site"])), value if scale == "linear" or value > 0.0 else none_at)
            for each, value in zip(summaries, values, strict=True)
            if float(each["height_m"]) == height_m
        ]
        axes.plot(
            [value for _, value in rows],
            [row for row, _ in rows],
            linestyle="",
            marker=mark,
            markersize=size,
            markeredgecolor=colour,
            markeredgewidth=1.7,
            markerfacecolor=colour if filled else "none",
            label=f"eye at {height_m:g} m",
            clip_on=False,
            zorder=3,
        )
    if scale == "log" and len(known) < len(values):
        axes.axvline(none_at, color="0.6", linewidth=0.8, linestyle=":")
        axes.text(none_at, -0.55, "none", ha="center", va="bottom", fontsize=8)
    axes.set_xlabel(label, fontsize=9)
    axes.tick_params(labelsize=8.5)
    axes.grid(axis="both", color="0.88", linewidth=0.7, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    if scale == "linear":
        axes.set_xlim(-3.0, 103.0)
    else:
        from matplotlib.ticker import FuncFormatter

        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
