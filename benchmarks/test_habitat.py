"""Four people for a year: the kernel beside simoc-abm on its own case of four, in one run.

simoc-abm is under the GPL: it is not a dependency and is never imported here. Install it where it can be run
(``pip install simoc-abm numpy``, best in an environment of its own) and name that Python in ``SIMOC_PYTHON``; without
it the peer's part is skipped. Both are told in station-hours per second of wall time.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from moonstation.scenario.build import build_station
from moonstation.scenario.reading import load_scenario
from moonstation.station.network import Compiled, compile_station
from moonstation.station.places import Places
from moonstation.station.simulate import run_compiled, simulate

SCENARIO = Path(__file__).with_name("four_people.toml")
_PEER = """
import sys, time
from simoc_abm.agent_model import AgentModel
from simoc_abm.util import load_preset_configuration
case = load_preset_configuration("4h")
case["termination"] = [{"condition": "time", "value": int(sys.argv[1]), "unit": "day"}]
model = AgentModel.from_config(**case)
begin = time.perf_counter()
model.run()
print(model.step_num / (time.perf_counter() - begin))
"""
_PEER_DAYS = 30


@pytest.fixture(scope="module")
def habitat() -> Compiled:
    station = build_station(load_scenario(SCENARIO))
    return compile_station(station, Places.of(station).of_asset)


@pytest.fixture(scope="module")
def peer_station_h_s() -> float | None:
    """Station-hours per second of simoc-abm, None where it is not at hand."""
    python = os.environ.get("SIMOC_PYTHON")
    if not python:
        return None
    done = subprocess.run([python, "-c", _PEER, str(_PEER_DAYS)], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def _tell(benchmark: Any, hours: float, peer: float | None) -> None:
    ours = hours / benchmark.stats.stats.min
    benchmark.extra_info["station_h_per_s"] = ours
    if peer:
        benchmark.extra_info.update(simoc_station_h_per_s=peer, ratio=ours / peer)


def test_kernel_hour_by_hour(benchmark: Any, habitat: Compiled, peer_station_h_s: float | None) -> None:
    """The kernel alone, at the peer's step of an hour."""
    run_compiled(habitat, 1.0, 1)  # compile, or read the cache
    benchmark.pedantic(run_compiled, args=(habitat, 1.0, 1), rounds=5)
    _tell(benchmark, habitat.steps, peer_station_h_s)


def test_simulation_with_sky_and_terrain(benchmark: Any, peer_station_h_s: float | None) -> None:
    """The same with everything that the peer has not: the real Sun over real terrain, heat, compiling the network."""
    station = build_station(load_scenario(SCENARIO))
    benchmark.pedantic(simulate, args=(station, 3600.0), rounds=2)
    _tell(benchmark, station.grid.count, peer_station_h_s)
