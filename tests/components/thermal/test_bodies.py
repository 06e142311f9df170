import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace
from scipy import constants
from scipy.optimize import brentq

from moonstation.components.contract import Thermostat
from moonstation.components.thermal.blanket import blanket_conductance_w_m2_k
from moonstation.components.thermal.electronics_box import ElectronicsBox
from moonstation.components.thermal.radiator_loop import RadiatorLoop
from moonstation.facts.table import lookup

NIGHT = ConstantPlace(MONTH, box_sink_k=70.0, radiator_sink_k=50.0, regolith_k=90.0, sun_disc_fraction=0.0)
DAY = ConstantPlace(MONTH, box_sink_k=240.0, radiator_sink_k=150.0, regolith_k=220.0)


def by_name(parts):
    return {part.name: part for part in parts}


def first(value):
    return float(np.ravel(value)[0])


def balance_w(nodes, inner, inner_k, heat_w):
    """Heat left in the inner node [W] when the skin is in balance, from the primitives' own numbers."""
    skin = nodes["skin"]

    def skin_rest(skin_k):
        lost = constants.sigma * skin.radiating_m2 * (skin_k**4 - first(skin.radiative_sink_k) ** 4)
        return inner.parent_w_k * (inner_k - skin_k) - lost

    skin_k = brentq(skin_rest, 3.0, 500.0)
    opening = np.clip((inner_k - inner.closed_k) / (inner.open_k - inner.closed_k), 0.0, 1.0)
    area = inner.radiating_m2 * (inner.closed_share + (1.0 - inner.closed_share) * opening)
    radiated = constants.sigma * area * (inner_k**4 - first(inner.radiative_sink_k) ** 4)
    to_ground = inner.conductance_w_k * (inner_k - first(inner.conductive_sink_k))
    return heat_w + first(inner.heat_w) - radiated - to_ground - inner.parent_w_k * (inner_k - skin_k)


def steady_k(component, place, inner_name, heat_w):
    nodes = by_name(component.primitives(place).thermal_nodes)
    return brentq(lambda kelvin: balance_w(nodes, nodes[inner_name], kelvin, heat_w), 10.0, 450.0)


LANDER = ElectronicsBox(
    mass_kg=60.0, surface_m2=3.0, radiator_m2=0.5, keep_alive_kw=0.005, heater_kw=0.1, radioisotope_heat_w=0.0
)


def test_the_blankets_conductance_is_exact_at_the_pair_it_is_made_for():
    # sigma 0.03 (283^4 - 200^4) = 8.19 W/m2 = h (283 - 200)
    conductance = blanket_conductance_w_m2_k(0.03, 283.0, 200.0)
    assert conductance * 83.0 == pytest.approx(constants.sigma * 0.03 * (283.0**4 - 200.0**4))
    fact = lookup("thermal.blanket_effective_emittance").value
    assert blanket_conductance_w_m2_k(fact, 283.0, 200.0) == pytest.approx(
        lookup("thermal.blanket_conductance").value, rel=0.02
    )


def test_without_heat_a_box_freezes_to_death_in_the_night():
    box = by_name(LANDER.primitives(NIGHT).thermal_nodes)["box"]
    assert steady_k(LANDER, NIGHT, "box", heat_w=0.0) < box.survive_min_k


def test_its_heater_keeps_it_alive():
    parts = LANDER.primitives(NIGHT)
    heater = by_name(parts.processes)["survival heater"]
    assert steady_k(LANDER, NIGHT, "box", heat_w=heater.limit * 1e3) > heater.control.setpoint_k


def test_radioisotope_heat_does_the_same_without_power():
    heat_w = 70.0
    lander = ElectronicsBox(
        mass_kg=60.0, surface_m2=3.0, radiator_m2=0.5, keep_alive_kw=0.0, heater_kw=0.0, radioisotope_heat_w=heat_w
    )
    node = by_name(lander.primitives(NIGHT).thermal_nodes)["box"]
    assert node.heat_w.dtype == np.float32
    assert first(node.heat_w) == pytest.approx(heat_w)
    assert steady_k(lander, NIGHT, "box", heat_w=0.0) > node.survive_min_k


@pytest.mark.parametrize(
    ("body", "node", "area_m2"),
    [
        (LANDER, "box", 0.5),
        (
            RadiatorLoop(habitat_mass_kg=8e3, surface_m2=110.0, radiator_m2=25.0, base_load_kw=2.0, heater_kw=2.0),
            "habitat",
            25.0,
        ),
    ],
)
def test_a_radiator_counts_with_its_emittance_and_what_fins_and_heat_pipes_leave_of_it(body, node, area_m2):
    # 0.80 of an optical solar reflector times 0.80 of fins and the drop on the way
    assert by_name(body.primitives(DAY).thermal_nodes)[node].radiating_m2 == pytest.approx(0.80 * 0.80 * area_m2)


