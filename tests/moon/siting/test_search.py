"""A search over a made-up land: what it ranks is what single places show, and nothing breaks a constraint."""

from __future__ import annotations

import csv
import io
import json
import tomllib

import numpy as np
import pytest
import rasterio

from moonstation.core.errors import RangeError
from moonstation.core.time import TimeGrid
from moonstation.moon.area import area_around
from moonstation.moon.dem import open_dem
from moonstation.moon.horizon import Horizon, compute_horizon
from moonstation.moon.site import site_light
from moonstation.moon.siting import folder as folder_module
from moonstation.moon.siting.choice import keeps, score
from moonstation.moon.siting.cold_traps import within
from moonstation.moon.siting.criteria import criteria_of
from moonstation.moon.siting.folder import write_search
from moonstation.moon.siting.pairs import distances_km
from moonstation.moon.siting.search import find_sites
from moonstation.moon.siting.survey import nearest_km
from moonstation.moon.ways.route import SlopeLimits, find_way
from moonstation.moon.ways.slope import relief

GRID = TimeGrid.between("2030-06-01", "2030-09-01", "4h")


def test_the_ranked_numbers_are_those_of_the_place_itself(found, land_file):
    dem = open_dem(land_file)
    assert len(found.sites) >= 3
    for site in found.sites[:2]:
        place = site.candidate
        for height, names in ((8.0, ("sun_visible_mean", "longest_dark_h")), (2.0, ("earth_visible_mean",))):
            alone = site_light(compute_horizon([dem], place.latitude_deg, place.longitude_deg, height), GRID).summary
            for name in names:
                assert place.values[f"{name}_{height:g}m"] == alone[name]


def test_every_site_keeps_every_constraint_and_stands_by_its_score(found, criteria):
    points = [site.score for site in found.sites]
    assert points == sorted(points, reverse=True)
    for site in found.sites:
        assert all(keeps(one, site.candidate.values[one.label]) for one in criteria.constraints)
        assert site.score == pytest.approx(float(score(criteria.wishes, site.candidate.values, found.scale)))
        assert site.score == pytest.approx(
            sum(one.weight * site.worth[one.label] for one in criteria.wishes) / sum(w.weight for w in criteria.wishes)
        )
    assert found.sites[0].on_pareto_front


def test_sites_stand_apart(found, criteria):
    apart = distances_km([(site.name, site.candidate.direction) for site in found.sites], 1737.4)
    assert min(apart.values()) >= criteria.search.separation_km * (1 - 1e-6)


def test_the_map_of_light_is_near_what_the_places_show(found):
    for site in found.sites:
        pixel = site.candidate.row, site.candidate.col
        on_map = float(found.surveyed.values["sun_visible_mean_8m"][pixel])
        assert on_map == pytest.approx(site.candidate.values["sun_visible_mean_8m"], abs=0.03)


def test_the_best_site_is_on_high_ground_and_the_crater_is_a_cold_trap(found):
    surveyed = found.surveyed
    heights = surveyed.ground.ground_m
    assert found.sites[0].candidate.ground_m > np.nanpercentile(heights, 90)
    traps = surveyed.cold_traps.mask[within(surveyed.area, surveyed.cold_traps.area)]
    assert traps.sum() > 20
    assert np.nanmean(heights[traps]) < -400.0


def test_the_way_to_the_cold_trap_is_the_way_that_route_finds(found, land_file):
    place, traps = found.sites[0].candidate, found.surveyed.cold_traps
    rows, cols = within(found.surveyed.area, traps.area)
    begin = rows.start + place.row, cols.start + place.col
    way = find_way(relief([open_dem(land_file)], traps.area), begin, traps.mask, SlopeLimits(20.0))
    assert way.summary["length_km"] == pytest.approx(place.values["cold_trap_way_km"], rel=1e-6)
    assert place.values["cold_trap_way_km"] >= place.values["cold_trap_km"] * 0.999


def test_cuts_tell_what_falls(found, criteria):
    known = found.surveyed.known
    left = known.copy()
    for cut, one in zip(found.cuts, criteria.constraints, strict=True):
        good = keeps(one, found.surveyed.values[one.label])
        left &= good
        assert cut.alone == pytest.approx((known & ~good).sum() / known.sum())
        assert cut.left == pytest.approx(left.sum() / known.sum())
    np.testing.assert_array_equal(np.isfinite(found.score), left)


def test_each_site_says_why_it_stands(found):
    for site in found.sites:
        assert site.why.startswith("gains most by ")
        assert "of the ground left" in site.why
    assert any("loses most by" in site.why for site in found.sites)


def test_pairs_are_lit_no_less_than_their_members(found):
    assert found.pairs
    members = {site.name: site for site in found.sites}
    for pair in found.pairs:
        for name in (pair.first, pair.second):
            light = members[name].candidate.views[8.0].summary
            assert pair.lit_share >= light["sun_any_mean"] - 0.01  # the mean counts steps, the pair its seconds
            assert pair.longest_joint_dark_h <= light["longest_dark_h"] + 1e-9


