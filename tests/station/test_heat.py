"""Temperatures in the kernel against closed forms; every run is also held to the reference kernel."""

from __future__ import annotations

import numpy as np
import pytest
from build import Run, asset, at_hour
from scipy import constants
from scipy.integrate import solve_ivp

from moonstation.components.contract import Process, Store, ThermalNode, Thermostat
from moonstation.core.time import YEAR_H
from moonstation.station import packed

STEP_S = 600.0


def node(name="n", capacity=5e4, start=300.0, **more):
    more.setdefault("radiative_sink_k", 100.0)
    more.setdefault("conductive_sink_k", 200.0)
    return ThermalNode(name, capacity, start, **more)


def box(*nodes, processes=(), name="box", **more):
    return asset(name, *processes, nodes=nodes, **more)


def grid_series(hours, function, step_s=STEP_S):
    return np.asarray(function(np.arange(round(hours * 3600 / step_s))), np.float32)


# ---------------------------------------------------------------- conduction and radiation


def test_conduction_follows_the_implicit_step_exactly():
    run = Run(box(node(conductance_w_k=2.0)), hours=24)
    # T' = T + (Ts - T') k dt / C, so the distance shrinks by 1 / (1 + k dt / C) in a step
    shrink = 1.0 / (1.0 + 2.0 * STEP_S / 5e4)
    expected = 200.0 + 100.0 * shrink ** np.arange(1, 145)
    np.testing.assert_allclose(run.temperature("box/n"), expected, rtol=1e-6)


def test_halving_the_step_halves_the_distance_to_the_exponential():
    def error(step_s):
        run = Run(box(node(conductance_w_k=2.0)), hours=10, step_s=step_s)
        exact = 200.0 + 100.0 * np.exp(-2.0 * 36000.0 / 5e4)
        return run.temperature("box/n")[-1] - exact

    errors = [error(step_s) for step_s in (1200.0, 600.0, 300.0)]
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(2.0, rel=0.05)


def test_radiation_settles_where_heat_in_is_heat_out():
    run = Run(box(node(capacity=1e4, radiating_m2=0.5, heat_w=60.0)), hours=100)
    steady = (100.0**4 + 60.0 / (constants.sigma * 0.5)) ** 0.25
    assert run.temperature("box/n")[-1] == pytest.approx(steady, rel=1e-6)


def test_a_radiating_sphere_cools_by_the_closed_form():
    """Into a black sky T follows T0 (1 + 3 sigma A T0^3 t / C)^(-1/3)."""
    run = Run(box(node(radiating_m2=0.2, radiative_sink_k=0.0)), hours=50, step_s=60.0)
    seconds = 60.0 * np.arange(1, 3001)
    rate = 3.0 * constants.sigma * 0.2 * 300.0**3 / 5e4
    np.testing.assert_allclose(run.temperature("box/n"), 300.0 * (1.0 + rate * seconds) ** (-1 / 3), rtol=2e-4)


def test_sinks_and_heat_may_change_with_time():
    sink = grid_series(200, lambda step: np.where(step < 600, 100.0, 250.0))
    run = Run(box(node(capacity=1e4, radiating_m2=1.0, radiative_sink_k=sink)), hours=200)
    assert run.temperature("box/n")[-1] == pytest.approx(250.0, abs=0.01)
    ground = grid_series(200, lambda step: np.where(step < 600, 100.0, 250.0))
    run = Run(box(node(capacity=1e4, conductance_w_k=1.0, conductive_sink_k=ground)), hours=200)
    assert run.temperature("box/n")[599] == pytest.approx(100.0, abs=0.01)
    assert run.temperature("box/n")[-1] == pytest.approx(250.0, abs=0.01)


def test_decay_heat_keeps_a_box_at_the_temperature_of_its_age():
    """A source that halves in 87.7 years warms a box that loses heat by conduction alone."""
    age_years = np.arange(6 * 24 * 365) * STEP_S / 3600.0 / YEAR_H
    heat = (100.0 * 2.0 ** (-age_years / 87.7)).astype(np.float32)
    run = Run(box(node(capacity=1e4, conductance_w_k=1.0, heat_w=heat)), hours=24 * 365)
    late = run.temperature("box/n")[-1]
    assert late == pytest.approx(200.0 + 100.0 * 2.0 ** (-1.0 / 87.7 * 365 / 365.25), abs=1e-3)
    assert run.temperature("box/n")[2000] > late


