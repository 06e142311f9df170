"""The sphere that lunar heights and latitudes refer to."""

from __future__ import annotations

from moonstation.facts.table import lookup


def moon_radius_m() -> float:
    """Radius of the Moon's reference sphere [m]."""
    return lookup("sky.moon_reference_radius").value * 1e3
