"""The sky-line: closed forms on synthetic Moons, and properties that hold on any terrain."""

from __future__ import annotations

import gzip
import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.core.errors import RangeError, TerrainError
from moonstation.moon import dem as dem_module
from moonstation.moon.dem import Patch, open_dem
from moonstation.moon.horizon import Horizon, compute_horizon
from moonstation.moon.march import Steps, march
from moonstation.moon.projection import stereographic_grid
from moonstation.moon.sky_line.point_horizon import point_horizon

R = 1_737_400.0
LUNAR = f"+R={R} +units=m +no_defs"
DEGREES = f"+proj=longlat +R={R} +no_defs"


def dip_deg(height_m):
    """Dip of a sphere's horizon: the line of sight touches where cos(dip) = R / (R + h)."""
    return -math.degrees(math.acos(R / (R + height_m)))


def point_elevation_deg(arc_m, height_m, eye_m):
    """Elevation of a point on the sphere's normal, from the triangle centre, eye, point."""
    angle = arc_m / R
    return math.degrees(math.atan2((R + height_m) * math.cos(angle) - (R + eye_m), (R + height_m) * math.sin(angle)))


def arc_and_azimuth(lat, lon, lats, lons):
    """Great-circle arc [m] and azimuth [deg] from a place to others (spherical trigonometry)."""
    p, q, d = np.radians(lat), np.radians(lats), np.radians(np.subtract(lons, lon))
    east = np.cos(q) * np.sin(d)
    north = np.cos(p) * np.sin(q) - np.sin(p) * np.cos(q) * np.cos(d)
    up = np.sin(p) * np.sin(q) + np.cos(p) * np.cos(q) * np.cos(d)
    return R * np.arctan2(np.hypot(east, north), up), np.degrees(np.arctan2(east, north)) % 360


def place_ahead(lat, lon, bearing, arc_m):
    """Latitude and longitude [deg] at the end of an arc, by vectors (good at the poles)."""
    p, q, a, angle = np.radians([lat, lon, bearing, math.degrees(arc_m / R)])
    up = np.array([math.cos(p) * math.cos(q), math.cos(p) * math.sin(q), math.sin(p)])
    north = np.array([-math.sin(p) * math.cos(q), -math.sin(p) * math.sin(q), math.cos(p)])
    east = np.array([-math.sin(q), math.cos(q), 0.0])
    x, y, z = up * math.cos(angle) + (north * math.cos(a) + east * math.sin(a)) * math.sin(angle)
    return math.degrees(math.asin(z)), math.degrees(math.atan2(y, x))


PLACES = {
    "south pole": (f"+proj=stere +lat_0=-90 {LUNAR}", -90.0, 77.0, 400.0, 501, None),
    "beside the south pole": (f"+proj=stere +lat_0=-90 {LUNAR}", -89.999, 200.0, 400.0, 501, None),
    "south": (f"+proj=stere +lat_0=-90 {LUNAR}", -88.1, 222.7, 400.0, 501, None),
    "north": (f"+proj=stere +lat_0=90 {LUNAR}", 88.4, 10.0, 400.0, 501, None),
    "equator": (f"+proj=eqc {LUNAR}", 0.7, 1.1, 400.0, 501, None),
    "degrees": (DEGREES, 20.0, 340.0, 0.02, 301, (337.0, 23.0)),
    "warped": (f"+proj=sinu +lon_0=40 {LUNAR}", 1.0, 39.5, 800.0, 251, None),
}


def place_dem(name, heights, tmp_path, write_dem):
    crs, lat, lon, posting, side, corner = PLACES[name]
    path = write_dem(tmp_path / "m.tif", heights, crs=crs, posting=posting, side=side, corner=corner, dtype="float64")
    return open_dem(path), lat, lon


