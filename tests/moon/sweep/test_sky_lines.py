"""Sky-lines of maps: closed forms on synthetic Moons, the exact march, and properties that hold on any terrain."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.core.errors import RangeError, TerrainError
from moonstation.moon.area import MapArea, area_around, area_of
from moonstation.moon.dem import open_dem, open_dems
from moonstation.moon.horizon import compute_horizon
from moonstation.moon.march import Steps
from moonstation.moon.sweep import sky_lines as sky_lines_module
from moonstation.moon.sweep.exact import exact_elevation_deg, ground_heights_m
from moonstation.moon.sweep.sky_lines import NO_SKY_LINE, QUANTUM_DEG, sky_lines

R = 1_737_400.0
DEGREES = f"+proj=longlat +R={R} +no_defs"
NORTH = f"+proj=stere +lat_0=90 +lon_0=0 +k=1 +R={R} +units=m +no_defs"


def dip_deg(height_m):
    """Dip of a sphere's horizon: the line of sight touches where cos(dip) = R / (R + h)."""
    return -math.degrees(math.acos(R / (R + height_m)))


def point_elevation_deg(arc_m, height_m, eye_m):
    """Elevation of a point on the sphere's normal, from the triangle centre, eye, point."""
    angle = np.asarray(arc_m) / R
    return np.degrees(np.arctan2((R + height_m) * np.cos(angle) - (R + eye_m), (R + height_m) * np.sin(angle)))


def arc_m(side_m):
    """Arc on the sphere of a length on the map from its pole: side = 2 R tan(arc / 2R)."""
    return 2.0 * R * np.arctan(np.asarray(side_m) / (2.0 * R))


def rough(side, posting, seed, slope_deg=9.0):
    """Seeded terrain with power falling as wave number to the -1.9, of median slope ``slope_deg``."""
    rng = np.random.default_rng(seed)
    k = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.rfftfreq(side), indexing="ij"))
    k[0, 0] = np.inf
    heights = np.fft.irfft2(k**-1.9 * np.exp(2j * np.pi * rng.random(k.shape)), s=(side, side))
    slope = np.median(np.hypot(*np.gradient(heights, posting)))
    return heights * math.tan(math.radians(slope_deg)) / slope


def errors_deg(lines, dem, reach_m, steps, pixels):
    """Elevations at some pixels less those of the exact march, shape (directions, pixels)."""
    exact = exact_elevation_deg(
        [dem], lines.area, lines.ground_m, lines.height_m, lines.direction_deg, reach_m, steps, pixels
    )
    return lines.elevation_deg()[:, [row for row, _ in pixels], [col for _, col in pixels]] - exact


@pytest.mark.parametrize("eye_m", [2.0, 100.0])
def test_a_smooth_sphere_has_the_dip_of_a_sphere(eye_m, tmp_path, write_dem):
    dem = open_dem(write_dem(tmp_path / "m.tif", lambda lat, _: 0.0 * lat, dtype="float64"))
    lines = sky_lines([dem], area_around(dem, -89.7, 30.0, 4.0), eye_m, 24, reach_km=25.0)
    # The touching point falls between two samples: at most half a posting off, (200 m / R)^2 / 2 = 4e-7 deg.
    assert lines.elevation_deg() == pytest.approx(np.full((24, 10, 10), dip_deg(eye_m)), abs=QUANTUM_DEG)
    assert lines.ground_m == pytest.approx(np.zeros((10, 10)))


def test_a_smooth_sphere_keeps_its_dip_far_from_the_middle_of_a_map(tmp_path, write_dem):
    path = write_dem(
        tmp_path / "m.tif", lambda lat, _: 0 * lat, crs=NORTH, posting=400.0, side=401, corner=(2.0e5, 4.0e5)
    )
    dem = open_dem(path)
    area = area_of(dem, (2.78e5, 3.16e5, 2.82e5, 3.20e5))
    # 437 km from the pole the map's pixel is 1.6 % smaller on the ground, and great circles bend across it.
    assert sky_lines([dem], area, 500.0, 16, reach_km=60.0).elevation_deg() == pytest.approx(dip_deg(500.0), abs=0.003)


