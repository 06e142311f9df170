"""Sky-lines of a map: 1000 x 1000 pixels of 20 m in 360 directions, and the whole southern polar model of 400 m.

``pytest benchmarks/test_sky_lines.py -s`` prints nanoseconds per pixel and direction beside the project's own exact
march of quarter steps on some of the same pixels in the same run, and the error against it. The 20 m ground is made
here, seeded: a fractal with craters on the 400 m model where ../shared has it (else on a coarser fractal), with nested
terrain to 310 km. Wall time says what a user waits; processor time over cores says the same on a machine that others
use too.
"""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from scipy.ndimage import map_coordinates

from moonstation.moon.area import area_of
from moonstation.moon.dem import open_dem, open_dems
from moonstation.moon.march import Steps
from moonstation.moon.sweep.exact import exact_elevation_deg, ground_heights_m
from moonstation.moon.sweep.sky_lines import QUANTUM_DEG, sky_lines

POLAR = Path(__file__).resolve().parents[2] / "shared" / "data" / "terrain" / "moon_south_75S_400m.tif"
R = 1_737_400.0
SOUTH = f"+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R={R} +units=m +no_defs"
WEST, NORTH, SIDE, POSTING = -35_000.0, 14_000.0, 2400, 20.0
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
DIRECTIONS, REACH_KM = 360, 310.0


def fractal(side, posting_m, seed, slope_deg, longest_m=math.inf):
    """Seeded ground, power falling as wave number to the -1.95, waves up to ``longest_m``, of a median slope."""
    rng = np.random.default_rng(seed)
    k = np.hypot(*np.meshgrid(np.fft.fftfreq(side, posting_m), np.fft.rfftfreq(side, posting_m), indexing="ij"))
    k[0, 0] = np.inf
    power = k**-1.95 * (1.0 - np.exp(-((np.minimum(k, 1.0) * longest_m) ** 2)) if math.isfinite(longest_m) else 1.0)
    power[0, 0] = 0.0
    heights = np.fft.irfft2(power * np.exp(2j * np.pi * rng.random(k.shape)), s=(side, side))
    return heights * math.tan(math.radians(slope_deg)) / np.median(np.hypot(*np.gradient(heights, posting_m)))


def add_craters(heights, posting_m, seed, count=6000):
    """Bowls of 40 m and more, as many above a size as its inverse square, worn to 3 to 10 % of their width."""
    rng = np.random.default_rng(seed)
    side = heights.shape[0]
    for width in np.minimum(40.0 * rng.random(count) ** -0.5, 1500.0):
        radius, middle = width / 2.0 / posting_m, rng.random(2) * side
        depth, reach = width * rng.uniform(0.03, 0.1), int(width / posting_m + 2)
        spans = [np.arange(max(0, int(m) - reach), min(side, int(m) + reach)) for m in middle]
        r = np.hypot(spans[0][:, None] - middle[0], spans[1][None, :] - middle[1]) / radius
        bowl = np.where(r < 1.0, depth * (1.2 * r**2 - 1.0), 0.2 * depth * np.maximum(r, 1e-9) ** -3)
        heights[np.ix_(*spans)] += np.where(r > 2.0, 0.0, bowl)
    return heights


def write(path, heights, posting_m, west, north):
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "crs": SOUTH}
    transform = rasterio.Affine(posting_m, 0.0, west, 0.0, -posting_m, north)
    rows, cols = heights.shape
    with rasterio.open(path, "w", width=cols, height=rows, transform=transform, **profile) as file:
        file.write(heights.astype("float32"), 1)
    return path


@pytest.fixture(scope="module")
def nest(tmp_path_factory):
    """Elevation models of 20 m and 400 m posting that fit each other."""
    folder = tmp_path_factory.mktemp("terrain")
    far = POLAR
    if not POLAR.exists():
        far = write(folder / "far.tif", fractal(1600, 400.0, 2, 5.0), 400.0, -320e3, 320e3)
    with rasterio.open(far) as source:
        heights, grid = source.read(1).astype(float), source.transform
    steps = (np.arange(SIDE) + 0.5) * POSTING
    rows, cols = (NORTH - steps - grid.f) / grid.e - 0.5, (WEST + steps - grid.c) / grid.a - 0.5
    base = map_coordinates(heights, np.meshgrid(rows, cols, indexing="ij"), order=3)
    near = base + add_craters(fractal(SIDE, POSTING, 1, 4.0, 1200.0), POSTING, 1)
    return open_dems([write(folder / "near.tif", near, POSTING, WEST, NORTH), far])


