"""Energy of a closed habitat with four people, against sums by hand with heats of reaction out of tables."""

import pytest
from kernel_run import STEP_H, KernelRun, Mains

from moonstation.components.life_support.amine_swingbed import AmineSwingbed
from moonstation.components.life_support.cabin import Cabin
from moonstation.components.life_support.co2_removal import Co2Removal
from moonstation.components.life_support.condensing_heat_exchanger import CondensingHeatExchanger
from moonstation.components.life_support.crew import Crew
from moonstation.components.life_support.oxygen_generator import OxygenGenerator
from moonstation.components.life_support.sabatier import Sabatier
from moonstation.components.life_support.tank import Tank
from moonstation.components.thermal.radiator_loop import RadiatorLoop

PEOPLE, DAYS, KWH_MJ = 4, 3, 3.6
#: So heavy that it stays in the comfort of people.
DRY_KG, WATER_KG = 200_000.0, 20_000.0
#: As much as a person's day has by NASA/TP-2015-218570 Rev 2 Table 3-31 [MJ], and the vapour in it [kg].
METABOLIC_MJ, VAPOUR_KG = 12.426, 2.946
EVAPORATION_MJ_KG = 2.449
#: 2 H2O -> 2 H2 + O2 takes 2 x 285.83 kJ/mol; CO2 + 4 H2 -> CH4 + 2 H2O gives 165.0 and, condensed, 2 x 44.0 more.
ELECTROLYSIS_MJ_KG_O2 = 2 * 0.28583 / 0.031998
METHANATION_MJ_KG_CO2 = (0.1650 + 2 * 0.0440) / 0.044009
SHUT = RadiatorLoop(
    habitat_mass_kg=DRY_KG, water_kg=WATER_KG, surface_m2=1.0, radiator_m2=0.0, base_load_kw=0.0, heater_kw=0.0,
    insulation_w_m2_k=0.0, ground_w_k=0.0,
)  # fmt: skip
ROOM = {"cabin": Cabin(volume_m3=120.0)}
STOCKS = {
    "nitrogen": Tank(quantity="nitrogen", capacity_kg=200, start_kg=150),
    "oxygen": Tank(quantity="oxygen", capacity_kg=200, start_kg=150),
    "water": Tank(quantity="water", capacity_kg=1000, start_kg=800),
    "food": Tank(quantity="food", capacity_kg=400, start_kg=400),
    "grey": Tank(quantity="grey_water", capacity_kg=400),
    "urine": Tank(quantity="urine", capacity_kg=60),
    "waste": Tank(quantity="waste", capacity_kg=100),
    "carbon dioxide": Tank(quantity="carbon_dioxide", capacity_kg=10),
}
CLOSED = {
    "generator": OxygenGenerator(oxygen_kg_h=0.2),
    "removal": Co2Removal(carbon_dioxide_kg_h=0.25),
    "sabatier": Sabatier(carbon_dioxide_kg_h=0.2),
    "condenser": CondensingHeatExchanger(water_kg_h=0.8),
}


def shut_up(machines):
    """People and machines in a habitat that loses nothing."""
    within = ROOM | machines | {"crew": Crew(crew_size=PEOPLE)}
    return KernelRun(
        {"mains": Mains(), "habitat": SHUT} | STOCKS | within, days=DAYS, housed_in=dict.fromkeys(within, "habitat")
    )


def gained_mj(run):
    """Heat that structure, machines and water took up, from their temperatures: 896 and 4189 J/kg/K."""
    racks_mj_k = 0.4 * DRY_KG * 896e-6
    habitat_mj_k = 0.6 * DRY_KG * 896e-6 + WATER_KG * 4189e-6
    return sum(
        mj_k * (run.kelvin("habitat", node)[-1] - SHUT.heater_setpoint_k)
        for node, mj_k in (("habitat", habitat_mj_k), ("racks", racks_mj_k))
    )


def worked(run, asset, *processes):
    """What went through processes over the run."""
    return STEP_H * sum(run.activity(asset, process).sum() for process in processes)


def lived_mj(run):
    """Metabolic heat of all people, less what their vapour carries."""
    person_days = worked(run, "crew", "metabolism") / 24.0
    assert person_days == pytest.approx(PEOPLE * DAYS)
    return person_days * (METABOLIC_MJ - VAPOUR_KG * EVAPORATION_MJ_KG)


def test_people_electrolysis_methanation_and_condensation_warm_a_habitat_by_the_sum_of_their_heats():
    run = shut_up(CLOSED)
    oxygen_kg = worked(run, "generator", "electrolysis", "electrolysis at high rate")
    reacted_kg = worked(run, "sabatier", "reaction")
    condensed_kg = worked(run, "condenser", "condensing")
    assert min(oxygen_kg / 10, reacted_kg / 5, condensed_kg / 15) > 1  # each is a good part of the sum
    by_hand_mj = (
        lived_mj(run)
        + KWH_MJ * run.booked("electricity", "consumed")
        - oxygen_kg * ELECTROLYSIS_MJ_KG_O2
        + reacted_kg * METHANATION_MJ_KG_CO2
        + condensed_kg * EVAPORATION_MJ_KG
    )
    assert gained_mj(run) == pytest.approx(by_hand_mj, rel=2e-3)


def test_vapour_that_swing_beds_let_go_takes_its_heat_of_evaporation_overboard():
    run = shut_up({"swing beds": AmineSwingbed(carbon_dioxide_kg_h=0.25)})
    assert worked(run, "swing beds", "drying") > 15
    by_hand_mj = lived_mj(run) + KWH_MJ * run.booked("electricity", "consumed")
    assert gained_mj(run) == pytest.approx(by_hand_mj, rel=2e-3)
