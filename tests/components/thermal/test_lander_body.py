"""A lander as a network of nodes: steady balances from its own numbers, LSODA, and days in the kernel."""

import numpy as np
import pytest
from kernel_run import KernelRun, Mains
from place import MONTH, ConstantPlace
from scipy.constants import Stefan_Boltzmann
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

from moonstation.components.switched_radiator import fin_efficiency
from moonstation.components.thermal.electronics_box import ElectronicsBox
from moonstation.components.thermal.lander_body import LanderBody
from moonstation.components.thermal.radiator_loop import RadiatorLoop
from moonstation.core.errors import RangeError

NIGHT = {"box_sink_k": 90.0, "radiator_sink_k": 55.0, "regolith_k": 95.0, "sun_disc_fraction": 0.0}
DAY = {"box_sink_k": 235.0, "radiator_sink_k": 150.0, "regolith_k": 220.0}
LANDER = LanderBody(**LanderBody.example)


def first(value) -> float:
    return float(np.ravel(value)[0])


def slopes(nodes, heat_w):
    """Change of every node [K/s] by its own numbers and the heat that processes give it [W]."""
    number = {node.name: index for index, node in enumerate(nodes)}
    sinks = np.array([first(node.radiative_sink_k) for node in nodes])
    ground = np.array([first(node.conductive_sink_k) for node in nodes])

    def slope(_, kelvin):
        opening = np.array(
            [np.clip((k - n.closed_k) / (n.open_k - n.closed_k), 0.0, 1.0) for k, n in zip(kelvin, nodes, strict=True)]
        )
        shut = np.array([node.closed_share for node in nodes])
        area = np.array([node.radiating_m2 for node in nodes]) * (shut + (1.0 - shut) * opening)
        rest = heat_w + np.array([first(node.heat_w) for node in nodes])
        rest = rest - Stefan_Boltzmann * area * (kelvin**4 - sinks**4)
        rest -= np.array([node.conductance_w_k for node in nodes]) * (kelvin - ground)
        for index, node in enumerate(nodes):
            if node.parent:
                flow = node.parent_w_k * (kelvin[index] - kelvin[number[node.parent]])
                rest[index] -= flow
                rest[number[node.parent]] += flow
        return rest / np.array([node.heat_capacity_j_k for node in nodes])

    return slope


def steady_k(lander, place, **heat_w):
    nodes = lander.primitives(ConstantPlace(MONTH, **place)).thermal_nodes
    heat = np.array([heat_w.get(node.name, 0.0) for node in nodes])
    found, _, flag, message = fsolve(
        lambda kelvin: slopes(nodes, heat)(0.0, kelvin), np.full(len(nodes), 270.0), full_output=True
    )
    assert flag == 1, message
    return {node.name: kelvin for node, kelvin in zip(nodes, found, strict=True)}


def test_heat_runs_down_from_electronics_over_deck_to_radiator():
    kelvin = steady_k(LANDER, DAY, electronics=100.0, instruments=30.0)
    assert kelvin["electronics"] > kelvin["deck"] > kelvin["radiator"] > kelvin["skin"] - 100.0
    # 100 W of power and 40 W of isotope through 5 W/K
    assert kelvin["electronics"] - kelvin["deck"] == pytest.approx(140.0 / 5.0, rel=1e-6)
    # the instruments get rid of their 30 W by themselves: 0.63 x 0.2 m2 over 235 K, and a watt or two through the feet
    radiated_w = Stefan_Boltzmann * 0.63 * 0.2 * (kelvin["instruments"] ** 4 - 235.0**4)
    assert radiated_w == pytest.approx(30.0 + 0.05 * (kelvin["deck"] - kelvin["instruments"]), rel=1e-5)
    assert LANDER.instruments_work_min_k < kelvin["instruments"] < LANDER.work_max_k


def test_by_day_its_louvers_hold_it_in_range():
    kelvin = steady_k(LANDER, DAY, electronics=100.0)
    assert LANDER.work_min_k < kelvin["electronics"] < LANDER.work_max_k


def test_the_kernel_follows_lsoda_from_landing_into_the_night():
    # Only the keep-alive runs: 20 W in the electronics, beside 40 W of isotope
    lander = LanderBody(
        **{**LanderBody.example, "heater_kw": 0.0, "avionics_kw": 0.0, "instruments_kw": 0.0, "tank_kg": 0.0}
        | {"instrument_heater_kw": 0.0, "survive_min_k": 100.0}
    )
    run = KernelRun({"lander": lander, "mains": Mains(1.0)}, days=10.0, record_steps=6, **NIGHT)
    nodes = lander.primitives(ConstantPlace(MONTH, **NIGHT)).thermal_nodes
    heat = np.array([20.0 if node.name == "electronics" else 0.0 for node in nodes])
    start = np.array([node.start_k for node in nodes])
    ends = np.arange(1, 241) * 3600.0
    found = solve_ivp(slopes(nodes, heat), (0.0, ends[-1]), start, method="LSODA", t_eval=ends, rtol=1e-8)
    for index, node in enumerate(nodes):
        got = run.kelvin("lander", node.name)
        assert np.abs(got - found.y[index])[24:].max() < 0.3, node.name


