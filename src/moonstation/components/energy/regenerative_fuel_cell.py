"""Regenerative fuel cell: electricity kept as hydrogen and oxygen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scipy import constants

from moonstation.components.contract import (
    Flow,
    FollowDemand,
    Primitives,
    Process,
    Store,
    Surroundings,
    ThermalNode,
    component,
    fact,
    param,
)
from moonstation.components.energy.insulated_pack import heater, heater_kw, insulation_m2
from moonstation.components.failure_modes import FailureMode
from moonstation.components.limits import disorder
from moonstation.components.quantities import FORMULAS, molar_mass, reaction
from moonstation.components.switched_radiator import RADIATOR, coupling_w_k, radiator_node
from moonstation.core.errors import RangeError
from moonstation.core.units import J_PER_KWH
from moonstation.facts.table import lookup

_FARADAY_C_MOL = constants.physical_constants["Faraday constant"][0]
#: 2 H2 + O2 -> 2 H2O, per kg of water.
_WATER = reaction({"hydrogen": -2, "oxygen": -1, "water": 2}, per="water")


def charge_kwh_per_kg_v() -> float:
    """Charge that splits a kg of water, as energy per volt [kWh/kg/V]: two electrons for each molecule."""
    mole_kg = molar_mass(FORMULAS["water"]) / 1e3
    return float(2.0 * _FARADAY_C_MOL / mole_kg / J_PER_KWH)


@component("regenerative_fuel_cell")
@dataclass(frozen=True, slots=True)
class RegenerativeFuelCell:
    """Electrolyser, tanks and fuel cell in a closed loop of water: for nights too long for batteries.

    The electrolyser takes what neither loads nor batteries want, the cell gives what they and the sources lack.
    """

    power_kw: float = param(unit="kW", doc="greatest power of the fuel cell at the site's bus", low=0.01, high=1e4)
    charge_kw: float = param(unit="kW", doc="greatest power of the electrolyser", low=0.01, high=1e4)
    energy_kwh: float = param(unit="kWh", doc="what full tanks give at the site's bus", low=0.1, high=1e6)
    charge_on_arrival: float = param(unit="-", doc="fill of the gas tanks on landing", low=0.0, high=1.0, default=1.0)
    keep_charge: float = param(
        unit="-", doc="fill of the site's batteries that the cell keeps up", low=0.0, high=1.0, default=0.7
    )
    surplus_above: float = param(
        unit="-",
        doc="fill to which the electrolyser lets the batteries come first",
        low=0.0,
        high=1.0,
        default=1.0,
    )
    cell_voltage_v: float = fact("rfc.cell_voltage", unit="V", doc="of each fuel cell", low=0.5, high=1.2)
    electrolyser_voltage_v: float = fact(
        "rfc.electrolyser_voltage", unit="V", doc="of each cell of the electrolyser", low=1.482, high=2.5
    )
    parasitic_share: float = fact(
        "rfc.parasitic_share", unit="-", doc="power of pumps, drier and controls over the stack's", low=0.0, high=0.5
    )
    specific_energy_wh_kg: float = fact(
        "rfc.specific_energy", unit="Wh/kg", doc="of the whole; gives its mass", low=50.0, high=1500.0
    )
    heater_setpoint_k: float = fact(
        "rfc.heater_setpoint", unit="K", doc="the heater keeps its water at this", low=274.0, high=320.0
    )
    survive_min_k: float = fact("rfc.survive_min", unit="K", doc="its water has burst the lines", low=200.0, high=275.0)
    survive_max_k: float = fact("rfc.survive_max", unit="K", doc="membranes lost", low=330.0, high=420.0)

    failures: ClassVar = (
        FailureMode("fuel cell stack", "stack of the fuel cell fails", affects=("fuel cell",), spare=True),
        FailureMode("electrolyser stack", "stack of the electrolyser fails", affects=("electrolyser",), spare=True),
        FailureMode("water pump", "pump of the feed water stops", affects=("electrolyser",), spare=True),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "electrolyser, heater"),
        Flow("electricity", "out", "fuel cell"),
        Flow("water@self", "in", "to the electrolyser"),
        Flow("water@self", "out", "from the fuel cell"),
        Flow("water@self", "store", "its tank"),
        Flow("hydrogen@self", "in", "to the fuel cell"),
        Flow("hydrogen@self", "out", "from the electrolyser"),
        Flow("hydrogen@self", "store", "its tank"),
        Flow("oxygen@self", "in", "to the fuel cell"),
        Flow("oxygen@self", "out", "from the electrolyser"),
        Flow("oxygen@self", "store", "its tank"),
    )
    example: ClassVar = {"power_kw": 5.0, "charge_kw": 10.0, "energy_kwh": 1000.0}
    leaves_out: ClassVar = (
        "voltages that change with load, pressure and age; leaks, drying, the work of pressure; start-up and idling; "
        "freezing in parts; gases shared with life support"
    )

    def __post_init__(self) -> None:
        """Refuse temperatures in the wrong order, and an electrolyser that would run on the cell's own power."""
        pairs = (("survive_min_k", "heater_setpoint_k"), ("heater_setpoint_k", "survive_max_k"))
        faults = [*disorder(self, *pairs, unit="K"), *disorder(self, ("keep_charge", "surplus_above"), unit="-")]
        if faults:
            raise RangeError(faults)

    def given_kwh_per_kg(self) -> float:
        """Electricity at the bus per kg of water that the cell makes [kWh/kg]."""
        return charge_kwh_per_kg_v() * self.cell_voltage_v * (1.0 - self.parasitic_share)

    def taken_kwh_per_kg(self) -> float:
        """Electricity from the bus per kg of water that the electrolyser splits [kWh/kg]."""
        return charge_kwh_per_kg_v() * self.electrolyser_voltage_v / (1.0 - self.parasitic_share)

    def heat_kwh_per_kg(self) -> float:
        """Heat of formation of a kg of liquid water [kWh/kg]."""
        return charge_kwh_per_kg_v() * lookup("rfc.thermoneutral_voltage").value

    def round_trip(self) -> float:
        """Electricity given over electricity taken [-], its heater aside."""
        return self.given_kwh_per_kg() / self.taken_kwh_per_kg()

    def water_kg(self) -> float:
        """Water that it holds, as water or as gases [kg]."""
        return self.energy_kwh / self.given_kwh_per_kg()

    def mass_kg(self) -> float:
        """Mass of the whole [kg]."""
        return self.energy_kwh * 1e3 / self.specific_energy_wh_kg

    def waste_heat_kw(self) -> float:
        """Greatest heat of the cell or of the electrolyser [kW]."""
        cell = self.power_kw * (self.heat_kwh_per_kg() / self.given_kwh_per_kg() - 1.0)
        return max(cell, self.charge_kw * (1.0 - self.heat_kwh_per_kg() / self.taken_kwh_per_kg()))

    def primitives(self, place: Surroundings) -> Primitives:
        """Three tanks, cell, electrolyser and heater, and an insulated body with a radiator that shuts itself off."""
        warming = heater("plant", self.heater_kw(), self.heater_setpoint_k)
        return Primitives(
            stores=self._tanks(),
            processes=(self._cell(), self._electrolyser(), warming),
            thermal_nodes=self._nodes(place),
        )

    def _tanks(self) -> tuple[Store, ...]:
        gas, water = self.charge_on_arrival, 1.0 - self.charge_on_arrival
        share = {"water": (1.0, water), "hydrogen": (-_WATER["hydrogen"], gas), "oxygen": (-_WATER["oxygen"], gas)}
        return tuple(
            Store(stock, f"{stock}@self", capacity=mass * self.water_kg(), start=mass * self.water_kg() * fill)
            for stock, (mass, fill) in share.items()
        )

    def _moved(self, kg_per_kwh: float) -> dict[str, float]:
        return {f"{stock}@self": share * kg_per_kwh for stock, share in _WATER.items()}

    def _cell(self) -> Process:
        """Its activity is the power that it gives [kW]."""
        return Process(
            "fuel cell",
            {"electricity": 1.0, **self._moved(1.0 / self.given_kwh_per_kg())},
            limit=self.power_kw,
            priority=1,
            control=FollowDemand("electricity", self.keep_charge),
            heat_node="plant",
            heat_kw=self.heat_kwh_per_kg() / self.given_kwh_per_kg() - 1.0,
        )

    def _electrolyser(self) -> Process:
        """Its activity is the power that it takes [kW]."""
        return Process(
            "electrolyser",
            {"electricity": -1.0, **self._moved(-1.0 / self.taken_kwh_per_kg())},
            limit=self.charge_kw,
            priority=8,
            surplus_above=self.surplus_above,
            heat_node="plant",
            heat_kw=1.0 - self.heat_kwh_per_kg() / self.taken_kwh_per_kg(),
        )

    def heater_kw(self) -> float:
        """Heater power [kW]: the loss at the set-point to the coldest surroundings, radiator shut, with margin."""
        closed = lookup("thermal.heat_switch_closed_share").value
        return heater_kw(self._insulation_m2() + closed * self._radiating_m2(), self.heater_setpoint_k)

    def _insulation_m2(self) -> float:
        """Effective emissivity times surface of the insulated plant [m2]."""
        return insulation_m2(self.mass_kg(), lookup("rfc.density").value)

    def _radiating_m2(self) -> float:
        """Emissivity times area of the radiator that rejects the waste heat at its temperature [m2]."""
        fourth = lookup("rfc.radiator_temperature").value ** 4 - lookup("fsp.rejection_design_sink").value ** 4
        return float(1e3 * self.waste_heat_kw() / (constants.sigma * fourth))

    def _nodes(self, place: Surroundings) -> tuple[ThermalNode, ThermalNode]:
        emittance = lookup("sink.radiator_emittance").value
        area_m2 = self._radiating_m2() / emittance
        closed_k, open_k = self.heater_setpoint_k + 5.0, self.heater_setpoint_k + 25.0
        plant = ThermalNode(
            "plant",
            heat_capacity_j_k=self.mass_kg() * lookup("thermal.specific_heat_equipment").value,
            start_k=closed_k,
            radiative_sink_k=place.box_sink_k(),
            radiating_m2=self._insulation_m2(),
            parent=RADIATOR,
            parent_w_k=coupling_w_k(area_m2),
            work_min_k=lookup("rfc.work_min").value,
            work_max_k=self.survive_max_k,
            survive_min_k=self.survive_min_k,
            survive_max_k=self.survive_max_k,
        )
        share = lookup("thermal.heat_switch_closed_share").value
        return plant, radiator_node(area_m2, emittance, share, closed_k, open_k, place)
