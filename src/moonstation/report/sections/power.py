"""Power of each node: the whole run, the worst dark, what was shed."""

from __future__ import annotations

import numpy as np

from moonstation.report.blocks import Block, Column, Plot, Section, Table, Text
from moonstation.report.figures import power as figures
from moonstation.report.nodes import node, node_names, node_panels
from moonstation.report.series import Run, Span
from moonstation.report.spells import NEARLY_DARK, WorstDark, lowest_charge, powered, unit_charge_share, worst_dark
from moonstation.report.view import StudyView
from moonstation.report.words import amount, day, minute, number, share, span
from moonstation.station.model import MODES

_MOST_LOADS = 15
_HEATERS_KWH = 0.01


def power(view: StudyView, run: Run) -> Section:
    """Supply, demand, charge and shed power."""
    blocks = {name: _blocks(view, run, name) for name in node_names(view, run)}
    return Section(
        "power",
        "Power",
        node_panels(view, run, blocks, "Nothing at {} makes, keeps or uses electricity."),
        "What sources could give, what loads wanted, what was shed because there was too little, and the charge left.",
    )


def _blocks(view: StudyView, run: Run, name: str) -> list[Block]:
    lived = powered(run, name)
    if lived is None:
        return []
    title = node(view, name).label
    low = lowest_charge(run, name)
    kept = (
        f"The charge never fell below {share(low.share)} of what is usable ({minute(run.time[low.record])})."
        if low
        else "Nothing here stores electricity."
    )
    found: list[Block] = [
        Plot(
            figures.whole_run(run, name, lived),
            f"{title}, {day(run.time[lived.first])} to {day(run.time[lived.last - 1])}. {kept}"
            + (
                " Lines are means of a day, bands reach from its least to its greatest value."
                if run.span_records > 1
                else ""
            ),
            "Whole run",
            figures.MODE_KEYS,
        )
    ]
    worst = worst_dark(run, name)
    if worst is not None:
        found.append(
            Plot(
                figures.worst_dark(run, name, worst),
                _of_worst(run, worst),
                "The worst dark, every record",
                figures.MODE_KEYS,
            )
        )
    found += _modes(run, name, lived)
    found += _loads(run, name)
    found += _units(view, run, name)
    return found


def _of_worst(run: Run, worst: WorstDark) -> str:
    if worst.spell is None:
        text = "The Sun never left this place; shown are the days about its lowest charge."
    else:
        hours = worst.spell.size * run.record_h
        begin = minute(run.time[worst.spell.first])
        text = f"From {begin} less than {share(NEARLY_DARK)} of the Sun's disc is in view, for {span(hours)}"
        cut = worst.spell.first < worst.window.first or worst.spell.last > worst.window.last
        text += "; shown is the part about the lowest charge." if cut else " (shaded)."
    if worst.lowest_charge is not None and worst.lowest_at is not None:
        when = minute(run.time[worst.lowest_at])
        text += f" The charge comes down to {share(worst.lowest_charge)} of what is usable ({when})."
    return text


def _modes(run: Run, name: str, lived: Span) -> list[Block]:
    modes = run.at(name, "mode")
    if modes is None:
        return []
    inside = modes[lived.first : lived.last]
    rows = [
        [mode, amount(float(np.sum(inside == number)) * run.record_h, "h", 4), share(float(np.mean(inside == number)))]
        for number, mode in enumerate(MODES)
    ]
    heads = [Column("mode (worst in each record)"), Column("time", right=True), Column("share", right=True)]
    return [Table(heads, rows)]


def _loads(run: Run, name: str) -> list[Block]:
    """Which loads went without, as energy."""
    wished = run.sums("shortfall")
    served = run.sums("activity")
    rows = []
    for member in run.members("process"):
        draw = -float(member.labels.get("power_kw", 0.0))
        if str(member.labels.get("site")) != name or draw <= 0 or not wished.size:
            continue
        short_kwh = draw * float(wished[member.number])
        if short_kwh > _HEATERS_KWH:
            rows.append((short_kwh, draw * float(served[member.number]), member))
    if not rows:
        return [Text("Every load got all that it wished.", "note")]
    rows.sort(key=lambda row: -row[0])
    shown = rows[:_MOST_LOADS]
    heads = [Column("load"), *(Column(head, right=True) for head in ("priority", "served [kWh]", "not served [kWh]"))]
    table = [
        [m.name, number(float(m.labels.get("priority", np.nan))), number(had, 4), number(short, 4)]
        for short, had, m in rows
    ]
    figure = figures.unserved([member.name for _, _, member in shown], [energy for energy, _, _ in shown])
    caption = "Energy that loads wished for and did not get, for want of power or of anything else that they need" + (
        f"; the {_MOST_LOADS} largest of {len(rows)}." if len(rows) > _MOST_LOADS else "."
    )
    return [Plot(figure, caption, "What went unserved"), Table(heads, table, "Every load that went short", folded=True)]


def _units(view: StudyView, run: Run, name: str) -> list[Block]:
    """Assets with a power bus of their own."""
    here = {asset["name"] for asset in view.assets if asset.get("site") == name}
    rows = []
    for unit in run.units:
        charge = unit_charge_share(run, unit)
        if unit not in here or charge is None or not np.isfinite(charge).any():
            continue
        at = int(np.nanargmin(charge))
        modes = run.of_unit(unit, "unit_mode")
        safe = float(np.sum(modes >= len(MODES) - 1)) * run.record_h if modes is not None else np.nan
        shed = run.of_unit(unit, "unit_power_shed_kw")
        rows.append(
            [
                unit,
                share(float(charge[at])),
                day(run.time[at]),
                amount(safe, "h", 4),
                amount(float(np.nansum(shed)) * run.record_h if shed is not None else np.nan, "kWh"),
            ]
        )
    if not rows:
        return []
    heads = [Column("with a battery of its own"), Column("lowest charge", right=True), Column("on", fixed=True)]
    heads += [Column("time in mode safe", right=True), Column("shed", right=True)]
    return [Table(heads, rows)]
