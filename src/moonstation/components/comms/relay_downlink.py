"""Relay satellite's recorder and its link to the Earth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from moonstation.components.comms.antenna_time import GROUND, OWN_DISH, costing, ground_choice, hours_of_dish
from moonstation.components.comms.transmitter import GBIT_H_PER_MBIT_S, Transmitter
from moonstation.components.contract import Flow, Primitives, Store, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.facts.table import lookup


@component("relay_downlink")
@dataclass(frozen=True, slots=True)
class RelayDownlink(Transmitter):
    """A relay satellite's payload: keeps what sites send to it and hands it on while a ground station is in view."""

    recorder_gbit: float = param(unit="Gbit", doc="what the relay can keep", low=0.0, high=1e9)
    dish_m: float = fact("queqiao2.earth_dish", unit="m", doc="dish that points to the Earth", low=0.02, high=50.0)
    transmit_w: float = fact("queqiao2.transmit_power", unit="W", doc="radio power", low=0.01, high=1e4)
    frequency_ghz: float = fact("queqiao2.frequency", unit="GHz", doc="carrier", low=0.3, high=40.0)
    modem_mbit_s: float = fact("queqiao2.earth_rate", unit="Mbit/s", doc="most the modem carries", low=1e-6, high=1e5)
    ground_g_over_t_db_k: float = fact(
        "comms.ground_g_over_t_ka", unit="dB/K", doc="ground station that looks at the Moon", low=0.0, high=70.0
    )
    fallback_mbit_s: float = fact(
        "queqiao2.earth_fallback_rate", unit="Mbit/s", doc="of the slower band, in bad weather", low=0.0, high=1e5
    )
    ground: str = ground_choice()

    failures: ClassVar = (
        FailureMode("transponder", "amplifier or modem of the satellite"),
        FailureMode("safe mode", "the satellite turns to the Sun and waits", affects=("sending",)),
        FailureMode("ground weather", "a storm: the dish on the Earth is stowed", affects=("sending",)),
    )
    flows: ClassVar = (
        Flow("data", "store", "the relay's recorder"),
        Flow("data", "in", "what waits in the relay"),
        Flow("data@earth", "out", "what reaches the ground"),
        Flow(OWN_DISH, "out", "hours of the dish, which its bands share"),
        Flow(OWN_DISH, "in", "hours of the dish"),
        Flow(GROUND, "in", "hours of the ground stations, where they are booked"),
    )
    example: ClassVar = {"recorder_gbit": 500.0, "ground": "booked"}
    leaves_out: ClassVar = (
        "the satellite's own power, heat and housekeeping data; the budget of the slower band, which is taken at its "
        "published rate; links between relays"
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """A store, and two bands that move its data to the Earth; no electricity, the satellite has its own."""
        step_h, contact = place.grid.step_h, place.earth_contact()
        rate = self.rate_to_earth_mbit_s(place, self.ground_g_over_t_db_k)
        fast = self.sending("data@earth", rate, contact, step_h)
        fallback_mbit_s = min(self.fallback_mbit_s, self.modem_mbit_s)
        slow = self.sending("data@earth", np.full(len(rate), fallback_mbit_s), contact, step_h)
        dishes = [OWN_DISH] + [GROUND] * (self.ground == "booked")
        fast_gbit_h = self.gbit_h_at(lookup("comms.earth_distance").value, self.ground_g_over_t_db_k)
        bands = [costing(fast, fast_gbit_h, dishes=dishes)]
        if fallback_mbit_s > 0.0:
            slow = costing(slow, GBIT_H_PER_MBIT_S * fallback_mbit_s, dishes=dishes)
            bands.append(replace(slow, name="fallback"))
        store = Store("recorder", "data", capacity=self.recorder_gbit)
        hours = hours_of_dish(OWN_DISH, usable=self.usable(contact, step_h))
        return Primitives(stores=(store,), processes=(hours, *bands))
