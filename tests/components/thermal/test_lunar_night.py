"""A small rover through lunar nights on the heat of a few watts of plutonium, and how it dies without them."""

import numpy as np
import pytest
from kernel_run import KernelRun, Mains
from place import MONTH, ConstantPlace
from scipy.constants import Stefan_Boltzmann
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from moonstation.components.robotics.rover import Rover
from moonstation.components.thermal.electronics_box import ElectronicsBox

LUNAR_DAY_H, NIGHT_FROM_H = 708.7, 354.4
COLD = {"box_sink_k": 95.0, "radiator_sink_k": 50.0, "regolith_k": 95.0}
#: Radioisotope heaters come in units of about a watt; this rover has no other heat at night.
SMALL = {"mass_kg": 30.0, "array_m2": 0.6, "battery_kwh": 0.5, "work_kw": 0.03, "avionics_kw": 0.012, "heater_kw": 0.0}


def through_nights(days: float, **component: object) -> np.ndarray:
    """Temperature of the rover's body by the hour [K], NaN once it is lost: two weeks of Sun, two weeks of night."""

    def by_day(value: float, name: str):
        return lambda grid: np.where(is_day(grid), value, COLD[name])

    def is_day(grid):
        return (np.arange(grid.count) * grid.step_h) % LUNAR_DAY_H < NIGHT_FROM_H

    place = {name: by_day(value, name) for name, value in {"box_sink_k": 230.0, "radiator_sink_k": 150.0}.items()}
    place["sun_disc_fraction"] = lambda grid: is_day(grid).astype(float)
    return KernelRun({"rover": Rover(**{**SMALL, **component})}, days, record_steps=6, **place).kelvin("rover", "body")


def night_slope(rover: Rover, heat_w: float):
    """Change of body and radiator in the night [K/s], from the primitives' own numbers."""
    body, radiator = rover.primitives(ConstantPlace(MONTH, **COLD)).thermal_nodes

    def radiated_w(node, kelvin, sink_k):
        opening = np.clip((kelvin - node.closed_k) / (node.open_k - node.closed_k), 0.0, 1.0)
        share = node.closed_share + (1.0 - node.closed_share) * opening
        return Stefan_Boltzmann * node.radiating_m2 * share * (kelvin**4 - sink_k**4)

    def slope(_, kelvin):
        to_radiator = body.parent_w_k * (kelvin[0] - kelvin[1])
        rest = heat_w - radiated_w(body, kelvin[0], COLD["box_sink_k"]) - to_radiator
        lost = radiated_w(radiator, kelvin[1], COLD["radiator_sink_k"])
        return [rest / body.heat_capacity_j_k, (to_radiator - lost) / radiator.heat_capacity_j_k]

    return slope


def test_eight_watts_carry_a_rover_of_30_kg_through_its_nights_and_seven_do_not():
    assert not np.isnan(through_nights(90.0, rhu_w=8.0)).any()
    assert np.isnan(through_nights(30.0, rhu_w=7.0)[-1])


@pytest.mark.parametrize("watts", [0.0, 4.0, 5.0])
def test_it_dies_at_the_hour_that_its_equations_say(watts):
    kelvin = through_nights(30.0, rhu_w=watts)
    died_h = int(np.flatnonzero(np.isnan(kelvin))[0])
    dusk = kelvin[int(NIGHT_FROM_H) - 1]
    rover = Rover(**SMALL, rhu_w=watts)

    def frozen(_, state):
        return state[0] - 233.0

    frozen.terminal = True
    way = solve_ivp(
        night_slope(rover, watts), (0.0, 400 * 3600.0), [dusk, dusk], method="LSODA", events=frozen, rtol=1e-8
    )
    # what the electronics left in the radiator, and the avionics' last hour, are worth a few hours
    assert died_h - NIGHT_FROM_H == pytest.approx(way.t_events[0][0] / 3600.0, abs=4.0)


def test_the_least_heat_for_an_endless_night_is_what_the_closed_body_radiates():
    def rest_w(heat_w: float) -> float:
        slope = night_slope(Rover(**SMALL), heat_w)
        radiator_k = brentq(lambda kelvin: slope(0.0, [233.0, kelvin])[1], 50.0, 233.0)
        return slope(0.0, [233.0, radiator_k])[0]

    least_w = brentq(rest_w, 0.0, 50.0)
    assert 6.0 < least_w < 9.0
    assert not np.isnan(through_nights(60.0, rhu_w=1.1 * least_w)).any()


def test_the_same_watts_of_electricity_need_a_battery_for_two_weeks():
    # 8 W x 354 h = 2.8 kWh, of which 0.5 kWh are there
    electric = {"rhu_w": 0.0, "heater_kw": 0.008}
    assert np.isnan(through_nights(30.0, **electric)[-1])
    assert not np.isnan(through_nights(30.0, **electric, battery_kwh=4.0)).any()


def test_a_thermostat_holds_a_box_through_an_endless_night_for_as_long_as_there_is_power():
    box = ElectronicsBox(mass_kg=20.0, surface_m2=1.2, radiator_m2=0.1, keep_alive_kw=0.0, heater_kw=0.1)
    night = {**COLD, "sun_disc_fraction": 0.0}

    warm = KernelRun({"box": box, "mains": Mains(1.0, hours=24.0 * 20)}, days=60.0, record_steps=6, **night)
    held = warm.kelvin("box", "box")[24 * 10 : 24 * 20]
    assert held == pytest.approx(box.heater_setpoint_k, abs=0.05)
    assert np.isnan(warm.kelvin("box", "box")[-1])