def test_a_map_in_degrees_near_the_equator(tmp_path, write_dem):
    path = write_dem(
        tmp_path / "m.tif", lambda lat, _: 0 * lat, crs=DEGREES, posting=0.02, side=151, corner=(337.0, 23.0)
    )
    dem = open_dem(path)
    lines = sky_lines([dem], area_around(dem, 21.5, 338.5, 6.0), 30.0, 12, reach_km=30.0)
    assert lines.elevation_deg() == pytest.approx(dip_deg(30.0), abs=QUANTUM_DEG)


def test_a_coarse_map_of_degrees_keeps_its_dip_over_the_seam(tmp_path, write_dem):
    path = write_dem(
        tmp_path / "m.tif", lambda lat, _: 0 * lat, crs=DEGREES, posting=0.5, shape=(60, 720), corner=(0.0, 35.0)
    )
    dem = open_dem(path)
    lines = sky_lines([dem], area_around(dem, 20.0, 0.5, 100.0), 2000.0, 8)
    assert lines.elevation_deg() == pytest.approx(dip_deg(2000.0), abs=0.01)  # 15 km of posting: steps of 4 km
    assert lines.horizon(2, 2).elevation_deg == pytest.approx(dip_deg(2000.0), abs=0.01)


def test_a_map_of_degrees_agrees_with_the_march_over_its_own_posts(tmp_path, write_dem, monkeypatch):
    # No pixel of such a map is a post: of a crest, heights half a pixel away are taken, a sixth where pixels are cut in
    # three; on ground that is rough to the last post, as here, that cuts off a third as much.
    heights = rough(200, 303.0, 8)
    dem = open_dem(write_dem(tmp_path / "m.tif", heights, crs=DEGREES, posting=0.01, side=200, corner=(20.0, -40.0)))
    area = area_around(dem, -41.0, 21.0, 6.0)
    lines = sky_lines([dem], area, 2.0, 8, reach_km=90.0)
    pixels = [(row, col) for row in range(1, 20, 4) for col in range(1, 20, 4)]
    error = errors_deg(lines, dem, 90e3, Steps(longest=0.1), pixels)
    with monkeypatch.context() as patch:
        patch.setattr(sky_lines_module, "_THIRDS", 1)
        whole = errors_deg(sky_lines([dem], area, 2.0, 8, reach_km=90.0), dem, 90e3, Steps(longest=0.1), pixels)
    assert np.sqrt((error**2).mean()) < 0.4 * np.sqrt((whole**2).mean())
    assert abs(error.mean()) < 0.4 * abs(whole.mean())
    part = sky_lines([dem], area.part(slice(3, 11), slice(2, 13)), 2.0, 8, reach_km=90.0)
    np.testing.assert_array_equal(part.elevation, lines.elevation[:, 3:11, 2:13])
    np.testing.assert_array_equal(part.ground_m, lines.ground_m[3:11, 2:13])


def test_a_coarse_map_agrees_with_the_exact_march_at_its_edges_too(tmp_path, write_dem):
    # Rays up and across the map run along the sides of cells; corners lie far from the middle of the map.
    dem = open_dem(write_dem(tmp_path / "m.tif", rough(129, 2000.0, 3), posting=2000.0))
    area = area_of(dem, (-40e3, -30e3, 60e3, 50e3))
    lines = sky_lines([dem], area, 10.0, 24, reach_km=150.0)
    pixels = [(0, 0), (0, 49), (39, 0), (39, 49), *((row, col) for row in (7, 15, 22) for col in (8, 15, 16, 23))]
    error = errors_deg(lines, dem, 150e3, Steps(longest=0.05), pixels)
    # Leaves of 8 cells are straight to 0.01 pixel: 20 m, at the first height 0.01 of a slope of 45 degrees.
    assert np.abs(error).max() < 0.4
    assert np.quantile(np.abs(error), 0.99) < 0.02


