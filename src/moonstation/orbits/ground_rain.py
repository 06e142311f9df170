"""What rain over the ground stations takes from the Moon's signals, over a time grid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from moonstation.core.time import TimeGrid
from moonstation.orbits.ground import GroundStation, elevation_on_grid_deg
from moonstation.orbits.rain import MONTHS, Climate, RainPath

Series = NDArray[np.float32]

_BIN_DEG = 2.0
_ELEVATIONS_DEG = np.maximum(np.arange(0.0, 90.0, _BIN_DEG) + _BIN_DEG / 2.0, 5.0)
#: By this the driest of the stations in view is told: Ka band, one part in a thousand of the month.
_REFERENCE_GHZ, _REFERENCE_SHARE = 26.0, 1e-3


class GroundRain:
    """Rain on the way to that ground station in view over which it takes least."""

    def __init__(self, stations: Sequence[GroundStation], grid: TimeGrid) -> None:
        self.stations = stations
        self.grid = grid
        self._tables: dict[tuple[float, float], Series] = {}

    def power_left(self, frequency_ghz: float, month_share: float) -> Series:
        """Share of a signal's power that rain leaves in all but ``month_share`` of each month [-], shape (grid.count,).

        1 where no station sees the Moon.
        """
        key = (frequency_ghz, month_share)
        if key not in self._tables:
            table = 10.0 ** (-self._attenuation_db(*key).reshape(-1) / 10.0)
            self._tables[key] = np.append(table, 1.0).astype(np.float32)
        return np.take(self._tables[key], self._cells)

    def _attenuation_db(self, frequency_ghz: float, month_share: float) -> NDArray[np.float64]:
        """By station, month and bin of elevation [dB]."""
        table = np.zeros((len(self.stations), MONTHS, len(_ELEVATIONS_DEG)))
        for rows, station in zip(table, self.stations, strict=True):
            if station.weather:
                path = RainPath(
                    Climate.of(station.weather), station.latitude_deg, station.height_m / 1000.0, frequency_ghz
                )
                rows[:] = path.monthly_attenuation_db(_ELEVATIONS_DEG, month_share)
        return table

    @cached_property
    def _cells(self) -> NDArray[np.int32]:
        """Row of the tables that holds at each step: the driest station in view, the month, the Moon's elevation."""
        months = (self.grid.utc.astype("datetime64[M]").astype(np.int64) % MONTHS).astype(np.int32)
        loss_db = self._attenuation_db(_REFERENCE_GHZ, _REFERENCE_SHARE).reshape(-1).astype(np.float32)
        bins = len(_ELEVATIONS_DEG)
        best_db = np.full(self.grid.count, np.inf, np.float32)
        cells = np.full(self.grid.count, loss_db.size, np.int32)
        for number, station in enumerate(self.stations):
            elevation_deg = elevation_on_grid_deg(station, self.grid)
            bin_of = np.clip((elevation_deg / _BIN_DEG).astype(np.int32), 0, bins - 1)
            cell = (number * MONTHS + months) * bins + bin_of
            better = (elevation_deg >= station.min_elevation_deg) & (loss_db[cell] < best_db)
            best_db[better] = loss_db[cell[better]]
            cells[better] = cell[better]
        return cells
