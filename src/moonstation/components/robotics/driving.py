"""What it costs to drive: by way, slope and load."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.robotics.vehicle import surface_gravity_m_s2
from moonstation.core.time import HOUR_S
from moonstation.core.units import J_PER_KWH
from moonstation.facts.table import lookup


def drive_kwh(
    distance_m: ArrayLike, slope_deg: ArrayLike, mass_kg: float, rolling_resistance: float, efficiency: float
) -> NDArray[np.float64]:
    """Electricity to drive over ground [kWh], shape of the way along it [m] and its slope [deg] (up is positive).

    Weight times way times (rolling resistance cos + sin of the slope), and nothing won back downhill; ``efficiency``
    [-] from the battery to the wheels (Wong 2008, Theory of Ground Vehicles, ch. 3, without air and slip).
    """
    slope = np.radians(np.asarray(slope_deg, np.float64))
    pull = np.maximum(rolling_resistance * np.cos(slope) + np.sin(slope), 0.0)
    force_n = mass_kg * surface_gravity_m_s2() * pull
    return np.asarray(force_n * np.asarray(distance_m, np.float64) / efficiency / J_PER_KWH)


def there_and_back_kwh(distance_m: float, slope_deg: float, mass_kg: float, load_kg: float) -> float:
    """Electricity of one drive [kWh]: ``load_kg`` brought over a way that climbs by ``slope_deg``, and back empty."""
    ground = lookup("excavator.rolling_resistance").value, lookup("excavator.drive_efficiency").value
    loaded = drive_kwh(distance_m, slope_deg, mass_kg + load_kg, *ground)
    return float(loaded + drive_kwh(distance_m, -slope_deg, mass_kg, *ground))


def drive_hours(distance_m: float, speed_m_s: float) -> float:
    """Hours of one drive there and back [h]."""
    return 2.0 * distance_m / speed_m_s / HOUR_S
