"""``moonstation map``: every fault at once, and its summary."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
import typer
from typer.testing import CliRunner

from moonstation.cli.map import light_map
from moonstation.core.errors import MoonstationError

MOON = "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +x_0=0 +y_0=0 +R=1737400 +units=m +no_defs"
EARTH = "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m +no_defs"
WEEK = ("--start", "2030-01-01", "--end", "2030-01-08", "--step", "8h")
app = typer.Typer()
app.command()(light_map)


def call(*options):
    return CliRunner().invoke(app, [str(option) for option in options], catch_exceptions=False)


def faults(*options):
    with pytest.raises(MoonstationError) as caught:
        call(*options)
    return [str(fault) for fault in caught.value.faults]


def write(path, heights, crs=MOON, posting=800.0):
    rows, cols = heights.shape
    transform = rasterio.Affine(posting, 0.0, -cols * posting / 2, 0.0, -posting, rows * posting / 2)
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "width": cols, "height": rows}
    with rasterio.open(path, "w", crs=crs, transform=transform, **profile) as file:
        file.write(heights.astype("float32"), 1)
    return path


@pytest.fixture
def bowl(tmp_path):
    at = np.arange(-15, 16) * 800.0
    return write(tmp_path / "bowl.tif", np.hypot(*np.meshgrid(at, at)) / 10.0)


@pytest.mark.parametrize("pictures", ["--pictures", "--no-pictures"])
def test_json_is_the_summary_in_the_folder(tmp_path, bowl, pictures):
    folder = tmp_path / "map"
    result = call("--dem", bowl, "-o", folder, *WEEK, pictures, "--json", "--directions", 24)
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert summary == json.loads((folder / "summary.json").read_text())
    assert (summary["rows"], summary["columns"], summary["directions"]) == (31, 31, 24)
    assert "18.6 years" in summary["layers"]["permanent_shadow"]["note"]
    assert summary["layers"]["permanent_shadow"]["area_km2"] > 100.0  # the bottom of a bowl five degrees deep
    assert {path.name for path in folder.iterdir()} == set(summary["files"])
    assert len(summary["files"]) == len(set(summary["files"]))
    assert any(name.endswith(".png") for name in summary["files"]) == (pictures == "--pictures")


def test_words_for_people_name_the_layers_and_the_shadow(tmp_path, bowl):
    result = call("--dem", bowl, "--around", -89.9, 30, "--size", 8, "-o", tmp_path / "map", *WEEK, "--no-pictures")
    assert "sun_visible_mean [%]" in result.stdout
    assert "no sunlight in this period: " in result.stdout
    assert "permanent shadow takes 18.6 years" in result.stdout
    assert "permanent shadow: " not in result.stdout
    assert "10 x 10 pixels of 800 m, eye 2 m" in result.stdout
    assert "terrain reached (km): " in result.stdout


def test_all_faults_come_at_once_and_nothing_is_written(tmp_path, bowl):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").touch()
    told = faults(
        *("--dem", bowl, "-o", tmp_path / "taken", "--start", "1950-01-01", "--end", "2030-01-01", "--step", "1"),
        *("--layers", "sun_visible_mean,moonlight", "--height", -1, "--directions", 2, "--tile", 300, "--threads", 0),
        *("--around", -89.9, 30),
    )
    wanted = ("-o", "--start", "--step", "--layers", "--height", "--directions", "--tile", "--threads", "--size")
    for option in wanted:
        assert any(fault.startswith(f"{option}:") for fault in told), (option, told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bowl.tif", "taken"]


@pytest.mark.parametrize(
    ("heights", "crs", "word"),
    [
        (np.full((20, 20), 100.0), EARTH, "1737.4"),
        (np.linspace(-3.0, 6.0, 400).reshape(20, 20), MOON, "kilometres"),
    ],
    ids=["Earth's datum", "kilometres"],
)
def test_terrain_that_is_not_the_moon_s_in_metres_is_refused(tmp_path, heights, crs, word):
    path = write(tmp_path / "odd.tif", heights, crs)
    told = faults("--dem", path, "-o", tmp_path / "map", *WEEK)
    assert any(word in fault for fault in told), told
    assert not (tmp_path / "map").exists()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--bounds", 0, 0, 90000, 90000), "leave"),
        (("--bounds", 4000, 0, -4000, 4000), "west"),
        (("--around", 45, 0, "--size", 5), "does not cover"),
        (("--bounds", -4e3, -4e3, 4e3, 4e3, "--size", 5), "stands beside"),
        (("--start", "2030-02-01", "--end", "2030-01-01"), "not after"),
    ],
)
def test_areas_and_periods_that_cannot_be(tmp_path, bowl, options, word):
    told = faults("--dem", bowl, "-o", tmp_path / "map", *options)
    assert any(word in fault for fault in told), told


def test_a_huge_map_is_refused_with_the_time_it_would_take(tmp_path):
    path = tmp_path / "huge.tif"
    profile = {"driver": "GTiff", "count": 1, "dtype": "int16", "width": 60_000, "height": 60_000, "sparse_ok": True}
    transform = rasterio.Affine(10.0, 0.0, -300e3, 0.0, -10.0, 300e3)
    with rasterio.open(path, "w", crs=MOON, transform=transform, tiled=True, compress="deflate", **profile):
        pass
    told = faults("--dem", path, "-o", tmp_path / "map", *WEEK)
    assert any("3600000000" in fault and "hours of one core" in fault for fault in told), told


def test_terrain_too_coarse_for_light_is_refused(tmp_path):
    path = write(tmp_path / "coarse.tif", np.linspace(0.0, 900.0, 400).reshape(20, 20), posting=7600.0)
    told = faults("--dem", path, "-o", tmp_path / "map", *WEEK)
    assert any("too coarse" in fault for fault in told), told
