"""``moonstation find-sites``: the function that the command line registers."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from moonstation.cli import find_sites as command
from moonstation.cli.find_sites import find_sites
from moonstation.core.errors import RangeError, TerrainError
from moonstation.moon.siting import search
from moonstation.moon.siting.criteria import criteria_of, shipped_criteria
from moonstation.moon.siting.folder import search_json
from moonstation.report.maps import of_folder

app = typer.Typer()
app.command()(find_sites)
SMALL = ["--around", "-90", "0", "--size", "14"]


def call(*options):
    return CliRunner().invoke(app, [str(option) for option in options], catch_exceptions=False, env={"COLUMNS": "80"})


def faults(*options):
    with pytest.raises((RangeError, TerrainError)) as caught:
        call(*options)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def criteria_file(tmp_path, criteria_text):
    path = tmp_path / "criteria.toml"
    path.write_text(criteria_text, encoding="utf-8")
    return path


def test_the_criteria_that_are_printed_are_those_that_count():
    printed = call("--print-criteria").output
    assert printed == shipped_criteria()
    assert criteria_of(printed) == criteria_of(shipped_criteria())


def test_json_is_the_library_s_search_and_the_folder_holds_it(land_file, criteria_file, found, tmp_path):
    folder = tmp_path / "found"
    own = tmp_path / "names.csv"
    own.write_text("name,latitude_deg,longitude_deg\nMine,-89.95,0\n")
    result = call("--dem", land_file, "--criteria", criteria_file, *SMALL, "-o", folder, "--json", "--names", own)
    assert result.exit_code == 0
    assert result.output == search_json(found) == (folder / "sites.json").read_text("utf-8")
    assert (folder / "sites.png").read_bytes().startswith(b"\x89PNG")
    again = faults("--dem", land_file, "--criteria", criteria_file, *SMALL, "-o", folder)
    assert any("there are results already" in fault for fault in again)


def test_a_search_whose_picture_fails_leaves_no_folder(land_file, criteria_file, tmp_path, found, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(search, "find_sites", lambda *_: found)  # the drawing counts here
    monkeypatch.setattr(of_folder, "sites_picture", fail)
    (tmp_path / "out").mkdir()
    told = faults("--dem", land_file, "--criteria", criteria_file, *SMALL, "-o", tmp_path / "out" / "found")
    assert "No space left" in told[0]
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_printed_fits_a_terminal_of_eighty_columns(found, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    command._print_found(found, tmp_path / "found")
    printed = capsys.readouterr().out
    told = printed[: printed.index("folder: ")]
    assert max(map(len, told.splitlines())) <= 80
    for text in ("site-01", "on the Pareto front", "longest_dark_h_8m", "gains most by", "ground left", "together: "):
        assert text in printed
    assert "…" not in printed


def test_nothing_left_is_said_with_what_to_loosen(land_file, tmp_path):
    hard = tmp_path / "hard.toml"
    hard.write_text('[[criteria]]\nquantity = "slope_deg"\nmax = 0.0\nweight = 1\n', encoding="utf-8")
    result = call("--dem", land_file, "--criteria", hard, *SMALL, "-o", tmp_path / "none")
    assert result.exit_code == 0
    assert "no ground meets all constraints" in result.output
    told = json.loads((tmp_path / "none" / "sites.json").read_text("utf-8"))
    assert told["sites"] == []
    assert told["cuts"][0]["alone"] == 1.0
    assert (tmp_path / "none" / "sites.csv").read_text("utf-8").startswith("name,rank,score")


def test_all_faults_come_at_once(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text('[search]\ncandidates = 0\n[[criteria]]\nquantity = "slop_deg"\nweight = 1\n', encoding="utf-8")
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "letter.txt").write_text("mine")
    found = faults("--dem", tmp_path / "absent.tif", "--criteria", bad, "-o", taken, "--around", -90, 0)
    for text in (
        "absent.tif: no such file",
        "search.candidates: is outside its range",
        "no such quantity; got 'slop_deg'; did you mean slope_deg",
        "holds no sites.json",
        "--size: is missing",
    ):
        assert any(text in fault for fault in found), (text, found)
    assert [path.name for path in taken.iterdir()] == ["letter.txt"]


def test_what_is_missing_is_named(land_file):
    assert any("--dem: is missing" in fault for fault in faults("-o", "x"))
    assert any("-o: is missing" in fault for fault in faults("--dem", land_file))
    both = faults("--dem", land_file, "-o", "x", "--bounds", 0, 0, 1, 1, *SMALL)
    assert any("--bounds: stands beside" in fault for fault in both)
    assert any("--around: is missing" in fault for fault in faults("--dem", land_file, "-o", "x", "--size", 5))


def test_every_fault_names_what_was_typed(land_file, tmp_path):
    late = tmp_path / "late.toml"
    late.write_text('[search]\nend = "2060-01-01"\n[[criteria]]\nquantity = "slope_deg"\nweight = 1\n')
    told = faults(
        *("--dem", land_file, "-o", tmp_path / "x", "--criteria", late, "--around", -95, 0, "--size", 3000),
        *("--names", tmp_path / "none.csv", "--kernel", tmp_path / "none.bsp"),
    )
    for text in ("--around: out of range", "--size: out of range", "--names ", "none.bsp"):
        assert any(text in one for one in told), (text, told)
    [period] = faults("--dem", land_file, "-o", tmp_path / "x", "--criteria", late)
    assert period.startswith("late.toml search.end: outside the ephemeris kernels")
    assert "--kernel FILE" in period


def test_bounds_in_degrees_get_a_hint(land_file, tmp_path):
    found = faults("--dem", land_file, "-o", tmp_path / "x", "--bounds", 10, 20, 30, 40)
    assert any("degrees" in fault for fault in found)
