"""The road map: missions, and milestones planned and reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from moonstation.core.time import DAY_S
from moonstation.report.blocks import Block, Column, Panel, Plot, Section, Table, Text
from moonstation.report.figures.roadmap import gantt, partners_of
from moonstation.report.nodes import label
from moonstation.report.view import ConditionRow, MilestoneRow, StudyView
from moonstation.report.words import NOTHING, amount, capital, count, day, listed, share, utc

_MISSION_HEADS = ("mission", "partners", "launch", "arrival", "status", "to", "brings", "source")
_LANDING_HEADS = ("mission", "planned", "landed", "left early", "what became of it")
_DATES = ("launch", "arrival", "planned", "landed", "left early")
_SHARES = ("energy_served_share",)
#: What the metrics of a condition ask for, with the least value.
_ASKED = {
    "energy_kw": "sources that offer {} or more",
    "energy_firm_kw": "{} or more even on the worst day",
    "energy_served_share": "all critical loads served {}",
    "communication_gbit_day": "room on the links for {} or more",
    "life_support_crew": "air, water and room for {} or more",
    "crew": "{} or more on the Moon",
    "crew_days": "{} or more lived by people on the Moon",
    "science_hours": "{} of science or more",
    "data_returned_gbit": "{} or more returned to Earth",
    "water_kg": "{} of water or more won from the ground",
}
_MEANS = (
    "Powers, rates of data, places for people and time served are judged over the last synodic day (29.5 days): the "
    "mean, or where it says so the worst day in it. Days of crew, hours, data and water are sums since the start."
)


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
            Column("against plan", right=True),
        ]
        rows = [_milestone(row) for row in view.milestones]
        marks = {number: "bad" for number, row in enumerate(view.milestones) if not row.get("reached")}
        blocks.append(Table([*heads, Column("conditions")], rows, "Milestones", marks=marks))
        blocks.append(Text(_MEANS, "note"))
    else:
        blocks.append(Text("The study sets no milestones.", "note"))
    blocks += _landings(view)
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
        blocks.append(Table(heads, rows, "Missions and what they bring", folded=True))
    return Section("roadmap", "Road map", [Panel(blocks)])


def _landings(view: StudyView) -> Iterator[Block]:
    """Landings that needed a go: planned and real."""
    decided = [row for row in view.missions if row.get("decided")]
    if not decided:
        return
    heads = [Column(text, fixed=text in _DATES) for text in _LANDING_HEADS]
    rows = [
        [
            row["name"],
            day(row.get("arrival")),
            day(row["landed"]) if row.get("landed") else "did not land",
            day(row["left"]) if row.get("left") else NOTHING,
            capital(row.get("landing", "")),
        ]
        for row in decided
    ]
    marks = {number: "bad" for number, row in enumerate(decided) if not row.get("landed") or row.get("left")}
    yield Table(heads, rows, "Landings that need a go", marks=marks)


def _milestone(row: MilestoneRow) -> list[str]:
    planned, reached = utc(row["planned"]), utc(row.get("reached"))
    title = row.get("title") or row["name"]
    name = title if title == row["name"] else f"{row['name']}: {title}"
    return [
        name,
        day(planned),
        day(reached) if reached else "not reached",
        _delay(planned, reached),
        capital("; ".join(_conditions(row))),
    ]


def _delay(planned: datetime | None, reached: datetime | None) -> str:
    """How far from its date, in words."""
    if planned is None or reached is None:
        return NOTHING
    days = (reached - planned).total_seconds() / DAY_S
    if abs(days) < 1.0:
        return "on the day"
    return f"{count(round(abs(days)), 'day')} {'late' if days > 0 else 'early'}"


def _conditions(row: MilestoneRow) -> list[str]:
    texts = [_condition(item) for item in row.get("conditions") or ()]
    if texts and row.get("hold_days"):
        texts.append(f"all of this for {amount(row.get('hold_days'), 'days')} without a break")
    for mission, when in (row.get("landed") or {}).items():
        texts.append(f"{mission} arrived {day(when)}" if when else f"{mission} did not arrive")
    waits = list(row.get("waits_for") or ())
    if waits:
        texts.append(f"waits for {listed(waits)}")
    return texts


def _condition(item: ConditionRow) -> str:
    """One condition in words, when it came to hold, and the best that was seen."""
    unit, asked = _unit(item), _asked(item)
    best = share(item.get("best")) if item.get("metric") in _SHARES else amount(item.get("best"), unit)
    if not item.get("reached"):
        return f"{asked}: never, at best {best}"
    held = item.get("held_since")
    since = f", {share(held)} of the time since" if held is not None and held < 1.0 else ""
    return f"{asked}: from {day(item['reached'])}{since}, at best {best}"


def _asked(item: ConditionRow) -> str:
    """What a condition asks for."""
    metric, least = str(item.get("metric", "")), item.get("least")
    words = _ASKED.get(metric)
    if words is None:
        name = item.get("label") or metric.replace("_", " ")
        return f"{name} at least {amount(least, _unit(item))}"
    if metric in _SHARES:
        return words.format("at all times" if least == 1.0 else f"{share(least)} of the time or more")
    return words.format(amount(least, _unit(item)))


def _unit(item: ConditionRow) -> str:
    """Unit of a condition as people say it."""
    unit = item.get("unit", "")
    return "days" if unit == "d" else unit
