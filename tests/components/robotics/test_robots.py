import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace

from moonstation.components.robotics.driving import drive_kwh, there_and_back_kwh
from moonstation.components.robotics.excavator import Excavator
from moonstation.components.robotics.hopper import Hopper, hop_propellant_kg, hop_speed_m_s
from moonstation.components.robotics.rover import Rover
from moonstation.components.robotics.vehicle import surface_gravity_m_s2
from moonstation.facts.table import lookup

HALF_LIT = np.arange(MONTH.count) < MONTH.count // 2
PLACE = ConstantPlace(sun_disc_fraction=HALF_LIT)
YUTU = {"mass_kg": 140, "array_m2": 1.5, "battery_kwh": 1.0, "work_kw": 0.06}
HOPPER = {"mass_kg": 50, "array_m2": 0.6, "battery_kwh": 0.5, "propellant_kg": 15, "hop_m": 2000}


def processes(component):
    return {process.name: process for process in component.primitives(PLACE).processes}


def test_a_solar_rover_works_by_day_only():
    parts = processes(Rover(**YUTU))
    for name in ("work", "avionics"):
        np.testing.assert_array_equal(parts[name].series, HALF_LIT)
    assert parts["clock"].series is None
    assert parts["heater"].series is None


def test_a_radioisotope_rover_never_sleeps():
    parts = processes(Rover(**YUTU, rtg_w=110))
    assert parts["work"].series is None
    assert parts["generator"].series[0] == pytest.approx(0.110)


def test_robot_hours_are_a_share_of_the_time_awake():
    work = processes(Rover(**YUTU, work_share=0.3))["work"]
    assert work.limit * work.recipe["robot_h"] == pytest.approx(0.3)


def test_only_a_rover_with_instruments_makes_science():
    assert "observing" not in processes(Rover(**YUTU))
    observing = processes(Rover(**YUTU, science_field="geology", payload_kw=0.02, data_gbit_h=0.1))["observing"]
    assert observing.capability == {"science_field:geology": 1.0}
    assert observing.recipe == {"electricity@self": -0.02, "data": 0.1}


def test_its_power_is_its_own():
    for component in (Rover(**YUTU), Hopper(**HOPPER)):
        assert not any("electricity" in process.recipe for process in processes(component).values())


def test_a_vehicle_keeps_itself_before_it_works():
    parts = processes(Rover(**YUTU, science_field="geology"))
    order = [parts[name].priority for name in ("heater", "avionics", "work", "observing")]
    assert order == sorted(order) == [0, 1, 6, 7]


def test_a_hop_reaches_as_far_as_a_stone():
    # Range of a throw at 45 degrees: v^2 / g.
    gravity = surface_gravity_m_s2()
    assert hop_speed_m_s(1000.0, gravity) ** 2 / gravity == pytest.approx(1000.0)


def test_a_small_hop_costs_mass_times_delta_v_over_exhaust_speed():
    # First order of the rocket equation, 2 v / (Isp g0) << 1.
    propellant = hop_propellant_kg(100.0, 1.0, specific_impulse_s=220.0, margin=1.0)
    assert propellant == pytest.approx(100.0 * 2 * math.sqrt(1.6242) / (220.0 * 9.80665), rel=2e-3)


def test_a_hopper_ends_when_its_propellant_is_used_up():
    hopper = Hopper(**HOPPER, hops_per_day=1.0)
    one_hop = hop_propellant_kg(50.0, 2000.0, specific_impulse_s=230.0, margin=1.4)
    assert hopper.propellant_kg_h() * 24 == pytest.approx(one_hop)
    assert processes(hopper)["observing"].recipe["propellant@self"] == -hopper.propellant_kg_h()


@given(mass=st.floats(1, 1e4), distance=st.floats(1, 50_000), longer=st.floats(1.01, 10))
def test_longer_hops_cost_more_but_never_the_whole_vehicle(mass, distance, longer):
    short = hop_propellant_kg(mass, distance, specific_impulse_s=220.0, margin=1.4)
    far = hop_propellant_kg(mass, distance * longer, specific_impulse_s=220.0, margin=1.4)
    assert 0 < short < far < mass


def test_haulage_is_resistance_times_weight_times_way():
    # 1 kg of load in a 3 kg vehicle, 100 m there and back: (4 + 3) kg x 1.6242 m/s2 x 0.21 x 100 m / 0.5 = 477.5 J.
    assert there_and_back_kwh(100.0, 0.0, 3.0, 1.0) * 3.6e6 == pytest.approx(477.5, abs=0.5)


def test_a_level_drive_takes_what_apollo_16s_rover_took():
    """98.2 Ah at 36 V for 26.7 km with 697 kg, television and radio included."""
    ground = lookup("excavator.rolling_resistance").value, lookup("excavator.drive_efficiency").value
    assert float(drive_kwh(26_700.0, 0.0, 697.0, *ground)) == pytest.approx(98.2 * 36.0 / 1e3, rel=0.01)


def test_a_kilogram_carries_its_share_of_the_drive():
    digger = Excavator(regolith_kg_h=50, haul_m=1000.0, haul_load_kg=40.0)
    drive = there_and_back_kwh(1000.0, 0.0, 120.0, 40.0)
    assert digger.energy_kwh_per_kg() == pytest.approx(0.00086 + drive / 40.0)


