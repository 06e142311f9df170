import numpy as np
import pytest

from moonstation.core.errors import RangeError
from moonstation.facts.table import lookup
from moonstation.sky.apparent import body_vectors_moon_me_km
from moonstation.sky.ephemeris import Ephemeris
from moonstation.sky.orientation import me_from_pa, moon_me_from_icrf

SPAN = Ephemeris.default().span_tdb
ARCSEC = np.pi / 648000


@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_matrices_are_rotations(shape):
    matrices = moon_me_from_icrf(np.random.default_rng(0).uniform(*SPAN, shape))
    assert matrices.shape == (*shape, 3, 3)
    assert np.allclose(matrices @ np.swapaxes(matrices, -1, -2), np.eye(3), atol=1e-14)
    assert np.allclose(np.linalg.det(matrices), 1.0)


def test_the_mean_earth_stands_over_the_origin_of_longitude_and_latitude():
    # What gives the frame its name: the mean direction of the Earth is the x axis
    month = 27.321661 * 86400
    tdb = np.linspace(0, 67 * month * 3, 40_000)  # three precessions of the node (18.6 years) come near
    earth = body_vectors_moon_me_km("earth", tdb)
    longitude, latitude = np.degrees(np.arctan2(earth[:, 1], earth[:, 0])), np.degrees(np.arcsin(earth[:, 2] / 4e5))
    assert abs(longitude.mean()) < 0.1
    assert abs(latitude.mean()) < 0.1
    assert 7.0 < np.abs(longitude).max() < 8.5  # optical libration in longitude


def test_the_moon_turns_at_the_rate_of_the_facts():
    days = np.linspace(0, 18_000, 2000)
    before, after = moon_me_from_icrf(days * 86400), moon_me_from_icrf((days + 0.5) * 86400)
    traces = np.einsum("nij,nij->n", after, before)
    rate = np.degrees(np.arccos((traces - 1) / 2)).mean() / 0.5
    assert rate == pytest.approx(lookup("sky.moon_rotation_rate").value, rel=2e-5)


@pytest.mark.parametrize("realisation", ["pa421", "pa440"])
def test_the_fixed_rotation_is_small_and_has_the_named_angles(realisation):
    matrix = me_from_pa(realisation)
    x, y, z = (lookup(f"sky.{realisation}_to_me_{axis}").value * ARCSEC for axis in "xyz")
    # first order: ME = (1 + [angles x]) PA, since every angle is below 0.0004 rad
    first_order = np.array([[1, -z, y], [z, 1, -x], [-y, x, 1]])
    assert np.allclose(matrix, first_order, atol=3e-7)


def test_orientation_of_de440_is_turned_by_its_own_angles(kernel):
    angles = (0.1, 0.4, 2.0)
    tdb = 8e8
    both = {}
    for code in (31006, 31008):
        own = Ephemeris.from_files([kernel((code, None, 7e8, 9e8, angles), name=f"{code}.bpc")])
        both[code] = moon_me_from_icrf(tdb, own)
    assert np.allclose(both[31008] @ both[31006].T, me_from_pa("pa440") @ me_from_pa("pa421").T)


def test_euler_angles_are_three_one_three(kernel):
    own = Ephemeris.from_files([kernel((31006, None, 7e8, 9e8, (0.3, 0.0, 0.4)), name="own.bpc")])
    c, s = np.cos(0.7), np.sin(0.7)  # without tilt the two turns about z add
    pa = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    assert np.allclose(moon_me_from_icrf(8e8, own), me_from_pa("pa421") @ pa)


def test_an_epoch_outside_is_refused():
    with pytest.raises(RangeError, match="2050-12-31"):
        moon_me_from_icrf(SPAN[1] + 10)
