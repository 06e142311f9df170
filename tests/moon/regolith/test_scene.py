"""Pixels that shine on each other: a bowl crater against its closed form, plains, shares."""

from __future__ import annotations

from itertools import count, pairwise

import numpy as np
import pytest
from scipy.constants import Stefan_Boltzmann

from moonstation.core.errors import RangeError
from moonstation.facts.table import lookup
from moonstation.moon.area import area_around, area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.regolith import scene as scenes
from moonstation.moon.regolith.cells import FACETS, blend
from moonstation.moon.regolith.exchange import LANES, Lie, Lights, SunRays, Surfaces, direct_light, send, step_surfaces
from moonstation.moon.regolith.ground import layered
from moonstation.moon.regolith.scene import scene_of
from moonstation.moon.regolith.views import SIDES
from moonstation.moon.regolith.workers import Workers

EMISSIVITY = lookup("regolith.emissivity").value
POSTING_M = 50.0
RADIUS_M, DEPTH_M = 800.0, 320.0  # depth to diameter 0.2
NAMES = count()


@pytest.fixture
def small_sky(monkeypatch):
    """Sky-lines of a few directions are enough for smooth craters."""
    monkeypatch.setattr(scenes, "SKY_DIRECTIONS", 72)


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


def seen(scene):
    """Share of the view of each node that is terrain."""
    whole = np.concatenate([[0.0], np.cumsum(scene.weight.astype(float))])
    return np.diff(whole[scene.first])


def scene_in(dem, around_km=0.0, size_km=2.2):
    with Workers(1) as workers:
        return scene_of([dem], area_around(dem, -90.0, 0.0, size_km), around_km, 4.0, workers)


