"""Sky-lines over the 400 m model against those from LOLA 5 to 240 m: README.md beside this file."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest

from moonstation.moon.dem import open_dem
from moonstation.moon.horizon import compute_horizon

#: Median absolute error reached before [deg] at (10 m, 2 m), and the room left.
OWED = {
    "connecting-ridge": (0.06, 0.13, 0.02),
    "haworth": (0.05, 0.07, 0.02),
    "de-gerlache-rim-2": (0.05, 0.24, 0.02),
    "mons-mouton": (0.04, 0.08, 0.02),
    "malapert-massif": (0.53, 0.46, 0.05),
    "im1-odysseus": (0.53, 0.53, 0.05),
}
CLIP_DEG = -5.0

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def truth(shared_data):
    """Azimuth and elevation [deg] by site and mast."""
    tables = defaultdict(list)
    with (shared_data / "horizon" / "horizons_lola.csv").open() as file:
        for row in csv.DictReader(file):
            key = row["site"], int(row["mast_m"])
            place = float(row["lat_deg"]), float(row["lon_deg"])
            tables[key].append((*place, float(row["azimuth_deg"]), float(row["elevation_deg"])))
    return {key: np.array(rows) for key, rows in tables.items()}


@pytest.fixture(scope="module")
def dem(shared_data):
    return open_dem(shared_data / "terrain" / "moon_south_75S_400m.tif")


@pytest.mark.parametrize("mast_m", [10, 2])
@pytest.mark.parametrize("site", OWED)
def test_the_sky_line_agrees_as_well_as_the_terrain_allows(site, mast_m, truth, dem, record_property):
    lat, lon, azimuth, elevation = truth[site, mast_m].T
    assert np.array_equal(azimuth, np.arange(720) / 2)
    ours = compute_horizon([dem], lat[0], lon[0], float(mast_m), 1440, reach_km=260.0).elevation_deg
    three = np.maximum.reduce([np.roll(ours, 1), ours, np.roll(ours, -1)])
    single, highest = (np.abs(np.maximum(rays[::2], CLIP_DEG) - elevation) for rays in (ours, three))
    for name, error in (("one ray", single), ("highest of three", highest)):
        record_property(
            f"{site} {mast_m} m, {name}: 50 90 99 %", np.quantile(error, [0.5, 0.9, 0.99]).round(3).tolist()
        )
    high, low, room = OWED[site]
    assert np.median(single) <= (high if mast_m == 10 else low) + room


def test_far_sky_lines_agree_to_a_tenth_of_a_degree(truth, dem):
    """Where the sky-line of a 10 m mast is beyond 10 km, posting hardly matters: the far sky-line is right."""
    errors = []
    for (_, mast_m), rows in truth.items():
        if mast_m == 10:
            ours = compute_horizon([dem], rows[0, 0], rows[0, 1], 10.0, reach_km=260.0)
            far = (ours.distance_km > 10.0) & (rows[:, 3] > CLIP_DEG) & (ours.distance_km < 150.0)
            errors.append(np.abs(ours.elevation_deg - rows[:, 3])[far])
    assert np.median(np.concatenate(errors)) < 0.06
