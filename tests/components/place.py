"""A place whose sky, ground and age are what the test says, for compiling components without terrain or ephemeris."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from moonstation.components.contract import Series
from moonstation.core.time import YEAR_H, TimeGrid

#: One synodic month at 10 minutes.
MONTH = TimeGrid.between("2030-01-01", "2030-01-30T12:00Z", "10min")

#: What each question answers unless the test says otherwise. ``None``: same as on the mast, or the age of the grid.
_DEFAULTS: Mapping[str, float | None] = {
    "sun_disc_fraction": 1.0,
    "sun_disc_fraction_on_ground": None,
    "sun_elevation_deg": 1.5,
    "sun_azimuth_deg": 0.0,
    "sun_distance_au": 1.0,
    "earth_disc_fraction": 1.0,
    "earth_disc_fraction_on_ground": None,
    "earth_contact": 1.0,
    "earth_distance_km": 384_400.0,
    "ground_stations_in_view": 2.0,
    "signal_through_rain": 1.0,
    "relay_visible": 1.0,
    "relay_distance_km": 8_000.0,
    "radiator_sink_k": 120.0,
    "box_sink_k": 200.0,
    "panel_sink_k": 160.0,
    "regolith_k": 200.0,
    "age_years": None,
}


class ConstantPlace:
    """Implements ``Surroundings`` with constants or given arrays: ``ConstantPlace(grid, sun_distance_au=0.98)``.

    ``age_years`` defaults to the grid's own age (landed at its start).
    """

    def __init__(self, grid: TimeGrid = MONTH, node: str = "ridge", **series: ArrayLike) -> None:
        unknown = sorted(set(series) - set(_DEFAULTS))
        if unknown:
            raise TypeError(f"a place has no {unknown}; it has {sorted(_DEFAULTS)}")
        self.grid = grid
        self.node = node
        self._series = {**_DEFAULTS, "age_years": np.arange(grid.count) * (grid.step_h / YEAR_H), **series}

    def _get(self, name: str) -> Series:
        return np.broadcast_to(np.asarray(self._series[name], dtype=np.float32), (self.grid.count,)).copy()

    def _get_at_height(self, name: str, on_mast: bool) -> Series:
        ground = f"{name}_on_ground"
        return self._get(name if on_mast or self._series[ground] is None else ground)

    def sun_disc_fraction(self, on_mast: bool = True) -> Series:
        return self._get_at_height("sun_disc_fraction", on_mast)

    def sun_elevation_deg(self) -> Series:
        return self._get("sun_elevation_deg")

    def sun_azimuth_deg(self) -> Series:
        return self._get("sun_azimuth_deg")

    def sun_distance_au(self) -> Series:
        return self._get("sun_distance_au")

    def earth_disc_fraction(self, on_mast: bool = True) -> Series:
        return self._get_at_height("earth_disc_fraction", on_mast)

    def earth_contact(self) -> Series:
        return self._get("earth_contact")

    def earth_distance_km(self) -> Series:
        return self._get("earth_distance_km")

    def ground_stations_in_view(self) -> Series:
        return self._get("ground_stations_in_view")

    def signal_through_rain(self, frequency_ghz: float, month_share: float) -> Series:
        given = self._series["signal_through_rain"]
        return self._get("signal_through_rain") if not callable(given) else given(frequency_ghz, month_share)

    def relay_visible(self, relay: str) -> Series:
        return self._get("relay_visible")

    def relay_distance_km(self, relay: str) -> Series:
        return self._get("relay_distance_km")

    def radiator_sink_k(self) -> Series:
        return self._get("radiator_sink_k")

    def box_sink_k(self) -> Series:
        return self._get("box_sink_k")

    def panel_sink_k(self) -> Series:
        return self._get("panel_sink_k")

    def regolith_k(self) -> Series:
        return self._get("regolith_k")

    def age_years(self) -> Series:
        return self._get("age_years")
