"""What all that observes has in common: what its hour is worth, when it waits for others, how it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moonstation.components.contract import Interlock, Process, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.science_fields import field_capability

PAYLOAD = FailureMode("payload", "detector, mechanism or front end", affects=("observing",), spare=True)
UPSET = FailureMode("upset", "electronics latch up until switched off and on", affects=("observing",))


@dataclass(frozen=True, slots=True)
class Observer:
    """Observes for what an hour of it is worth, while the site's recorder has room."""

    worth_points_per_h: float = param(
        unit="points/h",
        doc="worth of an hour: among equal priorities, who earns more for power, hands and data is served first",
        low=0.0,
        high=1e6,
        default=1.0,
    )
    recorder_below: float = param(
        unit="-",
        doc="pauses while the site's recorder is fuller than this, or sooner, to leave room for worthier ones",
        low=0.0,
        high=1.0,
        default=0.95,
    )

    def observing(self, field: str, recipe: Mapping[str, float], *, priority: int = 7, **more: Any) -> Process:
        """Observing in a field of science; its activity is a share of the hour, ``recipe`` is for an hour of it."""
        room = (Interlock("data", high=self.recorder_below),) if self.recorder_below < 1.0 else ()
        return Process(
            name="observing",
            recipe=recipe,
            priority=priority,
            interlocks=room,
            value=self.worth_points_per_h,
            capability=field_capability(field),
            **more,
        )
