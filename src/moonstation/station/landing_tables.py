"""Tables of what lands: assets with their dates, and landings that need a go with how each life stands with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.station.packed import NEVER, Conditions, Schedule

#: What is common to all lives: steps (see ``Schedule``), and the first of its conditions of each kind, and their end.
_STEPS = ("start", "last", "retry", "watch", "persistence")
_FIRSTS = ("go", "stay", "ascent", "end")
#: Of each life: WAITS, VISITED or DECIDED; step of the next look; the condition that was told last, -1 none; the step
#: of the landing, -1 none; the step since which a condition of those who are there is broken.
_OWN = ("state", "due", "told", "opened", "broken_since")


def gate_table(schedule: Schedule, conditions: Conditions, width: int) -> NDArray[Any]:
    """Landings that need a go, before the first of them, for ``width`` lives side by side."""
    kind = [*((name, np.int64) for name in (*_STEPS, *_FIRSTS)), *((name, np.int64, (width,)) for name in _OWN)]
    table = np.zeros(len(schedule.gate_start), np.dtype(kind, align=True))
    for name in _STEPS:
        table[name] = getattr(schedule, f"gate_{name}")
    order = len(_FIRSTS) * conditions.gate + conditions.asked
    for asked, name in enumerate(_FIRSTS):
        table[name] = np.searchsorted(order, len(_FIRSTS) * np.arange(len(table)) + asked)
    table["due"] = table["start"][:, np.newaxis]
    table["told"] = table["opened"] = -1
    table["broken_since"] = NEVER
    return table


def asset_table(schedule: Schedule, width: int) -> NDArray[Any]:
    """Assets; what comes by a go has no date before that is given."""
    kind = [
        ("body", np.int32),
        ("gate", np.int32),
        ("people", np.bool_),
        ("goes", np.bool_),
        ("start", np.int64, (width,)),
        ("end", np.int64, (width,)),
        ("on", np.uint8, (width,)),
        ("dead", np.uint8, (width,)),
    ]
    table = np.zeros(len(schedule.asset_start), np.dtype(kind, align=True))
    table["body"], table["gate"] = schedule.asset_body, schedule.asset_gate
    table["people"], table["goes"] = schedule.asset_people, schedule.asset_goes
    table["start"] = np.where(schedule.asset_gate < 0, schedule.asset_start, NEVER)[:, np.newaxis]
    table["end"] = schedule.asset_end[:, np.newaxis]
    return table
