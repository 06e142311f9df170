"""``moonstation terrain`` as its users meet it: lists, JSON, words, and an end in the middle of a transfer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from moonstation.cli import terrain as module
from moonstation.cli.main import app
from moonstation.core.errors import MoonstationError, RangeError, TerrainError
from moonstation.moon.dem import open_dem
from moonstation.moon.products import transfer
from moonstation.moon.products.cache import cache_folder, cog_path, terrain_path
from moonstation.moon.products.catalogue import products

MOONSTATION = Path(sys.executable).parent / "moonstation"
NAME = "lola-global-4ppd"


def called(*words: object) -> str:
    result = CliRunner().invoke(app, ["terrain", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def south(shared_data):
    return shared_data / "terrain" / "moon_south_85S_400m.tif"


def test_the_list_shows_publisher_address_licence_and_size():
    text = called("list")
    assert f"{len(products())} models, 0 of them here" in text
    for one in products().values():
        assert one.publisher in text
        assert one.base_url in text
        assert one.licence in text
        assert f"    {one.name} " in text
    assert "3,681.1 MB" in text


def test_the_list_as_json_names_everything():
    rows = json.loads(called("list", "--json"))
    assert [row["name"] for row in rows] == list(products())
    one = next(row for row in rows if row["name"] == "lola-north-240m")
    assert one["url"].endswith("/lola_gdr/polar/float_img/ldem_60n_240m_float.img")
    assert one["label_url"].endswith("ldem_60n_240m_float.lbl")
    assert (one["status"], one["url_status"], one["arrived_bytes"]) == ("absent", "verified", 0)


def test_one_product_is_shown_in_full_and_beginnings_list_some():
    assert products()["lola-south-5m"].reference in called("list", "lola-south-5m")
    assert [row["name"] for row in json.loads(called("list", "lola-south-5m", "--json"))] == ["lola-south-5m"]
    assert {row["name"] for row in json.loads(called("list", "lola-north", "--json"))} == {
        name for name in products() if name.startswith("lola-north")
    }
    with pytest.raises(RangeError, match="no known product; got 'nothing'"):
        called("list", "nothing")


@pytest.mark.shared
def test_get_list_and_path_speak_of_the_same_model(archive, monkeypatch):
    monkeypatch.setenv("MOONSTATION_TERRAIN_URL", archive.url)
    got = json.loads(called("get", NAME, "--json"))
    assert (got["state"], got["fresh_bytes"]) == ("arrived", 2_073_600)
    assert got["record"]["covers"] == "latitude -90.00..90.00 deg"
    assert called("path", NAME).strip() == got["path"] == json.loads(called("path", NAME, "--json"))["path"]
    row = json.loads(called("list", NAME, "--json"))[0]
    assert (row["status"], row["sha256"]) == ("here", got["record"]["sha256"])
    assert "1 of them here" in called("list")
    assert "is here already" in called("get", NAME)
    assert "has not changed" in called("get", NAME, "--again")


@pytest.mark.shared
def test_a_transfer_in_part_shows_in_the_list_and_goes_on(archive, monkeypatch):
    monkeypatch.setattr(transfer.time, "sleep", lambda _: None)
    archive.break_after = [1_036_800, *[0] * len(transfer.WAITS_S)]
    with pytest.raises(TerrainError):
        called("get", NAME, "--url", archive.url)
    assert "50 % here" in called("list", "lola-global")
    text = called("get", NAME, "--url", archive.url)
    assert "1,036,800 bytes came, 1,036,800 were here from before" in text


@pytest.mark.shared
def test_an_added_file_serves_as_dem_under_its_name(south, tmp_path):
    told = json.loads(called("add", south, "--name", "south", "--json"))
    assert (told["state"], told["record"]["file"]) == ("added", str(south.resolve()))
    assert "south" in called("list", "south")
    assert [dem.path for dem in module.open_named_dems([Path("south"), south])] == [
        cog_path(cache_folder(), "south"),
        south,
    ]
    for verb in (["horizon", "--azimuths", "36", "-o", str(tmp_path / "h.csv")], ["site", "--end", "2026-01-02"]):
        words = [*verb, "--lat", "-89.5", "--lon", "10", "--dem", "south", "--json"]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
    assert open_dem(terrain_path("south")).sha256 == open_dem(told["path"]).sha256
    with pytest.raises(RangeError, match="is taken"):
        called("add", south, "--name", "south")
    assert "is checked and kept" in called("add", south, "--name", "south", "--replace")


def test_a_name_that_is_nearly_right_is_told_with_the_right_one(tmp_path):
    (tmp_path / "ridge_20m.tif").write_bytes(b"")
    for given, meant in (("lola-suth-20m", "lola-south-20m"), (tmp_path / "rigde_20m.tif", tmp_path / "ridge_20m.tif")):
        with pytest.raises(TerrainError) as told:
            module.open_named_dems([Path(given)])
        assert f"did you mean {meant}" in told.value.faults[0].hint


def test_names_that_mean_nothing_are_told_all_at_once(tmp_path):
    with pytest.raises(TerrainError) as told:
        module.open_named_dems([Path("lola-south-20m"), tmp_path / "absent.tif", Path("Nothing")])
    assert [fault.message for fault in told.value.faults] == [
        "is a known product that is not here yet",
        "no such file",
        "no such file",
    ]
    with pytest.raises(TerrainError, match=r"no model of the cache; got 'mine'; allowed: none; `terrain add` adds one"):
        called("path", "mine")
    with pytest.raises(TerrainError, match="`moonstation terrain get lola-south-20m` brings it"):
        called("path", "lola-south-20m")


def test_a_bar_shows_on_a_terminal_only(monkeypatch, capsys):
    with module._progress("x") as show:
        show("bringing", 1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with module._progress("x") as show:
        show("bringing", 1, 2)
        show("converting", 0, None)
    assert "converting" in capsys.readouterr().err


def started(archive, *more: str) -> subprocess.Popen[str]:
    archive.pause_s = 0.05
    return subprocess.Popen(
        [MOONSTATION, "terrain", "get", NAME, "--url", archive.url, *more],
        env={**os.environ, "no_proxy": "127.0.0.1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_bytes(archive, count: int) -> None:
    end = time.monotonic() + 30.0
    while archive.sent.get("ldem_4.img", 0) < count:
        assert time.monotonic() < end, "nothing was asked for"
        time.sleep(0.01)


@pytest.mark.shared
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_ends_suddenly_is_taken_up_by_the_next(archive, lola, how):
    first = started(archive)
    wait_for_bytes(archive, 900_000)
    first.send_signal(how)
    _, words = first.communicate(timeout=30)
    assert first.returncode == (-signal.SIGKILL if how == signal.SIGKILL else 130)
    if how == signal.SIGINT:
        assert "what has arrived is kept, the same command goes on from there" in words
    archive.pause_s = 0.0
    kept = json.loads(called("get", NAME, "--url", archive.url, "--json"))
    assert kept["state"] == "arrived"
    assert kept["kept_bytes"] > 500_000
    assert kept["kept_bytes"] + kept["fresh_bytes"] == len(lola)
    assert archive.asked[-1] == ("ldem_4.img", f"bytes={kept['kept_bytes']}-")
    assert kept["record"]["sha256"] == products()[NAME].sha256


@pytest.mark.shared
def test_faults_are_words_and_exit_code_2(archive):
    archive.files.clear()
    archive.types.clear()
    done = started(archive)
    out, words = done.communicate(timeout=60)
    assert (done.returncode, out) == (2, "")
    assert "the server answers 404" in words
    assert f"moonstation terrain add ldem_4.img --name {NAME}" in words
    assert "Traceback" not in words
    assert issubclass(TerrainError, MoonstationError)
