"""Liquid gases: work, boil-off and gas again, alone and in the kernel."""

from __future__ import annotations

import numpy as np
import pytest
from kernel_run import KernelRun, Mains

from moonstation.components.isru.cryogenic_tank import CryogenicTank
from moonstation.components.life_support.tank import Tank
from moonstation.core.errors import RangeError

DAYS = 10.0


def site(**more):
    return {"mains": Mains(), **more}


# Barron 1985, Cryogenic Systems, table 3.1, by older equations of state than the facts': hydrogen's differs most
@pytest.mark.parametrize(
    ("stock", "kj_kg", "rel"), [("oxygen", 635.6, 1e-3), ("hydrogen", 12_019.0, 6e-3), ("methane", 1091.0, 2e-3)]
)
def test_a_perfect_liquefier_takes_the_published_ideal_work(stock, kj_kg, rel):
    tank = CryogenicTank(stock=stock, capacity_kg=1.0, liquefy_kg_h=1.0, figure_of_merit=0.5)
    assert tank.energy_kwh_per_kg() == pytest.approx(2.0 * kj_kg / 3600.0, rel=rel)


def test_boil_off_empties_a_vented_tank_exponentially():
    cold = CryogenicTank(
        stock="hydrogen", capacity_kg=100.0, start_kg=100.0, liquefy_kg_h=0.0, boil_off="vented", below=0.0
    )
    left = KernelRun(site(cold=cold), DAYS).amount("cold", "liquid")
    assert left[-1] == pytest.approx(100.0 * np.exp(-0.005 * DAYS), rel=1e-4)


def test_recovered_boil_off_goes_back_to_the_gas_tank_and_no_mass_is_lost():
    cold = CryogenicTank(stock="oxygen", capacity_kg=100.0, start_kg=100.0, liquefy_kg_h=0.0, below=0.0)
    gas = Tank(quantity="oxygen", capacity_kg=50.0)
    run = KernelRun(site(cold=cold, gas=gas), DAYS)
    assert run.amount("cold", "liquid")[-1] < 99.1
    assert run.amount("cold", "liquid")[-1] + run.amount("gas", "tank")[-1] == pytest.approx(100.0, rel=1e-6)


def test_it_liquefies_only_what_the_gas_tanks_hold_in_excess_and_gives_back_when_they_are_low():
    full, low = Tank(quantity="oxygen", capacity_kg=100.0, start_kg=100.0), Tank(quantity="oxygen", capacity_kg=100.0)
    cold = CryogenicTank(stock="oxygen", capacity_kg=500.0, start_kg=100.0, liquefy_kg_h=0.5)
    excess = KernelRun(site(cold=cold, gas=full), DAYS)
    assert excess.amount("gas", "tank")[-1] == pytest.approx(90.0, abs=0.6)
    short = KernelRun(site(cold=cold, gas=low), DAYS)
    assert 29.0 < short.amount("gas", "tank")[-1] < 41.0
    assert short.activity("cold", "liquefaction").max() == 0.0


def test_it_never_gives_gas_back_while_it_liquefies():
    with pytest.raises(RangeError, match="below"):
        CryogenicTank(stock="oxygen", capacity_kg=100.0, liquefy_kg_h=1.0, above=0.4, below=0.6)
    near = CryogenicTank(stock="oxygen", capacity_kg=500.0, start_kg=200.0, liquefy_kg_h=1.0, above=0.45, below=0.4)
    low = Tank(quantity="oxygen", capacity_kg=100.0, start_kg=39.0)
    run = KernelRun(site(cold=near, gas=low), DAYS)
    back, liquefied = run.activity("cold", "gas again"), run.activity("cold", "liquefaction")
    assert back.max() > 0.0
    # boil-off of 0.02 kg/h fills the gas tanks on; nothing is given back only to be liquefied again
    assert (back * liquefied).max() == 0.0


def test_recovered_boil_off_that_finds_no_room_is_booked_as_spilled():
    cold = CryogenicTank(stock="oxygen", capacity_kg=100.0, start_kg=100.0, liquefy_kg_h=0.0, below=0.0)
    full = Tank(quantity="oxygen", capacity_kg=50.0, start_kg=50.0)
    run = KernelRun(site(cold=cold, gas=full), DAYS)
    gone_kg = 100.0 - run.amount("cold", "liquid")[-1]
    assert gone_kg == pytest.approx(100.0 * (1.0 - np.exp(-0.001 * DAYS)), rel=1e-3)
    assert run.amount("gas", "tank")[-1] == pytest.approx(50.0)
    assert run.booked("oxygen", "spilled").sum() == pytest.approx(gone_kg, rel=1e-5)
