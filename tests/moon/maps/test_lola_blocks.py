"""A light map against the map of the LOLA team (Mazarico et al. 2011): blocks of 1.08 km within 50 km of the pole.

The whole table (1,692 blocks to 85.3 S) gives correlation 0.986 and rms 2.56 points, docs/models/light-maps.md; the
innermost blocks, which this test can afford, are the hardest of them: the Sun is lowest there, and the pole's own two
blocks stand out in every comparison with this terrain.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest

from moonstation.core.time import TimeGrid
from moonstation.moon.area import area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.maps.plan import compute_tile, map_plan

R = 1_737_400.0
HALF_M, BLOCK_M = 50e3, 1080.0
#: One turn of the Moon's node, in steps that drift through the lunar day.
GRID = TimeGrid.between("2026-01-01", "2044-08-08", "8h")


@pytest.fixture(scope="module")
def light(shared_data):
    dem = open_dem(shared_data / "terrain" / "moon_south_75S_400m.tif")
    area = area_of(dem, (-HALF_M, -HALF_M, HALF_M, HALF_M))
    layers = ("sun_visible_mean", "sun_any_mean", "permanent_shadow")
    plan = map_plan([dem], area, GRID, height_m=0.0, reach_km=220.0, layers=layers)
    assert len(plan.tiles) == 1
    return area, compute_tile(plan, 0, 2)


@pytest.fixture(scope="module")
def blocks(shared_data):
    """x, y [m], mean visibility [%] and class of shadow of the blocks on the map."""
    with (shared_data / "illumination" / "lola_avgvisib_blocks.csv").open() as file:
        table = list(csv.DictReader(file))
    lat, lon = (np.radians([float(row[key]) for row in table]) for key in ("lat_deg", "lon_deg"))
    rho = 2.0 * R * np.tan((np.pi / 2 + lat) / 2.0)
    x, y = rho * np.sin(lon), rho * np.cos(lon)
    inside = np.maximum(np.abs(x), np.abs(y)) < HALF_M - BLOCK_M
    seen = np.array([float(row["mean_illum_pct"]) for row in table])
    kind = np.array([row["psr_class"] for row in table])
    return x[inside], y[inside], seen[inside], kind[inside]


def over_block(area, values, x, y):
    """Mean of the pixels under a block, by the area that lies in it."""
    west, _, _, north = area.bounds_m
    left, top = (x - BLOCK_M / 2 - west) / area.posting_m, (north - y - BLOCK_M / 2) / area.posting_m
    weights = []
    for start, count in ((top, area.shape[0]), (left, area.shape[1])):
        edges = np.arange(count + 1)
        weights.append(np.diff(np.clip(edges, start, start + BLOCK_M / area.posting_m)))
    return weights[0] @ values @ weights[1] / (weights[0].sum() * weights[1].sum())


@pytest.mark.shared
def test_light_and_shadow_agree_with_the_lola_team(light, blocks, record_property):
    area, layers = light
    x, y, lola, kind = blocks
    assert len(x) > 600
    means = {
        name: np.array([over_block(area, values.astype(float), *at) for at in zip(x, y, strict=True)])
        for name, values in layers.items()
    }
    ours = 100.0 * means["sun_visible_mean"]
    error = ours - lola
    correlation, rms = float(np.corrcoef(ours, lola)[0, 1]), float(np.sqrt(np.mean(error**2)))
    quantiles = np.quantile(np.abs(error), (0.5, 0.9, 0.99))
    record_property("agreement", f"r {correlation:.4f}, bias {error.mean():+.2f}, rms {rms:.2f}, {quantiles.round(2)}")
    assert correlation >= 0.977
    assert rms <= 2.85
    assert abs(error.mean()) <= 0.6
    shadow = means["permanent_shadow"]
    assert shadow[kind == "full"].mean() > 0.98
    assert shadow[kind == "minor"].mean() < 0.05
    assert (means["sun_any_mean"] >= means["sun_visible_mean"]).all()
