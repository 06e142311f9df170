"""Light maps: a million pixels of 20 m over twenty hourly years on two threads, sky-lines included.

``pytest benchmarks/test_maps.py -s`` prints seconds for the means and for the longest gaps, sky-lines included, and
the ratio to asking the engine of single places for every pixel, from a sample in the same run. The aim is
60 s for the means. The terrain is the southern polar model (400 m) laid on 20 m with made-up hills; needs ../shared.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import rasterio

from moonstation.core.time import TimeGrid
from moonstation.moon.area import MapArea, area_of
from moonstation.moon.dem import open_dem, open_dems
from moonstation.moon.maps.layers import LAYERS
from moonstation.moon.maps.plan import MapPlan, compute_tile, map_plan
from moonstation.moon.site import site_light
from moonstation.moon.sweep.sky_lines import sky_lines

WIDE = Path(__file__).resolve().parents[2] / "shared" / "data" / "terrain" / "moon_south_75S_400m.tif"
GRID = TimeGrid.between("2026-01-01", "2046-01-01", "1h")
LONGEST = tuple(name for name, layer in LAYERS.items() if layer.longest)
MEANS = tuple(name for name in LAYERS if name not in LONGEST)
SIDE, POSTING_M, MARGIN = 1000, 20.0, 200
WEST_M, NORTH_M = -22e3, 6e3  # Connecting Ridge and the slopes around
THREADS, SAMPLE = 2, 8

pytestmark = [
    pytest.mark.skipif(not WIDE.exists(), reason=f"needs {WIDE}"),
    pytest.mark.benchmark(group="light map, 1000 x 1000 pixels of 20 m, 20 years by hours", min_rounds=1),
]


@pytest.fixture(scope="module")
def dems(tmp_path_factory):
    """The model laid on 20 m with hills of 4 m, and itself for what is farther."""
    wide = open_dem(WIDE)
    side = SIDE + 2 * MARGIN
    corner = WEST_M - MARGIN * POSTING_M, NORTH_M + MARGIN * POSTING_M
    transform = (POSTING_M, 0.0, corner[0], 0.0, -POSTING_M, corner[1])
    heights = wide.sample(*MapArea(wide.crs_wkt, transform, (side, side), POSTING_M).places())
    waves = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)[None, :])
    power = np.divide(1.0, waves**2, out=np.zeros_like(waves), where=waves > 1 / 30)
    hills = np.fft.ifft2(np.fft.fft2(np.random.default_rng(0).normal(size=(side, side))) * power).real
    path = tmp_path_factory.mktemp("fine") / "fine.tif"
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32"}
    crs = rasterio.crs.CRS.from_wkt(wide.crs_wkt)
    with rasterio.open(path, "w", crs=crs, transform=rasterio.Affine(*transform), **profile) as file:
        file.write((heights + 4.0 * hills / hills.std()).astype("float32"), 1)
    return open_dems([path, WIDE])


def planned(dems, layers) -> MapPlan:
    bounds = (WEST_M, NORTH_M - SIDE * POSTING_M, WEST_M + SIDE * POSTING_M, NORTH_M)
    return map_plan(dems, area_of(dems[0], bounds), GRID, layers=layers)


def all_tiles(plan: MapPlan) -> tuple[int, float]:
    """Pixels, and seconds of processor time: on a busy machine the better measure."""
    begun = time.process_time()
    pixels = sum(next(iter(compute_tile(plan, n, THREADS).values())).size for n in range(len(plan.tiles)))
    return pixels, time.process_time() - begun


@pytest.fixture(scope="module")
def single_s(dems) -> float:
    """Seconds that the engine of single places takes for a pixel whose sky-line is known."""
    area = planned(dems, MEANS).area.part(slice(0, SAMPLE), slice(0, SAMPLE))
    sky = sky_lines(dems, area, 2.0, threads=THREADS)
    times = []
    for pixel in range(SAMPLE):
        begun = time.perf_counter()
        assert 0.0 <= site_light(sky.horizon(pixel, pixel), GRID).summary["sun_visible_mean"] <= 1.0
        times.append(time.perf_counter() - begun)
    return min(times)


@pytest.mark.parametrize("layers", [MEANS, LONGEST], ids=["means", "longest gaps"])
def test_a_million_pixels(benchmark, dems, single_s, layers, request):
    plan = planned(dems, layers)
    warm = map_plan(dems, plan.area.part(slice(0, 64), slice(0, 64)), GRID, layers=layers)
    compute_tile(warm, 0, THREADS)  # compiles
    pixels, busy_s = benchmark.pedantic(all_tiles, (plan,), rounds=1)
    assert pixels == SIDE * SIDE
    if benchmark.stats is None:  # --benchmark-disable
        return
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        seconds = benchmark.stats.stats.min
        print(
            f"\n{request.node.name}: {seconds:.0f} s with the sky-lines, {busy_s:.0f} s of processor time; "
            f"one by one {single_s * 1e3:.0f} ms per pixel without them, {single_s * 1e6 / seconds:,.0f} times as much"
        )
