import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_run import STEP_H, KernelRun, Mains
from place import ConstantPlace

from moonstation.components.life_support.airlock import Airlock
from moonstation.components.life_support.cabin import Cabin
from moonstation.components.life_support.cabin_air import gas_mass_kg
from moonstation.components.life_support.co2_removal import Co2Removal
from moonstation.components.life_support.crew import Crew
from moonstation.components.life_support.decompression import prebreathe_h, tissue_ratio
from moonstation.components.life_support.tank import Tank
from moonstation.core.time import TimeGrid

PLACE = ConstantPlace(TimeGrid.between("2030-01-01", "2030-01-15", "10min"))


def excursion(**parameters):
    (process,) = Airlock(**{"excursions_per_week": 3, **parameters}).primitives(PLACE).processes
    return process


def test_from_sea_level_into_a_suit_of_4_3_psi_takes_four_hours_of_oxygen():
    # Space Shuttle practice: about 4 h from 14.7 psi. By hand: R = 78.4/29.6 = 2.65, 6 h x log2(2.65/1.65) = 4.1 h.
    assert tissue_ratio(78.4, 29.6) == pytest.approx(2.65, abs=0.01)
    assert prebreathe_h(78.4, 29.6, 1.65) == pytest.approx(4.1, abs=0.05)


def test_from_an_exploration_atmosphere_it_takes_none():
    # 56.5 kPa with 34 % of oxygen: 36 kPa of nitrogen, R = 1.22.
    assert prebreathe_h(36.0, 29.6, 1.65) == 0.0


@given(nitrogen=st.floats(0, 100), suit=st.floats(20, 101), limit=st.floats(1, 2))
def test_after_prebreathing_the_ratio_is_the_limit_or_less(nitrogen, suit, limit):
    left = nitrogen * 0.5 ** (prebreathe_h(nitrogen, suit, limit) / 6.0)
    assert tissue_ratio(left, suit) <= limit * (1 + 1e-9)


def test_people_are_out_on_so_many_days_a_week_by_day():
    series = excursion(excursions_per_week=3, outside_h=6.0).series.astype(float)
    assert series.sum() * STEP_H == pytest.approx(2 * 3 * 6.0)
    out_days = np.flatnonzero(series[:1008].reshape(7, 144).any(axis=1))
    assert out_days.tolist() == [0, 2, 4]
    assert series[: 8 * 6].max() == 0.0


def test_an_excursion_takes_the_hours_of_its_prebreathing_too():
    process = excursion(outside_h=6.0)
    assert -process.recipe["crew_h"] * 6.0 == pytest.approx(6.0 + prebreathe_h(78.4, 29.6, 1.65))


def test_the_gas_of_a_tenth_of_the_airlock_is_lost_each_time():
    process = excursion(volume_m3=10.0, recovered=0.9, outside_h=5.0)
    each = {gas: -process.recipe[gas] * process.limit * 5.0 for gas in ("cabin_oxygen", "cabin_nitrogen")}
    assert each["cabin_oxygen"] == pytest.approx(gas_mass_kg("cabin_oxygen", 21.3, 1.0, 295.15))
    assert each["cabin_nitrogen"] == pytest.approx(gas_mass_kg("cabin_nitrogen", 78.4, 1.0, 295.15))


def test_nobody_goes_out_where_nobody_is():
    stocks = {
        name: Tank(quantity=name, capacity_kg=500, start_kg=400) for name in ("oxygen", "nitrogen", "water", "food")
    }
    shared = {"mains": Mains(), "cabin": Cabin(volume_m3=100), "airlock": Airlock(excursions_per_week=2)} | stocks
    empty = KernelRun(shared, days=7)
    assert empty.activity("airlock", "excursion").max() == 0.0
    people = {"crew": Crew(crew_size=4, schedule="hourly"), "removal": Co2Removal(carbon_dioxide_kg_h=0.2)}
    crewed = KernelRun(shared | people, days=7)
    hours = crewed.activity("airlock", "excursion").sum() * STEP_H
    # 4 x 5.1 h in a window of 7.5 h are 2.72 people at work; an hour out costs 1.68 with its prebreathing: 1.62 out.
    assert hours == pytest.approx(2 * 6.0 * 4 * 5.1 / 7.5 / (1 + prebreathe_h(78.4, 29.6, 1.65) / 6.0), rel=0.01)
    assert crewed.booked("water", "consumed") > hours * 0.57
