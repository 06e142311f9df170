"""A place where nothing changes, to see what a component compiles into without sky and terrain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moonstation.components.contract import Series
from moonstation.core.errors import Fault, RangeError
from moonstation.core.time import TimeGrid

_SUN_UP_DEG = 1.5
_EARTH_KM, _RELAY_KM = 384_400.0, 8_000.0
_GROUND_K, _SKY_K = 200.0, 120.0


@dataclass(frozen=True)
class StillPlace:
    """``Surroundings`` in sunlight and in sight of everything; on a relay, what needs ground or warmth is refused."""

    grid: TimeGrid
    node: str
    on_relay: bool = False

    def _all(self, value: float) -> Series:
        return np.full(self.grid.count, value, np.float32)

    def _on_ground(self, value: float, what: str = "what has temperatures") -> Series:
        if self.on_relay:
            raise RangeError(Fault("site", f"{what} cannot sit on a relay", hint="put it at a surface site"))
        return self._all(value)

    def sun_disc_fraction(self, on_mast: bool = True) -> Series:
        """Visible share of the solar disc [-]."""
        return self._all(1.0)

    def sun_elevation_deg(self) -> Series:
        """Elevation of the Sun's centre [deg]."""
        return self._all(_SUN_UP_DEG)

    def sun_azimuth_deg(self) -> Series:
        """Azimuth of the Sun's centre [deg]."""
        return self._all(0.0)

    def sun_distance_au(self) -> Series:
        """Distance of the Sun [au]."""
        return self._all(1.0)

    def earth_disc_fraction(self, on_mast: bool = True) -> Series:
        """Visible share of the Earth's disc [-]."""
        return self._all(1.0)

    def earth_contact(self) -> Series:
        """1: the Earth hears [-]."""
        return self._all(1.0)

    def earth_distance_km(self) -> Series:
        """Distance of the Earth [km]."""
        return self._all(_EARTH_KM)

    def ground_stations_in_view(self) -> Series:
        """Number of ground stations [-]."""
        return self._all(1.0)

    def signal_through_rain(self, frequency_ghz: float, month_share: float) -> Series:
        """1: a clear sky on the ground [-]."""
        return self._all(1.0)

    def relay_visible(self, relay: str) -> Series:
        """1: the relay is up [-]."""
        return self._on_ground(1.0, "a link to a relay")

    def relay_distance_km(self, relay: str) -> Series:
        """Distance of the relay [km]."""
        return self._on_ground(_RELAY_KM, "a link to a relay")

    def radiator_sink_k(self) -> Series:
        """Sink of a radiator that faces the sky [K]."""
        return self._on_ground(_SKY_K)

    def box_sink_k(self) -> Series:
        """Sink of a box on the ground [K]."""
        return self._on_ground(_GROUND_K)

    def panel_sink_k(self) -> Series:
        """Sink of an upright panel [K]."""
        return self._all(_GROUND_K)

    def regolith_k(self) -> Series:
        """Temperature of the ground [K]."""
        return self._on_ground(_GROUND_K)

    def age_years(self) -> Series:
        """Years since landing [yr]."""
        return self._all(0.0)
