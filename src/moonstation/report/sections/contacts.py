"""Contacts with the Earth, data returned, and data waiting."""

from __future__ import annotations

import numpy as np

from moonstation.report.blocks import Block, Column, Panel, Plot, Plots, Section, Table, Text
from moonstation.report.figures.flows import backlog, returned
from moonstation.report.figures.sky import calendar
from moonstation.report.nodes import label, node, node_names, node_panels
from moonstation.report.series import Run, Values, longest
from moonstation.report.view import SiteView, StudyView
from moonstation.report.words import amount, share, span

_MOST_WAYS = 7
_LOST = 1e-4  # of what was made; less is the rounding of records
_SIGHTS = {"earth_contact": "Direct contact with Earth", "relay_visible": "A relay in view"}


def contacts(view: StudyView, run: Run) -> Section:
    """Contacts, data returned, backlog."""
    blocks = {name: _node_blocks(view, run, name) for name in node_names(view, run)}
    panels = [Panel(_station_blocks(view, run))]
    panels += node_panels(view, run, blocks, "The run has no contacts and no data of {}.")
    return Section(
        "contacts",
        "Contacts and data",
        panels,
        "A contact needs the Earth above the site's sky-line and the Moon above a ground station's horizon.",
    )


def ways_to_earth(run: Run) -> list[tuple[str, Values]]:
    """Every link that ever brought data to Earth with its rate [Gbit/h], the busiest first; the least are summed."""
    found = [
        (member.name, run.column("activity", member) * float(member.labels["returned_gbit_h"]))
        for member in run.members("process")
        if float(member.labels.get("returned_gbit_h", 0.0)) > 0.0
    ]
    busy = sorted((way for way in found if np.nansum(way[1]) > 0), key=lambda way: -float(np.nansum(way[1])))
    if len(busy) <= _MOST_WAYS:
        return busy
    rest = np.nansum([rate for _, rate in busy[_MOST_WAYS - 1 :]], axis=0)
    return [*busy[: _MOST_WAYS - 1], (f"{len(busy) - _MOST_WAYS + 1} further links", rest)]


def _station_blocks(view: StudyView, run: Run) -> list[Block]:
    ways = ways_to_earth(run)
    if not ways:
        return [Text("No data reached the Earth.", "note")]
    total = amount(view.summary.get("data_returned_gbit"), "Gbit", 4)
    caption = f"Data that reached the Earth in each {run.bar_word}, by the link that sent them. In all: {total}."
    heads = [Column("link"), Column("returned", right=True), Column("share", right=True)]
    sums = [(name, run.total(rate)) for name, rate in ways]
    whole = sum(gbit for _, gbit in sums)
    rows = [[name, amount(gbit, "Gbit", 4), share(gbit / whole)] for name, gbit in sums]
    return [Plot(returned(run, ways), caption, "Data returned, whole station"), Table(heads, rows), *_fates(view, run)]


def _fates(view: StudyView, run: Run) -> list[Block]:
    """What became of the data of each source, in the order of sending."""
    sources = run.members("source")
    if not sources:
        return []
    heads = [Column("source"), Column("site")]
    heads += [Column(name, right=True) for name in ("worth of a Gbit", "made", "returned", "lost", "waits")]
    rows = []
    for source in sources:
        said = source.labels
        worth = float(said["worth_points_gbit"])
        rows.append(
            [
                str(said["asset"]),
                label(view, str(said["site"])),
                "housekeeping" if worth == float("inf") else amount(worth, "points"),
                *(amount(float(said[f"{fate}_gbit"]), "Gbit") for fate in ("made", "returned")),
                amount(float(said["lost_gbit"]), "Gbit")
                if said["lost_gbit"] > _LOST * said["made_gbit"]
                else "nothing",
                span(float(said["wait_h"])),
            ]
        )
    caption = (
        "Data in the order in which links send them: housekeeping first, then what is worth most. Where a recorder is "
        "full, the last is lost first. The wait is the mean from making to the Earth; light itself takes 1.2 to 1.4 s."
    )
    return [Table(heads, rows, caption, search=True, folded=True)]


