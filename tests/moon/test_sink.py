"""Regolith and sink temperatures: closed forms, conservation, and the figures of Diviner and Apollo."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import Stefan_Boltzmann

from moonstation.core.errors import RangeError
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup
from moonstation.moon.places import shipped_horizon
from moonstation.moon.sink import (
    absorbed_by_ground_w_m2,
    box_sink_k,
    direct_sunlight_w_m2,
    ground_albedo,
    radiator_sink_k,
    regolith_temperature_k,
    sink_temperatures,
)
from moonstation.moon.site import site_light

LUNAR_DAY_S = 2.55024e6
STEPS = 4250
STEP_S = LUNAR_DAY_S / STEPS
EMISSIVITY = lookup("regolith.emissivity").value
SPACE_K = lookup("sink.space_temperature").value


def lunar_day_k(latitude_deg, albedo_normal=0.12):
    """Surface temperature over a lunar day that begins at noon; the Sun stays over the equator, 1 au away."""
    height = np.cos(np.radians(latitude_deg)) * np.cos(2 * np.pi * np.arange(STEPS) / STEPS)
    elevation = np.degrees(np.arcsin(height))
    absorbed = absorbed_by_ground_w_m2(direct_sunlight_w_m2((height > 0).astype(float), 1.0), elevation)
    darker = (1 - ground_albedo(elevation) + 0.12 - albedo_normal) / (1 - ground_albedo(elevation))
    return regolith_temperature_k(absorbed * darker, STEP_S, absorbed * darker, STEP_S)


def at_hour(series, hour_after_noon):
    return series[np.round(np.asarray(hour_after_noon) / 24 * STEPS).astype(int) % STEPS]


# ---------------------------------------------------------------- regolith


def test_the_equator_is_as_hot_and_as_cold_as_diviner_saw_it():
    # Hayne 2017 Table A2: noon 385 +- 5 K, midnight 101 +- 5 K, coldest 95 +- 5 K.
    day = lunar_day_k(0.0)
    assert day.max() == pytest.approx(385.0, abs=5.0)
    assert at_hour(day, 12) == pytest.approx(101.0, abs=5.0)
    assert day.min() == pytest.approx(95.0, abs=5.0)


@pytest.mark.parametrize(("latitude", "mean_k"), [(26.13, 211.0), (20.19, 216.0)])
def test_mean_surface_temperatures_of_apollo_15_and_17(latitude, mean_k):
    assert lunar_day_k(latitude, albedo_normal=0.06).mean() == pytest.approx(mean_k, abs=5.0)


@pytest.mark.shared
def test_nights_at_three_latitudes_agree_with_diviner(shared_data, record_property):
    with (shared_data / "temperature" / "diviner_night_regolith.csv").open() as file:
        rows = [[float(cell) for cell in row.values()] for row in csv.DictReader(file)]
    for latitude in (0.0, 30.0, 60.0):
        hours, truth = np.array([row[1:] for row in rows if row[0] == latitude]).T
        error = at_hour(lunar_day_k(latitude), hours) - truth
        record_property(f"night_error_k_at_{latitude:g}", [float(error.mean()), float(np.abs(error).max())])
        print(f"night at {latitude:g} deg: mean error {error.mean():+.1f} K, largest {np.abs(error).max():.1f} K")
        assert np.abs(error).max() < 5.0


def test_steady_flux_gives_radiative_balance():
    # After long constant light the ground takes nothing in: emission = sunlight + heat from the interior.
    flux = np.full(20_000, 300.0)
    balance = ((300.0 + lookup("regolith.heat_flow").value) / (EMISSIVITY * Stefan_Boltzmann)) ** 0.25
    assert regolith_temperature_k(flux, 3600.0, flux, 3600.0)[-1] == pytest.approx(balance, abs=0.05)


def test_without_any_light_only_the_interior_warms_it():
    dark = np.zeros(1000)
    balance = (lookup("regolith.heat_flow").value / (EMISSIVITY * Stefan_Boltzmann)) ** 0.25
    assert regolith_temperature_k(dark, 3600.0, dark, 3600.0)[-1] == pytest.approx(balance, abs=0.2)  # 24 K


def test_energy_of_a_settled_day_is_in_balance():
    height = np.cos(2 * np.pi * np.arange(STEPS) / STEPS)
    absorbed = np.maximum(height, 0) * 1200.0
    day = regolith_temperature_k(absorbed, STEP_S, absorbed, STEP_S)
    emitted = EMISSIVITY * Stefan_Boltzmann * np.mean(day**4)
    assert emitted == pytest.approx(absorbed.mean() + lookup("regolith.heat_flow").value, rel=0.01)


@pytest.mark.parametrize("step_s", [60.0, 3600.0, 8 * 3600.0])
def test_the_step_hardly_matters(step_s):
    def run(step):
        moments = (np.arange(int(LUNAR_DAY_S / step)) + 0.5) * step
        flux = np.maximum(np.cos(2 * np.pi * moments / LUNAR_DAY_S), 0) * 1000.0
        return regolith_temperature_k(flux, step, flux, step)

    assert run(step_s).mean() == pytest.approx(run(600.0).mean(), abs=1.5)
    assert run(step_s).min() == pytest.approx(run(600.0).min(), abs=3.0)


@settings(deadline=None, max_examples=25)
@given(st.floats(0, 1000), st.floats(0, 300))
def test_more_light_is_never_colder(flux, more):
    shape = np.maximum(np.cos(2 * np.pi * np.arange(700) / 700), 0)
    less, lighter = (
        regolith_temperature_k(level * shape, 3643.0, level * shape, 3643.0) for level in (flux, flux + more)
    )
    assert np.all(lighter >= less - 0.2)
    assert less.min() > 10.0


@pytest.mark.parametrize("bad", [[-1.0], [np.nan], [np.inf], []])
def test_a_flux_that_cannot_be_is_refused(bad):
    with pytest.raises(RangeError, match="absorbed_w_m2"):
        regolith_temperature_k(bad, 600.0, [1.0], 600.0)
    with pytest.raises(RangeError, match="before_w_m2"):
        regolith_temperature_k([1.0], 600.0, bad, 600.0)


def test_albedo_grows_towards_grazing_light():
    assert ground_albedo(90.0) == pytest.approx(0.12)
    assert ground_albedo(0.0) == pytest.approx(0.12 + 0.06 * 8 + 0.25)
    assert np.all(np.diff(ground_albedo(np.linspace(0, 90, 50))) < 0)


# ---------------------------------------------------------------- sinks


def test_a_radiator_in_the_dark_looks_at_space():
    assert radiator_sink_k(0.0, -5.0) == pytest.approx(SPACE_K)


def test_a_black_radiator_under_the_zenith_sun_comes_to_equilibrium():
    # 1361 W/m2 = sigma T^4 at 393.6 K.
    assert radiator_sink_k(1361.0, 90.0, 1.0, 1.0) == pytest.approx(393.6, abs=0.1)


def test_the_sink_is_where_a_radiator_neither_gains_nor_loses():
    sink = radiator_sink_k(1361.0, 2.0, 0.2, 0.8)
    absorbed = 0.2 * 1361.0 * np.sin(np.radians(2.0)) + 0.8 * Stefan_Boltzmann * SPACE_K**4
    assert 0.8 * Stefan_Boltzmann * sink**4 == pytest.approx(absorbed)


def test_a_low_sun_warms_a_box_and_hardly_a_radiator():
    box, radiator = box_sink_k(1361.0, 1.5, 120.0), radiator_sink_k(1361.0, 1.5)
    assert radiator < 120.0
    assert 240.0 < box < 290.0


def test_a_box_at_night_sees_half_ground_half_space():
    truth = (0.5 * EMISSIVITY * 100.0**4 + 0.5 * SPACE_K**4) ** 0.25
    assert box_sink_k(0.0, -10.0, 100.0) == pytest.approx(truth)


def test_the_mean_over_headings_of_a_side_is_cos_over_pi():
    heading = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    assert np.maximum(np.cos(heading), 0).mean() == pytest.approx(1 / np.pi, rel=1e-6)


@pytest.mark.parametrize(("absorptance", "emittance"), [(1.5, 0.0), (-0.1, 2.0), (np.nan, np.nan)])
def test_optics_that_cannot_be_are_refused_together(absorptance, emittance):
    with pytest.raises(RangeError) as caught:
        radiator_sink_k(1000.0, 1.0, absorptance, emittance)
    assert len(caught.value.faults) == 2


# ---------------------------------------------------------------- a site


def test_a_lit_ridge_is_warmer_than_a_cold_trap():
    grid = TimeGrid.between("2030-01-01", "2031-01-01", "2h")
    ridge, trap = (
        sink_temperatures(site_light(shipped_horizon(name, 2.0), grid))
        for name in ("connecting-ridge", "shackleton-floor")
    )
    assert ridge.regolith_k.dtype == np.float32
    assert ridge.box_k.shape == (grid.count,)
    assert ridge.regolith_k.mean() > trap.regolith_k.mean() + 30
    assert trap.regolith_k.max() < 30.0  # sunlight thrown in from the walls is left out
    assert trap.radiator_k.max() < 10.0


def test_the_year_before_sets_the_ground_so_the_start_does_not_matter():
    horizon = shipped_horizon("connecting-ridge", 2.0)
    early, late = (
        sink_temperatures(site_light(horizon, TimeGrid.between(start, "2030-07-01", "1h")))
        for start in ("2030-01-01", "2030-06-01")
    )
    difference = early.regolith_k[-len(late.regolith_k) :] - late.regolith_k
    assert np.abs(difference).max() < 2.0


def test_before_the_kernels_begin_the_first_year_serves():
    grid = TimeGrid.between("2000-02-01", "2000-02-10", "1h")
    assert np.all(sink_temperatures(site_light(shipped_horizon("connecting-ridge", 2.0), grid)).regolith_k > 20)
