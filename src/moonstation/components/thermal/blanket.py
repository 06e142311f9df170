"""Multilayer insulation."""

from __future__ import annotations

from scipy import constants

from moonstation.components.contract import Surroundings, ThermalNode
from moonstation.facts.table import lookup


def blanket_conductance_w_m2_k(effective_emittance: float, inside_k: float, outside_k: float) -> float:
    """Conductance [W/m2/K] that carries the heat of a blanket of an effective emittance [-] between two temperatures.

    sigma e (Ti^4 - To^4) = h (Ti - To), so h = sigma e (Ti^2 + To^2)(Ti + To): exact at this pair [K], more than the
    truth when the outside is colder.
    """
    return float(constants.sigma * effective_emittance * (inside_k**2 + outside_k**2) * (inside_k + outside_k))


def blanket_node(name: str, surface_m2: float, place: Surroundings, start_k: float) -> ThermalNode:
    """The outer skin of an insulated body: it sees the sky, the Sun and the ground as a box on the ground does.

    start_k : its temperature on landing [K]; as warm as what it wraps, since a light skin that begins in the cold goes
        far past the temperature of its sink in the first long steps of radiation that is linear about the old one
    """
    return ThermalNode(
        name,
        heat_capacity_j_k=lookup("thermal.blanket_capacity").value * surface_m2,
        start_k=start_k,
        radiative_sink_k=place.box_sink_k(),
        radiating_m2=lookup("sink.box_emittance").value * surface_m2,
    )
