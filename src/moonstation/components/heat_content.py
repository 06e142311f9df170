"""Heat that electricity and substances hold, by which a process gives off as heat what it takes more than it gives."""

from __future__ import annotations

from collections.abc import Mapping

from moonstation.components.quantities import ATOMIC_MASS, FORMULAS, molar_mass, quantities
from moonstation.core.units import MJ_PER_KWH
from moonstation.facts.table import lookup

_BURNT = ("hydrogen", "methane", "carbon")
#: Oxygen need that is rounding [kg/kg].
_NO_NEED = 1e-9


def heat_content_kwh(quantity: str) -> float:
    """Heat over that of liquid water, carbon dioxide, nitrogen and oxygen at a cabin's temperature [kWh per unit].

    Electricity is heat; vapour holds its heat of evaporation; hydrogen, methane and carbon their heats of combustion.
    All other organic matter gives the same heat per kg of oxygen that it needs (Thornton 1917), here what a person's
    day gives: NASA/TP-2015-218570 Rev 2 Table 3-31. What is no mass but data and hours holds none.
    """
    if quantity == "electricity":
        return 1.0
    if quantity == "cabin_vapour":
        return lookup("heat.evaporation").value / MJ_PER_KWH
    pure = quantity.removeprefix("liquid_")
    if pure in _BURNT:
        return lookup(f"heat.of_{pure}").value / molar_mass(FORMULAS[pure]) / MJ_PER_KWH
    oxygen = oxygen_need(quantities()[quantity].composition)
    if oxygen < _NO_NEED:
        return 0.0
    return oxygen * lookup("crew.heat").value / lookup("crew.oxygen").value / MJ_PER_KWH


def oxygen_need(elements: Mapping[str, float]) -> float:
    """Oxygen that burns matter to carbon dioxide, water and nitrogen [kg/kg], by the mass shares of its elements."""
    atoms = {element: share / ATOMIC_MASS[element] for element, share in elements.items() if element in ATOMIC_MASS}
    return ATOMIC_MASS["O"] * (2.0 * atoms.get("C", 0.0) + 0.5 * atoms.get("H", 0.0) - atoms.get("O", 0.0))