def test_by_day_the_radiator_keeps_80_w_of_avionics_in_range():
    box = by_name(LANDER.primitives(DAY).thermal_nodes)["box"]
    assert box.work_min_k < steady_k(LANDER, DAY, "box", heat_w=85.0) < box.work_max_k


def test_the_heater_and_the_keep_alive_run_in_a_box_too_cold_for_avionics():
    parts = LANDER.primitives(NIGHT)
    nodes, loads = by_name(parts.thermal_nodes), by_name(parts.processes)
    for name in ("survival heater", "keep-alive"):
        working_in = nodes[loads[name].works_in]
        assert (working_in.work_min_k, working_in.work_max_k) == (0.0, float("inf"))
    assert loads["avionics"].works_in == "box"
    assert loads["survival heater"].priority == loads["keep-alive"].priority == 0


def test_all_electric_power_inside_becomes_heat_inside():
    for load in LANDER.primitives(DAY).processes:
        assert load.heat_kw == -load.recipe["electricity"]
        assert load.heat_node == "box"


HABITAT = RadiatorLoop(habitat_mass_kg=8000.0, surface_m2=110.0, radiator_m2=25.0, base_load_kw=2.0, heater_kw=2.2)


def heat_of(component, place, *names):
    loads = by_name(component.primitives(place).processes)
    return sum(1e3 * loads[name].limit * loads[name].heat_kw for name in names)


@pytest.mark.parametrize("place", [NIGHT, DAY])
def test_a_running_habitat_is_comfortable_by_day_and_night(place):
    node = by_name(HABITAT.primitives(place).thermal_nodes)["habitat"]
    machines_w = 3000.0  # of what is housed in it
    heat_w = machines_w + heat_of(HABITAT, place, "base load", "pump 1", "pump 2")
    assert node.comfort_min_k <= steady_k(HABITAT, place, "habitat", heat_w) <= node.comfort_max_k


def test_a_habitat_without_power_freezes():
    node = by_name(HABITAT.primitives(NIGHT).thermal_nodes)["habitat"]
    assert steady_k(HABITAT, NIGHT, "habitat", heat_w=0.0) < node.survive_min_k


def test_the_heater_alone_holds_an_empty_habitat():
    heater = by_name(HABITAT.primitives(NIGHT).processes)["heater"]
    assert isinstance(heater.control, Thermostat)
    assert steady_k(HABITAT, NIGHT, "habitat", heat_w=heater.limit * 1e3) > heater.control.setpoint_k


def test_pumps_draw_their_share_of_the_heat_that_the_radiator_can_take():
    pumps = [load for load in HABITAT.primitives(DAY).processes if load.drives == "habitat"]
    rejected_kw = 0.80 * 0.80 * 25.0 * 5.670374e-11 * 297.15**4  # fully on, into a cold sky
    power_kw = rejected_kw * lookup("thermal.pump_power_share").value
    assert [pump.limit for pump in pumps] == pytest.approx([power_kw / 2.0] * 2, rel=1e-6)
    assert {pump.drive_share for pump in pumps} == {lookup("thermal.one_pump_share").value}
    halves = dataclasses.replace(HABITAT, one_pump_share=0.5).primitives(DAY).processes
    assert [load.drive_share for load in halves if load.drives] == [0.5, 0.5]


def test_water_inside_holds_as_much_heat_as_its_mass_says():
    # of 8000 kg the machines' share is the racks', the rest at 896 J/kg/K; a tonne of water at 4189 J/kg/K
    dry, wet = (
        by_name(dataclasses.replace(HABITAT, water_kg=kg).primitives(DAY).thermal_nodes)["habitat"].heat_capacity_j_k
        for kg in (0.0, 1000.0)
    )
    assert dry == pytest.approx(0.6 * 8000.0 * 896.0, rel=1e-6)
    assert wet - dry == pytest.approx(1000.0 * 4189.0, rel=1e-6)


@given(heat=st.floats(0.0, 5000.0), more=st.floats(1.0, 5000.0))
def test_more_heat_is_never_colder(heat, more):
    assert steady_k(HABITAT, DAY, "habitat", heat + more) >= steady_k(HABITAT, DAY, "habitat", heat)


def test_heater_and_radiator_never_work_against_each_other_and_hold_the_air_at_its_temperature():
    setpoint_k, closed_k = lookup("thermal.cabin_setpoint").value, lookup("thermal.cabin_bypass_closed").value
    assert setpoint_k <= closed_k
    assert setpoint_k <= lookup("cabin.temperature").value <= lookup("thermal.cabin_bypass_open").value
