"""Light and sight of a site, ground contacts and the relay over fifteen years of ten-minute steps.

``pytest benchmarks/test_light.py`` prints nanoseconds per epoch. Aims: a disc over a half-degree sky-line in 100 ns,
four ground stations in 1.5 s, the relay in 1 s (1,900 and 1,270 ns per epoch).
"""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.core.time import TimeGrid
from moonstation.moon.illumination import disc_fraction
from moonstation.moon.places import shipped_horizon
from moonstation.moon.sink import sink_temperatures
from moonstation.moon.site import site_light
from moonstation.orbits import ground
from moonstation.orbits.relay import RelayOrbit, relay_elevation_azimuth_range, relay_sees_earth, relay_sunlit

GRID = TimeGrid.between("2026-01-01", "2041-01-01", "10min")
RIDGE = shipped_horizon("connecting-ridge", 10.0)
ORBIT = RelayOrbit(200.0, 16_000.0, 62.4, 270.0, 90.0)
STATIONS = [ground.named_stations()[name] for name in ("kashi", "jiamusi", "neuquen", "bear-lakes")]


@pytest.fixture(scope="module")
def light():
    return site_light(RIDGE, GRID)


@pytest.fixture
def told(request, benchmark):
    yield
    if benchmark.stats is None:  # --benchmark-disable
        return
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        seconds = benchmark.stats.stats.median
        print(f"\n{request.node.name:>32}: {seconds:6.3f} s, {seconds / GRID.count * 1e9:7.0f} ns per epoch")


@pytest.mark.usefixtures("told")
def test_disc_over_the_sky_line(benchmark, light):
    at = light.directions
    azimuth, elevation = (np.asarray(a, dtype=np.float64) for a in (at.sun_azimuth_deg, at.sun_elevation_deg))
    fraction = benchmark(disc_fraction, RIDGE, azimuth, elevation, 0.2666)
    assert 0.9 < fraction.mean() < 0.95


@pytest.mark.usefixtures("told")
def test_sun_and_earth_of_a_site(benchmark):
    assert benchmark(site_light, RIDGE, GRID).grid.count == 788_976


@pytest.mark.usefixtures("told")
def test_every_window_of_a_site(benchmark):
    assert benchmark(lambda: site_light(RIDGE, GRID).summary)["longest_dark_h"] > 0


@pytest.mark.usefixtures("told")
def test_regolith_and_sinks(benchmark, light):
    assert benchmark(sink_temperatures, light).box_k.min() > 20


@pytest.mark.usefixtures("told")
def test_four_ground_stations(benchmark):
    def afresh():
        ground._moon_on_grid.cache_clear()
        return ground.contacts(STATIONS, GRID)

    assert benchmark(afresh).mean() > 0.9


@pytest.mark.usefixtures("told")
def test_relay_over_the_south_pole(benchmark):
    def all_of_it():
        view = relay_elevation_azimuth_range(ORBIT, -89.45, 222.7, GRID.tdb)
        return (view.elevation_deg > 5) & relay_sees_earth(ORBIT, GRID.tdb) & relay_sunlit(ORBIT, GRID.tdb)

    assert benchmark(all_of_it).mean() > 0.8
