"""Voltage of a water electrolysis cell with a polymer membrane, and the energy that its oxygen costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import constants

from moonstation.components.quantities import FORMULAS, molar_mass
from moonstation.core.units import J_PER_KWH
from moonstation.facts.table import lookup

Floats = NDArray[np.float64]
_GAS = float(constants.gas_constant)
_FARADAY = float(constants.value("Faraday constant"))
_REFERENCE_K = 353.15
_REFERENCE_BAR = 10.0


def reversible_v(temperature_k: ArrayLike, pressure_bar: ArrayLike = 1.0) -> Floats:
    """Voltage under which water does not split [V]: Nernst with both gases at a pressure [bar].

    1.229 V at 298 K, falling by 0.9 mV/K (Barbir 2005, Sol. Energy 78:661).
    """
    kelvin = np.asarray(temperature_k, dtype=np.float64)
    nernst = 1.5 * _GAS * kelvin / (2.0 * _FARADAY) * np.log(np.asarray(pressure_bar, dtype=np.float64))
    return np.asarray(1.229 - 0.9e-3 * (kelvin - 298.15) + nernst)


def kinetic_v(current_a_cm2: ArrayLike, temperature_k: ArrayLike, pressure_bar: ArrayLike = 1.0) -> Floats:
    """Overpotential of the electrodes by Tafel's law [V].

    R T / (alpha F) ln(i / i0) with i0 by Arrhenius, and a power of the pressure (Suermann et al. 2016, Electrochim.
    Acta 211:989). current_a_cm2 : current density, positive [A/cm2]
    """
    kelvin = np.asarray(temperature_k, dtype=np.float64)
    exchange = (
        np.log(lookup("pem.exchange_current").value)
        - lookup("pem.activation_energy").value * 1e3 / _GAS * (1.0 / kelvin - 1.0 / _REFERENCE_K)
        + lookup("pem.pressure_exponent").value * np.log(np.asarray(pressure_bar, dtype=np.float64) / _REFERENCE_BAR)
    )
    slope_v = _GAS * kelvin / (lookup("pem.transfer_coefficient").value * _FARADAY)
    return np.asarray(slope_v * (np.log(np.asarray(current_a_cm2, dtype=np.float64)) - exchange))


def ohmic_v(current_a_cm2: ArrayLike, temperature_k: ArrayLike) -> Floats:
    """Overpotential of the membrane [V]: its thickness over the conductivity of wet Nafion.

    Springer, Zawodzinski & Gottesfeld 1991, J. Electrochem. Soc. 138:2334, eqs. 22-23.
    """
    kelvin = np.asarray(temperature_k, dtype=np.float64)
    wet = 0.005139 * lookup("pem.membrane_water").value - 0.00326
    conductivity_s_cm = wet * np.exp(1268.0 * (1.0 / 303.0 - 1.0 / kelvin))
    thickness_cm = lookup("pem.membrane_thickness").value * 1e-4
    return np.asarray(np.asarray(current_a_cm2, dtype=np.float64) * thickness_cm / conductivity_s_cm)


def transport_v(current_a_cm2: ArrayLike, temperature_k: ArrayLike) -> Floats:
    """Overpotential of gas and water on their way [V]: a resistance that falls with temperature."""
    kelvin = np.asarray(temperature_k, dtype=np.float64)
    resistance = lookup("pem.transport_resistance").value
    warming = lookup("pem.transport_warming").value
    return np.asarray(np.asarray(current_a_cm2, dtype=np.float64) * (resistance - warming * (kelvin - 323.15)))


def cell_v(current_a_cm2: ArrayLike, temperature_k: float, pressure_bar: float = 1.0) -> Floats:
    """Voltage of a cell at a current density [A/cm2], temperature [K] and pressure [bar], the sum of the four [V]."""
    return np.asarray(
        reversible_v(temperature_k, pressure_bar)
        + kinetic_v(current_a_cm2, temperature_k, pressure_bar)
        + ohmic_v(current_a_cm2, temperature_k)
        + transport_v(current_a_cm2, temperature_k)
    )


def energy_kwh_per_kg(voltage_v: ArrayLike) -> Floats:
    """Electricity in a cell per kg of oxygen [kWh/kg]: four electrons a molecule, so 1.23 V are the free energy."""
    oxygen_kg_mol = molar_mass(FORMULAS["oxygen"]) / 1000.0
    return np.asarray(4.0 * _FARADAY * np.asarray(voltage_v, dtype=np.float64) / oxygen_kg_mol / J_PER_KWH)


def part_load_ratio(load: float) -> float:
    """Energy per kg at a part of the full rate, over that at the full rate [-]: slow cells lose less.

    load : rate over full rate, 0 to 1 without 0 [-]
    """
    full, kelvin = lookup("oga.current_density").value, lookup("oga.cell_temperature").value
    return float(cell_v(load * full, kelvin) / cell_v(full, kelvin))
