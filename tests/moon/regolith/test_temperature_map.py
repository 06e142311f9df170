"""Maps of temperature: a crater at the pole, against the physics that it must show; files; the verb."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from typer.testing import CliRunner

from moonstation.core.errors import RangeError
from moonstation.moon.area import area_around, area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.regolith import scene as scenes
from moonstation.moon.regolith import temperature_map as temperature_maps
from moonstation.moon.regolith.files import LAYERS, write_temperature_map
from moonstation.moon.regolith.temperature_map import temperature_map

POSTING_M = 100.0
#: The light of a low Sun on a rim is held to a tenth (test_scene), so what terrain does to temperatures to a fortieth.
WELL_KNOWN = 0.025


def rms(values):
    return float(np.sqrt((values**2).mean()))


@pytest.fixture(autouse=True)
def small_sky(monkeypatch):
    monkeypatch.setattr(scenes, "SKY_DIRECTIONS", 72)


@pytest.fixture(scope="module")
def crater(tmp_path_factory, write_dem):
    """A bowl of 1.6 km, 320 m deep, in a plain at the pole."""
    x = (np.arange(61) - 30) * POSTING_M
    away = np.hypot(*np.meshgrid(x, x))
    sphere = (800.0**2 + 320.0**2) / (2 * 320.0)
    heights = np.where(away < 800.0, sphere - 320.0 - np.sqrt(np.maximum(sphere**2 - away**2, 0.0)), 0.0)
    return write_dem(tmp_path_factory.mktemp("crater") / "crater.tif", heights, posting=POSTING_M)


@pytest.fixture(scope="module")
def made(crater):
    patch = pytest.MonkeyPatch()
    patch.setattr(scenes, "SKY_DIRECTIONS", 72)
    dem = open_dem(crater)
    area = area_around(dem, -90.0, 0.0, 2.4)
    told = []
    yield temperature_map([dem], area, step_h=12.0, around_km=0.0, reach_km=5.0, tell=lambda *at: told.append(at)), told
    patch.undo()


def test_the_floor_is_dark_and_cold_and_the_plain_sees_the_summer(made):
    result, _ = made
    middle, corner = result.area.shape[0] // 2, 1
    # The plain: a Sun 1.5 deg high in summer, absorbed 0.55 of 36 W/m2: 140 K in balance.
    assert result.temperature_max_k[corner, corner] == pytest.approx(140.0, abs=12.0)
    # The bowl's floor: Ingersoll's 36 f (1-A)/(1-Af) of the summer, f = 0.14: 3.5 to 4.5 W/m2.
    assert result.temperature_max_k[middle, middle] == pytest.approx(91.0, abs=10.0)
    assert result.temperature_min_k[middle, middle] > 24.0  # never as cold as with the interior's heat alone
    wall = result.temperature_max_k.max()
    assert wall > 200.0  # the wall faces the Sun


def test_means_lie_between_extremes_and_ice_lies_where_it_is_cold(made):
    result, _ = made
    assert np.all(result.temperature_min_k <= result.temperature_mean_k)
    assert np.all(result.temperature_mean_k <= result.temperature_max_k)
    depth, highest = result.ice_stable_depth_m, result.temperature_max_k
    assert np.all(depth[highest < 95.0] == 0.0)  # ice in the open lasts there
    assert np.all(~(depth[highest > 120.0] == 0.0))  # and not where summers are warm


def test_columns_are_settled_finely_enough_for_the_depth_of_ice(made, crater, monkeypatch):
    # Near 110 K a kelvin is half of the loss of ice, and with it of the depth.
    result, _ = made
    assert float(re.search(r"more than ([\d.]+) K", result.notes["spin_up"])[1]) < 0.1
    monkeypatch.setattr(temperature_maps, "_SETTLED_K", 1e-3)
    monkeypatch.setattr(temperature_maps, "_MOST_REPETITIONS", 30)
    longer = temperature_map([open_dem(crater)], result.area, step_h=12.0, around_km=0.0, reach_km=5.0)
    assert (longer.ice_stable_depth_m > 0.0).sum() > 50
    np.testing.assert_allclose(result.ice_stable_depth_m, longer.ice_stable_depth_m, rtol=0.02)


def test_it_tells_how_far_it_is(made):
    shares = [share for share, _ in made[1]]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_threads_do_not_matter(crater):
    dem = open_dem(crater)
    area = area_around(dem, -90.0, 0.0, 0.6)
    one, two = (
        temperature_map([dem], area, step_h=24.0, around_km=0.0, reach_km=3.0, threads=threads) for threads in (1, 2)
    )
    for name in LAYERS:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_tiles_of_a_large_map_are_close_to_the_whole(crater, monkeypatch):
    dem = open_dem(crater)
    area = area_around(dem, -90.0, 0.0, 1.2)
    options = {"step_h": 24.0, "around_km": 2.0, "reach_km": 3.0}
    whole = temperature_map([dem], area, **options)
    monkeypatch.setattr(temperature_maps, "TILE_PX", 8)
    tiled = temperature_map([dem], area, **options)
    monkeypatch.undo()
    alone = temperature_map([dem], area, **{**options, "around_km": 0.0})
    assert np.isfinite(tiled.temperature_mean_k).all()
    whole_k = whole.temperature_mean_k
    assert rms(tiled.temperature_mean_k - whole_k) < WELL_KNOWN * rms(alone.temperature_mean_k - whole_k)


@pytest.mark.parametrize("rim_m", [1500.0, 2200.0])  # in the margin as fine as the map, and in coarser terrain
@pytest.mark.parametrize("rough_m", [0.0, 15.0])  # heights of each post; in coarser terrain four are one
def test_a_pixel_does_not_change_with_the_area_asked_for(tmp_path, write_dem, rim_m, rough_m):
    # A crater wider than the smaller area, so that its rim, where the Sun is, lies beyond that.
    x = (np.arange(81) - 40) * POSTING_M
    away = np.hypot(*np.meshgrid(x, x))
    heights = rim_m / 3.0 * np.minimum((away / rim_m) ** 2, 1.0)
    one, other = (np.random.default_rng(seed).normal(0.0, rough_m, away.shape) for seed in (3, 5))
    beyond = np.maximum(*np.abs(np.meshgrid(x, x))) > 1000.0

    def made_of(roughness, size_km, around_km):
        dem = open_dem(write_dem(tmp_path / "rough.tif", heights + roughness, posting=POSTING_M))
        return temperature_map([dem], area_around(dem, -90.0, 0.0, size_km), "2030-01-01", 24.0, around_km, 6.0)

    small, large = made_of(one, 1.0, 2.5), made_of(one, 2.0, 2.5)
    edges = small.area.bounds_m, large.area.bounds_m
    col, row = round((edges[0][0] - edges[1][0]) / POSTING_M), round((edges[1][3] - edges[0][3]) / POSTING_M)
    within = slice(row, row + 10), slice(col, col + 10)
    # Beyond the fine margin rough ground is not known better than another draw of the same roughness shows; within it
    # the light on a rim is, to a tenth.
    changed = made_of(np.where(beyond, other, one), 2.0, 2.5) if rough_m else made_of(one, 2.0, 0.0)
    share = (0.1 if rim_m < 2000.0 else 1.0) if rough_m else WELL_KNOWN
    for name in ("temperature_max_k", "temperature_mean_k"):
        same = getattr(large, name)[within]
        assert rms(getattr(small, name) - same) < share * rms(getattr(changed, name)[within] - same)


def test_every_number_out_of_range_and_a_map_without_end_are_refused_before_any_work(crater):
    dem = open_dem(crater)
    huge = replace(area_of(dem), shape=(6_000, 4_000))
    with pytest.raises(RangeError) as caught:
        temperature_map([dem], huge, step_h=48.0, around_km=-1.0)
    assert [fault.where for fault in caught.value.faults] == ["around_km", "map", "step_h"]
    assert "20 hours" in str(caught.value)


def test_files_hold_what_was_made(made, crater, tmp_path):
    result, _ = made
    dems = [open_dem(crater)]
    summary = write_temperature_map(result, tmp_path / "map", dems)
    assert json.loads((tmp_path / "map" / "summary.json").read_text()) == summary
    for name, layer in LAYERS.items():
        with rasterio.open(tmp_path / "map" / f"{name}.tif") as file:
            np.testing.assert_array_equal(file.read(1), getattr(result, name))
            assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert file.units == (layer.unit,)
            assert tuple(file.transform)[:6] == pytest.approx(result.area.transform)
    with pytest.raises(RangeError, match="overwrite"):
        write_temperature_map(result, tmp_path / "map", dems)
    write_temperature_map(result, tmp_path / "map", dems, overwrite=True)


def test_the_verb_writes_a_folder_and_tells_its_numbers(crater, tmp_path):
    from moonstation.cli.main import app

    args = ["temperature", "--dem", str(crater), "--around", "-90", "0", "--size", "0.6", "--step", "24h"]
    args += ["--terrain-around-km", "0", "-o", str(tmp_path / "map"), "--json"]
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["layers"]["temperature_max_k"]["pixels"] == 36
    assert {path.name for path in (tmp_path / "map").iterdir()} == {
        "summary.json",
        *(f"{name}.{kind}" for name in LAYERS for kind in ("tif", "png")),
    }


def test_a_map_that_cannot_be_finished_leaves_no_folder(made, crater, tmp_path):
    result, _ = made
    seen = []

    def finish(partial):
        seen.extend(sorted(path.name for path in partial.iterdir()))
        raise OSError(28, "No space left on device")

    with pytest.raises(RangeError, match="No space left"):
        write_temperature_map(result, tmp_path / "out" / "map", [open_dem(crater)], finish=finish)
    assert seen == sorted(["summary.json", *(f"{name}.tif" for name in LAYERS)])
    assert list((tmp_path / "out").iterdir()) == []


def test_the_verb_tells_numbers_out_of_range_with_all_other_faults(crater, tmp_path):
    from moonstation.cli.main import app

    options = ["--step", "48h", "--terrain-around-km", "-1", "--start", "soon", "--around", "-90", "0"]
    done = CliRunner().invoke(app, ["temperature", "--dem", str(crater), "-o", str(tmp_path / "map"), *options])
    assert isinstance(done.exception, RangeError)
    told = {fault.where for fault in done.exception.faults}
    assert told == {"--step", "--terrain-around-km", "--start", "--size"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--around", "-90", "0"], "--size"),
        (["--bounds", "0", "0", "900", "900", "--around", "-90", "0", "--size", "1"], "--bounds"),
        (["--step", "soon"], "--step"),
        (["--start", "1800-01-01", "--around", "-90", "0", "--size", "0.6"], "1800"),
        (["--start", "9999-12-31"], "9999"),
        (["--step", "9d", "--around", "-90", "0", "--size", "0.6"], "--step"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_leaves_nothing(crater, tmp_path, options, words):
    from moonstation.cli.main import app

    done = CliRunner().invoke(app, ["temperature", "--dem", str(crater), "-o", str(tmp_path / "map"), *options])
    assert isinstance(done.exception, RangeError)
    assert words in " ".join(str(fault) for fault in done.exception.faults)
    assert not list(tmp_path.iterdir())
