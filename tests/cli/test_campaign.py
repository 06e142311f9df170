"""``moonstation campaign`` as people run and mistype it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from moonstation.cli.progress import COMPILING_WORDS


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "moonstation", "campaign", *map(str, arguments)]
    env = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def test_a_campaign_prints_its_table_and_nothing_else_where_json_is_asked(tmp_path):
    asked = ("first-night", "--unit", "lander battery", "--step", "60", "--days", "90", "-o", tmp_path / "run")
    done = run(*asked, "--json")
    assert done.returncode == 0
    assert all(line.startswith(COMPILING_WORDS) for line in done.stderr.splitlines())
    assert json.loads(done.stdout) == json.loads((tmp_path / "run" / "campaign.json").read_text("utf-8"))
    again = run(*asked, "--overwrite")
    assert again.returncode == 0, again.stderr
    assert "12 failures, each alone: in 3 something is lost." in again.stdout
    assert "heater open" in again.stdout
    assert f"report: {tmp_path / 'run' / 'report.html'}" in again.stdout


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine", "utf-8")
    done = run("nowhere.toml", "--days", "-1", "--seed", "-1", "-o", taken)
    assert done.returncode == 2
    assert "4 faults found, nothing was run" in done.stderr
    for words in ("--days: out of range", "--seed: out of range", "is taken by something else", "no such scenario"):
        assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]
