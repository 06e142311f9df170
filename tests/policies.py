"""Policies of made-up stations."""

from __future__ import annotations

from moonstation.station.model import Policy

#: Sheds loads as the batteries empty.
SHEDDING = Policy(
    serve_up_to={"nominal": 9, "dark": 6, "survival": 3, "safe": 1},
    critical_priority=2,
    dark_sun_below=0.02,
    dark_charge_below=0.9,
    survival_below=0.35,
    survival_exit=0.5,
    safe_below=0.15,
    safe_exit=0.3,
    recovery_h=6.0,
)
#: Everything is served in every mode, and no mode is ever left for another.
LENIENT = Policy(
    serve_up_to={"nominal": 9, "dark": 9, "survival": 9, "safe": 9},
    critical_priority=2,
    dark_sun_below=0.0,
    dark_charge_below=0.0,
    survival_below=0.0,
    survival_exit=0.0,
    safe_below=0.0,
    safe_exit=0.0,
    recovery_h=0.0,
)
