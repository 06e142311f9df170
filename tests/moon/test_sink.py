"""Sink temperatures and the ground of a site: closed forms, and what a place looks like."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.constants import Stefan_Boltzmann

from moonstation.core.errors import RangeError
from moonstation.core.time import TimeGrid
from moonstation.facts.table import lookup
from moonstation.moon.places import shipped_horizon
from moonstation.moon.sink import (
    box_sink_k,
    radiator_sink_k,
    sink_temperatures,
)
from moonstation.moon.site import site_light

EMISSIVITY = lookup("regolith.emissivity").value
SPACE_K = lookup("sink.space_temperature").value

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
    assert ridge.regolith_k.mean() > trap.regolith_k.mean() + 10
    assert trap.regolith_k.min() > ridge.radiator_k.min()  # walls shine on it


@pytest.mark.parametrize("name", ["shackleton-floor", "haworth-floor"])
def test_cold_traps_are_as_warm_as_their_walls_make_them(name):
    # Shackleton's floor stays under some 90 K (Haruyama et al. 2008, Science 322:938); no place that Diviner saw is
    # colder than 20 K (Aye et al. 2013) nor does the interior's heat alone leave more than 24 K.
    ground = sink_temperatures(
        site_light(shipped_horizon(name, 2.0), TimeGrid.between("2030-01-01", "2031-01-01", "2h"))
    )
    assert 30.0 < ground.regolith_k.min() < 60.0
    assert 50.0 < ground.regolith_k.max() < 115.0
    assert 35.0 < ground.regolith_k.mean() < 90.0
    assert ground.radiator_k.max() > 50.0  # a radiator, too, looks at the walls


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
