"""What a real site and a real relay tell a panel: where the Sun stands and what both its sides see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from moonstation.components.energy.solar_array import SolarArray
from moonstation.core.time import YEAR_H, TimeGrid
from moonstation.facts.table import lookup
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import load_scenario, read_scenario
from moonstation.station.model import Asset
from moonstation.station.places import Places, _age_years

START = datetime(2029, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def rim():
    text = load_scenario("first-night").path.read_text("utf-8")
    short = read_scenario(text.replace("end = 2029-08-01", "end = 2029-01-31").replace('step = "10min"', 'step = "1h"'))
    station = build_station(short)
    return Places.of(station).of_asset(Asset("array", SolarArray(area_m2=1.0), "landing-place", START))


def test_the_sun_goes_once_round_the_sky_of_the_pole_in_a_lunar_day(rim):
    azimuth = np.unwrap(np.radians(rim.sun_azimuth_deg().astype(np.float64)))
    hours = (azimuth.size - 1) * rim.grid.step_h
    turned_deg = np.degrees(abs(azimuth[-1] - azimuth[0]))
    assert turned_deg == pytest.approx(360.0 * hours / (29.530589 * 24.0), rel=0.05)
    assert (np.sign(np.diff(azimuth)) == np.sign(azimuth[-1] - azimuth[0])).all()


def test_a_panel_sees_half_ground_and_half_sky(rim):
    ground_k = rim.regolith_k().astype(np.float64)
    emissivity, sky_k = lookup("regolith.emissivity").value, lookup("sink.space_temperature").value
    expected = (0.5 * emissivity * ground_k**4 + 0.5 * sky_k**4) ** 0.25
    np.testing.assert_allclose(rim.panel_sink_k(), expected, rtol=1e-6)
    assert rim.panel_sink_k() is rim.panel_sink_k()


def test_a_polar_array_with_its_real_ground_loses_a_few_per_cent_to_warmth(rim):
    array = SolarArray(area_m2=10.0)
    (source,) = array.primitives(rim).processes
    lit = rim.sun_disc_fraction() == 1.0
    factor = source.series[lit] / array.light(rim)[lit]
    assert 0.96 < factor.min() < factor.max() < 1.02


@pytest.mark.parametrize("days", [-400.0, -0.01, 0.0, 0.3, 20.0, 29.99, 30.0, 500.0])
def test_age_counts_from_the_landing_before_within_and_after_the_grid(days):
    grid = TimeGrid(START, 3600.0, 720)
    landed = START + timedelta(days=days)
    steps = np.arange(grid.count) - grid.index_at(landed)
    np.testing.assert_array_equal(_age_years(grid, landed), (np.maximum(steps, 0) / YEAR_H).astype(np.float32))
