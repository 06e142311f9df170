"""Lunations of sunlight on level ground, the Sun over the equator and 1 au away."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from moonstation.facts.table import lookup
from moonstation.moon.regolith.albedo import rough_albedo
from moonstation.moon.regolith.column import advance
from moonstation.moon.regolith.ground import lunar_ground
from moonstation.moon.regolith.spin_up import settled_in_flux

LUNATION_S = 29.530589 * 86400.0


class Lunation(NamedTuple):
    """Surface over a lunation that begins at noon, mean profile, what the ground absorbs, depths."""

    surface_k: np.ndarray
    mean_k: np.ndarray
    absorbed_w_m2: np.ndarray
    depth_m: np.ndarray
    repetitions: int

    def at_hour(self, hour_after_noon):
        """Surface at hours of a day of 24 [K]."""
        steps = len(self.surface_k)
        return np.interp(np.asarray(hour_after_noon) / 24 * steps, np.arange(steps) + 0.5, self.surface_k)


@pytest.fixture(scope="session")
def lunation():
    """Runs a lunation at a latitude."""

    def run(latitude_deg, normal_albedo=0.12, steps=1418, ground=None, slope_rms_deg=None):  # noqa: PLR0917
        ground = ground or lunar_ground()
        height = np.cos(np.radians(latitude_deg)) * np.cos(2 * np.pi * (np.arange(steps) + 0.5) / steps)
        elevation = np.degrees(np.arcsin(height))
        sunlight = lookup("sun.irradiance_1au").value * np.maximum(height, 0.0)
        absorbed = ((1 - rough_albedo(elevation, normal_albedo, slope_rms_deg)) * sunlight)[:, None]
        column = settled_in_flux(absorbed, LUNATION_S / steps, ground)
        surface = advance(column.layers_k, column.skin_k, absorbed, LUNATION_S / steps, ground)[:, 0]
        return Lunation(surface, column.mean_k[:, 0], absorbed[:, 0], ground.depth_m, column.repetitions)

    return run
