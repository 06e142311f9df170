"""Conduction: closed forms, conservation, and independence of step, layers and lanes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import Stefan_Boltzmann
from scipy.special import erfc

from moonstation.core.errors import RangeError
from moonstation.facts.table import lookup
from moonstation.moon.regolith.column import advance
from moonstation.moon.regolith.ground import layered, lunar_ground
from moonstation.moon.regolith.spin_up import settled_in_flux

EMISSIVITY = lookup("regolith.emissivity").value
DAY_S = 29.530589 * 86400.0
DENSITY, CONDUCTIVITY, CAPACITY = 1500.0, 1.5e-3, 600.0
DIFFUSIVITY = CONDUCTIVITY / (DENSITY * CAPACITY)


def constant_ground(first_m=0.001, growth=1.05, count=90, heat_flow=0.0):
    thick = first_m * growth ** np.arange(count)
    alike = np.ones(count)
    capacity = np.array([CAPACITY, 0.0, 0.0, 0.0, 0.0])
    return layered(thick, DENSITY * alike, CONDUCTIVITY * alike, capacity, chi=0.0, heat_flow=heat_flow)


def test_a_ripple_of_flux_goes_down_as_a_damped_wave():
    # Semi-infinite ground of constant properties, small ripple dF about F0: the surface's impedance is that of
    # radiation, 4 eps sigma T0^3, plus that of the ground, k sqrt(i w / kappa); at depth z the wave is damped and late
    # by z / d, d = sqrt(2 kappa / w).
    ground, mean_k, steps = constant_ground(), 250.0, 1000
    frequency = 2 * np.pi / DAY_S
    phase = 2 * np.pi * np.arange(1, steps + 1) / steps
    flux = EMISSIVITY * Stefan_Boltzmann * mean_k**4 + 2.0 * np.cos(phase)
    layers, skin = np.full((90, 1), mean_k), np.full(1, mean_k)
    for _ in range(4):
        surface, buried = [], []
        for value in flux:
            surface.append(advance(layers, skin, np.array([[value]]), DAY_S / steps, ground)[0, 0])
            buried.append(layers[40, 0])
    impedance = 4 * EMISSIVITY * Stefan_Boltzmann * mean_k**3 + CONDUCTIVITY * np.sqrt(1j * frequency / DIFFUSIVITY)
    wave = 2.0 / impedance
    seen = 2 * np.mean((np.array(surface) - mean_k) * np.exp(-1j * phase))
    assert seen == pytest.approx(wave, rel=0.005)
    below = wave * np.exp(-ground.depth_m[40] * (1 + 1j) * np.sqrt(frequency / (2 * DIFFUSIVITY)))
    seen = 2 * np.mean((np.array(buried) - mean_k) * np.exp(-1j * phase))
    assert seen == pytest.approx(below, rel=0.01)


def test_ground_that_the_sun_left_cools_from_above_by_the_error_function():
    # Each change of the surface's temperature goes down as the complementary error function of z / 2 sqrt(kappa t);
    # the changes that were computed are superposed (Duhamel).
    ground, seconds, steps = constant_ground(), 10 * 86400.0, 2000
    layers, skin = np.full((90, 1), 300.0), np.full(1, 300.0)
    flux = np.zeros((steps, 1))
    surface = advance(layers, skin, flux, seconds / steps, ground)[:, 0]
    moments = seconds * np.arange(1, steps + 1) / steps
    changes = np.diff(np.concatenate([[300.0], surface]))
    since = np.maximum(seconds - moments + seconds / steps / 2, 1e-9)
    truth = 300.0 + (changes * erfc(ground.depth_m[:, None] / (2 * np.sqrt(DIFFUSIVITY * since)))).sum(axis=1)
    np.testing.assert_allclose(layers[:, 0], truth, atol=0.3)


def test_steady_flux_ends_in_radiative_balance_and_a_linear_profile():
    ground = constant_ground(count=60, heat_flow=0.02)
    column = settled_in_flux(np.full((400, 1), 100.0), 7200.0, ground)
    balance = ((100.0 + 0.02) / (EMISSIVITY * Stefan_Boltzmann)) ** 0.25
    assert column.skin_k[0] == pytest.approx(balance, abs=0.01)
    np.testing.assert_allclose(column.layers_k[:, 0], balance + 0.02 * ground.depth_m / CONDUCTIVITY, atol=0.05)


@settings(deadline=None, max_examples=25)
@given(
    st.floats(0.0, 1300.0), st.floats(0.0, 1300.0), st.floats(60.0, 20_000.0), st.floats(40.0, 380.0), st.integers(1, 9)
)
def test_what_is_absorbed_is_stored_or_sent_out(first, second, step_s, start_k, lanes):
    # Constant heat capacity: then the discrete energies close to rounding, whatever the step.
    ground = constant_ground(0.005, 1.25, 21, heat_flow=0.018)
    layers, skin = np.full((21, lanes), start_k), np.full(lanes, start_k)
    before = layers.copy()
    flux = np.tile([[first], [second]], (5, lanes))
    surface = advance(layers, skin, flux, step_s, ground)
    stored = (DENSITY * CAPACITY * ground.thick_m[:, None] * (layers - before)).sum(axis=0)
    gained = step_s * (flux + 0.018 - EMISSIVITY * Stefan_Boltzmann * surface**4).sum(axis=0)
    scale = step_s * len(flux) * max(first, second, EMISSIVITY * Stefan_Boltzmann * start_k**4)
    np.testing.assert_allclose(stored, gained, atol=2e-5 * scale)  # the skin's Newton ends at some 1e-6 K


def test_a_settled_lunation_sends_out_what_it_takes_in(lunation):
    day = lunation(0.0)
    sent = EMISSIVITY * Stefan_Boltzmann * np.mean(day.surface_k**4)
    assert sent == pytest.approx(day.absorbed_w_m2.mean() + lookup("regolith.heat_flow").value, rel=1e-3)


@pytest.mark.parametrize("steps", [177, 354, 709, 2836])  # 4 h to a quarter of an hour
def test_the_step_hardly_matters(lunation, steps):
    finest, coarse = lunation(30.0, steps=8508), lunation(30.0, steps=steps)
    limit = 350.0 / steps  # first order: 2 K at 4 h, half a kelvin at an hour
    assert coarse.surface_k.max() == pytest.approx(finest.surface_k.max(), abs=limit)
    assert coarse.surface_k.min() == pytest.approx(finest.surface_k.min(), abs=limit)
    assert coarse.mean_k[0] == pytest.approx(finest.mean_k[0], abs=limit)


def test_the_layers_are_fine_enough(lunation):
    fine, shipped = lunation(0.0, ground=lunar_ground(0.001, 1.08, 66)), lunation(0.0)
    error = np.abs(fine.surface_k - shipped.surface_k)
    assert np.quantile(error, 0.99) < 0.7
    assert error.max() < 2.0  # at sunrise
    assert shipped.mean_k[0] == pytest.approx(fine.mean_k[0], abs=0.1)
    for depth in (0.1, 0.5, 1.0):
        ours, theirs = (np.interp(depth, day.depth_m, day.mean_k[1:]) for day in (shipped, fine))
        assert ours == pytest.approx(theirs, abs=0.6)


def test_error_falls_with_the_step_and_with_the_layers(lunation):
    truth = lunation(0.0, steps=11344, ground=lunar_ground(0.0005, 1.06, 92))

    def error(steps, *layers):
        return abs(lunation(0.0, steps=steps, ground=lunar_ground(*layers)).mean_k[0] - truth.mean_k[0])

    assert error(177, 0.0005, 1.06, 92) > 3 * error(1418, 0.0005, 1.06, 92)
    assert error(11344, 0.02, 1.25, 15) > 3 * error(11344, 0.005, 1.25, 21)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=20))
def test_columns_side_by_side_do_not_know_each_other(shares):
    # But for the end of Newton's steps, which is the slowest one's: some 1e-5 K.
    ground, steps = lunar_ground(), 60
    shape = 900.0 * np.maximum(np.sin(np.arange(steps) / 9.0), 0.0)
    flux = np.outer(shape, shares)
    together = advance(np.full((21, len(shares)), 200.0), np.full(len(shares), 200.0), flux, 3600.0, ground)
    for i in range(len(shares)):
        alone = advance(np.full((21, 1), 200.0), np.full(1, 200.0), flux[:, i : i + 1], 3600.0, ground)
        np.testing.assert_allclose(together[:, i], alone[:, 0], atol=1e-3)


@settings(deadline=None, max_examples=20)
@given(st.floats(0, 1000), st.floats(0, 300))
def test_more_light_is_never_colder(flux, more):
    shape = np.maximum(np.cos(2 * np.pi * np.arange(177) / 177), 0)
    both = np.stack([flux * shape, (flux + more) * shape], axis=1)
    column = settled_in_flux(both, 14_400.0, lunar_ground())
    surface = advance(column.layers_k, column.skin_k, both, 14_400.0, lunar_ground())
    assert np.all(surface[:, 1] >= surface[:, 0] - 0.1)
    assert surface.min() > 15.0


def test_layers_that_cannot_be_are_refused_together():
    with pytest.raises(RangeError) as caught:
        lunar_ground(-1.0, 0.5, 1)
    assert len(caught.value.faults) == 3
