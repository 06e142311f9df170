"""Shadows in a row of arrays, against geometry by hand and against rays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from place import MONTH, ConstantPlace

from moonstation.components.energy.self_shadow import ArrayRow
from moonstation.components.energy.solar_array import SolarArray
from moonstation.core.errors import RangeError

ROW = ArrayRow(count=4, spacing_m=30.0, azimuth_deg=90.0, width_m=4.0, height_m=10.0, strings=8)


def rays_shaded(row: ArrayRow, mount: str, azimuth_deg: float, elevation_deg: float, points: int = 4000) -> float:
    """Share of the last panel (as seen from the Sun) whose rays to the Sun meet any other panel of the row."""
    generator = np.random.default_rng(1)
    azimuth, elevation, line = np.radians([azimuth_deg, elevation_deg, row.azimuth_deg])
    sun = np.array([np.cos(elevation) * np.sin(azimuth), np.cos(elevation) * np.cos(azimuth), np.sin(elevation)])
    right = np.array([np.cos(azimuth), -np.sin(azimuth), 0.0])
    up = np.cross(right, sun) if mount == "two-axis" else np.array([0.0, 0.0, 1.0])
    up = up if up[2] >= 0 else -up
    normal = np.cross(right, up)
    along = np.array([np.sin(line), np.cos(line), 0.0])
    centres = np.arange(row.count)[:, None] * row.spacing_m * along
    last = centres[np.argmin(centres @ sun)]
    u = (generator.random(points) - 0.5) * row.width_m
    v = (generator.random(points) - 0.5) * row.height_m
    start = last + u[:, None] * right + v[:, None] * up
    hit = np.zeros(points, bool)
    for centre in centres:
        way = ((centre - start) @ normal) / (sun @ normal)
        at = start + way[:, None] * sun - centre
        inside = (np.abs(at @ right) <= row.width_m / 2) & (np.abs(at @ up) <= row.height_m / 2)
        hit |= inside & (way > 1e-9)
    return float(hit.mean())


@pytest.mark.parametrize("mount", ["two-axis", "vertical-axis"])
@pytest.mark.parametrize(("azimuth", "elevation"), [(90, 1.5), (88, 1.5), (95, 6), (272, 3), (84, 0.1), (40, 1.5)])
def test_the_shaded_area_is_that_of_rays_whatever_stands_further_off(mount, azimuth, elevation):
    wide, tall = ROW.shadow(mount, azimuth, elevation)
    assert wide * tall == pytest.approx(rays_shaded(ROW, mount, azimuth, elevation), abs=0.03)


def test_by_hand_along_the_row_and_a_little_beside_it():
    # Sun along the row at 6 deg: the shadow slips 30 m tan 6 deg = 3.15 m down; 5 deg beside it: 30 m sin 5 = 2.61 m
    wide, tall = ROW.shadow("vertical-axis", 90.0, 6.0)
    assert wide == 1.0
    assert tall == pytest.approx(1.0 - 3.153 / 10.0, abs=1e-4)
    wide, _ = ROW.shadow("vertical-axis", 95.0, 6.0)
    assert wide == pytest.approx(1.0 - 2.6147 / 4.0, abs=1e-4)


def test_every_string_that_is_touched_is_lost_in_all_arrays_but_the_first():
    # 34.6 % of the width: 2.77 of 8 strings, so three; three arrays of four have a neighbour towards the Sun
    assert ROW.lost_share("vertical-axis", 95.0, 6.0) == pytest.approx(3 / 8 * 3 / 4)
    assert ROW.lost_share("vertical-axis", 90.0, 1.0) == pytest.approx(3 / 4)
    assert ROW.lost_share("vertical-axis", 180.0, 1.0) == 0.0
    assert ROW.lost_share("horizontal", 90.0, 1.0) == 0.0


def test_a_high_sun_throws_the_shadow_under_the_next_array():
    # 30 m tan 18.5 deg = 10.04 m: past a panel of 10 m
    assert ROW.lost_share("vertical-axis", 90.0, 18.5) == 0.0


def test_the_array_of_a_row_gives_less_when_the_sun_stands_along_it():
    azimuth = np.linspace(0.0, 360.0, MONTH.count, endpoint=False)
    place = ConstantPlace(MONTH, sun_azimuth_deg=azimuth)
    alone, one_of_two = SolarArray(area_m2=18.0), SolarArray(area_m2=18.0, row_count=2)
    ratio = one_of_two.light(place) / alone.light(place)
    assert ratio.min() == pytest.approx(0.5)
    # once round, the Sun stands within asin(3.5 / 30) = 6.7 deg of the line on four sides of 360 deg: half of them
    # lost by half of the arrays, and a little more for strings touched in part
    assert 1.0 - ratio.mean() == pytest.approx(4 * 6.7 / 360 / 4, rel=0.15)


def test_arrays_that_would_touch_are_refused():
    with pytest.raises(RangeError, match="row_spacing_m"):
        SolarArray(area_m2=18.0, row_count=2, row_spacing_m=3.0)


@given(azimuth=st.floats(0, 360), elevation=st.floats(-2, 60), spacing=st.floats(4, 200), more=st.floats(0, 200))
def test_further_apart_is_never_darker_and_the_sun_may_stand_on_either_side(azimuth, elevation, spacing, more):
    def lost(distance_m: float, sun_deg: float) -> float:
        row = ArrayRow(3, distance_m, 90.0, 4.0, 10.0, 10)
        return float(row.lost_share("vertical-axis", sun_deg, elevation))

    assert 0.0 <= lost(spacing + more, azimuth) <= lost(spacing, azimuth) <= 2 / 3
    assert lost(spacing, azimuth) == pytest.approx(lost(spacing, azimuth + 180.0), abs=0.1)
