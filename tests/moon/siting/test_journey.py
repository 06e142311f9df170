"""Drives to a cold trap and to a place, in the library and on the command line."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from moonstation.cli.route import place_of, route
from moonstation.core.errors import RangeError, TerrainError
from moonstation.core.time import TimeGrid
from moonstation.moon.dem import open_dem
from moonstation.moon.siting import journey as journey_module
from moonstation.moon.siting.cold_traps import ColdTraps
from moonstation.moon.siting.journey import Drive, journey
from moonstation.moon.ways.near import area_near
from moonstation.moon.ways.route import NoWay, SlopeLimits, Way

app = typer.Typer()
app.command()(route)
GRID = TimeGrid.between("2030-06-01", "2030-07-01", "4h")
MONTH = ["--start", "2030-06-01", "--end", "2030-07-01", "--step", "4h"]
RIM = (-89.8, 75.0)  # beside the crater of the made-up land
FAR = (-89.8, 200.0)


@pytest.fixture(scope="module")
def dem(land_file):
    return open_dem(land_file)


@pytest.fixture
def traps(monkeypatch):
    """The crater's floor for permanent shadow, without looking at the sky."""

    def floor(dems, area, *_, **__):
        x, y = (axis[None, :] if i == 0 else axis[:, None] for i, axis in enumerate(_axes(area)))
        return ColdTraps(area, np.hypot(x - 3500.0, y + 1500.0) < 700.0, 0.0)

    monkeypatch.setattr(journey_module, "cold_traps", floor)


def _axes(area):
    a, _, c, _, e, f = area.transform
    return c + a * (np.arange(area.shape[1]) + 0.5), f + e * (np.arange(area.shape[0]) + 0.5)


def call(*options):
    return CliRunner().invoke(app, [str(option) for option in options], catch_exceptions=False)


def faults(*options):
    with pytest.raises((RangeError, TerrainError)) as caught:
        call(*options)
    return [str(fault) for fault in caught.value.faults]


def test_a_drive_ends_in_the_nearest_cold_trap(dem, traps):
    found = journey([dem], RIM, None, Drive(SlopeLimits(30.0), within_km=8.0), GRID)
    assert isinstance(found.way, Way)
    summary = found.summary()
    assert summary["to"]["kind"] == "cold trap"
    assert summary["way"]["fall_m"] > 300.0
    assert summary["way"]["max_slope_deg"] <= 30.0
    assert 0.0 <= summary["light"]["sun_visible_least"] <= summary["light"]["sun_visible_mean"] <= 1.0
    assert len(found.rows()) == summary["way"]["waypoints"]
    assert found.rows()[0]["distance_km"] == 0.0


def test_a_steep_crater_says_which_limit_would_do(dem, traps):
    found = journey([dem], RIM, None, Drive(SlopeLimits(2.0), within_km=8.0))
    assert isinstance(found.way, NoWay)
    assert found.rows() == []
    again = journey([dem], RIM, None, Drive(SlopeLimits(found.way.needed_slope_deg), within_km=8.0))
    assert isinstance(again.way, Way)
    assert f"{found.way.needed_slope_deg:.1f} deg" in found.summary()["no_way_because"]


def test_without_a_cold_trap_there_is_no_way(dem, monkeypatch):
    def none(dems, area, *_, **__):
        return ColdTraps(area, np.zeros(area.shape, dtype=bool), 0.0)

    monkeypatch.setattr(journey_module, "cold_traps", none)
    found = journey([dem], FAR, None, Drive(within_km=3.0))
    assert found.summary()["no_way_because"] == "there is no permanent shadow of 1 km2 within the area looked at"
    assert found.summary()["needed_slope_deg"] is None


def test_a_square_is_cut_off_at_the_edge_of_the_model(dem):
    whole = area_near(dem, *RIM, 500.0)
    assert whole.shape == dem.shape
    small = area_near(dem, *RIM, 2.0)
    assert small.shape == (10, 10)
    cut = area_near(dem, -89.62, 0.0, 3.0)  # 11.5 km up the map of 12.2
    assert cut.shape[0] < cut.shape[1] <= 17
    west, south, east, north = cut.bounds_m
    assert north == 12_200.0
    assert west < 0.0 < east
    assert south == pytest.approx(11_520.0 - 3000.0, abs=400.0)
    for size in (0.0, -1.0, 5000.0):
        with pytest.raises(RangeError, match="within_km"):
            area_near(dem, *RIM, size)
    with pytest.raises(TerrainError, match="does not cover"):
        area_near(dem, -80.0, 0.0, 3.0)


def test_the_command_is_the_library_s_drive(land_file, dem, tmp_path):
    way_csv = tmp_path / "way.csv"
    options = ["--dem", land_file, "--from=-89.8,75", "--to=-89.8 200", "--max-slope-deg", 20, *MONTH]
    result = call(*options, "-o", way_csv, "--json")
    assert result.exit_code == 0
    report = json.loads(result.output)
    library = journey([dem], RIM, FAR, Drive(SlopeLimits(20.0)), GRID)
    assert report == {**json.loads(json.dumps(library.summary())), "output": str(way_csv)}
    rows = list(csv.DictReader(io.StringIO(way_csv.read_text())))
    assert len(rows) == report["way"]["waypoints"]
    assert float(rows[-1]["distance_km"]) == pytest.approx(report["way"]["length_km"])
    assert all(0.0 <= float(row["sun_visible_mean"]) <= 1.0 for row in rows)
    assert report["to"] == {"latitude_deg": -89.8, "longitude_deg": 200.0}
    assert "name" not in report["from"]
    words = call(*options, "--no-light").output
    assert f"{report['way']['length_km']:.1f} km to the place" in words
    assert "light:" not in words
    assert "a post every 400 m" in words


