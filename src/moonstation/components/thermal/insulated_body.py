"""A body inside a blanket, with a radiator that can be shut off: lander, equipment, habitat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moonstation.components.contract import Process, Surroundings, ThermalNode, fact, param
from moonstation.components.thermal.blanket import blanket_node
from moonstation.components.thermal.loads import heating_load
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


@dataclass(frozen=True, slots=True)
class InsulatedBody:
    """What all insulated bodies have in common."""

    sky_view: float = param(
        unit="-", doc="share of the radiator's view that is sky, the rest ground", low=0.0, high=1.0, default=1.0
    )
    dust_cover: float = param(unit="-", doc="share of the radiator under dust", low=0.0, high=1.0, default=0.0)
    insulation_w_m2_k: float = fact(
        "thermal.blanket_conductance", unit="W/m2/K", doc="insulation, inside to outer skin", low=0.0, high=10.0
    )


@dataclass(frozen=True, slots=True)
class WarmElectronics(InsulatedBody):
    """What bodies of electronics have in common: their power, which warms them, and their limits."""

    keep_alive_kw: float = param(unit="kW", doc="power that is on while it lives", low=0.0, high=100.0)
    heater_kw: float = param(unit="kW", doc="power of the survival heater", low=0.0, high=100.0)
    avionics_kw: float = param(unit="kW", doc="further power while awake", low=0.0, high=100.0, default=0.0)
    radioisotope_heat_w: float = param(unit="W", doc="heat of its isotope on landing", low=0.0, high=1e4, default=0.0)
    legs_w_k: float = fact(
        "thermal.legs_conductance", unit="W/K", doc="legs, cables and mounts to the ground", low=0.0, high=100.0
    )
    heater_setpoint_k: float = fact(
        "thermal.electronics_heater_setpoint", unit="K", doc="the heater holds them at this", low=150.0, high=320.0
    )
    work_min_k: float = fact("thermal.electronics_work_min", unit="K", doc="colder: pause", low=100.0, high=300.0)
    work_max_k: float = fact("thermal.electronics_work_max", unit="K", doc="hotter: pause", low=280.0, high=450.0)
    survive_min_k: float = fact("thermal.electronics_survive_min", unit="K", doc="colder: lost", low=50.0, high=300.0)
    survive_max_k: float = fact("thermal.electronics_survive_max", unit="K", doc="hotter: lost", low=290.0, high=500.0)

    def electronics_loads(self, node: str) -> tuple[Process, ...]:
        """Survival heater, keep-alive, which run at any temperature, and avionics, all in ``node``."""
        kelvin = self.heater_setpoint_k
        return (
            heating_load("survival heater", self.heater_kw, node=node, priority=0, works_in="skin", setpoint_k=kelvin),
            heating_load("keep-alive", self.keep_alive_kw, node=node, priority=0, works_in="skin"),
            heating_load("avionics", self.avionics_kw, node=node, priority=4, works_in=node),
        )


def insulated_body(
    name: str,
    component: Any,
    place: Surroundings,
    *,
    mass_kg: float,
    ground_w_k: float,
    start_k: float,
    **more: Any,
) -> tuple[ThermalNode, ThermalNode]:
    """The body of a component and its outer skin.

    component : gives ``surface_m2``, ``radiator_m2`` with its ``sky_view`` and ``dust_cover``, ``insulation_w_m2_k``
        and the temperatures of ``LIMITS``
    mass_kg : what is inside [kg]
    ground_w_k : conductance to the ground [W/K]
    start_k : temperature on landing [K]
    more : further fields of the body's node: heat, and how the radiator is shut off
    """
    emittance = lookup("sink.radiator_emittance").value * lookup("thermal.radiator_effectiveness").value
    body = ThermalNode(
        name,
        heat_capacity_j_k=mass_kg * lookup("thermal.specific_heat_equipment").value,
        start_k=start_k,
        radiative_sink_k=radiator_sink_k(place, component.sky_view, component.dust_cover),
        radiating_m2=emittance * component.radiator_m2,
        conductive_sink_k=place.regolith_k(),
        conductance_w_k=ground_w_k,
        parent="skin",
        parent_w_k=component.insulation_w_m2_k * component.surface_m2,
        **{limit: getattr(component, limit) for limit in LIMITS},
        **more,
    )
    return body, blanket_node("skin", component.surface_m2, place, start_k)
