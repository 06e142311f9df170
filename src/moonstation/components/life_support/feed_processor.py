"""What machines that work off a tank have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Hysteresis, Process, param
from moonstation.components.limits import refuse_disorder


@dataclass(frozen=True, slots=True)
class FeedProcessor:
    """Starts when the tanks of what it takes are full enough, and stops when they are nearly empty."""

    start_above: float = param(unit="-", doc="fill of the tanks that it empties to start", low=0, high=1, default=0.3)
    stop_below: float = param(unit="-", doc="fill of the tanks that it empties to stop", low=0, high=1, default=0.05)

    #: The quantity that it takes.
    feed: ClassVar[str]

    def __post_init__(self) -> None:
        """Refuse a start that is not above the stop: the processor would fill its tanks instead of emptying them."""
        refuse_disorder(self, ("stop_below", "start_above"), unit="-")

    def working_off(self, name: str, made: Mapping[str, float], feed_kg_h: float, priority: int) -> Process:
        """A process that takes up to ``feed_kg_h`` of its feed [kg/h], its activity, and gives ``made`` of each kg."""
        return Process(
            name=name,
            recipe={**made, self.feed: -1.0},
            limit=feed_kg_h,
            priority=priority,
            control=Hysteresis(self.feed, on=self.start_above, off=self.stop_below),
            spills=True,
        )
