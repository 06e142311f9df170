"""First what matters: does the station live, on what margin, and what does it deliver?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from moonstation.core.time import DAY_S
from moonstation.facts.table import UNCONFIRMED
from moonstation.report.blocks import Block, Card, Cards, Column, Panel, Points, Section, Table, Text
from moonstation.report.figures.temperature import lumps_at
from moonstation.report.nodes import label, node, node_names
from moonstation.report.series import Run
from moonstation.report.spells import blackout, lowest_charge, powered
from moonstation.report.view import MilestoneRow, StudyView
from moonstation.report.words import NOTHING, amount, capital, count, day, listed, minute, number, share, span, utc
from moonstation.studies.study import other_verdict

_INFRASTRUCTURE = (("energy", "Energy"), ("communication", "Communication"), ("life_support", "Life support"))


def verdict(view: StudyView, run: Run) -> Section:
    """The verdict in plain sentences."""
    blocks: list[Block] = []
    if view.verdict.reasons:
        reasons = [f"{capital(reason)}." for reason in view.verdict.reasons]
        blocks.append(Points(reasons, "" if view.verdict.lives else "bad"))
    if "survives" in view.summary and (other := other_verdict(view.summary)):
        blocks.append(Text(f"{capital(other)}."))
    blocks.append(Points([*_margins(view, run), *_delivers(view, run)]))
    if view.verdict.margins:
        rows = [
            [capital(item.get("label", "")), amount(item.get("value"), item.get("unit", "")), item.get("detail", "")]
            for item in view.verdict.margins
        ]
        blocks.append(Table([Column("margin"), Column("value", right=True), Column("measured against")], rows))
    if view.verdict.rule:
        blocks.append(Text(view.verdict.rule, "note"))
    blocks += notes_on(view.summary.get("notes") or ())
    return Section("verdict", "Verdict", [Panel(blocks)])


def missing(left_out: Sequence[str], where: str = "") -> Iterator[Block]:
    """Missions of which something does not come, and why."""
    if left_out:
        yield Text(f"Not everything comes{where}:", "note")
        yield Points(list(left_out))


def notes_on(notes: Sequence[str], where: str = "in this scenario") -> Iterator[Block]:
    """What may go ill in the scenario by dates, amounts or choices that are allowed."""
    if notes:
        yield Text(f"{capital(count(len(notes), 'note'))} on what may go ill {where}:", "note")
        yield Points(list(notes))


def key_numbers(view: StudyView, run: Run) -> Section:
    """The same as cards, and place by place."""
    blocks: list[Block] = [Cards(list(_cards(view, run)))]
    rows = [_place(view, run, name) for name in node_names(view, run)]
    if len(rows) > 1:
        heads = [Column("place"), Column("powered from", fixed=True)]
        heads += [Column("lowest hourly charge", right=True), Column("longest blackout", right=True)]
        heads += [Column("Sun in view", right=True), Column("longest dark", right=True)]
        heads += [Column("longest without Earth", right=True), Column("assets lost", right=True)]
        blocks.append(Table(heads, rows, "Place by place"))
    return Section("numbers", "Key numbers", [Panel(blocks)])


def _place(view: StudyView, run: Run, name: str) -> list[str]:
    site, lived, low, out = node(view, name), powered(run, name), lowest_charge(run, name), blackout(run, name)
    here = [asset for asset in view.assets if asset.get("site") == name]
    lost = sum(1 for asset in here if asset.get("lost"))
    return [
        site.label,
        day(run.time[lived.first]) if lived else "not powered",
        share(low.share) if low else NOTHING,
        (span(run.hours(out)) if out else "none") if lived else NOTHING,
        share(site.light.get("sun_visible_mean")),
        span(site.light.get("longest_dark_h")),
        span(site.light.get("longest_without_earth_h")),
        f"{lost} of {len(here)}" if here else NOTHING,
    ]


def statement(view: StudyView) -> str:
    """The verdict in one sentence."""
    return "The station lives." if view.verdict.lives else "The station does not live."


def crew_days(view: StudyView, run: Run) -> float:
    """Days lived by people on the Moon [d]."""
    if view.summary.get("crew_days") is not None:
        return float(view.summary["crew_days"])
    people = [run.at(site, "crew") for site in run.sites]
    return sum(run.total(values) for values in people if values is not None) / 24.0


def main_node(view: StudyView, run: Run) -> str:
    """The site whose infrastructure is judged; empty where the study has no site."""
    return view.main_site or next(iter(node_names(view, run)), "")


def _margins(view: StudyView, run: Run) -> Iterator[str]:
    main = main_node(view, run)
    where = label(view, main)
    low = lowest_charge(run, main) if main else None
    if low is None:
        yield (
            "Nothing at its main site stores electricity, so there is no charge to watch."
            if main
            else "It has no site."
        )
    else:
        on = day(run.time[low.record])
        yield f"The lowest charge at the end of an hour was {share(low.share)} of what is usable, at {where} on {on}."
    yield _blackout_sentence(view, run, main)
    yield from _dark_sentences(view, main)
    availability = view.summary.get("availability") or {}
    known = [f"{word.lower()} {share(availability[key])}" for key, word in _INFRASTRUCTURE if _known(availability, key)]
    if known:
        yield f"Basic infrastructure of the main site was there, of the time it is due: {listed(known)}."
    absent = [word.lower() for key, word in _INFRASTRUCTURE if _never_there(view, key)]
    if absent:
        yield f"Never there: {listed(absent)}."
    yield from _silence(view)
    yield from _tightest(run, view, main)
    lost = [asset for asset in view.assets if asset.get("lost")]
    if lost:
        names = [f"{asset['name']} ({day(asset.get('lost'))}, {asset.get('loss') or 'lost'})" for asset in lost]
        yield f"{capital(count(len(lost), 'asset'))} of {number(len(view.assets))} {_was(lost)} lost: {listed(names)}."
    elif view.assets:
        yield f"None of its {count(len(view.assets), 'asset')} was lost."
    yield from (f"{capital(note)}." for note in view.summary.get("left_out") or ())


def _tightest(run: Run, view: StudyView, main: str) -> Iterator[str]:
    """What came nearest to its limits and lived; what was lost is told by itself."""
    here = [asset for asset in view.assets if asset.get("site") == main]
    lost = {asset["name"] for asset in here if asset.get("lost")}
    lumps = [lump for lump in lumps_at(run, main, [asset["name"] for asset in here]) if lump.asset not in lost]
    if lumps and np.isfinite(lumps[0].margin_k) and lumps[0].margin_k >= 0:
        near = f"{lumps[0].name}, {number(lumps[0].margin_k)} K inside its limits"
        yield f"Of what lived, the nearest to freezing or overheating at the main site was {near}."


def _blackout_sentence(view: StudyView, run: Run, main: str) -> str:
    found = blackout(run, main) if main else None
    hours = view.summary.get("longest_blackout_h")
    if hours is None:
        hours = run.hours(found) if found else 0.0
    if not hours and _never_there(view, "energy"):
        return f"Nothing on the power bus of the main site is a critical load.{_elsewhere(view, run, main)}"
    if not hours:
        return (
            "The critical loads on the power bus of the main site were served without a break."
            f"{_elsewhere(view, run, main)}"
        )
    begin = f", from {minute(run.time[found.first])}" if found else ""
    return (
        "The longest blackout, time in which not all critical loads of the main site were served, "
        f"lasted {span(hours)}{begin}.{_elsewhere(view, run, main)}"
    )


def _elsewhere(view: StudyView, run: Run, main: str) -> str:
    """The longest blackouts of the other places, as a sentence; empty where there was none."""
    others = [(label(view, name), blackout(run, name)) for name in node_names(view, run) if name != main]
    told = [f"{name} {span(run.hours(out))}" for name, out in others if out]
    return f" Longest blackouts elsewhere: {listed(told)}." if told else ""


def _dark_sentences(view: StudyView, main: str) -> Iterator[str]:
    site = view.sites.get(main)
    if site is None or not _known(site.light, "longest_dark_h"):
        return
    if site.light.get("sun_any_mean") == 0:
        yield f"{site.label} never sees the Sun."
        return
    begin = site.light.get("longest_dark_start_utc")
    when = f", from {day(begin)}" if utc(begin) else ""
    dark = span(site.light["longest_dark_h"])
    yield f"The longest dark, without any part of the Sun, was {dark} at {site.label}{when}."


def _silence(view: StudyView) -> Iterator[str]:
    """How long the main site was out of touch at a stretch, once it had been in touch."""
    if _known(view.summary, "longest_without_contact_h") and not _never_there(view, "communication"):
        hours = float(view.summary["longest_without_contact_h"])
        yield (
            f"The longest time without an open, powered way from the main site to the Earth was {span(hours)}."
            if hours
            else "The main site was never without an open, powered way to the Earth for a whole hour."
        )


def _delivers(view: StudyView, run: Run) -> Iterator[str]:
    summary = view.summary
    parts = []
    if _known(summary, "science_hours"):
        parts.append(f"{amount(summary['science_hours'], 'h', 6)} of science")
    if _known(summary, "data_returned_gbit"):
        parts.append(f"{amount(summary['data_returned_gbit'], 'Gbit', 6)} of data on Earth")
    days = crew_days(view, run)
    if days:
        parts.append(f"{number(days, 5)} crew-days")
    if parts:
        yield f"It delivers {listed(parts)}."
    if not days:
        yield "No crew stays in this study."
    if view.milestones:
        reached = [row for row in view.milestones if row.get("reached")]
        missed = [row.get("title") or row["name"] for row in view.milestones if not row.get("reached")]
        rest = f"; not reached: {listed(missed)}" if missed else ""
        yield f"{number(len(reached))} of {count(len(view.milestones), 'milestone')} reached{rest}."
        yield from _slack(reached)


def _slack(reached: Sequence[MilestoneRow]) -> Iterator[str]:
    """How near the tightest milestone came to its date."""
    spare = [
        ((planned - done).total_seconds() / DAY_S, row)
        for row in reached
        if (planned := utc(row["planned"])) and (done := utc(row.get("reached")))
    ]
    if not spare:
        return
    days, row = min(spare, key=lambda item: item[0])
    title = row.get("title") or row["name"]
    word = f"{number(days)} days before its date" if days >= 0 else f"{number(-days)} days late"
    yield f"The milestone with the least to spare: {title}, reached {word}."


def _cards(view: StudyView, run: Run) -> Iterator[Card]:
    summary = view.summary
    name = main_node(view, run)
    low = lowest_charge(run, name) if name else None
    if low:
        state = "bad" if low.share < 0.02 else ""
        yield Card("lowest hourly charge", share(low.share), f"of usable, {day(run.time[low.record])}", state)
    if _known(summary, "longest_blackout_h") and not _never_there(view, "energy"):
        hours = float(summary["longest_blackout_h"])
        text = span(hours) if hours else "none"
        yield Card(
            "longest blackout", text, "critical loads of the main site not all served", "bad" if hours else "good"
        )
    availability = summary.get("availability") or {}
    for key, word in _INFRASTRUCTURE:
        if _known(availability, key):
            yield Card(f"{word.lower()} available", share(availability[key]), "of the time it is due")
    if _known(summary, "longest_without_contact_h") and not _never_there(view, "communication"):
        text = span(hours) if (hours := float(summary["longest_without_contact_h"])) else "none"
        yield Card("longest without contact", text, "main site: no open, powered way to the Earth")
    main = view.sites.get(view.main_site)
    if main is not None and _known(main.light, "sun_visible_mean"):
        yield Card("Sun in view", share(main.light["sun_visible_mean"]), f"mean share of the disc, {main.label}")
        yield Card("longest dark", span(main.light.get("longest_dark_h")), main.label)
        yield Card(
            "Earth in view", share(main.light.get("earth_visible_mean")), f"mean share of the disc, {main.label}"
        )
    if _known(summary, "science_hours"):
        yield Card("science", amount(summary["science_hours"], "h", 4), "hours of observing")
    if _known(summary, "data_returned_gbit"):
        yield Card("data on Earth", amount(summary["data_returned_gbit"], "Gbit", 4), "returned")
    days = crew_days(view, run)
    yield Card("crew-days", number(days, 5) if days else "none", "days lived by people on the Moon")
    if view.milestones:
        reached = sum(1 for row in view.milestones if row.get("reached"))
        yield Card("milestones", f"{reached} of {len(view.milestones)}", "reached within the study")
    lost = sum(1 for asset in view.assets if asset.get("lost"))
    if view.assets:
        yield Card("assets lost", f"{lost} of {len(view.assets)}", "", "bad" if lost else "good")
    open_facts = sum(1 for fact in view.facts if fact.get("status") in UNCONFIRMED)
    if view.facts:
        yield Card("unconfirmed numbers", f"{open_facts} of {len(view.facts)}", "assumed by us")
    if _known(summary, "max_relative_residual"):
        yield Card(
            "ledger", number(summary["max_relative_residual"], 2), "greatest relative residual of mass and energy"
        )


def _never_there(view: StudyView, key: str) -> bool:
    """Whether the summary says of an infrastructure of the main site that it was never there."""
    availability = view.summary.get("availability") or {}
    return key in availability and not _known(availability, key)


def _known(table: Any, key: str) -> bool:
    value = table.get(key)
    return isinstance(value, int | float | np.number) and bool(np.isfinite(value))


def _was(items: list[Any]) -> str:
    return "was" if len(items) == 1 else "were"
