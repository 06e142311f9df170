"""Light thrown back by smooth and by rough ground."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.core.errors import RangeError
from moonstation.moon.regolith.albedo import diffuse_albedo, rough_albedo, smooth_albedo


def test_smooth_ground_grows_brighter_towards_grazing_light():
    assert smooth_albedo(0.0) == pytest.approx(0.12)
    assert smooth_albedo(90.0) == pytest.approx(0.12 + 0.06 * 8 + 0.25)  # Hayne 2017 Eq. A8 at the horizon
    assert np.all(np.diff(smooth_albedo(np.linspace(0, 90, 50))) > 0)


def test_rough_ground_without_slopes_is_smooth():
    elevation = np.linspace(0, 90, 181)
    np.testing.assert_allclose(rough_albedo(elevation, slope_rms_deg=0.0), smooth_albedo(90 - elevation), atol=3e-4)
    np.testing.assert_allclose(
        rough_albedo(elevation[20:], slope_rms_deg=0.5), smooth_albedo(90 - elevation[20:]), atol=0.01
    )


def test_a_grazing_sun_meets_leaning_facets():
    # Facets that a Sun on the horizon lights lean towards it with density p exp(-p^2 / 2 s^2), s = tan(rms) / sqrt 2.
    deviation = np.tan(np.radians(20.0)) / np.sqrt(2.0)
    slope = np.linspace(0, 6 * deviation, 4001)
    along = slope * np.exp(-0.5 * (slope / deviation) ** 2)
    across = np.linspace(-5, 5, 401)[:, None] * deviation
    weight = along * np.exp(-0.5 * (across / deviation) ** 2)
    albedo = smooth_albedo(np.degrees(np.arccos(slope / np.sqrt(1 + slope**2 + across**2))))
    assert rough_albedo(0.0, slope_rms_deg=20.0) == pytest.approx((weight * albedo).sum() / weight.sum(), abs=2e-3)


@given(st.floats(0.0, 90.0), st.sampled_from([0.0, 1.0, 10.0, 30.0, 60.0]))
def test_rough_albedo_stays_within_that_of_its_facets(elevation, rms):
    assert 0.12 - 1e-12 <= rough_albedo(elevation, slope_rms_deg=rms) <= 0.85 + 1e-12


def test_rougher_ground_takes_more_of_a_low_sun():
    low = [float(rough_albedo(1.5, slope_rms_deg=rms)) for rms in (0.0, 5.0, 10.0, 20.0, 30.0)]
    assert low == sorted(low, reverse=True)


def test_diffuse_light_is_thrown_back_as_the_mean_over_the_sky():
    # Mean of A0 + a (i/45)^3 + b (i/90)^8 over 2 sin i cos i di, by adaptive quadrature.
    from scipy.integrate import quad

    truth, _ = quad(lambda i: smooth_albedo(np.degrees(i)) * np.sin(2 * i), 0, np.pi / 2)
    assert diffuse_albedo() == pytest.approx(truth, abs=1e-4)


def test_slopes_and_albedos_that_cannot_be_are_refused_together():
    with pytest.raises(RangeError) as caught:
        rough_albedo(10.0, normal=0.9, slope_rms_deg=80.0)
    assert len(caught.value.faults) == 2
