"""Every map of a folder gets its picture, with the names that the Moon has there."""

from __future__ import annotations

import numpy as np
from PIL import Image

from moonstation.moon.dem import open_dem
from moonstation.report.maps.of_folder import pictures_of


def test_every_map_of_a_folder_is_drawn(raster, bowl, tmp_path):
    folder = tmp_path / "map"
    folder.mkdir()
    values = np.linspace(0.0, 1.0, 3600, dtype="float32").reshape(60, 60)
    for name in ("sun_any_mean", "earth_any_mean"):
        raster(name, values).rename(folder / f"{name}.tif")
    told = []
    made = pictures_of(folder, [open_dem(bowl)], lambda done, total: told.append((done, total)))
    assert [path.name for path in made] == ["earth_any_mean.png", "sun_any_mean.png"]
    assert told == [(0, 2), (1, 2)]
    with Image.open(made[0]) as picture:
        assert picture.format == "PNG"
