"""Many lives of a small station: the same bits whatever computes them, kept when stopped, told in probabilities."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from moonstation.core import cluster as core_cluster
from moonstation.core.errors import RangeError, ScenarioError
from moonstation.facts.table import lookup
from moonstation.facts.usage import overridden, recorded
from moonstation.report.comparison_report import statement
from moonstation.scenario.reading import load_scenario
from moonstation.station.assessment import assess
from moonstation.station.odds import wilson_interval
from moonstation.studies import chunks, ensemble_cluster
from moonstation.studies.chunks import NOMINAL, ChunkStore, Order
from moonstation.studies.comparison import comparison
from moonstation.studies.ensemble import Ensemble, Keep, ensemble, order_faults
from moonstation.studies.ensemble_tables import OUTCOMES, WORSE_WHEN_MORE
from moonstation.studies.running import Workers
from moonstation.studies.study import study
from short_night import HOURLY, short_night

MEMBERS = 20
SERIES = ("charge_kwh@landing-place", "temperature_k@lander body: box")


def scenario_file(folder: Path, name: str = "short.toml", **changes: str) -> Path:
    """The first night cut after six weeks, in steps of an hour; ``changes`` replace texts of it."""
    after_the_end = '[[milestones]]\nname = "winter told"'
    path = folder / name
    path.write_text(short_night("2029-02-14", before=after_the_end, **HOURLY, **changes), "utf-8")
    return path


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return scenario_file(tmp_path_factory.mktemp("scenario"))


@pytest.fixture(scope="module")
def lived(scenario) -> Ensemble:
    return ensemble(scenario, Order(MEMBERS, seed=7, series=SERIES), workers=Workers(1))


def assert_same_lives(one: Ensemble, other: Ensemble) -> None:
    left, right = one.gathered, other.gathered
    assert left.names == right.names
    for name in ("outcomes", "downtime_h", "softened", "events", "faults"):
        a, b = getattr(left, name), getattr(right, name)
        assert a.dtype == b.dtype
        assert a.tobytes() == b.tobytes(), name
    for name, values in left.series.items():
        assert values.tobytes() == right.series[name].tobytes(), name
    assert left.nominal["outcomes"].tobytes() == right.nominal["outcomes"].tobytes()


def test_things_fail_in_these_lives(lived):
    """So that the same bits below are those of failures and repairs, too."""
    failures = lived.outcome("failures")
    assert failures.sum() > MEMBERS / 4
    assert len(np.unique(failures)) > 2
    assert lived.nominal_outcome("failures") == 0


def test_two_threads_give_the_same_bits_as_one(scenario, lived):
    assert_same_lives(lived, ensemble(scenario, Order(MEMBERS, seed=7, series=SERIES), workers=Workers(2)))


@pytest.mark.parametrize("size", [3, 128])
def test_chunks_of_another_size_give_the_same_bits(scenario, lived, monkeypatch, size):
    monkeypatch.setattr(chunks, "CHUNK", size)
    assert_same_lives(lived, ensemble(scenario, Order(MEMBERS, seed=7, series=SERIES), workers=Workers(1)))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Address of a scheduler with two workers, each a process of its own."""
    from distributed import Client

    folder = tmp_path_factory.mktemp("cluster")
    where = folder / "scheduler.json"
    scheduler = ("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    worker = ("dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder))
    with ExitStack() as processes:
        for name, *options in (scheduler, worker, worker):
            command = [sys.executable, "-m", f"distributed.cli.{name}", *options, "--scheduler-file", str(where)]
            process = processes.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL))
            processes.callback(process.terminate)
        with Client(scheduler_file=str(where), timeout=120) as client:
            client.wait_for_workers(2, timeout=120)
            address = client.scheduler.address
        yield address


def test_two_processes_of_a_cluster_give_the_same_bits(scenario, lived, cluster, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 5)
    assert cluster.startswith("tcp://")
    order = Order(MEMBERS, seed=7, series=SERIES)
    assert_same_lives(lived, ensemble(scenario, order, workers=Workers(cluster=cluster)))


