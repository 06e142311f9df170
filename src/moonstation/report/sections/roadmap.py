"""The road map: missions, and milestones planned and reached."""

from __future__ import annotations

from moonstation.report.blocks import Block, Column, Panel, Plot, Section, Table, Text
from moonstation.report.figures.roadmap import gantt, partners_of
from moonstation.report.nodes import label
from moonstation.report.view import ConditionRow, MilestoneRow, StudyView
from moonstation.report.words import NOTHING, amount, capital, count, day, listed, number, share, utc

_MISSION_HEADS = ("mission", "partners", "launch", "arrival", "status", "to", "brings", "source")
_DATES = ("launch", "arrival")


def roadmap(view: StudyView) -> Section:
    """Gantt chart, milestones and missions."""
    blocks: list[Block] = []
    if view.missions or view.milestones:
        caption = (
            "A bar reaches from a mission's arrival to the end of the last asset it brought; a stroke is a mission "
            "that brought stocks only, or nothing that is simulated. Hover for its cargo."
        )
        if view.milestones:
            caption += " Below the line: milestones, open where planned, filled where reached."
        figure = gantt(view.missions, view.milestones, view.assets, (view.start, view.end))
        blocks.append(Plot(figure, caption))
    if not view.missions:
        blocks.append(Text("The study has no missions.", "note"))
    if view.milestones:
        heads = [
            Column("milestone"),
            Column("planned", fixed=True),
            Column("reached", fixed=True),
            Column("delay [days]", right=True),
        ]
        rows = [_milestone(row) for row in view.milestones]
        marks = {number: "bad" for number, row in enumerate(view.milestones) if not row.get("reached")}
        blocks.append(Table([*heads, Column("conditions")], rows, "Milestones", marks=marks))
    else:
        blocks.append(Text("The study sets no milestones.", "note"))
    if view.missions:
        heads = [Column(text, fixed=text in _DATES) for text in _MISSION_HEADS]
        rows = [
            [
                " – ".join(filter(None, [row["name"], row.get("title", "")])),
                partners_of(row),
                day(row.get("launch")),
                day(row.get("arrival")),
                row.get("status", ""),
                label(view, row.get("site") or ""),
                listed(list(row.get("brings") or ()), 40),
                row.get("source", ""),
            ]
            for row in view.missions
        ]
        blocks.append(Table(heads, rows, f"{count(len(rows), 'mission')} and what they bring", folded=True))
    return Section("roadmap", "Road map", [Panel(blocks)])


def _milestone(row: MilestoneRow) -> list[str]:
    planned, reached = utc(row["planned"]), utc(row.get("reached"))
    delay = NOTHING
    if planned and reached:
        delay = number((reached - planned).total_seconds() / 86400.0)
    title = row.get("title") or row["name"]
    name = title if title == row["name"] else f"{row['name']}: {title}"
    return [name, day(planned), day(reached) if reached else "not reached", delay, "; ".join(_conditions(row))]


def _conditions(row: MilestoneRow) -> list[str]:
    texts = [_condition(item) for item in row.get("conditions") or ()]
    for mission, when in (row.get("landed") or {}).items():
        texts.append(f"{mission} arrived {day(when)}" if when else f"{mission} did not arrive")
    waits = list(row.get("waits_for") or ())
    if waits:
        texts.append(f"waits for {listed(waits)}")
    return texts


def _condition(item: ConditionRow) -> str:
    unit = item.get("unit", "")
    name = item.get("label") or str(item.get("metric", "")).replace("_", " ")
    best = f"best {amount(item.get('best'), unit)}"
    if item.get("reached"):
        held = f", since then {share(item.get('held_since'))} of the time" if item.get("held_since") is not None else ""
        return f"{capital(name)} at least {amount(item.get('least'), unit)}: from {day(item['reached'])}{held}, {best}"
    return f"{capital(name)} at least {amount(item.get('least'), unit)}: never, {best}"
