"""What a scenario says about recovery from faults: how they are found, in which order what is tried, by whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from moonstation.core.time import DAY_H
from moonstation.scenario.fields import LISTED, Moment, Part, within
from moonstation.station.recovery import DEFAULT, DEFAULT_LADDER, Recovery

Step = Literal["reset", "reset-subsystem", "switch", "shed", "safe-mode", "robots", "crew", "wait", "do-without"]
Steps = Annotated[tuple[Step, ...], LISTED]


class RecoveryEntry(Part):
    """How faults are found, and the ladder of steps that is climbed until one of them helps."""

    residual: Annotated[float, within(0.001, 0.9)] = 0.04
    """A unit that gives so much less than the model expects is at fault; a smaller loss shows at tests only [-]."""
    persistence_h: Annotated[float, within(0.0, 720.0)] = 0.5
    """The loss must last for so long of wanted operation before it is believed [h]."""
    limit_persistence_h: Annotated[float, within(0.0, 720.0)] = 2.0
    """A temperature or a stock out of its limits, or critical loads unserved, for so long raise the search [h]."""
    test_every_days: Annotated[float, within(0.04, 3660.0)] = 30.0
    """Every unit is tested so often; only that finds faults that running does not show [d]."""
    reset_minutes: Annotated[float, within(1.0, 10_080.0)] = 30.0
    """How long a unit is off when it is reset [min]."""
    max_resets: Annotated[int, within(1, 50)] = 2
    """How often a unit is reset before the next step."""
    shed_below: Annotated[float, within(0.0, 1.0)] = 0.05
    """A unit that can give less than this share is taken out of service [-]."""
    safe_mode_h: Annotated[float, within(0.0, 720.0)] = 12.0
    """How long the step safe-mode keeps the site's power bus in the mode safe [h]."""
    patience_days: Annotated[float, within(0.04, 3660.0)] = 30.0
    """A repair on which nobody works for so long is left for the next step [d]."""
    ground_h: Annotated[float, within(0.0, 720.0)] = 6.0
    """What people on the Earth take to decide on a step, from the next open link on [h]."""
    autonomous: Steps = ("reset", "switch", "shed", "safe-mode", "wait", "do-without")
    """Steps that the station takes by itself; for all others it asks the Earth, which needs an open link."""
    ladders: dict[str, Steps] = Field(default={DEFAULT: DEFAULT_LADDER}, validate_default=True)
    """Steps in order, by family (energy) or type of component (battery); ``default`` for all others."""
    scheduled_changes: bool = True
    """What reaches its limit of life is changed before it fails, where a spare and hands are there."""
    kept_spares: Annotated[int, within(0, 1000)] = 1
    """So many spares of a type at a site such changes leave for repairs."""
    no_contact_from: Moment | None = None
    """Test condition: from then on no ground station speaks or hears, so no command and no data pass."""
    no_contact_days: Annotated[float, within(0.0, 36_600.0)] = 0.0
    """For so long [d]."""


def recovery_of(entry: RecoveryEntry) -> Recovery:
    """The policy that an entry describes."""
    return Recovery(
        residual=entry.residual,
        persistence_h=entry.persistence_h,
        limit_persistence_h=entry.limit_persistence_h,
        test_every_h=entry.test_every_days * DAY_H,
        reset_h=entry.reset_minutes / 60.0,
        max_resets=entry.max_resets,
        shed_below=entry.shed_below,
        safe_mode_h=entry.safe_mode_h,
        patience_h=entry.patience_days * DAY_H,
        ground_h=entry.ground_h,
        autonomous=entry.autonomous,
        ladders=dict(entry.ladders),
        scheduled_changes=entry.scheduled_changes,
        kept_spares=entry.kept_spares,
        silent_from=entry.no_contact_from,
        silent_h=entry.no_contact_days * DAY_H,
    )
