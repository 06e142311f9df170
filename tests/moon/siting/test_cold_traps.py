"""Cold traps are sought beyond the area searched, and count by their size, not by an edge that cuts them."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.moon.area import area_around, area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.siting import cold_traps as cold_traps_module
from moonstation.moon.siting.cold_traps import patches_of, surroundings, within
from moonstation.moon.siting.criteria import criteria_of
from moonstation.moon.siting.search import find_sites
from moonstation.moon.siting.survey import survey
from moonstation.sky.ephemeris import Ephemeris

CRITERIA = """
[search]
start = "2030-06-01"
end = "2030-06-08"
step = "8h"
candidates = 1
[landing]
semi_major_m = 900.0
semi_minor_m = 900.0
[way]
max_slope_deg = 25.0
reach_km = 9.0
least_trap_km2 = 1.0
[[criteria]]
quantity = "cold_trap_km"
weight = 1
[[criteria]]
quantity = "cold_trap_way_km"
weight = 1
[[criteria]]
quantity = "landing_slope_deg"
weight = 1
"""
NORTH_OF_THE_CRATER = (-89.9, 60.0)  # the crater of the made-up land lies beyond the edge of a square of two kilometres


@pytest.fixture(scope="module")
def dem(land_file):
    return open_dem(land_file)


def surveyed(dem, size_km):
    area = area_around(dem, *NORTH_OF_THE_CRATER, size_km)
    return survey([dem], area, criteria_of(CRITERIA), Ephemeris.default())


@pytest.fixture(scope="module")
def small(dem):
    return surveyed(dem, 2.0)


def test_a_small_area_gives_what_a_large_one_gives_in_its_place(dem, small):
    large = surveyed(dem, 14.0)
    place = within(small.area, large.area)
    traps = small.cold_traps
    assert not traps.mask[within(small.area, traps.area)].any()
    for name in ("cold_trap_km", "cold_trap_way_km", "landing_slope_deg"):
        np.testing.assert_allclose(small.values[name], large.values[name][place], rtol=1e-9, err_msg=name)
        assert np.isfinite(small.values[name]).all(), name
    assert small.values["cold_trap_km"].min() > 0.4
    assert large.values["cold_trap_km"].max() <= 9.0 or np.isinf(large.values["cold_trap_km"].max())


def test_a_patch_counts_by_its_size_wherever_it_lies(dem):
    area = area_of(dem)
    mask = np.zeros(area.shape, dtype=bool)
    mask[5, 5] = True  # 0.16 km2
    mask[10:13, 10:13] = True
    mask[0, 20] = True  # cut by the edge
    mask[20:24, :2] = True
    kept = patches_of(mask, area, 1.0)
    assert not kept[5, 5]
    assert not kept[0, 20]
    assert kept[10:13, 10:13].all()
    assert kept[20:24, :2].all()
    np.testing.assert_array_equal(patches_of(mask, area, 0.0), mask)


def test_a_patch_beside_the_edge_is_followed_to_tell_its_size(dem, monkeypatch):
    # Seven pixels in a row, 1.1 km2: one of them in the area.
    area = area_around(dem, -90.0, 0.0, 4.0)
    rows, cols = within(area, area_of(dem))

    def shadow(dems, wider, *_):
        here = within(wider, area_of(dem))
        layer = np.zeros(dem.shape)
        layer[rows.start + 3, cols.start - 6 : cols.start + 1] = 1.0
        return {"permanent_shadow": layer[here]}

    monkeypatch.setattr(cold_traps_module, "light_maps", shadow)
    found = cold_traps_module.cold_traps([dem], area, Ephemeris.default(), 1.0)
    assert found.area == area
    assert np.argwhere(found.mask).tolist() == [[3, 0]]
    assert not cold_traps_module.cold_traps([dem], area, Ephemeris.default(), 1.2).mask.any()


def test_the_margin_ends_where_the_model_ends(dem):
    small = area_around(dem, -90.0, 0.0, 4.0)
    wide, margin = surroundings([dem], small, 1000)
    assert wide == area_of(dem)
    assert margin == 1000
    assert surroundings([dem], small, 3)[0] == small.widened(3, 3, 3, 3)
    assert surroundings([dem], area_of(dem), 5)[0] == area_of(dem)


def test_the_margin_stays_within_bounds_and_the_search_says_so(dem, monkeypatch):
    def no_shadow(dems, area, *_):
        return {"permanent_shadow": np.zeros(area.shape)}

    monkeypatch.setattr(cold_traps_module, "light_maps", no_shadow)
    monkeypatch.setattr(cold_traps_module, "MOST_PIXELS", 400)
    found = find_sites([dem], area_around(dem, -90.0, 0.0, 4.0), criteria_of(CRITERIA))
    assert found.surveyed.cold_traps.area.shape == (20, 20)
    assert any("cold traps were sought 2 km beyond the area, not the 9 km" in note for note in found.notes)


def test_the_rim_of_the_area_is_searched_too(small):
    assert np.isfinite(small.values["landing_slope_deg"]).all()
    assert small.known.all()
