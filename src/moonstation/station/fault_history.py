"""What the failures of many lives show together: when each asset first failed, and which of their facts mattered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.components.failure_modes import fact_name
from moonstation.station import fault_tables as ft
from moonstation.station.fault_tables import Plan
from moonstation.station.recovery import CREW, RESET, ROBOTS, SUBSYSTEM

_PREFIX, _GENERAL = "failure", "general"
#: Causes of a failure by the last part of the key of the fact that they stand on.
_OF_CAUSE = {"on_solar_event": ft.BY_SOLAR_EVENT, "on_landing": ft.BY_LANDING, "on_brown_out": ft.BY_BROWN_OUT}
_OF_AGE = ("life_h", "life_kg", "shape")
#: Steps of the ladder that use a number, and what can have come of them.
_OF_STEPS = {"reset_chance": (RESET, SUBSYSTEM), "robot_h": (ROBOTS,), "crew_h": (CREW,)}
_CARRIED_OUT = (ft.MENDED, ft.NO_EFFECT)
_LIMITS = ("limit_h", "limit_kg")


def first_failures_h(rows: NDArray[Any], lives: int, assets: int, record_steps: int, step_h: float) -> NDArray[Any]:
    """Begin of the record in which each asset first failed by itself [h], inf where it never did, (life, asset).

    rows : events of failures with their ``member``. A failure that a brown-out brought about tells of that, not of
    itself, and is left out. Losses are known to the record: a failure must not seem to follow the loss that it brought.
    """
    out = np.full((lives, assets), np.inf)
    failed = rows[(rows["code"] == ft.F_FAILED) & (rows["why"] != ft.BY_BROWN_OUT)]
    hours = failed["step"] // record_steps * record_steps * step_h
    np.minimum.at(out, (failed["member"], failed["unit"]), hours)
    return out


def idle_facts(keys: Iterable[str], plan: Plan, kinds: Sequence[str], rows: NDArray[Any]) -> set[str]:
    """Keys of those facts of failures that changed nothing in any life: what they are about never came to pass.

    kinds : of component, by asset; rows : events of failures of all lives

    The hours that a crew needs for a repair matter where a crew made one, the chance of a reset where one was tried, a
    mean life where something failed by age, a limit of life where something was changed or overdue. Facts that are
    about anything else are never idle.
    """
    rows_of: dict[tuple[str, str], list[int]] = {}
    for mode, (unit, name) in enumerate(zip(plan.modes["unit"], plan.mode_names, strict=True)):
        rows_of.setdefault((kinds[unit], fact_name(name)), []).append(mode)
    failed = _pairs(rows[rows["code"] == ft.F_FAILED], "why")
    limits = rows["code"] == ft.F_CHANGE
    worked = (rows["code"] == ft.F_STEP) & np.isin(rows["why"], _CARRIED_OUT) | limits & (rows["why"] == ft.CHANGED)
    stepped, limited = _pairs(rows[worked], "rung"), {mode for mode, _ in _pairs(rows[limits], "why")}
    idle = set()
    for key in keys:
        prefix, *middle, number = key.split(".")
        if prefix != _PREFIX or len(middle) != 2 or (middle[0], middle[1]) not in rows_of:
            continue
        modes = rows_of[middle[0], middle[1]]
        causes = {why for mode, why in failed if mode in modes}
        if number in _OF_CAUSE:
            used = _OF_CAUSE[number] in causes
        elif number in _OF_AGE:
            used = ft.BY_AGE in causes
        elif number in _LIMITS:
            used = not limited.isdisjoint(modes)
        elif number in _OF_STEPS:
            used = any(mode in modes and rung in _OF_STEPS[number] for mode, rung in stepped)
        else:
            used = bool(causes)
        if not used:
            idle.add(key)
    return idle


def _pairs(rows: NDArray[Any], other: str) -> set[tuple[int, int]]:
    """Numbers of a mode and of something else that stand together in any event; lives by the thousand have few."""
    pairs = np.unique(rows["mode"].astype(np.int64) << 32 | rows[other].astype(np.int64) & 0xFFFFFFFF)
    return {(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in pairs}