def test_a_cluster_runs_a_scenario_with_the_keys_that_were_overridden(scenario, cluster):
    policy = tomllib.loads(scenario.read_text("utf-8"))["policy"] | {"survival_below": 0.4, "survival_exit": 0.6}
    loaded = load_scenario(scenario, start="2029-01-10", end=datetime(2029, 2, 5, tzinfo=UTC), policy=policy)
    order = Order(4, seed=7, step="30min")
    here = ensemble(loaded, order, workers=Workers(1))
    assert here.plan.scenario.start == loaded.start
    assert here.plan.station.grid.step_h == 0.5
    assert here.plan.station.policy.survival_below == 0.4
    assert_same_lives(here, ensemble(loaded, order, workers=Workers(cluster=cluster)))


def test_a_worker_that_compiles_another_station_is_refused(lived):
    told = ensemble_cluster.told_elsewhere(lived.lives)
    with pytest.raises(RangeError, match="another station"):
        ensemble_cluster.lives_elsewhere(told, [0], "0" * 64)


def test_a_worker_with_another_kernel_is_refused(lived, monkeypatch):
    here = ensemble_cluster.digest_of(lived.lives)
    monkeypatch.setattr(ensemble_cluster, "SOURCES", 1)
    assert ensemble_cluster.digest_of(lived.lives) != here


def test_a_cluster_that_is_not_there_is_told_and_nothing_is_left(scenario, monkeypatch, tmp_path):
    monkeypatch.setattr(core_cluster, "_CONNECT_S", 1)
    for address in ("tcp://127.0.0.1:9", "localhost", "cheese://localhost:9"):
        with pytest.raises(RangeError, match="nobody answers"):
            ensemble(scenario, Order(1), workers=Workers(cluster=address), keep=Keep(tmp_path / "unfinished"))
        assert not list(tmp_path.iterdir())
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RangeError, match="pip install distributed"):
        ensemble(scenario, Order(1), workers=Workers(cluster="tcp://127.0.0.1:9"))


def test_other_members_do_not_change_a_member_but_through_the_sample(lived, scenario):
    assert len(np.unique(lived.outcome("data_returned_gbit"))) > MEMBERS / 2
    again = ensemble(scenario, Order(MEMBERS, seed=8, series=SERIES), workers=Workers(2))
    assert not np.array_equal(again.gathered.outcomes, lived.gathered.outcomes)
    assert again.gathered.nominal["outcomes"].tobytes() == lived.gathered.nominal["outcomes"].tobytes()


def test_the_nominal_life_is_the_one_that_a_study_judges(lived, scenario):
    judged = assess(study(scenario).run)
    names = ("energy", "communication", "longest_blackout_h", "longest_without_contact_h", "crew_days", "crew_lost")
    for name in names:
        assert lived.nominal_outcome(name) == getattr(judged, name), name
    for name in ("science_hours", "data_returned_gbit"):
        assert lived.nominal_outcome(name) == pytest.approx(getattr(judged, name), rel=1e-6)
    assert lived.nominal_outcome("lowest_charge") >= judged.lowest_charge, "daily records miss what falls within a day"


def test_every_life_has_the_facts_that_the_sample_gave_it(lived):
    floor = [fact.key for fact in lived.plan.sampled].index("battery.floor")
    outcomes = lived.outcomes
    assert list(outcomes["fact"].values) == [fact.key for fact in lived.plan.sampled]
    np.testing.assert_array_equal(outcomes["fact_value"][:, floor], lived.lives.values[:, floor])
    fact = lookup("battery.floor")
    assert fact.low <= lived.lives.values[:, floor].min() < lived.lives.values[:, floor].max() <= fact.high


