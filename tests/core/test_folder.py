"""Folders of results: whole or absent, and never in the place of something else."""

from __future__ import annotations

import json

import pytest

from moonstation.core.errors import RangeError
from moonstation.core.folder import Mark, folder_faults, whole_folder

MARKER = "manifest.json"
MARK = Mark(MARKER, "map")


def write(folder, text="new", **options):
    with whole_folder(folder, MARK, "-o", **options) as partial:
        (partial / MARKER).write_text(json.dumps({"kind": MARK.kind, "text": text}))


def said(folder):
    return json.loads((folder / MARKER).read_text())["text"]


def test_a_folder_appears_with_what_was_written(tmp_path):
    write(tmp_path / "deep" / "map")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["map"]
    assert said(tmp_path / "deep" / "map") == "new"


def test_a_stop_half_way_leaves_nothing(tmp_path):
    def stopped() -> None:
        with whole_folder(tmp_path / "map", MARK, "-o") as partial:
            (partial / "half").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert not list(tmp_path.iterdir())


def test_older_results_stay_until_the_new_ones_are_whole(tmp_path):
    write(tmp_path / "map", "old")
    with pytest.raises(RangeError, match="--overwrite"):
        write(tmp_path / "map")
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "map", MARK, "-o", overwrite=True):
        raise ZeroDivisionError
    assert said(tmp_path / "map") == "old"
    write(tmp_path / "map", overwrite=True)
    assert said(tmp_path / "map") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["map"]


def test_a_folder_of_something_else_is_never_replaced(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("x")
    faults = folder_faults(tmp_path / "thesis", MARK, "-o", overwrite=True)
    assert [fault.where for fault in faults] == ["-o"]
    with pytest.raises(RangeError, match="taken by something else: it holds no manifest.json of kind 'map'"):
        write(tmp_path / "thesis", overwrite=True)
    assert (tmp_path / "thesis" / "chapter.txt").exists()


def test_results_of_another_kind_are_never_replaced(tmp_path):
    write(tmp_path / "map")
    for mark in (Mark(MARKER, "study"), Mark("sites.json", "map")):
        with (
            pytest.raises(RangeError, match=f"it holds no {mark.file} of kind '{mark.kind}'"),
            whole_folder(tmp_path / "map", mark, "-o", overwrite=True),
        ):
            raise AssertionError
    assert said(tmp_path / "map") == "new"
    (tmp_path / "map" / MARKER).write_text("half a {")
    assert "taken by something" in str(folder_faults(tmp_path / "map", MARK, "-o", overwrite=True)[0])


def test_a_file_in_the_way_of_the_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    assert "cannot be written" in str(folder_faults(tmp_path / "file" / "map", MARK, "-o", overwrite=False)[0])
    (tmp_path / "empty").mkdir()
    assert folder_faults(tmp_path / "empty", MARK, "-o", overwrite=False) == []
