"""Whether a station lived to the end of its run, and when it was lost where it did not.

A station is lost when a crew is lost, or when a basic infrastructure of its main site fails for good: it is not there
once in the last synodic day of the run. The moment of the loss is the first of those moments: of a crew's death, or of
the last time that the infrastructure was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moonstation.facts.table import lookup
from moonstation.station.means import steps_in

Bools = NDArray[np.bool_]
Steps = NDArray[np.int64]

#: What can end a station, in the order in which it is told.
CAUSES = ("crew", "energy", "communication", "life_support")


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether something was there, over ``count`` equal steps of ``step_h`` [h] from the run's begin to its end.

    first : step from which on it counts, ``count`` where it never does; end : of the last step in which it was there
    short : what the last step lacks of a whole one, at which the run's end cuts it [-]
    """

    count: int
    first: int
    end: int
    step_h: float
    short: float = 0.0

    @classmethod
    def of(cls, there: Bools, first: int, step_h: float, short: float = 0.0) -> Presence:
        """Of something that was there in some steps, shape (n,)."""
        return cls(len(there), first, len(there) - first_true(there[::-1]), step_h, short)

    def due_from(self, due_h: float | None) -> Presence:
        """The same of something that was due by the plan so many hours into the run, where it never came; None: never.

        What came counts from when it came.
        """
        if self.first < self.count or due_h is None:
            return self
        return replace(self, first=min(round(due_h / self.step_h), self.count))

    def gone_for_good_h(self, window_h: float) -> float | None:
        """Hours into the run after which it was not there again, None where it was within the last ``window_h``.

        What was expected for less than the window is not judged.
        """
        last = self.count - self.short - steps_in(window_h, self.step_h)
        if self.first > last or self.end > last:
            return None
        return float(max(self.first, self.end) * self.step_h)


@dataclass(frozen=True, slots=True)
class Loss:
    """The end of a station: hours into its run, and the first of ``CAUSES`` that brought it."""

    at_h: float
    cause: str


def judged_h(run_h: float) -> float:
    """Time before the end of a run that is looked at [h]: a synodic day, of a shorter run than two its last half."""
    return min(lookup("moon.synodic_day").value, run_h / 2.0)


def loss_of(presences: Mapping[str, Presence], crew_lost_h: float | None, run_h: float) -> Loss | None:
    """How a station was lost, None where it lived.

    presences : of the basic infrastructures, by the names in ``CAUSES``
    crew_lost_h : hours into the run at which the first crew was lost, None where none was [h]
    run_h : length of the run [h]
    """
    ends = {name: presence.gone_for_good_h(judged_h(run_h)) for name, presence in presences.items()}
    ends["crew"] = crew_lost_h
    found = [Loss(at_h, name) for name in CAUSES if (at_h := ends.get(name)) is not None]
    return min(found, key=lambda loss: loss.at_h) if found else None


def first_true(mask: Bools) -> int:
    """Number of the first True, the length where there is none."""
    place = int(np.argmax(mask)) if mask.size else 0
    return place if mask.size and mask[place] else mask.size


def worst_dark_survived_h(
    dark: tuple[Steps, Steps], unserved: tuple[Steps, Steps], lived: tuple[int, int], step_h: float
) -> float:
    """Longest time without any of the Sun that a site came through with all its critical loads served [h].

    dark : first and one-past-last step of each darkness, shape (n,) each; unserved : the same of each time in which a
    critical load went unserved, in order; lived : steps from the first load's landing to the station's loss. 0 where no
    darkness was come through.
    """
    begun = np.maximum(dark[0], lived[0])  # nobody was there before to come through it
    spans = dark[1] - begun
    begins, ends = unserved
    failures = np.searchsorted(begins, dark[1]) - np.searchsorted(ends, begun, side="right")
    whole = (failures == 0) & (dark[1] <= lived[1]) & (spans > 0)
    return float(spans[whole].max() * step_h) if whole.any() else 0.0
