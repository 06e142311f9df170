"""Lives side by side: each is the same to the bit as alone, whatever runs beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from build import asset, at_hour, compile_lit, differences, station
from hypothesis import given, settings
from hypothesis import strategies as st
from random_stations import cases, relaxed

from moonstation.components.contract import Hysteresis, Process, Store, ThermalNode, Thermostat
from moonstation.station.kernel import run
from moonstation.station.packed import empty_records, life_of
from moonstation.station.reference import run_reference
from moonstation.station.side_by_side import LANES, run_lanes
from moonstation.station.stacking import stack_networks

STEP_H = 1.0 / 6.0


def varied(network, seed):
    """The same structure with other numbers: everything that may differ between lives does."""
    rng = np.random.default_rng(seed)

    def scaled(group, *names):
        return group._replace(
            **{name: getattr(group, name) * rng.uniform(0.5, 1.5, getattr(group, name).shape) for name in names}
        )

    stores = network.stores
    size = rng.uniform(0.5, 1.5, stores.capacity.shape)
    stores = stores._replace(capacity=stores.capacity * size, start=stores.start * size)
    stores = scaled(
        stores, "charge_limit", "discharge_limit", "loss_per_h", "fade_per_h", "fade_per_cycle", "charge_min_k"
    )
    processes = network.processes
    # a recipe as a whole, so that it still closes
    per_row = np.repeat(rng.uniform(0.5, 1.5, len(processes.asset)), np.diff(processes.recipe_ptr))
    processes = processes._replace(recipe_rate=processes.recipe_rate * per_row)
    processes = scaled(processes, "limit", "decay_per_h", "heat_kw", "min_fraction", "interlock_low", "starve_limit_h")
    thermal = scaled(
        network.thermal,
        "heat_capacity",
        "start_k",
        "radiating_m2",
        "conductance",
        "heat_w",
        "parent_w_k",
        "survive_min_k",
    )
    return network._replace(stores=stores, processes=processes, thermal=thermal)


def alone(kernel, network, compiled, step_h, record_steps):
    records = empty_records(network, compiled.steps, record_steps, 10_000)
    kernel(network, compiled.series, step_h, record_steps, records)
    return records


@settings(relaxed, max_examples=40)
@given(cases(longest=90), st.integers(0, 2**32), st.sampled_from([1, 4]))
def test_every_life_is_as_it_would_be_alone(case, seed, record_steps):
    built, sun = case
    compiled, step_h = compile_lit(built, sun), built.grid.step_h
    networks = [compiled.network, *(varied(compiled.network, seed + k) for k in range(4))]
    together = run_lanes(networks, compiled.columns, compiled.steps, step_h, record_steps)
    for lane, network in enumerate(networks):
        one = alone(run, network, compiled, step_h, record_steps)
        room = len(together.log)
        assert differences(life_of(together, lane), one._replace(log=one.log[:room])) == []
        np.testing.assert_array_equal(life_of(together, lane).residual, one.residual)
        assert one.residual.max() <= 1e-9
    plain = alone(run_reference, networks[-1], compiled, step_h, record_steps)
    assert differences(life_of(together, len(networks) - 1), plain) == []


def busy_station():
    """A night that some lives survive and others do not, with what runs dry, freezes, starves and is full."""
    light = (np.arange(200) % 100 < 40).astype(np.float32)
    cells = ThermalNode("cells", 2e4, 290.0, conductance_w_k=1.0, conductive_sink_k=120.0, survive_min_k=200.0)
    heater = Process(
        "heater", {"electricity": -1.0}, 0.4, control=Thermostat("cells", 280.0), heat_node="cells", heat_kw=1.0
    )
    return station(
        asset("sun", Process("p", {"electricity": 1.0}, 3.0, light, decay_per_h=1e-3)),
        asset("battery", heater, stores=[Store("b", "electricity", 9.0, 8.0, 0.1, 0.9, 0.9)], nodes=[cells]),
        asset("radio", Process("p", {"electricity": -0.3, "data": 1.0}, priority=1, starve_limit_h=4.0)),
        asset("drill", Process("p", {"electricity": -1.0, "data": 0.2}, priority=7)),
        asset("memory", stores=[Store("m", "data", 8.0)]),
        asset("pump", Process("p", {"water": -1.0}, control=Hysteresis("water", 0.8, 0.2), boundary=True)),
        asset("tank", stores=[Store("w", "water", 5.0, 4.9)]),
        hours=200 / 6,
    )


@pytest.mark.parametrize("width", [LANES, 8])
def test_the_number_of_lanes_changes_nothing(width):
    compiled = compile_lit(busy_station())
    networks = [varied(compiled.network, seed) for seed in range(width)]
    together = run_lanes(networks, compiled.columns, compiled.steps, STEP_H, 6, width=width)
    lost = set()
    for lane, network in enumerate(networks):
        one = alone(run, network, compiled, STEP_H, 6)
        assert differences(life_of(together, lane), one) == []
        lost.add(int(one.log["index"][0]))
    assert len(lost) > 1  # not all of them went the same way


def test_threads_and_company_change_nothing():
    compiled = compile_lit(busy_station())
    networks = [varied(compiled.network, seed) for seed in range(19)]

    def group(numbers):
        chosen = [networks[number] for number in numbers]
        return run_lanes(chosen, compiled.columns, compiled.steps, STEP_H, 6)

    with ThreadPoolExecutor(2) as pool:
        first, rest = pool.map(group, (list(range(16)), [16, 17, 18]))
        mixed = group([18, 3, 16])
    for lane, other in ((0, life_of(rest, 2)), (1, life_of(first, 3)), (2, life_of(rest, 0))):
        assert differences(life_of(mixed, lane), other) == []


def test_who_lands_in_a_body_that_is_lost_finds_it_as_cold_as_it_was_whatever_other_lives_do():
    # an hour warms a body of 3,600 J/K, coupled by 1 W/K, half-way to 250 K; one starves in its first, at 177.5 K
    box = ThermalNode("inside", 3600.0, 105.0, conductance_w_k=1.0, work_min_k=200.0)
    live = Process("live", {"food": -1.0}, limit=0.01, starve_limit_h=100.0, boundary=True)
    guest = asset("guest", Process("work", {"data": 1.0}), start=at_hour(15.0), housed_in="box")
    things = asset("box", live, nodes=[box]), guest, asset("larder", stores=[Store("f", "food", 9.0, 0.0)])
    compiled = compile_lit(station(*things, hours=20.0, step_s=3600.0))
    network, processes = compiled.network, compiled.network.processes
    soon = network._replace(processes=processes._replace(starve_limit_h=np.minimum(processes.starve_limit_h, 1.0)))
    together = run_lanes([network, soon], compiled.columns, compiled.steps, 1.0, 1)
    guest_ready = together.ready[-1, [asset.name for asset, _ in compiled.processes].index("guest")]
    assert guest_ready.tolist() == [1.0, 0.0]
    for lane, life in enumerate((network, soon)):
        one = alone(run, life, compiled, 1.0, 1)
        assert differences(life_of(together, lane), one._replace(log=one.log[: len(together.log)])) == []


def test_a_log_without_room_is_run_again_with_more():
    blink = (np.arange(12_000) % 2).astype(np.float32)
    compiled = compile_lit(station(asset("camera", Process("p", {"data": 1.0}, series=blink)), hours=2000))
    records = run_lanes([compiled.network] * 2, compiled.columns, compiled.steps, STEP_H, 6)
    assert records.log["index"][0].tolist() == [2 + 12_000 - 1] * 2
    assert records.log["step"][-1].tolist() == [11_999] * 2


def test_lives_of_other_structure_are_refused():
    network = compile_lit(busy_station()).network
    other = compile_lit(station(asset("sun", Process("p", {"electricity": 1.0})))).network
    with pytest.raises(ValueError, match="same"):
        stack_networks([network, other])
    processes = network.processes
    backwards = network._replace(processes=processes._replace(recipe_rate=-processes.recipe_rate))
    with pytest.raises(ValueError, match="recipe_rate"):
        stack_networks([network, backwards])
    drains = network._replace(
        processes=processes._replace(control_on=processes.control_off, control_off=processes.control_on)
    )
    with pytest.raises(ValueError, match="control_on"):
        stack_networks([network, drains])
    strict = network._replace(rules=network.rules._replace(safe_below=0.5))
    with pytest.raises(ValueError, match=r"rules\.safe_below"):
        stack_networks([network, strict])
    with pytest.raises(ValueError, match="between 1 and 16 lives"):
        run_lanes([network] * 17, (), 1, STEP_H, 1)
