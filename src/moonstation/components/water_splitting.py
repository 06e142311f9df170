"""Splitting of water: what it takes at the least."""

from __future__ import annotations

from moonstation.facts.table import lookup


def least_energy_kwh_per_kg() -> float:
    """Free energy of water per kg of oxygen [kWh/kg]: no electrolyser takes less, wherever its water comes from."""
    floor = lookup("oga.energy_floor")  # its value is the enthalpy, its lower end the free energy
    return floor.value if floor.low is None else floor.low
