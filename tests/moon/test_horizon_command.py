"""``moonstation horizon``: writes the table whole or not at all, and tells every fault."""

from __future__ import annotations

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from moonstation.cli.horizon import horizon as command
from moonstation.core.errors import MoonstationError
from moonstation.moon.horizon import Horizon

app = typer.Typer()
app.command()(command)


def called(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def dem_path(tmp_path, write_dem):
    return write_dem(tmp_path / "m.tif", lambda lat, lon: 800.0 * np.sin(np.radians(lon * 5.0)))


PLACE = ("--lat", "-89.5", "--lon", "222.7", "--height", "2")


def test_it_writes_the_table_and_one_line(tmp_path, dem_path):
    result = called(*PLACE, "--dem", dem_path, "--azimuths", "36", "-o", tmp_path / "h.csv")
    assert result.exit_code == 0, result.output
    assert "36 azimuths from an eye 2 m high" in result.stdout
    lines = (tmp_path / "h.csv").read_text().splitlines()
    assert lines[0] == "# latitude_deg: -89.5"
    assert "azimuth_deg,elevation_deg,distance_km" in lines
    assert Horizon.from_csv(tmp_path / "h.csv").azimuth_deg.size == 36


def test_json_says_what_the_table_holds(tmp_path, dem_path):
    result = called(*PLACE, "--dem", dem_path, "--reach-km", "20", "-o", tmp_path / "h.csv", "--json")
    said, table = json.loads(result.stdout), Horizon.from_csv(tmp_path / "h.csv")
    assert said["azimuths"] == 720
    assert said["elevation_max_deg"] == pytest.approx(table.elevation_deg.max())
    assert said["farthest_km"] == pytest.approx(table.distance_km.max(), abs=1e-3)
    assert said["provenance"]["reach_asked_km"] == "20"


def test_all_faults_come_at_once_and_nothing_is_written(tmp_path, dem_path):
    result = called(*PLACE, "--dem", tmp_path / "absent.tif", "--dem", dem_path, "-o", tmp_path / "no" / "h.csv")
    assert isinstance(result.exception, MoonstationError)
    assert "its folder does not exist" in str(result.exception)
    assert "no such file" in str(result.exception)
    assert not (tmp_path / "no").exists()


def test_a_place_outside_leaves_an_old_table_alone(tmp_path, dem_path):
    (tmp_path / "h.csv").write_text("old")
    result = called("--lat", "-60", "--lon", "0", "--dem", dem_path, "-o", tmp_path / "h.csv", "--overwrite")
    assert "does not cover" in str(result.exception)
    assert (tmp_path / "h.csv").read_text() == "old"
    assert "is a folder" in str(called(*PLACE, "--dem", dem_path, "-o", tmp_path).exception)


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path, dem_path):
    (tmp_path / "h.csv").write_text("old")
    options = (*PLACE, "--dem", dem_path, "--azimuths", "36", "-o", tmp_path / "h.csv")
    refused = called(*options)
    assert isinstance(refused.exception, MoonstationError)
    assert "-o: there is a file already" in str(refused.exception)
    assert "name another, or say --overwrite" in str(refused.exception)
    assert (tmp_path / "h.csv").read_text() == "old"
    assert called(*options, "--overwrite").exit_code == 0
    assert Horizon.from_csv(tmp_path / "h.csv").azimuth_deg.size == 36


def test_without_a_file_to_write_it_says_what_to_give(tmp_path):
    result = called(*PLACE, "--dem", tmp_path / "absent.tif")
    told = str(result.exception)
    assert "-o: is missing: no file to write the sky-line to; say, for instance, -o sky-line.csv" in told
    assert "no such file" in told


def test_json_goes_to_a_pipe_as_well_as_to_a_file(dem_path):
    result = called(*PLACE, "--dem", dem_path, "--azimuths", "36", "-o", "/dev/null", "--json")
    assert json.loads(result.stdout)["output"] == "/dev/null"
