"""Conduction through columns of regolith, by the step and column; the ground of a site; a map.

``pytest benchmarks/test_regolith.py`` prints microseconds per step of one column of 21 layers. Aim: 0.3 us in lanes.
Where the program heat1d can be imported (MIT licence; its release asks for ``planets`` below 0.6), the ratio to it is
printed, one lunation of both.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from moonstation.core.time import TimeGrid
from moonstation.moon.places import shipped_horizon
from moonstation.moon.regolith.column import advance
from moonstation.moon.regolith.ground import lunar_ground
from moonstation.moon.sink import sink_temperatures
from moonstation.moon.site import site_light

STEPS = 2000
GRID = TimeGrid.between("2026-01-01", "2041-01-01", "10min")


@pytest.fixture
def told(request, benchmark):
    """Prints the least time, by what the test divides it with."""
    units = {}
    yield units
    if benchmark.stats is None:  # --benchmark-disable
        return
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        seconds = benchmark.stats.stats.min
        each = ", ".join(f"{seconds / count * 1e6:.3f} us per {what}" for what, count in units.items())
        print(f"\n{request.node.name:>32}: {seconds:6.3f} s, {each}")


def columns(lanes):
    phase = 2 * np.pi * np.arange(STEPS)[:, None] / 709 + np.arange(lanes) * 0.1
    absorbed = 1200.0 * np.maximum(np.cos(phase), 0.0)
    ground = lunar_ground()
    return np.full((len(ground.thick_m), lanes), 220.0), np.full(lanes, 220.0), absorbed, 3600.0, ground


@pytest.mark.parametrize("lanes", [1, 8, 32, 256])
def test_columns_side_by_side(benchmark, told, lanes):
    told["step and column"] = STEPS * lanes
    state = columns(lanes)
    assert benchmark(advance, *state).min() > 60.0


@pytest.mark.parametrize("name", ["connecting-ridge", "shackleton-floor"])
def test_ground_and_sinks_of_a_site(benchmark, told, name):
    told["record"] = GRID.count
    light = site_light(shipped_horizon(name, 2.0), GRID)
    assert benchmark.pedantic(sink_temperatures, (light,), rounds=3, warmup_rounds=1).regolith_k.min() > 24.0


def test_against_heat1d(benchmark, told, request, monkeypatch):
    monkeypatch.setattr(np, "float", float, raising=False)  # heat1d is older than numpy's own names for them
    monkeypatch.setattr(np, "int", int, raising=False)
    heat1d = pytest.importorskip("heat1d.main", reason="heat1d is not installed", exc_type=ImportError)
    model = heat1d.Model(ndays=1)
    theirs_s = np.inf  # of both the least time counts
    for _ in range(model.N_steps // 50):
        begun = time.perf_counter()
        for _ in range(50):
            model.advance()
        theirs_s = min(theirs_s, (time.perf_counter() - begun) / 50)
    told["step and column"] = STEPS * 32
    benchmark(advance, *columns(32))
    if benchmark.stats is not None:
        ours_s = benchmark.stats.stats.min / (STEPS * 32)
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print(f"\nheat1d: {theirs_s * 1e6:.1f} us per step, {theirs_s / ours_s:.0f} times as long")
