"""The settled column: its mean flux is the interior's, and it is the one that patience finds."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.facts.table import lookup
from moonstation.moon.regolith.column import advance
from moonstation.moon.regolith.ground import lunar_ground
from moonstation.moon.regolith.spin_up import settled_in_flux

STEP_S = 14_400.0


def season(steps=2080, highest=60.0):
    """Light of a polar year: a summer of turning light, a dark winter."""
    moments = np.arange(steps) * STEP_S / 86400.0
    summer = np.maximum(np.cos(2 * np.pi * moments / 346.62), -0.2) + 0.2
    turn = np.maximum(np.sin(2 * np.pi * moments / 29.53), 0.0)
    return (highest * summer * turn)[:, None]


def test_it_is_what_centuries_of_repetition_come_to():
    ground, flux = lunar_ground(0.01, 1.4, 9), season()  # 0.5 m: patience can be had
    column = settled_in_flux(flux, STEP_S, ground)
    layers, skin = np.full_like(column.layers_k, column.mean_k.mean()), column.skin_k.copy()
    for _ in range(80):
        advance(layers, skin, flux, STEP_S, ground)
    np.testing.assert_allclose(column.layers_k, layers, atol=0.1)


@pytest.mark.parametrize("highest", [0.0, 1.0, 60.0, 900.0])
def test_the_mean_flux_through_every_deep_layer_is_the_interiors(highest):
    ground, flux = lunar_ground(), season(highest=highest)
    column = settled_in_flux(flux, STEP_S, ground)
    assert column.repetitions <= 20
    assert column.changed_k.max() < 0.05
    sums = np.zeros((2, 22, 1))
    advance(column.layers_k, column.skin_k, flux, STEP_S, ground, sums)
    deep = np.flatnonzero(ground.depth_m > 0.3)
    np.testing.assert_allclose(sums[1, deep, 0] / len(flux), -lookup("regolith.heat_flow").value, atol=2e-3)


def test_in_the_dark_the_interior_alone_warms_it():
    column = settled_in_flux(np.zeros((100, 1)), STEP_S, lunar_ground())
    black = lookup("regolith.emissivity").value * 5.670374419e-8
    assert column.skin_k[0] == pytest.approx((lookup("regolith.heat_flow").value / black) ** 0.25, abs=0.1)  # 24 K
    assert np.all(np.diff(column.layers_k[:, 0]) > 0)


@pytest.mark.parametrize("latitude", [0.0, 45.0, 85.0])
def test_the_mean_at_depth_is_what_kirchhoff_makes_of_the_surface(lunation, latitude):
    # With K = Kc(z) (1 + chi (T/350)^3), theta = T + chi T^4 / (4 350^3) has the mean flux -Kc d<theta>/dz. In a
    # settled column that is the interior's: <theta>(z) = <theta>(0) + q integral dz / Kc, exactly, whatever happens in
    # time. At depth the swings are gone and T follows from theta.
    day, chi = lunation(latitude), lookup("regolith.radiative_conduction").value
    surface, deep = lookup("regolith.conductivity_surface").value, lookup("regolith.conductivity_deep").value

    def theta(kelvin):
        return kelvin + chi * kelvin**4 / (4 * 350.0**3)

    depth = np.linspace(0.0, 0.9, 5000)
    contact = deep - (deep - surface) * np.exp(-depth / lookup("regolith.scale_depth").value)
    heat = lookup("regolith.heat_flow").value * np.trapezoid(1 / contact, depth)
    wanted = theta(day.surface_k).mean() + heat
    kelvin = np.linspace(50.0, 400.0, 350_001)
    truth = kelvin[np.searchsorted(theta(kelvin), wanted)]
    assert np.interp(0.9, day.depth_m, day.mean_k[1:]) == pytest.approx(truth, abs=0.3)