def test_a_cliff_stands_as_high_as_its_triangle_says(tmp_path, write_dem):
    heights = np.zeros((241, 241))
    heights[:, 160:] = 150.0
    dem = open_dem(write_dem(tmp_path / "m.tif", heights, posting=20.0))
    area = area_of(dem, (-2400.0, -9.0, 800.0, 9.0))
    lines = sky_lines([dem], area, 2.0, 4, reach_km=4.0)
    # Row 120 runs through the pole, so the way to the cliff's first post is a great circle and a line of the map.
    columns = np.array([1, 30, 60, 90, 120, 140, 155, 158])
    x = (columns - 120) * 20.0
    exact = point_elevation_deg(arc_m(800.0) - arc_m(x), 150.0, 2.0)
    assert lines.elevation_deg()[1, 0, columns] == pytest.approx(exact, abs=QUANTUM_DEG)


def test_in_a_bowl_the_rim_stands_as_high_all_round(tmp_path, write_dem):
    # A round floor of 2 km radius under a wall 400 m high; the wall's foot and head are one post apart.
    x, y = np.meshgrid((np.arange(301) - 150) * 20.0, (np.arange(301) - 150) * 20.0)
    heights = np.where(np.hypot(x, y) >= 2000.0, 400.0, 0.0)
    dem = open_dem(write_dem(tmp_path / "m.tif", heights, posting=20.0))
    lines = sky_lines([dem], area_of(dem, (-9.0, -9.0, 9.0, 9.0)), 10.0, 120, reach_km=4.0)
    elevation = lines.elevation_deg()[:, 0, 0]
    low, high = (point_elevation_deg(arc, 400.0, 10.0) for arc in (2020.0 * math.sqrt(2), 2000.0 - 20.0))
    assert np.all((elevation > low) & (elevation < high))
    nearest = point_elevation_deg(2000.0, 400.0, 10.0)
    assert elevation[[0, 30, 60, 90]] == pytest.approx(nearest, abs=QUANTUM_DEG)
    assert np.abs(elevation - nearest).max() < 0.35  # a post of the wall is up to 20 m * sqrt(2) farther


def test_from_the_top_of_a_cone_the_flank_is_the_horizon(tmp_path, write_dem):
    slope = math.tan(math.radians(10.0))
    dem = open_dem(
        write_dem(
            tmp_path / "m.tif", lambda lat, _: 3000.0 - slope * np.radians(90.0 + lat) * R, posting=50.0, side=241
        )
    )
    lines = sky_lines([dem], area_of(dem, (-20.0, -20.0, 20.0, 20.0)), 20.0, 36, reach_km=8.0)
    arc = np.linspace(37.5, 6000.0, 100_000)
    along = point_elevation_deg(arc, 3000.0 - slope * arc, 3020.0).max()
    assert lines.elevation_deg()[[0, 9, 18, 27], 0, 0] == pytest.approx(along, abs=0.01)
    assert np.all(lines.elevation_deg() < -8.0)


@pytest.fixture(scope="module")
def nest(tmp_path_factory, write_dem):
    """Rough ground of 20 m posting in rough ground of 400 m, off the pole."""
    folder = tmp_path_factory.mktemp("nest")
    coarse = rough(128, 400.0, 5, slope_deg=6.0)
    row, col = 64, 80
    y, x = np.meshgrid(np.arange(400) / 20.0 - 0.475, np.arange(400) / 20.0 - 0.475, indexing="ij")
    r0, c0 = np.floor(y).astype(int), np.floor(x).astype(int)
    fr, fc = y - r0, x - c0
    r0, c0 = r0 + row, c0 + col
    base = (coarse[r0, c0] * (1 - fc) + coarse[r0, c0 + 1] * fc) * (1 - fr)
    base += (coarse[r0 + 1, c0] * (1 - fc) + coarse[r0 + 1, c0 + 1] * fc) * fr
    fine = base + rough(400, 20.0, 6, slope_deg=5.0) * np.outer(np.hanning(400), np.hanning(400))
    corner = ((col - 64) * 400.0, (64 - row) * 400.0)
    paths = [
        write_dem(folder / "coarse.tif", coarse, posting=400.0),
        write_dem(folder / "fine.tif", fine, posting=20.0, corner=corner),
    ]
    return open_dems(paths)


