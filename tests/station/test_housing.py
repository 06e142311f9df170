"""What a body carries works while the body is warm enough, and is lost with it."""

from __future__ import annotations

import numpy as np
import pytest
from build import Run, asset, at_hour, compile_lit, station

from moonstation.components.contract import Process, Store, ThermalNode
from moonstation.core.errors import ScenarioError
from moonstation.station import packed
from moonstation.station.kernel import run
from moonstation.station.model import Station
from moonstation.station.reference import run_reference

_RADIO = Process("sending", {"data": -1.0, "data@earth": 1.0})


def lander(start_k: float, *, work_min_k: float = 250.0, survive_min_k: float = 0.0) -> Station:
    """A body that cools to its sink of 200 K, and a radio inside it with its own small recorder."""
    box = ThermalNode(
        "box", 1e5, start_k, conductive_sink_k=200.0, conductance_w_k=5.0, work_min_k=work_min_k,
        survive_min_k=survive_min_k,
    )  # fmt: skip
    memory = Store("memory", "data", 1000.0, 1000.0)
    return station(
        asset("lander", nodes=[box]),
        asset("radio", _RADIO, stores=[memory], housed_in="lander"),
        asset("beacon", Process("sending", {"data": -0.1, "data@earth": 0.1})),
        hours=48.0,
    )


def records(built: Station, *, reference: bool = False) -> packed.Records:
    compiled = compile_lit(built)
    out = packed.empty_records(compiled.network, built.grid.count, 6, 1000)
    (run_reference if reference else run)(compiled.network, compiled.series, built.grid.step_h, 6, out)
    return out


def test_a_radio_rests_while_its_lander_is_too_cold_to_work() -> None:
    out = records(lander(300.0))
    cold = out.temperature_k[:, 0] < 250.0
    assert cold.any()
    assert not cold.all()
    np.testing.assert_array_equal(out.activity[1:, 0] > 0, ~cold[:-1])


def test_what_stands_outside_goes_on() -> None:
    out = records(lander(300.0))
    assert (out.activity[:, 1] > 0).all()


@pytest.mark.parametrize("reference", [False, True])
def test_a_frozen_lander_takes_its_radio_and_the_data_in_it_along(reference: bool) -> None:
    out = records(lander(300.0, work_min_k=0.0, survive_min_k=240.0), reference=reference)
    events = [(int(row["code"]), int(row["index"])) for row in out.log[1 : int(out.log["index"][0]) + 1]]
    assert (packed.EV_LOST_COLD, 0) in events
    assert (packed.EV_LOST_HOUSED, 1) in events
    assert packed.EV_LOST_HOUSED not in {code for code, index in events if index == 2}
    assert out.amount[-1].max() == pytest.approx(out.ledger[:, packed.L_PRODUCED].max())  # only the Earth's is left
    assert out.residual.max() <= 1e-9


def test_a_body_that_is_not_there_is_refused() -> None:
    alone = station(asset("radio", _RADIO, housed_in="landr"))
    with pytest.raises(ScenarioError, match="landr"):
        compile_lit(alone)


def test_all_that_is_carried_is_lost_and_so_is_what_comes_to_a_dead_body() -> None:
    frail = ThermalNode("box", 1e4, 300.0, conductive_sink_k=100.0, conductance_w_k=20.0, survive_min_k=200.0)
    run = Run(
        asset("mast", housed_in="radio"),
        asset("late", housed_in="lander", start=at_hour(5)),
        asset("lander", nodes=[frail]),
        asset("radio", housed_in="lander"),
        hours=8,
    )
    ((frozen, _, _),) = run.events(packed.EV_LOST_COLD)
    assert run.events(packed.EV_LOST_HOUSED) == [(frozen, 3, 0.0), (frozen, 0, 0.0), (30, 1, 0.0)]