def test_a_tree_of_nodes_settles_by_its_resistances():
    """Heat into the leaf goes through two conductances in a row to the ground."""
    leaf = node("leaf", heat_w=30.0, parent="middle", parent_w_k=0.5)
    middle = node("middle", parent="root", parent_w_k=2.0)
    root = node("root", conductance_w_k=1.0)
    twig = node("twig", heat_w=10.0, parent="middle", parent_w_k=4.0)
    run = Run(box(leaf, root, twig, middle), hours=24 * 200)
    assert run.temperature("box/root")[-1] == pytest.approx(200.0 + 40.0, abs=0.01)
    assert run.temperature("box/middle")[-1] == pytest.approx(200.0 + 40.0 + 20.0, abs=0.01)
    assert run.temperature("box/leaf")[-1] == pytest.approx(200.0 + 40.0 + 20.0 + 60.0, abs=0.01)
    assert run.temperature("box/twig")[-1] == pytest.approx(200.0 + 40.0 + 20.0 + 2.5, abs=0.01)
    assert run.records.residual[2] < 1e-12


def test_a_conductance_to_no_parent_counts_for_nothing():
    alone = Run(box(node(parent_w_k=5.0)), hours=10)
    assert (alone.temperature("box/n") == 300.0).all()


@pytest.mark.parametrize("start", [285.0, 294.0, 305.0])
def test_a_louver_before_a_large_radiator_comes_to_rest_where_heat_in_is_heat_out(start):
    """25 m2 behind a ton let out, per step and kelvin of their opening, more than the ton holds."""
    louver = {"closed_share": 0.02, "closed_k": 291.0, "open_k": 293.0}
    run = Run(box(node(capacity=9e5, start=start, radiating_m2=25.0, heat_w=4100.0, **louver)), hours=48)
    last = run.temperature("box/n")[-24:].astype(float)
    share = 0.02 + 0.98 * (last - 291.0) / 2.0
    np.testing.assert_allclose(share * constants.sigma * 25.0 * (last**4 - 100.0**4), 4100.0, rtol=1e-3)
    assert np.ptp(last) < 1e-3


def test_a_louver_closes_in_the_cold():
    def steady(watts):
        louvred = node(
            capacity=1e4,
            radiating_m2=1.0,
            heat_w=watts,
            closed_share=0.2,
            closed_k=270.0,
            open_k=290.0,
            radiative_sink_k=0.0,
        )
        return Run(box(louvred), hours=400).temperature("box/n")[-1]

    def area(kelvin):
        return np.interp(kelvin, [270.0, 290.0], [0.2, 1.0])

    for watts in (40.0, 200.0, 600.0):
        kelvin = steady(watts)
        assert constants.sigma * area(kelvin) * kelvin**4 == pytest.approx(watts, rel=1e-4)
    assert steady(40.0) < 270.0 < steady(200.0) < 290.0 < steady(600.0)


# ---------------------------------------------------------------- light nodes whose surroundings jump


def lsoda(nodes, hours, sinks):
    """Temperatures by hour of nodes that hang on each other in a row, the sink of the first in every hour given."""
    first, *_ = nodes

    def rates(kelvin, sink_k):
        flows = [node.parent_w_k * (b - a) for node, a, b in zip(nodes, kelvin, kelvin[1:], strict=False)]
        into = np.append(flows, 0.0) - np.append(0.0, flows)
        into[0] += constants.sigma * first.radiating_m2 * (sink_k**4 - kelvin[0] ** 4) + first.heat_w
        return into / [node.heat_capacity_j_k for node in nodes]

    kelvin, out = np.array([node.start_k for node in nodes]), []
    for hour in range(hours):
        solved = solve_ivp(
            lambda _, now, sink=sinks[hour]: rates(now, sink), (0.0, 3600.0), kelvin, "LSODA", rtol=1e-8, atol=1e-6
        )
        kelvin = solved.y[:, -1]
        out.append(kelvin)
    return np.array(out)


@pytest.mark.parametrize("cold_k", [4.0, 40.0, 90.0, 250.0])
def test_a_light_node_follows_a_sink_that_jumps_and_never_goes_beyond_it(cold_k):
    """By the tangent of its first temperature alone it would jump from 90 K to 1460 K."""
    sink = grid_series(48, lambda step: np.where(step % 72 < 36, cold_k, 300.0))
    light = node(capacity=100.0, radiating_m2=1.0, radiative_sink_k=sink, start=cold_k)
    kelvin = Run(box(light), hours=48).temperature("box/n")
    assert cold_k - 1e-3 <= kelvin.min()
    assert kelvin.max() <= 300.0 + 0.3  # what is left of a linearisation over less than 10 K
    hourly = lsoda([light], 48, sink[::6].astype(float))[:, 0]
    warm = hourly > 200.0  # where steps of ten minutes are short beside what its radiation takes
    np.testing.assert_allclose(kelvin[5::6][warm], hourly[warm], atol=0.3)


