"""``moonstation map`` draws what it computes, unless it is told not to."""

from __future__ import annotations

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from made_terrain import write_bowl
from moonstation.cli.map import light_map
from moonstation.core.errors import RangeError
from moonstation.report.maps import sheet

app = typer.Typer()
app.command()(light_map)
WEEK = ["--start", "2030-01-01", "--end", "2030-01-08", "--step", "8h", "--layers", "sun_visible_mean,permanent_shadow"]
COARSE = ["--directions", "8", "--reach-km", "10"]


@pytest.fixture
def dem(tmp_path):
    """A bowl round the pole, 24 km wide, 800 m pixels."""
    return write_bowl(tmp_path / "bowl.tif", half_m=12_000.0, posting_m=800.0, slope=0.1)


@pytest.mark.parametrize(
    ("option", "drawn"), [([], ["permanent_shadow.png", "sun_visible_mean.png"]), (["--no-pictures"], [])]
)
def test_a_picture_lies_beside_each_map(tmp_path, dem, option, drawn):
    folder = tmp_path / "map"
    result = CliRunner().invoke(app, ["--dem", str(dem), "-o", str(folder), *WEEK, *option], catch_exceptions=False)
    assert result.exit_code == 0
    assert sorted(path.name for path in folder.glob("*.tif")) == ["permanent_shadow.tif", "sun_visible_mean.tif"]
    assert sorted(path.name for path in folder.glob("*.png")) == drawn
    for name in drawn:
        with Image.open(folder / name) as picture:
            picture.load()
            said = picture.text["Description"]
        assert "Period: 2030-01-01 to 2030-01-08, every 8 h. Eye 2 m above the ground. Computed over bowl.tif." in said
        assert "Relief: bowl.tif (800 m)" in said


def test_a_map_whose_drawing_is_stopped_leaves_nothing_and_the_older_one_as_it_was(tmp_path, dem, monkeypatch):
    older = tmp_path / "out" / "map" / "manifest.json"
    older.parent.mkdir(parents=True)
    older.write_text('{"kind": "light map"}')
    options = ["--dem", str(dem), "-o", str(older.parent), *WEEK, *COARSE]
    drawn = []

    def write_whole(path, content, where):
        if drawn:
            raise KeyboardInterrupt
        drawn.append(path)

    monkeypatch.setattr(sheet, "write_whole", write_whole)
    result = CliRunner().invoke(app, [*options, "--overwrite"])
    assert result.exit_code != 0
    assert [path.name for path in drawn] == ["permanent_shadow.png"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["map"]
    assert [path.read_text() for path in older.parent.iterdir()] == ['{"kind": "light map"}']


def test_a_picture_that_cannot_be_written_is_told_by_the_folder_that_was_asked_for(tmp_path, dem, monkeypatch):
    def write_whole(path, content, where):
        (path.parent / path.name).mkdir()
        return whole(path, content, where)

    whole = sheet.write_whole
    monkeypatch.setattr(sheet, "write_whole", write_whole)
    folder = tmp_path / "out" / "map"
    with pytest.raises(RangeError) as caught:
        CliRunner().invoke(app, ["--dem", str(dem), "-o", str(folder), *WEEK, *COARSE], catch_exceptions=False)
    assert str(caught.value.faults[0]).startswith(f"{folder / 'permanent_shadow.png'}: cannot be written")
    assert ".partial" not in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []
