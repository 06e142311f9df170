"""Options that several verbs have: faults gathered, the period, the area, the bar."""

from __future__ import annotations

import json
import sys

import pytest
import rich.console
from numba import njit
from numba.core import event

from moonstation.cli.area import area_options, where_faults
from moonstation.cli.faults import as_typed, by_option, file_faults, tried
from moonstation.cli.main import app
from moonstation.cli.period import time_grid
from moonstation.cli.progress import COMPILING_WORDS, progress_bar
from moonstation.core.errors import Fault, RangeError
from moonstation.sky.ephemeris import Ephemeris
from moonstation.station import side_by_side
from moonstation.station.kernel import run_lives
from moonstation.studies import compilation
from moonstation.studies.compilation import ONE_LIFE

BOX, PLACE = (0.0, 0.0, 1e3, 1e3), (-89.0, 0.0)


def _raise(error):
    raise error


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("members", "out of range", 0), "--members: out of range; got 0"),
        (Fault("look_days", "is no number"), "--days: is no number"),
        (Fault("step", "is outside its range"), "--step: is outside its range"),
        (Fault("member", "is no life of these"), "--life: is no life of these"),
        (Fault("-o", "is there", hint="go on with resume=True, or"), "-o: is there; go on with --resume, or"),
        (Fault("resume", "differs", hint="add failures=False"), "--resume: differs; add --no-failures"),
        (Fault("ilrs.toml:3 step", "too long"), "ilrs.toml:3 step: too long"),
    ],
)
def test_arguments_of_the_library_are_told_as_the_options_that_are_typed(fault, words):
    assert str(as_typed(fault)) == words


def test_faults_of_all_are_kept_and_one_without_a_place_gets_the_option():
    faults = [Fault("--a", "is wrong")]
    assert tried(lambda: 3, faults) == 3
    assert tried(lambda: _raise(RangeError([Fault("b", "too"), Fault("c", "and too")])), faults) is None
    assert tried(lambda: _raise(RangeError("no words for where")), faults, "--d") is None
    assert [fault.where for fault in faults] == ["--a", "b", "c", "--d"]
    with pytest.raises(ZeroDivisionError):  # a defect is no fault of the person
        tried(lambda: 1 // 0, faults)


def test_faults_name_the_option_that_was_typed():
    faults = []
    wrong = [Fault("bounds", "leave the map"), Fault("dem.tif", "is no map")]
    tried(lambda: _raise(RangeError(wrong)), faults, options=area_options((BOX, None, None)))
    assert [fault.where for fault in faults] == ["--bounds", "dem.tif"]
    for where, option in (
        ((None, PLACE, 4.0), "--size"),
        ((None, None, None), "--dem"),
        ((BOX, None, None), "--bounds"),
    ):
        with pytest.raises(RangeError, match=f"{option}: has too many pixels"), by_option(area_options(where)):
            raise RangeError(Fault("map", "has too many pixels"))
    with pytest.raises(RangeError, match="words alone"), by_option({"map": "--dem"}):
        raise RangeError("words alone")


def test_a_file_that_is_there_is_replaced_only_when_told(tmp_path):
    path = tmp_path / "way.csv"
    assert file_faults(path, "-o", overwrite=False) == []
    path.write_text("mine")
    [fault] = file_faults(path, "-o", overwrite=False)
    assert str(fault) == f"-o: there is a file already; got {str(path)!r}; name another, or say --overwrite"
    assert file_faults(path, "-o", overwrite=True) == []
    [fault] = file_faults(tmp_path / "no" / "way.csv", "-o", overwrite=True)
    assert "its folder does not exist" in str(fault)


@pytest.mark.parametrize(
    ("where", "blamed"),
    [
        ((None, None, None), []),
        ((BOX, None, None), []),
        ((None, PLACE, 4.0), []),
        ((BOX, PLACE, 4.0), ["--bounds"]),
        ((BOX, None, 4.0), ["--bounds", "--around"]),
        ((None, PLACE, None), ["--size"]),
        ((None, None, 0.0), ["--around"]),
    ],
)
def test_an_area_is_a_box_or_a_place_with_a_size(where, blamed):
    assert [fault.where for fault in where_faults(where)] == blamed


def test_every_fault_of_a_period_is_told():
    with pytest.raises(RangeError) as caught:
        time_grid("soon", "9999-12-31", "1 moon", Ephemeris.default())
    assert [fault.where for fault in caught.value.faults] == ["--start", "--end", "--step"]
    with pytest.raises(RangeError, match="--step: makes too many steps"):
        time_grid("2026-01-01", "2044-08-08", "1s", Ephemeris.default())
    grid = time_grid("2026-01-01", "2026-01-03", "6h", Ephemeris.default())
    assert (grid.count, grid.step_h) == (8, 6.0)


@pytest.mark.parametrize("terminal", [True, False])
def test_the_bar_speaks_to_a_terminal_only(monkeypatch, capsys, terminal):
    real = rich.console.Console
    monkeypatch.setattr(
        rich.console, "Console", lambda **given: real(**given, force_terminal=terminal, file=sys.stderr)
    )
    with progress_bar("reading") as show:
        show("tiles", 1, 4)
        show("tiles", 4, 4)
    told = capsys.readouterr()
    assert told.out == ""
    assert ("tiles" in told.err) == terminal


@pytest.fixture
def next_of():
    @njit
    def added(number):
        return number + 1

    return added


def test_where_no_bar_can_be_seen_one_line_tells_why_it_takes_so_long(capsys, monkeypatch, next_of):
    monkeypatch.setattr(compilation, "UNTOLD_S", 0.0)
    with progress_bar("compiling the station") as show:
        show("compiling the station", 1, 4)
        assert capsys.readouterr() == ("", "")
        assert next_of(1) == 2
        assert capsys.readouterr() == ("", f"{COMPILING_WORDS}the function added\n")
        assert next_of(1.5) == 2.5
    assert next_of(1j) == 1 + 1j
    assert capsys.readouterr() == ("", "")


def test_nothing_is_told_of_what_compiles_at_once_or_is_compiled(capsys, monkeypatch, next_of):
    with progress_bar("reading"):
        assert next_of(1) == 2
    monkeypatch.setattr(compilation, "UNTOLD_S", 0.0)
    with progress_bar("reading"):
        assert next_of(3) == 4
    assert capsys.readouterr() == ("", "")


def test_a_study_tells_it_too_and_prints_nothing_else(capsys, monkeypatch, tmp_path):
    real = side_by_side.run_kernel

    def compiled_first(*given):
        with event.trigger_event("numba:compile", {"dispatcher": run_lives}):
            return real(*given)

    monkeypatch.setattr(side_by_side, "run_kernel", compiled_first)
    monkeypatch.setattr(compilation, "UNTOLD_S", 0.0)
    app(["simulate", "first-night", "--step", "1h", "--json", "-o", str(tmp_path / "night")], standalone_mode=False)
    told = capsys.readouterr()
    assert json.loads(told.out)["name"] == "first-night"
    assert told.err == f"{COMPILING_WORDS}{ONE_LIFE}\n"
