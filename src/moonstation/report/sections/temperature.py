"""Temperatures and their limits, per site."""

from __future__ import annotations

import numpy as np

from moonstation.report.blocks import Block, Column, Plot, Plots, Section, Table
from moonstation.report.figures import temperature as figures
from moonstation.report.figures.temperature import Lump
from moonstation.report.nodes import node_names, node_panels
from moonstation.report.series import Run
from moonstation.report.view import StudyView
from moonstation.report.words import NOTHING, listed, number, share, span

_MOST_RANGES = 40
_MOST_HISTORIES = 6


def temperature(view: StudyView, run: Run) -> Section:
    """Ranges of all, histories of the tightest."""
    blocks = {name: _blocks(run, figures.lumps_at(run, name, _own(view, name))) for name in node_names(view, run)}
    return Section(
        "temperature",
        "Temperatures",
        node_panels(view, run, blocks, "Nothing at {} has a temperature in this study."),
        "What must be kept warm or cool, in which range it works and in which it survives.",
    )


def _own(view: StudyView, site: str) -> list[str]:
    """Assets at a site, for things whose place is the asset itself."""
    return [asset["name"] for asset in view.assets if asset.get("site") == site]


def _blocks(run: Run, lumps: list[Lump]) -> list[Block]:
    if not lumps:
        return []
    shown = lumps[:_MOST_RANGES]
    caption = (
        "Dark bar: coldest to warmest of the whole run. Green: the range in which it works; pale band on its sides: "
        "it survives but does not work."
    )
    if any(lump.uncomfortable is not None for lump in shown):
        caption += " Where people live, green is what they bear."
    if len(lumps) > len(shown):
        caption += f" The {len(shown)} nearest to a limit of {len(lumps)}."
    histories = [
        Plot(figures.history(run, lump), f"{_of(lump)} {_at_work(run, lump)}{_comfort(run, lump)}{also}", lump.name)
        for lump, also in _tightest(lumps)
    ]
    heads = [Column("thing"), *(Column(f"{head} [K]", right=True) for head in ("coldest", "warmest", "margin"))]
    heads += [Column("works [K]"), Column("survives [K]"), Column("too cold or hot to work", right=True)]
    heads += [Column("uncomfortable for people", right=True)]
    rows = [
        [
            lump.name,
            number(lump.low_k, 4),
            number(lump.high_k, 4),
            number(lump.margin_k) if np.isfinite(lump.margin_k) else NOTHING,
            _range(lump.work_min_k, lump.work_max_k),
            _range(lump.survive_min_k, lump.survive_max_k),
            _idle(run, lump),
            NOTHING if lump.uncomfortable is None else _uncomfortable(run, lump),
        ]
        for lump in lumps
    ]
    return [
        Plot(figures.ranges(shown), caption, "Coldest and warmest"),
        Plots(histories),
        Table(heads, rows, "Every temperature", folded=True),
    ]


def _tightest(lumps: list[Lump]) -> list[tuple[Lump, str]]:
    """The nearest to a limit; of those that went through just the same, the first, and a word on the others."""
    found: list[tuple[Lump, list[str]]] = []
    for lump in lumps:
        same = next((names for one, names in found if np.array_equal(one.values, lump.values, equal_nan=True)), None)
        if same is not None:
            same.append(lump.name)
        elif len(found) < _MOST_HISTORIES:
            found.append((lump, []))
    return [(lump, f" The same for {listed(names)}." if names else "") for lump, names in found]


def _of(lump: Lump) -> str:
    if not np.isfinite(lump.margin_k):
        return "No limit of survival is set for it."
    if lump.margin_k < 0:
        return f"It went {number(-lump.margin_k)} K beyond a limit of survival."
    return f"It stayed {number(lump.margin_k)} K inside its limits of survival."


def _at_work(run: Run, lump: Lump) -> str:
    """Whether it was ever too cold or too hot to work, or for the people in it to bear, and how long."""
    if not np.isfinite(lump.work_min_k) and not np.isfinite(lump.work_max_k):
        return "Its temperature never keeps it from work."
    whom = "to work" if lump.uncomfortable is None else "for people to bear"
    if not lump.idle.any():
        return f"It was never too cold or too hot {whom}."
    return f"It was too cold or too hot {whom} for {_idle(run, lump)} of its life."


def _comfort(run: Run, lump: Lump) -> str:
    """How long it was uncomfortable for people, where some live in it."""
    if lump.uncomfortable is None:
        return ""
    comfort = _range(lump.comfort_min_k, lump.comfort_max_k)
    return f" Outside the comfort of people, {comfort} K, while some were at its site: {_uncomfortable(run, lump)}."


def _uncomfortable(run: Run, lump: Lump) -> str:
    """Time outside people's comfort while some were at its site."""
    outside = lump.uncomfortable
    return "never" if outside is None or not outside.any() else span(run.total(outside))


def _idle(run: Run, lump: Lump) -> str:
    """Time in which it was too cold or too hot to work, and its share."""
    if not lump.idle.any():
        return "never"
    hours = run.total(lump.idle)
    return f"{span(hours)}, {share(hours / run.total(np.isfinite(lump.values)))}"


def _range(low: float, high: float) -> str:
    if not np.isfinite(low) and not np.isfinite(high):
        return "any"
    if not np.isfinite(high):
        return f"above {number(low, 4)}"
    return f"below {number(high, 4)}" if not np.isfinite(low) else f"{number(low, 4)} to {number(high, 4)}"
