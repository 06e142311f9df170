"""Heat of a reactor's fission products after shut-down."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.time import HOUR_S
from moonstation.facts.table import lookup

_EXPONENT = -0.2
_FIRST_S = 10.0  # the formula is singular at the moment of shut-down


def decay_heat_share(hours_since_shutdown: ArrayLike, hours_run: float) -> NDArray[np.float64]:
    """Decay heat over the heat at power [-], shape (...); 0 before shut-down.

    P/P0 = 0.066 (t^-0.2 - (t + T)^-0.2) in seconds, held within 10 s of shut-down (Way & Wigner 1948,
    Phys. Rev. 73:1318).

    hours_since_shutdown : [h], negative before it, shape (...); hours_run : at power before that [h]
    """
    since_s = np.asarray(hours_since_shutdown, dtype=np.float64) * HOUR_S
    after_s = np.maximum(since_s, _FIRST_S)
    share = after_s**_EXPONENT - (after_s + hours_run * HOUR_S) ** _EXPONENT
    return np.where(since_s >= 0.0, lookup("decay_heat.coefficient").value * share, 0.0)
