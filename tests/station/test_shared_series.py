"""Series of equal values are one column, and nothing of a run changes for that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from build import asset, compile_lit, run_with, station

from moonstation.components.contract import Primitives, Process, Store, ThermalNode
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import load_scenario, read_scenario
from moonstation.station.network import compile_station
from moonstation.station.places import Places
from moonstation.station.shared_series import SharedSeries
from moonstation.station.simulate import simulate

HOURS = 24
STEPS = HOURS * 6
START = datetime(2029, 1, 1, tzinfo=UTC)


def wave(phase: float = 0.0) -> np.ndarray:
    return np.sin(np.arange(STEPS) / 7.0 + phase).astype(np.float32) ** 2


def test_the_first_of_equal_series_stands_for_all() -> None:
    shared, first, second = SharedSeries(), wave(), wave()
    assert shared.of(first) is first
    assert shared.of(second) is first
    assert shared.of(first) is first


@pytest.mark.parametrize("at", [0, 1, STEPS // 2, STEPS - 1])
def test_series_that_differ_in_one_step_are_two(at: int) -> None:
    shared, first, second = SharedSeries(), wave(), wave()
    second[at] = np.nextafter(second[at], 2.0, dtype=np.float32)
    assert shared.of(first) is first
    assert shared.of(second) is second


def test_length_and_sign_of_nothing_count() -> None:
    shared = SharedSeries()
    zero, short, negative = np.zeros(STEPS, np.float32), np.zeros(STEPS - 1, np.float32), -np.zeros(STEPS, np.float32)
    assert [shared.of(values) is values for values in (zero, short, negative)] == [True, True, True]


@pytest.mark.parametrize("given", [None, 3.0, np.zeros(STEPS), np.zeros((2, 3), np.float32)])
def test_what_is_no_series_stays_as_it_is(given: object) -> None:
    assert SharedSeries().of(given) is given


def test_series_of_processes_and_thermal_nodes_are_shared_within_and_between_primitives() -> None:
    shared = SharedSeries()
    made = [
        shared.in_primitives(
            Primitives(
                processes=(Process("a", {}, series=wave()), Process("b", {})),
                thermal_nodes=(ThermalNode("n", 1.0, 250.0, wave(1.0), 1.0, wave(2.0), 1.0, wave()),),
            )
        )
        for _ in range(2)
    ]
    (first, node), (other, twin) = [(item.processes, item.thermal_nodes[0]) for item in made]
    assert first[0].series is other[0].series is node.heat_w is twin.heat_w
    assert first[1].series is None
    assert node.radiative_sink_k is twin.radiative_sink_k
    assert node.conductive_sink_k is twin.conductive_sink_k
    assert node.radiative_sink_k is not node.conductive_sink_k


def test_a_run_with_shared_series_has_fewer_columns_and_the_same_bits() -> None:
    built = station(
        asset("sun", Process("source", {"electricity": 1.0}, limit=2.0, series=wave())),
        asset("moon", Process("source", {"electricity": 1.0}, limit=2.0, series=wave())),
        asset("lamp", Process("light", {"electricity": -1.5}), stores=(Store("charge", "electricity", 3.0, 2.0),)),
        hours=HOURS,
    )
    apart = compile_lit(built)
    place = type("Place", (), {"sun_disc_fraction": lambda *_: np.ones(STEPS, np.float32)})()
    together = compile_station(built, lambda _: place, SharedSeries())
    assert len(together.columns) == len(apart.columns) - 1
    for one, other in zip(*(run_with_kernel(compiled) for compiled in (apart, together)), strict=True):
        np.testing.assert_array_equal(one, other)


def run_with_kernel(compiled):
    from moonstation.station.kernel import run

    return run_with(run, compiled, 1.0 / 6.0, 6)


@pytest.fixture(scope="module")
def rim():
    text = load_scenario("first-night").path.read_text("utf-8")
    short = text.replace("end = 2029-08-01", "end = 2029-01-11").replace('step = "10min"', 'step = "1h"')
    return build_station(read_scenario(short))


def test_a_run_lets_go_what_kernels_alone_read_and_places_make_it_again(rim) -> None:
    run = simulate(rim)
    assert run.compiled.columns == ()
    kept = [node for _, node in run.compiled.thermal_nodes]
    assert not [node for node in kept if isinstance(node.heat_w, np.ndarray)]
    own = compile_station(rim, Places.of(rim).of_asset)
    assert [
        replace(node, **dict.fromkeys(("radiative_sink_k", "conductive_sink_k", "heat_w"), 0.0)) for node in kept
    ] == [
        replace(node, **dict.fromkeys(("radiative_sink_k", "conductive_sink_k", "heat_w"), 0.0))
        for _, node in own.thermal_nodes
    ]
    again = compile_station(rim, run.places.of_asset)
    assert len(again.columns) == len(own.columns)
    for one, other in zip(again.columns, own.columns, strict=True):
        np.testing.assert_array_equal(one, other)
    for (_, one), (_, other) in zip(run.compiled.processes, own.processes, strict=True):
        assert (one.series is None) == (other.series is None)
        if other.series is not None:
            links = any(name.startswith(("data", "antenna_h")) for name in other.recipe)
            np.testing.assert_array_equal(one.series, other.series if links else [])
