"""Radio link from a site to the Earth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.comms.transmitter import Transmitter
from moonstation.components.contract import Flow, Primitives, Surroundings, component, fact
from moonstation.components.failure_modes import FailureMode


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

    failures: ClassVar = (
        FailureMode("transmitter", "amplifier, modem or pointing of the dish", spare=True),
        FailureMode("ground weather", "rain at the ground station"),
    )
    flows: ClassVar = (
        Flow("data", "in", "what waits at the site"),
        Flow("data@earth", "out", "what reaches the ground"),
        Flow("electricity", "in", "transmitter while it sends"),
    )
    example: ClassVar = {"dish_m": 0.6, "transmit_w": 20.0}
    leaves_out: ClassVar = (
        "commands upward; turning and pointing; other users of the ground stations; weather (matters in Ka); the "
        "Moon's changing share of the ground dish's beam; which station listens (all count the same)"
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """One process that moves data to the Earth."""
        rate = self.rate_mbit_s(place.earth_distance_km(), self.ground_g_over_t_db_k)
        power_kw = self.transmit_w / self.amplifier_efficiency / 1e3
        return Primitives(processes=(self.sending("data@earth", rate, place.earth_contact(), power_kw),))
