"""Radio link from a site to the Earth in Ka band, with slower bands for rain and broken amplifiers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from moonstation.components.comms.antenna_time import GROUND, OWN_DISH, costing, ground_choice, hours_of_dish
from moonstation.components.comms.transmitter import Transmitter
from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact
from moonstation.components.failure_modes import FailureMode
from moonstation.facts.table import lookup


@component("ka_link")
@dataclass(frozen=True, slots=True)
class KaLink(Transmitter):
    """Fast link to the Earth that rain over the ground station slows or stops; then the dish sends in X, then in S."""

    frequency_ghz: float = fact("comms.ka_frequency", unit="GHz", doc="carrier of the fast band", low=17.0, high=40.0)
    modem_mbit_s: float = fact(
        "comms.ka_modem", unit="Mbit/s", doc="most the modem of the fast band carries", low=1e-6, high=1e5
    )
    amplifier_efficiency: float = fact(
        "comms.amplifier_efficiency", unit="-", doc="radio power over electric power", low=0.05, high=0.9
    )
    ground_g_over_t_db_k: float = fact(
        "comms.ground_g_over_t_ka", unit="dB/K", doc="ground station in the fast band, clear sky", low=0.0, high=70.0
    )
    fallback_frequency_ghz: float = fact(
        "comms.x_frequency", unit="GHz", doc="carrier of the band for bad weather", low=0.3, high=17.0
    )
    fallback_transmit_w: float = fact(
        "comms.fallback_power", unit="W", doc="radio power in the band for bad weather", low=0.01, high=1e4
    )
    fallback_modem_mbit_s: float = fact(
        "comms.direct_modem", unit="Mbit/s", doc="most the other modem carries", low=1e-6, high=1e5
    )
    fallback_g_over_t_db_k: float = fact(
        "comms.ground_g_over_t_x", unit="dB/K", doc="ground station in the other band", low=0.0, high=70.0
    )
    last_frequency_ghz: float = fact(
        "comms.s_frequency", unit="GHz", doc="carrier of the band for when both are out", low=0.3, high=17.0
    )
    last_transmit_w: float = fact(
        "comms.last_power", unit="W", doc="radio power in that band; 0 for none", low=0.0, high=1e4
    )
    last_modem_mbit_s: float = fact("comms.last_modem", unit="Mbit/s", doc="most its modem carries", low=1e-6, high=1e5)
    last_g_over_t_db_k: float = fact(
        "comms.ground_g_over_t_s", unit="dB/K", doc="ground station in that band", low=0.0, high=70.0
    )
    ground: str = ground_choice()

    failures: ClassVar = (
        FailureMode("transmitter", "modem or pointing of the dish", spare=True),
        FailureMode("fast amplifier", "amplifier of the fast band", affects=("sending",)),
        FailureMode("slow amplifier", "amplifier of the band for bad weather", affects=("fallback",)),
        FailureMode("ground weather", "a storm: the dish on the Earth is stowed", affects=("sending",)),
    )
    flows: ClassVar = (
        Flow("data", "in", "what waits at the site"),
        Flow("data@earth", "out", "what reaches the ground"),
        Flow("electricity", "in", "transmitters while they send"),
        Flow(OWN_DISH, "out", "hours of the dish, which its bands share"),
        Flow(OWN_DISH, "in", "hours of the dish"),
        Flow(GROUND, "in", "hours of the ground stations, where they are booked"),
    )
    example: ClassVar = {"dish_m": 1.0, "transmit_w": 50.0, "ground": "booked"}
    leaves_out: ClassVar = (
        "commands upward; single showers (the fast band has the mean rate of its month); a clear ground "
        "station that takes over; clouds and gases; the Moon's changing share of the ground dish's beam"
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Hours of the dish, the fast band, and the others, each for what hours those before it leave."""
        bands = [self._band(self, self.ground_g_over_t_db_k, place, "sending")]
        other = replace(
            self,
            frequency_ghz=self.fallback_frequency_ghz,
            transmit_w=self.fallback_transmit_w,
            modem_mbit_s=self.fallback_modem_mbit_s,
        )
        bands.append(self._band(other, self.fallback_g_over_t_db_k, place, "fallback"))
        if self.last_transmit_w > 0.0:
            last = replace(
                self,
                frequency_ghz=self.last_frequency_ghz,
                transmit_w=self.last_transmit_w,
                modem_mbit_s=self.last_modem_mbit_s,
            )
            bands.append(self._band(last, self.last_g_over_t_db_k, place, "last band"))
        hours = hours_of_dish(OWN_DISH, usable=self.usable(place.earth_contact(), place.grid.step_h))
        return Primitives(processes=(hours, *bands))

    @staticmethod
    def _band(radio: KaLink, g_over_t_db_k: float, place: Surroundings, name: str) -> Process:
        rate = radio.rate_to_earth_mbit_s(place, g_over_t_db_k)
        sending = radio.sending("data@earth", rate, place.earth_contact(), place.grid.step_h)
        dishes = [OWN_DISH] + [GROUND] * (radio.ground == "booked")
        gbit_h = radio.gbit_h_at(lookup("comms.earth_distance").value, g_over_t_db_k)
        power = {"transmit_w": radio.transmit_w, "amplifier_efficiency": radio.amplifier_efficiency}
        return replace(costing(sending, gbit_h, dishes=dishes, **power), name=name)
