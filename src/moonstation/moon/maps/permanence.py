"""How long a map must follow the Sun before shadow may be called permanent."""

from __future__ import annotations

from datetime import datetime

from moonstation.core.time import HOUR_S, YEAR_H
from moonstation.facts.table import lookup

SHORT_TITLE = "No sunlight in this period"


def short_period_note(start: datetime, end: datetime) -> str:
    """Words for shadow over a period shorter than one turn of the Moon's node; empty for a longer one.

    The Sun's height at a pole has its extremes where the node stands right, so less than a turn may miss them (Mazarico
    et al. 2011). The turn is the fact sky.node_turn.
    """
    turn_years = lookup("sky.node_turn").value
    years = (end - start).total_seconds() / HOUR_S / YEAR_H
    if years >= turn_years:
        return ""
    return f"{SHORT_TITLE}; to speak of permanent shadow takes {turn_years:g} years, one turn of the Moon's node."