@pytest.mark.parametrize("eye_m", [2.0, 100.0])
@pytest.mark.parametrize("name", PLACES)
def test_a_smooth_sphere_has_the_dip_of_a_sphere(name, eye_m, tmp_path, write_dem):
    dem, lat, lon = place_dem(name, lambda lat, _: 0.0 * lat, tmp_path, write_dem)
    horizon = compute_horizon([dem], lat, lon, eye_m, 36, reach_km=40.0)
    # The touching point is a smooth maximum, so the step costs only second order.
    assert horizon.elevation_deg == pytest.approx(np.full(36, dip_deg(eye_m)), abs=2e-5)
    assert np.median(horizon.distance_km) == pytest.approx(math.sqrt(2 * R * eye_m) / 1e3, rel=0.02)
    assert horizon.elevation_at(12.3) == pytest.approx(
        float(Horizon.flat(lat, lon, eye_m).elevation_at(12.3)), abs=2e-5
    )


@pytest.mark.parametrize("name", PLACES)
def test_a_peak_stands_in_its_azimuth_at_its_distance(name, tmp_path, write_dem):
    _, lat, lon, *_ = PLACES[name]
    bearing, arc = 63.0, 32_000.0
    peak_lat, peak_lon = place_ahead(lat, lon, bearing, arc)

    def cone(lats, lons):
        away, _ = arc_and_azimuth(peak_lat, peak_lon, lats, lons)
        return np.maximum(3000.0 - 0.5 * away, 0.0)

    dem, lat, lon = place_dem(name, cone, tmp_path, write_dem)
    horizon = compute_horizon([dem], lat, lon, 2.0, 1440, reach_km=40.0)
    highest = int(horizon.elevation_deg.argmax())
    assert horizon.azimuth_deg[highest] == pytest.approx(bearing, abs=0.6)  # half a posting is 0.36 to 0.7 deg
    assert horizon.distance_km[highest] == pytest.approx(arc / 1e3, abs=0.7)
    # A pixel may miss the tip by half a posting: 0.5 * 280 m of height at 32 km.
    expected = point_elevation_deg(arc, 3000.0, 2.0)
    assert expected - 0.55 < horizon.elevation_deg[highest] <= expected + 0.01
    assert horizon.elevation_deg[horizon.azimuth_deg == 243.0][0] == pytest.approx(dip_deg(2.0), abs=1e-4)


def test_a_cone_seen_from_its_tip_falls_away_with_its_slope(tmp_path, write_dem):
    dem, *_ = place_dem("south pole", lambda lat, _: 9000.0 - 0.1 * R * np.radians(90.0 + lat), tmp_path, write_dem)
    horizon = compute_horizon([dem], -90.0, 0.0, 0.0, 24, reach_km=40.0)
    # Closed form of the nearest point marched to, three quarters of a posting away on a slope of 0.1.
    nearest = point_elevation_deg(300.0, 9000.0 - 30.0, 9000.0)
    assert horizon.elevation_deg == pytest.approx(np.full(24, nearest), abs=0.25)
    assert (horizon.elevation_deg < -5.6).all()


def test_a_ring_wall_round_the_pole_stands_equally_high_all_round(tmp_path, write_dem):
    def ring(lat, _):
        away = R * np.radians(90.0 + lat)
        return np.maximum(2500.0 - 0.3 * np.abs(away - 50_000.0), 0.0)

    dem, *_ = place_dem("south pole", ring, tmp_path, write_dem)
    horizon = compute_horizon([dem], -90.0, 0.0, 10.0, 720, reach_km=90.0)
    expected = point_elevation_deg(50_000.0, 2500.0, 10.0)
    # The crest is cut by up to half a pixel's diagonal: 0.3 * 283 m at 50 km is 0.1 deg.
    assert np.all(horizon.elevation_deg <= expected + 1e-6)
    assert np.all(horizon.elevation_deg >= expected - 0.1)
    assert horizon.distance_km == pytest.approx(np.full(720, 50.0), abs=0.4)


