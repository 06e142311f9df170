"""Habitat's heat rejection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import (
    Flow,
    Primitives,
    Process,
    Surroundings,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import refuse_disorder
from moonstation.components.thermal.insulated_body import ORDERED, InsulatedBody, insulated_body
from moonstation.components.thermal.loads import heating_load


@component("radiator_loop")
@dataclass(frozen=True, slots=True)
class RadiatorLoop(InsulatedBody):
    """Temperature of a habitat: heat of what runs inside, a pumped loop to a radiator with a bypass, a heater."""

    habitat_mass_kg: float = param(unit="kg", doc="structure, equipment, water inside", low=10.0, high=1e7)
    surface_m2: float = param(unit="m2", doc="insulated outer surface", low=1.0, high=1e6)
    radiator_m2: float = param(unit="m2", doc="radiator that faces the sky", low=0.0, high=1e6)
    base_load_kw: float = param(
        unit="kW", doc="controls, valves, racks: what no other asset draws; ends as heat inside", low=0.0, high=1e4
    )
    heater_kw: float = param(unit="kW", doc="power of the heater", low=0.0, high=1e4)
    other_heat_kw: float = param(
        unit="kW",
        doc="mean heat of people, and of cabins and machines inside that draw as assets of their own",
        low=0.0,
        high=1e4,
        default=0.0,
    )
    ground_w_k: float = fact("thermal.legs_conductance", unit="W/K", doc="to the ground", low=0.0, high=1e3)
    pump_power_share: float = fact(
        "thermal.pump_power_share", unit="-", doc="pump power over the heat carried", low=0.0, high=0.5
    )
    bypass_share: float = fact(
        "thermal.cabin_bypass_share", unit="-", doc="radiator left with the bypass open", low=0.0, high=1.0
    )
    bypass_closed_k: float = fact("thermal.cabin_bypass_closed", unit="K", doc="radiator off", low=250.0, high=320.0)
    bypass_open_k: float = fact("thermal.cabin_bypass_open", unit="K", doc="radiator fully on", low=250.0, high=330.0)
    heater_setpoint_k: float = fact("thermal.cabin_setpoint", unit="K", doc="of the heater", low=250.0, high=310.0)
    work_min_k: float = fact("thermal.cabin_work_min", unit="K", doc="comfort ends", low=250.0, high=300.0)
    work_max_k: float = fact("thermal.cabin_work_max", unit="K", doc="comfort ends", low=290.0, high=330.0)
    survive_min_k: float = fact("thermal.cabin_survive_min", unit="K", doc="lines burst", low=200.0, high=290.0)
    survive_max_k: float = fact("thermal.cabin_survive_max", unit="K", doc="equipment lost", low=300.0, high=400.0)

    failures: ClassVar = (FailureMode("pump", "coolant pump stops", affects=("pumps",), spare=True),)
    flows: ClassVar = (Flow("electricity", "in", "base load, heater, pumps"),)
    example: ClassVar = {
        "habitat_mass_kg": 8000.0,
        "surface_m2": 110.0,
        "radiator_m2": 25.0,
        "base_load_kw": 2.0,
        "heater_kw": 2.0,
        "other_heat_kw": 3.0,
    }
    leaves_out: ClassVar = (
        "a radiator that stops with its pumps; temperatures and freezing of the loop; the heat of people and machines "
        "hour by hour (their mean stands for it while the pumps run); humidity; dust that gathers while it stands"
    )

    def __post_init__(self) -> None:
        """Refuse temperatures in the wrong order."""
        refuse_disorder(self, ("bypass_closed_k", "bypass_open_k"), *ORDERED, unit="K")

    def primitives(self, place: Surroundings) -> Primitives:
        """Two nodes (habitat, skin); base load and heater run at any temperature."""
        nodes = insulated_body(
            "habitat",
            self,
            place,
            mass_kg=self.habitat_mass_kg,
            ground_w_k=self.ground_w_k,
            start_k=self.heater_setpoint_k,
            closed_share=self.bypass_share,
            closed_k=self.bypass_closed_k,
            open_k=self.bypass_open_k,
        )
        return Primitives(processes=self._loads(), thermal_nodes=nodes)

    def pump_kw(self) -> float:
        """Power of the pumps at the heat that the loop is laid out for [kW]."""
        return self.pump_power_share * (self.base_load_kw + self.other_heat_kw)

    def _loads(self) -> tuple[Process, ...]:
        target_k = self.heater_setpoint_k
        return (
            heating_load("heater", self.heater_kw, node="habitat", priority=1, works_in="skin", setpoint_k=target_k),
            heating_load("base load", self.base_load_kw, node="habitat", priority=1, works_in="skin"),
            self._pumps(),
        )

    def _pumps(self) -> Process:
        """The loop's pumps; the heat of machines on its cold plates reaches the habitat only while they run."""
        return Process(
            "pumps",
            {"electricity": -self.pump_kw()},
            priority=3,
            heat_node="habitat",
            heat_kw=self.other_heat_kw + self.pump_kw(),
            works_in="skin",
        )
