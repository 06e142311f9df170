"""Whether a station lived to the end of its run, and when it was lost where it did not.

A station is lost when a crew is lost, or when a basic infrastructure of its main site fails for good: it is not there
once in the last synodic day of the run. The moment of the loss is the first of those moments: of a crew's death, or of
the last time that the infrastructure was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstation.core.events import find_runs
from moonstation.facts.table import lookup

Bools = NDArray[np.bool_]

#: What can end a station, in the order in which it is told.
CAUSES = ("crew", "energy", "communication", "life_support")


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether something was there, over equal steps of ``step_h`` [h] from the run's begin to its end.

    there : whether it was, shape (n,); expected : whether it counts, shape (n,)
    """

    there: Bools
    expected: Bools
    step_h: float

    def gone_for_good_h(self, window_h: float) -> float | None:
        """Hours into the run after which it was not there again, None where it was within the last ``window_h``.

        What was expected for less than the window is not judged.
        """
        steps = max(round(window_h / self.step_h), 1)
        if int(self.expected.sum()) < steps or (self.there & self.expected)[-steps:].any():
            return None
        seen = np.flatnonzero(self.there & self.expected)
        last = seen[-1] + 1 if seen.size else int(np.argmax(self.expected))
        return float(last * self.step_h)


@dataclass(frozen=True, slots=True)
class Loss:
    """The end of a station: hours into its run, and the first of ``CAUSES`` that brought it."""

    at_h: float
    cause: str


def loss_of(presences: Mapping[str, Presence], crew_lost_h: float | None, run_h: float) -> Loss | None:
    """How a station was lost, None where it lived.

    presences : of the basic infrastructures, by the names in ``CAUSES``
    crew_lost_h : hours into the run at which the first crew was lost, None where none was [h]
    run_h : length of the run [h]; of a run shorter than two windows, its last half is looked at
    """
    window_h = min(lookup("moon.synodic_day").value, run_h / 2.0)
    ends = {name: presence.gone_for_good_h(window_h) for name, presence in presences.items()}
    ends["crew"] = crew_lost_h
    found = [Loss(at_h, name) for name in CAUSES if (at_h := ends.get(name)) is not None]
    return min(found, key=lambda loss: loss.at_h) if found else None


def worst_dark_survived_h(sunlit: Bools, unserved: Bools, lost_step: int | None, step_h: float) -> float:
    """Longest time without any of the Sun that a site came through with all its critical loads served [h].

    sunlit : whether any of the Sun's disc is seen, shape (steps,); unserved : whether a critical load went unserved,
    shape (steps,); lost_step : first step at which the station was lost. 0 where no darkness was come through.
    """
    first, last = find_runs(~sunlit)
    failures = np.concatenate([[0], np.cumsum(unserved)])
    whole = failures[last] == failures[first]
    if lost_step is not None:
        whole &= last <= lost_step
    return float((last - first)[whole].max() * step_h) if whole.any() else 0.0
