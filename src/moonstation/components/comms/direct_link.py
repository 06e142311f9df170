"""Radio link from a site to the Earth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.comms.antenna_time import GROUND, SITE_DISH, costing, dish_choice, ground_choice
from moonstation.components.comms.transmitter import Transmitter
from moonstation.components.contract import Flow, Primitives, Surroundings, component, fact
from moonstation.components.failure_modes import FailureMode
from moonstation.facts.table import lookup


@component("direct_link")
@dataclass(frozen=True, slots=True)
class DirectLink(Transmitter):
    """Dish that sends data to the Earth while the Earth is up here and the Moon is up at a ground station."""

    amplifier_efficiency: float = fact(
        "comms.amplifier_efficiency", unit="-", doc="radio power over electric power", low=0.05, high=0.9
    )
    ground_g_over_t_db_k: float = fact(
        "comms.ground_g_over_t_x", unit="dB/K", doc="ground station that looks at the Moon", low=0.0, high=70.0
    )
    dish: str = dish_choice()
    ground: str = ground_choice()

    failures: ClassVar = (FailureMode("transmitter", "amplifier, modem or pointing of the dish", spare=True),)
    flows: ClassVar = (
        Flow("data", "in", "what waits at the site"),
        Flow("data@earth", "out", "what reaches the ground"),
        Flow("electricity", "in", "transmitter while it sends"),
        Flow(SITE_DISH, "in", "hours of the shared dish, where it is one"),
        Flow(GROUND, "in", "hours of the ground stations, where they are booked"),
    )
    example: ClassVar = {"dish_m": 0.6, "transmit_w": 20.0, "dish": "shared", "ground": "booked"}
    leaves_out: ClassVar = (
        "commands upward; rain in S and X, where it is slight; the Moon's changing share of the ground dish's beam; "
        "which station listens (all count the same)"
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process that moves data to the Earth."""
        rate = self.rate_to_earth_mbit_s(place, self.ground_g_over_t_db_k)
        sending = self.sending("data@earth", rate, place.earth_contact(), place.grid.step_h)
        dishes = [SITE_DISH] * (self.dish == "shared") + [GROUND] * (self.ground == "booked")
        gbit_h = self.gbit_h_at(lookup("comms.earth_distance").value, self.ground_g_over_t_db_k)
        power = {"transmit_w": self.transmit_w, "amplifier_efficiency": self.amplifier_efficiency}
        return Primitives(processes=(costing(sending, gbit_h, dishes=dishes, **power),))
