"""``moonstation site --view``: the place as a page, whole or not at all."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from made_terrain import write_bowl
from moonstation.cli.site import site
from moonstation.core.errors import RangeError

app = typer.Typer()
app.command()(site)
MONTH = ["--start", "2030-01-01", "--end", "2030-02-01", "--step", "6h"]


def call(*options):
    return CliRunner().invoke(app, [str(option) for option in options], catch_exceptions=False)


@pytest.fixture
def dem(tmp_path):
    """A gentle bowl round the pole, 40 km wide."""
    return write_bowl(tmp_path / "bowl.tif", half_m=20_000.0, posting_m=400.0, slope=0.05)


def test_a_shipped_place_becomes_a_page(tmp_path):
    page = tmp_path / "ridge.html"
    assert call("connecting-ridge", *MONTH, "--view", page).exit_code == 0
    text = page.read_text("utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "The sky of connecting-ridge from 10 m" in text
    assert "2030-01-01T00:00:00Z to 2030-02-01T00:00:00Z, every 6 h" in text


def test_terrain_is_shown_where_it_is_given(tmp_path, dem):
    page = tmp_path / "bowl.html"
    assert call("--lat", -89.8, "--lon", 30, "--height", 2, "--dem", dem, *MONTH, "--view", page).exit_code == 0
    assert "Terrain: bowl.tif, 40 × 40 km" in page.read_text("utf-8")


def test_a_page_that_cannot_be_written_is_told_with_all_else(tmp_path):
    with pytest.raises(RangeError) as caught:
        call("connecting-ridge", "--height", "3", *MONTH, "--view", tmp_path / "none" / "page.html")
    told = [str(fault) for fault in caught.value.faults]
    assert any(text.startswith("--view: cannot be written: its folder does not exist") for text in told)
    assert any("height not shipped" in text for text in told)


def test_two_results_do_not_share_a_file(tmp_path):
    (tmp_path / "below").mkdir()
    same = tmp_path / "below" / ".." / "both"
    with pytest.raises(RangeError, match="--events and --view: name one and the same file"):
        call("connecting-ridge", *MONTH, "--events", tmp_path / "both", "--view", same)
    assert [path.name for path in tmp_path.iterdir()] == ["below"]