def test_a_step_up_is_seen_at_its_edge_and_hides_what_is_behind(tmp_path, write_dem):
    def step(lat, _):
        away = R * np.radians(90.0 + lat)
        return np.where(away < 30_000.0, 0.0, np.where(away < 60_000.0, 1000.0, 1100.0))

    dem, *_ = place_dem("south pole", step, tmp_path, write_dem)
    horizon = compute_horizon([dem], -90.0, 0.0, 2.0, 90, reach_km=90.0)
    edge = horizon.distance_km * 1e3
    assert np.all(np.abs(edge - 30_200.0) < 450.0)
    expected = [point_elevation_deg(arc, 1000.0, 2.0) for arc in edge]
    assert horizon.elevation_deg == pytest.approx(np.array(expected), abs=0.02)


def test_the_moons_curve_hides_a_far_mountain(tmp_path, write_dem):
    def mountain(height):
        return lambda lat, _: np.where(np.abs(R * np.radians(90.0 + lat) - 90_000.0) < 1500.0, height, 0.0)

    # From 2 m the limb is 2.6 km off; at 90 km the ground has sunk by 87.4^2 / 2R = 2.2 km.
    low, *_ = place_dem("south pole", mountain(2100.0), tmp_path, write_dem)
    hidden = compute_horizon([low], -90.0, 0.0, 2.0, 24, reach_km=95.0)
    assert hidden.elevation_deg == pytest.approx(np.full(24, dip_deg(2.0)), abs=2e-5)
    high, *_ = place_dem("south pole", mountain(2300.0), tmp_path, write_dem)
    seen = compute_horizon([high], -90.0, 0.0, 2.0, 24, reach_km=95.0)
    assert (seen.elevation_deg > dip_deg(2.0) + 0.01).all()
    assert (seen.distance_km > 88.0).all()


def test_stereographic_and_equirectangular_maps_of_one_moon_agree(tmp_path, write_dem):
    def hills(lat, lon):
        return 1500.0 * np.sin(np.radians(lat) * 160.0) * np.cos(np.radians(lon) * 8.0)

    polar = write_dem(tmp_path / "p.tif", hills, crs=f"+proj=stere +lat_0=-80 +lon_0=30 {LUNAR}", side=401)
    flat = write_dem(tmp_path / "e.tif", hills, crs=DEGREES, posting=0.0132, corner=(20.0, -77.3), shape=(420, 1520))
    one, two = (compute_horizon([open_dem(path)], -80.0, 30.0, 10.0, 180, reach_km=50.0) for path in (polar, flat))
    assert np.median(np.abs(one.elevation_deg - two.elevation_deg)) < 0.01
    assert np.abs(one.elevation_deg - two.elevation_deg).max() < 0.15


def test_a_warped_map_agrees_with_a_native_one(tmp_path, write_dem):
    def hills(lat, lon):
        return 1500.0 * np.sin(np.radians(lat) * 90.0) * np.cos(np.radians(lon) * 80.0)

    native = write_dem(tmp_path / "n.tif", hills, crs=f"+proj=eqc {LUNAR}", side=301)
    other = write_dem(tmp_path / "o.tif", hills, crs=f"+proj=tmerc {LUNAR}", side=301)
    one, two = (compute_horizon([open_dem(path)], 0.1, 0.2, 10.0, 180, reach_km=50.0) for path in (native, other))
    assert np.median(np.abs(one.elevation_deg - two.elevation_deg)) < 0.01


def test_the_default_steps_agree_with_a_far_finer_march(tmp_path, write_dem):
    random = np.random.default_rng(3)
    rough = np.cumsum(np.cumsum(random.normal(0.0, 20.0, (251, 251)), axis=0), axis=1) / 20.0
    dem = open_dem(write_dem(tmp_path / "m.tif", rough))
    patches = dem.patches(-89.5, 100.0, 40e3)
    eye = R + float(dem.sample(-89.5, 100.0)) + 2.0
    azimuth = np.arange(0.0, 360.0, 1.0)
    ours, _, _, _ = march(patches, -89.5, 100.0, eye, azimuth, 40e3, R)
    fine, _, _, _ = march(patches, -89.5, 100.0, eye, azimuth, 40e3, R, Steps(near=0.02, longest=0.02))
    assert np.sqrt(np.mean((ours - fine) ** 2)) < 0.01
    assert np.abs(ours - fine).max() < 0.1


