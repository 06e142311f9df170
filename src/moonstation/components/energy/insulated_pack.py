"""An insulated pack that a heater keeps warm: cells of a battery, the plant of a fuel cell."""

from __future__ import annotations

from scipy import constants

from moonstation.components.contract import Process, Thermostat
from moonstation.facts.table import lookup


def cube_surface_m2(volume_m3: float) -> float:
    """Surface of a cube [m2] of a volume [m3]."""
    return float(6.0 * volume_m3 ** (2.0 / 3.0))


def radiated_w(radiating_m2: float, node_k: float, sink_k: float) -> float:
    """Net heat [W] that a surface of emissivity times area ``radiating_m2`` [m2] loses to a sink (Stefan-Boltzmann)."""
    return float(constants.sigma * radiating_m2 * (node_k**4 - sink_k**4))


def insulation_m2(mass_kg: float, density_kg_m3: float) -> float:
    """Effective emissivity times surface of an insulated pack, taken as a cube [m2]."""
    return lookup("battery.blanket_emittance").value * cube_surface_m2(mass_kg / density_kg_m3)


def heater_kw(radiating_m2: float, setpoint_k: float) -> float:
    """Heater power [kW]: the loss at the set-point to the coldest surroundings, with margin.

    radiating_m2 : emissivity times area of all that radiates in the cold [m2]
    """
    loss_w = radiated_w(radiating_m2, setpoint_k, lookup("battery.heater_design_sink").value)
    return lookup("battery.heater_margin").value * loss_w / 1e3


def heater(node: str, power_kw: float, setpoint_k: float) -> Process:
    """Heater [kW] that holds a thermal node at a set-point [K]; its activity is its power [kW]."""
    return Process(
        "heater",
        {"electricity": -1.0},
        limit=power_kw,
        priority=0,
        control=Thermostat(node, setpoint_k),
        heat_node=node,
        heat_kw=1.0,
    )