def test_a_light_skin_on_a_heavy_body_follows_lsoda_over_jumps_of_its_sink():
    sink = grid_series(200, lambda step: np.where(step % 300 < 150, 90.0, 320.0))
    skin = node(
        "skin", 500.0, 100.0, radiating_m2=1.0, radiative_sink_k=sink, parent="body", parent_w_k=0.5, heat_w=2.0
    )
    body = node("body", 5e4, 280.0)
    run = Run(box(skin, body), hours=200)
    both = lsoda([skin, body], 200, sink[::6].astype(float))
    np.testing.assert_allclose(run.temperature("box/body")[5::6], both[:, 1], atol=0.25)
    settled = np.flatnonzero(np.arange(200) % 25 > 1)
    np.testing.assert_allclose(run.temperature("box/skin")[5::6][settled], both[settled, 0], atol=0.5)
    assert run.records.residual[2] < 1e-12


def test_a_light_node_that_is_heated_all_at_once_comes_to_its_balance_from_below():
    heat_w = grid_series(24, lambda step: np.where(step < 72, 0.0, 500.0))
    run = Run(box(node(capacity=50.0, radiating_m2=1.0, heat_w=heat_w, start=100.0)), hours=24)
    steady = (100.0**4 + 500.0 / constants.sigma) ** 0.25
    assert run.temperature("box/n").max() <= steady + 0.3
    assert run.temperature("box/n")[-1] == pytest.approx(steady, abs=1e-3)


# ---------------------------------------------------------------- radiators that pumps feed


def pump(name="pump", running=None, **more):
    return Process(name, {"electricity": -0.1}, limit=0.5, series=running, drives="n", priority=3, **more)


def test_a_node_whose_pump_stops_warms_at_once_by_all_of_its_heat():
    running = grid_series(150, lambda step: step < 600)
    warm = {"capacity": 1e4, "radiating_m2": 0.5, "heat_w": 60.0}
    pumped = Run(mains(), box(node(**warm), processes=[pump(running=running)]), hours=150)
    passive = Run(mains(), box(node(**warm)), hours=150)
    kelvin = pumped.temperature("box/n")
    np.testing.assert_array_equal(kelvin[:600], passive.temperature("box/n")[:600])
    # dT/dt = Q / C: neither the sky nor the node knows of the other
    np.testing.assert_allclose(np.diff(kelvin[599:].astype(float)), 60.0 * STEP_S / 1e4, rtol=1e-4)


def test_a_pump_at_half_its_limit_feeds_half_of_its_share_of_the_radiator():
    half = grid_series(200, lambda step: np.full(len(step), 0.5))
    slow = pump(running=half, drive_share=0.8)
    run = Run(mains(), box(node(capacity=1e4, radiating_m2=1.0, heat_w=60.0), processes=[slow]), hours=200)
    steady = (100.0**4 + 60.0 / (constants.sigma * 0.4)) ** 0.25
    assert run.temperature("box/n")[-1] == pytest.approx(steady, rel=1e-6)


@pytest.mark.parametrize(("share", "left"), [(1.0, 1.0), (0.7, 0.7), (0.5, 0.5)])
def test_of_two_pumps_the_other_one_feeds_what_it_can_and_both_no_more_than_all(share, left):
    first = pump("pump 1", running=grid_series(400, lambda step: step < 1200), drive_share=share)
    parts = [first, pump("pump 2", drive_share=share)]
    run = Run(mains(), box(node(capacity=1e4, radiating_m2=1.0, heat_w=60.0), processes=parts), hours=400)
    for step, fed in ((1199, 1.0), (2399, left)):
        steady = (100.0**4 + 60.0 / (constants.sigma * fed)) ** 0.25
        assert run.temperature("box/n")[step] == pytest.approx(steady, rel=1e-6)


def test_a_loop_that_stands_still_takes_in_no_heat_of_a_hot_sky_either():
    still = Run(box(node(radiating_m2=1.0, radiative_sink_k=350.0), processes=[pump()]), hours=24)
    np.testing.assert_array_equal(still.temperature("box/n"), 300.0)  # no power, no pump