@pytest.mark.usefixtures("small_sky")
def test_every_place_in_a_bowl_sees_as_much_of_it(terrain):
    # Share of the view that is bowl: f = 1 / (1 + (D/d)^2 / 4), wherever one stands in it.
    scene = scene_in(terrain(bowl()))
    share = scene.on_map(seen(scene))
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
    toward = np.array([[[np.cos(np.radians(sun_deg)), 0.0, -np.sin(np.radians(sun_deg))]]])  # the south pole's up is -z
    takes, throws = np.empty((1, count), np.float32), np.empty((1, count, FACETS), np.float32)
    sun, lie = SunRays(toward, np.array([sun_w_m2]), 0.00465), Lie(scene.frame, scene.facets, scene.sky)
    direct_light((0, count), sun, lie, np.full(11, albedo), takes, throws)
    thick = np.full(3, 0.01)  # ground that stores nothing to speak of
    ground = layered(thick, np.full(3, 1.0), np.full(3, 1e-9), np.array([1.0, 0, 0, 0, 0]), chi=0.0, heat_flow=0.0)
    blocks, blends = -(-count // LANES), scene.blends
    fields = [np.zeros(shape, np.float32) for shape in (count, count, (SIDES * count + len(blends.share), 2))]
    state = Surfaces(np.full((blocks, 3, LANES), 100.0), np.full((blocks, LANES), 100.0), *fields)
    views, none = (scene.first, scene.hit, scene.weight), np.empty((0, 0, 0, 0))
    for _ in range(12):
        send((0, count), state, Lights(takes[0], takes[0], throws[0]), scene.patches.of, blends.facets, albedo)
        for part in pairwise(blends.levels):
            blend(part, blends.member, blends.share, state.sent)
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
    assert np.quantile(np.abs(kelvin[dark] / truth - 1.0), 0.9) < 0.04


@pytest.mark.usefixtures("small_sky")
def test_the_floor_gets_the_light_of_a_sun_that_lights_but_the_rim(terrain):
    # Thrown once, by F0 = 1 and an albedo of 1: the light that enters the opening, spread over the sphere, times f.
    scene, low = scene_in(terrain(bowl())), np.radians(2.0)
    f = 1.0 / (1.0 + (2 * RADIUS_M / DEPTH_M) ** 2 / 4.0)
    x = (np.arange(scene.node.shape[0]) - (scene.node.shape[0] - 1) / 2) * POSTING_M
    floor = scene.node[np.hypot(*np.meshgrid(x, x)) < 0.5 * RADIUS_M]
    shares = []
    for azimuth in np.radians([0.0, 30.0, 77.0]):
        toward = np.array([[[np.cos(low) * np.cos(azimuth), np.cos(low) * np.sin(azimuth), -np.sin(low)]]])
        takes, throws = np.empty((1, scene.count), np.float32), np.empty((1, scene.count, FACETS), np.float32)
        sun, lie = SunRays(toward, np.ones(1), 0.00465), Lie(scene.frame, scene.facets, scene.sky)
        direct_light((0, scene.count), sun, lie, np.ones(11), takes, throws)
        lights = np.zeros((SIDES * scene.count + len(scene.blends.share), 2), np.float32)
        lights[: SIDES * scene.count, 0] = (scene.blends.facets * throws[0][:, None, :]).sum(axis=-1).ravel()
        for part in pairwise(scene.blends.levels):
            blend(part, scene.blends.member, scene.blends.share, lights)
        whole = np.concatenate([[0.0], np.cumsum(scene.weight * lights[scene.hit, 0].astype(float))])
        shares.append(np.diff(whole[scene.first])[floor].mean() / (np.sin(low) * f * (1.0 - f)))
    assert min(shares) > 0.9
    assert max(shares) < 1.1


@pytest.mark.usefixtures("small_sky")
def test_a_plain_sees_no_terrain_and_its_normals_stand_up(terrain):
    scene = scene_in(terrain(np.zeros((81, 81))), size_km=0.8)
    assert seen(scene).max() < 1e-3
    np.testing.assert_allclose(scene.facets, np.broadcast_to([0.0, 0.0, 1.0], scene.facets.shape), atol=1e-6)


@pytest.mark.usefixtures("small_sky")
def test_terrain_round_the_map_is_seen_too(terrain):
    x = (np.arange(201) - 100) * POSTING_M
    away = np.hypot(*np.meshgrid(x, x))
    dem = terrain(np.where(away > 3500.0, 1500.0, 0.0))  # a wall beyond the map
    alone, with_it = scene_in(dem, 0.0, 0.6), scene_in(dem, 3.5, 0.6)
    assert seen(alone).max() < 1e-3
    inside = with_it.node.max() + 1
    assert seen(with_it)[:inside].min() > 0.05  # sin^2(atan(1.5 / 3.5)) = 0.155 in the middle


@pytest.mark.usefixtures("small_sky")
def test_blends_are_means_and_nothing_is_seen_twice(terrain):
    scene = scene_in(terrain(bowl()), 1.0, 0.8)
    assert scene.pixels < scene.count
    blends = scene.blends
    np.testing.assert_allclose(blends.facets.sum(axis=-1), 1.0, atol=1e-5)
    np.testing.assert_allclose(blends.share.sum(axis=-1), 1.0, atol=1e-5)
    assert blends.levels[-1] == len(blends.share)
    for first, last in pairwise(blends.levels):
        assert np.all(blends.member[first:last] < SIDES * scene.count + first)
    assert scene.patches.count < scene.count
    for patch, node in enumerate(scene.patches.lone()):
        hit = scene.hit[scene.first[patch] : scene.first[patch + 1]]
        assert np.unique(hit).size == hit.size
        assert node < 0 or not np.any(hit // SIDES == node)


@pytest.mark.usefixtures("small_sky")
def test_a_facet_shines_only_to_the_side_that_it_faces(terrain):
    # A ridge along the map's y: its western slopes are what is seen from the west.
    x = (np.arange(81) - 40) * POSTING_M
    heights = np.broadcast_to(np.maximum(300.0 - np.abs(x), -400.0), (81, 81)).copy()
    heights[:, :30] = heights[:, 51:] = 900.0  # something to see on either side
    scene = scene_in(terrain(heights), 0.0, 3.0)
    lean = scene.on_map(scene.facets[..., 0].T)
    both = np.flatnonzero((lean.min(axis=0) < -0.5).all(axis=0) & (lean.max(axis=0) > 0.5).all(axis=0))
    crest = scene.node[20:40, both[both.size // 2]]
    west_facets = scene.facets[crest][..., 0] < 0.0
    toward = scene.blends.facets[crest]
    for sides, facing in (((2, 3), west_facets), ((0, 1), ~west_facets)):
        share = np.where(facing[:, None, :], toward, 0.0).sum(axis=-1)[:, sides]
        assert share.min() > 0.95


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