def test_the_summary_tells_survival_with_its_interval(lived):
    told, survived = lived.summary, lived.outcome("survived")
    assert told["survival_probability"] == survived.mean()
    assert (told["survival_low"], told["survival_high"]) == wilson_interval(int(survived.sum()), MEMBERS)
    assert sum(told["losses"].values()) == MEMBERS - survived.sum()
    assert np.isnan(lived.outcome("lost_h")[survived == 1]).all()
    assert (told["members"], told["seed"]) == (MEMBERS, 7)
    assert told["outcomes"]["energy"]["p5"] <= told["outcomes"]["energy"]["p50"] <= told["outcomes"]["energy"]["p95"]
    assert set(told["milestones"]) == {"landed", "first results"}
    assert told["max_relative_residual"] <= 1e-9
    assert "survival" in repr(lived)


def test_harm_is_told_of_outcomes_that_there_are():
    assert set(OUTCOMES) >= WORSE_WHEN_MORE


def test_the_series_are_daily_and_have_an_axis_of_members(lived):
    series = lived.timeseries
    assert series["charge"].sizes == {"time": 44, "member": MEMBERS}
    assert series["charge"].dtype == np.float32
    charge = series[SERIES[0]]
    assert charge.attrs["units"] == "kWh"
    share = charge / lived.timeseries["charge"]  # the capacity of each life
    assert (share.std("member") > 0).any(), "lives differ in what their batteries may give"
    assert np.all(np.diff(series["science_hours"].values, axis=0) >= 0)
    assert np.isfinite(series[SERIES[1]]).any()


def test_a_stopped_run_goes_on_from_what_is_finished(scenario, lived, monkeypatch, tmp_path):
    monkeypatch.setattr(chunks, "CHUNK", 4)
    run = chunks.Lives.run

    def stops_after_two_chunks(self, members, told=None):
        if len(list(tmp_path.glob("kept/chunk-*.npz"))) == 2:
            raise KeyboardInterrupt
        return run(self, members, told)

    order, workers = Order(MEMBERS, seed=7, series=SERIES), Workers(1)
    with monkeypatch.context() as patched:
        patched.setattr(chunks.Lives, "run", stops_after_two_chunks)
        with pytest.raises(KeyboardInterrupt):
            ensemble(scenario, order, workers=workers, keep=Keep(tmp_path / "kept"))
    begun = []

    def counts(self, members, told=None):
        begun.extend(members)
        return run(self, members, told)

    monkeypatch.setattr(chunks.Lives, "run", counts)
    assert_same_lives(lived, ensemble(scenario, order, workers=workers, keep=Keep(tmp_path / "kept", resume=True)))
    assert begun == list(range(8, MEMBERS))