def test_a_thermostat_learns_of_a_pump_that_stopped_a_step_later():
    running = grid_series(48, lambda step: step < 144)
    cold = node(conductance_w_k=2.0, radiating_m2=0.5, start=280.0)
    run = Run(mains(), box(cold, processes=[heater(), pump(running=running)]), hours=48)
    kelvin, radiated_w = run.temperature("box/n"), constants.sigma * 0.5 * (280.0**4 - 100.0**4)
    np.testing.assert_allclose(kelvin[2:144], 280.0, rtol=1e-6)
    assert kelvin[144] - 280.0 == pytest.approx(radiated_w / (5e4 / STEP_S + 2.0), rel=1e-3)
    assert kelvin[150] < kelvin[144]
    assert run.activity("box/heater")[-1] == pytest.approx(2.0 * 80.0 / 1000.0)


# ---------------------------------------------------------------- heaters and waste heat


def heater(limit=1.0, setpoint=280.0, **more):
    control = Thermostat("n", setpoint)
    more.setdefault("priority", 0)
    return Process("heater", {"electricity": -1.0}, limit, control=control, heat_node="n", heat_kw=1.0, **more)


def mains(kw=10.0, **more):
    return asset("mains", Process("p", {"electricity": 1.0}, limit=kw, **more))


def test_a_thermostat_keeps_its_set_point_with_just_the_power_that_is_lost():
    run = Run(mains(), box(node(conductance_w_k=2.0, start=280.0), processes=[heater()]), hours=48)
    np.testing.assert_allclose(run.temperature("box/n"), 280.0, rtol=1e-9)
    assert run.activity("box/heater")[-1] == pytest.approx(2.0 * 80.0 / 1000.0)


def test_a_thermostat_does_nothing_in_a_warm_box():
    run = Run(mains(), box(node(conductance_w_k=0.1), processes=[heater()]), hours=4)
    assert run.activity("box/heater").max() == 0.0


def test_a_thermostat_counts_on_other_heat():
    machine = Process("machine", {"electricity": -0.1}, heat_node="n", heat_kw=0.1, priority=3)
    run = Run(mains(), box(node(conductance_w_k=2.0, start=280.0), processes=[heater(), machine]), hours=48)
    assert run.activity("box/heater")[-1] == pytest.approx(0.06)
    assert run.temperature("box/n")[-1] == pytest.approx(280.0)


def test_a_heater_that_is_too_weak_gives_all_it_has():
    run = Run(mains(), box(node(conductance_w_k=2.0), processes=[heater(limit=0.05)]), hours=24 * 30)
    assert run.activity("box/heater")[-1] == pytest.approx(0.05)
    assert run.temperature("box/n")[-1] == pytest.approx(200.0 + 25.0, abs=0.01)


def test_a_thermostat_sees_radiation_and_its_parent():
    tree = box(
        node(radiating_m2=0.3, parent="skin", parent_w_k=0.7, start=280.0),
        node("skin", capacity=1e3, start=180.0, conductance_w_k=5.0),
        processes=[heater()],
    )
    run = Run(mains(), tree, hours=100)
    assert run.temperature("box/n")[-1] == pytest.approx(280.0, abs=0.01)


def test_a_heater_rescues_a_box_that_is_too_cold_to_work():
    cold = node(start=250.0, conductance_w_k=0.5, work_min_k=273.0)
    work = Process("work", {"electricity": -0.1}, works_in="n", priority=5)
    run = Run(mains(), box(cold, processes=[heater(), work]), hours=12)
    warm = np.concatenate([[250.0], run.temperature("box/n")[:-1]]) >= 273.0
    np.testing.assert_array_equal(run.activity("box/work") > 0.0, warm)
    np.testing.assert_array_equal(run.ready("box/work") > 0.0, warm)
    assert warm[-1]


def test_waste_heat_goes_to_its_node():
    machine = Process("machine", {"electricity": -1.0}, limit=0.2, heat_node="n", heat_kw=0.7)
    run = Run(mains(), box(node(capacity=1e4, conductance_w_k=2.0), processes=[machine]), hours=100)
    assert run.temperature("box/n")[-1] == pytest.approx(200.0 + 140.0 / 2.0, abs=0.01)


# ---------------------------------------------------------------- losses


