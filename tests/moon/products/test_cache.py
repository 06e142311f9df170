"""Where models are kept, and what a text given as --dem means."""

from __future__ import annotations

from pathlib import Path

import pytest

from moonstation.core.errors import RangeError, TerrainError
from moonstation.moon.products.cache import (
    cache_folder,
    cached_names,
    cog_path,
    opened_folder,
    read_record,
    terrain_path,
    write_record,
)


def test_the_folder_follows_option_environment_and_xdg(monkeypatch, tmp_path):
    assert cache_folder("mine") == Path("mine")
    assert cache_folder() == tmp_path / "cache"  # MOONSTATION_TERRAIN, set for these tests
    monkeypatch.delenv("MOONSTATION_TERRAIN")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert cache_folder() == tmp_path / "data" / "moonstation" / "terrain"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".local" / "share" / "moonstation" / "terrain"
    assert cache_folder("~/m") == tmp_path / "m"


def test_a_text_means_a_path_first_then_a_kept_model(tmp_path, monkeypatch):
    kept = cog_path(opened_folder(cache_folder()), "ridge")
    kept.write_bytes(b"")
    assert terrain_path("ridge") == kept
    monkeypatch.chdir(tmp_path)
    Path("ridge").write_bytes(b"")
    assert terrain_path("ridge") == Path("ridge")
    assert terrain_path("no/such.tif") == Path("no/such.tif")
    assert terrain_path("NoSuch") == Path("NoSuch")
    assert cached_names(cache_folder()) == ["ridge"]


def test_a_product_that_is_not_here_is_told_with_the_command_that_brings_it():
    with pytest.raises(TerrainError, match="not here yet; `moonstation terrain get lola-south-20m` brings it"):
        terrain_path("lola-south-20m")


@pytest.mark.parametrize("content", ["", "[1, 2]", "{broken", "\x00"])
def test_a_damaged_record_is_no_record(content):
    folder = opened_folder(cache_folder())
    (folder / "m.json").write_text(content)
    assert read_record(folder, "m") == {}
    write_record(folder, "m", {"sha256": "0"})
    assert read_record(folder, "m") == {"sha256": "0"}


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RangeError, match="--cache: cannot be used"):
        opened_folder(tmp_path / "file" / "below")
