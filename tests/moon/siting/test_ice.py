"""Ice as a quantity of a search: depth at the place, and distance to ground that has it near enough."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.moon.area import area_around
from moonstation.moon.dem import open_dem
from moonstation.moon.regolith import temperature_map as module
from moonstation.moon.siting.criteria import criteria_of
from moonstation.moon.siting.survey import survey
from moonstation.sky.ephemeris import Ephemeris


def test_ice_that_is_stable_nowhere_is_infinitely_deep(land_file, monkeypatch):
    dem = open_dem(land_file)
    area = area_around(dem, -90.0, 0.0, 6.0)
    depth = np.full(area.shape, np.nan, dtype=np.float32)
    depth[7, 7], depth[2, 2] = 0.3, 2.0
    rasters = (depth,) * 4
    monkeypatch.setattr(
        module, "temperature_map", lambda dems, area, start, **_: module.TemperatureMap(area, *rasters, {})
    )
    icy = criteria_of(
        '[ice]\ndepth_m = 1.0\n[[criteria]]\nquantity = "ice_km"\nweight = 1\n'
        '[[criteria]]\nquantity = "ice_stable_depth_m"\nmax = 1.0\n'
    )
    values = survey([dem], area, icy, Ephemeris.default()).values
    assert values["ice_km"][7, 7] == 0.0
    assert values["ice_km"][7, 12] == pytest.approx(2.0, rel=1e-3)
    assert values["ice_km"][2, 2] > 2.0  # too deep to count
    assert values["ice_stable_depth_m"][7, 7] == pytest.approx(0.3)
    assert np.isinf(values["ice_stable_depth_m"][3, 3])