@pytest.fixture(scope="module")
def told(request):
    """Lines to print at the end."""
    lines: list[str] = []
    yield lines
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("\n" + "\n".join(lines))


def timed(make):
    """What it returns, wall seconds and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = make()
    return made, time.perf_counter() - wall, time.process_time() - cpu


def errors(lines, dems, ground, count, seed):
    """Error [deg] against the exact march on some pixels, and the march's processor time [ns] per ray."""
    rng = np.random.default_rng(seed)
    rows, cols = lines.area.shape
    pixels = [(int(rng.integers(rows)), int(rng.integers(cols))) for _ in range(count)]
    every = max(1, lines.direction_deg.size // 36)
    exact, _, cpu = timed(
        lambda: exact_elevation_deg(
            dems,
            lines.area,
            ground,
            lines.height_m,
            lines.direction_deg[::every],
            REACH_KM * 1e3,
            Steps(longest=0.25),
            pixels,
        )
    )
    ours = np.stack([lines.elevation[::every, r, c] for r, c in pixels], axis=1) * QUANTUM_DEG
    return ours - exact, cpu / exact.size * 1e9


def quantiles(error):
    size = np.abs(error)
    return (
        f"error against the exact march: median {np.median(size):.4f}, rms {np.sqrt(np.mean(error**2)):.4f}, "
        f"99 % {np.quantile(size, 0.99):.4f} deg"
    )


@pytest.mark.benchmark(group="sky-lines of a map")
@pytest.mark.parametrize("eye_m", [2.0, 10.0])
def test_a_million_pixels_of_20_m(benchmark, nest, told, eye_m):
    whole = area_of(nest[0])
    area = whole.part(slice(700, 1700), slice(700, 1700))
    sky_lines(nest, area.part(slice(0, 70), slice(0, 70)), eye_m, 4)  # compile
    spent = []

    def make():
        lines, *times = timed(lambda: sky_lines(nest, area, eye_m, DIRECTIONS, REACH_KM))
        spent.append(times)
        return lines

    lines = benchmark.pedantic(make, rounds=2, warmup_rounds=0)
    wall, cpu = (min(column) / lines.elevation.size * 1e9 for column in zip(*spent, strict=True))
    sample = area.part(slice(0, 4), slice(0, 4))
    exact_elevation_deg(nest, sample, ground_heights_m(nest, sample), eye_m, np.zeros(1), 1e3)  # compile
    error, march = errors(lines, nest, lines.ground_m, 30, 3)
    told.append(
        f"20 m, eye {eye_m:g} m: {wall:.1f} ns per pixel and direction ({cpu / CORES:.1f} ns of processor time over "
        f"{CORES} cores), {march / cpu:,.0f} times less work than the exact march ({march:,.0f} ns); "
        f"{quantiles(error)}"
    )
    assert np.sqrt(np.mean(error**2)) < 0.05
    assert np.quantile(np.abs(error), 0.99) < 0.1


@pytest.mark.skipif(not POLAR.exists(), reason=f"needs {POLAR}")
@pytest.mark.benchmark(group="sky-lines of a map")
@pytest.mark.parametrize("eye_m", [2.0, 10.0])
def test_the_southern_polar_model_of_400_m(benchmark, told, eye_m):
    dem = open_dem(POLAR)
    area = area_of(dem).part(slice(384, 1904), slice(384, 1904))
    sky_lines([dem], area.part(slice(0, 70), slice(0, 70)), eye_m, 4)
    spent = []

    def make():
        lines, *times = timed(lambda: sky_lines([dem], area, eye_m, 72, REACH_KM))
        spent.append(times)
        return lines

    lines = benchmark.pedantic(make, rounds=2, warmup_rounds=0)
    wall, cpu = (min(column) for column in zip(*spent, strict=True))
    # Only pixels whose terrain to 310 km the model holds alike for both: the sweep sees a tile's width farther.
    error, march = errors(lines, [dem], lines.ground_m, 100, 4)
    per = 1e9 / lines.elevation.size
    told.append(
        f"400 m, eye {eye_m:g} m: 1520 x 1520 x 72 in {wall:.1f} s, {wall * per:.1f} ns per pixel and direction "
        f"({cpu * per / CORES:.1f} ns over {CORES} cores), exact march {march:,.0f} ns; {quantiles(error)}"
    )
    assert np.sqrt(np.mean(error**2)) < 0.05
    assert np.quantile(np.abs(error), 0.99) < 0.1
