"""The main job: first and last ten years of the ILRS in the kernel, and the whole study in a process of its own.

Run with ``make bench``. Bars (DESIGN section 6): ten years at 10 minutes within 1 s of kernel time once compiled;
``moonstation study ilrs`` within 15 s and 2 GB once the caches are warm.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from moonstation.scenario.build import build_station
from moonstation.scenario.reading import load_scenario
from moonstation.station.network import Compiled, compile_station
from moonstation.station.places import Places
from moonstation.station.simulate import run_compiled

_STEP_H = 1.0 / 6.0


@pytest.fixture(
    scope="module", params=[("2026-01-01", "2036-01-01"), ("2031-01-01", "2041-01-01")], ids=["first", "last"]
)
def decade(request: pytest.FixtureRequest) -> Compiled:
    """The ILRS over the first ten of its fifteen years, and over the last, in which most of it is there."""
    start, end = request.param
    station = build_station(load_scenario("ilrs", start=start, end=end))
    return compile_station(station, Places.of(station).of_asset)


def test_ten_years_at_ten_minutes(benchmark: Any, decade: Compiled) -> None:
    run_compiled(decade, _STEP_H, 6)  # compile, or read the cache
    benchmark.pedantic(run_compiled, args=(decade, _STEP_H, 6), rounds=5)
    steps, processes = len(decade.series), len(decade.processes)
    best_s = benchmark.stats.stats.min
    benchmark.extra_info.update(
        assets=len(decade.assets),
        processes=processes,
        steps=steps,
        us_per_step=1e6 * best_s / steps,
        ns_per_step_and_process=1e9 * best_s / steps / processes,
    )


def test_the_whole_study(benchmark: Any, tmp_path: Path) -> None:
    def command() -> float:
        begin = time.perf_counter()
        arguments = [sys.executable, "-m", "moonstation", "study", "ilrs", "-o", str(tmp_path / "run"), "--overwrite"]
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin

    command()
    benchmark.pedantic(command, rounds=2)
    benchmark.extra_info["peak_gb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9
