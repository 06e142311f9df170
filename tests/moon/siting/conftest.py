"""A made-up land round the pole, small enough to search in a moment."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.moon.area import area_around
from moonstation.moon.dem import open_dem
from moonstation.moon.siting.criteria import criteria_of
from moonstation.moon.siting.search import find_sites

CRITERIA = """
[search]
start = "2030-06-01"
end = "2030-09-01"
step = "4h"
candidates = 4
separation_km = 2.0
mast_m = 8.0

[landing]
semi_major_m = 600.0
semi_minor_m = 300.0
azimuth_deg = 30.0

[way]
max_slope_deg = 20.0
least_trap_km2 = 0.0

[pairs]
mast_m = 8.0
within_km = 50.0
pairs = 4

[[criteria]]
quantity = "sun_visible_mean"
mast_m = 8.0
min = 0.05
weight = 2.0

[[criteria]]
quantity = "longest_dark_h"
mast_m = 8.0
weight = 1.0

[[criteria]]
quantity = "earth_visible_mean"
mast_m = 2.0
weight = 1.0

[[criteria]]
quantity = "slope_deg"
max = 12.0

[[criteria]]
quantity = "landing_flat_share"
min = 0.3

[[criteria]]
quantity = "cold_trap_km"
weight = 0.5

[[criteria]]
quantity = "cold_trap_way_km"
max = 25.0
weight = 0.5
"""


def land(x_m, y_m):
    """Rolling ground with a ridge, three hills and a deep crater [m]."""
    height = 40.0 * np.sin(x_m / 2300.0) * np.cos(y_m / 1700.0)
    for east, north, top, wide in ((-3000, 2000, 700, 1800), (2500, 3000, 500, 1500), (1000, -4500, 600, 2000)):
        height = height + top * np.exp(-((x_m - east) ** 2 + (y_m - north) ** 2) / (2.0 * wide**2))
    return height - 900.0 * np.exp(-((x_m - 3500.0) ** 2 + (y_m + 1500.0) ** 2) / (2.0 * 1300.0**2))


@pytest.fixture(scope="package")
def land_file(tmp_path_factory, write_dem):
    side, posting = 61, 400.0
    x, y = np.meshgrid(np.arange(side) - side // 2, side // 2 - np.arange(side))
    heights = land(posting * x, posting * y).astype(np.float32)
    return write_dem(tmp_path_factory.mktemp("dem") / "land.tif", heights, posting=posting)


@pytest.fixture(scope="package")
def criteria_text():
    return CRITERIA


@pytest.fixture(scope="package")
def criteria():
    return criteria_of(CRITERIA)


@pytest.fixture(scope="package")
def found(land_file, criteria):
    dem = open_dem(land_file)
    return find_sites([dem], area_around(dem, -90.0, 0.0, 14.0), criteria)
