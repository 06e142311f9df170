"""What is won back of brine, waste and methane."""

import pytest
from closing import worst_element
from hypothesis import given
from hypothesis import strategies as st
from place import ConstantPlace

from moonstation.components.life_support.brine_processor import BrineProcessor
from moonstation.components.life_support.crew import Crew, daily_balance
from moonstation.components.life_support.methane_pyrolysis import MethanePyrolysis
from moonstation.components.life_support.sabatier import Sabatier
from moonstation.components.life_support.trash_compactor import TrashCompactor
from moonstation.components.life_support.urine_processor import UrineProcessor
from moonstation.components.life_support.waste_dryer import WasteDryer
from moonstation.components.life_support.water_processor import WaterProcessor
from moonstation.components.quantities import waste_water_share
from moonstation.core.errors import RangeError
from moonstation.facts.table import lookup

PLACE = ConstantPlace()


def recipe(component, name):
    return {process.name: process.recipe for process in component.primitives(PLACE).processes}[name]


def test_with_brine_dried_98_of_100_are_recovered_as_on_the_station():
    """A person's day goes round until nothing is left: condensate and urine in, drinking water and loss out."""
    day = daily_balance()
    urine = recipe(UrineProcessor(urine_kg_h=1), "distillation")
    clean = recipe(WaterProcessor(water_kg_h=1), "processing")
    drying = recipe(BrineProcessor(brine_kg_h=1), "drying")
    brine = day["urine"] * urine["brine"]
    used, drunk, lost = day["cabin_vapour"] + day["urine"] * urine["grey_water"], 0.0, 0.0
    for _ in range(50):
        drunk += used * clean["water"]
        brine += used * clean["brine"]
        used, lost, brine = brine * drying["cabin_vapour"], lost + brine * drying["brine@self"], 0.0
    assert drunk / (day["cabin_vapour"] + day["urine"]) == pytest.approx(lookup("iss.water_recovery").high, abs=5e-4)
    assert drunk + lost + used == pytest.approx(day["cabin_vapour"] + day["urine"], rel=1e-9)


def test_drying_gives_back_the_water_of_faeces():
    # Table 3-31: 0.101 kg of water in 0.221 kg of waste.
    assert waste_water_share() == pytest.approx(0.101 / 0.221)
    drying = recipe(WasteDryer(waste_kg_h=1, recovery=1.0), "drying")
    assert drying["grey_water"] * 0.221 == pytest.approx(0.101)
    assert drying["dry_waste"] * 0.221 == pytest.approx(0.120)


def test_trash_becomes_water_and_tiles():
    melting = recipe(TrashCompactor(trash_kg_h=1, recovery=1.0), "melting")
    water = lookup("trash.water").value
    assert (melting["grey_water"], melting["tiles"]) == pytest.approx((water, 1.0 - water))
    using = recipe(Crew(crew_size=1, trash="counted"), "using supplies")
    assert 24.0 * using["trash"] == -24.0 * using["supplies"] == pytest.approx(1.39)
    assert "using supplies" not in {part.name for part in Crew(crew_size=1).primitives(PLACE).processes}


def test_pyrolysis_doubles_what_the_sabatier_reactor_can_take():
    # CH4 -> C + 2 H2 gives back half of the four H2 that CO2 + 4 H2 -> CH4 + 2 H2O took.
    reaction = recipe(Sabatier(carbon_dioxide_kg_h=1, conversion=1.0), "reaction")
    splitting = recipe(MethanePyrolysis(methane_kg_h=1, conversion=1.0), "splitting")
    assert reaction["methane"] * splitting["hydrogen"] == pytest.approx(-reaction["hydrogen"] / 2, rel=1e-9)
    # 12.011 / 16.043
    assert splitting["carbon"] == pytest.approx(0.7487, abs=1e-4)


@given(recovery=st.floats(0.1, 1), rate=st.floats(0, 1000))
def test_mass_closes_whatever_is_recovered(recovery, rate):
    for component, name in (
        (BrineProcessor(brine_kg_h=rate, recovery=recovery), "drying"),
        (WasteDryer(waste_kg_h=rate, recovery=recovery), "drying"),
        (MethanePyrolysis(methane_kg_h=rate, conversion=recovery), "splitting"),
        (TrashCompactor(trash_kg_h=rate, recovery=recovery), "melting"),
    ):
        assert worst_element(recipe(component, name)) <= 1e-12


@pytest.mark.parametrize("cls", [BrineProcessor, WasteDryer, MethanePyrolysis])
def test_machines_that_empty_tanks_start_above_where_they_stop(cls):
    with pytest.raises(RangeError, match="stop_below"):
        cls(**cls.example, start_above=0.1, stop_below=0.2)
    (process,) = cls(**cls.example).primitives(PLACE).processes
    assert process.control.on > process.control.off