def test_geojson_is_a_line_with_its_points(land_file, tmp_path):
    path = tmp_path / "way.geojson"
    assert call("--dem", land_file, "--from=-89.8,75", "--to=-89.8,200", "--no-light", "-o", path).exit_code == 0
    features = json.loads(path.read_text())["features"]
    line = features[0]["geometry"]["coordinates"]
    assert len(features) == 1 + len(line)
    assert all(-180.0 <= lon <= 180.0 and lat < -89.0 for lon, lat, _ in line)
    assert features[0]["properties"]["way"]["length_km"] > 9.0


def test_no_way_is_told_and_no_file_written(land_file, tmp_path):
    path = tmp_path / "way.csv"
    options = ["--dem", land_file, "--from=-89.8,75", "--to=-89.8,200", "--max-slope-deg", 0.5, "-o", path]
    result = call(*options)
    assert result.exit_code == 0
    assert "There is no way: no way keeps to 0.5 deg; the easiest one needs" in result.output
    assert not path.exists()
    strict = call(*options, "--strict", "--json")
    assert strict.exit_code == 1
    assert json.loads(strict.output)["verdict"] == "there is no way"


def test_a_file_that_is_there_is_replaced_only_when_told(land_file, tmp_path):
    path = tmp_path / "way.csv"
    path.write_text("mine")
    options = ["--dem", land_file, "--from=-89.8,75", "--to=-89.8,200", "--no-light", "--strict", "-o", path]
    [fault] = faults(*options)
    assert fault.startswith("-o: there is a file already")
    assert path.read_text() == "mine"
    assert call(*options, "--overwrite").exit_code == 0
    assert path.read_text().startswith("distance_km")


def test_all_faults_come_at_once(tmp_path):
    found = faults(
        *("--dem", tmp_path / "absent.tif", "--from", "conecting-ridge", "--to=-89.6", "--to-cold-trap"),
        *("--end", "2099", "-o", tmp_path / "way.txt"),
    )
    for text in (
        "--to: stands beside --to-cold-trap",
        "--from: no such place; got 'conecting-ridge'",
        "did you mean connecting-ridge",
        "--to: is no place; got '-89.6'",
        "--end: time '2099' is not ISO 8601",
        "absent.tif",
        "-o: ends in no form that is known",
    ):
        assert any(text in fault for fault in found), (text, found)
    assert any("--to: is missing" in fault for fault in faults("--dem", tmp_path / "a", "--from=-89,0"))


def test_bad_numbers_are_refused(land_file):
    found = faults(
        *("--dem", land_file, "--from=-95,0", "--to=-89.8,500", "--max-slope-deg", -3),
        *("--least-trap-km2", -1, "--height", -2, *MONTH),
    )
    names = ["--max-slope-deg", "--least-trap-km2", "--height", "--from", "--to"]
    assert [fault.split(":")[0] for fault in found] == names  # the side's limit was not given
    (side,) = faults("--dem", land_file, "--from=-89,0", "--to=-89,9", "--max-cross-slope-deg", 99, *MONTH)
    assert side.startswith("--max-cross-slope-deg: out of range; got 99")
    assert any(
        "to the area" in one or "does not cover" in one
        for one in faults("--dem", land_file, "--from=-80,0", "--to-cold-trap")
    )


def test_a_target_beyond_the_model_is_named(land_file):
    [fault] = faults("--dem", land_file, "--from=-89.8,75", "--to=-70,0")
    assert "does not cover the target at latitude -70 deg" in fault


def test_a_model_in_degrees_is_laid_on_a_map_of_its_own(tmp_path, write_dem):
    path = write_dem(
        tmp_path / "degrees.tif",
        lambda lat, lon: 300.0 * np.sin(np.radians(30.0 * lon)) + 0.0 * lat,
        posting=1.0 / 64.0,
        side=96,
        crs="+proj=longlat +R=1737400 +no_defs",
        corner=(30.0, 21.0),
    )
    found = journey([open_dem(path)], (20.3, 30.4), (20.3, 31.0), Drive(SlopeLimits(15.0)))
    # 0.6 deg of longitude at 20.3 deg of latitude: 17.06 km.
    assert found.summary()["way"]["length_km"] == pytest.approx(17.06, rel=0.03)


def test_places_are_names_or_numbers():
    assert place_of("-89.45,222.7", "--from") == (-89.45, 222.7)
    assert place_of(" -89.45 ; 222.7", "--from") == (-89.45, 222.7)
    assert place_of("shackleton-rim", "--from")[0] == pytest.approx(-89.77, abs=0.01)
    for text in ("", "12", "1,2,3", "--"):
        with pytest.raises(RangeError, match="--from"):
            place_of(text, "--from")
