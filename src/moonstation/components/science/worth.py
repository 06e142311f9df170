"""What an instrument's hour is worth, and when it waits for others."""

from __future__ import annotations

from typing import Any

from moonstation.components.contract import Interlock, param


def worth_choice() -> Any:
    """Parameter: what an hour of observing is worth to those who run the station."""
    doc = "worth of an hour: among equal priorities, who earns more for power, hands and data is served first"
    return param(unit="points/h", doc=doc, low=0.0, high=1e6, default=1.0)


def recorder_choice() -> Any:
    """Parameter: how much room the instrument leaves in its site's recorder."""
    doc = "pauses while the site's recorder is fuller than this, or sooner, to leave room for worthier ones"
    return param(unit="-", doc=doc, low=0.0, high=1.0, default=0.95)


def room_in_recorder(recorder_below: float) -> tuple[Interlock, ...]:
    """The lock that lets an instrument wait while the recorder is fuller than ``recorder_below`` [-]."""
    return (Interlock("data", high=recorder_below),) if recorder_below < 1.0 else ()
