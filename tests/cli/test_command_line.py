"""The command line as its users meet it: exit codes, JSON on a clean standard output, words instead of tracebacks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moonstation import __version__
from moonstation.cli import main
from moonstation.core.errors import BalanceError, Fault, RangeError
from moonstation.scenario.reading import library

MOONSTATION = Path(sys.executable).parent / "moonstation"
VERBS = ("study", "site", "map", "horizon", "ephemeris", "facts", "check", "schema", "terrain")
A_MONTH = ("--start", "2030-01-01", "--end", "2030-02-01", "--step", "8h")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def moonstation(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([MOONSTATION, *arguments], capture_output=True, text=True, check=False, timeout=300)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_it_says_its_version():
    done = moonstation("--version")
    assert (done.returncode, done.stdout) == (0, f"moonstation {__version__}\n")


def test_it_shows_its_verbs():
    done = moonstation("--help")
    assert done.returncode == 0
    assert all(verb in done.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb):
    done = moonstation(verb, "--help")
    assert done.returncode == 0
    assert done.stdout.strip()


@pytest.mark.parametrize(
    "arguments",
    [
        ("study", "first-night", "--json"),
        ("site", "connecting-ridge", *A_MONTH, "--json"),
        ("ephemeris", "--lat", "-89.45", "--lon", "222.7", "--at", "2030-01-01", "--json"),
        ("facts", "--json"),
        ("facts", "crew.oxygen", "--json"),
        ("check", "first-night", "--json"),
        ("schema",),
    ],
    ids=" ".join,
)
def test_json_stands_alone_on_the_standard_output(arguments):
    done = moonstation(*arguments)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("study", "first-nigth"), "first-night"),
        (("study", "."), "folder"),
        (("check", "absent.toml"), "absent.toml"),
        (("site", "conecting-ridge"), "connecting-ridge"),
        (("site",), "none is given"),
        (("site", "connecting-ridge", "--start", "yesterday"), "ISO 8601"),
        (("site", "connecting-ridge", "--start", "2031-01-01", "--end", "2030-01-01"), "not after"),
        (("ephemeris", "--lat", "-100", "--lon", "0", "--at", "2030-01-01"), "--lat: not a place on the Moon"),
        (("ephemeris", "--lat", "-89", "--lon", "0", "--at", "2060-01-01"), "--at: outside"),
        (("ephemeris", "--lat", "south", "--lon", "0", "--at", "2030-01-01"), "--lat"),
        (("horizon", "--lat", "-89", "--lon", "0", "--dem", "absent.tif", "-o", "out.csv"), "absent.tif"),
        (("facts", "sun.iradiance_1au"), "sun.irradiance_1au"),
        (("stdy", "ilrs"), "stdy"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_ends_in_words_and_exit_code_2(arguments, words):
    done = moonstation(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""
    assert not list(Path().iterdir())


def test_all_faults_come_at_once():
    done = moonstation("site", "--lat", "-89", "--start", "soon", "--step", "often")
    assert done.returncode == 2
    assert done.stderr.startswith("3 faults found, nothing was run:\n")
    assert all(option in done.stderr for option in ("--lon", "--start", "--step"))


def test_a_study_with_a_folder_that_is_taken_and_a_wrong_scenario_tells_both(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    text = library()["first-night"].read_text("utf-8")
    (tmp_path / "wrong.toml").write_text(text.replace("rhu_w = 40", "rhu = 40"), "utf-8")
    done = moonstation("study", "wrong.toml", "-o", "mine")
    assert done.returncode == 2
    assert done.stderr.startswith("2 faults found, nothing was run:\n")
    assert "-o: is taken by something else" in done.stderr
    assert "rhu: unknown key" in done.stderr


def test_strict_turns_a_negative_verdict_into_exit_code_1(tmp_path):
    text = library()["first-night"].read_text("utf-8")
    assert "rhu_w = 40" in text
    (tmp_path / "cold.toml").write_text(text.replace("rhu_w = 40", "rhu_w = 0"), "utf-8")
    assert moonstation("study", "cold.toml", "-o", "strict", "--strict").returncode == 1
    assert (tmp_path / "strict" / "report.html").exists()
    assert moonstation("study", "cold.toml", "-o", "mild").returncode == 0


def test_a_finished_run_is_never_lost_by_accident(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    for more in ((), ("--overwrite",)):
        done = moonstation("study", "first-night", "-o", "mine", *more)
        assert done.returncode == 2
        assert "it holds no manifest.json" in done.stderr
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
@pytest.mark.parametrize("after_s", [0.0, 1.0])
def test_a_stopped_study_leaves_nothing_that_looks_whole(tmp_path, how, after_s):
    process = subprocess.Popen(
        [MOONSTATION, "study", "ilrs", "-o", "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_until_at_work(process)
    time.sleep(after_s)
    process.send_signal(how)
    _, told = process.communicate(timeout=60)
    assert process.returncode != 0
    assert b"Traceback" not in told
    assert (b"nothing was left half-written" in told) == (process.returncode == 128 + how) == (how != signal.SIGKILL)
    assert not (tmp_path / "run").exists()


def wait_until_at_work(process: subprocess.Popen[bytes]) -> None:
    """Return when the command has loaded what only work needs."""
    maps = Path(f"/proc/{process.pid}/maps")
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and process.poll() is None:
        if not maps.exists():  # not Linux: the best that can be done
            time.sleep(3)
            return
        if "pydantic" in maps.read_text():
            return
        time.sleep(0.01)


def test_a_reader_who_leaves_early_causes_no_traceback():
    process = subprocess.Popen([MOONSTATION, "facts"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs the device /dev/full")
def test_a_full_disk_behind_the_standard_output_is_told():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [MOONSTATION, "facts", "--json"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (2, "error: No space left on device\n")


def test_a_terminal_that_knows_few_characters_is_enough():
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([MOONSTATION, "facts"], env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ("schema", "-o", ""),
        ("schema", "-o", "n" * 300),
        ("study", "first-night", "-o", "n" * 300),
        ("study", "first-night", "-o", "file/below"),
        ("site", "connecting-ridge", *A_MONTH, "--events", ""),
        ("horizon", "--lat", "-89", "--lon", "0", "--dem", "file", "-o", "n" * 300),
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)
def test_an_output_that_cannot_be_is_told_and_leaves_nothing(tmp_path, arguments):
    (tmp_path / "file").write_text("mine")
    done = moonstation(*arguments)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("file", "mine")]


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (BalanceError("mass does not close"), 1, "error: mass does not close\n"),
        (RangeError("too late"), 2, "error: too late\n"),
        (RangeError(Fault("--at", "is late")), 2, "1 fault found, nothing was run:\n  - --at: is late\n"),
        (OSError(28, "No space left on device"), 2, "error: No space left on device\n"),
        (SystemExit(130), 130, "\nstopped; nothing was left half-written\n"),
    ],
)
def test_errors_become_exit_codes(monkeypatch, capsys, error, code, told):
    def fail() -> None:
        raise error

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == code
    assert capsys.readouterr().err == told


def test_a_terminal_without_colour_or_width_is_enough():
    environment = {"PATH": os.environ["PATH"], "TERM": "dumb", "COLUMNS": "40", "LC_ALL": "C"}
    done = subprocess.run(
        [MOONSTATION, "site", "connecting-ridge", *A_MONTH], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"\x1b" not in done.stdout
