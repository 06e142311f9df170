"""The story of one life of many, and which others there are to look at."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import numpy as np

from moonstation.report.blocks import Block, Column, EventList, Panel, Section, Table, Text
from moonstation.report.sections.lives import CAUSE_WORDS
from moonstation.report.sections.timeline import timeline
from moonstation.report.words import NOTHING, amount, count, number, share, span
from moonstation.scenario.reading import library
from moonstation.station.survival import CAUSES
from moonstation.studies.ensemble_folder import events_of

if TYPE_CHECKING:
    from moonstation.studies.ensemble import Ensemble

_MOST_EVENTS, _MOST_LIVES = 1500, 300
_QUIET = ("landed", "ended", "mode", "delivery")


def chosen_member(run: Ensemble) -> tuple[int, str]:
    """The life whose story is told, and why: the one lost at the median time, or else the one worst served."""
    lost_h = run.outcome("lost_h")
    lost = np.flatnonzero(np.isfinite(lost_h))
    if lost.size:
        middle = lost[np.argsort(lost_h[lost], kind="stable")[(lost.size - 1) // 2]]
        words = CAUSE_WORDS[CAUSES[int(run.outcome("lost_by")[middle])]]
        after = span(float(lost_h[middle]))
        return int(middle), f"lost after {after}, the median of the lives that were lost: {words}"
    energy = np.nan_to_num(run.outcome("energy"), nan=np.inf)
    return int(np.argmin(energy)), "the life whose critical loads were served least"


def one_life(run: Ensemble) -> Section:
    """The timeline of the chosen life, and its events."""
    member, why = chosen_member(run)
    rows = events_of(run, member)
    blocks: list[Block] = [Text(f"Life {member}: {why}.")]
    blocks.append(Text(f"In full, with the report of a study: {in_full(run, member)}", "note"))
    scenario = run.plan.scenario
    shown = timeline(rows, (scenario.start, scenario.end), f"life {member}", "Timeline")
    blocks.append(shown or Text("Nothing failed, was lost or went unserved in it.", "note"))
    told = [row for row in rows if not row["kind"].startswith(_QUIET)]
    kinds: dict[str, int] = {}
    for row in told:
        kinds[row["kind"]] = kinds.get(row["kind"], 0) + 1
    note = f"The first {_MOST_EVENTS} of {len(told)}." if len(told) > _MOST_EVENTS else ""
    listed = [_event_row(row) for row in told[:_MOST_EVENTS]]
    if listed:
        blocks.append(EventList(listed, kinds, note))
    lead = "All events of all lives stand in events.parquet, with the number of the member."
    return Section("life", "One life", [Panel([*blocks, *_others(run)])], lead)


def in_full(run: Ensemble, member: int) -> str:
    """The command that runs a life with the report of a study; the call, where keys but its step were overridden."""
    scenario, order = run.plan.scenario, run.lives.order
    path = scenario.path
    name = scenario.name if path is None or library().get(scenario.name) == path else str(path)
    if scenario.overrides.keys() - {"step"}:
        given = "".join(f", {key}={value!r}" for key, value in scenario.overrides.items())
        fails = "" if order.failures else ", failures=False"
        asked = f"members={order.members}, seed={order.seed}{fails}"
        return f"moonstation.simulate(load_scenario({name!r}{given}), {asked}).life({member})"
    name, fails = shlex.quote(name), "" if order.failures else " --no-failures"
    asked = f"--members {order.members} --seed {order.seed} --step {scenario.step}{fails}"
    return f"moonstation simulate {name} {asked} --life {member}"


def _others(run: Ensemble) -> list[Block]:
    """Every life in a line, those that were lost first."""
    lost_h, cause = run.outcome("lost_h"), run.outcome("lost_by")
    energy = np.nan_to_num(run.outcome("energy"), nan=np.inf)
    order = np.lexsort((energy, np.nan_to_num(lost_h, nan=np.inf)))[:_MOST_LIVES]
    rows = [
        [
            str(member),
            span(float(lost_h[member])),
            CAUSES[int(cause[member])].replace("_", " ") if np.isfinite(cause[member]) else NOTHING,
            share(run.outcome("energy")[member]),
            number(run.outcome("failures")[member]),
            number(run.outcome("assets_lost")[member]),
        ]
        for member in map(int, order)
    ]
    heads = [Column("life", right=True), Column("lost after", right=True), Column("by")]
    heads += [Column(head, right=True) for head in ("energy available", "failures", "assets lost")]
    most = f"The first {count(_MOST_LIVES, 'life', 'lives')}" if run.members > _MOST_LIVES else "All lives"
    return [Table(heads, rows, f"{most}, the earliest lost first", search=True, folded=True)]


def _event_row(row: dict[str, Any]) -> list[str]:
    value = amount(row["value"], row["unit"]) if row["unit"] else ""
    return [f"{row['utc']:%Y-%m-%d %H:%M}", row["kind"], row["subject"], row["detail"], value]
