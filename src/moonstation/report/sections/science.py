"""Science by field and partner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moonstation.components.science_fields import FIELDS
from moonstation.report.blocks import Block, Column, Panel, Plot, Section, Table, Text
from moonstation.report.figures.flows import science_bars, science_growth
from moonstation.report.nodes import label
from moonstation.report.series import Member, Run, Values, capability
from moonstation.report.view import StudyView
from moonstation.report.words import amount, listed, number, share

_TITLES = {
    "geology": "geology and interior",
    "astronomy": "astronomy",
    "sun-earth-moon": "Sun-Earth-Moon environment",
    "fundamental": "fundamental science",
    "resources": "resources",
}


@dataclass(frozen=True)
class Instrument:
    """A process that observes for a field: hours had, hours wished in vain, share of time it could run."""

    member: Member
    field: str
    partner: str
    rate: Values
    hours: float
    unserved_h: float
    ready: float


def instruments(run: Run) -> list[Instrument]:
    """Every process that counts for a field of science."""
    found = []
    for member in run.members("process"):
        for field in FIELDS:
            weight = capability(member, f"science_field:{field}") / _limit(member)
            if not weight:
                continue
            rate = weight * np.nan_to_num(run.column("activity", member))
            missed = weight * np.nan_to_num(run.column("shortfall", member))
            ready = run.column("ready", member)
            partner = str(member.labels.get("partner", "")) or "not said"
            hours, unserved = run.total(rate), run.total(missed)
            found.append(Instrument(member, field, partner, rate, hours, unserved, run.mean(ready)))
    return found


def _limit(member: Member) -> float:
    """Activity of a process that works all the time [-]."""
    limit = float(member.labels.get("limit", 1.0))
    return limit if limit > 0 else 1.0


def science(view: StudyView, run: Run) -> Section:
    """Hours by field and partner, their growth, and every instrument."""
    found = instruments(run)
    blocks: list[Block]
    if not found:
        blocks = [Text("The study has no instrument.", "note")]
    else:
        total = amount(view.summary.get("science_hours", sum(item.hours for item in found)), "h", 4)
        partners = _by_weight(found)
        hours = np.array(
            [[sum(i.hours for i in found if (i.field, i.partner) == (f, p)) for p in partners] for f in FIELDS]
        )
        idle = [_TITLES[field] for field, row in zip(FIELDS, hours, strict=True) if not row.any()]
        caption = f"Hours of observing by field, by the partner that provides the instrument. In all: {total}."
        if idle:
            caption += f" Without an hour: {listed(idle)}."
        rates = [
            np.sum([i.rate for i in found if i.field == field] or [np.zeros(run.time.size)], axis=0) for field in FIELDS
        ]
        titles = [_TITLES[field] for field in FIELDS]
        blocks = [
            Plot(science_bars(titles, partners, hours), caption, "By field and partner"),
            Plot(science_growth(run, titles, rates), "Hours of observing since the start, by field.", "Growth"),
            _table(view, found),
        ]
    return Section("science", "Science", [Panel(blocks)])


def _by_weight(found: list[Instrument]) -> list[str]:
    hours: dict[str, float] = {}
    for item in found:
        hours[item.partner] = hours.get(item.partner, 0.0) + item.hours
    return sorted(hours, key=lambda partner: -hours[partner])


def _table(view: StudyView, found: list[Instrument]) -> Table:
    heads = [Column(head) for head in ("instrument", "field", "partner", "place")]
    heads += [Column(head, right=True) for head in ("hours", "wished, not served [h]", "sky and state allowed")]
    rows = [
        [
            str(item.member.labels.get("asset", item.member.name)),
            _TITLES[item.field],
            item.partner,
            label(view, str(item.member.labels.get("site", ""))),
            number(item.hours, 4),
            number(item.unserved_h, 4),
            share(item.ready),
        ]
        for item in sorted(found, key=lambda item: -item.hours)
    ]
    return Table(heads, rows, "Every instrument", folded=len(rows) > 12)
