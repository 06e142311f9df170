"""Results and judgement of stations whose every number is plain: sources, links and plants that run by the clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from build import asset, at_hour, station

from moonstation.components.contract import Process, Store, ThermalNode
from moonstation.moon.horizon import Horizon
from moonstation.roadmap.capability import Capability
from moonstation.station.assessment import LIFE_SUPPORT, Assessment, assess
from moonstation.station.model import SurfaceSite
from moonstation.station.performance import offered, science_hours
from moonstation.station.results import RunResult
from moonstation.station.simulate import simulate
from policies import LENIENT

HOURS = 24.0
STEPS = 144
FIRST_HALF = np.repeat([1.0, 0.0], STEPS // 2).astype(np.float32)
ALWAYS = np.ones(STEPS, np.float32)


def site(name):
    flat = Horizon.flat(-89.0, 0.0, 2.0)
    return SurfaceSite(name, -89.0, 0.0, 2.0, flat, flat)


def run(*assets, hours=HOURS, record_s=3600.0) -> RunResult:
    built = station(*assets, hours=hours, policy=LENIENT)
    sites = {name: site(name) for name in ("ridge", "crater")}
    return simulate(replace(built, sites=sites, main_site="ridge"), record_s)


def judged(*assets) -> Assessment:
    return assess(run(*assets))


def source(kw=1.0, **more):
    return asset("source", Process("p", {"electricity": 1.0}, limit=kw, **more))


def critical_load(**more):
    return asset("load", Process("p", {"electricity": -1.0}, limit=1.0, priority=0), **more)


def link(series, **more):
    return asset("link", Process("p", {"data": -1.0, "data@earth": 1.0}, limit=2.0, series=series), **more)


def camera(**more):
    seen = Process("p", {"data": 1.0}, capability={"science_field:geology": 1.0})
    return asset("camera", seen, stores=[Store("m", "data", 1000.0)], **more)


def plant(persons, **more):
    """Everything that life support needs for so many persons, ready as long as it is warm."""
    needs = {name: persons for name in LIFE_SUPPORT if name != "cabin_crew"}
    return asset(
        "plant",
        Process("p", {"oxygen": 1.0}, capability=needs, boundary=True),
        capability={"cabin_crew": persons},
        **more,
    )


def test_energy_is_the_share_of_time_with_all_critical_loads_served() -> None:
    half = judged(source(series=FIRST_HALF), critical_load())
    assert half.energy == 0.5
    assert half.longest_blackout_h == 12.0
    assert half.lowest_charge is None
    late = judged(source(series=FIRST_HALF), critical_load(start=at_hour(6.0)))
    assert late.energy == pytest.approx(6.0 / 18.0)  # counted from the first critical load on
    assert judged(source()).energy is None


def test_the_lowest_charge_is_that_of_the_main_site_over_its_floor() -> None:
    def battery(node):
        return asset(
            f"battery at {node}", stores=[Store("b", "electricity", 20.0, 20.0, floor_fraction=0.2)], node=node
        )

    drain = asset("drain", Process("p", {"electricity": -1.0}, limit=0.5, priority=5))
    empty = asset("elsewhere", Process("p", {"electricity": -1.0}, limit=5.0), node="crater")
    result = judged(battery("ridge"), battery("crater"), drain, empty)
    assert result.lowest_charge == pytest.approx((20.0 - 12.0 - 4.0) / 16.0, abs=1e-6)


def test_contact_counts_from_the_first_link_on_and_only_at_the_main_site() -> None:
    second_half = 1.0 - FIRST_HALF
    assert judged(camera(), link(FIRST_HALF)).communication == 0.5
    assert judged(camera(), link(FIRST_HALF)).longest_without_contact_h == 12.0
    assert judged(camera(), link(second_half)).communication == 1.0
    assert judged(camera(), link(second_half)).longest_without_contact_h == 0.0
    assert judged(camera(), link(FIRST_HALF, node="crater")).communication is None


def test_a_way_over_a_relay_counts_while_the_relay_has_its_own_way_to_the_earth() -> None:
    def relayed(*onward, series=ALWAYS) -> Assessment:
        to_relay = Process("p", {"data": -1.0, "data@crater": 1.0}, limit=2.0, series=series)
        memory = asset("memory", stores=[Store("m", "data", 1e6)], node="crater")
        return judged(camera(), asset("relay link", to_relay), memory, *onward)

    assert relayed().communication is None, "the relay has no link of its own"
    assert relayed(link(FIRST_HALF, node="crater")).communication == 0.5
    assert relayed(link(FIRST_HALF, node="crater"), series=FIRST_HALF).longest_without_contact_h == 12.0
    assert relayed(link(FIRST_HALF, node="crater"), series=1.0 - FIRST_HALF).communication is None
    short_lived = link(ALWAYS, node="crater", end=at_hour(6.0))
    assert relayed(short_lived).communication == 0.25
    direct = asset("radio", Process("p", {"data": -1.0, "data@earth": 1.0}, limit=2.0, series=1.0 - FIRST_HALF))
    assert relayed(link(FIRST_HALF, node="crater"), direct).communication == 1.0


def test_data_and_science_are_what_was_sent_and_worked() -> None:
    result = judged(camera(end=at_hour(18.0)), link(FIRST_HALF))
    assert result.science_hours == pytest.approx(18.0)
    assert result.data_returned_gbit == pytest.approx(12.0)  # 1 Gbit/h for as long as there is contact


def test_a_last_record_that_is_short_counts_for_its_own_hours() -> None:
    result = run(camera(), hours=30, record_s=86_400.0)
    assert science_hours(result) == pytest.approx([24.0, 6.0])
    assert Capability(result).series("science_hours") == pytest.approx([24.0, 30.0])
    assert result.dataset.attrs["last_record_h"] == 6.0


def test_shares_and_gaps_count_a_short_last_record_by_its_own_hours() -> None:
    open_first = np.repeat([1.0, 0.0], [STEPS, STEPS // 4]).astype(np.float32)  # of 30 h the last 6 without a way
    cabin = asset("cabin", capability={"cabin_crew": 2.0})
    assessed = assess(run(link(open_first), cabin, plant(2.0, end=at_hour(24.0)), hours=30, record_s=86_400.0))
    assert assessed.communication == assessed.life_support == pytest.approx(0.8)
    assert assessed.longest_without_contact_h == pytest.approx(6.0)


def test_what_lives_past_the_end_lives_in_a_short_last_record() -> None:
    things = (
        replace(source(), name="to the end", end=at_hour(30.0)),
        replace(source(), name="beyond", end=at_hour(40.0)),
        replace(source(), name="gone", end=at_hour(26.0)),
        replace(source(), name="too late", start=at_hour(31.0)),
    )
    result = run(*things, hours=30, record_s=86_400.0)
    assert result.alive.tolist() == [[True, True, True, False], [True, True, False, False]]


def test_a_metric_over_a_day_takes_a_short_last_record_by_its_own_hours() -> None:
    lit = np.repeat([1.0, 0.0], [STEPS * 29, STEPS + STEPS // 4]).astype(np.float32)
    result = run(source(series=lit), hours=30 * 24.0 + 6.0, record_s=86_400.0)
    shown = Capability(result).series("energy_kw", "ridge")
    assert shown[-2:] == pytest.approx([29 / 30, 28 / 29.25])


def test_life_support_counts_from_the_first_lasting_cabin_on() -> None:
    assert judged(source()).life_support is None
    assert judged(plant(2.0, start=at_hour(6.0))).life_support == 1.0
    assert judged(plant(0.5)).life_support == 0.0  # less than one person
    assert judged(plant(2.0, end=at_hour(12.0))).life_support is None  # an expedition's cabin, and nobody in it


def test_what_is_offered_belongs_to_its_site_and_ends_with_its_asset() -> None:
    result = run(plant(2.0, end=at_hour(12.0)), camera(node="crater"))
    for name in LIFE_SUPPORT:
        assert offered(result, name)[:12] == pytest.approx(2.0)
        assert offered(result, name)[12:] == pytest.approx(0.0)
        assert offered(result, name, "crater") == pytest.approx(0.0)
    assert science_hours(result, "crater") == pytest.approx(1.0)
    assert science_hours(result, "ridge") == pytest.approx(0.0)


def test_a_last_record_that_is_cut_short_holds_the_means_of_its_own_steps() -> None:
    result = run(source(kw=3.0), critical_load(), hours=1.5)
    assert result.time.shape == (2,)
    data = result.dataset.sel(site="ridge")
    np.testing.assert_allclose(data["power_supply_kw"], 3.0, rtol=1e-6)
    np.testing.assert_allclose(data["power_served_kw"], 1.0, rtol=1e-6)
    np.testing.assert_allclose(data["power_spilled_kw"], 2.0, rtol=1e-6)
    np.testing.assert_allclose(result.record_means(np.arange(9.0)), [2.5, 7.0])


def test_what_is_lost_is_an_event_and_dead_from_then_on() -> None:
    cold = ThermalNode("body", 3600.0, 280.0, radiative_sink_k=40.0, radiating_m2=0.5, survive_min_k=200.0)
    result = run(asset("probe", nodes=[cold]), source())
    [lost] = [event for event in result.events if event.kind == "lost-cold"]
    assert (lost.subject, lost.unit) == ("probe", "K")
    assert lost.value < 200.0
    record = int((lost.utc - result.time[0]) / np.timedelta64(1, "h"))
    alive = result.dataset["alive"].sel(asset="probe").to_numpy()
    assert alive.tolist() == [number < record for number in range(24)]


def test_the_ledger_of_a_bus_adds_up() -> None:
    result = run(
        source(kw=2.0, series=FIRST_HALF), critical_load(), asset("b", stores=[Store("b", "electricity", 9.0, 1.0)])
    )
    [row] = [row for row in result.ledger if (row["quantity"], row["node"]) == ("electricity", "ridge")]
    assert row["produced"] == pytest.approx(24.0)
    assert row["unit"] == "kWh"
    given = row["delivered"] + row["produced"]
    assert given == pytest.approx(sum(row[name] for name in ("consumed", "spilled", "lost", "removed", "stored_end")))
