"""Radio link from a site up to a relay satellite."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from moonstation.components.comms.antenna_time import SITE_DISH, costing, dish_choice
from moonstation.components.comms.transmitter import Transmitter
from moonstation.components.contract import Flow, HoldLevel, Primitives, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode


@component("relay_link")
@dataclass(frozen=True, slots=True)
class RelayLink(Transmitter):
    """Antenna that sends data to a relay satellite while that stands above the horizon."""

    relay: str = param(unit="name", doc="name of the relay node")
    modem_mbit_s: float = fact("comms.relay_modem", unit="Mbit/s", doc="most the modem carries", low=1e-6, high=1e5)
    amplifier_efficiency: float = fact(
        "comms.amplifier_efficiency", unit="-", doc="radio power over electric power", low=0.05, high=0.9
    )
    relay_g_over_t_db_k: float = fact(
        "comms.relay_g_over_t_x", unit="dB/K", doc="relay's dish that looks at the Moon", low=-30.0, high=50.0
    )
    usual_distance_km: float = fact(
        "comms.relay_distance", unit="km", doc="at which power and time per Gbit are counted", low=100.0, high=500000.0
    )
    dish: str = dish_choice()

    failures: ClassVar = (FailureMode("transmitter", "amplifier, modem or pointing of the dish", spare=True),)
    flows: ClassVar = (
        Flow("data", "in", "what waits at the site"),
        Flow("data@{relay}", "out", "what reaches the relay"),
        Flow("electricity", "in", "transmitter while it sends"),
        Flow(SITE_DISH, "in", "hours of the shared dish, where it is one"),
    )
    example: ClassVar = {"relay": "queqiao-2", "dish_m": 0.2, "transmit_w": 10.0, "dish": "shared"}
    leaves_out: ClassVar = "commands downward; several users of one relay at a time; reflections at a low relay"

    def primitives(self, place: Surroundings) -> Primitives:
        """One process that moves data to the relay's node, as much as finds room there."""
        rate = self.rate_mbit_s(place.relay_distance_km(self.relay), self.relay_g_over_t_db_k)
        visible = place.relay_visible(self.relay)
        there = f"data@{self.relay}"
        sending = replace(self.sending(there, rate, visible, place.grid.step_h), control=HoldLevel(there, 1.0))
        dishes = [SITE_DISH] * (self.dish == "shared")
        gbit_h = self.gbit_h_at(self.usual_distance_km, self.relay_g_over_t_db_k)
        power = {"transmit_w": self.transmit_w, "amplifier_efficiency": self.amplifier_efficiency}
        return Primitives(processes=(costing(sending, gbit_h, dishes=dishes, **power),))