def test_the_folder_holds_tables_map_and_sky_lines(found, tmp_path):
    folder = write_search(found, tmp_path / "found")
    assert {path.name for path in folder.iterdir()} == {
        "sites.csv",
        "sites.json",
        "sites.toml",
        "score.tif",
        "horizons",
        "maps",
    }
    rows = list(csv.DictReader(io.StringIO((folder / "sites.csv").read_text())))
    told = json.loads((folder / "sites.json").read_text())
    assert [row["name"] for row in rows] == [site["name"] for site in told["sites"]] == [s.name for s in found.sites]
    for row, site in zip(rows, told["sites"], strict=True):
        assert float(row["sun_visible_mean_8m"]) == site["sun_visible_mean_8m"]
    with rasterio.open(folder / "score.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        np.testing.assert_allclose(file.read(1), found.score.astype(np.float32), equal_nan=True)
        assert file.crs.to_wkt()
        assert file.transform.a == 400.0
    assert {path.stem for path in (folder / "maps").iterdir()} == {*found.surveyed.values, "cold_traps"}
    with rasterio.open(folder / "maps" / "slope_deg.tif") as file:
        np.testing.assert_allclose(file.read(1), found.surveyed.values["slope_deg"], rtol=1e-6, equal_nan=True)
        assert file.units == ("deg",)
    tables = tomllib.loads((folder / "sites.toml").read_text())["sites"]
    for name, table in tables.items():
        for key, height in (("horizon", table["mast_m"]), ("ground_horizon", 2.0)):
            sky_line = Horizon.from_csv(folder / table[key])
            assert sky_line.height_m == height, name
            assert sky_line.latitude_deg == table["latitude_deg"]


def test_a_folder_that_cannot_be_finished_leaves_nothing(found, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder_module, "write_cog", fail)
    with pytest.raises(RangeError, match="No space left"):
        write_search(found, tmp_path / "found")
    assert list(tmp_path.iterdir()) == []


def test_no_ground_left_says_what_to_loosen(found, criteria, monkeypatch):
    # The same maps, harder limits: only the coarse stage is asked again, with the survey that is there.
    from moonstation.moon.siting import search

    harder = criteria_of("""
[search]
start = "2030-06-01"
end = "2030-09-01"
step = "4h"
[[criteria]]
quantity = "sun_visible_mean"
mast_m = 8.0
min = 0.999
weight = 1.0
[[criteria]]
quantity = "slope_deg"
max = 30.0
""")
    monkeypatch.setattr(search, "survey", lambda *_: found.surveyed)
    nothing = find_sites([], found.surveyed.area, harder)
    assert nothing.sites == []
    assert np.isnan(nothing.score).all()
    assert any("first to loosen: sun_visible_mean_8m at least 0.999" in note for note in nothing.notes)
    assert nothing.summary()["left_share"] == 0.0


def test_a_period_outside_the_kernels_is_refused_before_any_work(land_file):
    late = criteria_of(
        '[search]\nstart = "2060-01-01"\nend = "2061-01-01"\n[[criteria]]\nquantity = "slope_deg"\nweight = 1\n'
    )
    dem = open_dem(land_file)
    with pytest.raises(RangeError, match="2060"):
        find_sites([dem], area_around(dem, -90.0, 0.0, 5.0), late)


def test_terrain_alone_needs_no_light(land_file):
    dem = open_dem(land_file)
    flat = criteria_of(
        '[search]\ncandidates = 2\nstart = "2030-06-01"\nend = "2030-07-01"\nstep = "8h"\n'
        '[[criteria]]\nquantity = "slope_deg"\nweight = 1\n[[criteria]]\nquantity = "roughness_m"\nmax = 20\n'
    )
    result = find_sites([dem], area_around(dem, -90.0, 0.0, 14.0), flat)
    best = result.sites[0].candidate
    slopes = result.surveyed.ground.slope_deg
    assert slopes[best.row, best.col] == np.nanmin(np.where(np.isfinite(result.score), slopes, np.nan))


def test_the_nearest_target_is_an_arc_away(found):
    area = found.surveyed.area
    mask = np.zeros(area.shape, dtype=bool)
    mask[3, 4] = True
    apart = nearest_km(mask, area)
    assert apart[3, 4] == 0.0
    assert apart[3, 14] == pytest.approx(4.0, rel=1e-4)
    assert np.isinf(nearest_km(np.zeros(area.shape, dtype=bool), area)).all()


def test_an_area_of_too_many_pixels_is_refused_before_its_heights_are_read(found, criteria):
    from dataclasses import replace

    huge = replace(found.surveyed.area, shape=(30_000, 30_000))
    with pytest.raises(RangeError, match="too many pixels to search"):
        find_sites([], huge, criteria)
    with pytest.raises(RangeError, match="too many pixels to seek ways in"):
        find_sites([], replace(huge, shape=(2000, 2000)), criteria)
