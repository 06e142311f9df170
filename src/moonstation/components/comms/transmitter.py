"""What every sending dish has in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.comms.link_budget import (
    after_acquisition,
    decibel,
    dish_gain_dbi,
    link_rate_mbit_s,
    pointing_loss_db,
    stepped,
)
from moonstation.components.comms.rate_tables import RATE_TABLES, steps_mbit_s
from moonstation.components.contract import Process, Series, Surroundings, fact, param

#: Gbit/h in one Mbit/s.
GBIT_H_PER_MBIT_S = 3.6
#: Carriers from which rain is reckoned with; under it, it takes a few tenths of a decibel in a hundredth of the time.
RAIN_FROM_GHZ = 10.0
_EDGES = (0.05, 0.03, 0.015, 0.007, 0.003, 0.001, 0.0003, 0.0)
#: Shares of a month in whose attenuation the rest of the time is seen, and how much of the time each stands for [-].
RAINY_SHARES = tuple(
    ((high * low) ** 0.5 if low else high / 2.0, high - low) for high, low in zip(_EDGES, _EDGES[1:], strict=False)
)
DRY_SHARE = 1.0 - _EDGES[0]


@dataclass(frozen=True, slots=True)
class Transmitter:
    """Dish, amplifier and modem, and the allowances of their link budget."""

    dish_m: float = param(unit="m", doc="diameter of the sending dish", low=0.02, high=50.0)
    transmit_w: float = param(unit="W", doc="radio power at the antenna", low=0.01, high=1e4)
    frequency_ghz: float = fact("comms.x_frequency", unit="GHz", doc="carrier", low=0.3, high=40.0)
    modem_mbit_s: float = fact("comms.direct_modem", unit="Mbit/s", doc="most the modem carries", low=1e-6, high=1e5)
    rates: str = param(
        unit="name", doc="steps of the modem: any rate, or a published table", default="any", choices=RATE_TABLES
    )
    dish_efficiency: float = fact("comms.dish_efficiency", unit="-", doc="of the sending dish", low=0.1, high=0.9)
    pointing_error_deg: float = fact("comms.pointing_error", unit="deg", doc="of the sending dish", low=0.0, high=10.0)
    acquisition_min: float = fact(
        "comms.acquisition", unit="min", doc="begin of every contact that is lost to pointing and lock", low=0, high=60
    )
    losses_db: float = fact("comms.other_losses", unit="dB", doc="polarisation, air, lines", low=0.0, high=30.0)
    margin_db: float = fact("comms.margin", unit="dB", doc="kept in hand", low=0.0, high=20.0)
    eb_n0_db: float = fact("comms.eb_n0_required", unit="dB", doc="that the code needs", low=-1.6, high=20.0)

    def eirp_dbw(self) -> float:
        """Radio power times gain of the dish towards the receiver [dBW]."""
        gain_dbi = dish_gain_dbi(self.dish_m, self.frequency_ghz, self.dish_efficiency)
        loss_db = pointing_loss_db(self.pointing_error_deg, self.dish_m, self.frequency_ghz)
        return float(decibel(self.transmit_w)) + gain_dbi - loss_db

    def rate_mbit_s(self, distance_km: ArrayLike, g_over_t_db_k: float) -> NDArray[np.float64]:
        """Data rate to a receiver [Mbit/s], shape of ``distance_km``: a step of the modem, no more than it carries."""
        return self._carried(self._budget_mbit_s(distance_km, g_over_t_db_k))

    def rate_to_earth_mbit_s(self, place: Surroundings, g_over_t_db_k: float) -> NDArray[np.float64]:
        """Data rate to the ground at each step [Mbit/s]: the mean over the rain that falls there, in a fast band."""
        clear = self._budget_mbit_s(place.earth_distance_km(), g_over_t_db_k)
        rate = self._carried(clear)
        if self.frequency_ghz < RAIN_FROM_GHZ:
            return rate
        rate *= DRY_SHARE
        for month_share, weight in RAINY_SHARES:
            # Whole GHz, so that lives with slightly other carriers share their rain.
            left = place.signal_through_rain(float(round(self.frequency_ghz)), month_share)
            rate += weight * self._carried(clear * left)
        return rate

    def _budget_mbit_s(self, distance_km: ArrayLike, g_over_t_db_k: float) -> NDArray[np.float64]:
        return link_rate_mbit_s(
            distance_km,
            eirp_dbw=self.eirp_dbw(),
            g_over_t_db_k=g_over_t_db_k,
            frequency_ghz=self.frequency_ghz,
            allowance_db=self.eb_n0_db + self.losses_db + self.margin_db,
        )

    def _carried(self, rate_mbit_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the modem makes of the rate that the budget gives."""
        rate = np.minimum(rate_mbit_s, self.modem_mbit_s)
        steps = steps_mbit_s(self.rates)
        return stepped(rate, steps) if steps else rate

    def gbit_h_at(self, distance_km: float, g_over_t_db_k: float) -> float:
        """What an hour of sending carries at the distance by which costs are counted [Gbit]."""
        return GBIT_H_PER_MBIT_S * (float(self.rate_mbit_s(distance_km, g_over_t_db_k)) or self.modem_mbit_s)

    def usable(self, contact: ArrayLike, step_h: float) -> Series:
        """Share of each step in which it can send [-]: the contact, less its begin; shape of ``contact``."""
        return after_acquisition(contact, self.acquisition_min / 60.0, step_h).astype(np.float32)

    def sending(self, to: str, rate_mbit_s: ArrayLike, contact: ArrayLike, step_h: float) -> Process:
        """The process that moves data from this node to the bus ``to``; its activity is Gbit/h.

        rate_mbit_s, contact : series over the time grid [Mbit/s], 1 while both ends see each other [-]
        step_h : of the grid [h]
        """
        used = after_acquisition(contact, self.acquisition_min / 60.0, step_h)
        share = np.asarray(rate_mbit_s, dtype=np.float64) * used / self.modem_mbit_s
        limit = GBIT_H_PER_MBIT_S * self.modem_mbit_s
        return Process("sending", {"data": -1.0, to: 1.0}, limit=limit, series=share.astype(np.float32), priority=2)
