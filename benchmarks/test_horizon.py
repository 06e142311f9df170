"""The sky-line of one place: 720 azimuths to 310 km over the southern polar model (400 m), in all and per azimuth.

``pytest benchmarks/test_horizon.py`` prints what an azimuth costs by the point engine, at several numbers of azimuths
and over all shipped places, beside the project's own exact march of quarter steps in the same run; and a whole first
horizon, pyramid included, over one model and over a nest of four. Wall time says what a user waits; processor time over
cores says the same on a machine that others use too. Needs ../shared. HORAYZON, the peer of DESIGN section
6, has no package to install.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from moonstation.moon.dem import Patch, open_dem
from moonstation.moon.horizon import compute_horizon
from moonstation.moon.march import Steps, march
from moonstation.moon.places import SHIPPED_HEIGHTS_M, named_places
from moonstation.moon.projection import bilinear_many, pixels_of, stereographic_grid
from moonstation.moon.sky_line.mipmap import direction_of, mipmap
from moonstation.moon.sky_line.nest import nest_of
from moonstation.moon.sky_line.point_horizon import point_horizon, sky_line
from moonstation.moon.sphere import moon_radius_m

DEM = Path(__file__).resolve().parents[2] / "shared" / "data" / "terrain" / "moon_south_75S_400m.tif"
LATITUDE_DEG, LONGITUDE_DEG, HEIGHT_M, AZIMUTHS, REACH_KM = -89.4587, 223.025, 2.0, 720, 310.0
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
FIRST_M, REACH_M = Steps().first * 400.0, REACH_KM * 1e3

pytestmark = [
    pytest.mark.skipif(not DEM.exists(), reason=f"needs {DEM}"),
    pytest.mark.benchmark(group="sky-line, 720 azimuths to 310 km"),
]


@pytest.fixture(scope="module")
def dem():
    return open_dem(DEM)


@pytest.fixture(scope="module")
def patches(dem):
    return dem.patches(LATITUDE_DEG, LONGITUDE_DEG, REACH_M)


@pytest.fixture(scope="module")
def told(request):
    """Least seconds and azimuths by name, told at the end with the ratio to the exact march."""
    times: dict[str, tuple[float, int]] = {}
    yield times
    march_s, march_azimuths = times.get("exact march, quarter steps", (float("nan"), 1))
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print()
        for name, (seconds, azimuths) in times.items():
            ns, ratio = seconds / azimuths * 1e9, march_s / march_azimuths / (seconds / azimuths)
            print(f"{name:>45}: {seconds * 1e3:9.3f} ms, {ns:10,.0f} ns per azimuth, {ratio:7.1f} times the march")


def eye_m(dem, place, height_m):
    return moon_radius_m() + float(dem.sample(place[0], place[1])) + height_m


def test_exact_march_of_quarter_steps(benchmark, dem, patches, told):
    eye = eye_m(dem, (LATITUDE_DEG, LONGITUDE_DEG), HEIGHT_M)
    place, radius = (LATITUDE_DEG, LONGITUDE_DEG), moon_radius_m()
    azimuth = np.arange(AZIMUTHS) * (360.0 / AZIMUTHS)
    exact = benchmark(march, patches, *place, eye, azimuth, REACH_M, radius, Steps(longest=0.25))[0]
    told["exact march, quarter steps"] = benchmark.stats.stats.min, AZIMUTHS
    ours = point_horizon(patches, *place, (eye, radius), AZIMUTHS, REACH_M)[0]
    benchmark.extra_info["difference_deg_50_90_99_max"] = np.quantile(
        np.abs(ours - exact), [0.5, 0.9, 0.99, 1]
    ).tolist()
    assert np.sqrt(np.mean((ours - exact) ** 2)) < 0.01
    assert (ours - exact).min() > -1e-3


@pytest.mark.parametrize("azimuths", [720, 3600, 36000])
def test_azimuths_of_all_places_with_the_pyramid_built(benchmark, dem, patches, told, azimuths):
    nest, radius = nest_of(patches), moon_radius_m()
    looks = [
        (
            place.latitude_deg,
            place.longitude_deg,
            (eye_m(dem, (place.latitude_deg, place.longitude_deg), height), radius),
        )
        for place in named_places().values()
        for height in SHIPPED_HEIGHTS_M
    ]

    def look_all_round():
        for lat, lon, radii_m in looks:
            sky_line(nest, lat, lon, radii_m, (FIRST_M, REACH_M), azimuths)

    benchmark(look_all_round)
    told[f"{len(looks)} eyes, {azimuths} azimuths each"] = benchmark.stats.stats.min, azimuths * len(looks)
    spent = min(processor_s(look_all_round) for _ in range(10))
    told[f"{azimuths} each, processor time over {CORES} cores"] = spent / CORES, azimuths * len(looks)


def processor_s(work):
    """Processor seconds of all threads: what others on the machine cannot lengthen much."""
    start = time.process_time()
    work()
    return time.process_time() - start


def test_pyramid(benchmark, patches, told):
    benchmark(mipmap, patches[0])
    told["pyramid of 5.2 million posts"] = benchmark.stats.stats.min, AZIMUTHS


def test_point_horizon(benchmark, dem, told):
    compute_horizon([dem], LATITUDE_DEG, LONGITUDE_DEG, HEIGHT_M)  # compile, read, hash
    benchmark(compute_horizon, [dem], LATITUDE_DEG, LONGITUDE_DEG, HEIGHT_M)
    told["compute_horizon, model read before"] = benchmark.stats.stats.min, AZIMUTHS


def test_first_horizon_of_a_file(benchmark, told):
    benchmark(lambda: compute_horizon([open_dem(DEM)], LATITUDE_DEG, LONGITUDE_DEG, HEIGHT_M))
    told["open, check, hash, pyramid and compute"] = benchmark.stats.stats.min, AZIMUTHS


def test_first_horizon_of_a_nest(benchmark, dem, patches, told):
    """A million posts each of 5, 20 and 80 m, laid on the wide model, pyramids built anew."""
    finer = [finer_patch(patches[0], posting) for posting in (5.0, 20.0, 80.0)]
    radii_m = (eye_m(dem, (LATITUDE_DEG, LONGITUDE_DEG), HEIGHT_M), moon_radius_m())

    def from_nothing():
        fresh = [Patch(patch.heights_m.copy(), patch.grid, patch.posting_m) for patch in (*finer, patches[0])]
        return point_horizon(fresh, LATITUDE_DEG, LONGITUDE_DEG, radii_m, AZIMUTHS, REACH_M)

    benchmark(from_nothing)
    told["nest of 5, 20, 80 and 400 m, pyramids and all"] = benchmark.stats.stats.min, AZIMUTHS


def finer_patch(under, posting):
    side = 1000
    corner = side * posting / 2.0
    transform = (posting, 0.0, -corner, 0.0, -posting, corner)
    grid = stereographic_grid(LATITUDE_DEG, LONGITUDE_DEG, transform, moon_radius_m())
    directions = np.array([direction_of(grid, float(col), float(row)) for row in range(side) for col in range(side)])
    heights = bilinear_many(under.heights_m, under.grid[20], pixels_of(under.grid, directions))
    bumps = np.random.default_rng(1).normal(0.0, 0.02 * posting, side * side)
    return Patch((heights + bumps).reshape(side, side).astype(np.float32), grid, posting)
