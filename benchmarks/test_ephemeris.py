"""Apparent Sun and Earth at one site: microseconds per epoch beside SPICE and ANISE in the same run.

``pytest benchmarks/test_ephemeris.py`` prints the ratios. All three answer one question for the same epochs: azimuth
and elevation of Sun and Earth with light time and stellar aberration. SPICE is asked for the surface observer itself
(``spkcpo``); ANISE for its ``LT+S`` from the Moon's centre and the rotation to MOON_ME, which is less work.
"""

from __future__ import annotations

from pathlib import Path

import anise
import numpy as np
import pytest
import spiceypy as sp
from anise.astro import Frame
from anise.constants import Frames
from anise.time import Epoch
from anise.utils import convert_fk

from moonstation.core.time import TimeGrid
from moonstation.sky.apparent import apparent_directions, apparent_directions_on_grid
from moonstation.sky.ephemeris import Ephemeris

LATITUDE_DEG, LONGITUDE_DEG = -89.45, 222.7
FRAME_KERNEL = Path(__file__).parents[1] / "tests" / "truth" / "spice" / "moon_me_de421.tf"
FRAME = "MOON_ME_DE421"
EPOCHS = np.random.default_rng(1).uniform(*Ephemeris.default().span_tdb, 2000)
GRID = TimeGrid.between("2026-01-01", "2041-01-01", "10min")


@pytest.fixture(scope="module")
def medians(request):
    """Median time [us per epoch] of each program, told as ratios at the end."""
    times: dict[str, float] = {}
    yield times
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print()
        for name, us in times.items():
            print(f"{name:>25}: {us:7.3f} us per epoch, {us / times['moonstation']:5.1f} times ours")


def azimuth_elevation(east_north_up):
    east, north, up = east_north_up
    return np.degrees(np.arctan2(east, north)) % 360, np.degrees(np.arctan2(up, np.hypot(east, north)))


def site():
    """Position on the sphere [km] and the axes east, north, up."""
    lat, lon = np.radians(LATITUDE_DEG), np.radians(LONGITUDE_DEG)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    return 1737.4 * up, np.array([east, np.cross(up, east), up])


@pytest.mark.benchmark(group="Sun and Earth")
def test_moonstation(benchmark, medians):
    def both():
        return [apparent_directions(LATITUDE_DEG, LONGITUDE_DEG, EPOCHS, body=body) for body in ("sun", "earth")]

    benchmark(both)
    medians["moonstation"] = benchmark.stats.stats.median / EPOCHS.size * 1e6


@pytest.mark.benchmark(group="Sun and Earth")
def test_moonstation_on_a_grid_of_fifteen_years(benchmark, medians):
    bodies = ("sun", "earth")

    def both():
        return [apparent_directions_on_grid(LATITUDE_DEG, LONGITUDE_DEG, GRID, body) for body in bodies]

    both()
    benchmark(both)
    medians["moonstation, further site"] = benchmark.stats.stats.median / GRID.count * 1e6


@pytest.mark.benchmark(group="Sun and Earth")
def test_spiceypy(benchmark, medians):
    files = [*map(str, Ephemeris.default().paths), str(FRAME_KERNEL)]
    for file in files:
        sp.furnsh(file)
    position, axes = site()
    epochs = EPOCHS.tolist()

    def both():
        for tdb in epochs:
            for body in ("SUN", "EARTH"):
                state, _ = sp.spkcpo(body, tdb, FRAME, "OBSERVER", "LT+S", position, "MOON", FRAME)
                azimuth_elevation(axes @ state[:3])

    benchmark.pedantic(both, rounds=5, warmup_rounds=1)
    for file in files:
        sp.unload(file)
    medians["spiceypy"] = benchmark.stats.stats.median / EPOCHS.size * 1e6


@pytest.mark.benchmark(group="Sun and Earth")
def test_anise(benchmark, medians, tmp_path):
    convert_fk(str(FRAME_KERNEL), str(tmp_path / "moon.epa"), False, True)
    positions, orientation = map(str, Ephemeris.default().paths)
    almanac = anise.Almanac(positions).load(orientation).load(str(tmp_path / "moon.epa"))
    moon_me, correction = Frame(301, 31007), anise.Aberration("LT+S")
    place, axes = site()
    epochs = [Epoch.from_tdb_seconds(tdb) for tdb in EPOCHS]

    def both():
        for epoch in epochs:
            turn = almanac.rotate(Frames.MOON_J2000, moon_me, epoch).rot_mat
            for frame in (Frames.SUN_J2000, Frames.EARTH_J2000):
                seen = almanac.translate(frame, Frames.MOON_J2000, epoch, correction)
                azimuth_elevation(axes @ (turn @ (seen.x_km, seen.y_km, seen.z_km) - place))

    benchmark.pedantic(both, rounds=5, warmup_rounds=1)
    medians["anise"] = benchmark.stats.stats.median / EPOCHS.size * 1e6
