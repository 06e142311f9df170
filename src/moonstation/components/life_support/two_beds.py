"""Two beds of solid amine, resolved in time: one takes carbon dioxide and water out of the air, one is open to vacuum.

After every half cycle they change places; the air in the full bed first fills the empty one until their pressures are
equal, and what is left of it is lost. The beds lie in one block of metal foam, where the heat that one sets free is
what the other needs, so that both keep one temperature. The component ``amine_swingbed`` stands for the mean over
cycles.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.life_support.cabin_air import saturation_kpa
from moonstation.components.life_support.four_beds import Chamber
from moonstation.components.life_support.sorbent_beds import (
    AIR_KG_MOL,
    CO2_KG_MOL,
    GAS_CONSTANT,
    Bed,
    Cells,
    Isotherm,
    blow,
    leaving_kpa,
    loading_mol_kg,
)
from moonstation.components.quantities import FORMULAS, molar_mass
from moonstation.core.machine_code import compiled
from moonstation.core.time import HOUR_S
from moonstation.facts.table import lookup

Gas = Literal["carbon_dioxide", "water"]
Setting = Literal["sleep", "nominal", "exercise"]

CELLS = 10
#: Facts of each setting: flow of air and half cycle.
SETTINGS: dict[Setting, tuple[str, str]] = {
    "sleep": ("flow_sleep", "half_cycle_sleep"),
    "nominal": ("flow_nominal", "half_cycle_nominal"),
    "exercise": ("flow_exercise", "half_cycle_exercise"),
}
KG_MOL = {"carbon_dioxide": CO2_KG_MOL, "water": molar_mass(FORMULAS["water"]) / 1000.0}
#: Of the air in the full bed, what goes into the empty one of the same size until their pressures are equal.
EQUALISED = 0.5
_AIR_KPA = 101.325
#: Mean removal is taken over this many half cycles, after as many to settle.
_SETTLING = 40


class TwoBeds(NamedTuple):
    """A two-bed machine and how it is run; the bed of each gas is the same amine with that gas' isotherm and rate."""

    carbon_dioxide: Bed
    water: Bed
    air_m3_h: float
    half_cycle_h: float
    inlet_k: float
    bed_k: float
    pumping_m3_s: float
    ullage_m3: float


class Lines(NamedTuple):
    """What goes through the beds and the line to vacuum [mol/s/kPa], and what a mol is in the room [kPa/mol]."""

    flow_mol_s_kpa: float
    pump_mol_s_kpa: float
    bed_k: float
    room_kpa_mol: float


class Means(NamedTuple):
    """What a machine does in the mean over its cycles: carbon dioxide removed [kg/h], the rest for each kg of it."""

    carbon_dioxide_kg_h: float
    water_kg_per_kg: float
    air_kg_per_kg: float
    energy_kwh_per_kg: float


def number(name: str) -> float:
    """Value of the fact ``swingbed.<name>``."""
    return lookup(f"swingbed.{name}").value


def amine_isotherm() -> Isotherm:
    """Carbon dioxide on the amine SA9T, Toth's form as on zeolites, from the facts ``swingbed.*``."""
    heat_j_mol = number("adsorption_heat")
    affinity_kpa = number("affinity") * 1000.0 * np.exp(-heat_j_mol / (GAS_CONSTANT * number("affinity_temperature")))
    return Isotherm(
        a0=number("capacity") * affinity_kpa,
        b0=affinity_kpa,
        energy_k=heat_j_mol / GAS_CONSTANT,
        t0=number("heterogeneity"),
        c_k=0.0,
        heat_j_mol=heat_j_mol,
    )


def humid_isotherm(temperature_k: float) -> Isotherm:
    """Water on the amine at one temperature [K]: in proportion to the relative humidity."""
    return Isotherm(number("water_slope") / saturation_kpa(temperature_k), 0.0, 0.0, 1.0, 0.0, 0.0)


def orion_beds(setting: Setting = "exercise") -> TwoBeds:
    """One of the two machines of the Orion cabin (CAMRAS) at one of its settings, from the facts ``swingbed.*``."""
    amine_kg, bed_k = number("amine_mass"), number("bed_temperature")
    flow, half_cycle = SETTINGS[setting]
    return TwoBeds(
        carbon_dioxide=Bed(amine_isotherm(), amine_kg, np.inf, number("uptake_rate")),
        water=Bed(humid_isotherm(bed_k), amine_kg, np.inf, number("water_uptake_rate")),
        air_m3_h=number(flow),
        half_cycle_h=number(half_cycle) / 60.0,
        inlet_k=lookup("cabin.temperature").value,
        bed_k=bed_k,
        pumping_m3_s=number("pumping_speed"),
        ullage_m3=number("ullage"),
    )


