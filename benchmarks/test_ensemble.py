"""Many lives over ten years at ten minutes: lanes against one at a time, one thread or worker against two, whole runs.

Run with ``make bench``. Bar (DESIGN section 6): 1,000 lives of a station of at least 50 components within 120 s on two
cores and 4 GB. The ILRS has more than three times as many; its main base is the station of that size.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from main_base import main_base

from moonstation.scenario.build import build_station
from moonstation.scenario.reading import load_scenario
from moonstation.station.side_by_side import LANES, run_lanes
from moonstation.station.simulate import run_compiled
from moonstation.studies.blueprint import Blueprint, blueprint
from moonstation.studies.chunks import CHUNK, Lives, Order
from moonstation.studies.ensemble import ensemble
from moonstation.studies.running import Workers

_START, _STEP_H, _DAY = "2031-01-01", 1.0 / 6.0, 144
#: Lives of the whole run; fewer by this variable where there is little time.
_MEMBERS = int(os.environ.get("MOONSTATION_BENCH_MEMBERS", "1000"))


@pytest.fixture(scope="module")
def decade() -> Blueprint:
    """The ILRS from 2031 to the end of 2040, its first landings already there."""
    return blueprint(load_scenario("ilrs", start=_START))


def timed(function: Any, *args: Any) -> float:
    begin = time.perf_counter()
    function(*args)
    return time.perf_counter() - begin


def test_lives_in_lanes_against_one_at_a_time(benchmark: Any, decade: Blueprint) -> None:
    lives = Lives(decade, Order(LANES, 7))
    networks = [lives.member(member).compiled.network for member in range(LANES)]
    asked = (networks, decade.compiled.columns, decade.compiled.steps, _STEP_H, _DAY)
    run_lanes(*asked)  # compile, or read the cache
    run_compiled(decade.compiled, _STEP_H, _DAY)
    alone_s = min(timed(run_compiled, decade.compiled, _STEP_H, _DAY) for _ in range(3))
    benchmark.pedantic(run_lanes, args=asked, rounds=3)
    a_life_s = benchmark.stats.stats.min / LANES
    benchmark.extra_info.update(
        assets=len(decade.station.assets), a_life_s=a_life_s, alone_over_lane=alone_s / a_life_s
    )


def test_what_a_life_costs_beside_the_kernel(benchmark: Any, decade: Blueprint) -> None:
    lives = Lives(decade, Order(64, 7))
    lives.member(0)
    benchmark.pedantic(lambda: [lives.member(member) for member in range(8)], rounds=3)
    benchmark.extra_info["compile_ms"] = 1e3 * benchmark.stats.stats.min / 8


def test_one_thread_against_two(benchmark: Any, decade: Blueprint) -> None:
    order = Order(4 * CHUNK, seed=7)
    one_s = ensemble(decade.scenario, order, workers=Workers(1)).elapsed_s
    benchmark.pedantic(ensemble, args=(decade.scenario, order), kwargs={"workers": Workers(2)}, rounds=1)
    benchmark.extra_info["one_over_two"] = one_s / benchmark.stats.stats.min


def test_one_worker_of_dask_against_two(benchmark: Any, tmp_path: Path) -> None:
    from distributed import LocalCluster

    base = tmp_path / "main-base.toml"
    base.write_text(main_base(), "utf-8")

    def lived_s(workers: int) -> float:
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
            there = Workers(cluster=cluster.scheduler_address)
            ensemble(base, Order(workers * CHUNK, seed=1), workers=there)  # every worker has its station
            return ensemble(base, Order(6 * CHUNK, seed=7), workers=there).elapsed_s

    one_s = lived_s(1)
    two_s = benchmark.pedantic(lived_s, args=(2,), rounds=1)
    benchmark.extra_info.update(one_s=one_s, two_s=two_s, one_over_two=one_s / two_s)


def test_a_thousand_lives(benchmark: Any, decade: Blueprint) -> None:
    benchmark.pedantic(ensemble, args=(decade.scenario, Order(_MEMBERS, seed=7)), rounds=1)
    per_thousand_s = benchmark.stats.stats.min * 1000 / _MEMBERS
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    benchmark.extra_info.update(members=_MEMBERS, s_per_thousand=per_thousand_s, peak_gb=peak_gb)


def test_a_thousand_lives_of_a_base_of_fifty_components(benchmark: Any, tmp_path: Path) -> None:
    """The command that a user gives, in a process of its own: compiled, run, judged, gathered, written, reported."""
    file = tmp_path / "base.toml"
    file.write_text(main_base(), "utf-8")
    station = build_station(load_scenario(file))
    assert len(station.assets) >= 50
    assert station.grid.count * station.grid.step_h >= 3652 * 24.0
    asked = ["simulate", str(file), "--members", str(_MEMBERS), "--seed", "7", "--threads", "2", "--overwrite"]

    def command() -> None:
        arguments = [sys.executable, "-m", "moonstation", *asked, "-o", str(tmp_path / "run")]
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    benchmark.pedantic(command, rounds=1)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = json.loads((tmp_path / "run" / "summary.json").read_text("utf-8"))
    assert told["outcomes"]["failures"]["mean"] > 0.0
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    benchmark.extra_info.update(
        components=len(station.assets),
        facts=told["sampled_facts"],
        members=_MEMBERS,
        lives_per_s=_MEMBERS / benchmark.stats.stats.min,
        processor_s=processor_s,
        peak_gb=after.ru_maxrss * 1024 / 1e9,
    )
