"""The terrain around a place as a bowl: against the closed form, in energy, and in what it may be fed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import Stefan_Boltzmann

from moonstation.facts.table import lookup
from moonstation.moon.horizon import Horizon
from moonstation.moon.regolith import bowl as bowls
from moonstation.moon.regolith.bowl import bowl_of, terrain_glow
from moonstation.moon.regolith.ground import layered, lunar_ground

EMISSIVITY = lookup("regolith.emissivity").value
AZIMUTH = np.arange(0.0, 360.0, 0.5)
SUN_W_M2 = 1361.0


def crater(rim_deg, rim_km=10.0):
    distance = np.broadcast_to(np.asarray(rim_km, float), AZIMUTH.shape)
    return Horizon(AZIMUTH, np.broadcast_to(np.asarray(rim_deg, float), AZIMUTH.shape), distance, 2.0, -89.0, 0.0)


def insulating_ground():
    """Ground that stores next to nothing, so that it is in radiative balance at once, as Ingersoll's."""
    thick = np.full(3, 0.01)
    return layered(thick, np.full(3, 1.0), np.full(3, 1e-9), np.array([1.0, 0, 0, 0, 0]), chi=0.0, heat_flow=0.0)


@pytest.fixture
def plain_albedo(monkeypatch):
    """One albedo for all light."""
    monkeypatch.setattr(bowls, "rough_albedo", lambda elevation_deg: np.full(np.shape(elevation_deg), 0.12))
    monkeypatch.setattr(bowls, "diffuse_albedo", lambda: 0.12)


@pytest.mark.usefixtures("plain_albedo")
@pytest.mark.parametrize(
    ("depth_to_diameter", "sun_deg"), [(0.2, 10.0), (0.15, 5.0), (0.1, 3.0), (0.05, 2.0), (0.2, 2.0)]
)
def test_the_shadowed_floor_of_a_bowl_is_that_of_ingersoll(depth_to_diameter, sun_deg):
    # Ingersoll, Svitek & Murray 1992: with f = 1 / (1 + (D/d)^2 / 4), a shadowed floor takes in
    # eps sigma T^4 = F0 sin(e) f (1 - A) / (1 - A f) [eps + A (1 - f)].
    f, albedo = 1.0 / (1.0 + 0.25 / depth_to_diameter**2), 0.12
    rim_deg = np.degrees(np.arctan(2.0 * depth_to_diameter))
    bowl = bowl_of(crater(rim_deg), sun_deg - 0.5, sun_deg + 0.5)
    assert bowl.terrain_share == pytest.approx(f, rel=1e-6)
    steps = 90
    sun = np.full(steps, SUN_W_M2), np.arange(steps) * 4.0, np.full(steps, sun_deg)
    glow, _ = terrain_glow(bowl, sun, sun, (3600.0, 3600.0), insulating_ground())
    taken = (1 - albedo) * glow.level_sunlight_w_m2 + EMISSIVITY * glow.level_infrared_w_m2
    truth = (
        SUN_W_M2 * np.sin(np.radians(sun_deg)) * f * (1 - albedo) / (1 - albedo * f) * (EMISSIVITY + albedo * (1 - f))
    )
    kelvin, truth_k = ((flux / (EMISSIVITY * Stefan_Boltzmann)) ** 0.25 for flux in (taken.mean(), truth))
    assert kelvin == pytest.approx(truth_k, rel=0.02)  # the light's edge crosses patches of the wall
    assert taken.std() < 0.05 * taken.mean()


@pytest.mark.parametrize("rim_deg", [5.0, 10.0, 20.0, 30.0, 40.0])
def test_all_light_that_enters_a_bowl_falls_on_its_wall(rim_deg):
    # sin(e) on the opening, which is the share 1 - f of the sphere's cap below it; a share f of it in the floor's view.
    bowl = bowl_of(crater(rim_deg), 0.6, 4.0)
    caught = ((bowl.takes + bowl.throws) @ bowl.level_view).mean(axis=0)
    f = np.sin(np.radians(rim_deg)) ** 2
    truth = f * (1.0 - f) * np.sin(np.radians(bowl.sun_elevation_deg))
    assert caught == pytest.approx(truth, rel=0.07)  # the light's edge crosses patches of the wall
    assert caught.sum() == pytest.approx(truth.sum(), rel=0.02)


