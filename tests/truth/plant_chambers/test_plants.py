"""The energy cascade, as published, against growth chambers (see README)."""

import csv
import math

import numpy as np
import pytest

from moonstation.components.life_support.plant_growth import CROPS, net_umol, respired_umol
from moonstation.facts.table import lookup

pytestmark = pytest.mark.shared

CO2_PPM = 1000.0
NET, DARK, WATER = 2, 4, 6
#: Crop, file, column of net photosynthesis, light [umol/m2/s].
SERIES = [
    ("wheat", "plant_wheat_raw.csv", NET, 690.0),
    ("soybean", "plant_soybean_raw.csv", NET, 645.0),
    ("potato", "plant_potato_raw.csv", 2, 860.0),
    ("potato", "plant_potato_raw.csv", 3, 650.0),
]


def column(shared_data, name, number):
    """Days after planting and what a column holds on them, without gaps, zeros and days that are none."""
    found = []
    with (shared_data / "life_support" / name).open(encoding="utf-8") as file:
        for row in csv.reader(file):
            try:
                day, value = float(row[1]), float(row[number])
            except (ValueError, IndexError):
                continue
            if day == math.floor(day) and value > 0:
                found.append((day, value))
    return np.array(found).T


@pytest.mark.parametrize(("crop", "name", "number", "photons"), SERIES)
def test_net_photosynthesis_day_by_day(shared_data, crop, name, number, photons):
    days, measured = column(shared_data, name, number)
    inside = days <= CROPS[crop].harvest_d
    days, measured = days[inside], measured[inside]
    modelled = net_umol(CROPS[crop], days, photons, CO2_PPM)
    median, p95 = np.quantile(np.abs(modelled - measured), [0.5, 0.95])
    ratio = modelled.sum() / measured.sum()
    print(f"{crop} at {photons:.0f}: median {median:.1f}, P95 {p95:.1f} of {measured.mean():.1f}; total {ratio:.2f}")
    assert len(days) > 40
    assert abs(ratio - 1.0) <= 0.15
    assert median <= 7.5
    assert p95 <= 13.0


@pytest.mark.parametrize(("crop", "name", "number", "photons"), SERIES[:2])
def test_breathing_in_the_dark(shared_data, crop, name, number, photons):
    days, measured = column(shared_data, name, DARK)
    inside = days <= CROPS[crop].harvest_d
    modelled = respired_umol(CROPS[crop], days[inside], photons, CO2_PPM)
    rests = modelled - measured[inside]
    print(f"{crop}: median {np.median(np.abs(rests)):.1f}, bias {rests.mean():+.1f} of {measured[inside].mean():.1f}")
    assert np.median(np.abs(rests)) <= 3.0


@pytest.mark.parametrize(("crop", "name", "number", "photons"), SERIES[:2])
def test_what_plants_evaporate_lies_within_the_range_of_the_fact(shared_data, crop, name, number, photons):
    _, measured = column(shared_data, name, WATER)
    fact = lookup("plants.transpiration")
    assert fact.low < measured.mean() < fact.high
    assert measured.mean() == pytest.approx(fact.value, rel=0.3)