def chamber_transient_kpa(
    beds: TwoBeds, gas: Gas, chamber: Chamber, load_kg_h: ArrayLike, start_kpa: float, step_s: float
) -> NDArray[np.float64]:
    """Partial pressure of a gas in a room that the beds serve, at the end of every step [kPa].

    Parameters
    ----------
    beds, gas, chamber : the machine, what is followed, and the room
    load_kg_h : the gas let into the room [kg/h], shape (steps,)
    start_kpa : partial pressure at the begin, with beds that hold nothing [kPa]
    step_s : length of a step [s]
    """
    lines = Lines(
        flow_mol_s_kpa=beds.air_m3_h / HOUR_S * 1000.0 / (GAS_CONSTANT * beds.inlet_k),
        pump_mol_s_kpa=beds.pumping_m3_s * 1000.0 / (GAS_CONSTANT * beds.bed_k),
        bed_k=beds.bed_k,
        room_kpa_mol=GAS_CONSTANT * chamber.temperature_k / chamber.volume_m3 / 1000.0,
    )
    load_mol_s = np.asarray(load_kg_h, dtype=np.float64) / (HOUR_S * KG_MOL[gas])
    half_steps = round(beds.half_cycle_h * HOUR_S / step_s)
    return _run(getattr(beds, gas), lines, half_steps, load_mol_s, start_kpa, step_s)


def mean_removal_kg_h(beds: TwoBeds, gas: Gas, pressure_kpa: float, step_s: float = 10.0) -> float:
    """What the beds take of a gas of a held partial pressure [kPa], the mean over whole cycles [kg/h]."""
    steps = round(beds.half_cycle_h * HOUR_S / step_s) * _SETTLING
    room = Chamber(1e9, beds.inlet_k, _AIR_KPA)  # so large that what is taken changes nothing
    kg_kpa = room.volume_m3 * 1000.0 / (GAS_CONSTANT * room.temperature_k) * KG_MOL[gas]
    pressures = chamber_transient_kpa(beds, gas, room, np.zeros(2 * steps), pressure_kpa, step_s)
    return float((pressures[steps - 1] - pressures[-1]) * kg_kpa / (steps * step_s / HOUR_S))


def passed_kg_h(beds: TwoBeds, gas: Gas, pressure_kpa: float) -> float:
    """What the air brings of a gas of a partial pressure [kPa]: more than this cannot be removed [kg/h]."""
    return beds.air_m3_h * pressure_kpa * 1000.0 / (GAS_CONSTANT * beds.inlet_k) * KG_MOL[gas]


def lost_air_kg_h(beds: TwoBeds, air_kpa: float = _AIR_KPA) -> float:
    """Air that goes overboard with the swings, from a cabin of a pressure [kPa] [kg/h]."""
    held_kg = air_kpa * 1000.0 * beds.ullage_m3 / (GAS_CONSTANT * beds.bed_k) * AIR_KG_MOL
    return (1.0 - EQUALISED) * held_kg / beds.half_cycle_h


def power_kw(beds: TwoBeds) -> float:
    """Electricity of fan, valve and controller [kW]; the drop of pressure grows with the flow (Darcy)."""
    drop_pa = number("pressure_drop") * 1000.0 * beds.air_m3_h / number("flow_exercise")
    return (beds.air_m3_h / HOUR_S * drop_pa / number("fan_efficiency") + number("valve_power")) / 1000.0


def cycle_means(beds: TwoBeds, carbon_dioxide_kpa: float, humidity: float) -> Means:
    """What a machine does in air of a held partial pressure [kPa] and relative humidity [-]."""
    removed_kg_h = mean_removal_kg_h(beds, "carbon_dioxide", carbon_dioxide_kpa)
    water_kg_h = mean_removal_kg_h(beds, "water", humidity * saturation_kpa(beds.inlet_k))
    return Means(
        removed_kg_h, water_kg_h / removed_kg_h, lost_air_kg_h(beds) / removed_kg_h, power_kw(beds) / removed_kg_h
    )


@compiled
def evacuate(bed: Bed, loaded: Cells, kelvin: float, pump_mol_s_kpa: float, step_s: float) -> float:
    """Leave a bed open to vacuum for a step; returns the gas let go [mol].

    The line to vacuum passes gas in proportion to its partial pressure in the bed, which is alike in all cells and
    settles where what the amine lets go is what the line passes. ``loaded`` [mol/kg] of the cells is moved on.
    """
    mean = loaded.mean()
    inside_kpa = leaving_kpa(bed.isotherm, 0.0, pump_mol_s_kpa, bed.sorbent_kg * bed.rate_per_s, mean, kelvin)
    kept = loading_mol_kg(bed.isotherm, inside_kpa, kelvin)
    share = 1.0 - np.exp(-bed.rate_per_s * step_s)
    loaded += (kept - loaded) * share
    return float((mean - kept) * share * bed.sorbent_kg)


@compiled
def _run(  # noqa: PLR0917
    bed: Bed, lines: Lines, half_steps: int, load_mol_s: NDArray[np.float64], start_kpa: float, step_s: float
) -> NDArray[np.float64]:
    """Steps of the machine and the room (see ``chamber_transient_kpa``)."""
    loaded, kelvin, gas = np.zeros((2, CELLS)), np.full(CELLS, lines.bed_k), np.empty(2)
    pressures, now_kpa = np.empty(load_mol_s.size), start_kpa
    for step in range(load_mol_s.size):
        on = step // half_steps % 2
        gas[0], gas[1] = now_kpa, lines.bed_k
        blow(bed, loaded[on], kelvin, lines.flow_mol_s_kpa, 0.0, gas, step_s)
        evacuate(bed, loaded[1 - on], lines.bed_k, lines.pump_mol_s_kpa, step_s)
        gained_mol_s = load_mol_s[step] - lines.flow_mol_s_kpa * (now_kpa - gas[0])
        now_kpa += gained_mol_s * step_s * lines.room_kpa_mol
        pressures[step] = now_kpa
    return pressures
