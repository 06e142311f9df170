"""Robots and plants in the ground run by the station's kernel."""

import numpy as np
import pytest
from kernel_run import STEP_H, KernelRun, Mains

from moonstation.components.isru.brick_maker import BrickMaker
from moonstation.components.isru.regolith_oxygen_plant import RegolithOxygenPlant
from moonstation.components.isru.water_extractor import WaterExtractor, extraction_kwh_per_kg
from moonstation.components.life_support.tank import Tank
from moonstation.components.robotics.excavator import Excavator
from moonstation.components.robotics.hopper import Hopper
from moonstation.components.robotics.rover import Rover

YUTU = {"mass_kg": 140, "array_m2": 1.5, "battery_kwh": 1.0, "work_kw": 0.06}
NIGHT = {"sun_disc_fraction": 0.0, "box_sink_k": 100.0}


def long_night(grid):
    """Two days of Sun, fourteen of night, two of Sun."""
    days = np.arange(grid.count) / 144
    return ((days < 2) | (days >= 16)).astype(np.float32)


def ground(grid):
    return np.where(long_night(grid) > 0, 230.0, 100.0).astype(np.float32)


def test_a_rover_with_radioisotope_heat_wakes_after_the_night():
    run = KernelRun({"rover": Rover(**YUTU, rhu_w=25)}, days=18, sun_disc_fraction=long_night, box_sink_k=ground)
    worked = run.activity("rover", "work")
    assert worked[144] == pytest.approx(0.25)
    assert worked[144 * 10] == 0.0
    assert worked[-1] == pytest.approx(0.25)
    assert 233 < run.kelvin("rover", "body")[144 * 16 - 1] < 253


def test_without_it_the_night_kills_the_rover():
    run = KernelRun({"rover": Rover(**YUTU)}, days=18, sun_disc_fraction=long_night, box_sink_k=ground)
    assert np.isnan(run.kelvin("rover", "body")[-1])
    assert run.activity("rover", "work")[-1] == 0.0


def test_its_heater_warms_it_from_below_the_set_point_when_the_sun_is_back():
    rover = Rover(**YUTU, rhu_w=22, heater_kw=0.1)
    run = KernelRun({"rover": rover}, days=18, sun_disc_fraction=long_night, box_sink_k=ground)
    before, after = run.kelvin("rover", "body")[144 * 16 - 1], run.kelvin("rover", "body")[-1]
    assert before < 243
    assert run.activity("rover", "heater")[144 * 16 + 2] == pytest.approx(0.1)
    assert after >= 252


def test_robot_hours_that_nobody_takes_are_gone():
    run = KernelRun({"rover": Rover(**YUTU)}, days=4)
    assert run.booked("robot_h", "produced") == pytest.approx(0.25 * 96)
    assert run.booked("robot_h", "spilled") == pytest.approx(0.25 * 96)


def test_a_hopper_observes_until_its_propellant_is_gone():
    hopper = Hopper(
        mass_kg=50,
        array_m2=1.0,
        battery_kwh=0.5,
        propellant_kg=5,
        hop_m=2000,
        hops_per_day=1.0,
        science_field="geology",
    )
    run = KernelRun({"hopper": hopper}, days=4, box_sink_k=150.0)
    assert run.last_hour("hopper", "observing") == pytest.approx(5 / hopper.propellant_kg_h(), abs=0.2)
    assert run.amount("hopper", "tank")[-1] == pytest.approx(0.0, abs=1e-9)


def test_ice_becomes_water_for_robot_hours_and_electricity():
    components = {
        "mains": Mains(),
        "rover": Rover(**YUTU, work_share=0.5),
        "excavator": Excavator(regolith_kg_h=1000, robot_h_per_kg=0.02),
        "regolith": Tank(quantity="regolith", capacity_kg=500),
        "ice": Tank(quantity="ice", capacity_kg=1000),
        "extractor": WaterExtractor(ice_kg_h=1000, ice_fraction=0.056, efficiency=0.5),
        "water": Tank(quantity="grey_water", capacity_kg=1e4),
    }
    run = KernelRun(components, days=3)
    # Half a robot hour per hour; 72 s to dig a kilogram, 2 x 500 m at 0.3 m/s with 30 kg to bring it.
    dug = 72 * 0.5 * 3600 / (72 + 1000 / 9)
    assert run.activity("excavator", "digging").sum() * STEP_H == pytest.approx(dug, rel=1e-4)
    made = run.amount("water", "tank")[-1]
    assert made == pytest.approx(0.8 * 0.056 * dug, rel=0.01)
    assert run.amount("regolith", "tank")[-1] == pytest.approx(500, rel=1e-6)
    assert run.booked("regolith", "spilled") == pytest.approx(0.944 * dug - 500, rel=1e-3)
    per_kg = Excavator(regolith_kg_h=1).energy_kwh_per_kg() / 0.056 + extraction_kwh_per_kg(0.056, 0.5)
    assert run.booked("electricity", "consumed") == pytest.approx(made / 0.8 * per_kg, rel=0.01)


def test_without_robot_hours_nothing_is_dug():
    components = {
        "mains": Mains(),
        "excavator": Excavator(regolith_kg_h=100),
        "ice": Tank(quantity="ice", capacity_kg=10),
    }
    assert KernelRun(components, days=1).activity("excavator", "digging").max() == 0.0


def test_digging_stops_when_the_ice_tank_is_full():
    components = {
        "mains": Mains(),
        "rover": Rover(**YUTU, work_share=1.0),
        "excavator": Excavator(regolith_kg_h=1000),
        "ice": Tank(quantity="ice", capacity_kg=10),
    }
    run = KernelRun(components, days=1)
    assert run.activity("excavator", "digging").sum() * STEP_H == pytest.approx(10 / 0.056, rel=1e-5)
    assert run.booked("ice", "spilled") == pytest.approx(0.0, abs=1e-9)


def test_bricks_by_day_oxygen_day_and_night():
    components = {
        "mains": Mains(),
        "heap": Tank(quantity="regolith", capacity_kg=5000, start_kg=5000),
        "bricks": Tank(quantity="bricks", capacity_kg=1000),
        "oxygen": Tank(quantity="oxygen", capacity_kg=1000),
        "mirrors": BrickMaker(bricks_kg_h=2.0),
        "plant": RegolithOxygenPlant(oxygen_kg_h=0.1),
    }
    run = KernelRun(components, days=18, sun_disc_fraction=long_night)
    assert run.amount("bricks", "tank")[-1] == pytest.approx(2.0 * 4 * 24, rel=1e-5)
    assert run.amount("oxygen", "tank")[-1] == pytest.approx(0.1 * 18 * 24, rel=1e-5)
    assert run.amount("heap", "tank")[-1] == pytest.approx(5000 - 192 - 95 * 43.2, rel=1e-4)
