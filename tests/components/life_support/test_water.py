import pytest
from closing import worst_element
from hypothesis import given
from hypothesis import strategies as st
from place import ConstantPlace

from moonstation.components.life_support.cabin_air import saturation_kpa, scale_kpa
from moonstation.components.life_support.condensing_heat_exchanger import CondensingHeatExchanger
from moonstation.components.life_support.crew import daily_balance
from moonstation.components.life_support.tank import Tank
from moonstation.components.life_support.urine_processor import UrineProcessor
from moonstation.components.life_support.water_processor import WaterProcessor, daily_water_kg
from moonstation.core.errors import RangeError
from moonstation.facts.table import lookup

PLACE = ConstantPlace()


def process(component, name):
    return {process.name: process for process in component.primitives(PLACE).processes}[name]


def test_condensate_and_urine_together_reach_the_recovery_of_the_space_station():
    # All of the condensate, 85 % of the urine, and of both what the water processor gives back: 93.5 %.
    day = daily_balance()
    distilled = process(UrineProcessor(urine_kg_h=1), "distillation").recipe["grey_water"] * day["urine"]
    drinkable = process(WaterProcessor(water_kg_h=1), "processing").recipe["water"] * (day["cabin_vapour"] + distilled)
    assert drinkable / (day["cabin_vapour"] + day["urine"]) == pytest.approx(
        lookup("iss.water_recovery").value, abs=5e-4
    )


def test_the_station_water_processor_draws_320_w_and_133_w():
    processor = WaterProcessor(water_kg_h=5.9)
    processing = process(processor, "processing")
    assert processing.limit * -processing.recipe["electricity"] == pytest.approx(0.320, abs=1e-3)
    assert process(processor, "standby").recipe["electricity"] == -0.133


def test_the_station_urine_processor_draws_315_w_at_9_kg_a_day():
    distillation = process(UrineProcessor(urine_kg_h=9 / 24), "distillation")
    assert distillation.limit * -distillation.recipe["electricity"] == pytest.approx(0.315)


def test_water_for_people_counts_drink_and_washing():
    assert daily_water_kg() == pytest.approx(3.217 + 5.53)
    processing = process(WaterProcessor(water_kg_h=1.0, recovery=1.0), "processing")
    assert processing.capability["crew_water"] == pytest.approx(24 / 8.747)


def test_the_urine_processor_drains_its_feed():
    control = process(UrineProcessor(urine_kg_h=1), "distillation").control
    assert control.on > control.off, "on above off drains"


def test_the_water_processor_fills_the_water_tanks():
    control = process(WaterProcessor(water_kg_h=1), "processing").control
    assert (control.bus, control.fraction) == ("water", 1.0)


def test_the_condenser_holds_a_humidity():
    control = process(CondensingHeatExchanger(water_kg_h=1, humidity=0.5), "condensing").control
    assert control.fraction * scale_kpa("cabin_vapour") == pytest.approx(0.5 * saturation_kpa(295.15))


def test_no_coil_dries_air_under_its_coolants_dew_point():
    # Steam tables: 0.813 kPa at 4 C over 2.644 kPa at 22 C.
    control = process(CondensingHeatExchanger(water_kg_h=1, humidity=0.1, coolant_k=277.15), "condensing").control
    assert control.fraction * scale_kpa("cabin_vapour") == pytest.approx(0.813, rel=5e-3)


@given(recovery=st.floats(0.1, 1), rate=st.floats(0, 1e4))
def test_water_is_never_made_nor_lost(recovery, rate):
    for component, name in (
        (WaterProcessor(water_kg_h=rate, recovery=recovery), "processing"),
        (UrineProcessor(urine_kg_h=rate, recovery=recovery), "distillation"),
        (CondensingHeatExchanger(water_kg_h=rate), "condensing"),
    ):
        assert worst_element(process(component, name).recipe) <= 1e-12


def test_a_tank_lands_with_what_it_holds():
    (store,) = Tank(quantity="oxygen", capacity_kg=200, start_kg=150).primitives(PLACE).stores
    assert (store.bus, store.capacity, store.start) == ("oxygen", 200, 150)


def test_a_tank_cannot_land_overfull():
    with pytest.raises(RangeError, match="capacity_kg = 10 kg"):
        Tank(quantity="water", capacity_kg=10, start_kg=11)
