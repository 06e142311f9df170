"""The series behind milestones, against what the run's own tables say."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from moonstation.roadmap.capability import Capability
from moonstation.roadmap.milestones import METRICS, Milestone, evaluate
from moonstation.roadmap.trailing import trailing_mean
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import load_scenario
from moonstation.station.assessment import assess
from moonstation.station.results import RunResult
from moonstation.station.simulate import simulate

SYNODIC_H = 709


@pytest.fixture(scope="module")
def base() -> RunResult:
    """The ILRS in the southern summer of 2033, when two people live there for four weeks."""
    return simulate(build_station(load_scenario("ilrs", start="2033-06-20", end="2033-11-01", step="30min")))


@pytest.fixture(scope="module")
def capability(base: RunResult) -> Capability:
    return Capability(base)


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_a_series_over_the_records(capability: Capability, metric: str) -> None:
    for site in ("", "ridge"):
        values = capability.series(metric, site)
        assert values.shape == capability.time.shape
        known = values[SYNODIC_H + 24 :]
        assert np.isfinite(known).all()
        assert (known >= 0).all()


@pytest.mark.parametrize("metric", ["crew_days", "science_hours", "data_returned_gbit", "water_kg"])
def test_sums_never_fall_and_sites_add_up(capability: Capability, metric: str) -> None:
    whole = capability.series(metric)
    assert (np.diff(whole) >= 0).all()
    places = [*capability.run.station.sites, *capability.run.station.relays]
    np.testing.assert_allclose(sum(capability.series(metric, place) for place in places), whole, rtol=1e-9)


def test_sums_agree_with_the_tables_and_the_judgement_of_the_run(base: RunResult, capability: Capability) -> None:
    table, judged = base.dataset, assess(base)
    instruments = table["process_capability"].str.contains("science_field:")
    science_h = float(table["activity"].where(instruments, 0.0).sum()) * base.record_h  # an instrument's limit is 1
    crew_days = float(table["crew"].sum()) * base.record_h / 24.0
    assert capability.series("crew_days")[-1] == pytest.approx(crew_days) == pytest.approx(judged.crew_days)
    assert capability.series("science_hours")[-1] == pytest.approx(science_h, rel=1e-5)
    assert judged.science_hours == pytest.approx(science_h, rel=1e-5)
    assert capability.series("data_returned_gbit")[-1] == pytest.approx(judged.data_returned_gbit, rel=1e-5)


def test_energy_is_the_supply_of_the_last_synodic_day(base: RunResult, capability: Capability) -> None:
    supply = np.asarray(base.dataset["power_supply_kw"].sel(site="ridge"), float)
    assert capability.series("energy_kw", "ridge")[-1] == pytest.approx(supply[-SYNODIC_H:].mean())
    days = trailing_mean(supply, 24)
    assert capability.series("energy_firm_kw", "ridge")[-1] == pytest.approx(days[-SYNODIC_H:].min())
    assert np.isnan(capability.series("energy_kw")[: SYNODIC_H - 1]).all()
    assert (capability.series("energy_kw")[SYNODIC_H:] > capability.series("energy_kw", "ridge")[SYNODIC_H:]).all()


def test_a_short_last_record_counts_by_its_hours_in_the_mean_of_a_synodic_day() -> None:
    supply_kw, hours = np.append(np.ones(SYNODIC_H - 1), 4.0), np.append(np.ones(SYNODIC_H - 1), 0.5)
    run: Any = SimpleNamespace(
        record_h=1.0, record_hours=hours, energy_of=lambda _: {"power_supply_kw": ("kW", supply_kw)}
    )
    assert Capability(run).energy_kw("ridge")[-1] == pytest.approx((SYNODIC_H - 1 + 4.0 * 0.5) / (SYNODIC_H - 0.5))


def test_energy_served_is_the_share_of_time_without_a_gap(base: RunResult, capability: Capability) -> None:
    served = np.asarray(base.dataset["critical_served"].sel(site="mons-mouton"), float)
    share = capability.series("energy_served_share", "mons-mouton")
    assert share[-1] == pytest.approx(served[-SYNODIC_H:].mean())
    assert np.isnan(share[: SYNODIC_H - 1]).all()
    each = [capability.series("energy_served_share", site) for site in base.station.sites]
    np.testing.assert_array_equal(capability.series("energy_served_share"), np.fmin.reduce(each))


def test_two_people_stay_four_weeks(capability: Capability) -> None:
    crew = capability.series("crew", "ridge")
    assert set(crew) == {0.0, 2.0}
    assert capability.series("crew_days")[-1] == pytest.approx(2 * 28, abs=0.5)
    assert capability.series("crew", "change-7").max() == 0


def test_life_support_is_the_scarcest_of_what_is_installed(base: RunResult, capability: Capability) -> None:
    plant = {asset.name: asset.component for asset in base.station.assets}
    cabin = plant["laboratory cabin"]
    room = cabin.habitable_share * cabin.volume_m3 / cabin.volume_per_person_m3  # type: ignore[attr-defined]
    people = capability.series("life_support_crew", "ridge")[-1]
    assert 2.0 <= people <= room


def test_what_could_be_returned_is_never_less_than_what_was(base: RunResult, capability: Capability) -> None:
    returned = capability.series("data_returned_gbit")
    possible = capability.series("communication_gbit_day")
    per_day = (returned[SYNODIC_H:] - returned[:-SYNODIC_H]) / SYNODIC_H * 24.0
    assert (possible[SYNODIC_H:] > per_day).all()


def test_evaluate_reads_the_run(base: RunResult) -> None:
    planned = datetime(2033, 12, 31, tzinfo=UTC)
    asked = [
        Milestone("people", "people", planned, {"crew": 2.0}, site="ridge"),
        Milestone("crowd", "crowd", planned, {"crew": 40.0}),
        Milestone("base", "base", planned, {"energy_kw": 5.0, "life_support_crew": 2.0}, site="ridge", hold_days=30),
    ]
    people, crowd, infrastructure = evaluate(asked, base)
    assert people.reached == datetime(2033, 8, 6, tzinfo=UTC)
    assert crowd.reached is None
    assert crowd.conditions[0].best == 2.0
    assert infrastructure.reached is not None
    assert {condition.unit for condition in infrastructure.conditions} == {"kW", "people"}
