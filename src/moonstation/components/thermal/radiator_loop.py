"""Habitat's heat rejection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from scipy.constants import Stefan_Boltzmann

from moonstation.components.contract import (
    Flow,
    HoldLevel,
    Primitives,
    Process,
    Store,
    Surroundings,
    ThermalNode,
    Thermostat,
    component,
    fact,
    param,
)
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import refuse_disorder
from moonstation.components.thermal.insulated_body import ORDERED, InsulatedBody, insulated_body
from moonstation.components.thermal.loads import heating_load
from moonstation.core.units import MJ_PER_KWH
from moonstation.facts.table import lookup

_RACKS = "racks"
_PUMPS = ("pump 1", "pump 2")
_FUSION = "fusion_heat@self"
_COMFORT = (("work_min_k", "comfort_min_k"), ("comfort_min_k", "comfort_max_k"), ("comfort_max_k", "work_max_k"))


@component("radiator_loop")
@dataclass(frozen=True, slots=True)
class RadiatorLoop(InsulatedBody):
    """Temperature of a habitat and of the machines in it: a pumped loop to a radiator with a bypass, a heater.

    What the scenario houses in it warms it with all that it draws, people too.
    """

    habitat_mass_kg: float = param(unit="kg", doc="structure and equipment inside", low=10.0, high=1e7)
    surface_m2: float = param(unit="m2", doc="insulated outer surface", low=1.0, high=1e6)
    radiator_m2: float = param(unit="m2", doc="radiator that faces the sky", low=0.0, high=1e6)
    base_load_kw: float = param(
        unit="kW",
        doc="controls, valves: what no asset housed here draws; ends as heat inside",
        low=0.0,
        high=1e4,
    )
    heater_kw: float = param(unit="kW", doc="power of the heater", low=0.0, high=1e4)
    water_kg: float = param(
        unit="kg", doc="water inside: it holds heat, and gives more when it freezes", low=0.0, high=1e6, default=0.0
    )
    ground_w_k: float = fact("thermal.legs_conductance", unit="W/K", doc="to the ground", low=0.0, high=1e3)
    pump_power_share: float = fact(
        "thermal.pump_power_share", unit="-", doc="power of both pumps over the heat carried", low=1e-4, high=0.5
    )
    one_pump_share: float = fact(
        "thermal.one_pump_share", unit="-", doc="radiator that one pump can feed alone", low=0.0, high=1.0
    )
    bypass_share: float = fact(
        "thermal.cabin_bypass_share", unit="-", doc="radiator left with the bypass open", low=0.0, high=1.0
    )
    bypass_closed_k: float = fact("thermal.cabin_bypass_closed", unit="K", doc="radiator off", low=250.0, high=320.0)
    bypass_open_k: float = fact("thermal.cabin_bypass_open", unit="K", doc="radiator fully on", low=250.0, high=330.0)
    heater_setpoint_k: float = fact("thermal.cabin_setpoint", unit="K", doc="of the heater", low=250.0, high=310.0)
    comfort_min_k: float = fact(
        "thermal.cabin_comfort_min", unit="K", doc="people: comfort ends", low=250.0, high=300.0
    )
    comfort_max_k: float = fact(
        "thermal.cabin_comfort_max", unit="K", doc="people: comfort ends", low=290.0, high=330.0
    )
    work_min_k: float = fact("crew.coldest_borne", unit="K", doc="people: colder is not borne", low=250.0, high=300.0)
    work_max_k: float = fact("crew.warmest_borne", unit="K", doc="people: warmer is not borne", low=290.0, high=330.0)
    machines_work_min_k: float = fact(
        "thermal.machine_work_min", unit="K", doc="machines inside: colder, they pause", low=200.0, high=300.0
    )
    machines_work_max_k: float = fact(
        "thermal.machine_work_max", unit="K", doc="machines inside: hotter, they pause", low=290.0, high=400.0
    )
    rack_mass_share: float = fact(
        "thermal.rack_mass_share", unit="-", doc="machines, of what is inside", low=0.01, high=0.99
    )
    rack_w_k_kg: float = fact(
        "thermal.rack_conductance", unit="W/K/kg", doc="machines to the habitat, per kg of them", low=0.001, high=10.0
    )
    survive_min_k: float = fact("thermal.cabin_survive_min", unit="K", doc="lines burst", low=200.0, high=290.0)
    survive_max_k: float = fact("thermal.cabin_survive_max", unit="K", doc="equipment lost", low=300.0, high=400.0)

    failures: ClassVar = tuple(
        FailureMode(pump, "one of two coolant pumps stops", affects=(pump,), spare=True) for pump in _PUMPS
    )
    flows: ClassVar = (
        Flow("electricity", "in", "base load, heater, pumps"),
        Flow(_FUSION, "store", "heat of its liquid water"),
        Flow(_FUSION, "in", "water freezes"),
        Flow(_FUSION, "out", "ice thaws"),
    )
    example: ClassVar = {
        "habitat_mass_kg": 8000.0,
        "surface_m2": 110.0,
        "radiator_m2": 25.0,
        "base_load_kw": 2.0,
        "heater_kw": 2.0,
        "water_kg": 1000.0,
    }
    leaves_out: ClassVar = (
        "temperatures and freezing of the loop; cold plates that stop with the pumps; more power for the pump that is "
        "left; how much water the tanks inside hold just then; dust that gathers while it stands"
    )

    def __post_init__(self) -> None:
        """Refuse temperatures in the wrong order."""
        machines = ("machines_work_min_k", "machines_work_max_k")
        refuse_disorder(self, ("bypass_closed_k", "bypass_open_k"), machines, *_COMFORT, *ORDERED, unit="K")

    def primitives(self, place: Surroundings) -> Primitives:
        """Habitat (where people live), skin and racks (of machines); base load and heater run at any temperature."""
        habitat, skin = insulated_body(
            "habitat",
            self,
            place,
            mass_kg=self.habitat_mass_kg - self._racks_kg(),
            ground_w_k=self.ground_w_k,
            start_k=self.heater_setpoint_k,
            closed_share=self.bypass_share,
            closed_k=self.bypass_closed_k,
            open_k=self.bypass_open_k,
            comfort_min_k=self.comfort_min_k,
            comfort_max_k=self.comfort_max_k,
        )
        loads = self._loads(pump_kw=self.pump_power_share * _rejected_kw(habitat))
        water_j_k = 1000.0 * lookup("heat.of_water").value * self.water_kg
        wet = replace(habitat, heat_capacity_j_k=habitat.heat_capacity_j_k + water_j_k)
        return Primitives(
            stores=self._liquid(),
            processes=(*loads, *self._phases()),
            thermal_nodes=(wet, skin, self._racks()),
            machines_in=_RACKS,
        )

    def _fusion_kwh(self) -> float:
        return lookup("heat.fusion").value / MJ_PER_KWH * self.water_kg

    def _liquid(self) -> tuple[Store, ...]:
        """Where there is water: the heat that it still can give by freezing."""
        return (Store("liquid", _FUSION, self._fusion_kwh(), self._fusion_kwh()),) if self.water_kg else ()

    def _phases(self) -> tuple[Process, ...]:
        """Freezing holds the habitat at 0 C as long as some water is liquid; ice thaws where machines can work."""
        if not self.water_kg:
            return ()
        freezing_k = lookup("heat.freezing_point").value
        freezing = Process(
            "freezing",
            {_FUSION: -1.0},
            limit=self._fusion_kwh(),
            priority=0,
            control=Thermostat("habitat", freezing_k),
            heat_node="habitat",
            heat_kw=1.0,
        )
        thawing = Process(
            "thawing",
            {_FUSION: 1.0},
            limit=self._fusion_kwh() / lookup("thermal.thaw_time").value,
            priority=0,
            control=HoldLevel(_FUSION, 1.0),
            heat_node="habitat",
            heat_kw=-1.0,
            works_in=_RACKS,
        )
        return freezing, thawing

    def _racks_kg(self) -> float:
        return self.rack_mass_share * self.habitat_mass_kg

    def _racks(self) -> ThermalNode:
        """Machines on cold plates and in moving air: they are warmer than the habitat by what they give to it."""
        return ThermalNode(
            _RACKS,
            heat_capacity_j_k=self._racks_kg() * lookup("thermal.specific_heat_equipment").value,
            start_k=self.heater_setpoint_k,
            parent="habitat",
            parent_w_k=self.rack_w_k_kg * self._racks_kg(),
            work_min_k=self.machines_work_min_k,
            work_max_k=self.machines_work_max_k,
        )

    def _loads(self, pump_kw: float) -> tuple[Process, ...]:
        target_k = self.heater_setpoint_k
        return (
            heating_load("heater", self.heater_kw, node="habitat", priority=1, works_in="skin", setpoint_k=target_k),
            heating_load("base load", self.base_load_kw, node=_RACKS, priority=1, works_in="skin"),
            *self._pumps(pump_kw),
        )

    def _pumps(self, together_kw: float) -> Iterator[Process]:
        """Two of one kind, which share the work; the loop stands still, and the radiator gets nothing, without both."""
        for name in _PUMPS:
            pump = heating_load(name, together_kw / len(_PUMPS), node="habitat", priority=1, works_in="skin")
            yield replace(pump, drives="habitat", drive_share=self.one_pump_share)


def _rejected_kw(habitat: ThermalNode) -> float:
    """What the loop is laid out for: the heat of a radiator fully on, into a cold sky [kW]."""
    return float(Stefan_Boltzmann * habitat.radiating_m2 * habitat.open_k**4 / 1000.0)
