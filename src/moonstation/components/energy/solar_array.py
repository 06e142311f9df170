"""Sun-tracking solar array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.facts.table import lookup

_DUST_PERIOD_YEARS = 2000.0 / 365.25


def incidence_cosine(mount: str, sun_elevation_deg: ArrayLike) -> NDArray[np.float64]:
    """Cosine between the panel's normal and the Sun [-], shape of the elevation [deg].

    ``two-axis`` faces the Sun; ``vertical-axis`` is an upright panel that turns with the Sun's azimuth;
    ``horizontal`` lies flat. A Sun whose centre is below a flat panel's plane gives nothing.
    """
    elevation = np.radians(np.asarray(sun_elevation_deg, dtype=np.float64))
    if mount == "two-axis":
        return np.ones_like(elevation)
    return np.cos(elevation) if mount == "vertical-axis" else np.maximum(np.sin(elevation), 0.0)


def remaining_power(age_years: ArrayLike, radiation_fade_per_yr: float, dust_loss: float) -> NDArray[np.float64]:
    """Share of the first power left at an age [-], shape of ``age_years`` [yr].

    Radiation and dust each take the same share of what is left in equal times: ``radiation_fade_per_yr`` [1/yr]
    and ``dust_loss`` per 2000 days [-] (the time base of the Apollo dust detectors).
    """
    age = np.asarray(age_years, dtype=np.float64)
    return (1.0 - radiation_fade_per_yr) ** age * (1.0 - dust_loss) ** (age / _DUST_PERIOD_YEARS)


@component("solar_array")
@dataclass(frozen=True, slots=True)
class SolarArray:
    """Solar array that follows the Sun: irradiance times visible disc times area times efficiencies, less with age."""

    area_m2: float = param(unit="m2", doc="area of the blankets", low=0.01, high=1e5)
    mount: str = param(
        unit="name",
        doc="how the panel follows the Sun",
        default="two-axis",
        choices=("two-axis", "vertical-axis", "horizontal"),
    )
    height: str = param(
        unit="name", doc="sees the Sun from the mast's top or from 2 m", default="mast", choices=("mast", "ground")
    )
    cell_efficiency: float = fact("pv.efficiency_bol", unit="-", doc="new cells at 28 C", low=0.05, high=0.5)
    packing_factor: float = fact("pv.packing_factor", unit="-", doc="cell area over blanket area", low=0.3, high=1.0)
    wiring_efficiency: float = fact(
        "pv.wiring_efficiency", unit="-", doc="mismatch, harness, slip ring, peak-power tracker", low=0.5, high=1.0
    )
    radiation_fade_per_yr: float = fact(
        "pv.radiation_fade", unit="1/yr", doc="power lost to radiation per year", low=0.0, high=0.2
    )
    dust_loss_per_2000_days: float = fact(
        "dust.loss_per_2000_d", unit="-", doc="power lost to dust in 2000 days", low=0.0, high=0.9
    )

    flows: ClassVar = (Flow("electricity", "out", "to the site's bus, after the peak-power tracker"),)
    example: ClassVar = {"area_m2": 35.0}
    leaves_out: ClassVar = (
        "shadows of other arrays and of the mast; cell temperature (a polar panel runs 10 to 30 K above 28 C: 2 to 8 % "
        "less); light scattered by the ground; dust raised by landings near by; the tracking motor's power"
    )

    def rated_kw(self) -> float:
        """Power when new, facing the whole Sun at 1 au [kW]."""
        irradiance_w_m2 = lookup("sun.irradiance_1au").value
        efficiency = self.cell_efficiency * self.packing_factor * self.wiring_efficiency
        return irradiance_w_m2 * self.area_m2 * efficiency / 1e3

    def mass_kg(self) -> float:
        """Mass of the deployed array with its structure [kg], without a mast."""
        return self.rated_kw() * 1e3 / lookup("pv.panel_specific_power").value

    def primitives(self, place: Surroundings) -> Primitives:
        """One source whose series is 1 when new under the whole Sun at 1 au."""
        share = place.sun_disc_fraction(on_mast=self.height == "mast") / place.sun_distance_au() ** 2
        share = share * incidence_cosine(self.mount, place.sun_elevation_deg())
        share = share * remaining_power(place.age_years(), self.radiation_fade_per_yr, self.dust_loss_per_2000_days)
        source = Process(
            "generation", {"electricity": 1.0}, limit=self.rated_kw(), series=share.astype(np.float32), priority=0
        )
        return Primitives(processes=(source,))