def test_an_unfinished_run_is_never_mixed_with_another(scenario, tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    ensemble(scenario, Order(2, seed=7), keep=Keep(kept))
    with pytest.raises(RangeError, match=r"unfinished run is there.*resume=True"):
        ensemble(scenario, Order(2, seed=7), keep=Keep(kept))
    with pytest.raises(RangeError) as told:
        ensemble(scenario, Order(3, seed=8, series=SERIES), keep=Keep(kept, resume=True))
    words = str(told.value)
    assert all(name in words for name in ("another seed; got 8; allowed: 7", "another number of lives", "other series"))
    with pytest.raises(RangeError, match="another time step; got '30min'; allowed: 1h") as told:
        ensemble(scenario, Order(2, seed=7, step="30min"), keep=Keep(kept, resume=True))
    assert len(told.value.faults) == 1, "another network follows from that"
    easier = scenario_file(tmp_path, **{"science_hours = 1000": "science_hours = 10"})
    with pytest.raises(RangeError, match="is judged by other milestones: the scenario's file was changed since"):
        ensemble(easier, Order(2, seed=7), keep=Keep(kept, resume=True))
    with monkeypatch.context() as patched:
        patched.setattr(chunks, "SOURCES", 1)
        with pytest.raises(RangeError, match="another version of the program"):
            ensemble(scenario, Order(2, seed=7), keep=Keep(kept, resume=True))
    (kept / "plan.json").write_text("{}")
    with pytest.raises(RangeError, match="holds no unfinished run that can be read"):
        ensemble(scenario, Order(2, seed=7), keep=Keep(kept, resume=True))


def test_lives_that_were_judged_by_another_fact_are_not_taken_up(scenario, tmp_path):
    kept = tmp_path / "kept"
    with overridden({"moon.synodic_day": 700.0}):
        ensemble(scenario, Order(1, seed=7), keep=Keep(kept))
    with pytest.raises(RangeError, match=r"judged by other values of facts: moon\.synodic_day") as told:
        ensemble(scenario, Order(1, seed=7), keep=Keep(kept, resume=True))
    assert len(told.value.faults) == 1


def test_no_fact_is_looked_up_in_judging_that_an_unfinished_run_does_not_keep(lived, monkeypatch):
    found: set[str] = set()
    left_by = chunks.Lives._left_by

    def noted(*asked):
        with recorded() as keys:
            left = left_by(*asked)
        found.update(keys)
        return left

    monkeypatch.setattr(chunks.Lives, "_left_by", noted)
    lived.lives.run([NOMINAL])
    lived.lives.run([0, 1])
    assert found == set(chunks.JUDGED_BY)


def test_what_components_offer_is_a_part_of_what_two_runs_must_agree_in(lived):
    plan = lived.plan
    better = [{name: 2.0 * value for name, value in stated.items()} for stated in plan.compiled.capabilities]
    other = replace(plan, compiled=replace(plan.compiled, capabilities=better))
    assert any(better)
    assert other.digest != plan.digest == replace(plan).digest


def test_a_store_keeps_a_chunk_to_the_bit(lived, tmp_path):
    store = ChunkStore(tmp_path / "kept", {"seed": 7})
    store.open(resume=False, where="-o")
    chunk = lived.lives.run([0, 1])
    for first in (NOMINAL, 0):
        store.put(first, chunk)
    assert store.finished() == {NOMINAL, 0}
    for name, values in store.get(0).items():
        assert values.tobytes() == np.asarray(chunk[name]).tobytes(), name


def test_a_run_of_which_no_life_is_finished_leaves_no_folder_that_would_stand_in_the_way(lived, tmp_path):
    chunk = lived.lives.run([0, 1])
    for kept, stays in (((), False), ((NOMINAL,), False), ((NOMINAL, 0), True)):
        store = ChunkStore(tmp_path / "kept", {"seed": 7})
        store.open(resume=False, where="-o")
        for first in kept:
            store.put(first, chunk)
        store.clear_if_empty()
        assert store.folder.exists() == stays, kept
    assert store.finished() == {NOMINAL, 0}


@pytest.mark.parametrize(
    ("order", "workers", "words"),
    [
        (Order(0), Workers(), "members: out of range; got 0"),
        (Order(1, seed=-1), Workers(), "seed: out of range"),
        (Order(1), Workers(0), "threads: out of range"),
        (Order(2.5), Workers(), "members: is no whole number; got 2.5; allowed: 1 to 100000"),
        (Order("3"), Workers(), "members: is no whole number; got '3'"),
        (Order(True), Workers(), "members: is no whole number; got True"),
        (Order(1, seed=0.5), Workers(), "seed: is no whole number; got 0.5"),
        (Order(1), 3, r"workers: does not say who runs the lives; got 3; allowed: Workers\("),
        (Order(1), Workers("3"), "threads: is no whole number; got '3'; allowed: 1 or more"),
        (Order(1), Workers(3, "tcp://localhost:1"), "threads: is for this machine, and a cluster"),
        (
            Order(1, series="foo"),
            Workers(),
            r"series: is one name where a list of names goes; got 'foo'; write \['foo'\]",
        ),
        (Order(1, series=[3]), Workers(), r"series: is no list of names; got \[3\]"),
        (Order(1, series=["bla"]), Workers(), "no such series"),
        (
            Order(1, series=["charge_kwh@ridge"]),
            Workers(),
            r"not of that part; got 'charge_kwh@ridge'.*landing-place",
        ),
    ],
)
def test_bad_orders_are_refused_in_words(scenario, order, workers, words):
    with pytest.raises(RangeError, match=words):
        ensemble(scenario, order, workers=workers)


def test_all_that_is_wrong_with_an_order_is_told_at_once(scenario):
    with pytest.raises(RangeError) as told:
        ensemble(scenario, Order("3", seed=-1, series="foo"), workers=3)
    assert [fault.where for fault in told.value.faults] == ["members", "seed", "workers", "series"]


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert order_faults(Order(np.int64(2), np.uint8(1)), Workers(np.int32(1))) == []


def test_a_scenario_compared_with_itself_differs_in_nothing(scenario):
    made = comparison(scenario, scenario, Order(6, seed=3))
    assert all((item.mean, item.low, item.high) == (0.0, 0.0, 0.0) for item in made.differences)
    assert made.names == ("short (A)", "short (B)")
    assert made.summary["one_design"]
    assert statement(made).startswith("A and B are one design to the model")
    loaded = comparison(load_scenario(scenario), scenario, Order(6, seed=3))
    assert (loaded.names, loaded.summary) == (made.names, made.summary)


def test_designs_that_differ_in_what_seldom_tells_are_two(scenario, tmp_path):
    other = scenario_file(tmp_path, **{"data_gbit_h = 0.3": "data_gbit_h = 0.3001"})
    made = comparison(scenario, other, Order(2, seed=3))
    assert not made.summary["one_design"]
    assert statement(made).startswith("Both live in the same lives")


def test_the_faults_of_both_scenarios_are_told_at_once(tmp_path):
    change = {"data_gbit_h = 0.3": "data_gbit_h = -1"}
    one = scenario_file(tmp_path, "one.toml", **change)
    two = scenario_file(tmp_path, "two.toml", **{"end = 2029-02-14": "end = 2020-01-01"})
    with pytest.raises(ScenarioError) as told:
        comparison(one, two, Order(2))
    places = [fault.where for fault in told.value.faults]
    assert any(place.startswith("one.toml:") for place in places)
    assert any(place.startswith("two.toml:") for place in places)
    (tmp_path / "elsewhere").mkdir()
    namesake = scenario_file(tmp_path / "elsewhere", "one.toml", **change)
    with pytest.raises(ScenarioError) as told:
        comparison(one, namesake, Order(2))
    places = [fault.where for fault in told.value.faults]
    assert {place.partition(",")[0] for place in places} == {"A", "B"}
    with pytest.raises(ScenarioError) as told:
        comparison(one, one, Order(2))
    assert len(set(told.value.faults)) == len(told.value.faults) == len(places) // 2


def test_pairs_have_the_same_facts_so_that_only_the_design_differs(scenario, tmp_path):
    quiet = scenario_file(tmp_path, **{"data_gbit_h = 0.3": "data_gbit_h = 0.15"})
    made = comparison(scenario, quiet, Order(12, seed=3, failures=False))  # a brown-out an hour later may break more
    assert made.difference("science_hours").mean == 0.0, "the camera observes as long"
    data = made.difference("data_returned_gbit")
    hours = made.first.timeseries["science_hours"].values[-1]
    assert data.is_clear
    assert -0.15 * hours.max() <= data.low <= data.mean < 0.0
    assert made.summary["differences"]["data_returned_gbit"]["mean"] == data.mean
    np.testing.assert_array_equal(made.first.lives.values, made.second.lives.values)


def test_scenarios_over_other_times_cannot_be_paired(scenario, tmp_path):
    longer = scenario_file(tmp_path, **{"end = 2029-08-01": "end = 2029-02-15"})
    with pytest.raises(RangeError, match="another end than A; got '2029-02-15T00:00:00Z'"):
        comparison(scenario, longer, Order(2))
