"""Light maps as folders of Cloud-Optimised GeoTIFFs: whole, described, and the same wherever they are computed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from map_sky import polar

from moonstation.core.errors import RangeError, TerrainError
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup
from moonstation.moon.area import area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.maps import light_map, plan
from moonstation.moon.maps.layers import LAYERS
from moonstation.moon.maps.light_map import MANIFEST, SUMMARY, _tags, write_light_map
from moonstation.moon.maps.plan import compute_tile, map_plan
from moonstation.moon.maps.rasters import LayerRasters
from moonstation.moon.site import site_light
from moonstation.moon.sweep.sky_lines import sky_lines

MONTH = TimeGrid.between("2027-06-01", "2027-07-01", "2h")
BOUNDS = (2000.0, 2000.0, 2000.0 + 72 * 50.0, 2000.0 + 70 * 50.0)
OPTIONS = {"directions": 36, "reach_km": 20.0, "tile_px": 64}


@pytest.fixture(scope="session")
def hilly(tmp_path_factory, write_dem):
    """Crossing ridges of 400 m, with a gap of a few pixels."""
    path = tmp_path_factory.mktemp("hilly") / "hilly.tif"
    side = np.arange(301)
    heights = 400.0 * np.sin(side[:, None] / 17.0) * np.cos(side[None, :] / 23.0)
    heights[100:104, 200:210] = -9999.0
    return write_dem(path, heights, posting=50.0, nodata=-9999.0)


@pytest.fixture(scope="session")
def planned(hilly):
    dem = open_dem(hilly)
    return map_plan([dem], area_of(dem, BOUNDS), MONTH, **OPTIONS)


@pytest.fixture(scope="session")
def made(planned, tmp_path_factory):
    """A folder of all layers, in four tiles, and its summary."""
    folder = tmp_path_factory.mktemp("map") / "map"
    return folder, write_light_map(planned, folder)


def read(folder, name):
    with rasterio.open(folder / f"{name}.tif") as file:
        return file.read(1)


def test_every_layer_is_a_cloud_optimised_geotiff_that_says_what_it_is(made, planned, hilly):
    folder, summary = made
    assert sorted(path.name for path in folder.iterdir()) == sorted(summary["files"])
    for name, layer in LAYERS.items():
        with rasterio.open(folder / f"{name}.tif") as file:
            assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert file.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"
            assert file.dtypes == ("uint8" if name == "permanent_shadow" else "float32",)
            assert file.shape == planned.area.shape
            assert tuple(file.transform)[:6] == planned.area.transform
            assert "1737400" in file.crs.to_wkt()
            assert file.crs == rasterio.open(hilly).crs
            assert file.crs.to_wkt().startswith('PROJCS["Moon (2015) - Sphere / Ocentric / South Polar"')
            assert (file.units[0], file.descriptions[0]) == (layer.band.unit, layer.band.long_name)
            tags = file.tags()
        assert tags["definition"] == layer.band.definition
        assert (tags["period_start"], tags["step_h"], tags["eye_height_m"]) == ("2027-06-01T00:00:00Z", "2", "2")
        assert tags["elevation_models_sha256"] == open_dem(hilly).sha256
        assert tags["software"].startswith("moonstation ")


def test_every_file_says_how_far_its_sky_lines_look(planned):
    assert _tags(planned)["sky_line_reach_km"] == "20"
    assert _tags(replace(planned, reach_km=None))["sky_line_reach_km"] == f"{lookup('terrain.default_reach').value:g}"


def test_the_pixels_are_the_light_of_their_places(made, planned, hilly):
    folder, _ = made
    rows, cols = slice(60, 70), slice(60, 72)  # where four tiles meet
    sky = sky_lines([open_dem(hilly)], planned.area.part(rows, cols), 2.0, 36, 20.0)
    for row, col in ((0, 0), (3, 4), (9, 11)):
        single = site_light(sky.horizon(row, col), MONTH).summary
        for name in ("sun_visible_mean", "sun_any_mean", "earth_visible_mean", "earth_any_mean"):
            assert read(folder, name)[60 + row, 60 + col] == pytest.approx(single[name], abs=0.02), name
        dark = read(folder, "longest_dark_h")[60 + row, 60 + col]
        assert dark == pytest.approx(single["longest_dark_h"], abs=6.0)


def test_the_summary_is_that_of_the_pixels(made, planned):
    folder, summary = made
    assert json.loads((folder / SUMMARY).read_text()) == summary
    for name, told in summary["layers"].items():
        values = read(folder, name)
        known = values != 255 if name == "permanent_shadow" else np.isfinite(values)
        assert told["pixels"] == known.sum() > 4000
        assert (told["min"], told["max"]) == (values[known].min(), values[known].max())
        assert told["mean"] == pytest.approx(values[known].mean(dtype=float))
    shadow, told = read(folder, "permanent_shadow"), summary["layers"]["permanent_shadow"]
    assert told["area_km2"] == pytest.approx((shadow == 1).sum() * 0.0025, rel=1e-3)
    assert 0.0 < told["share"] < 1.0
    manifest = json.loads((folder / MANIFEST).read_text())
    assert manifest["inputs"] == [{"path": "hilly.tif", "sha256": planned.dem_sha256[0]}]
    assert {kernel["path"][-4:] for kernel in manifest["kernels"]} == {".bsp", ".bpc"}


def test_a_gap_in_the_terrain_stays_a_gap(hilly, tmp_path):
    dem = open_dem(hilly)
    west, north = -301 * 25.0 + 198 * 50.0, 301 * 25.0 - 98 * 50.0
    area = area_of(dem, (west, north - 10 * 50.0, west + 15 * 50.0, north))
    asked = map_plan([dem], area, MONTH, layers=("sun_any_mean", "permanent_shadow"), **OPTIONS)
    write_light_map(asked, tmp_path / "map")
    gap = np.zeros((10, 15), bool)
    gap[2:6, 2:12] = True
    assert np.array_equal(np.isnan(read(tmp_path / "map", "sun_any_mean")), gap)
    assert np.array_equal(read(tmp_path / "map", "permanent_shadow") == 255, gap)
    inside = area_of(dem, (west + 150.0, north - 300.0, west + 500.0, north - 150.0))
    with pytest.raises(TerrainError):
        write_light_map(replace(asked, area=inside), tmp_path / "nothing")
    assert [path.name for path in tmp_path.iterdir()] == ["map"]


def test_a_map_from_a_cluster_is_the_same(made, planned, tmp_path):
    from distributed import LocalCluster

    folder, _ = made
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        write_light_map(planned, tmp_path / "map", cluster=cluster.scheduler_address)
    for name in LAYERS:
        np.testing.assert_array_equal(read(tmp_path / "map", name), read(folder, name), err_msg=name)
    assert (tmp_path / "map" / MANIFEST).read_bytes() == (folder / MANIFEST).read_bytes()


def test_tiles_of_another_size_give_the_same_map(made, planned, tmp_path):
    folder, _ = made
    write_light_map(replace(planned, tile_px=128), tmp_path / "map", threads=2)
    for name in LAYERS:
        np.testing.assert_array_equal(read(tmp_path / "map", name), read(folder, name), err_msg=name)


@pytest.mark.slow
def test_a_worker_process_gets_a_map_by_tcp_and_its_faults_come_back(planned, made, tmp_path):
    from distributed import LocalCluster

    folder, _ = made
    few = replace(planned, layers=("sun_any_mean",))
    with LocalCluster(n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None) as cluster:
        assert cluster.scheduler_address.startswith("tcp://")
        write_light_map(few, tmp_path / "map", cluster=cluster.scheduler_address)
        with pytest.raises(TerrainError, match="is not the elevation model"):
            write_light_map(replace(few, dem_sha256=("0" * 64,)), tmp_path / "wrong", cluster=cluster.scheduler_address)
    np.testing.assert_array_equal(read(tmp_path / "map", "sun_any_mean"), read(folder, "sun_any_mean"))
    assert [path.name for path in tmp_path.iterdir()] == ["map"]


def test_a_cluster_that_is_not_there_is_told(planned, tmp_path, monkeypatch):
    from moonstation.core import cluster

    monkeypatch.setattr(cluster, "_CONNECT_S", 1)
    with pytest.raises(RangeError, match="nobody answers"):
        write_light_map(planned, tmp_path / "map", cluster="tcp://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RangeError, match="pip install distributed"):
        write_light_map(planned, tmp_path / "map", cluster="tcp://127.0.0.1:9")
    assert not list(tmp_path.iterdir())


def test_other_terrain_or_another_program_on_a_worker_is_refused(planned):
    with pytest.raises(TerrainError, match="is not the elevation model"):
        compute_tile(replace(planned, dem_sha256=("0" * 64,)), 0)
    with pytest.raises(RangeError, match="another version"):
        plan.compute_tile_elsewhere(replace(planned, version="9.9"), 0, 1)


def test_a_stop_half_way_leaves_nothing(planned, tmp_path, monkeypatch):
    def stops(_plan, number, *_):
        if number == 2:
            raise KeyboardInterrupt
        return compute_tile(_plan, number)

    monkeypatch.setattr(light_map, "compute_tile", stops)
    with pytest.raises(KeyboardInterrupt):
        write_light_map(planned, tmp_path / "map")
    assert not list(tmp_path.iterdir())


def test_progress_counts_the_tiles_and_older_maps_are_kept(made, planned, tmp_path):
    told = []
    write_light_map(planned, tmp_path / "map", progress=lambda done, total: told.append((done, total)))
    done = [share for share, _ in told]
    assert done == sorted(done)
    assert done[-1] == 4
    assert all(total == 4 for _, total in told)
    assert sum(0.0 < share < 1.0 for share in done) >= 3  # a tile tells its own share
    with pytest.raises(RangeError, match="--overwrite"):
        write_light_map(planned, tmp_path / "map")
    small = replace(planned, layers=("earth_any_mean",))
    summary = write_light_map(small, tmp_path / "map", overwrite=True)
    assert sorted(path.name for path in (tmp_path / "map").iterdir()) == sorted(summary["files"])
    assert len(summary["files"]) == 3


def test_large_rasters_have_overviews(tmp_path):
    area = polar((700, 1100))
    values = np.random.default_rng(0).random(area.shape).astype(np.float32)
    values[:100, :100] = np.nan
    flags = np.where(np.isnan(values), 255, values > 0.5).astype(np.uint8)
    with LayerRasters(tmp_path, area, ("sun_any_mean", "permanent_shadow"), {}) as rasters:
        for rows, cols in reversed(area.tiles(256)):
            rasters.write((rows, cols), {"sun_any_mean": values[rows, cols], "permanent_shadow": flags[rows, cols]})
        files = rasters.finish()
    assert sorted(tmp_path.iterdir()) == sorted(files)
    for file, expected in zip(files, (values, flags), strict=True):
        with rasterio.open(file) as raster:
            assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert raster.overviews(1) == [2, 4]
            np.testing.assert_array_equal(raster.read(1), expected)


def test_a_killed_run_leaves_nothing_that_looks_whole(hilly, tmp_path):
    command = [sys.executable, "-m", "moonstation", "map", "--dem", str(hilly), "-o", "map", "--directions", "36"]
    running = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    until = time.monotonic() + 60.0
    while not list(tmp_path.glob(".map-*/.*.raw.tif")) and time.monotonic() < until and running.poll() is None:
        time.sleep(0.05)
    assert running.poll() is None, running.stderr.read()
    os.kill(running.pid, signal.SIGKILL)
    running.communicate(timeout=60)
    assert not (tmp_path / "map").exists()
    assert not list(tmp_path.rglob(MANIFEST))