def test_climbing_costs_height_on_top_and_descending_gives_nothing_back():
    # 100 kg over 1 km along a slope of 10 deg: 173.6 m of height
    flat, up, steep_down = drive_kwh(1000.0, [0.0, 10.0, -30.0], 100.0, 0.25, 0.5) * 3.6e6
    lifted_j = 100.0 * 1.6242 * 1000.0 * math.sin(math.radians(10.0)) / 0.5
    assert up == pytest.approx(flat * math.cos(math.radians(10.0)) + lifted_j, rel=1e-3)
    assert steep_down == 0.0


def test_a_load_is_brought_uphill_and_the_way_back_leads_down():
    # 300 kg up and 200 kg down 1 km of 5 deg: 1.6242 m/s2 x 1000 m / 0.5 x (300 (R + S) + 200 (R - S)), R = 0.21 cos 5
    rolls, climbs = 0.21 * math.cos(math.radians(5.0)), math.sin(math.radians(5.0))
    by_hand_j = 1.6242 * 1000.0 / 0.5 * (300.0 * (rolls + climbs) + 200.0 * (rolls - climbs))
    assert there_and_back_kwh(1000.0, 5.0, 200.0, 100.0) * 3.6e6 == pytest.approx(by_hand_j, rel=1e-3)


@given(st.floats(0, 25), st.floats(1, 1e4), st.floats(0, 1e3))
def test_a_slope_never_makes_a_drive_there_and_back_cheaper(slope_deg, way_m, load_kg):
    level = there_and_back_kwh(way_m, 0.0, 300.0, load_kg)
    assert there_and_back_kwh(way_m, slope_deg, 300.0, load_kg) >= level * math.cos(math.radians(slope_deg)) - 1e-12


def test_a_rover_that_drives_farther_steeper_or_laden_draws_more():
    given = {"mass_kg": 140, "array_m2": 1.5, "battery_kwh": 1.0, "work_kw": 0.06}
    still, far, steep, laden = (
        -processes(Rover(**given, **more))["work"].recipe["electricity@self"]
        for more in (
            {},
            {"drive_m_per_h": 200.0},
            {"drive_m_per_h": 200.0, "slope_deg": 20.0},
            {"drive_m_per_h": 200.0, "load_kg": 100.0},
        )
    )
    assert still == 0.06
    # 200 m/h: 140 kg x 1.6242 x 0.21 x 200 m / 0.5 per hour
    assert far - still == pytest.approx(140 * 1.6242 * 0.21 * 200 / 0.5 / 3.6e6, rel=1e-3)
    # half of the way up 20 deg, half down, where the slope pulls more than the ground holds back
    up = 0.21 * math.cos(math.radians(20.0)) + math.sin(math.radians(20.0))
    assert steep - still == pytest.approx((far - still) * up / 0.21 / 2.0)
    assert laden - still == pytest.approx((far - still) * 240 / 140)


def test_a_hop_uphill_is_the_least_arc_that_gets_there():
    # the envelope of all throws of one speed: h = v^2 / 2g - g d^2 / 2 v^2
    gravity, distance, climb = 1.62, 800.0, 300.0
    speed = hop_speed_m_s(distance, gravity, climb)
    assert speed**2 / (2 * gravity) - gravity * distance**2 / (2 * speed**2) == pytest.approx(climb)
    assert hop_speed_m_s(0.0, gravity, 100.0) == pytest.approx(math.sqrt(2 * gravity * 100.0))
    up, level = (hop_propellant_kg(50.0, distance, 220.0, 1.4, climb_m=h) for h in (climb, 0.0))
    assert up == pytest.approx(hop_propellant_kg(50.0, distance, 220.0, 1.4, climb_m=-climb))
    assert up > level


def test_digging_next_door_costs_the_drum_alone():
    assert Excavator(regolith_kg_h=50, haul_m=0.0).energy_kwh_per_kg() == pytest.approx(0.00086)


def test_the_ground_comes_apart_into_dry_and_ice():
    (digging,) = Excavator(regolith_kg_h=50).primitives(PLACE).processes
    assert digging.boundary
    assert digging.recipe["regolith"] + digging.recipe["ice"] == pytest.approx(1.0)
    assert digging.recipe["ice"] == pytest.approx(0.056)


def test_it_digs_for_ice_where_there_is_ice_and_for_regolith_elsewhere():
    for ice_fraction, product in ((0.05, "ice"), (0.0, "regolith")):
        (digging,) = Excavator(regolith_kg_h=50, ice_fraction=ice_fraction).primitives(PLACE).processes
        assert digging.control.bus == product


def test_a_robot_is_on_the_way_there_and_back_with_each_load():
    given = {"regolith_kg_h": 4, "haul_speed_m_s": 0.5, "haul_load_kg": 50, "robot_h_per_kg": 0.02}
    near, far = (Excavator(**given, haul_m=way) for way in (0, 5000))
    assert processes(near)["digging"].recipe["robot_h"] == pytest.approx(-0.02)
    # 10 km at 0.5 m/s with 50 kg: 400 s per kg
    assert processes(far)["digging"].recipe["robot_h"] == pytest.approx(-0.02 - 400 / 3600)