@pytest.mark.parametrize("eye_m", [2.0, 10.0])
def test_rough_ground_agrees_with_the_exact_march(eye_m, nest):
    area = area_of(nest[0]).part(slice(100, 300), slice(120, 290))
    lines = sky_lines(nest, area, eye_m, 24, reach_km=60.0)
    rng = np.random.default_rng(1)
    pixels = [(int(r), int(c)) for r, c in zip(rng.integers(0, 200, 60), rng.integers(0, 170, 60), strict=True)]
    exact = exact_elevation_deg(
        nest, area, ground_heights_m(nest, area), eye_m, lines.direction_deg, 60e3, Steps(longest=0.25), pixels
    )
    error = np.stack([lines.elevation_deg()[:, r, c] for r, c in pixels], axis=1) - exact
    assert np.sqrt(np.mean(error**2)) < 0.05
    assert np.quantile(np.abs(error), 0.99) < 0.1
    assert abs(np.mean(error)) < 0.01


def test_tiles_are_the_whole_to_the_bit_whatever_the_threads(nest):
    area = area_of(nest[0]).part(slice(30, 130), slice(130, 270))  # the lattice parts at column 192
    whole = sky_lines(nest, area, 2.0, 12, reach_km=10.0, threads=2)
    alone = sky_lines(nest, area, 2.0, 12, reach_km=10.0, threads=1)
    assert np.array_equal(whole.elevation, alone.elevation)
    for part in area.tiles(90):
        tile = sky_lines(nest, area.part(*part), 2.0, 12, reach_km=10.0)
        assert np.array_equal(tile.elevation, whole.elevation[:, *part])
        assert np.array_equal(tile.ground_m, whole.ground_m[part])


def test_an_odd_number_of_directions_is_the_same_sky(nest):
    area = area_of(nest[0]).part(slice(200, 220), slice(200, 230))
    three = sky_lines(nest, area, 2.0, 5, reach_km=10.0).elevation
    thirty = sky_lines(nest, area, 2.0, 30, reach_km=10.0).elevation
    assert np.array_equal(three, thirty[::6])


def test_a_pixels_horizon_is_that_of_the_point_engine(nest):
    area = area_of(nest[0]).part(slice(150, 170), slice(150, 170))
    lines = sky_lines(nest, area, 5.0, 180, reach_km=30.0)
    ours = lines.horizon(1, 2)
    assert np.all(np.diff(ours.azimuth_deg) > 0.0)
    exact = compute_horizon(nest, ours.latitude_deg, ours.longitude_deg, 5.0, 3600, reach_km=30.0)
    assert np.sqrt(np.mean((ours.elevation_deg - exact.elevation_at(ours.azimuth_deg)) ** 2)) < 0.05


def small_moon(tmp_path_factory, write_dem, heights, **options):
    path = tmp_path_factory.mktemp("moon") / "m.tif"
    return open_dem(write_dem(path, heights, posting=20.0, **options))


@settings(deadline=None, max_examples=3)
@given(seed=st.integers(0, 1000), low=st.floats(0.0, 30.0), rise=st.floats(0.1, 100.0))
def test_raising_the_eye_never_raises_the_sky_line(seed, low, rise, tmp_path_factory, write_dem):
    dem = small_moon(tmp_path_factory, write_dem, rough(200, 20.0, seed))
    area = area_of(dem).part(slice(60, 140), slice(60, 140))
    from_low, from_high = (sky_lines([dem], area, eye, 8, reach_km=4.0).elevation for eye in (low, low + rise))
    assert np.all(from_high <= from_low + 1)  # a count of rounding
    assert from_high.mean() < from_low.mean()


@settings(deadline=None, max_examples=3)
@given(seed=st.integers(0, 1000), row=st.integers(0, 180), col=st.integers(0, 40), tall=st.floats(1.0, 500.0))
def test_adding_terrain_never_lowers_the_sky_line(seed, row, col, tall, tmp_path_factory, write_dem):
    heights = rough(200, 20.0, seed)
    more = heights.copy()
    more[row : row + 20, col : col + 20] += tall
    place = slice(60, 140), slice(70, 140)
    before, after = (
        sky_lines([dem], area_of(dem).part(*place), 2.0, 8, reach_km=4.0).elevation_deg()
        for dem in (small_moon(tmp_path_factory, write_dem, part) for part in (heights, more))
    )
    assert (after - before).min() > -0.05  # samples of smooth ground are let go, twice 0.023 deg at most
    assert after.mean() >= before.mean() - 1e-4


