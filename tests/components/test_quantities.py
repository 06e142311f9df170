import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.components.life_support.tank import STOCKS
from moonstation.components.quantities import (
    ATOMIC_MASS,
    ELEMENTS,
    FORMULAS,
    WATER,
    food_composition,
    mass_fractions,
    molar_mass,
    quantities,
    reaction,
)

MASSES = [quantity for quantity in quantities().values() if quantity.is_mass]


@pytest.mark.parametrize("quantity", MASSES, ids=lambda quantity: quantity.name)
def test_every_mass_is_made_of_known_elements_that_sum_to_one(quantity):
    assert set(quantity.composition) <= set(ELEMENTS)
    assert all(share >= 0 for share in quantity.composition.values())
    assert sum(quantity.composition.values()) == pytest.approx(1.0, abs=1e-12)


def test_what_is_no_mass_has_no_elements():
    assert not any(quantity.composition for quantity in quantities().values() if not quantity.is_mass)


def test_water_is_an_eighth_hydrogen():
    # 2 x 1.008 / 18.015
    assert molar_mass({"H": 2, "O": 1}) == pytest.approx(18.015)
    assert WATER["H"] == pytest.approx(0.11191, abs=1e-5)


def test_the_dry_part_of_food_is_like_mixed_food():
    # Glucose 40 % C, 6.7 % H; protein about 53 % C, 16 % N; fat 77 % C: a mixed diet lies between.
    water_share = 0.760 / 1.560
    dry = {
        element: (food_composition()[element] - water_share * WATER.get(element, 0.0)) / (1 - water_share)
        for element in ATOMIC_MASS
    }
    assert 0.38 < dry["C"] < 0.55
    assert 0.06 < dry["H"] < 0.09
    assert 0.01 < dry["N"] < 0.06


def test_a_tank_may_keep_every_mass_that_is_neither_cabin_air_nor_a_cold_liquid():
    assert tuple(quantity.name for quantity in MASSES if not quantity.name.startswith(("cabin_", "liquid_"))) == STOCKS


def test_pure_stocks_have_the_composition_of_their_formula():
    for stock, formula in FORMULAS.items():
        assert quantities()[stock].composition == mass_fractions(formula)


def test_a_reaction_gives_masses_per_kg():
    assert reaction({"water": -2, "hydrogen": 2, "oxygen": 1}, per="water") == pytest.approx(
        {"water": -1.0, "hydrogen": 2.016 / 18.015, "oxygen": 15.999 / 18.015}
    )


def test_a_reaction_that_makes_atoms_is_refused():
    with pytest.raises(ValueError, match="-2 atoms of H"):
        reaction({"carbon_dioxide": -1, "hydrogen": -4, "methane": 1, "water": 1}, per="methane")


@given(
    electrolysis=st.integers(1, 50),
    methanation=st.integers(1, 50),
    per=st.sampled_from(["water", "oxygen", "carbon_dioxide", "methane"]),
)
def test_any_mixture_of_reactions_closes_in_every_element(electrolysis, methanation, per):
    moles = {
        "water": 2 * methanation - 2 * electrolysis or 1,
        "hydrogen": 2 * electrolysis - 4 * methanation,
        "oxygen": electrolysis,
        "carbon_dioxide": -methanation,
        "methane": methanation,
    }
    if methanation == electrolysis:  # the water cancels: nothing to balance it with
        moles["water"] = 0
        per = "methane"
    masses = reaction(moles, per=per)
    for element in ATOMIC_MASS:
        amounts = [mass * quantities()[stock].composition.get(element, 0.0) for stock, mass in masses.items()]
        assert abs(sum(amounts)) <= 1e-12 * max(map(abs, amounts), default=0.0)
