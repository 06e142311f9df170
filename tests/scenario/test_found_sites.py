"""Sites that a search has found go into a scenario as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from moonstation.moon.area import area_around
from moonstation.moon.dem import open_dem
from moonstation.moon.siting.criteria import criteria_of
from moonstation.moon.siting.folder import write_search
from moonstation.moon.siting.search import find_sites
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import load_scenario

GOOD = Path(__file__).with_name("good.toml").read_text("utf-8")
MOON = "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R=1737400 +units=m +no_defs"
CRITERIA = """
[search]
start = "2029-01-01"
end = "2029-02-01"
step = "8h"
candidates = 1
mast_m = 10.0
[[criteria]]
quantity = "slope_deg"
weight = 1.0
"""


@pytest.fixture
def folder(tmp_path):
    x, y = np.meshgrid(np.arange(31) - 15, 15 - np.arange(31))
    heights = (800.0 * np.exp(-(x**2 + y**2) / 60.0)).astype(np.float32)
    profile = {"driver": "GTiff", "width": 31, "height": 31, "count": 1, "dtype": "float32", "crs": MOON}
    with rasterio.open(
        tmp_path / "hill.tif", "w", transform=rasterio.Affine(400, 0, -6200, 0, -400, 6200), **profile
    ) as f:
        f.write(heights, 1)
    dem = open_dem(tmp_path / "hill.tif")
    return write_search(find_sites([dem], area_around(dem, -90.0, 0.0, 6.0), criteria_of(CRITERIA)), tmp_path / "found")


def test_a_found_site_pastes_into_a_scenario(folder):
    table = GOOD[GOOD.index("[sites.landing-place]") : GOOD.index("[ground_stations.kashi]")]
    text = GOOD.replace(table, "").replace('"landing-place"', '"site-01"')
    path = folder / "night.toml"  # beside sites.toml and horizons/
    path.write_text(f"{text}\n{(folder / 'sites.toml').read_text('utf-8')}", encoding="utf-8")
    station = build_station(load_scenario(path))
    site = station.sites["site-01"] if isinstance(station.sites, dict) else station.sites[0]
    assert site.mast_horizon.height_m == 10.0
    assert site.ground_horizon.height_m == 2.0
    assert "hill.tif" in site.mast_horizon.provenance["dem"]
