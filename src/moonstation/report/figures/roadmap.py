"""The road map: missions by partner, milestones planned and reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from moonstation.report.figures.plot import Figure, Trace, bar, scatter
from moonstation.report.figures.style import CATEGORIES, GREEN, INK, MUTED, RED, category_axis, figure, plain
from moonstation.report.view import AssetRow, MilestoneRow, MissionRow
from moonstation.report.words import day, minute

_ROW_PX = 25


def gantt(
    missions: Sequence[MissionRow],
    milestones: Sequence[MilestoneRow],
    assets: Sequence[AssetRow],
    period: tuple[datetime, datetime],
) -> Figure:
    """A row per mission from arrival to the end of what it brought, then a row per milestone."""
    flights = sorted(missions, key=lambda row: row.get("arrival") or row.get("launch") or period[1])
    goals = sorted(milestones, key=lambda row: row["planned"])
    ends = _ends(assets, period[1])
    traces: list[Any] = _bars(flights, ends)
    traces += _failures(flights, period[1])
    traces += _goals(goals, len(flights))
    labels = [row["name"] for row in flights] + [row.get("title") or row["name"] for row in goals]
    shapes = [{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": len(flights) - 0.5, "y1": len(flights) - 0.5,
               "line": {"color": MUTED, "width": 1}}] if flights and goals else []  # fmt: skip
    return figure(
        traces,
        height=_ROW_PX * len(labels) + 150,
        hovermode="closest",
        barmode="overlay",
        shapes=shapes,
        margin={"l": 62, "r": 14, "t": 70, "b": 44},
        xaxis={"type": "date", "title": {"text": "date (UTC)"}, "range": _range(flights, goals, period)},
        yaxis=category_axis(labels, showgrid=True),
    )


def partners_of(mission: MissionRow) -> str:
    """Who flies a mission, in one text."""
    return " and ".join(mission.get("partners") or ()) or "not said"


def _came(mission: MissionRow) -> datetime | None:
    """When a mission arrived: by its plan, or by the go that it needed."""
    return mission.get("landed") if mission.get("decided") else mission.get("arrival")


def _ends(assets: Sequence[AssetRow], end: datetime) -> dict[str, datetime]:
    """Mission -> when the last of what it brought left service or was lost."""
    found: dict[str, datetime] = {}
    for asset in assets:
        last = asset.get("lost") or asset.get("end") or end
        mission = asset.get("mission", "")
        found[mission] = max(found.get(mission, last), last)
    return found


def _bars(flights: Sequence[MissionRow], ends: dict[str, datetime]) -> list[Trace]:
    groups = list(dict.fromkeys(partners_of(row) for row in flights))
    traces = []
    for number, group in enumerate(groups):
        rows = [
            (place, row, arrival)
            for place, row in enumerate(flights)
            if partners_of(row) == group and (arrival := _came(row)) and row.get("status") != "failed"
        ]
        spans = [ends.get(row["name"], row.get("until") or arrival) - arrival for _, row, arrival in rows]
        colour = CATEGORIES[number % len(CATEGORIES)]
        pattern = {"shape": "/" if number >= len(CATEGORIES) else ""}
        traces.append(
            bar(
                name=plain(group),
                orientation="h",
                y=[place for place, _, _ in rows],
                base=[minute(arrival) for _, _, arrival in rows],
                x=[1000.0 * max(span.total_seconds(), 0.0) for span in spans],
                width=0.55,
                marker={"color": colour, "pattern": pattern, "line": {"color": colour, "width": 2}},
                text=[_says(row) for _, row, _ in rows],
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
            )
        )
    return traces


def _failures(flights: Sequence[MissionRow], end: datetime) -> list[Trace]:
    rows = [
        (place, row)
        for place, row in enumerate(flights)
        if row.get("status") == "failed" or (row.get("decided") and not row.get("landed"))
    ]
    if not rows:
        return []
    return [
        scatter(
            x=[minute(row.get("arrival") or row.get("launch") or end) for _, row in rows],
            y=[place for place, _ in rows],
            mode="markers",
            name="failed" if all(row.get("status") == "failed" for _, row in rows) else "did not land",
            marker={"symbol": "x", "size": 11, "color": RED},
            text=[_says(row) for _, row in rows],
            hovertemplate="%{text}<extra></extra>",
        )
    ]


def _goals(goals: Sequence[MilestoneRow], offset: int) -> list[Trace]:
    if not goals:
        return []
    reached = [(place, row, when) for place, row in enumerate(goals, offset) if (when := row.get("reached"))]
    x: list[str | None] = []
    y: list[int | None] = []
    for place, row, when in reached:
        x += [minute(row["planned"]), minute(when), None]
        y += [place, place, None]
    delay = scatter(x=x, y=y, mode="lines", line={"color": MUTED, "width": 2}, hoverinfo="skip", showlegend=False)
    planned = _diamonds(
        "milestone, planned",
        [
            (place, row["planned"], f"{row['name']}: planned {day(row['planned'])}")
            for place, row in enumerate(goals, offset)
        ],
        {"symbol": "diamond-open", "size": 12, "color": INK, "line": {"width": 2}},
    )
    done = _diamonds(
        "milestone, reached",
        [(place, when, f"{row['name']}: reached {day(when)}") for place, row, when in reached],
        {"symbol": "diamond", "size": 11, "color": GREEN},
    )
    never = _diamonds(
        "milestone, not reached",
        [(place, row["planned"], f"{row['name']}: not reached") for place, row in enumerate(goals, offset)
         if not row.get("reached")],
        {"symbol": "x-thin", "size": 9, "color": RED, "line": {"width": 2, "color": RED}},
    )  # fmt: skip
    return [delay, planned, *([done] if reached else []), *([never] if len(reached) < len(goals) else [])]


def _diamonds(name: str, rows: Sequence[tuple[int, datetime, str]], marker: dict[str, Any]) -> Trace:
    return scatter(
        x=[minute(when) for _, when, _ in rows],
        y=[place for place, _, _ in rows],
        mode="markers",
        name=name,
        marker=marker,
        text=[plain(text) for _, _, text in rows],
        hovertemplate="%{text}<extra></extra>",
    )


def _range(
    flights: Sequence[MissionRow], goals: Sequence[MilestoneRow], period: tuple[datetime, datetime]
) -> list[str]:
    moments = [*period, *(row["planned"] for row in goals)]
    moments += [when for row in flights if (when := row.get("arrival"))]
    first, last = min(moments), max(moments)
    beside = (last - first) * 0.015
    return [minute(first - beside), minute(last + beside)]


def _says(row: MissionRow) -> str:
    head = " – ".join(filter(None, [row["name"], row.get("title", "")]))
    parts = [
        f"{plain(head)}<br>{plain(partners_of(row))}",
        f"launch {day(row.get('launch'))}, arrival {day(row.get('arrival'))}, {row.get('status', '')}",
        *([plain(f"go: {row.get('landing')}")] if row.get("decided") else []),
    ]
    brings = list(row.get("brings") or ())
    for start in range(0, min(len(brings), 12), 3):
        parts.append(plain(", ".join(brings[start : start + 3])))
    if len(brings) > 12:
        parts.append(f"and {len(brings) - 12} more")
    return "<br>".join(parts)
