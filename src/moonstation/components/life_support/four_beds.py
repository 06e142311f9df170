"""Four-bed molecular sieve, resolved in time: two desiccant beds and two sorbent beds that change places.

Air goes through a desiccant bed, a cooler, a sorbent bed that adsorbs, and back through the other desiccant bed, which
it dries, while the other sorbent bed is heated in vacuum. The desiccant beds' zeolite 13X takes up carbon dioxide too
and gives it back to the cabin in the next half cycle. The component ``co2_removal`` stands for the mean over cycles.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstation.components.life_support.sorbent_beds import (
    AIR_J_KG_K,
    AIR_KG_MOL,
    CO2_KG_MOL,
    GAS_CONSTANT,
    ZEOLITE_5A,
    ZEOLITE_13X,
    Bed,
    bake,
    blow,
)
from moonstation.core.machine_code import compiled
from moonstation.core.time import HOUR_S
from moonstation.facts.table import lookup

CELLS = 10
#: Mean removal is taken over this many half cycles, after as many to settle.
_SETTLING = 8


class FourBeds(NamedTuple):
    """A four-bed machine and how it is run."""

    sorbent: Bed
    desiccant: Bed
    air_kg_h: float
    half_cycle_h: float
    air_save_h: float
    inlet_k: float
    cooled_k: float
    heater_w: float
    hot_k: float
    vacuum_kpa: float


class Chamber(NamedTuple):
    """A closed room of air that the machine serves."""

    volume_m3: float
    temperature_k: float
    pressure_kpa: float


def station_beds() -> FourBeds:
    """The four-bed machine of the ISS as built (CDRA), from the facts ``cdra.*``."""

    def number(name: str) -> float:
        return lookup(f"cdra.{name}").value

    sorbent_kg, metal_j_k = number("sorbent_mass"), number("canister_heat_capacity")
    zeolite_j = number("zeolite_heat_capacity")
    desiccant_kg = number("desiccant_zeolite_mass")
    silica_kg, rate = number("desiccant_silica_mass"), number("uptake_rate")
    return FourBeds(
        sorbent=Bed(ZEOLITE_5A, sorbent_kg, sorbent_kg * zeolite_j + metal_j_k, rate),
        desiccant=Bed(
            ZEOLITE_13X,
            desiccant_kg * number("desiccant_free_share"),
            (desiccant_kg + silica_kg) * zeolite_j + metal_j_k,
            rate,
        ),
        air_kg_h=number("air_flow"),
        half_cycle_h=number("half_cycle") / 60.0,
        air_save_h=number("air_save") / 60.0,
        inlet_k=number("inlet_temperature"),
        cooled_k=number("cooled_temperature"),
        heater_w=number("heater_power"),
        hot_k=number("desorption_temperature"),
        vacuum_kpa=number("vacuum_pressure"),
    )


def chamber_transient_kpa(
    beds: FourBeds, chamber: Chamber, load_kg_h: ArrayLike, start_kpa: float, step_s: float
) -> NDArray[np.float64]:
    """Partial pressure of carbon dioxide in a room that the beds serve, at the end of every step [kPa].

    Parameters
    ----------
    beds, chamber : the machine, and the room
    load_kg_h : carbon dioxide let into the room [kg/h], shape (steps,)
    start_kpa : partial pressure at the begin, with beds that hold nothing [kPa]
    step_s : length of a step [s]
    """
    return _run(beds, chamber, np.asarray(load_kg_h, dtype=np.float64), start_kpa, step_s, CELLS)


def mean_removal_kg_h(beds: FourBeds, pressure_kpa: float, air_kpa: float = 100.0, step_s: float = 30.0) -> float:
    """Carbon dioxide that the beds take out of air of a held partial pressure, the mean over whole cycles [kg/h].

    pressure_kpa : partial pressure that is held [kPa]; air_kpa : of all gas [kPa]
    """
    steps = round(beds.half_cycle_h * HOUR_S / step_s) * _SETTLING
    room = Chamber(1e9, 295.0, air_kpa)  # so large that what is taken changes nothing
    kg_kpa = room.volume_m3 * 1000.0 / (GAS_CONSTANT * room.temperature_k) * CO2_KG_MOL
    pressures = _run(beds, room, np.zeros(2 * steps), pressure_kpa, step_s, CELLS)
    return float((pressures[steps - 1] - pressures[-1]) * kg_kpa / (steps * step_s / HOUR_S))


@compiled
def _run(  # noqa: PLR0917
    beds: FourBeds, chamber: Chamber, load_kg_h: NDArray[np.float64], start_kpa: float, step_s: float, cells: int
) -> NDArray[np.float64]:
    """Steps of the machine and the room (see ``chamber_transient_kpa``)."""
    air_mol_s = beds.air_kg_h / HOUR_S / AIR_KG_MOL
    flow_mol_s_kpa, air_w_k = air_mol_s / chamber.pressure_kpa, beds.air_kg_h / HOUR_S * AIR_J_KG_K
    kpa_mol = GAS_CONSTANT * chamber.temperature_k / chamber.volume_m3 / 1000.0
    sorbent_q, desiccant_q = np.zeros((2, cells)), np.zeros((2, cells))
    sorbent_k, desiccant_k = np.full((2, cells), beds.cooled_k), np.full((2, cells), beds.inlet_k)
    sorbent_k[1] = beds.hot_k
    pressures, now_kpa, gas = np.empty(load_kg_h.size), start_kpa, np.empty(2)
    for step in range(load_kg_h.size):
        hour = step * step_s / HOUR_S
        half = int(hour / beds.half_cycle_h + 1e-9)
        on = half % 2
        gas[0], gas[1] = now_kpa, beds.inlet_k
        blow(beds.desiccant, desiccant_q[on], desiccant_k[on], flow_mol_s_kpa, air_w_k, gas, step_s)
        gas[1] = beds.cooled_k
        blow(beds.sorbent, sorbent_q[on], sorbent_k[on], flow_mol_s_kpa, air_w_k, gas, step_s)
        # the bed that dries is blown from its other end
        back_q, back_k = desiccant_q[1 - on][::-1], desiccant_k[1 - on][::-1]
        blow(beds.desiccant, back_q, back_k, flow_mol_s_kpa, air_w_k, gas, step_s)
        saving = hour - half * beds.half_cycle_h < beds.air_save_h
        vacuum_kpa = 0.0 if saving else beds.vacuum_kpa
        bake(beds.sorbent, sorbent_q[1 - on], sorbent_k[1 - on], beds.heater_w, beds.hot_k, vacuum_kpa, step_s)
        given_mol_s = load_kg_h[step] / HOUR_S / CO2_KG_MOL
        now_kpa += (given_mol_s - flow_mol_s_kpa * (now_kpa - gas[0])) * step_s * kpa_mol
        pressures[step] = now_kpa
    return pressures
