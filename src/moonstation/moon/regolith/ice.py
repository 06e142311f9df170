"""How fast water ice in the ground is lost, and how deep it must lie to outlast a billion years."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import R as GAS_CONSTANT

from moonstation.facts.table import lookup

FloatArray = NDArray[np.float64]

_WATER_KG_MOL = 0.018015268
_NEWTON_STEPS = 20  # of the search for a depth; 8 are enough as a rule
_COLDEST_K = 40.0  # below it, less than a molecule a square metre in an hour


def ice_vapour_pressure_pa(temperature_k: ArrayLike) -> FloatArray:
    """Vapour pressure over ice [Pa] at a temperature [K], shape (...) (Murphy & Koop 2005 Eq. 7, from 110 K).

    Below 110 K it is carried on, as far as 40 K; what lies below that counts as 40 K.
    """
    kelvin = np.maximum(np.asarray(temperature_k, np.float64), _COLDEST_K)
    return np.asarray(np.exp(9.550426 - 5723.265 / kelvin + 3.53068 * np.log(kelvin) - 0.00728332 * kelvin))


def ice_loss_kg_m2_s(temperature_k: ArrayLike) -> FloatArray:
    """What bare ice loses into a vacuum [kg/m2/s] at a temperature [K], shape (...): the law of Hertz and Knudsen."""
    kelvin = np.maximum(np.asarray(temperature_k, np.float64), _COLDEST_K)
    return np.asarray(ice_vapour_pressure_pa(kelvin) * np.sqrt(_WATER_KG_MOL / (2.0 * np.pi * GAS_CONSTANT * kelvin)))


def covered_share(depth_m: ArrayLike) -> FloatArray:
    """Share of that loss that gets through dry regolith of a thickness [m] [-], shape (...).

    Molecules go from pore to pore: the flux falls as the pore's size over the depth (Schorghofer & Taylor 2007).
    """
    return np.asarray(1.0 / (1.0 + np.asarray(depth_m, np.float64) / lookup("ice.pore_size").value))


def ice_stable_depth_m(loss_kg_m2_s: FloatArray, depth_m: FloatArray) -> FloatArray:
    """Least depth at which ice under dry regolith loses less than a millimetre in a billion years [m].

    Parameters
    ----------
    loss_kg_m2_s : what bare ice would lose at each depth, mean over the time [kg/m2/s], shape (depths, ...)
    depth_m : [m], ascending from 0, shape (depths,)

    Returns
    -------
    Depth [m], shape (...): 0 where ice lasts in the open, NaN where it does not at any of the depths. Between two
    depths the logarithm of the bare ice's loss is taken as linear; what the cover holds back is exact.
    """
    limit = lookup("ice.loss_limit").value / (1e9 * 365.25 * 86400.0)
    shape = (-1,) + (1,) * (loss_kg_m2_s.ndim - 1)
    bare = np.log(np.maximum(loss_kg_m2_s, 1e-300) / limit)
    stable = bare + np.log(covered_share(depth_m)).reshape(shape) <= 0.0
    first = np.argmax(stable, axis=0)
    above = np.maximum(first - 1, 0)
    over, under = (np.take_along_axis(bare, index[None], axis=0)[0] for index in (above, first))
    found = _met_m((over, under), (depth_m[above], depth_m[first]))
    return np.where(stable.any(axis=0), found, np.nan)


def _met_m(bare: tuple[FloatArray, FloatArray], depth_m: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Depth at which the loss under cover meets the limit [m], between two depths with the limit between them.

    ``bare`` is the logarithm of the bare ice's loss over the limit at both. With the cover's share the excess is
    convex over depth: Newton's steps from the upper one never pass the root.
    """
    pore_m = lookup("ice.pore_size").value
    top, bottom = depth_m
    slope = (bare[1] - bare[0]) / np.where(bottom > top, bottom - top, 1.0)
    found = np.asarray(top, np.float64)
    for _ in range(_NEWTON_STEPS):
        excess = bare[0] + slope * (found - top) - np.log1p(found / pore_m)
        steepness = np.minimum(slope - 1.0 / (pore_m + found), -1e-300)
        found = np.clip(found - excess / steepness, top, bottom)
    return found
