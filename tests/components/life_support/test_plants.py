import numpy as np
import pytest
from closing import worst_element
from hypothesis import given
from hypothesis import strategies as st
from kernel_run import STEP_H, KernelRun, Mains
from place import ConstantPlace

from moonstation.components.life_support.cabin import Cabin
from moonstation.components.life_support.cabin_air import saturation_kpa, scale_kpa
from moonstation.components.life_support.co2_removal import Co2Removal
from moonstation.components.life_support.condensing_heat_exchanger import CondensingHeatExchanger
from moonstation.components.life_support.crew import Crew
from moonstation.components.life_support.plant_chamber import PlantChamber, food_dry_share, growth_recipe
from moonstation.components.life_support.plant_growth import (
    CROPS,
    absorbed_share,
    dry_growth_kg_m2_d,
    gross_umol,
    net_umol,
    polynomial,
    respired_umol,
)
from moonstation.components.life_support.tank import Tank
from moonstation.components.life_support.water_processor import WaterProcessor
from moonstation.station.packed import EV_LOST_STARVED

PLACE = ConstantPlace()
crops = st.sampled_from(sorted(CROPS))
masses = st.one_of(st.just(0.0), st.floats(1e-6, 100))


def growing(**parameters):
    growth, _ = PlantChamber(**{"crop": "wheat", "area_m2": 1.0, **parameters}).primitives(PLACE).processes
    return growth


def test_a_polynomial_by_hand():
    # 2 + 3 x light / CO2 at 1000 ppm and 500 umol/m2/s
    assert polynomial(((0, 0, 2.0), (-1, 1, 3.0)), 1000.0, 500.0) == pytest.approx(3.5)


@pytest.mark.parametrize("name", sorted(CROPS))
def test_quantum_yields_are_those_of_leaves(name):
    # 0.125 mol of carbon per mol of light is the limit of photosynthesis (8 photons); canopies reach 0.04 to 0.08.
    assert 0.035 < polynomial(CROPS[name].quantum, 1000.0, CROPS[name].photons) < 0.085


def test_canopies_close_and_then_absorb_93_of_100():
    crop = CROPS["potato"]
    closed_d = polynomial(crop.closure, 1000.0, 655.0)
    assert 30 < closed_d < 40
    shares = absorbed_share(crop, np.array([0.0, closed_d / 2, closed_d, 100.0]), 655.0, 1000.0)
    np.testing.assert_allclose(shares, [0.0, 0.93 / 4, 0.93, 0.93])


@given(name=crops, day=st.floats(1, 150), photons=st.floats(250, 1000), ppm=st.floats(400, 1300))
def test_carbon_fixed_is_breathed_or_kept(name, day, photons, ppm):
    crop = CROPS[name]
    gross, respired = gross_umol(crop, day, photons, ppm), respired_umol(crop, day, photons, ppm)
    assert 0 <= respired <= gross
    assert net_umol(crop, day, photons, ppm) == pytest.approx(gross - respired)
    assert gross <= 0.125 * photons


@given(food=masses, biomass=masses)
def test_growth_closes_in_every_element(food, biomass):
    recipe = growth_recipe(food, biomass)
    assert worst_element(recipe) <= 1e-9
    if food + biomass > 0:
        assert recipe["cabin_carbon_dioxide"] < 0 < recipe["cabin_oxygen"]


def test_a_mole_of_carbon_dioxide_gives_a_mole_of_oxygen():
    # Cellulose is a carbohydrate: CO2 + 5/6 H2O -> C H10/6 O5/6 + O2.
    recipe = growth_recipe(0.0, 1.0)
    assert recipe["cabin_oxygen"] / 31.998 == pytest.approx(-recipe["cabin_carbon_dioxide"] / 44.009, rel=1e-9)


def test_lamps_draw_what_their_light_takes():
    # 600 umol/m2/s at 3.06 umol/J: 196 W/m2
    assert growing(photons_umol_m2_s=600).recipe["electricity"] == pytest.approx(-0.1961, abs=1e-4)


