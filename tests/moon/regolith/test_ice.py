"""Loss of ice, and the depth at which it lasts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import lambertw

from moonstation.moon.regolith.ground import lunar_ground
from moonstation.moon.regolith.ice import covered_share, ice_loss_kg_m2_s, ice_stable_depth_m, ice_vapour_pressure_pa

GYR_S = 1e9 * 365.25 * 86400.0
DEPTH_M = np.concatenate([[0.0], np.geomspace(0.003, 2.0, 30)])


@pytest.mark.parametrize(("kelvin", "pascal"), [(273.16, 611.657), (253.15, 103.26), (233.15, 12.84)])
def test_vapour_pressure_is_that_of_murphy_and_koop(kelvin, pascal):
    # The triple point, which the law meets by construction, and the CRC Handbook at -20 and -40 C.
    assert ice_vapour_pressure_pa(kelvin) == pytest.approx(pascal, rel=0.003)


def test_bare_ice_lasts_below_a_hundred_kelvin_and_not_at_120():
    # Elphic et al. 2010: well below 100 K less than 1 mm in a billion years, at 120 K more than a metre.
    assert ice_loss_kg_m2_s(95.0) * GYR_S < 1.0
    assert ice_loss_kg_m2_s(120.0) * GYR_S > 920.0


@given(st.floats(1.0, 399.0), st.floats(0.01, 1.0))
def test_warmer_ice_is_lost_faster(kelvin, more):
    assert ice_loss_kg_m2_s(kelvin + more) >= ice_loss_kg_m2_s(kelvin)


def test_dry_regolith_holds_back_vapour_by_the_pores_over_the_depth():
    assert covered_share(0.0) == 1.0
    assert covered_share(0.075) == pytest.approx(1e-3, rel=0.002)


def test_in_isothermal_ground_the_cover_alone_brings_the_loss_to_the_limit():
    # E / (1 + z / pore) = limit: z = pore (E / limit - 1), between the layers as well as in the first of them.
    kelvin = np.array([102.0, 104.0, 106.0, 108.0, 110.0, 112.0, 115.0])
    loss = ice_loss_kg_m2_s(kelvin)
    truth = 75e-6 * (loss * GYR_S - 1.0)
    np.testing.assert_allclose(truth[[0, 2, 4]], [0.08e-3, 1.32e-3, 10.7e-3], rtol=0.06)
    for depth_m in (DEPTH_M, np.concatenate([[0.0], lunar_ground().depth_m])):
        found = ice_stable_depth_m(np.broadcast_to(loss, (depth_m.size, kelvin.size)), depth_m)
        np.testing.assert_allclose(found, truth, rtol=1e-9)


@given(st.floats(0.01, 20.0), st.floats(0.005, 1.0))
def test_depth_where_a_damped_summer_meets_the_limit(logarithm, damping_m):
    # The loss falls by e in every damping depth d: exp(a - z / d) = 1 + z / pore, solved by Lambert's function.
    loss = np.exp(logarithm - DEPTH_M / damping_m) / GYR_S
    share = 75e-6 / damping_m
    truth = damping_m * lambertw(share * np.exp(logarithm + share)).real - 75e-6
    assert ice_stable_depth_m(loss, DEPTH_M) == pytest.approx(truth if truth < 2.0 else np.nan, rel=1e-6, nan_ok=True)


@given(st.floats(0.1, 3.0), st.floats(-500.0, 200.0))
def test_the_depth_lies_where_the_loss_is_the_limit(logarithm, slope_per_m):
    # Also where ground is warmer below, as long as the cover holds back more than that.
    depth_m = np.array([0.0, 0.0025])
    found = ice_stable_depth_m(np.exp(logarithm + slope_per_m * depth_m) / GYR_S, depth_m)
    assert np.exp(logarithm + slope_per_m * found) * covered_share(found) == pytest.approx(1.0, rel=1e-6)


def test_open_ice_and_ice_nowhere():
    kelvin = np.stack([np.full(31, 60.0), np.full(31, 200.0)], axis=1)
    depth = ice_stable_depth_m(ice_loss_kg_m2_s(kelvin), DEPTH_M)
    assert depth[0] == 0.0
    assert np.isnan(depth[1])


@given(st.floats(60.0, 140.0), st.floats(0.0, 10.0))
def test_warmer_ground_hides_its_ice_deeper(kelvin, more):
    profile = kelvin - 20.0 * DEPTH_M
    here, warmer = (ice_stable_depth_m(ice_loss_kg_m2_s(t), DEPTH_M) for t in (profile, profile + more))
    assert np.isnan(warmer) or warmer >= here