def _node_blocks(view: StudyView, run: Run, name: str) -> list[Block]:
    site = node(view, name)
    plots, rows = [], []
    for variable, title in _SIGHTS.items():
        values = run.at(name, variable)
        if values is None or not np.isfinite(values).any() or (variable == "relay_visible" and not np.any(values > 0)):
            continue
        mean = run.mean(values)
        gap = longest(np.nan_to_num(values) <= 0)
        rows.append([title, share(mean), span(run.hours(gap) if gap else 0.0)])
        plots.append(
            Plot(
                calendar(run.time, values, run.record_h, "share of time", "Viridis"),
                f"{title}: {share(mean)} of the time.",
                title,
            )
        )
    found: list[Block] = []
    if plots:
        heads = [Column("sight"), Column("share of time", right=True), Column("longest gap", right=True)]
        found += [Table(heads, rows), *_two_gaps(site), Plots(plots)]
    elif run.at(name, "earth_contact") is not None:
        found.append(Text(f"{label(view, name)} has no contact with the Earth, neither direct nor by relay.", "note"))
    if (
        not site.orbit
        and "relay_visible" in run.dataset
        and not any(plot.title == _SIGHTS["relay_visible"] for plot in plots)
    ):
        found.append(Text("No relay comes into view here.", "note"))
    found += _commands(run, name)
    waiting = run.at(name, "data_backlog_gbit")
    if waiting is not None and np.nanmax(waiting, initial=0.0) > 0:
        most = float(np.nanmax(waiting))
        room = _recorders(run, name)
        caption = f"Data that wait at {site.label} for a contact: at most {amount(most, 'Gbit')}"
        caption += f", while recorders hold up to {amount(float(np.max(room)), 'Gbit')}." if room is not None else "."
        wait_h = waiting_h(run, name, waiting)
        caption += f" On average a bit waits {span(wait_h)} (Little's law)." if wait_h is not None else ""
        found.append(Plot(backlog(run, waiting, room), caption, "Backlog"))
    elif waiting is not None:
        found.append(Text(f"No data ever wait at {site.label}.", "note"))
    return found


def _commands(run: Run, name: str) -> list[Block]:
    """When the Earth can command a node: how often, how long, and the longest wait."""
    if "window_site" not in run.dataset.coords:
        return []
    here = run.dataset["window_site"].to_numpy() == name
    if not here.any():
        return []
    begin, end = (run.dataset[f"window_{edge}"].to_numpy()[here] for edge in ("begin", "end"))
    hour = np.timedelta64(1, "h")
    last = max(run.end, end[-1])
    open_h, waits_h = (end - begin) / hour, (np.append(begin[1:], last) - end) / hour
    relayed = run.dataset["window_relay"].to_numpy()[here] != ""
    light_s = run.dataset["window_light_s"].to_numpy()[here]
    rows = [
        ["windows", f"{here.sum():,}".replace(",", "\u202f")],
        ["of them through relays", share(float(np.average(relayed)))],
        ["share of time since the first", share(float(open_h.sum() / ((last - begin[0]) / hour)))],
        ["length, median", span(float(np.median(open_h)))],
        ["longest wait", span(float(waits_h.max()))],
        ["one-way time of the signal", f"{light_s.min():.2f} to {light_s.max():.2f} s"],
    ]
    caption = (
        "Windows in which the Earth can command: the site or a relay over it sees the Earth, an antenna listens, and "
        "there is time left to see the command carried out. At each change the longest is taken."
    )
    return [Table([Column("commands from the Earth"), Column("", right=True)], rows, caption)]


def waiting_h(run: Run, name: str, waiting: Values) -> float | None:
    """Mean time that data wait at a node [h]: mean backlog over what leaves (Little 1961, Oper. Res. 9:383).

    None where nothing leaves.
    """
    sent = [
        run.column("activity", member) * -float(member.labels["data_gbit_h"])
        for member in run.members("process")
        if str(member.labels.get("site")) == name and float(member.labels.get("data_gbit_h", 0.0)) < 0.0
    ]
    leaving = run.mean(np.nansum(sent, axis=0)) if sent else 0.0
    return run.mean(waiting) / leaving if leaving > 0.0 else None


def _two_gaps(site: SiteView) -> list[Block]:
    """Why the longest gap between contacts is not the longest time without Earth of the light calendar."""
    hours = site.light.get("longest_without_earth_h")
    if site.orbit or not hours:
        return []
    text = (
        f"The longest gap may exceed the longest time without Earth in the light calendar ({span(hours)}): there any "
        "part of the Earth's disc counts, a contact needs the Earth's centre above the sky-line and a ground station "
        "that sees the Moon."
    )
    return [Text(text, "note")]


def _recorders(run: Run, name: str) -> Values | None:
    rooms = [
        run.column("capacity", member)
        for member in run.members("store")
        if str(member.labels.get("quantity")) == "data" and str(member.labels.get("site")) == name
    ]
    return np.nansum(rooms, axis=0) if rooms else None
