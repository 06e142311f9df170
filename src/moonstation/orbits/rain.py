"""Rain over a ground station: how often it falls in each month, and what it takes from a signal out of the sky.

Rain by month: ITU-R P.837-7; its specific attenuation: P.838-3; attenuation on a slanted path over the year: P.618-13.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from moonstation.facts.table import lookup
from moonstation.facts.usage import fact_cache

FloatArray = NDArray[np.float64]

MONTHS = 12
_MONTH_DAYS = np.array([31.0, 28.25, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0])
_FREEZING_K = 273.15
_MOST_RAIN = 0.70  # share of a month in which it may rain at all
_SPREAD, _SHIFT = 1.26, 0.7938  # of the logarithm of the rate
#: Coefficients (a, b, c) of the Gaussians in log f of P.838-3, and slope and constant; horizontal, then vertical.
_LOG_K = (
    (
        ((-5.33980, -0.10008, 1.13098), (-0.35351, 1.26970, 0.45400), (-0.23789, 0.86036, 0.15354))
        + ((-0.94158, 0.64552, 0.16817),),
        (-0.18961, 0.71147),
    ),
    (
        ((-3.80595, 0.56934, 0.81061), (-3.44965, -0.22911, 0.51059), (-0.39902, 0.73042, 0.11899))
        + ((0.50167, 1.07319, 0.27195),),
        (-0.16398, 0.63297),
    ),
)
_POWER = (
    (
        ((-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822), (0.32177, 0.63773, 0.13164))
        + ((-5.37610, -0.96230, 1.47828), (16.1721, -3.29980, 3.43990)),
        (0.67849, -1.95537),
    ),
    (
        ((-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039), (-0.20238, 1.14520, 0.26809))
        + ((-48.2991, 0.791669, 0.116226), (48.5833, 0.791459, 0.116479)),
        (-0.053739, 0.83433),
    ),
)
#: Shares of the year between which the recommendation gives attenuation; beyond, that of the nearer end.
_RAREST, _USUAL = 1e-5, 0.05


@dataclass(frozen=True, slots=True)
class Climate:
    """Rain of an average year at a ground station.

    rain_mm, air_k : total rain and mean temperature of every month, January first [mm], [K], 12 of each
    rain_height_km : height above the sea up to which rain is liquid [km]
    """

    rain_mm: tuple[float, ...]
    air_k: tuple[float, ...]
    rain_height_km: float

    @classmethod
    def of(cls, station: str) -> Climate:
        """That of a ground station of the facts tables; raises FactError where they do not know it."""
        return _climate(station)

    def raining(self) -> tuple[FloatArray, FloatArray]:
        """Share of each month in which it rains [-], and the rate that sets its distribution [mm/h] (P.837-7)."""
        warm_k = np.maximum(np.array(self.air_k) - _FREEZING_K, 0.0)
        rate = 0.5874 * np.exp(0.0883 * warm_k)
        mean_mm_h = np.array(self.rain_mm) / (24.0 * _MONTH_DAYS)
        share = mean_mm_h / rate
        return np.minimum(share, _MOST_RAIN), np.where(share > _MOST_RAIN, mean_mm_h / _MOST_RAIN, rate)

    def exceeding_share(self, rate_mm_h: ArrayLike) -> FloatArray:
        """Share of each month in which it rains harder [-], shape (12, ...)."""
        wanted = np.asarray(rate_mm_h, np.float64)[np.newaxis]
        share, rate = (values.reshape(MONTHS, *[1] * (wanted.ndim - 1)) for values in self.raining())
        return np.asarray(share * ndtr(-(np.log(wanted) + _SHIFT - np.log(rate)) / _SPREAD))

    def yearly_share(self, rate_mm_h: ArrayLike) -> FloatArray:
        """Share of the year in which it rains harder [-], shape of the rate."""
        return np.asarray(np.average(self.exceeding_share(rate_mm_h), axis=0, weights=_MONTH_DAYS))

    def rate_mm_h(self, share: float) -> float:
        """Rain exceeded in a share of the year [mm/h], 0 where it rains less often than that."""
        if float(self.yearly_share(1e-9)) <= share:
            return 0.0
        found = brentq(lambda log: float(self.yearly_share(np.exp(log))) - share, np.log(1e-9), np.log(1e4))
        return float(np.exp(found))

    def yearly_share_of(self, month_share: float) -> FloatArray:
        """Share of the year in which it rains harder than in ``month_share`` of each month [-]; 1 where that is dry."""
        share, rate = self.raining()
        wet = month_share < share
        log = np.log(rate) - _SHIFT + _SPREAD * ndtri(1.0 - month_share / np.where(wet, share, 1.0).clip(month_share))
        return np.where(wet, self.yearly_share(np.exp(np.minimum(log, 20.0))), 1.0)


@fact_cache
def _climate(station: str) -> Climate:
    months = [f"{month:02d}" for month in range(1, MONTHS + 1)]
    return Climate(
        tuple(lookup(f"ground.{station}_rain_{month}").value for month in months),
        tuple(lookup(f"ground.{station}_air_{month}").value for month in months),
        lookup(f"ground.{station}_rain_height").value,
    )


def specific_attenuation_db_km(rate_mm_h: ArrayLike, frequency_ghz: float) -> FloatArray:
    """What a kilometre of rain takes from a circularly polarised wave [dB/km]: k R^a (P.838-3), shape of the rate."""
    x = np.log10(frequency_ghz)

    def curve(part: tuple[tuple[tuple[float, float, float], ...], tuple[float, float]]) -> float:
        bells, (slope, constant) = part
        return float(sum(a * np.exp(-(((x - b) / c) ** 2)) for a, b, c in bells) + slope * x + constant)

    k_h, k_v = (10.0 ** curve(part) for part in _LOG_K)
    a_h, a_v = (curve(part) for part in _POWER)
    k = (k_h + k_v) / 2.0
    return np.asarray(k * np.asarray(rate_mm_h, np.float64) ** ((k_h * a_h + k_v * a_v) / (2.0 * k)))


@dataclass(frozen=True, slots=True)
class RainPath:
    """The way of a signal through the rain over a ground station.

    latitude_deg [deg]; height_km : of the station above the sea [km]; frequency_ghz : carrier [GHz]
    """

    climate: Climate
    latitude_deg: float
    height_km: float
    frequency_ghz: float

    def rare_attenuation_db(self, elevation_deg: ArrayLike) -> FloatArray:
        """Attenuation exceeded in a ten-thousandth of the year [dB], shape of the elevation (P.618-13, steps 1 to 9).

        For elevations of 5 degrees and more.
        """
        elevation = np.radians(np.asarray(elevation_deg, np.float64))
        over_km = max(self.climate.rain_height_km - self.height_km, 0.0)
        per_km = float(specific_attenuation_db_km(self.climate.rate_mm_h(1e-4), self.frequency_ghz))
        if over_km == 0.0 or per_km == 0.0:
            return np.zeros_like(elevation)
        across_km = over_km / np.tan(elevation)
        shrunk = across_km / (
            1.0 + 0.78 * np.sqrt(across_km * per_km / self.frequency_ghz) - 0.38 * (1.0 - np.exp(-2.0 * across_km))
        )
        leaves_by_side = np.arctan2(over_km, shrunk) > elevation
        through_km = np.where(leaves_by_side, shrunk / np.cos(elevation), over_km / np.sin(elevation))
        tropic = max(36.0 - abs(self.latitude_deg), 0.0)
        bend = 31.0 * (1.0 - np.exp(-np.degrees(elevation) / (1.0 + tropic)))
        upward = 1.0 / (
            1.0 + np.sqrt(np.sin(elevation)) * (bend * np.sqrt(through_km * per_km) / self.frequency_ghz**2 - 0.45)
        )
        return np.asarray(per_km * through_km * upward)

    def attenuation_db(self, elevation_deg: ArrayLike, year_share: ArrayLike) -> FloatArray:
        """Attenuation exceeded in a share of the year [dB], shapes broadcast (P.618-13, step 10); 0 for a share of 1.

        Shares under 0.001 % and over 5 % take the attenuation at these.
        """
        elevation, share = np.broadcast_arrays(np.asarray(elevation_deg, np.float64), np.asarray(year_share, float))
        rare_db = self.rare_attenuation_db(elevation)
        percent = 100.0 * np.clip(share, _RAREST, _USUAL)
        sine, south = np.sin(np.radians(elevation)), abs(self.latitude_deg)
        low = np.where(elevation >= 25.0, 0.0, 1.8 - 4.25 * sine)
        beta = np.where((percent >= 1.0) | (south >= 36.0), 0.0, -0.005 * (south - 36.0) + low)
        log_rare = np.log(np.maximum(rare_db, 1e-12))
        power = -(0.655 + 0.033 * np.log(percent) - 0.045 * log_rare - beta * (1.0 - percent) * sine)
        return np.where((share < 1.0) & (rare_db > 0.0), rare_db * (percent / 0.01) ** power, 0.0)

    def monthly_attenuation_db(self, elevation_deg: ArrayLike, month_share: float) -> FloatArray:
        """Attenuation exceeded in a share of every month [dB], shape (12, number of elevations).

        The year's attenuation at the share of the year in which it rains as hard as in that share of the month.
        """
        year_share = self.climate.yearly_share_of(month_share)
        return self.attenuation_db(np.asarray(elevation_deg, np.float64)[np.newaxis, :], year_share[:, np.newaxis])
