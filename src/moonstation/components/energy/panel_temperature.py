"""Temperature of a solar panel in vacuum, and what it costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import Stefan_Boltzmann

from moonstation.facts.table import lookup


def panel_temperature_k(sunlight_w_m2: ArrayLike, sink_k: ArrayLike, efficiency: float) -> NDArray[np.float64]:
    """Temperature of a thin panel in balance [K], shape (...).

    (absorptance - efficiency) E = (e_front + e_back) sigma (T^4 - T_sink^4): both faces radiate what the cells
    absorb and do not turn into electricity.

    sunlight_w_m2 : that falls on the cells [W/m2], shape (...)
    sink_k : mean sink of both sides, direct sunlight aside [K], broadcasts
    efficiency : of the cells [-]
    """
    heat_w_m2 = (lookup("pv.solar_absorptance").value - efficiency) * np.asarray(sunlight_w_m2, dtype=np.float64)
    emittance = lookup("pv.front_emittance").value + lookup("pv.back_emittance").value
    squared = np.square(np.asarray(sink_k, dtype=np.float64))
    return np.asarray(np.sqrt(np.sqrt(heat_w_m2 / (emittance * Stefan_Boltzmann) + squared * squared)))


def warmth_factor(cell_k: ArrayLike) -> NDArray[np.float64]:
    """Power at a cell temperature [K] over that at the rated temperature [-]: less when warmer, more when colder."""
    above_k = np.asarray(cell_k, dtype=np.float64) - lookup("pv.rating_temperature").value
    return 1.0 - lookup("pv.temperature_coefficient").value * above_k
