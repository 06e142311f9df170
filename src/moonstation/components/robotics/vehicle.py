"""What every small vehicle has: a warm body, a battery, a solar array, sleep and waking."""

from __future__ import annotations

import numpy as np

from moonstation.components.contract import Process, Series, Store, Surroundings, ThermalNode, Thermostat
from moonstation.components.plutonium import decayed
from moonstation.components.switched_radiator import RADIATOR, coupling_w_k, radiator_node
from moonstation.facts.table import lookup

BODY = "body"
POWER = "electricity@self"


def surface_gravity_m_s2() -> float:
    """Gravity at the Moon's surface [m/s2], GM / R^2."""
    radius_km = lookup("sky.moon_reference_radius").value
    return lookup("moon.gm").value / radius_km**2 * 1000.0


def box_surface_m2(mass_kg: float) -> float:
    """Outside of a cube of a vehicle's mean density [m2]."""
    volume_m3 = mass_kg / lookup("rover.density").value
    return 6.0 * float(volume_m3 ** (2.0 / 3.0))


def body_nodes(mass_kg: float, rhu_w: float, place: Surroundings) -> tuple[ThermalNode, ThermalNode]:
    """Insulated body among ground and sky of its place, and its radiator, which sees the sky and closes in the cold.

    Its heater must run however cold it is, so cold does not pause the vehicle: it kills.
    """
    radiator_m2 = mass_kg * lookup("rover.radiator_area").value
    closed_k, open_k = lookup("rover.radiator_closed").value, lookup("rover.radiator_open").value
    survive_min_k = lookup("rover.survive_min").value
    body = ThermalNode(
        name=BODY,
        heat_capacity_j_k=mass_kg * lookup("rover.specific_heat").value,
        start_k=(closed_k + open_k) / 2.0,
        radiative_sink_k=place.box_sink_k(),
        radiating_m2=box_surface_m2(mass_kg) * lookup("rover.insulation_emittance").value,
        parent=RADIATOR,
        parent_w_k=coupling_w_k(radiator_m2),
        heat_w=decayed(rhu_w, place.age_years()),
        work_min_k=survive_min_k,
        work_max_k=lookup("rover.work_max").value,
        survive_min_k=survive_min_k,
        survive_max_k=lookup("rover.survive_max").value,
    )
    emittance, closed_share = lookup("rover.radiator_emittance").value, lookup("rover.radiator_closed_share").value
    return body, radiator_node(radiator_m2, emittance, closed_share, closed_k, open_k, place)


def battery(capacity_kwh: float) -> Store:
    """Battery of the vehicle's own bus, full on landing."""
    efficiency = lookup("rover.battery_efficiency").value
    return Store(
        name="battery",
        bus=POWER,
        capacity=capacity_kwh,
        start=capacity_kwh,
        floor_fraction=lookup("rover.battery_floor").value,
        charge_efficiency=efficiency,
        discharge_efficiency=efficiency,
    )


def array(array_m2: float, efficiency: float, place: Surroundings) -> Process:
    """Solar array near the ground; its activity is the power it gives [kW]."""
    return Process(
        name="array",
        recipe={POWER: 1.0},
        limit=array_m2 * efficiency * lookup("sun.irradiance_1au").value / 1000.0,
        series=place.sun_disc_fraction(on_mast=False) / place.sun_distance_au() ** 2,
        priority=0,
    )


def awake(place: Surroundings) -> Series:
    """1 while enough of the Sun is seen to wake a sleeping vehicle, else 0 [-]."""
    return (place.sun_disc_fraction(on_mast=False) >= lookup("rover.wake_sun").value).astype(np.float32)


def keep_alive(heater_kw: float) -> tuple[Process, Process]:
    """Clock that runs for ever, and survival heater (activity: its power [kW])."""
    clock = Process(name="clock", recipe={POWER: -lookup("rover.sleep_power").value}, priority=0)
    heater = Process(
        name="heater",
        recipe={POWER: -1.0},
        limit=heater_kw,
        priority=0,
        control=Thermostat(BODY, lookup("rover.heater_setpoint").value),
        heat_node=BODY,
        heat_kw=1.0,
    )
    return clock, heater


def avionics(power_kw: float, series: Series | None) -> Process:
    """Computer, radio and sensors of an awake vehicle; their heat warms the body."""
    return Process(
        name="avionics",
        recipe={POWER: -power_kw},
        series=series,
        priority=1,
        heat_node=BODY,
        heat_kw=power_kw,
    )
