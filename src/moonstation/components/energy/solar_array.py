"""Sun-tracking solar array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.ageing import aged
from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.energy.panel_temperature import panel_temperature_k, warmth_factor
from moonstation.components.energy.self_shadow import ArrayRow
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import refuse_disorder
from moonstation.facts.table import lookup


def incidence_cosine(mount: str, sun_elevation_deg: ArrayLike) -> NDArray[np.float64]:
    """Cosine between the panel's normal and the Sun [-], shape of the elevation [deg].

    ``two-axis`` faces the Sun; ``vertical-axis`` is an upright panel that turns with the Sun's azimuth;
    ``horizontal`` lies flat. A Sun whose centre is below a flat panel's plane gives nothing.
    """
    elevation = np.radians(np.asarray(sun_elevation_deg, dtype=np.float64))
    if mount == "two-axis":
        return np.ones_like(elevation)
    return np.cos(elevation) if mount == "vertical-axis" else np.maximum(np.sin(elevation), 0.0)


def dust_loss_per_yr(dust_loss: float) -> float:
    """Share of what is left that dust takes in a year [1/yr], from its loss in 2000 days [-].

    2000 days are the time base of the Apollo dust detectors.
    """
    return float(1.0 - (1.0 - dust_loss) ** (365.25 / 2000.0))


@component("solar_array")
@dataclass(frozen=True, slots=True)
class SolarArray:
    """Solar array that follows the Sun: light times area times efficiencies, less when warm, shaded by others or old.

    Several in a row shade each other: say how many stand in it, how far apart and in which direction.
    """

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
    strings: int = param(
        unit="-",
        doc="strings of cells side by side; a shaded one is missing",
        low=1,
        high=1000,
        default=20,
    )
    row_count: int = param(unit="-", doc="equal arrays in its row, itself among them", low=1, high=1000, default=1)
    row_spacing_m: float = param(unit="m", doc="between the axes of the row", low=0.1, high=1e4, default=30.0)
    row_azimuth_deg: float = param(
        unit="deg", doc="direction of the row, east of north", low=0.0, high=360.0, default=90.0
    )
    width_m: float = param(unit="m", doc="width of the panel; its height is the rest", low=0.05, high=1e3, default=3.5)
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

    failures: ClassVar = (
        FailureMode("string lost", "a string of cells opens or shorts"),
        FailureMode("drive jam", "the drive that turns it to the Sun jams", spare=True),
        FailureMode("dust of a landing", "cells covered by what an engine blew up"),
    )
    flows: ClassVar = (Flow("electricity", "out", "to the site's bus, after the peak-power tracker"),)
    example: ClassVar = {"area_m2": 35.0}
    leaves_out: ClassVar = (
        "shadows of other rows, of other things and of the mast; ground that is not level between the arrays; light "
        "scattered by the ground; what low light and deep cold do to cells beyond the data sheet's slope; dust raised "
        "by landings near by; the tracking motor's power"
    )

    def __post_init__(self) -> None:
        """Refuse arrays of a row that would touch."""
        if self.row_count > 1:
            refuse_disorder(self, ("width_m", "row_spacing_m"), unit="m")

    def rated_kw(self) -> float:
        """Power when new, facing the whole Sun at 1 au [kW]."""
        irradiance_w_m2 = lookup("sun.irradiance_1au").value
        efficiency = self.cell_efficiency * self.packing_factor * self.wiring_efficiency
        return irradiance_w_m2 * self.area_m2 * efficiency / 1e3

    def mass_kg(self) -> float:
        """Mass of the deployed array with its structure [kg], without a mast."""
        return self.rated_kw() * 1e3 / lookup("pv.panel_specific_power").value

    def row(self) -> ArrayRow:
        """The row that it stands in."""
        height_m = self.area_m2 / self.width_m
        return ArrayRow(self.row_count, self.row_spacing_m, self.row_azimuth_deg, self.width_m, height_m, self.strings)

    def light(self, place: Surroundings) -> NDArray[np.float64]:
        """Share of the Sun's light at 1 au that falls on the cells [-], shape of the place's grid."""
        disc = place.sun_disc_fraction(on_mast=self.height == "mast").astype(np.float64)
        share = disc / place.sun_distance_au().astype(np.float64) ** 2
        share = share * incidence_cosine(self.mount, place.sun_elevation_deg())
        if self.row_count > 1:
            lost = self.row().lost_share(self.mount, place.sun_azimuth_deg(), place.sun_elevation_deg())
            share = share * (1.0 - lost)
        return share

    def primitives(self, place: Surroundings) -> Primitives:
        """One source whose series is 1 when new and at 28 C under the whole Sun at 1 au."""
        light = self.light(place)
        sunlight_w_m2 = lookup("sun.irradiance_1au").value * light
        share = light * warmth_factor(panel_temperature_k(sunlight_w_m2, place.panel_sink_k(), self.cell_efficiency))
        left = aged(self.rated_kw(), place, self.radiation_fade_per_yr, dust_loss_per_yr(self.dust_loss_per_2000_days))
        source = Process("generation", {"electricity": 1.0}, series=share.astype(np.float32), priority=0, **left)
        return Primitives(processes=(source,))
