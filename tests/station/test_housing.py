"""What a body carries works while the body is warm enough, warms it, and is lost with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from build import START, Lit, Run, Thing, asset, at_hour, compile_lit, station

from moonstation.components.contract import Process, Store, ThermalNode
from moonstation.core.errors import ScenarioError
from moonstation.station import packed
from moonstation.station.housing import heat_kw
from moonstation.station.kernel import run
from moonstation.station.model import Asset, Station
from moonstation.station.network import compile_station
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


def body(*, capacity_j_k: float = 1e6, **limits: float) -> ThermalNode:
    """A lump that gives nothing away."""
    return ThermalNode("body", capacity_j_k, 280.0, **limits)


def heated(*housed: Asset, machines_in: str = "", nodes: tuple[ThermalNode, ...] = (body(),)) -> Run:
    """What is housed in a house that gives nothing away, for a day of 10 kW."""
    mains = asset("mains", Process("mains", {"electricity": 1.0}, limit=10.0))
    return Run(mains, asset("house", nodes=nodes, machines_in=machines_in), *housed)


def load(kw: float = 1.0, **more: object) -> Process:
    return Process("load", {"electricity": -kw}, **more)


def test_all_electricity_of_a_machine_warms_what_it_is_housed_in() -> None:
    run = heated(asset("rack", load(0.5), housed_in="house"), asset("outside", load(3.0)))
    assert run.temperature("house/body")[-1] == pytest.approx(280.0 + 0.5 * 24 * 3.6e6 / 1e6, rel=1e-6)


def test_but_not_what_leaves_as_radio_waves() -> None:
    run = heated(asset("radio", load(0.5, emitted_kw=0.2), housed_in="house"))
    assert run.temperature("house/body")[-1] == pytest.approx(280.0 + 0.3 * 24 * 3.6e6 / 1e6, rel=1e-6)


def test_losses_of_the_lines_warm_nothing() -> None:
    bus = asset("bus", capability={"distribution_efficiency": 0.5})
    run = heated(asset("rack", load(0.5), housed_in="house"), bus)
    assert run.temperature("house/body")[-1] == pytest.approx(280.0 + 0.5 * 24 * 3.6e6 / 1e6, rel=1e-6)
    assert run.ledger("electricity")["consumed"] == pytest.approx(24.0)


def test_what_names_its_own_node_warms_that_alone() -> None:
    own = ThermalNode("own", 1e6, 280.0)
    process = load(0.5, heat_node="own", heat_kw=0.5)
    run = heated(asset("oven", process, nodes=[own], housed_in="house"))
    assert run.temperature("house/body")[-1] == 280.0
    assert run.temperature("oven/own")[-1] == pytest.approx(280.0 + 0.5 * 24 * 3.6, rel=1e-6)


@dataclass(frozen=True)
class People(Thing):
    """People by what they take and give."""

    crew_size: float = 1.0
    kind: ClassVar[str] = "crew"


def test_machines_work_in_their_own_room_and_people_in_the_first() -> None:
    # by half a degree per hour the house leaves the range of people after 20 h, of machines never
    rooms = (
        ThermalNode("home", 3.6e6, 280.0, work_max_k=290.0, heat_w=500.0),
        ThermalNode("racks", 3.6e6, 280.0, work_max_k=320.0),
    )
    people = Asset("people", People((load(0.1),)), "ridge", START, housed_in="house")
    run = heated(people, asset("rack", load(0.2), housed_in="house"), nodes=rooms, machines_in="racks")
    home, racks = run.temperature("house/home"), run.temperature("house/racks")
    np.testing.assert_array_equal(run.activity("people/load")[1:] > 0, home[:-1] <= 290.0)
    assert (home > 290.0).any()
    assert (run.activity("rack/load") > 0).all()
    assert racks[-1] == pytest.approx(280.0 + 0.2 * 24, rel=1e-6)
    assert home[5] == pytest.approx(280.0 + 0.6, rel=1e-6)


def test_heat_is_what_is_taken_and_not_given_again() -> None:
    condensing = Process("condensing", {"electricity": -0.1, "cabin_vapour": -1.0, "water": 1.0})
    assert heat_kw(condensing) == pytest.approx(0.1 + 2.449 / 3.6)
    assert heat_kw(Process("drying", {"electricity": -0.1, "cabin_vapour": 1.0, "water": -1.0})) < 0.0


def test_mass_that_comes_from_outside_or_goes_there_brings_and_takes_its_own_heat() -> None:
    venting = Process("venting", {"electricity": -0.1, "cabin_vapour": -1.0}, boundary=True)
    assert heat_kw(venting) == pytest.approx(0.1)


def test_what_makes_electricity_from_outside_cools_nothing_and_a_line_warms_by_its_loss() -> None:
    assert heat_kw(Process("sunlight", {"electricity": 1.0})) == 0.0
    assert heat_kw(Process("line", {"electricity": -1.0, "electricity@self": 0.9})) == pytest.approx(0.1)


def test_a_room_for_machines_that_is_not_there_is_refused() -> None:
    wrong = asset("house", nodes=[body()], machines_in="raks")
    with pytest.raises(ScenarioError, match="raks"):
        compile_station(station(wrong), lambda _: Lit(station(wrong).grid, "ridge"), judged=True)
