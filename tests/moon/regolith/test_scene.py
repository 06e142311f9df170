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


def from_middle(side=81, east_m=0.0, north_m=0.0):
    """Distance of each post of a raster from its middle, or from a place beside it [m]."""
    x = (np.arange(side) - side // 2) * POSTING_M
    return np.hypot(*np.meshgrid(x - east_m, -x - north_m))


def sphere_m(away):
    """A sphere through the rim of a bowl."""
    sphere = (RADIUS_M**2 + DEPTH_M**2) / (2 * DEPTH_M)
    return sphere - DEPTH_M - np.sqrt(np.maximum(sphere**2 - away**2, 0.0))


def bowl(side=81, east_m=0.0, north_m=0.0):
    """A spherical bowl in a plain."""
    away = from_middle(side, east_m, north_m)
    return np.where(away < RADIUS_M, sphere_m(away), 0.0)


def round_bowl(away, height_m=40.0):
    """The bowl with a rim that bends over some 150 m, three pixels."""
    return -height_m * np.log1p(np.exp(-sphere_m(away) / height_m))


def cone(away):
    """A cone with a level floor, its rim 980 m away and 300 m high."""
    return -300.0 * np.clip((980.0 - away) / 650.0, 0.0, 1.0)


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


def thrown_once(scene, sun_deg, azimuth):
    """Light that each node gets from ground that throws back all of a Sun of 1, once."""
    low = np.radians(sun_deg)
    toward = np.array([[[np.cos(low) * np.cos(azimuth), np.cos(low) * np.sin(azimuth), -np.sin(low)]]])
    takes, throws = np.empty((1, scene.count), np.float32), np.empty((1, scene.count, FACETS), np.float32)
    sun, lie = SunRays(toward, np.ones(1), 0.00465), Lie(scene.frame, scene.facets, scene.sky)
    direct_light((0, scene.count), sun, lie, np.ones(11), takes, throws)
    lights = np.zeros((SIDES * scene.count + len(scene.blends.share), 2), np.float32)
    lights[: SIDES * scene.count, 0] = (scene.blends.facets * throws[0][:, None, :]).sum(axis=-1).ravel()
    for part in pairwise(scene.blends.levels):
        blend(part, scene.blends.member, scene.blends.share, lights)
    whole = np.concatenate([[0.0], np.cumsum(scene.weight * lights[scene.hit, 0].astype(float))])
    return np.diff(whole[scene.first])


def places_of(scene):
    """East and north of each node of a map [m]."""
    a, _, west, _, e, north = scene.area.transform
    rows, cols = scene.node.shape
    return np.meshgrid(west + a * (np.arange(cols) + 0.5), north + e * (np.arange(rows) + 0.5))


@pytest.mark.usefixtures("small_sky")
@pytest.mark.parametrize("sun_deg", [2.0, 4.0, 8.0])
def test_the_floor_gets_the_light_of_a_sun_that_lights_but_the_rim(terrain, sun_deg):
    # Thrown once: the light that enters the opening, spread over the sphere, times f. How wide the lit strip is, is
    # known to a fifth of a pixel: of 1.3 pixels under 2 degrees (and there to a tenth), of 2.7 and of 6.8.
    f = 1.0 / (1.0 + (2 * RADIUS_M / DEPTH_M) ** 2 / 4.0)
    tangent = np.tan(np.radians(sun_deg))
    away = np.linspace(0.0, RADIUS_M, 10_001)
    strip_px = (RADIUS_M - away[np.argmax(sphere_m(away) > -2.0 * RADIUS_M * tangent)]) / POSTING_M
    shares = []
    for east, north in ((0.0, 0.0), (17.0, 31.0), (-9.0, 22.0)):
        scene = scene_in(terrain(bowl(81, east, north)))
        x, y = places_of(scene)
        floor = scene.node[np.hypot(x - east, y - north) < 0.5 * RADIUS_M]
        once = [thrown_once(scene, sun_deg, azimuth)[floor].mean() for azimuth in np.radians([0.0, 30.0, 77.0])]
        shares += [light / (np.sin(np.radians(sun_deg)) * f * (1.0 - f)) for light in once]
    assert np.mean(shares) == pytest.approx(1.0, abs=min(0.1, 0.2 / strip_px))
    assert np.abs(np.array(shares) - np.mean(shares)).max() < 0.1  # where the pixels lie in the strip


def light_in_the_middle(profile, sun_deg):
    """The same in the middle of a round crater, from its profile [m -> m] alone: sight, shadow and slope by metres."""
    tangent, step = np.tan(np.radians(sun_deg)), 4.0
    r = np.arange(step / 2, 1300.0, step)
    tops = np.maximum.accumulate((profile(r + step / 2) - profile(np.zeros(1))) / (r + step / 2))
    view = np.diff(np.sin(np.arctan(np.concatenate([[0.0], np.maximum(tops, 0.0)]))) ** 2)
    slope = (profile(r + step / 2) - profile(r - step / 2)) / step
    total = 0.0
    for turn in np.radians(np.arange(1.0, 180.0, 2.0)):  # from the side away from the Sun
        seen = np.flatnonzero(view > 0.0)
        along = np.arange(step, 2600.0, step)
        away = np.hypot(r[seen, None] * np.sin(turn), r[seen, None] * np.cos(turn) - along)
        shadow = (profile(away) - along * tangent).max(axis=1)
        facing = (np.sin(np.radians(sun_deg)) + np.cos(np.radians(sun_deg)) * slope[seen] * np.cos(turn)).clip(0.0)
        total += (view[seen] * facing / np.hypot(1.0, slope[seen]))[profile(r[seen]) > shadow].sum() / 90.0
    return total


@pytest.mark.usefixtures("small_sky")
@pytest.mark.parametrize("profile", [round_bowl, cone])
def test_round_rims_throw_as_much_as_they_do_and_sharp_ones_too(terrain, profile):
    scene = scene_in(terrain(profile(from_middle())), size_km=2.6)
    x, y = places_of(scene)
    middle = scene.node[np.hypot(x, y) < 1.0][0]
    truth = light_in_the_middle(profile, 5.0)
    lights = [thrown_once(scene, 5.0, azimuth)[middle] for azimuth in np.radians(np.arange(8) * 45.0 + 10.0)]
    assert np.mean(lights) == pytest.approx(truth, rel=0.1)


@pytest.mark.usefixtures("small_sky")
def test_a_rim_between_pixels_is_seen_as_high_as_it_is(terrain):
    # From the middle the rim stands 300 m over 980 m all round; straight lines between the pixels lose 5 % of it.
    scene = scene_in(terrain(cone(from_middle())), size_km=2.6)
    x, y = places_of(scene)
    middle = scene.node[np.hypot(x, y) < 1.0][0]
    assert seen(scene)[middle] == pytest.approx(np.sin(np.arctan2(300.0, 980.0)) ** 2, rel=0.015)


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


@pytest.mark.usefixtures("small_sky")
def test_squares_that_share_a_column_do_not_see_their_own_crest(terrain):
    # They look from the mean of their places, which lies beside the ground: a crest there would stand in their eyes.
    scene = scene_in(terrain(bowl(81)), around_km=1.5, size_km=0.2)
    own = np.repeat(np.arange(scene.patches.count), np.diff(scene.first))
    single = scene.hit < SIDES * scene.count
    same = np.zeros(own.size, bool)
    same[single] = scene.patches.of[scene.hit[single] // SIDES] == own[single]
    shared = scene.patches.lone() < 0
    assert shared.sum() > 50
    weight = np.bincount(own, scene.weight * same, scene.patches.count)[shared]
    assert weight.mean() < 0.01
    assert weight.max() < 0.1


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
