"""``moonstation site``: the function that the command line registers."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from moonstation.cli.site import site, site_report
from moonstation.core.errors import RangeError, TerrainError
from moonstation.core.time import TimeGrid
from moonstation.moon.horizon import Horizon
from moonstation.moon.places import named_places, shipped_horizon
from moonstation.moon.site import site_light

app = typer.Typer()
app.command()(site)
MONTH = ["--start", "2030-01-01", "--end", "2030-02-01", "--step", "1h"]
PROMISED = {
    *("site", "latitude_deg", "longitude_deg", "height_m", "start", "end", "step_h", "horizon"),
    *("sun_visible_mean", "sun_any_mean", "longest_dark_h", "earth_visible_mean", "longest_without_earth_h"),
}


def call(*options):
    return CliRunner().invoke(app, [str(option) for option in options], catch_exceptions=False)


def faults(*options):
    with pytest.raises((RangeError, TerrainError)) as caught:
        call(*options)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def ridge_csv(tmp_path):
    path = tmp_path / "ridge.csv"
    shipped_horizon("connecting-ridge", 2.0).to_csv(path)
    return path


def test_json_is_the_library_s_report():
    result = call("malapert-massif", "--height", "2", *MONTH, "--json")
    assert result.exit_code == 0
    report = json.loads(result.output)
    light = site_light(shipped_horizon("malapert-massif", 2.0), TimeGrid.between("2030-01-01", "2030-02-01", "1h"))
    assert report == site_report(light, "malapert-massif")
    assert set(report) >= PROMISED
    assert report["start"] == "2030-01-01T00:00:00Z"
    assert "moon_south_75S_400m.tif" in report["horizon"]["dem"]


def test_every_elevation_model_and_every_written_file_is_told(tmp_path, write_dem):
    x = np.arange(-20, 21) * 1000.0
    bowl = np.hypot(*np.meshgrid(x, x)) / 20.0
    near = write_dem(tmp_path / "near.tif", bowl / 10.0, 100.0)
    far = write_dem(tmp_path / "far.tif", bowl, 1000.0)
    page, windows = tmp_path / "place.html", tmp_path / "windows.csv"
    place = ["--lat", -90, "--lon", 0, "--dem", far, "--dem", near]
    said = call(*place, "--view", page, "--events", windows, *MONTH).output
    assert "dem: near.tif, far.tif\n" in said
    assert "terrain reached (km): " in said
    assert f"windows: {windows}\nview: {page}\n" in said


def test_height_defaults_to_ten_metres():
    assert json.loads(call("mons-mouton", *MONTH, "--json").output)["height_m"] == 10.0


def test_the_table_fits_a_terminal_of_eighty_columns():
    result = call("connecting-ridge", *MONTH)
    assert result.exit_code == 0
    for text in ("connecting-ridge", "mean share of the disc [%]", "longest gap [h]", "2030-01-01T00:00:00Z"):
        assert text in result.output
    assert "…" not in result.output
    assert max(map(len, result.output.splitlines())) <= 80


def test_angles_without_terrain_stand_on_the_smooth_sphere():
    report = json.loads(call("--lat", "-89", "--lon", "10", "--height", "0", *MONTH, "--json").stdout)
    assert report["site"] is None
    assert "smooth sphere" in report["horizon"]["terrain"]
    light = site_light(Horizon.flat(-89.0, 10.0, 0.0), TimeGrid.between("2030-01-01", "2030-02-01", "1h"))
    assert report["sun_visible_mean"] == light.summary["sun_visible_mean"]
    assert "smooth sphere" in call("--lat", "-89", "--lon", "10", *MONTH).output


def test_a_smooth_sphere_is_warned_of_before_any_number():
    far = call("--lat", "-89", "--lon", "10", *MONTH)
    assert far.output.index("warning: no terrain is given") < far.output.index("mean share of the disc")
    assert "km away" not in far.output
    near = call("--lat", "-89.46", "--lon", "223", *MONTH)
    assert "connecting-ridge, 0 km away, ships with its sky-lines" in near.stderr
    assert "warning" not in call("connecting-ridge", *MONTH).output


def test_lengths_of_the_terrain_are_numbers_for_machines():
    told = json.loads(call("connecting-ridge", *MONTH, "--json").output)["horizon"]
    assert (told["dem_posting_m"], told["dem_true_resolution_m"], told["reach_asked_km"]) == (400.0, 474.0, 310.0)
    assert told["ground_height_m"].startswith("1950.96 (")


def test_a_sky_line_of_one_s_own_needs_no_height(tmp_path):
    path = tmp_path / "own.csv"
    rows = "".join(f"{azimuth},-1.0\n" for azimuth in range(0, 360, 5))
    path.write_text(f"# latitude_deg: -89\n# longitude_deg: 10\nazimuth_deg,elevation_deg\n{rows}")
    report = json.loads(call("--horizon", path, *MONTH, "--json").output)
    assert (report["latitude_deg"], report["longitude_deg"], report["height_m"]) == (-89.0, 10.0, 10.0)
    assert json.loads(call("--horizon", path, "--height", 4, *MONTH, "--json").output)["height_m"] == 4.0


def test_a_sky_line_from_a_file_says_its_own_place(ridge_csv):
    shipped = json.loads(call("connecting-ridge", "--height", "2", *MONTH, "--json").output)
    read = json.loads(call("--horizon", ridge_csv, *MONTH, "--json").output)
    assert read["latitude_deg"] == shipped["latitude_deg"]
    assert read["sun_visible_mean"] == pytest.approx(shipped["sun_visible_mean"], abs=1e-4)


def test_a_sky_line_without_a_place_takes_it_from_the_options(tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text("azimuth_deg,elevation_deg\n" + "".join(f"{a},-1.0\n" for a in range(0, 360, 5)))
    options = ("--horizon", path, "--lat", -89, "--lon", 10, "--height", 5, *MONTH, "--json")
    assert json.loads(call(*options).output)["height_m"] == 5.0
    assert len(faults("--horizon", path, *MONTH)) == 2


def test_a_sky_line_made_for_another_place_is_refused(ridge_csv):
    told = faults("--horizon", ridge_csv, "--lat", -80, "--lon", 0, "--height", 3, *MONTH)
    assert [text.split("was made for another ")[1].split(";")[0] for text in told] == [
        "latitude",
        "longitude",
        "height",
    ]
    named = faults("mons-mouton", "--horizon", ridge_csv, *MONTH)
    assert len(named) == 2


@pytest.mark.shared
def test_an_elevation_model_gives_the_sky_line(shared_data):
    dem = shared_data / "terrain" / "moon_south_75S_400m.tif"
    shipped = json.loads(call("connecting-ridge", *MONTH, "--json").output)
    computed = json.loads(call("connecting-ridge", "--dem", dem, *MONTH, "--json").output)
    assert computed["sun_visible_mean"] == pytest.approx(shipped["sun_visible_mean"], abs=1e-3)
    assert "does not cover" in faults("--lat", "10", "--lon", "10", "--dem", dem, *MONTH)[0]


def test_every_window_goes_to_the_events_file(tmp_path):
    path = tmp_path / "windows.csv"
    call("malapert-massif", *MONTH, "--events", path, "--json")
    with path.open() as file:
        rows = list(csv.DictReader(file))
    light = site_light(shipped_horizon("malapert-massif", 10.0), TimeGrid.between("2030-01-01", "2030-02-01", "1h"))
    assert [row["start_utc"] for row in rows] == [event["start_utc"] for event in light.events()]
    assert list(tmp_path.iterdir()) == [path]  # nothing half-written is left


def test_files_that_are_there_are_replaced_only_when_told(tmp_path):
    events, view = tmp_path / "e.csv", tmp_path / "v.html"
    events.write_text("mine")
    view.write_text("mine")
    found = faults("malapert-massif", *MONTH, "--events", events, "--view", view)
    assert [fault.split(": got")[0][:32] for fault in found] == [
        "--events: there is a file alread",
        "--view: there is a file already;",
    ]
    assert events.read_text() == view.read_text() == "mine"
    call("malapert-massif", *MONTH, "--events", events, "--overwrite")
    assert events.read_text().startswith("event,start_utc")


def test_an_events_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "taken"
    folder.mkdir()
    (told,) = faults("malapert-massif", *MONTH, "--events", folder)
    assert "cannot be written" in told
    assert list(tmp_path.iterdir()) == [folder]


def test_without_dates_it_runs_over_one_turn_of_the_node():
    report = json.loads(call("connecting-ridge", "--step", "8h", "--json").output)
    assert (report["start"], report["end"]) == ("2026-01-01T00:00:00Z", "2044-08-08T00:00:00Z")


def test_a_misspelt_name_gets_suggestions():
    (told,) = faults("conecting-ridge", *MONTH)
    assert "did you mean connecting-ridge" in told
    assert all(name in told for name in named_places())


def test_all_faults_are_told_at_once(tmp_path):
    told = faults(
        *("conecting-ridge", "--lat", 3, "--horizon", "a.csv", "--dem", "b.tif"),
        *("--start", "yesterday", "--end", "2077-01-01", "--step", "10", "--events", tmp_path / "no" / "e.csv"),
    )
    for part in (
        *("both a name", "--lon: is missing", "stands beside --dem", "did you mean connecting-ridge"),
        *("--start: time 'yesterday'", "2077-01-01", "duration '10'", "folder does not exist"),
    ):
        assert any(part in text for text in told), part


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ([], "NAME: none is given"),
        (["--lat", "95", "--lon", "0"], "--lat: out of range; got 95.0 deg"),
        (["--lat", "nan", "--lon", "0"], "--lat: out of range"),
        (["nobile-rim", "--height", "5"], "allowed: 2 m and 10 m"),
        (["nobile-rim", "--start", "2031-01-01"], "is not after the start"),
        (["nobile-rim", "--step", "0.001s"], "too many steps"),
        (["nobile-rim", "--step", "90d"], "longer than the period"),
        (["nobile-rim", "--start", "1950-01-01"], "outside the ephemeris kernels"),
        (["nobile-rim", "--dem", "no-such.tif"], "no-such.tif"),
        (["--horizon", "no-such.csv"], "no-such.csv"),
    ],
)
def test_bad_input_gets_a_clear_answer(options, part):
    assert any(part in text for text in faults(*MONTH, *options))


def test_the_module_loads_no_numerics():
    probe = "import sys, moonstation.cli.site; print([m for m in ('numpy', 'numba', 'rasterio') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
