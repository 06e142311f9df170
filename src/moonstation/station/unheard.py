"""Faults that wait for a word from the Earth over a link that has failed: told afterwards, from a life's log.

The Earth must be asked before some steps of the ladder. While no link works in a window of commands, the fault waits.
That it does for want of a link, and not of a window, shows where a window opens and only links that failed, or are
lost, could use it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.station import fault_tables as ft
from moonstation.station import packed
from moonstation.station.chances import F_HEARD, F_UNHEARD, FaultLog
from moonstation.station.event_words import LOST_CODES
from moonstation.station.fault_spells import open_spells
from moonstation.station.fault_tables import Plan
from moonstation.station.recovery import SHED, SUBSYSTEM, WAIT

#: What came of a step of the ladder that makes a fault go on to the next one.
_GOES_ON = (ft.NOT_POSSIBLE, ft.DONE, ft.NO_SPARE, ft.NOBODY_CAME)


class _Wait(NamedTuple):
    """A fault that stands before a step for which the Earth must be asked: since which step, and until which."""

    mode: int
    rung: int
    first: int
    end: int


def with_waits(log: FaultLog, events: NDArray[Any], steps: int) -> FaultLog:
    """A life's log with an event where a fault begins to wait for want of a link, and one where it no longer does.

    events : the kernel's of that life, which tell what was lost and what left; steps : of the run
    """
    plan, told = log.plan, []
    down = _down(log, _steps_of(events, LOST_CODES), steps)
    gone = _steps_of(events, (*LOST_CODES, packed.EV_ENDED))
    for wait in _waits(plan, log.rows, gone, steps, [spell for spells in down.values() for spell in spells]):
        if (missed := _first_missed(plan, wait, down)) is not None:
            unit = int(plan.modes["unit"][wait.mode])
            known = (wait.mode, unit, _unit_of(plan, missed.link), wait.rung, 0.0)
            told.append((missed.step, F_UNHEARD, *known))
            if wait.end < gone.get(unit, steps):
                told.append((wait.end, F_HEARD, *known))
    if not told:
        return log
    rows = np.concatenate([log.rows, np.array(told, ft.FAULT_EVENT)])
    return replace(log, rows=rows[np.argsort(rows["step"], kind="stable")])


def _steps_of(events: NDArray[Any], codes: tuple[Any, ...]) -> dict[int, int]:
    """Step at which something happened to each asset, by its number."""
    rows = events[np.isin(events["code"], codes)]
    return dict(zip(rows["index"].tolist(), rows["step"].tolist(), strict=True))


def _unit_of(plan: Plan, part: int) -> int:
    """Number of the unit that has a part."""
    place = int(np.flatnonzero(plan.unit_parts == part)[0])
    return int(np.flatnonzero((plan.units["parts_first"] <= place) & (place < plan.units["parts_last"]))[0])


def _down(log: FaultLog, lost: Mapping[int, int], steps: int) -> dict[int, list[tuple[int, int]]]:
    """First step and end of the times in which nothing was left of each link, by its number; those that ever failed."""
    plan, found = log.plan, defaultdict[int, list[tuple[int, int]]](list)
    assert log.remaining is not None
    spells = open_spells(log, steps)
    spells = spells[log.remaining[spells[:, 1]] <= 0.0]
    modes = np.searchsorted(plan.modes["first"], np.arange(len(plan.mode_parts)), side="right") - 1
    for link in np.unique(plan.links).tolist():
        end_of = lost.get(_unit_of(plan, link), steps)
        strikes = np.zeros(len(plan.modes), np.bool_)
        strikes[modes[plan.mode_parts == link]] = True
        for first, end in spells[strikes[spells[:, 1]], 2:].tolist():
            found[link].append((first, end))
        if end_of < steps:
            found[link].append((end_of, steps))
    return found


def _waits(
    plan: Plan, rows: NDArray[Any], gone: Mapping[int, int], steps: int, down: Sequence[tuple[int, int]]
) -> Iterator[_Wait]:
    """Every wait for a word from the Earth, mode by mode; none of repairs that had to wait for hands before.

    down : first step and end of the times in which some link was down; waits in none of these are left out
    """
    if not down:
        return
    told = rows[rows["mode"] >= 0]
    told = told[np.argsort(told["mode"], kind="stable")]
    mode, first = told["mode"], told["step"]
    ends = np.array([gone.get(unit, steps) for unit in plan.modes["unit"].tolist()], np.int64)[mode]
    goes_on = mode[1:] == mode[:-1]
    ends[:-1][goes_on] = first[1:][goes_on]  # whatever is told of it next ends a wait
    rung = _asked_before(plan, told)
    waits = np.flatnonzero((rung >= 0) & (ends > first))
    begins_down, ends_down = np.array(down).T[:, :, np.newaxis]
    met = ((first[waits] < ends_down) & (begins_down < ends[waits])).any(axis=0)
    for place in waits[met].tolist():
        yield _Wait(int(mode[place]), int(rung[place]), int(first[place]), int(ends[place]))


def _asked_before(plan: Plan, told: NDArray[Any]) -> NDArray[np.int64]:
    """Step of the ladder before which a fault stands after each event, where the Earth must be asked; else -1.

    told : rows of the log, mode by mode
    """
    ladder = plan.units["ladder"][plan.modes["unit"][told["mode"]]]
    found = told["code"] == ft.F_DETECTED
    over = (told["code"] == ft.F_STEP) & (np.isin(told["why"], _GOES_ON) | _last_reset(plan, told))
    is_step = plan.ladders[ladder] == told["rung"][:, np.newaxis]
    place = np.where(found, 0, is_step.argmax(axis=1) + 1)
    asks = np.array([[_asks(plan, rungs[first:]) for first in range(len(rungs))] for rungs in plan.ladders], np.int64)
    return np.asarray(np.where(found | over, asks[ladder, np.minimum(place, asks.shape[1] - 1)], -1))


def _last_reset(plan: Plan, told: NDArray[Any]) -> NDArray[np.bool_]:
    """Which events tell of a reset without effect after which none is tried any more."""
    vain = (told["code"] == ft.F_STEP) & (told["why"] == ft.NO_EFFECT)
    tries = vain.copy()
    for before in range(1, int(plan.rules["max_resets"][0])):
        tries[before:] &= vain[:-before] & (told["mode"][before:] == told["mode"][:-before])
        tries[:before] = False
    return np.asarray(vain & (tries | (told["rung"] == SUBSYSTEM)))


def _asks(plan: Plan, ladder: NDArray[np.int64]) -> int:
    """The first step of what is left of a ladder, where the Earth must be asked before it; else -1."""
    place = 0
    while ladder[place] == SHED and not plan.asks_earth[SHED]:
        place += 1  # what still gives something is not shed, and nothing is told of that
    rung = int(ladder[place])
    return rung if 0 <= rung < WAIT and plan.asks_earth[rung] else -1


class _Missed(NamedTuple):
    """A window of commands that a way did not use: its first step, and the number of the process that was down."""

    step: int
    link: int


def _first_missed(plan: Plan, wait: _Wait, down: Mapping[int, list[tuple[int, int]]]) -> _Missed | None:
    """The first step of a wait in which only ways that were down had a window of commands, None for none."""
    site = plan.sites[plan.units["site"][plan.modes["unit"][wait.mode]]]
    ways = range(site["ways_first"], site["ways_last"])
    span = slice(wait.first, min(wait.end, plan.way_open.shape[1]))
    vain = np.zeros((len(ways), max(span.stop - span.start, 0)), np.bool_)
    for row, way in zip(vain, ways, strict=True):
        for link in _links_of(plan, way):
            for first, end in down.get(link, ()):
                row[max(first - span.start, 0) : max(end - span.start, 0)] = True
    if not vain.any():
        return None
    windows = plan.way_open[ways.start : ways.stop, span].copy()
    windows[:, _within(plan.rules[0], span)] = False
    missed = (windows & vain).any(axis=0) & ~(windows & ~vain).any(axis=0)
    if not missed.any():
        return None
    step = int(np.argmax(missed))
    links = _links_of(plan, ways[int(np.argmax((windows & vain)[:, step]))])
    step += span.start
    return _Missed(step, next(p for p in links if any(first <= step < end for first, end in down.get(p, ()))))


def _links_of(plan: Plan, way: int) -> list[int]:
    """Processes that carry a way, the site's own link first."""
    found: list[int] = plan.links[plan.ways["first"][way] : plan.ways["last"][way]].tolist()
    return found


def _within(rules: Any, span: slice) -> slice:
    """The part of a span of steps that lies in the silence that is imposed as a test."""
    first, last = (max(int(rules[name]) - span.start, 0) for name in ("silent_first", "silent_last"))
    return slice(first, last)
