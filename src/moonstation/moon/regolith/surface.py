"""Temperature of the ground's surface at one place, from the flux that it absorbs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.core.machine_code import compiled
from moonstation.core.time import HOUR_S
from moonstation.moon.regolith.column import skin_over, step_columns
from moonstation.moon.regolith.ground import Ground, lunar_ground
from moonstation.moon.regolith.spin_up import settled_in_flux

FloatArray = NDArray[np.float64]

#: Longest step of conduction [s]: a degree of the Sun's way.
CONDUCTION_STEP_S = 2.0 * HOUR_S


def regolith_temperature_k(
    absorbed_w_m2: ArrayLike,
    step_s: float,
    before_w_m2: ArrayLike,
    before_step_s: float,
    ground: Ground | None = None,
) -> FloatArray:
    """Surface temperature of level regolith at the end of each step.

    Heat is conducted in steps of two hours at most; where the flux is given in shorter ones, the surface follows each
    in balance with the first layer below it.

    Parameters
    ----------
    absorbed_w_m2 : what the ground absorbs, mean of each step [W/m2], shape (n,)
    step_s : length of a step [s]
    before_w_m2, before_step_s : the same for a time just before, repeated until the column settles; shape (m,)
    ground : the layers; the Moon's by default

    Returns
    -------
    Temperature [K], shape (n,). Raises RangeError for flux that is negative or not finite.
    """
    now, earlier = (np.ascontiguousarray(flux, dtype=np.float64) for flux in (absorbed_w_m2, before_w_m2))
    faults = [
        Fault(name, "must be finite numbers, none negative, at least one", unit="W/m2")
        for name, flux in (("absorbed_w_m2", now), ("before_w_m2", earlier))
        if flux.size == 0 or not np.all(np.isfinite(flux)) or flux.min() < 0
    ]
    if faults:
        raise RangeError(faults)
    column = lunar_ground() if ground is None else ground
    together, parts = _split(before_step_s)
    whole = earlier[: max(1, earlier.size // together) * together]
    flux = np.repeat(whole.reshape(-1, min(together, whole.size)).mean(axis=1), parts)[:, None]
    settled = settled_in_flux(flux, before_step_s * together / parts, column)
    return _follow(settled.layers_k, settled.skin_k, now, step_s, _split(step_s), column)


def _split(step_s: float) -> tuple[int, int]:
    """How many steps are one of conduction, and into how many of conduction one step is cut."""
    return max(1, int(CONDUCTION_STEP_S / step_s)), max(1, int(np.ceil(step_s / CONDUCTION_STEP_S)))


@compiled
def _follow(  # noqa: PLR0917
    layers: FloatArray,
    skin: FloatArray,
    absorbed: FloatArray,
    step_s: float,
    split: tuple[int, int],
    ground: Ground,
) -> FloatArray:
    """Surface at the end of each step of the flux."""
    together, parts = split
    out = np.empty(absorbed.size)
    scratch = np.empty((4, layers.shape[0], 1))
    flux = np.empty(1)
    for first in range(0, absorbed.size, together):
        last = min(first + together, absorbed.size)
        flux[0] = absorbed[first:last].mean()
        upper, seen = layers[0, 0], skin[0]
        for _ in range(parts):
            step_columns(layers, skin, flux, step_s * (last - first) / parts, ground, scratch)
        if together == 1:
            out[first] = skin[0]
            continue
        for i in range(first, last):
            share = (i + 1 - first) / (last - first)
            seen = skin_over(seen, absorbed[i], upper + share * (layers[0, 0] - upper), ground)
            out[i] = seen
        skin[0] = seen
    return out
