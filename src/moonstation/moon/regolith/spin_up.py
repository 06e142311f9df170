"""Bringing columns of regolith into the rhythm of their own flux, however deep and slow they are.

Repeating a year until 2 m of regolith follow takes centuries. Instead, after each repetition of the period the mean
flux of heat through every layer is known; in a settled column it is the interior's. The profile is shifted so that
conduction would make it so, and the period repeated. A deep layer moves by the shift alone, a shallow one forgets it
within the period: when neither changes a mean temperature any more, the column is settled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.constants import Stefan_Boltzmann

from moonstation.moon.regolith.column import advance
from moonstation.moon.regolith.ground import Ground

FloatArray = NDArray[np.float64]

#: Change of any layer's mean temperature [K] from one shifted repetition to the next at which a column is settled.
SETTLED_K = 0.05
MOST_REPETITIONS = 60
_BOLDEST_SHARE = 0.3  # of a temperature, for one shift


@dataclass(frozen=True)
class Columns:
    """Columns at the end of a period, and their means over it.

    layers_k : temperature of each layer [K], shape (layers, columns); skin_k : of each surface, shape (columns,)
    mean_k : mean over the period of skin and layers [K], shape (layers + 1, columns)
    changed_k : the largest change of a mean by the last shift and repetition [K], shape (columns,)
    repetitions : how often the period was run through
    """

    layers_k: FloatArray
    skin_k: FloatArray
    mean_k: FloatArray
    changed_k: FloatArray
    repetitions: int


def settled(
    march: Callable[[FloatArray, FloatArray, FloatArray], None],
    first_guess_k: tuple[FloatArray, FloatArray],
    steps: int,
    ground: Ground,
    settled_k: float = SETTLED_K,
    most_repetitions: int = MOST_REPETITIONS,
) -> Columns:
    """Columns that follow a repeated period, at its end.

    Parameters
    ----------
    march : carries layers and skins [K] through the period in place and fills the sums, as ``column.advance`` does
    first_guess_k : layers and skins to begin with [K], shapes (layers, columns) and (columns,)
    steps : of the period
    ground : the layers
    settled_k : the period is repeated until shift and repetition change no mean temperature by as much [K]
    most_repetitions : the end, settled or not
    """
    layers_k, skin_k = (np.array(values, dtype=np.float64) for values in first_guess_k)
    mean_before_k = np.zeros((len(ground.thick_m) + 1, skin_k.size))
    for repetition in range(1, most_repetitions + 1):
        sums = np.zeros((2, len(ground.thick_m) + 1, skin_k.size))
        march(layers_k, skin_k, sums)
        mean_k, mean_flux = sums / steps
        shift = profile_shift_k(mean_k, mean_flux, ground)
        changed = np.abs(mean_k - mean_before_k).max(axis=0)
        if changed.max() < settled_k or repetition == most_repetitions:
            break
        mean_before_k = mean_k
        layers_k += shift
    return Columns(layers_k, skin_k, mean_k, changed, repetition)


def settled_in_flux(absorbed_w_m2: FloatArray, step_s: float, ground: Ground, settled_k: float = SETTLED_K) -> Columns:
    """Columns that follow a repeated period of absorbed flux, at its end.

    Parameters
    ----------
    absorbed_w_m2 : mean of each step of the period [W/m2], shape (steps, columns)
    step_s : [s]
    ground, settled_k : as ``settled``
    """
    absorbed = np.ascontiguousarray(absorbed_w_m2, np.float64)

    def march(layers_k: FloatArray, skin_k: FloatArray, sums: FloatArray) -> None:
        advance(layers_k, skin_k, absorbed, step_s, ground, sums)

    guess = first_guess(absorbed.mean(axis=0), (absorbed**0.25).mean(axis=0), ground)
    return settled(march, guess, len(absorbed), ground, settled_k)


def first_guess(mean_w_m2: FloatArray, mean_fourth_root: FloatArray, ground: Ground) -> tuple[FloatArray, FloatArray]:
    """Layers and skin to begin with [K]: the mean of the radiative balance, warmer downwards with the interior's heat.

    Parameters
    ----------
    mean_w_m2, mean_fourth_root : means over the period of the absorbed flux and of its fourth root, shape (columns,)
    """
    black = (ground.emissivity * Stefan_Boltzmann) ** 0.25
    quiet = ((mean_w_m2 * 1e-3 + ground.heat_flow) ** 0.25) / black
    skin_k = np.maximum(mean_fourth_root / black, quiet)
    conductance = _conductance(np.broadcast_to(skin_k, (len(ground.thick_m) + 1, skin_k.size)), ground)
    return skin_k + np.cumsum(ground.heat_flow / conductance, axis=0), skin_k


def profile_shift_k(mean_k: FloatArray, mean_flux_w_m2: FloatArray, ground: Ground) -> FloatArray:
    """Shift of each layer that would bring the mean flux everywhere to the interior's [K], shape (layers, columns).

    Parameters
    ----------
    mean_k, mean_flux_w_m2 : means over the period as ``advance`` sums them, shape (layers + 1, columns)
    ground : the layers
    """
    excess = mean_flux_w_m2[:-1] + ground.heat_flow  # what the ground below the top of each layer takes up
    excess[0] = 0.0
    shift = np.cumsum(excess / _conductance(mean_k, ground), axis=0)
    bound = _BOLDEST_SHARE * mean_k[1:]
    return np.asarray(np.clip(shift, -bound, bound))


def _conductance(temperature_k: FloatArray, ground: Ground) -> FloatArray:
    """From each layer's upper neighbour (or the skin) down to it [W/m2/K], shape (layers, columns)."""
    contact = np.concatenate([[ground.skin_contact], ground.contact[:-1]])[:, None]
    between = 0.5 * (temperature_k[:-1] + temperature_k[1:])
    return np.asarray(contact * (1.0 + ground.chi * (between / 350.0) ** 3))
