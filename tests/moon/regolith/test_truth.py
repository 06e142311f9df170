"""Diviner and Apollo: the temperatures that were measured."""

from __future__ import annotations

import csv

import numpy as np
import pytest

SMOOTH, ROUGH = 0.0, None  # without slopes as in Hayne 2017; with those of the facts


@pytest.mark.parametrize("slopes", [SMOOTH, ROUGH])
def test_the_equator_is_as_hot_and_as_cold_as_diviner_saw_it(lunation, slopes):
    # Hayne 2017 Table A2: noon 385 +- 5 K, midnight 101 +- 5 K, coldest 95 +- 5 K.
    day = lunation(0.0, slope_rms_deg=slopes)
    assert day.surface_k.max() == pytest.approx(385.0, abs=5.0)
    assert day.at_hour(12) == pytest.approx(101.0, abs=5.0)
    assert day.surface_k.min() == pytest.approx(95.0, abs=5.0)


@pytest.mark.parametrize(
    ("latitude", "surface_k", "depth_m", "buried_k"), [(26.13, 211.0, 0.83, 252.0), (20.19, 216.0, 0.13, 256.0)]
)
def test_apollo_15_and_17(lunation, latitude, surface_k, depth_m, buried_k):
    # Hayne 2017 Table A2, mare albedo 0.06.
    day = lunation(latitude, normal_albedo=0.06)
    assert day.mean_k[0] == pytest.approx(surface_k, abs=5.0)
    assert np.interp(depth_m, day.depth_m, day.mean_k[1:]) == pytest.approx(buried_k, abs=5.0)


@pytest.mark.shared
@pytest.mark.parametrize("slopes", [SMOOTH, ROUGH])
def test_nights_at_three_latitudes_agree_with_diviner(shared_data, record_property, lunation, slopes):
    # Bandfield et al. 2011.
    with (shared_data / "temperature" / "diviner_night_regolith.csv").open() as file:
        rows = [[float(cell) for cell in row.values()] for row in csv.DictReader(file)]
    for latitude in (0.0, 30.0, 60.0):
        hours, truth = np.array([row[1:] for row in rows if row[0] == latitude]).T
        error = lunation(latitude, slope_rms_deg=slopes).at_hour(hours) - truth
        record_property(f"night_error_k_at_{latitude:g}", [float(error.mean()), float(np.abs(error).max())])
        print(f"night at {latitude:g} deg: mean error {error.mean():+.1f} K, largest {np.abs(error).max():.1f} K")
        assert np.abs(error).max() < 3.5
