"""What every sending dish has in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.comms.link_budget import decibel, dish_gain_dbi, link_rate_mbit_s
from moonstation.components.contract import Process, fact, param

#: Gbit/h in one Mbit/s.
GBIT_H_PER_MBIT_S = 3.6


@dataclass(frozen=True, slots=True)
class Transmitter:
    """Dish, amplifier and modem, and the allowances of their link budget."""

    dish_m: float = param(unit="m", doc="diameter of the sending dish", low=0.02, high=50.0)
    transmit_w: float = param(unit="W", doc="radio power at the antenna", low=0.01, high=1e4)
    frequency_ghz: float = fact("comms.x_frequency", unit="GHz", doc="carrier", low=0.3, high=40.0)
    modem_mbit_s: float = fact("comms.direct_modem", unit="Mbit/s", doc="most the modem carries", low=1e-6, high=1e5)
    dish_efficiency: float = fact("comms.dish_efficiency", unit="-", doc="of the sending dish", low=0.1, high=0.9)
    losses_db: float = fact("comms.other_losses", unit="dB", doc="pointing, atmosphere, lines", low=0.0, high=30.0)
    margin_db: float = fact("comms.margin", unit="dB", doc="kept in hand", low=0.0, high=20.0)
    eb_n0_db: float = fact("comms.eb_n0_required", unit="dB", doc="that the code needs", low=-1.6, high=20.0)

    def eirp_dbw(self) -> float:
        """Radio power times gain of the dish [dBW]."""
        return float(decibel(self.transmit_w)) + dish_gain_dbi(self.dish_m, self.frequency_ghz, self.dish_efficiency)

    def rate_mbit_s(self, distance_km: ArrayLike, g_over_t_db_k: float) -> NDArray[np.float64]:
        """Data rate to a receiver [Mbit/s], shape of ``distance_km``, no more than the modem's."""
        rate = link_rate_mbit_s(
            distance_km,
            eirp_dbw=self.eirp_dbw(),
            g_over_t_db_k=g_over_t_db_k,
            frequency_ghz=self.frequency_ghz,
            allowance_db=self.eb_n0_db + self.losses_db + self.margin_db,
        )
        return np.minimum(rate, self.modem_mbit_s)

    def sending(self, to: str, rate_mbit_s: ArrayLike, contact: ArrayLike, power_kw: float) -> Process:
        """The process that moves data from this node to the bus ``to``; its activity is Gbit/h.

        rate_mbit_s, contact : series over the time grid [Mbit/s], 1 while both ends see each other [-]
        power_kw : electric power while sending [kW]; a Gbit costs what it costs at the mean rate in contact, so the
            sum is right where every contact is used to the full
        """
        rate = np.asarray(rate_mbit_s, dtype=np.float64) * np.asarray(contact, dtype=np.float64)
        usable = rate[rate > 0.0]
        mean_gbit_h = GBIT_H_PER_MBIT_S * (float(usable.mean()) if usable.size else self.modem_mbit_s)
        recipe = {"data": -1.0, to: 1.0}
        if power_kw > 0.0:
            recipe["electricity"] = -power_kw / mean_gbit_h
        share = (rate / self.modem_mbit_s).astype(np.float32)
        return Process("sending", recipe, limit=GBIT_H_PER_MBIT_S * self.modem_mbit_s, series=share, priority=2)
