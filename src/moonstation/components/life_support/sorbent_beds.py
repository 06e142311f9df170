"""Packed beds of zeolite or amine that take a gas out of air: isotherm, uptake, heat, cell by cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import constants

from moonstation.components.quantities import FORMULAS, molar_mass
from moonstation.core.machine_code import compiled

Cells = NDArray[np.float64]

CO2_KG_MOL = molar_mass(FORMULAS["carbon_dioxide"]) / 1000.0
GAS_CONSTANT = float(constants.gas_constant)
AIR_KG_MOL = 0.028965  # dry air, US Standard Atmosphere 1976
AIR_J_KG_K = 1006.0  # dry air at 290 K
_ROUNDS = 60
_CLOSE = 1e-8  # of a pressure, where the search ends


class Isotherm(NamedTuple):
    """Toth isotherm of a gas on a sorbent, and the heat that its adsorption sets free.

    a0 [mol/kg/kPa], b0 [1/kPa], energy_k [K], t0 [-], c_k [K], heat_j_mol [J/mol]
    """

    a0: float
    b0: float
    energy_k: float
    t0: float
    c_k: float
    heat_j_mol: float


#: Toth parameters of Wang & LeVan 2009 (J. Chem. Eng. Data 54:2839) as quoted by Coker & Knox (ICES-2014-168);
#: heats of adsorption by ICES-2014-168, both read in the sources of V-HAB.
ZEOLITE_5A = Isotherm(9.875e-7, 6.761e-8, 5.625e3, 0.2700, -20.02, 38_000.0)
ZEOLITE_13X = Isotherm(6.509e-3, 4.884e-4, 2.991e3, 0.07487, 38.05, 40_000.0)


@compiled
def loading_mol_kg(isotherm: Isotherm, pressure_kpa: float, temperature_k: float) -> float:
    """Loading in equilibrium with a partial pressure [kPa] at a temperature [K], by Toth's isotherm [mol/kg].

    q = a p / (1 + (b p)^t)^(1/t) with a, b = a0, b0 exp(E/T) and t = t0 + c/T.
    """
    if pressure_kpa <= 0.0:
        return 0.0
    growth = np.exp(isotherm.energy_k / temperature_k)
    power = isotherm.t0 + isotherm.c_k / temperature_k
    filled = 1.0 + (isotherm.b0 * growth * pressure_kpa) ** power
    return float(isotherm.a0 * growth * pressure_kpa / filled ** (1.0 / power))


@compiled
def leaving_kpa(  # noqa: PLR0917
    isotherm: Isotherm, entering_kpa: float, flow_mol_s_kpa: float, uptake_kg_s: float, loaded: float, kelvin: float
) -> float:
    """Partial pressure with which gas leaves a well-mixed cell [kPa].

    What the gas loses is what the sorbent takes by linear driving force, F (p_in - p) = m k (q*(p) - q): solved by
    false position, since the left side falls and the right side grows with p.

    entering_kpa : partial pressure of what comes [kPa]
    flow_mol_s_kpa : molar flow of all gas over its pressure [mol/s/kPa]
    uptake_kg_s : mass of sorbent times rate constant [kg/s]
    loaded : loading of the cell [mol/kg]
    kelvin : its temperature [K]
    """
    low, above = 0.0, flow_mol_s_kpa * entering_kpa + uptake_kg_s * loaded
    if above <= 0.0:
        return 0.0
    high = above / flow_mol_s_kpa  # as if nothing were taken up
    below = -uptake_kg_s * loading_mol_kg(isotherm, high, kelvin)
    here = high
    for _ in range(_ROUNDS):
        here = (low * below - high * above) / (below - above)
        rest = above_rest(isotherm, entering_kpa, here, flow_mol_s_kpa, uptake_kg_s, loaded, kelvin)
        if rest > 0.0:
            low, above, below = here, rest, 0.5 * below
        else:
            high, below, above = here, rest, 0.5 * above
        if abs(rest) <= _CLOSE * flow_mol_s_kpa * (entering_kpa + here) or high - low <= _CLOSE * high:
            break
    return here


@compiled
def above_rest(  # noqa: PLR0917
    isotherm: Isotherm, entering_kpa: float, here_kpa: float, flow: float, uptake: float, loaded: float, kelvin: float
) -> float:
    """What the gas loses less what the sorbent takes [mol/s] (see ``leaving_kpa``)."""
    return flow * (entering_kpa - here_kpa) - uptake * (loading_mol_kg(isotherm, here_kpa, kelvin) - loaded)


class Bed(NamedTuple):
    """A packed bed of equal cells in a row."""

    isotherm: Isotherm
    sorbent_kg: float
    heat_capacity_j_k: float
    rate_per_s: float


@compiled
def blow(  # noqa: PLR0917
    bed: Bed, loaded: Cells, kelvin: Cells, flow_mol_s_kpa: float, air_w_k: float, entering: Cells, step_s: float
) -> None:
    """Blow gas through a bed for a step; ``entering`` (partial pressure [kPa], temperature [K]) becomes what leaves.

    The gas is in a steady state from cell to cell and leaves each at the cell's temperature, which is solved
    implicitly. ``loaded`` [mol/kg] and ``kelvin`` [K] of the cells, shape (cells,), are moved on.
    """
    count = loaded.size
    cell_kg, cell_j_k = bed.sorbent_kg / count, bed.heat_capacity_j_k / count
    for i in range(count):
        uptake_kg_s = cell_kg * bed.rate_per_s
        left_kpa = leaving_kpa(bed.isotherm, entering[0], flow_mol_s_kpa, uptake_kg_s, loaded[i], kelvin[i])
        taken_mol_s = flow_mol_s_kpa * (entering[0] - left_kpa)
        loaded[i] += taken_mol_s * step_s / cell_kg
        warmed_k = kelvin[i] + step_s / cell_j_k * (air_w_k * entering[1] + taken_mol_s * bed.isotherm.heat_j_mol)
        kelvin[i] = warmed_k / (1.0 + step_s / cell_j_k * air_w_k)
        entering[0], entering[1] = left_kpa, kelvin[i]


@compiled
def bake(  # noqa: PLR0917
    bed: Bed, loaded: Cells, kelvin: Cells, heater_w: float, hot_k: float, vacuum_kpa: float, step_s: float
) -> float:
    """Heat a bed for a step, in vacuum where ``vacuum_kpa`` is positive; returns the carbon dioxide let go [mol]."""
    count, freed_mol = loaded.size, 0.0
    cell_kg, cell_j_k = bed.sorbent_kg / count, bed.heat_capacity_j_k / count
    for i in range(count):
        freed = 0.0
        if vacuum_kpa > 0.0:
            kept = loading_mol_kg(bed.isotherm, vacuum_kpa, kelvin[i])
            freed = max(loaded[i] - kept, 0.0) * (1.0 - np.exp(-bed.rate_per_s * step_s))
        loaded[i] -= freed
        freed_mol += freed * cell_kg
        heat_j = heater_w / count * step_s - freed * cell_kg * bed.isotherm.heat_j_mol
        kelvin[i] = min(kelvin[i] + heat_j / cell_j_k, hot_k)
    return freed_mol