def test_what_a_battery_loses_by_its_rate_warms_its_cells_a_step_later():
    """4 kW for an hour and a half each way, the resistance alone loses: what is booked lost is what warms 50 kJ/K."""
    wave = np.repeat([0.0, 1.0], 9).astype(np.float32)
    store = Store("b", "electricity", 20.0, 15.0, charge_limit=5.0, discharge_limit=8.0, rate_loss=0.2, works_in="n")
    battery = box(node(radiating_m2=0.0), name="battery", stores=[store])
    load = asset("load", Process("p", {"electricity": -4.0}))
    sun = asset("sun", Process("p", {"electricity": 8.0}, series=wave))
    run = Run(load, sun, battery, hours=3)
    lost_j = run.ledger("electricity")["lost"] * 3.6e6
    kelvin, amount = run.temperature("battery/n"), run.amount("battery/b")
    into_step_j = 5e4 * np.diff(kelvin.astype(float))
    given, taken = 4.0 / 6.0, -np.diff(amount[:9].astype(float))
    np.testing.assert_allclose(into_step_j[1:8], (taken[:7] - given) * 3.6e6, rtol=0.02)  # single precision of records
    last_j = (4.0 / 6.0 - np.diff(amount.astype(float))[-1]) * 3.6e6  # warms only the step that is not run any more
    assert 5e4 * (kelvin[-1] - 300.0) == pytest.approx(lost_j - last_j, rel=2e-3)
    assert run.records.residual.max() < 1e-12


def test_regulators_and_leaks_of_a_store_warm_nothing():
    store = Store("b", "electricity", 20.0, 15.0, 0.0, 0.8, 0.8, loss_per_h=0.01, works_in="n")
    battery = box(node(radiating_m2=0.0), name="battery", stores=[store])
    run = Run(asset("load", Process("p", {"electricity": -4.0})), battery, hours=3)
    np.testing.assert_array_equal(run.temperature("battery/n"), 300.0)


def test_cold_kills_an_asset_and_books_its_store_as_lost():
    frail = box(node(conductance_w_k=1.0, survive_min_k=250.0), stores=[Store("t", "water", 9.0, 7.0)])
    run = Run(frail, hours=24)
    kelvin = 200.0 + 100.0 * (1.0 + STEP_S / 5e4) ** -np.arange(1, 145)
    killed = int(np.argmax(kelvin < 250.0))
    assert run.events(packed.EV_LOST_COLD) == [(killed, 0, pytest.approx(kelvin[killed]))]
    np.testing.assert_array_equal(run.amount("box/t"), np.where(np.arange(144) < killed, 7.0, 0.0))
    np.testing.assert_array_equal(np.isnan(run.temperature("box/n")), np.arange(144) > killed)
    assert run.ledger("water")["lost"] == 7.0


def test_heat_kills_too_and_a_dead_asset_does_nothing_more():
    machine = Process("machine", {"electricity": -1.0}, heat_node="n", heat_kw=1.0)
    run = Run(mains(), box(node(survive_max_k=330.0), processes=[machine]), hours=4)
    killed = run.events(packed.EV_LOST_HOT)[0][0]
    assert killed == 2  # 12 K a step
    np.testing.assert_array_equal(run.activity("box/machine") > 0.0, np.arange(24) <= killed)
    assert run.ready("box/machine")[killed + 1 :].max() == 0.0


def test_all_nodes_of_an_asset_die_together():
    frail = box(node(conductance_w_k=1.0, survive_min_k=250.0), node("m", survive_min_k=310.0))
    run = Run(frail, hours=2)
    assert [code for code in (packed.EV_LOST_COLD,) if len(run.events(code)) == 1]
    assert np.isnan(run.temperature("box/n")[1:]).all()


def test_a_box_is_as_warm_as_it_lands():
    run = Run(box(node(start=290.0), start=at_hour(2), end=at_hour(4)), hours=6)
    np.testing.assert_array_equal(
        run.temperature("box/n"), np.where((np.arange(36) >= 12) & (np.arange(36) < 24), np.float32(290.0), np.nan)
    )


def test_a_sink_far_colder_than_a_light_node_does_not_break_the_ledger():
    light = node(capacity=10.0, radiating_m2=1.0, radiative_sink_k=3.0, start=350.0)
    run = Run(box(light), hours=24)
    assert np.isfinite(run.temperature("box/n")).all()
    assert (run.temperature("box/n") > 0.0).all()
    assert run.records.residual[2] < 1e-12
