"""The gases of a cabin: ideal-gas masses, saturation, and the scale on which their stores count as full."""

from __future__ import annotations

import math

from scipy import constants

from moonstation.components.quantities import FORMULAS, molar_mass
from moonstation.facts.table import lookup

#: Stock of each cabin gas: what it is made of.
GASES = {
    "cabin_oxygen": "oxygen",
    "cabin_nitrogen": "nitrogen",
    "cabin_carbon_dioxide": "carbon_dioxide",
    "cabin_vapour": "water",
    "cabin_contaminant": "cabin_contaminant",
}


def gas_mass_kg(gas: str, pressure_kpa: float, volume_m3: float, temperature_k: float) -> float:
    """Mass [kg] of a cabin gas at a partial pressure [kPa] in a volume [m3] by the ideal-gas law."""
    moles = pressure_kpa * 1000.0 * volume_m3 / (float(constants.gas_constant) * temperature_k)
    return moles * molar_mass(FORMULAS[GASES[gas]]) / 1000.0


def gas_pressure_kpa(gas: str, mass_kg: float, volume_m3: float, temperature_k: float) -> float:
    """Partial pressure [kPa] of a mass [kg] of a cabin gas in a volume [m3] by the ideal-gas law."""
    return mass_kg / gas_mass_kg(gas, 1.0, volume_m3, temperature_k)


def saturation_kpa(temperature_k: float) -> float:
    """Pressure of water vapour over liquid water [kPa], 233-323 K.

    Alduchov & Eskridge 1996, J. Appl. Meteorol. 35:601, eq. 21 (a Magnus form, within 0.4 %).
    """
    celsius = temperature_k - constants.zero_Celsius
    return 0.61094 * math.exp(17.625 * celsius / (243.04 + celsius))


def scale_kpa(gas: str) -> float:
    """Partial pressure at which the store of a cabin gas counts as full [kPa]."""
    return lookup(f"{gas.replace('cabin_', 'cabin.')}_scale").value


def fill_fraction(gas: str, pressure_kpa: float) -> float:
    """How full the store of a cabin gas is at a partial pressure [kPa], at the cabin's set temperature [-]."""
    return pressure_kpa / scale_kpa(gas)


def humid_fill_fraction(humidity: float) -> float:
    """How full the vapour store is at a relative humidity [-], at the cabin's set temperature [-]."""
    return fill_fraction("cabin_vapour", humidity * saturation_kpa(lookup("cabin.temperature").value))
