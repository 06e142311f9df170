"""A cold coil that cools and dries air: how much it condenses, and how warm air and coolant leave it.

Enthalpy potential with the effectiveness of a counter-flow exchanger (Threlkeld 1970, Thermal Environmental
Engineering; ASHRAE Handbook, HVAC Systems, wet coils); a part of the air may go by.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from moonstation.components.life_support.cabin_air import saturation_kpa
from moonstation.core.time import HOUR_S
from moonstation.facts.table import lookup

_AIR_J_KG_K = 1006.0
_VAPOUR_J_KG_K = 1860.0
_WATER_J_KG_K = 4190.0
_EVAPORATION_J_KG = 2.501e6
_AIR_GAS_J_KG_K = 287.05
_RATIO = 0.62198  # molar mass of water over that of dry air
_FREEZING_K = 273.15
_CLOSE_K = 1e-9


@dataclass(frozen=True, slots=True)
class Coil:
    """A coil as two numbers, by default those of the ISS (CCAA).

    transfer_units : of the whole exchanger, in enthalpy [-]
    contact : share of the air through the core that comes to the temperature and humidity of its surface [-]
    """

    transfer_units: float
    contact: float


@dataclass(frozen=True, slots=True)
class Streams:
    """What enters a coil: air [K], its dew point [K], coolant [K], their flows [m3/s], [kg/s].

    through : share of the air that goes through the core, the rest goes by [-]
    """

    air_k: float
    dew_point_k: float
    coolant_k: float
    air_m3_s: float
    coolant_kg_s: float
    through: float = 1.0
    pressure_kpa: float = 101.325


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves a coil: mixed air [K], coolant [K], condensate [kg/h]."""

    air_k: float
    coolant_k: float
    condensate_kg_h: float


def station_coil() -> Coil:
    """Coil of the ISS's common cabin air assembly, from the facts."""
    return Coil(lookup("ccaa.transfer_units").value, lookup("ccaa.contact").value)


def moisture_kg_kg(dew_point_k: float, pressure_kpa: float = 101.325) -> float:
    """Water in air of a dew point [K] per kg of dry air [kg/kg]."""
    vapour_kpa = saturation_kpa(dew_point_k)
    return _RATIO * vapour_kpa / (pressure_kpa - vapour_kpa)


def enthalpy_j_kg(temperature_k: float, moisture: float) -> float:
    """Enthalpy of moist air per kg of dry air over that at 0 C [J/kg]."""
    celsius = temperature_k - _FREEZING_K
    return _AIR_J_KG_K * celsius + moisture * (_EVAPORATION_J_KG + _VAPOUR_J_KG_K * celsius)


def pass_coil(coil: Coil, into: Streams) -> Leaving:
    """Air and coolant behind a coil; a dry coil (dew point under its surface) condenses nothing."""
    all_kg_s = into.air_m3_s * into.pressure_kpa * 1e3 / (_AIR_GAS_J_KG_K * into.air_k)
    air_kg_s, coolant_w_k = all_kg_s * into.through, into.coolant_kg_s * _WATER_J_KG_K
    moisture = moisture_kg_kg(into.dew_point_k, into.pressure_kpa)
    entering = enthalpy_j_kg(into.air_k, moisture)
    potential = entering - _saturated(into.coolant_k, into.pressure_kpa)

    def heat_w(coolant_out_k: float) -> float:
        rise_k = max(coolant_out_k - into.coolant_k, 1e-6)
        slope = (_saturated(into.coolant_k + rise_k, into.pressure_kpa) - (entering - potential)) / rise_k
        return effectiveness(coil.transfer_units, air_kg_s * slope / coolant_w_k) * air_kg_s * potential

    coolant_k = _root(lambda kelvin: into.coolant_k + heat_w(kelvin) / coolant_w_k - kelvin, into.coolant_k, into.air_k)
    surface = entering - heat_w(coolant_k) / (air_kg_s * coil.contact)
    surface_k = _root(lambda kelvin: surface - _saturated(kelvin, into.pressure_kpa), into.coolant_k - 30.0, into.air_k)
    dried = coil.contact * max(moisture - moisture_kg_kg(surface_k, into.pressure_kpa), 0.0)
    return Leaving(
        air_k=into.air_k - into.through * coil.contact * (into.air_k - surface_k),
        coolant_k=coolant_k,
        condensate_kg_h=air_kg_s * dried * HOUR_S,
    )


def effectiveness(transfer_units: float, ratio: float) -> float:
    """Effectiveness of a counter-flow exchanger [-] by its transfer units and ratio of capacities [-]."""
    if abs(ratio - 1.0) < 1e-9:
        return transfer_units / (1.0 + transfer_units)
    lost = math.exp(-transfer_units * (1.0 - ratio))
    return (1.0 - lost) / (1.0 - ratio * lost)


def _saturated(temperature_k: float, pressure_kpa: float) -> float:
    return enthalpy_j_kg(temperature_k, moisture_kg_kg(temperature_k, pressure_kpa))


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function of a temperature crosses zero between two [K], by halving."""
    while high - low > _CLOSE_K:
        middle = 0.5 * (low + high)
        if falling(middle) > 0.0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
