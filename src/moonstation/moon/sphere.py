"""The sphere that lunar heights and latitudes refer to."""

from __future__ import annotations

from typing import Any

import numpy as np

from moonstation.facts.table import lookup


def moon_radius_m() -> float:
    """Radius of the Moon's reference sphere [m]."""
    return lookup("sky.moon_reference_radius").value * 1e3


def arc_rad(chord: Any) -> Any:
    """Angle at the centre [rad] between unit vectors, from their distance [-]; exact for near ones too, shape kept."""
    return 2.0 * np.arcsin(np.clip(0.5 * np.asarray(chord), 0.0, 1.0))