def test_the_finest_model_that_has_a_height_is_used(tmp_path, write_dem):
    wide = write_dem(tmp_path / "w.tif", np.zeros((401, 401)), posting=400.0)
    spiky = np.zeros((201, 201))
    spiky[100, 150] = 60.0  # 1 km towards longitude 90
    hole = spiky.copy()
    hole[100, 140:160] = np.nan
    fine = open_dem(write_dem(tmp_path / "f.tif", spiky, posting=20.0))
    holed = open_dem(write_dem(tmp_path / "h.tif", hole, posting=20.0))
    only_wide = compute_horizon([open_dem(wide)], -90.0, 0.0, 2.0, 360, reach_km=70.0)
    both = compute_horizon([open_dem(wide), fine], -90.0, 0.0, 2.0, 360, reach_km=70.0)
    patched = compute_horizon([holed, open_dem(wide)], -90.0, 0.0, 2.0, 360, reach_km=70.0)
    # At the pole with longitude 0, north is away from the Earth, so longitude 90 lies at azimuth 90.
    assert both.azimuth_deg[both.elevation_deg.argmax()] == 90.0
    assert both.elevation_deg.max() == pytest.approx(point_elevation_deg(1000.0, 60.0, 2.0), abs=0.01)
    assert both.distance_km.max() < 5.0
    assert only_wide.elevation_deg == pytest.approx(np.full(360, dip_deg(2.0)), abs=1e-4)
    assert patched.elevation_deg.max() < 0.0
    assert both.provenance["dem_1"] == "f.tif"
    assert both.provenance["dem_2_posting_m"] == "400"


def test_pieces_of_a_raster_too_large_for_memory_see_the_same(tmp_path, write_dem, monkeypatch):
    def hills(lat, lon):
        return 2500.0 * np.sin(np.radians(lat) * 60.0) * np.cos(np.radians(lon))

    path = write_dem(tmp_path / "m.tif", hills, side=401)
    whole = compute_horizon([open_dem(path)], -89.0, 40.0, 10.0, 90, reach_km=45.0)
    monkeypatch.setattr(dem_module, "MAX_PIXELS", 10_000)
    pieces = compute_horizon([open_dem(path)], -89.0, 40.0, 10.0, 90, reach_km=45.0)
    assert np.abs(whole.elevation_deg - pieces.elevation_deg).max() < 0.03


@pytest.mark.parametrize("corner", [0.0, -180.0])
@pytest.mark.parametrize("place", [(0.3, 0.05), (10.0, 180.02), (-89.5, 33.0), (89.9, 200.0), (60.0, -0.1)])
def test_a_map_of_the_whole_moon_is_read_over_its_seam_and_poles(place, corner, tmp_path, write_dem, monkeypatch):
    def smooth(lat, lon):
        x, y = np.cos(np.radians(lat)) * np.cos(np.radians(lon)), np.cos(np.radians(lat)) * np.sin(np.radians(lon))
        return 2000.0 * np.sin(30.0 * x + 2.0) * np.cos(33.0 * y + 1.0) * np.cos(25.0 * np.sin(np.radians(lat)))

    path = write_dem(tmp_path / "w.tif", smooth, crs=DEGREES, posting=0.25, corner=(corner, 90.0), shape=(720, 1440))
    whole = compute_horizon([open_dem(path)], *place, 10.0, 72)
    monkeypatch.setattr(dem_module, "MAX_PIXELS", 40_000)
    dem = open_dem(path)
    pieces = compute_horizon([dem], *place, 10.0, 72)
    assert max(patch.heights_m.size for patch in dem.patches(*place, 310e3)) <= 41_000
    assert np.median(np.abs(whole.elevation_deg - pieces.elevation_deg)) < 0.005
    assert np.abs(whole.elevation_deg - pieces.elevation_deg).max() < 0.1
    assert pieces.provenance["reach_attained_km"] == "310.0 least, 310.0 median"


