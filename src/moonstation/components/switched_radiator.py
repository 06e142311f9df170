"""The radiator of a small insulated body: it faces the sky and shuts itself off in the cold."""

from __future__ import annotations

from scipy import constants

from moonstation.components.contract import Surroundings, ThermalNode
from moonstation.facts.table import lookup

RADIATOR = "radiator"


def coupling_w_k(area_m2: float) -> float:
    """Conductance of the heat pipes from a body to its radiator [W/K]."""
    return lookup("thermal.radiator_coupling").value * area_m2


def fin_efficiency(body_k: float) -> float:
    """Share of what a radiator would reject at one temperature that its fins let it [-], the way to it aside.

    The effectiveness of a radiator that is counted at the temperature of its body T is the fins' efficiency times
    (T_r / T)^4, with the drop T - T_r = q / G over the heat pipes, at which it rejects q into a cold sky.

    body_k : temperature of the body for which the effectiveness holds [K]
    """
    effectiveness = lookup("thermal.radiator_effectiveness").value
    emittance = lookup("sink.radiator_emittance").value
    flux_w_m2 = effectiveness * emittance * constants.sigma * body_k**4
    return float(min(effectiveness * (1.0 - flux_w_m2 / (coupling_w_k(1.0) * body_k)) ** -4, 1.0))


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
