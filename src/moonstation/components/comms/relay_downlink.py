"""Relay satellite's recorder and its link to the Earth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.comms.transmitter import Transmitter
from moonstation.components.contract import Flow, Primitives, Store, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode


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

    failures: ClassVar = (
        FailureMode("transponder", "amplifier or modem of the satellite"),
        FailureMode("safe mode", "the satellite turns to the Sun and waits", affects=("sending",)),
        FailureMode("ground weather", "rain at the ground station", affects=("sending",)),
    )
    flows: ClassVar = (
        Flow("data", "store", "the relay's recorder"),
        Flow("data", "in", "what waits in the relay"),
        Flow("data@earth", "out", "what reaches the ground"),
    )
    example: ClassVar = {"recorder_gbit": 500.0}
    leaves_out: ClassVar = (
        "the satellite's own power, heat and housekeeping data; weather at the ground station (in Ka 6 Mbit/s in S are "
        "the fallback); other users of the ground stations; hand-over between relays"
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """A store and one process that moves its data to the Earth; no electricity, the satellite has its own."""
        rate = self.rate_mbit_s(place.earth_distance_km(), self.ground_g_over_t_db_k)
        sending = self.sending("data@earth", rate, place.earth_contact(), power_kw=0.0)
        return Primitives(stores=(Store("recorder", "data", capacity=self.recorder_gbit),), processes=(sending,))