def test_a_turned_moon_gives_the_turned_sky_lines(tmp_path_factory, write_dem):
    heights = rough(240, 20.0, 3)
    dem, turned = (small_moon(tmp_path_factory, write_dem, part) for part in (heights, np.rot90(heights, -1)))
    place = slice(70, 170), slice(70, 170)
    plain = sky_lines([dem], area_of(dem).part(*place), 2.0, 8, reach_km=4.0).elevation_deg()
    other = sky_lines([turned], area_of(turned).part(*place), 2.0, 8, reach_km=4.0).elevation_deg()
    back = np.rot90(np.roll(other, -2, axis=0), 1, axes=(1, 2))  # a quarter turn clockwise is two directions of eight
    error = back - plain
    assert np.sqrt(np.mean(error**2)) < 0.02
    assert np.quantile(np.abs(error), 0.99) < 0.1


def test_a_gap_is_no_terrain_and_the_next_model_answers(tmp_path, write_dem):
    wall = np.zeros((201, 201))
    wall[:, 130:140] = 300.0
    holed = wall.copy()
    holed[:, 128:142] = -9999.0
    fine = open_dem(write_dem(tmp_path / "fine.tif", holed, posting=20.0, nodata=-9999.0))
    full = open_dem(write_dem(tmp_path / "full.tif", wall, posting=20.0))
    plain = open_dem(write_dem(tmp_path / "plain.tif", np.zeros((201, 201)), posting=20.0))
    area = area_of(fine, (-900.0, -100.0, 0.0, 100.0))
    hidden = sky_lines([fine], area, 2.0, 4, reach_km=4.0).elevation
    flat = sky_lines([plain], area, 2.0, 4, reach_km=4.0).elevation
    assert np.abs(hidden[1] - flat[1]).max() <= 0.03 / QUANTUM_DEG
    coarse = open_dem(write_dem(tmp_path / "coarse.tif", np.zeros((41, 41)) + 100.0, posting=400.0))
    filled = sky_lines([coarse, fine], area, 2.0, 4, reach_km=4.0).elevation_deg()[1]
    assert np.all(filled > point_elevation_deg(3600.0, 100.0, 2.0))
    assert sky_lines([full], area, 2.0, 4, reach_km=4.0).elevation[1].min() > 2.0 / QUANTUM_DEG


def test_an_observer_without_ground_has_no_sky_line(tmp_path, write_dem):
    heights = np.zeros((41, 41))
    heights[20, 20] = -9999.0
    dem = open_dem(write_dem(tmp_path / "m.tif", heights, nodata=-9999.0))
    lines = sky_lines([dem], area_of(dem, (-600.0, -600.0, 600.0, 600.0)), 2.0, 8, reach_km=20.0)
    assert lines.elevation.shape == (8, 3, 3)
    assert np.isnan(lines.ground_m).sum() == 1
    assert np.all(lines.elevation[:, 1, 1] == NO_SKY_LINE)
    assert np.all(lines.elevation[:, 0, :] != NO_SKY_LINE)
    assert np.isnan(lines.elevation_deg()[:, 1, 1]).all()
    with pytest.raises(TerrainError, match="no ground"):
        lines.horizon(1, 1)


def test_bad_numbers_and_areas_without_ground_are_refused(tmp_path, write_dem):
    dem = open_dem(write_dem(tmp_path / "m.tif", lambda lat, _: 0 * lat, side=21))
    area = area_of(dem)
    with pytest.raises(RangeError) as error:
        sky_lines([dem], area, -1.0, 2, reach_km=0.0, threads=0)
    assert len(error.value.faults) == 4
    with pytest.raises(TerrainError, match="no elevation model given"):
        sky_lines([], area, 2.0)
    away = MapArea(area.crs_wkt, (400.0, 0.0, 2e5, 0.0, -400.0, 2e5), (5, 5), 400.0)
    with pytest.raises(TerrainError, match="has ground there"):
        sky_lines([dem], away, 2.0, 4, reach_km=5.0)
    huge = MapArea(area.crs_wkt, area.transform, (9000, 9000), 400.0)
    with pytest.raises(RangeError, match=r"area\.tiles\(\)"):
        sky_lines([dem], huge, 2.0)
