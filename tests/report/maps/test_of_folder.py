"""Every map of a folder gets its picture, with the names that the Moon has there."""

from __future__ import annotations

import json

import numpy as np
from PIL import Image

from moonstation.moon.dem import open_dem
from moonstation.report.maps.of_folder import picture_of_search, pictures_of


def test_every_map_of_a_folder_is_drawn(raster, bowl, tmp_path):
    folder = tmp_path / "map"
    folder.mkdir()
    values = np.linspace(0.0, 1.0, 3600, dtype="float32").reshape(60, 60)
    for name in ("sun_any_mean", "earth_any_mean"):
        raster(name, values).rename(folder / f"{name}.tif")
    told = []
    made = pictures_of(folder, [open_dem(bowl)], tell=lambda done, total: told.append((done, total)))
    assert [path.name for path in made] == ["earth_any_mean.png", "sun_any_mean.png"]
    assert told == [(0, 2), (1, 2)]
    with Image.open(made[0]) as picture:
        assert picture.format == "PNG"


def test_a_search_gets_one_picture_of_its_sites(raster, bowl, tmp_path):
    raster("score", np.full((60, 60), 0.5, "float32"))
    (tmp_path / "sites.csv").write_text("name,rank,score,latitude_deg,longitude_deg\nsite-01,1,0.9,-89.9,30\n")
    cuts = [{"words": "slope_deg at most 15"}, {"words": "longest_dark_h_10m at most 336"}]
    told = {"cuts": cuts, "left_share": 0.0244, "start": "2026-01-01T00:00:00Z", "end": "2044-08-08", "step_h": 1.0}
    (tmp_path / "sites.json").write_text(json.dumps(told))
    assert picture_of_search(tmp_path, [open_dem(bowl)]) == tmp_path / "sites.png"
    with Image.open(tmp_path / "sites.png") as picture:
        picture.load()
        assert picture.text["Title"] == "1 site found"
        said = picture.text["Description"]
    assert "2.4 % of the ground meets all: slope_deg at most 15; longest_dark_h_10m at most 336." in said
    assert "Period: 2026-01-01 to 2044-08-08, every 1 h." in said