def test_the_reach_attained_and_the_gaps_are_told(tmp_path, write_dem):
    heights = np.zeros((201, 201))
    heights[:, 160:180] = np.nan
    dem = open_dem(write_dem(tmp_path / "m.tif", heights))
    horizon = compute_horizon([dem], -90.0, 0.0, 2.0, 36)
    assert horizon.provenance["reach_asked_km"] == "310"
    least = float(horizon.provenance["reach_attained_km"].split()[0])
    assert 39.0 < least < 41.0
    assert 0.0 < float(horizon.provenance["no_data_share"]) < 0.1
    assert np.isfinite(horizon.elevation_deg).all()


def test_the_eye_stands_on_the_bilinear_ground(tmp_path, write_dem):
    dem, *_ = place_dem("south", lambda lat, _: 1000.0 + 3e4 * np.radians(90.0 + lat), tmp_path, write_dem)
    horizon = compute_horizon([dem], -88.1, 222.7, 2.0, 36, reach_km=20.0)
    assert horizon.provenance["ground_height_m"].startswith(f"{1000.0 + 3e4 * math.radians(1.9):.2f}"[:6])


BUMPS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.floats(0.0, 3000.0)), min_size=1, max_size=25)
ROUND = np.arange(0.0, 360.0, 5.0)


def look_by_march(heights, eye_m, steps):
    """Sky-line from the pole over a grid of 1 km posts."""
    patch, ground = posts_of_one_km(heights)
    return march([patch], -90.0, 0.0, R + ground + eye_m, ROUND, 25e3, R, steps)[0]


def look_by_point(heights, eye_m):
    patch, ground = posts_of_one_km(heights)
    return point_horizon([patch], -90.0, 0.0, (R + ground + eye_m, R), ROUND.size, 25e3)[0]


def posts_of_one_km(heights):
    posting, side = 1000.0, heights.shape[0]
    corner = side * posting / 2.0
    grid = stereographic_grid(-90.0, 0.0, (posting, 0.0, -corner, 0.0, -posting, corner), R)
    return Patch(heights.astype(np.float32), grid, posting), float(heights[side // 2, side // 2])


#: Each engine's sky-line, and the least it can be: the march seeks the crest only between its two highest heights, so
#: that what holds on any set of points holds exactly for its heights alone; the point engine takes every cell whole.
ENGINES = {
    "march": (partial(look_by_march, steps=Steps()), partial(look_by_march, steps=Steps(parts=0))),
    "point": (look_by_point, look_by_point),
}


def bumpy(bumps):
    heights = np.zeros((41, 41))
    for row, col, height in bumps:
        heights[row, col] = height
    return heights


@pytest.mark.parametrize("engine", ENGINES)
@given(bumps=BUMPS, eye_m=st.floats(0.0, 50.0), more_m=st.floats(0.01, 500.0))
@settings(max_examples=60, deadline=None)
def test_raising_the_eye_never_raises_the_sky_line(engine, bumps, eye_m, more_m):
    look, least = ENGINES[engine]
    heights = bumpy(bumps)
    assert np.all(least(heights, eye_m + more_m) <= look(heights, eye_m) + 1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@given(bumps=BUMPS, more=BUMPS, eye_m=st.floats(0.0, 50.0))
@settings(max_examples=60, deadline=None)
def test_adding_terrain_never_lowers_the_sky_line(engine, bumps, more, eye_m):
    look, least = ENGINES[engine]
    before = bumpy(bumps)
    after = before.copy()
    for row, col, height in more:
        if (row, col) != (20, 20):  # the ground under the eye stays
            after[row, col] += height
    assert np.all(look(after, eye_m) >= least(before, eye_m) - 1e-9)


@pytest.mark.parametrize("engine", ENGINES)
@given(bumps=BUMPS, eye_m=st.floats(0.0, 50.0))
@settings(max_examples=40, deadline=None)
def test_a_turned_moon_gives_the_turned_sky_line(engine, bumps, eye_m):
    look, _ = ENGINES[engine]
    heights = bumpy(bumps)
    # On the map of the south pole a quarter turn of the picture is 90 deg of longitude.
    turned = look(np.rot90(heights), eye_m)
    near_deg = 2e-3 if engine == "point" else 1e-3  # leaves are 1e-3 of a post wider on the sides along which rays run
    assert turned == pytest.approx(np.roll(look(heights, eye_m), -ROUND.size // 4), abs=near_deg)


@given(bumps=BUMPS, eye_m=st.floats(0.0, 500.0))
@settings(max_examples=60, deadline=None)
def test_the_point_engine_never_misses_what_the_march_sees(bumps, eye_m):
    heights = bumpy(bumps)
    seen = look_by_march(heights, eye_m, Steps(longest=0.25))
    assert np.all(look_by_point(heights, eye_m) >= seen - 2e-3)  # 1e-3 of a post on needles of 3 km


@given(
    st.lists(st.floats(-89.0, 89.0), min_size=4, max_size=50),
    st.lists(st.floats(-1000.0, 1000.0), min_size=1, max_size=10),
)
def test_elevation_at_is_periodic_and_stays_within_the_table(elevation, azimuth):
    step = 360.0 / len(elevation)
    own = np.arange(len(elevation)) * step
    horizon = Horizon(own, np.array(elevation), np.ones(len(elevation)), 2.0, -89.0, 10.0)
    read = horizon.elevation_at(np.array(azimuth))
    assert read.shape == (len(azimuth),)
    assert np.all((read >= min(elevation) - 1e-9) & (read <= max(elevation) + 1e-9))
    assert horizon.elevation_at(np.array(azimuth) + 720.0) == pytest.approx(read, abs=1e-6)
    assert horizon.elevation_at(own) == pytest.approx(np.array(elevation), abs=1e-9)


def test_a_flat_horizon_is_the_spheres_dip():
    horizon = Horizon.flat(-89.0, 200.0, 10.0)
    assert horizon.azimuth_deg.size == 720
    assert horizon.elevation_deg[0] == pytest.approx(dip_deg(10.0))
    assert horizon.distance_km[0] == pytest.approx(5.895, abs=1e-3)


def test_bad_numbers_are_told_all_at_once():
    with pytest.raises(RangeError) as caught:
        compute_horizon([], -91.0, 4000.0, -2.0, 3, -5.0)
    assert [fault.where for fault in caught.value.faults] == [
        "latitude_deg", "longitude_deg", "height_m", "azimuths", "reach_km",
    ]  # fmt: skip
    with pytest.raises(RangeError, match="height_m"):
        Horizon.flat(0.0, 0.0, math.nan)


def test_no_model_a_place_not_covered_and_no_data_at_the_place_are_refused(tmp_path, write_dem):
    heights = np.zeros((51, 51))
    heights[20:31, 20:31] = np.nan
    dem = open_dem(write_dem(tmp_path / "m.tif", heights))
    with pytest.raises(TerrainError, match="no elevation model"):
        compute_horizon([], -89.0, 0.0, 2.0)
    with pytest.raises(TerrainError, match=r"does not cover latitude -80.*latitude -90.00\.\.-89.5"):
        compute_horizon([dem], -80.0, 0.0, 2.0)
    with pytest.raises(TerrainError, match="no data at"):
        compute_horizon([dem], -90.0, 0.0, 2.0)


def test_terrain_that_ends_at_the_place_is_refused(tmp_path, write_dem):
    dem = open_dem(write_dem(tmp_path / "m.tif", np.zeros((11, 11))))
    edge = -90.0 + math.degrees(2150.0 / R)
    with pytest.raises(TerrainError, match="terrain ends"):
        compute_horizon([dem], edge, 0.0, 2.0)


def test_a_table_goes_through_csv_and_back(tmp_path, write_dem):
    dem, lat, lon = place_dem("south", lambda lat, lon: 500.0 * np.sin(np.radians(lon * 9)), tmp_path, write_dem)
    horizon = compute_horizon([dem], lat, lon, 2.0, 50, reach_km=30.0)
    for name in ("h.csv", "h.csv.gz"):
        horizon.to_csv(tmp_path / name)
        back = Horizon.from_csv(tmp_path / name)
        assert back.azimuth_deg == pytest.approx(horizon.azimuth_deg, abs=1e-6)
        assert back.elevation_deg == pytest.approx(horizon.elevation_deg, abs=1e-5)
        assert back.distance_km == pytest.approx(horizon.distance_km, abs=1e-4)
        assert (back.latitude_deg, back.longitude_deg, back.height_m) == (lat, lon, 2.0)
        assert dict(back.provenance) == dict(horizon.provenance)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["h.csv", "h.csv.gz", "m.tif"]


def test_a_bare_table_takes_its_place_from_the_caller(tmp_path):
    path = tmp_path / "h.csv"
    path.write_text("elevation_deg,azimuth_deg\n1,0\n2,90\n3,180\n4,270\n")
    horizon = Horizon.from_csv(path, lat_deg=-89.0, lon_deg=10.0, height_m=2.0)
    assert horizon.elevation_at(45.0) == 1.5
    assert np.isnan(horizon.distance_km).all()
    with pytest.raises(RangeError) as caught:
        Horizon.from_csv(path)
    assert [fault.message for fault in caught.value.faults] == [
        "does not say its latitude_deg", "does not say its longitude_deg", "does not say its height_m",
    ]  # fmt: skip


def test_every_fault_of_a_table_is_told_with_its_line(tmp_path):
    path = tmp_path / "h.csv"
    path.write_text(
        "# latitude_deg: south\nazimuth_deg,elevation_deg,distance_km\n0,1,2\n90,high,2\n180,95,2\n270,1\n360,1,2\n"
    )
    with pytest.raises(RangeError) as caught:
        Horizon.from_csv(path)
    text = str(caught.value)
    for line in (4, 5, 6, 7):
        assert f"h.csv:{line}:" in text
    assert "closing row at 360" in text
    assert "latitude_deg is not a number" in text
    assert "does not say its height_m" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no table"),
        ("a,b\n1,2\n", "wrong header"),
        ("azimuth_deg,elevation_deg\n0,1\n90,1\n", "at least 4 azimuths"),
        ("azimuth_deg,elevation_deg\n0,1\n90,1\n80,1\n270,1\n", "must ascend"),
        ("azimuth_deg,elevation_deg\n0,1\n90,nan\n180,1\n270,1\n", "elevation_deg out of range"),
        ("azimuth_deg,elevation_deg\n" + "x,y\n" * 99, "and 79 more faults"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path, text, words):
    path = tmp_path / "h.csv"
    path.write_text(text)
    with pytest.raises(RangeError, match=words):
        Horizon.from_csv(path, lat_deg=-89.0, lon_deg=10.0, height_m=2.0)


def test_an_unreadable_table_is_refused(tmp_path):
    (tmp_path / "h.csv").write_bytes(b"\x1f\x8b broken")
    (tmp_path / "g.csv").write_bytes(b"\xff\xfe\x00\x99")
    for name in ("h.csv", "g.csv", "absent.csv"):
        with pytest.raises(RangeError, match="cannot be read as a horizon table"):
            Horizon.from_csv(tmp_path / name)


def test_an_endless_file_is_refused_not_swallowed(tmp_path):
    zeros = tmp_path / "zeros.csv.gz"
    zeros.write_bytes(gzip.compress(bytes(40_000_000)))
    for path in (zeros, "/dev/zero"):
        with pytest.raises(RangeError, match="more than 20,000,000 bytes"):
            Horizon.from_csv(path)


def test_a_table_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(RangeError, match="its folder does not exist"):
        Horizon.flat(-89.0, 10.0, 2.0).to_csv(tmp_path / "absent" / "h.csv")
