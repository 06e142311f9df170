"""Pixels that shine on each other: a bowl crater against its closed form, plains, shares."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from scipy.constants import Stefan_Boltzmann

from moonstation.core.errors import RangeError
from moonstation.facts.table import lookup
from moonstation.moon.area import area_around, area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.regolith import scene as scenes
from moonstation.moon.regolith.exchange import LANES, Surfaces, direct_light, send, step_surfaces
from moonstation.moon.regolith.ground import layered
from moonstation.moon.regolith.scene import scene_of
from moonstation.moon.regolith.workers import Workers

EMISSIVITY = lookup("regolith.emissivity").value
POSTING_M = 50.0
RADIUS_M, DEPTH_M = 800.0, 320.0  # depth to diameter 0.2
NAMES = count()


@pytest.fixture
def small_sky(monkeypatch):
    """Sky-lines of a few directions are enough for smooth craters."""
    monkeypatch.setattr(scenes, "SKY_DIRECTIONS", 72)
    monkeypatch.setattr(scenes, "_AROUND_SIDE", 24)


@pytest.fixture
def terrain(tmp_path, write_dem):
    """Opens heights as an elevation model at the pole."""

    def opened(heights):
        return open_dem(write_dem(tmp_path / f"terrain{next(NAMES)}.tif", heights, posting=POSTING_M))

    return opened


def bowl(side=81):
    """A spherical bowl in a plain."""
    x = (np.arange(side) - side // 2) * POSTING_M
    away = np.hypot(*np.meshgrid(x, x))
    sphere = (RADIUS_M**2 + DEPTH_M**2) / (2 * DEPTH_M)
    inside = sphere - DEPTH_M - np.sqrt(np.maximum(sphere**2 - away**2, 0.0))
    return np.where(away < RADIUS_M, inside, 0.0)


def scene_in(dem, around_km=0.0, size_km=2.2):
    with Workers(1) as workers:
        return scene_of([dem], area_around(dem, -90.0, 0.0, size_km), around_km, 4.0, workers)


@pytest.mark.usefixtures("small_sky")
def test_every_place_in_a_bowl_sees_as_much_of_it(terrain):
    # Share of the view that is bowl: f = 1 / (1 + (D/d)^2 / 4), wherever one stands in it.
    scene = scene_in(terrain(bowl()))
    share = scene.on_map(scene.weight.sum(axis=1))
    f = 1.0 / (1.0 + (2 * RADIUS_M / DEPTH_M) ** 2 / 4.0)
    middle = share.shape[0] // 2
    assert share[middle, middle] == pytest.approx(f, rel=0.05)
    assert share[middle, middle + 8] == pytest.approx(f, rel=0.1)
    assert np.nanmax(share) <= 1.0
    assert share[0, 0] < 0.01  # the plain outside sees none


@pytest.mark.usefixtures("small_sky")
@pytest.mark.parametrize("sun_deg", [8.0, 20.0])
def test_the_shadow_in_a_bowl_is_as_warm_as_ingersoll_has_it(terrain, sun_deg):
    # Ingersoll, Svitek & Murray 1992: F0 sin(e) f (1 - A) / (1 - A f) [eps + A (1 - f)], one albedo for all light.
    scene, albedo = scene_in(terrain(bowl())), 0.12
    count, sun_w_m2 = scene.count, 1361.0
    sun = np.array([[[np.cos(np.radians(sun_deg)), 0.0, -np.sin(np.radians(sun_deg))]]])  # the south pole's up is -z
    takes, throws = np.empty((1, count), np.float32), np.empty((1, count), np.float32)
    flat = np.full(11, albedo)
    direct_light((0, count), sun, np.array([sun_w_m2]), 0.00465, scene.frame, scene.sky, flat, takes, throws)
    thick = np.full(3, 0.01)  # ground that stores nothing to speak of
    ground = layered(thick, np.full(3, 1.0), np.full(3, 1e-9), np.array([1.0, 0, 0, 0, 0]), chi=0.0, heat_flow=0.0)
    blocks = -(-count // LANES)
    fields = [np.zeros(shape, np.float32) for shape in (count, count, (count, 2))]
    state = Surfaces(np.full((blocks, 3, LANES), 100.0), np.full((blocks, LANES), 100.0), *fields)
    views, none = (scene.hit, scene.weight), np.empty((0, 0, 0, 0))
    for _ in range(12):
        send((0, count), state, throws[0], albedo)
        step_surfaces((0, blocks), state, takes[0], views, 3600.0, ground, albedo, none)
    kelvin, lit = scene.on_map(state.skin.reshape(-1)[:count]), scene.on_map(takes[0])
    x = (np.arange(kelvin.shape[0]) - (kelvin.shape[0] - 1) / 2) * POSTING_M
    dark = (lit == 0.0) & (np.hypot(*np.meshgrid(x, x)) < 0.7 * RADIUS_M)
    f = 1.0 / (1.0 + (2 * RADIUS_M / DEPTH_M) ** 2 / 4.0)
    flux = (
        sun_w_m2 * np.sin(np.radians(sun_deg)) * f * (1 - albedo) / (1 - albedo * f) * (EMISSIVITY + albedo * (1 - f))
    )
    truth = (flux / (EMISSIVITY * Stefan_Boltzmann)) ** 0.25
    assert dark.sum() > 50
    assert np.median(kelvin[dark]) == pytest.approx(truth, rel=0.03)
    assert np.quantile(np.abs(kelvin[dark] / truth - 1.0), 0.9) < 0.06


@pytest.mark.usefixtures("small_sky")
def test_a_plain_sees_no_terrain_and_its_normals_stand_up(terrain):
    scene = scene_in(terrain(np.zeros((81, 81))), size_km=0.8)
    assert scene.weight.sum(axis=1).max() < 1e-3
    np.testing.assert_allclose((scene.frame[:, 2] * scene.frame[:, 3]).sum(axis=1), 1.0, atol=1e-6)


@pytest.mark.usefixtures("small_sky")
def test_terrain_round_the_map_is_seen_too(terrain):
    x = (np.arange(201) - 100) * POSTING_M
    away = np.hypot(*np.meshgrid(x, x))
    dem = terrain(np.where(away > 3500.0, 1500.0, 0.0))  # a wall beyond the map
    alone, with_it = scene_in(dem, 0.0, 0.6), scene_in(dem, 3.5, 0.6)
    assert alone.weight.sum(axis=1).max() < 1e-3
    inside = with_it.node.max() + 1
    assert with_it.weight[:inside].sum(axis=1).min() > 0.05  # sin^2(atan(1.5 / 3.5)) = 0.155 in the middle


@pytest.mark.usefixtures("small_sky")
def test_gaps_are_no_places(terrain):
    heights = bowl()
    heights[38:43, 38:43] = np.nan
    scene = scene_in(terrain(heights), size_km=0.8)
    inside = scene.node >= 0
    assert inside.sum() == inside.size - 25
    assert np.isnan(scene.on_map(np.zeros(scene.count))).sum() == 25


def test_a_distance_that_cannot_be_is_refused_at_once(terrain):
    dem = terrain(np.zeros((81, 81)))
    with Workers(1) as workers, pytest.raises(RangeError, match="around_km"):
        scene_of([dem], area_of(dem), -1.0, None, workers)


def test_workers_do_every_thing_once():
    done = np.zeros(1000, int)

    def work(part):
        done[part[0] : part[1]] += 1

    for threads in (1, 3):
        with Workers(threads) as workers:
            workers.share(1000, work)
            workers.share(0, work)
    assert np.all(done == 2)
    with pytest.raises(RangeError):
        Workers(0)
