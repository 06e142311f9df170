"""A body inside a blanket, with a radiator that can be shut off: lander, equipment, habitat."""

from __future__ import annotations

from typing import Any

from moonstation.components.contract import Surroundings, ThermalNode
from moonstation.components.thermal.blanket import blanket_node
from moonstation.components.thermal.radiator_sink import radiator_sink_k
from moonstation.facts.table import lookup

#: Temperatures that a component gives its body by these names [K].
LIMITS = ("work_min_k", "work_max_k", "survive_min_k", "survive_max_k")
#: Which of its temperatures must be below which.
ORDERED = (
    ("work_min_k", "work_max_k"),
    ("survive_min_k", "heater_setpoint_k"),
    ("heater_setpoint_k", "survive_max_k"),
)


def insulated_body(
    name: str,
    component: Any,
    place: Surroundings,
    *,
    mass_kg: float,
    ground_w_k: float,
    **more: Any,
) -> tuple[ThermalNode, ThermalNode]:
    """The body of a component and its outer skin.

    component : gives ``surface_m2``, ``radiator_m2`` with its ``sky_view`` and ``dust_cover``, ``insulation_w_m2_k``
        and the temperatures of ``LIMITS``
    mass_kg : what is inside [kg]
    ground_w_k : conductance to the ground [W/K]
    more : further fields of the body's node: start, heat, and how the radiator is shut off
    """
    emittance = lookup("sink.radiator_emittance").value * lookup("thermal.radiator_effectiveness").value
    body = ThermalNode(
        name,
        heat_capacity_j_k=mass_kg * lookup("thermal.specific_heat_equipment").value,
        radiative_sink_k=radiator_sink_k(place, component.sky_view, component.dust_cover),
        radiating_m2=emittance * component.radiator_m2,
        conductive_sink_k=place.regolith_k(),
        conductance_w_k=ground_w_k,
        parent="skin",
        parent_w_k=component.insulation_w_m2_k * component.surface_m2,
        **{limit: getattr(component, limit) for limit in LIMITS},
        **more,
    )
    return body, blanket_node("skin", component.surface_m2, place)
