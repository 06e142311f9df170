"""On the real south pole a search finds the ridge that everyone names, without being told of it."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.moon.area import area_around
from moonstation.moon.dem import open_dem
from moonstation.moon.places import place
from moonstation.moon.projection import unit_vectors
from moonstation.moon.siting.cold_traps import within
from moonstation.moon.siting.criteria import criteria_of
from moonstation.moon.siting.search import find_sites
from moonstation.moon.siting.survey import survey
from moonstation.sky.ephemeris import Ephemeris

CRITERIA = """
[search]
start = "2030-01-01"
end = "2032-01-01"
step = "4h"
candidates = 3
[[criteria]]
quantity = "sun_visible_mean"
mast_m = 10.0
min = 0.5
weight = 1.0
[[criteria]]
quantity = "slope_deg"
max = 15.0
"""


@pytest.mark.shared
def test_connecting_ridge_is_found(shared_data):
    dem = open_dem(shared_data / "terrain" / "moon_south_85S_400m.tif")
    found = find_sites([dem], area_around(dem, -89.5, 230.0, 16.0), criteria_of(CRITERIA))
    known = place("connecting-ridge")
    apart = np.linalg.norm(found.sites[0].candidate.direction - unit_vectors(known.latitude_deg, known.longitude_deg))
    assert 1737.4 * apart < 1.0
    assert found.sites[0].candidate.values["sun_visible_mean_10m"] > 0.9
    assert found.cuts[0].alone > 0.5


WAYS = """
[landing]
semi_major_m = 500.0
semi_minor_m = 500.0
[[criteria]]
quantity = "cold_trap_way_km"
weight = 1.0
[[criteria]]
quantity = "landing_flat_share"
weight = 1.0
"""


@pytest.mark.shared
def test_a_square_without_cold_traps_knows_the_ways_to_those_around_it(shared_data):
    dem = open_dem(shared_data / "terrain" / "moon_south_85S_400m.tif")
    areas = [area_around(dem, -89.45, 222.7, size) for size in (8.0, 16.0)]
    small, large = (survey([dem], area, criteria_of(WAYS), Ephemeris.default()) for area in areas)
    for name, values in small.values.items():
        np.testing.assert_allclose(values, large.values[name][within(*areas)], rtol=1e-9, err_msg=name)
    ways = small.values["cold_trap_way_km"]
    assert 2.5 < ways.min() < np.median(ways) < 10.0
    assert small.known.all()
