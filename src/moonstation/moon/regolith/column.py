"""Heat conduction down columns of regolith: implicit steps, many columns side by side in the lanes of a register.

A skin without mass lies over layers of finite thickness. In a step the layers are eliminated from the bottom up, which
leaves one equation for the skin, solved with its fourth power by Newton; then the layers follow from the top down.
Conductivity and heat capacity are those of the step's begin. Stable at any step; the error is first order in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Stefan_Boltzmann

from moonstation.core.machine_code import compiled
from moonstation.moon.regolith.ground import Ground

FloatArray = NDArray[np.float64]

_SKIN_K = 0.01  # last change of the skin's temperature; Newton's next would be some 1e-6 K
_SKIN_TURNS = 60
_COLDEST_K = 1.0
_REFERENCE_K = 350.0


def advance(  # noqa: PLR0917 (state, forcing, what is kept)
    layers_k: FloatArray,
    skin_k: FloatArray,
    absorbed_w_m2: FloatArray,
    step_s: float,
    ground: Ground,
    sums: FloatArray | None = None,
) -> FloatArray:
    """Carry columns through a series of absorbed flux.

    Parameters
    ----------
    layers_k : temperature of each layer [K], shape (layers, columns), carried on in place
    skin_k : of each surface [K], shape (columns,), carried on in place
    absorbed_w_m2 : what each surface absorbs, mean of each step [W/m2], shape (steps, columns)
    step_s : length of a step [s]
    ground : the layers
    sums : where given, shape (2, layers + 1, columns), takes up over the steps the sum of [0] temperatures of the
        skin and of each layer [K] and [1] downward heat flux into each layer from above and, last, 0 [W/m2]

    Returns
    -------
    Temperature of each surface at the end of each step [K], shape (steps, columns)
    """
    out = np.empty(absorbed_w_m2.shape)
    kept = np.empty((0, 0, 0)) if sums is None else sums
    _advance(layers_k, skin_k, np.ascontiguousarray(absorbed_w_m2), step_s, ground, kept, out)
    return out


@compiled
def _advance(  # noqa: PLR0917
    layers: FloatArray,
    skin: FloatArray,
    absorbed: FloatArray,
    step_s: float,
    ground: Ground,
    sums: FloatArray,
    out: FloatArray,
) -> None:
    scratch = np.empty((4, layers.shape[0], layers.shape[1]))
    for i in range(absorbed.shape[0]):
        step_columns(layers, skin, absorbed[i], step_s, ground, scratch)
        for m in range(skin.size):  # one by one: assigned whole, numba compiles its words for arrays that do not fit
            out[i, m] = skin[m]
        if sums.size:
            take_up(layers, skin, ground, scratch[0], sums)


@compiled
def step_columns(  # noqa: PLR0917
    layers: FloatArray, skin: FloatArray, absorbed: FloatArray, step_s: float, ground: Ground, scratch: FloatArray
) -> None:
    """One step of all columns, in place; for compiled callers. ``scratch`` has the shape (4, layers, columns)."""
    count, lanes = layers.shape
    down, held, rest, inverse = scratch[0], scratch[1], scratch[2], scratch[3]
    c0, c1, c2 = ground.capacity[0], ground.capacity[1], ground.capacity[2]
    c3, c4 = ground.capacity[3], ground.capacity[4]
    third = ground.chi / _REFERENCE_K**3
    for j in range(count):  # conductances down to the next layer, and heat held per kelvin and second
        areal = ground.density[j] * ground.thick_m[j] / step_s
        contact = 0.5 * ground.contact[j]
        below = min(j + 1, count - 1)
        for m in range(lanes):
            t, t2 = layers[j, m], layers[below, m]
            down[j, m] = contact * (2.0 + third * (t * t * t + t2 * t2 * t2))
            held[j, m] = areal * max(c0 + t * (c1 + t * (c2 + t * (c3 + t * c4))), 1.0)
    bottom = count - 1
    for m in range(lanes):
        rest[bottom, m] = held[bottom, m] * layers[bottom, m] + ground.heat_flow
    for j in range(bottom - 1, -1, -1):  # from the bottom up
        for m in range(lanes):
            g = down[j, m]
            inverse[j + 1, m] = 1.0 / (held[j + 1, m] + g)
            part = g * inverse[j + 1, m]
            rest[j, m] = held[j, m] * layers[j, m] + part * rest[j + 1, m]
            held[j, m] += part * held[j + 1, m]
    _solve_skins(layers, skin, absorbed, ground, held[0], rest[0])
    for j in range(1, count):  # from the top down: T = (rest + G T_above) / (held + G)
        for m in range(lanes):
            layers[j, m] = inverse[j, m] * (rest[j, m] + down[j - 1, m] * layers[j - 1, m])


@compiled
def _solve_skins(  # noqa: PLR0917
    layers: FloatArray, skin: FloatArray, absorbed: FloatArray, ground: Ground, held: FloatArray, rest: FloatArray
) -> None:
    """Skins and first layers at the step's end, the layers below being eliminated."""
    lanes = skin.size
    warm = ground.chi / _REFERENCE_K**3
    black = ground.emissivity * Stefan_Boltzmann
    for _ in range(_SKIN_TURNS):
        largest = 0.0
        for m in range(lanes):
            old = skin[m]
            middle = 0.5 * (old + layers[0, m])
            g = ground.skin_contact * (1.0 + warm * middle * middle * middle)
            through = g / (held[m] + g)
            cubed = black * old * old * old
            gain = absorbed[m] + through * (rest[m] - held[m] * old) - cubed * old
            new = max(old + gain / (through * held[m] + 4.0 * cubed), _COLDEST_K)
            skin[m] = new
            largest = max(largest, abs(new - old))
        if largest < _SKIN_K:
            break
    for m in range(lanes):
        middle = 0.5 * (skin[m] + layers[0, m])
        g = ground.skin_contact * (1.0 + warm * middle * middle * middle)
        layers[0, m] = (rest[m] + g * skin[m]) / (held[m] + g)


@compiled
def take_up(layers: FloatArray, skin: FloatArray, ground: Ground, down: FloatArray, sums: FloatArray) -> None:
    """Add a step's temperatures and fluxes to the sums of ``advance``; ``down`` is the first of the step's scratch."""
    count, lanes = layers.shape
    for m in range(lanes):
        sums[0, 0, m] += skin[m]
    for j in range(count):
        for m in range(lanes):
            sums[0, j + 1, m] += layers[j, m]
    for j in range(count - 1):
        for m in range(lanes):
            sums[1, j + 1, m] += down[j, m] * (layers[j, m] - layers[j + 1, m])


@compiled
def skin_over(guess_k: float, absorbed_w_m2: float, layer_k: float, ground: Ground) -> float:
    """Temperature at which a surface neither gains nor loses [K], over a first layer of given temperature [K]."""
    black = ground.emissivity * Stefan_Boltzmann
    warm = ground.chi / _REFERENCE_K**3
    skin = guess_k
    for _ in range(_SKIN_TURNS):
        middle = 0.5 * (skin + layer_k)
        g = ground.skin_contact * (1.0 + warm * middle * middle * middle)
        cubed = black * skin * skin * skin
        new = max(skin + (absorbed_w_m2 + g * (layer_k - skin) - cubed * skin) / (g + 4.0 * cubed), _COLDEST_K)
        small = abs(new - skin) < _SKIN_K
        skin = new
        if small:
            break
    return skin
