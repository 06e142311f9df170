"""Antennas on the Earth that all missions share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.comms.antenna_time import GROUND
from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode


@component("ground_network")
@dataclass(frozen=True, slots=True)
class GroundNetwork:
    """Hours of the ground stations' antennas: what their stations in view offer to the links that book them."""

    antennas_per_station: float = param(unit="-", doc="dishes of each ground station", low=0.0, high=100.0, default=1)
    share: float = fact(
        "comms.ground_share", unit="-", doc="share of their time that this station gets", low=0.0, high=1.0
    )

    failures: ClassVar = (FailureMode("outage", "one ground station is out of service"),)
    flows: ClassVar = (Flow(GROUND, "out", "hours of antennas that see the Moon"),)
    example: ClassVar = {"antennas_per_station": 1, "share": 0.5}
    leaves_out: ClassVar = (
        "which station serves whom; their different dishes (each link states one G/T); booking days ahead; several "
        "links within one beam, which a dish on the Moon's whole disc could take at once"
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Hours of antennas, by how many stations see the Moon."""
        hours = Process(
            "antennas",
            {GROUND: 1.0},
            limit=self.antennas_per_station * self.share,
            series=place.ground_stations_in_view(),
            priority=0,
        )
        return Primitives(processes=(hours,))
