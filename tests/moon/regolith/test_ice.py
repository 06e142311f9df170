"""Loss of ice, and the depth at which it lasts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_depth_where_the_loss_meets_the_limit():
    falls = np.exp(-DEPTH_M / 0.1)  # a damped summer: the loss falls by e every 10 cm
    loss = 1e-3 / GYR_S * falls * 1e6 / covered_share(DEPTH_M)
    assert ice_stable_depth_m(loss, DEPTH_M) == pytest.approx(0.1 * np.log(1e3), rel=1e-6)


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