def test_a_peak_of_the_rim_shades_its_own_azimuth_alone():
    # One point of 360 is higher: it stands between the azimuths of a coarse table, and beside those of a fine one.
    around = np.radians(np.arange(360) + 0.5)
    peak = np.where(np.arange(360) == 44, 3.0, 1.0)
    rim = np.stack([10.0 * np.sin(around), 10.0 * np.cos(around), peak])
    over = bowls._rim_elevation_deg(rim, np.zeros((3, 1)), np.arange(36) * 10.0)[0]
    level = np.degrees(np.arctan2(1.0, 10.0))
    assert np.abs(over - level).max() < 0.01
    aside = bowls._rim_elevation_deg(rim, np.zeros((3, 1)), np.arange(360) * 1.0)[0]
    assert aside.max() == pytest.approx(np.degrees(np.arctan2(2.0, 10.0)), abs=0.01)


@pytest.mark.usefixtures("plain_albedo")
def test_a_settled_wall_sends_as_much_as_an_insulating_one():
    # Storing heat moves it in time, not in amount.
    bowl, steps = bowl_of(crater(20.0), -2.0, 2.0), 177
    turn = np.arange(steps) * (360.0 / steps)
    sun = np.full(steps, SUN_W_M2), turn, 1.5 + 0.3 * np.cos(np.radians(turn))
    storing, plain = (
        terrain_glow(bowl, sun, sun, (14_400.0, 14_400.0), ground)[1].level_infrared_w_m2.mean()
        for ground in (lunar_ground(), insulating_ground())
    )
    interior = lookup("regolith.heat_flow").value * bowl.terrain_share / (1 - bowl.terrain_share)
    assert storing == pytest.approx(plain + interior, rel=0.01)


def test_open_ground_sees_no_terrain_and_a_pit_sees_little_sky():
    assert bowl_of(crater(-0.5), -2.0, 2.0).terrain_share == 0.0
    assert bowl_of(crater(80.0), -2.0, 2.0).terrain_share == pytest.approx(np.sin(np.radians(80.0)) ** 2)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(-5.0, 60.0), min_size=12, max_size=12), st.floats(0.0, 50.0))
def test_shares_are_shares_and_higher_terrain_fills_more(rises, more):
    low = np.repeat(np.array(rises), 60)
    bowl, higher = bowl_of(crater(low), -2.0, 2.0), bowl_of(crater(np.minimum(low + more, 80.0)), -2.0, 2.0)
    assert 0.0 <= bowl.terrain_share <= higher.terrain_share + 1e-12 <= 1.0 + 1e-12
    assert 0.0 <= bowl.side_view.sum() <= 0.5
    assert np.all(bowl.takes >= 0.0)
    assert np.all(bowl.throws >= 0.0)
    assert np.all(bowl.takes + bowl.throws <= 1.0 + 1e-12)


def test_a_turned_sky_line_under_a_turned_sun_is_the_same():
    rises = 10.0 + 8.0 * np.sin(np.radians(AZIMUTH)) + 3.0 * np.cos(np.radians(3 * AZIMUTH))
    here, turned = bowl_of(crater(rises), -2.0, 2.0), bowl_of(crater(np.roll(rises, 180)), -2.0, 2.0)  # by 90 deg
    np.testing.assert_allclose(np.roll(here.takes, (9, 3), axis=(0, 2)), turned.takes, atol=1e-9)


def test_without_distances_the_rim_is_taken_as_equally_far():
    unknown = Horizon(AZIMUTH, np.full(720, 15.0), np.full(720, np.nan), 2.0, -89.0, 0.0)
    np.testing.assert_allclose(bowl_of(unknown, -2.0, 2.0).takes, bowl_of(crater(15.0), -2.0, 2.0).takes, atol=1e-9)
