"""Stocks, people, and how far life support closes its loops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from moonstation.components.life_support.cabin_air import GASES, scale_kpa
from moonstation.core.events import find_runs
from moonstation.report.blocks import Block, Column, Panel, Plot, Plots, Section, Table, Text
from moonstation.report.figures.flows import pressure, stock
from moonstation.report.nodes import node, node_names, node_panels
from moonstation.report.series import Run, Span, Values
from moonstation.report.view import StudyView
from moonstation.report.words import amount, count, day, number, share

#: Stocks that people live from, in the order of the report; others follow.
_FIRST = ("water", "oxygen", "food", "nitrogen", "cabin_oxygen", "cabin_nitrogen", "cabin_carbon_dioxide")
#: Unit, amount and room over time by quantity.
_Held = dict[str, tuple[str, Values, Values]]
_NOT_STOCKS = ("electricity", "data", "crew_h", "robot_h")
_LOOPS = ("water", "oxygen")
_MOST = 12
#: What the lines of a stock are; its figures are too small for legends.
_KEY = (
    "Line: what is held, in long runs the mean of each day in a band from its least to its greatest value. "
    "Dashed: what there is room for, where that is on the scale."
)
_PRESSURES = " Of the gases in cabins their partial pressures are drawn, means over all cabins of the place."
_COVERED = (
    "How far the loops close: what was made, recovered or won from the ground here, as a share of what was used. Above "
    "100 % the rest went into the stores or overboard; what is missing to 100 % had to be landed."
)


def stocks(view: StudyView, run: Run) -> Section:
    """Stocks at each site and closure over the whole station."""
    blocks = {name: _blocks(view, run, name) for name in node_names(view, run)}
    panels = [Panel(_closure(view, run)), *node_panels(view, run, blocks, "Nothing is kept in stock at {}.")]
    return Section("life", "Stocks and life support", panels)


def _closure(view: StudyView, run: Run) -> list[Block]:
    crewed = any(_people(run, name) for name in run.sites)
    found: list[Block] = []
    if not crewed:
        found.append(Text("No crew stays in this study: no loop of life support is put to the test.", "note"))
    rows = [_loop(view.ledger, quantity) for quantity in _LOOPS]
    table = [row for row in rows if row]
    if table:
        heads = [Column("whole station"), *(Column(h, right=True) for h in ("used", "made or recovered on the spot"))]
        heads += [
            Column(h, right=True) for h in ("landed", "let go or leaked", "left at the end", "covered on the spot")
        ]
        found.append(Table(heads, table))
        found.append(Text(_COVERED, "note"))
    elif crewed:
        found.append(Text("The ledger has no water and no oxygen in use.", "note"))
    return found


def _loop(ledger: Sequence[Mapping[str, Any]], quantity: str) -> list[str] | None:
    rows = [row for row in ledger if row.get("quantity") == quantity]

    def total(*columns: str) -> float:
        return sum(float(row.get(column, 0.0)) for row in rows for column in columns)

    used, made = total("consumed"), total("produced")
    if used <= 0:
        return None
    cells = [used, made, total("delivered"), total("spilled", "lost", "removed"), total("stored_end")]
    return [quantity, *(amount(value, "kg", 4) for value in cells), share(made / used)]


def _people(run: Run, name: str) -> list[Span]:
    crew = run.at(name, "crew")
    if crew is None:
        return []
    starts, ends = find_runs(np.nan_to_num(crew) > 0)
    return [Span(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def _blocks(view: StudyView, run: Run, name: str) -> list[Block]:
    held = _held(run, name)
    people = _people(run, name)
    found: list[Block] = []
    if people:
        crew = run.at(name, "crew")
        most = float(np.nanmax(crew)) if crew is not None else 0.0
        stays = count(len(people), "stay")
        first = day(run.time[people[0].first])
        where = node(view, name).label
        told = (
            f"People at {where}: {stays}, up to {number(most)} together, first on {first}. Shaded stretches had people."
        )
        found.append(Text(told))
    plots = []
    shown = _order(held)[:_MOST]
    for quantity in shown:
        plots.append(_gas(run, quantity, held, people) if quantity in GASES else _stock(run, quantity, held, people))
    if plots:
        found += [
            Text(_KEY + (_PRESSURES if any(quantity in GASES for quantity in shown) else ""), "note"),
            Plots(plots),
        ]
    if len(held) > _MOST:
        found.append(Text(f"And {len(held) - _MOST} further stocks, in the run's time series.", "note"))
    return found


def _stock(run: Run, quantity: str, held: _Held, people: Sequence[Span]) -> Plot:
    unit, amounts, room = held[quantity]
    inside = amounts[room > 0]
    caption = f"Least {amount(float(np.min(inside)), unit)}, last {amount(float(inside[-1]), unit)}."
    return Plot(stock(run, unit, amounts, room, people), caption, quantity.replace("_", " "))


def _gas(run: Run, quantity: str, held: _Held, people: Sequence[Span]) -> Plot:
    """A gas in the cabins of a place, by its partial pressure."""
    _, kg, room = held[quantity]
    kpa = np.divide(kg, room, out=np.full(kg.shape, np.nan), where=room > 0) * scale_kpa(quantity)
    inside, last = kpa[room > 0], amount(float(kg[room > 0][-1]), "kg")
    least, most = number(float(np.min(inside))), amount(float(np.max(inside)), "kPa")
    caption = f"{least} to {most}, last {amount(float(inside[-1]), 'kPa')} ({last})."
    return Plot(pressure(run, kpa, people), caption, quantity.replace("_", " "))


def _held(run: Run, name: str) -> _Held:
    """Quantity -> unit, amount and capacity over time, of all stores at a node that ever were there."""
    found: _Held = {}
    for member in run.members("store"):
        quantity = str(member.labels.get("quantity"))
        if str(member.labels.get("site")) != name or quantity in _NOT_STOCKS:
            continue
        amounts, room = (np.nan_to_num(run.column(variable, member)) for variable in ("amount", "capacity"))
        if not np.any(room > 0):
            continue
        unit, before, room_before = found.get(quantity, (str(member.labels.get("unit", "")), 0.0, 0.0))
        found[quantity] = (unit, before + amounts, room_before + room)
    return found


def _order(held: Mapping[str, Any]) -> list[str]:
    rank = {quantity: place for place, quantity in enumerate(_FIRST)}
    return sorted(held, key=lambda quantity: (rank.get(quantity, len(_FIRST)), quantity))