def test_lamps_burn_for_the_hours_of_the_crop():
    assert growing(crop="potato").series.astype(float).mean() * 24 == pytest.approx(12.0, rel=0.02)
    assert growing(crop="wheat").series.astype(float).mean() * 24 == pytest.approx(20.0, rel=0.02)


def test_lamps_are_off_in_air_that_is_too_humid():
    locks = {lock.bus: lock for lock in growing().interlocks}
    assert locks["cabin_vapour"].high * scale_kpa("cabin_vapour") == pytest.approx(0.85 * saturation_kpa(295.15))
    assert locks["cabin_carbon_dioxide"].low * scale_kpa("cabin_carbon_dioxide") == pytest.approx(0.02)


def test_a_chamber_feeds_and_airs_people_through_the_kernel():
    stocks = {
        "oxygen": Tank(quantity="oxygen", capacity_kg=500, start_kg=100),
        "nitrogen": Tank(quantity="nitrogen", capacity_kg=200, start_kg=150),
        "water": Tank(quantity="water", capacity_kg=3000, start_kg=2500),
        "food": Tank(quantity="food", capacity_kg=400, start_kg=300),
        "fertiliser": Tank(quantity="fertiliser", capacity_kg=50, start_kg=50),
        "biomass": Tank(quantity="biomass", capacity_kg=500),
    }
    machines = {
        "removal": Co2Removal(carbon_dioxide_kg_h=0.05),
        "condenser": CondensingHeatExchanger(water_kg_h=20.0),
        "water processor": WaterProcessor(water_kg_h=20.0),
        "grey": Tank(quantity="grey_water", capacity_kg=200),
    }
    chamber, days = PlantChamber(crop="potato", area_m2=30.0), 20
    people = {"mains": Mains(), "cabin": Cabin(volume_m3=600), "chamber": chamber, "crew": Crew(crew_size=1)}
    run = KernelRun(people | stocks | machines, days=days)
    lit_m2_h = run.activity("chamber", "growing").sum() * STEP_H
    edible, other = dry_growth_kg_m2_d(CROPS["potato"], chamber.photons_umol_m2_s, chamber.co2_ppm)
    assert lit_m2_h == pytest.approx(30 * 12 * days, rel=0.01)
    grown_m2_d = lit_m2_h / 12
    eaten = 1.560 * (days - STEP_H / 24)
    assert run.amount("food", "tank")[-1] == pytest.approx(
        300 - eaten + grown_m2_d * edible / food_dry_share(), rel=1e-4
    )
    assert run.amount("biomass", "tank")[-1] == pytest.approx(grown_m2_d * other, rel=1e-4)
    # one person breathes out 1.085 kg of carbon dioxide a day; 30 m2 of potatoes take most of it
    taken = -growth_recipe(edible / food_dry_share(), other)["cabin_carbon_dioxide"] * grown_m2_d
    assert 0.7 < taken / (1.085 * days) < 1.0
    removed = run.activity("removal", "removal").sum() * STEP_H
    held = run.amount("cabin", "cabin_carbon_dioxide")
    assert removed == pytest.approx(1.085 * days - taken - (held[-1] - held[0]), rel=0.02)


def test_without_pumps_the_crop_dies():
    stocks = {"water": Tank(quantity="water", capacity_kg=3000, start_kg=2500), "cabin": Cabin(volume_m3=200)}
    run = KernelRun({"mains": Mains(hours=24), "chamber": PlantChamber(crop="lettuce", area_m2=5)} | stocks, days=5)
    assert run.last_hour("chamber", "keeping") == pytest.approx(24.0)
    chamber = [asset.name for asset in run.compiled.assets].index("chamber")
    lost = [event for event in run.records.log[1:] if event["index"] == chamber and event["code"] == EV_LOST_STARVED]
    assert [event["step"] * STEP_H for event in lost] == [pytest.approx(24.0 + 48.0, abs=0.5)]
