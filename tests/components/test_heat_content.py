"""Heat of electricity and substances against tables of heats of reaction."""

from __future__ import annotations

import pytest

from moonstation.components.heat_content import heat_content_kwh, oxygen_need
from moonstation.components.life_support.methane_pyrolysis import PYROLYSIS
from moonstation.components.life_support.oxygen_generator import ELECTROLYSIS
from moonstation.components.life_support.pem_cell import energy_kwh_per_kg
from moonstation.components.life_support.sabatier import METHANATION
from moonstation.components.quantities import mass_fractions, quantities
from moonstation.facts.table import lookup

MJ = 3.6


def heat_mj(masses):
    """Heat that a reaction gives [MJ], from the masses that it takes (negative) and gives [kg]."""
    return -MJ * sum(kg * heat_content_kwh(stock) for stock, kg in masses.items())


@pytest.mark.parametrize(
    "name", ["water", "grey_water", "urine", "oxygen", "cabin_oxygen", "carbon_dioxide", "nitrogen", "regolith", "data"]
)
def test_what_burns_no_further_holds_none(name):
    assert heat_content_kwh(name) == 0.0


def test_electricity_is_heat():
    assert heat_content_kwh("electricity") == 1.0


def test_hydrogen_burns_with_142_megajoules_a_kilogram_whether_it_is_liquid_or_not():
    assert MJ * heat_content_kwh("hydrogen") == pytest.approx(141.8, abs=0.1)
    assert heat_content_kwh("liquid_hydrogen") == heat_content_kwh("hydrogen")
    assert MJ * heat_content_kwh("liquid_methane") == pytest.approx(55.5, abs=0.1)


def test_methanation_gives_253_kilojoules_a_mole():
    # CO2 + 4 H2 -> CH4 + 2 H2O liquid: -165.0 kJ/mol to vapour, and twice 44.0 of condensation
    assert heat_mj(METHANATION) * 44.009 == pytest.approx(253.0, rel=0.003)


def test_splitting_methane_takes_75_kilojoules_a_mole():
    assert heat_mj(PYROLYSIS) * 16.043 == pytest.approx(-74.8, abs=0.6)


def test_an_electrolyser_at_the_thermoneutral_voltage_stays_cold():
    held_kwh = sum(kg * heat_content_kwh(stock) for stock, kg in ELECTROLYSIS.items())
    assert held_kwh == pytest.approx(float(energy_kwh_per_kg(1.481)), rel=1e-3)


@pytest.mark.parametrize(
    ("formula", "burnt_mj_kg"),
    [
        ({"C": 6, "H": 12, "O": 6}, 15.57),  # glucose, 2805 kJ/mol
        ({"C": 6, "H": 10, "O": 5}, 17.5),  # cellulose
        ({"C": 2, "H": 4}, 46.4),  # polyethylene
        ({"C": 2, "H": 6, "O": 1}, 29.67),  # ethanol, 1367 kJ/mol
        ({"C": 1, "H": 4, "N": 2, "O": 1}, 10.53),  # urea, 632 kJ/mol
    ],
)
def test_organic_matter_burns_by_the_oxygen_that_it_needs(formula, burnt_mj_kg):
    per_oxygen = lookup("crew.heat").value / lookup("crew.oxygen").value
    assert oxygen_need(mass_fractions(formula)) * per_oxygen == pytest.approx(burnt_mj_kg, rel=0.075)


def test_a_persons_day_of_food_less_wastes_is_the_published_heat():
    food, waste = (MJ * heat_content_kwh(name) for name in ("food", "waste"))
    assert 1.560 * food - 0.221 * waste == pytest.approx(12.426, rel=1e-9)
    assert 9.0 < food < 11.0  # as packed, half water


def test_every_quantity_has_one():
    assert all(heat_content_kwh(name) >= 0.0 for name in quantities())
