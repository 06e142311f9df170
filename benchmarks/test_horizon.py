"""The sky-line of one place: 720 azimuths to 310 km over the southern polar model (400 m), in all and per azimuth.

``pytest benchmarks/test_horizon.py`` prints what one azimuth and one height cost, beside the project's own exact march
of quarter steps in the same run. Needs ../shared. HORAYZON, the peer of DESIGN section 6, has no package to install.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from moonstation.moon.dem import open_dem
from moonstation.moon.horizon import compute_horizon
from moonstation.moon.march import Steps, march
from moonstation.moon.sphere import moon_radius_m

DEM = Path(__file__).resolve().parents[2] / "shared" / "data" / "terrain" / "moon_south_75S_400m.tif"
LATITUDE_DEG, LONGITUDE_DEG, HEIGHT_M, AZIMUTHS, REACH_KM = -89.4587, 223.025, 2.0, 720, 310.0

pytestmark = [
    pytest.mark.skipif(not DEM.exists(), reason=f"needs {DEM}"),
    pytest.mark.benchmark(group="sky-line, 720 azimuths to 310 km"),
]


@pytest.fixture(scope="module")
def dem():
    return open_dem(DEM)


@pytest.fixture(scope="module")
def medians(request):
    """Median seconds by name, told at the end."""
    times: dict[str, float] = {}
    yield times
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print()
        for name, seconds in times.items():
            print(f"{name:>30}: {seconds:6.3f} s, {seconds / AZIMUTHS * 1e9:10,.0f} ns per azimuth")


def marched(dem, steps):
    eye = moon_radius_m() + float(dem.sample(LATITUDE_DEG, LONGITUDE_DEG)) + HEIGHT_M
    patches = dem.patches(LATITUDE_DEG, LONGITUDE_DEG, REACH_KM * 1e3)
    azimuth = np.arange(AZIMUTHS) * (360.0 / AZIMUTHS)
    return march(patches, LATITUDE_DEG, LONGITUDE_DEG, eye, azimuth, REACH_KM * 1e3, moon_radius_m(), steps)[0]


def test_point_horizon(benchmark, dem, medians):
    compute_horizon([dem], LATITUDE_DEG, LONGITUDE_DEG, HEIGHT_M)  # compile, read, hash
    benchmark(compute_horizon, [dem], LATITUDE_DEG, LONGITUDE_DEG, HEIGHT_M)
    medians["compute_horizon"] = benchmark.stats.stats.median


def test_first_horizon_of_a_file(benchmark, medians):
    compute_horizon([open_dem(DEM)], LATITUDE_DEG, LONGITUDE_DEG, HEIGHT_M)
    benchmark(lambda: compute_horizon([open_dem(DEM)], LATITUDE_DEG, LONGITUDE_DEG, HEIGHT_M))
    medians["open, check, hash and compute"] = benchmark.stats.stats.median


def test_exact_march_of_quarter_steps(benchmark, dem, medians):
    ours = marched(dem, Steps())
    exact = benchmark(marched, dem, Steps(longest=0.25))
    medians["exact march, quarter steps"] = benchmark.stats.stats.median
    rms = float(np.sqrt(np.mean((ours - exact) ** 2)))
    benchmark.extra_info["rms_deg"] = rms
    assert rms < 0.01
