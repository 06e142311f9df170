"""Lives side by side in the kernel against one at a time, in the same run, on the synthetic station of 60 components.

``pytest benchmarks/test_lanes.py`` prints seconds per life of ten years. The aim is a thousand lives in 120 s on two
cores, 0.24 s per life and core.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_kernel import RECORD_STEPS, TEN_YEARS_STEPS, synthetic

from moonstation.core.time import TimeGrid
from moonstation.station.kernel import run_kernel
from moonstation.station.packed import empty_records, life_of
from moonstation.station.stacking import stack_networks
from moonstation.station.tables import make_tables

MONTHS = TimeGrid.between("2030-01-01", "2030-03-01", "10min")
WIDTHS = (1, 8, 16)


@pytest.fixture(scope="module")
def compiled():
    return synthetic(MONTHS)


@pytest.fixture(scope="module")
def leasts(request):
    """Least time [s per life of ten years] by number of lives, told at the end."""
    times: dict[int, float] = {}
    yield times
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        for width, life_s in times.items():
            print(
                f"\n{width:3} side by side: {life_s:.3f} s per life of ten years, {times[1] / life_s:.1f} times", end=""
            )


def fresh(compiled, width):
    network = stack_networks([compiled.network] * width)
    records = empty_records(compiled.network, MONTHS.count, RECORD_STEPS, 10_000, lanes=width)
    tables = make_tables(network, MONTHS.step_h)
    return tables, network.rules, compiled.series, MONTHS.step_h, RECORD_STEPS, MONTHS.count, records


@pytest.mark.benchmark(group="lives side by side")
@pytest.mark.parametrize("width", WIDTHS)
def test_lives(benchmark, compiled, leasts, width):
    run_kernel(*fresh(compiled, width))
    benchmark.pedantic(run_kernel, setup=lambda: (fresh(compiled, width), {}), rounds=10)
    leasts[width] = benchmark.stats.stats.min / MONTHS.count / width * TEN_YEARS_STEPS


def test_they_are_the_same(compiled):
    one, many = fresh(compiled, 1), fresh(compiled, WIDTHS[-1])
    for arguments in (one, many):
        run_kernel(*arguments)
    for lane in range(WIDTHS[-1]):
        for alone, beside in zip(life_of(one[-1], 0), life_of(many[-1], lane), strict=True):
            np.testing.assert_array_equal(alone, beside)


def digest(compiled):
    """Digest of all that the last of the widest lives leaves."""
    arguments = fresh(compiled, WIDTHS[-1])
    run_kernel(*arguments)
    last = life_of(arguments[-1], WIDTHS[-1] - 1)
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in last)).hexdigest()


@pytest.mark.parametrize("machine", [("generic", ""), ("haswell", "+avx,+avx2,+fma")])
def test_lesser_machines_give_the_same_bits(compiled, tmp_path, machine):
    name, features = machine
    told = {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features, "NUMBA_CACHE_DIR": str(tmp_path)}
    code = "import test_lanes; print(test_lanes.digest(test_lanes.synthetic(test_lanes.MONTHS)))"
    here = Path(__file__).parent
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=here, env={**os.environ, **told}, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == digest(compiled)
