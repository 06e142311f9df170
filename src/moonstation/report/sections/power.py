"""Power of each node: the whole run, the worst dark, what was shed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moonstation.report.blocks import Block, Column, Plot, Section, Table, Text
from moonstation.report.figures import power as figures
from moonstation.report.nodes import node, node_names, node_panels
from moonstation.report.series import Member, Run, Span, Values
from moonstation.report.spells import NEARLY_DARK, WorstDark, lowest_charge, powered, unit_charge_share, worst_dark
from moonstation.report.view import StudyView
from moonstation.report.words import amount, day, listed, minute, number, share, span
from moonstation.station.model import MODES

_MOST_LOADS = 15
_HEATERS_KWH = 0.01
_ELSE = "It was an input, data to send, room for a product, warmth or people that they waited for."


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
        hours = run.hours(worst.spell)
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
    whole_h = run.hours(lived)
    shares = [run.mean(modes == number, lived) for number in range(len(MODES))]
    rows = [[mode, amount(own * whole_h, "h", 4), share(own)] for mode, own in zip(MODES, shares, strict=True)]
    heads = [Column("mode (worst in each record)"), Column("time", right=True), Column("share", right=True)]
    return [Table(heads, rows)]


@dataclass(frozen=True)
class _Short:
    """A load that went short: what it was served, and what it lacked for want of power and of anything else [kWh]."""

    member: Member
    served_kwh: float
    power_kwh: float
    other_kwh: float


def _went_short(run: Run, name: str) -> list[_Short]:
    """Loads of a node that did not get all that they wished.

    A run records what a load lacked, and what its power bus shed in all. Of a load's want in a record no more is for
    want of power than the bus shed; the rest is certainly for want of something else.
    """
    served, lacked = run.sums("activity"), run.sums("shortfall")
    found = []
    for member in run.members("process"):
        draw_kw = -float(member.labels.get("power_kw", 0.0))
        if str(member.labels.get("site")) != name or draw_kw <= 0 or not lacked.size:
            continue
        all_kwh = draw_kw * float(lacked[member.number])
        if all_kwh <= _HEATERS_KWH:
            continue
        shed_kw = _shed(run, name, str(member.labels.get("asset", "")))
        want_kw = draw_kw * np.nan_to_num(run.column("shortfall", member))
        power_kwh = run.total(np.minimum(want_kw, shed_kw))
        had_kwh = draw_kw * float(served[member.number])
        found.append(_Short(member, had_kwh, power_kwh, max(all_kwh - power_kwh, 0.0)))
    return found


def _shed(run: Run, name: str, asset: str) -> Values | float:
    """Power shed on the bus that feeds an asset: its own, or its node's [kW]; without limit where no run tells it."""
    shed = run.of_unit(asset, "unit_power_shed_kw") if asset in run.units else run.at(name, "power_shed_kw")
    return np.inf if shed is None else np.nan_to_num(shed)


def _loads(run: Run, name: str) -> list[Block]:
    """Which loads went without power, and which waited for something else, as energy."""
    rows = _went_short(run, name)
    if not rows:
        return [Text("Every load got all that it wished.", "note")]
    dark = sorted((row for row in rows if row.power_kwh > _HEATERS_KWH), key=lambda row: -row.power_kwh)
    found: list[Block] = []
    if dark:
        shown = dark[:_MOST_LOADS]
        figure = figures.unserved([row.member.name for row in shown], [row.power_kwh for row in shown])
        caption = "Energy that loads wished for and did not get while their bus shed power" + (
            f"; the {_MOST_LOADS} largest of {len(dark)}." if len(dark) > _MOST_LOADS else "."
        )
        shed = run.at(name, "power_shed_kw")
        if shed is not None:
            total = amount(run.total(shed), "kWh")
            caption += f" In all the place's bus shed {total}; a single bar is an upper bound."
        found.append(Plot(figure, caption, "What went without power"))
    else:
        found.append(Text("Every load got all the power that it could use.", "note"))
    waiting = sorted((row for row in rows if row.other_kwh > _HEATERS_KWH), key=lambda row: -row.other_kwh)
    if waiting:
        names = listed([row.member.name for row in waiting], 4)
        found.append(Text(f"Held back by want of something other than power: {names}. {_ELSE}", "note"))
    heads = [Column("load"), *(Column(head, right=True) for head in ("priority", "served [kWh]"))]
    heads += [
        Column("want of power, at most [kWh]", right=True),
        Column("of anything else, at least [kWh]", right=True),
    ]
    table = [
        [
            row.member.name,
            number(float(row.member.labels.get("priority", np.nan))),
            *(_kwh(energy) for energy in (row.served_kwh, row.power_kwh, row.other_kwh)),
        ]
        for row in [*dark, *(row for row in waiting if row not in dark)]
    ]
    return [*found, Table(heads, table, "Every load that went short", folded=True)]


def _kwh(energy: float) -> str:
    """Energy [kWh]; a remainder of rounding is nothing."""
    return number(energy if energy > 1e-6 else 0.0, 4)


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
        safe = run.total(modes >= len(MODES) - 1) if modes is not None else np.nan
        shed = run.of_unit(unit, "unit_power_shed_kw")
        rows.append(
            [
                unit,
                share(float(charge[at])),
                day(run.time[at]),
                amount(safe, "h", 4),
                amount(run.total(shed) if shed is not None else np.nan, "kWh"),
            ]
        )
    if not rows:
        return []
    heads = [Column("with a battery of its own"), Column("lowest hourly charge", right=True), Column("on", fixed=True)]
    heads += [Column("time in mode safe", right=True), Column("shed", right=True)]
    return [Table(heads, rows)]
