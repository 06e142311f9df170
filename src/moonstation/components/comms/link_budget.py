"""Link budgets: what data rate a radio link carries over a distance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import constants


def decibel(ratio: ArrayLike) -> NDArray[np.float64]:
    """Ratio of powers in decibel [dB], any shape."""
    return np.asarray(10.0 * np.log10(np.asarray(ratio, dtype=np.float64)))


def free_space_loss_db(distance_km: ArrayLike, frequency_ghz: float) -> NDArray[np.float64]:
    """Free-space loss [dB], shape of the distance [km]: (4 pi d f / c)^2 (ITU-R P.525)."""
    distance_m = np.asarray(distance_km, dtype=np.float64) * 1e3
    return 2.0 * decibel(4.0 * np.pi * distance_m * frequency_ghz * 1e9 / constants.c)


def dish_gain_dbi(diameter_m: float, frequency_ghz: float, efficiency: float) -> float:
    """Gain of a dish [dBi]: efficiency [-] times (pi D f / c)^2."""
    return float(decibel(efficiency * (np.pi * diameter_m * frequency_ghz * 1e9 / constants.c) ** 2))


def pointing_loss_db(error_deg: float, diameter_m: float, frequency_ghz: float) -> float:
    """Loss [dB] of a dish that looks past its target by ``error_deg``: 12 (error / beam width)^2.

    The beam is 70 wavelengths over the diameter wide [deg] (parabola near its axis; ITU-R S.1528 and F.699 take the
    same law). It holds within the main lobe, so no more than 20 dB are charged.
    """
    wavelength_m = constants.c / (frequency_ghz * 1e9)
    return float(min(12.0 * (error_deg * diameter_m / (70.0 * wavelength_m)) ** 2, 20.0))


def stepped(rate: ArrayLike, steps: ArrayLike) -> NDArray[np.float64]:
    """The greatest of a modem's ``steps`` that a rate reaches, 0 under the least, shape and unit of ``rate``."""
    known = np.concatenate([[0.0], np.sort(np.asarray(steps, np.float64))])
    return np.asarray(known[np.searchsorted(known, np.asarray(rate, np.float64) * (1.0 + 1e-9), side="right") - 1])


def after_acquisition(contact: ArrayLike, acquisition_h: float, step_h: float) -> NDArray[np.float64]:
    """Contact [-] with the first ``acquisition_h`` of every window lost to pointing and lock, shape (steps,).

    contact : share of each step in which both ends see each other; a step after one without starts a window, and one
        that is open at the first step has been acquired before
    """
    left = np.array(contact, np.float64)
    seen = left > 0.0
    at = np.flatnonzero(seen[1:] & ~seen[:-1]) + 1
    lost = acquisition_h / step_h
    while lost > 0.0 and at.size:
        left[at] = np.maximum(left[at] - min(lost, 1.0), 0.0)
        lost -= 1.0
        at = at[at + 1 < len(left)] + 1
        at = at[seen[at]]
    return left


def link_rate_mbit_s(
    distance_km: ArrayLike, *, eirp_dbw: float, g_over_t_db_k: float, frequency_ghz: float, allowance_db: float
) -> NDArray[np.float64]:
    """Data rate that a link carries.

    The link equation in decibel: R = EIRP + G/T - L - k - allowance (CCSDS 401.0-B).

    Parameters
    ----------
    distance_km : between the antennas [km]
    eirp_dbw : radio power times gain of the sender [dBW]
    g_over_t_db_k : gain over noise temperature of the receiver [dB/K]
    frequency_ghz : carrier [GHz]
    allowance_db : energy per bit over noise density that the code needs, further losses and margin, together [dB]

    Returns
    -------
    Rate [Mbit/s], shape of ``distance_km``
    """
    loss_db = free_space_loss_db(distance_km, frequency_ghz)
    rate_db = eirp_dbw + g_over_t_db_k - loss_db - decibel(constants.k) - allowance_db
    return np.asarray(10.0 ** (rate_db / 10.0) / 1e6)
