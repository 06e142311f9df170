"""``moonstation simulate`` and ``compare`` as people run, stop and mistype them."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xarray

from moonstation.cli.simulate import _cause, _reach
from short_night import HOURLY, short_night

MEMBERS = 80
_PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def scenario(tmp_path_factory) -> Path:
    """The first night cut after a month, in steps of an hour."""
    path = tmp_path_factory.mktemp("scenario") / "month.toml"
    first_results = '[[milestones]]\nname = "first results"'
    path.write_text(short_night("2029-02-01", before=first_results, **HOURLY), "utf-8")
    return path


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "moonstation", *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1"}
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, env=env)


def order(scenario: Path, folder: Path, *more: object) -> tuple[object, ...]:
    return ("simulate", scenario, "--members", MEMBERS, "--seed", 7, "--threads", 1, "-o", folder, *more)


@pytest.fixture(scope="module")
def whole(scenario, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "whole"
    done = run(*order(scenario, folder))
    assert done.returncode == 0, done.stderr
    return folder


def stopped(scenario: Path, folder: Path, number: signal.Signals) -> tuple[int, str]:
    """Exit code and words of a run that got the signal after its first chunk was kept, and before its last."""
    process = subprocess.Popen(command(*order(scenario, folder)), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    kept = folder.with_name(f"{folder.name}.unfinished")
    deadline = time.monotonic() + _PATIENCE_S
    while not list(kept.glob("chunk-*.npz")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(number)
    _, told = process.communicate(timeout=_PATIENCE_S)
    return process.returncode, told.decode()


def assert_same_results(one: Path, other: Path) -> None:
    assert (one / "summary.json").read_bytes() == (other / "summary.json").read_bytes()
    for name in ("members.parquet", "events.parquet"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    series = [xarray.open_dataset(each / "timeseries.zarr", engine="zarr", consolidated=False) for each in (one, other)]
    xarray.testing.assert_identical(*series)


def test_a_killed_run_goes_on_from_what_it_had_finished(scenario, whole, tmp_path):
    folder = tmp_path / "killed"
    assert stopped(scenario, folder, signal.SIGKILL) == (-signal.SIGKILL, "")
    kept = len(list(tmp_path.glob("killed.unfinished/chunk-*.npz")))
    assert 1 <= kept < MEMBERS / 16
    assert not folder.exists(), "a run that was killed never looks finished"
    done = run(*order(scenario, folder, "--resume"))
    assert done.returncode == 0, done.stderr
    assert_same_results(folder, whole)
    assert [path.name for path in tmp_path.iterdir()] == ["killed"], "nothing else is left"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_says_how_to_go_on(scenario, tmp_path, number):
    code, told = stopped(scenario, tmp_path / "stopped", number)
    assert code == 128 + number
    assert "go on from them with --resume" in told
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["stopped.unfinished"]
    assert not list(tmp_path.glob("stopped.unfinished/*.part"))
    refused = run(*order(scenario, tmp_path / "stopped"))
    assert refused.returncode == 2
    assert refused.stderr.startswith("1 fault found"), "what is refused has not been stopped"


def test_the_run_folder_holds_what_the_page_shows(scenario, whole):
    summary = json.loads((whole / "summary.json").read_text())
    assert summary["survival_low"] <= summary["survival_probability"] <= summary["survival_high"]
    assert set(summary["availability"]) == {"energy", "communication", "life_support"}
    members = pq.read_table(whole / "members.parquet")
    survived = members.column("survived").to_pylist()
    assert sum(survived) / MEMBERS == summary["survival_probability"]
    assert "fact.battery.floor" in members.column_names
    events = pq.read_table(whole / "events.parquet")
    assert set(events.column("member").to_pylist()) == set(range(MEMBERS))
    assert {"landed", "mode"} <= set(events.column("kind").to_pylist())
    manifest = json.loads((whole / "manifest.json").read_text())
    assert (manifest["kind"], manifest["seed"], manifest["members"]) == ("ensemble", 7, MEMBERS)
    assert (whole / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    again = run(*order(scenario, whole))
    assert again.returncode == 2
    assert "there are results already" in again.stderr


def test_every_fault_of_an_order_is_told_at_once(scenario, tmp_path):
    done = run("simulate", scenario, "--members", 0, "--seed", -1, "--threads", 0, "-o", scenario / "below")
    assert done.returncode == 2
    for words in (
        "--members: out of range",
        "--seed: out of range",
        "--threads: out of range",
        "-o: cannot be written",
    ):
        assert words in done.stderr
    assert "4 faults" in done.stderr


def test_options_of_many_lives_are_refused_for_one(scenario, tmp_path):
    done = run("simulate", scenario, "--resume", "--cluster", "tcp://localhost:1", "-o", tmp_path / "one")
    assert done.returncode == 2
    assert "--resume: is for many lives; say how many lives with --members" in done.stderr
    assert "--cluster: is for many lives" in done.stderr
    assert not (tmp_path / "one").exists()


def test_without_members_it_is_the_one_life_of_a_study(scenario, tmp_path):
    done = run("simulate", scenario, "--step", "30", "-o", tmp_path / "one", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"] in ("lives", "does not live")
    assert json.loads((tmp_path / "one" / "manifest.json").read_text())["step_h"] == 0.5


def test_one_of_the_lives_is_run_in_full(scenario, whole, tmp_path):
    done = run(*("simulate", scenario, "--members", MEMBERS, "--seed", 7, "--life", 5, "-o", tmp_path / "five"))
    assert done.returncode == 0, done.stderr
    assert f"life 5 of {MEMBERS}, seed 7" in " ".join(done.stdout.split())
    told = json.loads((tmp_path / "five" / "summary.json").read_text())
    row = pq.read_table(whole / "members.parquet").slice(5, 1).to_pylist()[0]
    assert told["data_returned_gbit"] == pytest.approx(row["data_returned_gbit"], rel=1e-9)
    assert told["longest_blackout_h"] == row["longest_blackout_h"]
    known = json.loads((tmp_path / "five" / "manifest.json").read_text())
    assert (known["kind"], known["seed"], known["member"], known["members"]) == ("study", 7, 5, MEMBERS)
    values = {fact["key"]: fact["value"] for fact in known["facts"]}
    assert values["battery.floor"] == pytest.approx(row["fact.battery.floor"])
    kinds = pq.read_table(tmp_path / "five" / "events.parquet").column("kind").to_pylist()
    assert kinds.count("fault-failed") == row["failures"]


def test_a_life_that_is_not_among_them_is_refused_with_all_other_faults(scenario, tmp_path):
    wrong = ("--life", 8, "--series", "charge_kwh@rover", "--seed", -3)
    done = run("simulate", scenario, "--members", 8, *wrong, "-o", tmp_path / "x")
    assert done.returncode == 2
    assert "--seed: out of range; got -3" in done.stderr
    assert "--life: is no life of these; got 8; allowed: 0 to 7" in done.stderr
    assert "--series: is not for a single life" in done.stderr
    alone = run("simulate", scenario, "--life", 0, "-o", tmp_path / "x")
    assert alone.returncode == 2
    assert "--life: is for many lives; say how many lives with --members" in alone.stderr
    assert not list(tmp_path.iterdir())


def test_a_terminal_is_told_how_far_it_is_and_what_time_is_left(scenario, tmp_path):
    ours, theirs = pty.openpty()
    asked = command(*order(scenario, tmp_path / "watched"))
    with subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=theirs, stdin=theirs) as process:
        os.close(theirs)
        seen = b""
        while process.poll() is None or select.select([ours], [], [], 0.0)[0]:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    seen += os.read(ours, 65536)
                except OSError:  # the terminal closes with its last program
                    break
    os.close(ours)
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode(errors="replace"))
    assert "compiling the station" in text
    assert re.search(r"lives .* [1-9]\d*% after 0:\d\d:\d\d left 0:\d\d:\d\d", text)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (
            {"kind": "fact", "cause": "rover.density", "rank_correlation": -0.52, "hazard_ratio": None, "meaning": ""},
            "rover.density (rank correlation -0.52)",
        ),
        (
            {
                "kind": "fact",
                "cause": "battery.floor",
                "rank_correlation": 0.2,
                "hazard_ratio": None,
                "meaning": "rest",
            },
            "battery.floor (rank correlation +0.20): rest",
        ),
        (
            {"kind": "failure", "cause": "bus", "rank_correlation": 0.4, "hazard_ratio": 3.25, "meaning": ""},
            "failures of bus (hazard times 3.2)",
        ),
    ],
)
def test_how_surely_an_outcome_hangs_on_a_cause_is_named(cause, words):
    assert _cause(cause) == words


def test_what_lives_cannot_tell_is_said_by_how_much_they_or_more_of_them_would_show():
    told = {"energy": {"smallest_found": 0.147, "lives_needed": 240}}
    assert _reach(told) == "what hangs together by a rank correlation under 0.15 does not show in so few"
    told["survival"] = {"smallest_found": 0.6, "lives_needed": 1252}
    assert _reach(told) == "about 1,252 lives would show a rank correlation of 0.3"


def test_two_designs_are_compared_pair_by_pair(scenario, tmp_path):
    other = tmp_path / "small.toml"
    other.write_text(scenario.read_text("utf-8").replace("capacity_kwh = 28", "capacity_kwh = 14"), "utf-8")
    done = run("compare", scenario, other, "--members", 12, "--seed", 7, "--json", "-o", tmp_path / "compared")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    charge = told["differences"]["lowest_charge"]
    assert charge["high"] < 0
    assert charge["clear"]
    assert told["shared_facts"] > 20
    assert sorted(path.name for path in (tmp_path / "compared").iterdir()) == [
        "manifest.json",
        "report.html",
        "summary.json",
    ]
    shown = run("compare", scenario, other, "--members", 2, "--seed", 7).stdout
    assert f"A is {scenario.stem}, B is small: means of 2 pairs, seed 7" in shown
    assert "* clear: the interval leaves out 0 and p < 0.05" in shown
    for members, words in ((0, "out of range"), (1, "is too few to tell a difference")):
        refused = run("compare", scenario, other, "--members", members, "--seed", 7)
        assert refused.returncode == 2
        assert f"--members: {words}" in refused.stderr


def test_all_that_is_wrong_with_an_order_is_told_at_once(scenario, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("", "utf-8")
    wrong = ("--members", 0, "--seed", -1, "--threads", 0, "--step", "soon", "-o", taken)
    for verb in (("simulate", scenario), ("compare", scenario, scenario), ("compare", scenario, "nowhere.toml")):
        refused = run(*verb, *wrong)
        assert refused.returncode == 2
        told = re.findall(r"^  - (\S+?):", refused.stderr, flags=re.MULTILINE)
        missing = ["nowhere.toml"] if "nowhere.toml" in verb else []
        assert told == ["--members", "--seed", "--threads", "-o", "--step", *missing]


def test_threads_beside_a_cluster_are_refused(scenario, tmp_path):
    both = ("--members", 4, "--threads", 2, "--cluster", "tcp://127.0.0.1:9", "-o", tmp_path / "x")
    for verb in (("simulate", scenario), ("compare", scenario, scenario)):
        refused = run(*verb, *both)
        assert refused.returncode == 2
        assert "--threads: is for this machine, and a cluster runs the lives; got 2; leave it out" in refused.stderr
    assert not list(tmp_path.iterdir())
