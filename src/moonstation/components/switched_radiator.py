"""The radiator of a small insulated body: it faces the sky and shuts itself off in the cold."""

from __future__ import annotations

from moonstation.components.contract import Surroundings, ThermalNode
from moonstation.facts.table import lookup

RADIATOR = "radiator"


def coupling_w_k(area_m2: float) -> float:
    """Conductance of the heat pipes from a body to its radiator [W/K]."""
    return lookup("thermal.radiator_coupling").value * area_m2


def radiator_node(
    area_m2: float, emittance: float, closed_share: float, closed_k: float, open_k: float, place: Surroundings
) -> ThermalNode:
    """Radiator as a node of its own, for a body that names it as its parent.

    closed_share : share of its area that still radiates at and under ``closed_k`` [-]; at ``open_k`` all does [K]
    """
    return ThermalNode(
        name=RADIATOR,
        heat_capacity_j_k=lookup("thermal.radiator_capacity").value * area_m2,
        start_k=(closed_k + open_k) / 2.0,
        radiative_sink_k=place.radiator_sink_k(),
        radiating_m2=emittance * area_m2,
        closed_share=closed_share,
        closed_k=closed_k,
        open_k=open_k,
    )
