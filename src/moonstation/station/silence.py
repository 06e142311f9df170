"""An imposed silence of the Earth, as a test condition: in which steps no ground station hears or speaks."""

from __future__ import annotations

from moonstation.core.time import TimeGrid
from moonstation.station.packed import NEVER, steps_of
from moonstation.station.recovery import Recovery


def silent_steps(recovery: Recovery, grid: TimeGrid) -> tuple[int, int]:
    """First step of the silence and the first after it; both ``NEVER`` where a policy imposes none."""
    if recovery.silent_from is None:
        return NEVER, NEVER
    first = grid.index_at(recovery.silent_from)
    return first, first + steps_of(recovery.silent_h, grid.step_h)
