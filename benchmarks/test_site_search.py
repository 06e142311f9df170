"""A search for sites: the criteria that come with moonstation over 18.6 hourly years, on 40 x 40 pixels of 400 m.

``pytest benchmarks/test_site_search.py -s`` prints seconds, what of them a pixel of the area takes, and the ratio to
looking at every pixel exactly, as the search does at its candidates, from a sample in the same run. Needs ../shared.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from moonstation.moon.area import area_around
from moonstation.moon.dem import open_dem
from moonstation.moon.siting.candidates import look_at
from moonstation.moon.siting.criteria import criteria_of, shipped_criteria
from moonstation.moon.siting.search import find_sites
from moonstation.sky.ephemeris import Ephemeris

POLE = Path(__file__).resolve().parents[2] / "shared" / "data" / "terrain" / "moon_south_85S_400m.tif"
CONNECTING_RIDGE, SIZE_KM, SAMPLE = (-89.45, 222.7), 16.0, 4

pytestmark = [
    pytest.mark.skipif(not POLE.exists(), reason=f"needs {POLE}"),
    pytest.mark.benchmark(group="site search, 16 km at 400 m, 18.6 years by hours", min_rounds=1),
]


def test_a_search_of_sixteen_kilometres(benchmark, request):
    dems, criteria, kernels = [open_dem(POLE)], criteria_of(shipped_criteria()), Ephemeris.default()
    find_sites(dems, area_around(dems[0], *CONNECTING_RIDGE, 4.0), criteria)  # compiles
    area = area_around(dems[0], *CONNECTING_RIDGE, SIZE_KM)
    found = benchmark.pedantic(find_sites, (dems, area, criteria), rounds=2)
    assert found.sites[0].candidate.values["sun_visible_mean_10m"] > 0.9
    if benchmark.stats is None:  # --benchmark-disable
        return
    begun = time.perf_counter()
    for pixel in range(SAMPLE):
        look_at((pixel, pixel), found.surveyed, dems, criteria, kernels)
    single_s = (time.perf_counter() - begun) / SAMPLE
    seconds, pixels = benchmark.stats.stats.min, area.shape[0] * area.shape[1]
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(
            f"\n{request.node.name}: {seconds:.1f} s, {1e3 * seconds / pixels:.1f} ms per pixel; every pixel looked at "
            f"exactly, light alone: {single_s * pixels:,.0f} s, {single_s * pixels / seconds:.0f} times as much"
        )