def test_without_its_heaters_the_tank_freezes_first_and_takes_the_lander_with_it():
    bare = {**LanderBody.example, "heater_kw": 0.0, "tank_heater_kw": 0.0, "avionics_kw": 0.0}
    with_tank, without = (
        KernelRun(
            {"lander": LanderBody(**{**bare, "tank_kg": kg}), "mains": Mains(1.0)}, days=40.0, record_steps=6, **NIGHT
        )
        for kg in (30.0, 0.0)
    )
    lost = int(np.flatnonzero(np.isnan(with_tank.kelvin("lander", "electronics")))[0])
    assert with_tank.kelvin("lander", "tank")[lost - 1] == pytest.approx(275.0, abs=1.0)
    assert with_tank.kelvin("lander", "electronics")[lost - 1] > LANDER.survive_min_k + 12.0
    assert not np.isnan(without.kelvin("lander", "electronics")[lost])


def test_its_heaters_hold_electronics_and_tank_through_the_night_while_instruments_pause():
    quiet = {**LanderBody.example, "avionics_kw": 0.0}
    run = KernelRun({"lander": LanderBody(**quiet), "mains": Mains(1.0)}, days=25.0, record_steps=6, **NIGHT)
    assert run.kelvin("lander", "electronics")[-1] >= LANDER.work_min_k
    assert run.kelvin("lander", "tank")[-1] == pytest.approx(280.0, abs=0.1)
    cold = LanderBody(**{**quiet, "instrument_heater_kw": 0.0})
    asleep = KernelRun({"lander": cold, "mains": Mains(1.0, hours=24.0)}, days=8.0, record_steps=6, **NIGHT)
    assert asleep.activity("lander", "instruments")[12] > 0.0
    assert asleep.activity("lander", "instruments")[-1] == 0.0


def test_a_radiator_of_its_own_is_colder_than_what_it_cools():
    kelvin = steady_k(LANDER, NIGHT, electronics=100.0)
    assert kelvin["deck"] - kelvin["radiator"] > 0.0
    # what the deck gives through 50 W/m2/K is what the radiator rejects
    nodes = {node.name: node for node in LANDER.primitives(ConstantPlace(MONTH, **NIGHT)).thermal_nodes}
    radiator, deck = nodes["radiator"], nodes["deck"]
    opening = np.clip((kelvin["radiator"] - radiator.closed_k) / (radiator.open_k - radiator.closed_k), 0.0, 1.0)
    area = radiator.radiating_m2 * (radiator.closed_share + (1.0 - radiator.closed_share) * opening)
    assert deck.parent_w_k * (kelvin["deck"] - kelvin["radiator"]) == pytest.approx(
        Stefan_Boltzmann * area * (kelvin["radiator"] ** 4 - 55.0**4), rel=1e-6
    )


def test_its_radiator_rejects_at_the_same_body_as_one_whose_effectiveness_counts_the_way_to_it():
    # 291.5 K, louvers open, a cold sky: 0.8 x 0.8 x sigma x 291.5^4 = 262 W/m2, 5.2 K over 50 W/m2/K, fins of 0.86
    body_k = LANDER.louver_open_k()
    flux_w_m2 = 0.8 * 0.8 * Stefan_Boltzmann * body_k**4
    (radiator,) = [n for n in LANDER.primitives(ConstantPlace(MONTH, **NIGHT)).thermal_nodes if n.name == "radiator"]
    radiator_k = body_k - flux_w_m2 / 50.0
    rejected_w = Stefan_Boltzmann * radiator.radiating_m2 * radiator_k**4
    assert rejected_w == pytest.approx(flux_w_m2 * LANDER.radiator_m2, rel=1e-9)
    assert 0.855 < fin_efficiency(body_k) < 0.87


def test_limits_in_the_wrong_order_are_refused():
    with pytest.raises(RangeError, match="survive_min_k"):
        LanderBody(**{**LanderBody.example, "survive_min_k": 290.0, "heater_setpoint_k": 280.0})


@pytest.mark.parametrize("body", [LanderBody, ElectronicsBox, RadiatorLoop])
def test_a_skin_that_lands_in_the_sun_after_a_dark_start_is_never_hotter_than_what_warms_it(body):
    def warm_later(grid):
        return np.where(np.arange(grid.count) < 6, 45.0, 265.0)  # the hour before it lands is dark and cold

    lander = body(**body.example)
    parts = {"lander": lander, "mains": Mains()}
    run = KernelRun(parts, 0.5, start_h={"lander": 1.0}, box_sink_k=warm_later, regolith_k=250.0)
    skin_k = run.kelvin("lander", "skin")[6:]
    assert 250.0 < skin_k[-1] < 275.0
    assert skin_k.max() < 280.0
