"""What a station does about faults: how it finds them, which steps it takes in which order, what it may do alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

#: Steps of a recovery ladder, by number.
RUNGS = ("reset", "reset-subsystem", "switch", "shed", "safe-mode", "robots", "crew", "wait", "do-without")
_numbers: Any = np.arange(len(RUNGS))  # no plain integers: see fault_tables
RESET, SUBSYSTEM, SWITCH, SHED, SAFE_MODE, ROBOTS, CREW, WAIT, DO_WITHOUT = _numbers
#: Steps that can restore what failed, or its service.
RESTORING = ("reset", "reset-subsystem", "switch", "robots", "crew")
#: The ladder of every unit for which the policy has no other.
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Recovery:
    """Policy of recovery (see docs/models/failures.md).

    residual : share of the expected activity that must be missing to be seen [-]
    persistence_h : for so long, while the unit was wanted [h]
    limit_persistence_h : a temperature, stock or load out of its limits for so long raises the search [h]
    test_every_h : each unit is tested so often [h]
    reset_h, max_resets : how long a reset takes, and how often it is tried [h], [-]
    shed_below : a unit that gives less than this share is taken out of service [-]
    safe_mode_h : how long a site then stays in the mode safe [h]
    patience_h : a repair that finds no hands for so long is left for the next step [h]
    ground_h : time that people on Earth take to decide, once there is contact [h]
    autonomous : steps that the station takes without asking the Earth
    ladders : steps in order, by kind or family of component, or ``default``
    scheduled_changes : what reaches its limit of life is changed before it fails
    kept_spares : so many spares of a kind such changes leave for repairs
    silent_from, silent_h : test condition: no word from Earth from then on for so long [h]
    """

    residual: float = 0.04
    persistence_h: float = 0.5
    limit_persistence_h: float = 2.0
    test_every_h: float = 720.0
    reset_h: float = 0.5
    max_resets: int = 2
    shed_below: float = 0.05
    safe_mode_h: float = 12.0
    patience_h: float = 720.0
    ground_h: float = 6.0
    autonomous: Collection[str] = ("reset", "switch", "shed", "safe-mode", "wait", "do-without")
    ladders: Mapping[str, tuple[str, ...]] = ()  # type: ignore[assignment]
    scheduled_changes: bool = True
    kept_spares: int = 1
    silent_from: datetime | None = None
    silent_h: float = 0.0

    def ladder(self, kind: str, family: str) -> tuple[str, ...]:
        """Steps for a unit: by its kind, else its family, else the default."""
        ladders = dict(self.ladders or {})
        return ladders.get(kind) or ladders.get(family) or ladders.get(DEFAULT) or DEFAULT_LADDER


#: Without another: start again, change over, take out, mend it or wait for somebody who can.
DEFAULT_LADDER = ("reset", "switch", "reset-subsystem", "shed", "robots", "crew", "wait")
