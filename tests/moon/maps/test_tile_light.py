"""Light of pixels against the engine of single places, and rules that hold for any sky-lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_sky import YEAR, polar, rough_sky_lines, sky_lines_of, stereographic, tracks_of

from moonstation.moon.maps.layers import LAYERS
from moonstation.moon.maps.tile_light import TilePlace, block_side_px, tile_light
from moonstation.moon.site import site_light

NAMES = tuple(LAYERS)
MEANS = tuple(name for name in NAMES if name.endswith("_mean"))
YEAR_H = YEAR.count * YEAR.step_h


def light_of(sky, track, names=NAMES, **options):
    return tile_light(sky, track, names, TilePlace(sky.area), **options)


AREAS = {
    "near the pole": (polar(), 0.5),
    "at the pole": (stereographic(-90.0, 0.0, (9, 9), 400.0, -1800.0, 1800.0), 0.3),
    "75 north": (stereographic(75.0, 200.0, (9, 9), 2000.0, -8e3, 9e3), 1.0),
    "the limb": (stereographic(20.0, 89.0, (9, 9), 300.0, 3e3, -2e3), 1.5),
    "the equator": (stereographic(0.0, 60.0, (9, 9), 300.0, -1e3, 2e3), 3.0),
}


@pytest.mark.parametrize("where", AREAS)
def test_pixels_agree_with_the_engine_of_single_places(where, record_property):
    area, mean_deg = AREAS[where]
    sky = rough_sky_lines(area, mean_deg=mean_deg)
    ours = light_of(sky, tracks_of(area))
    pixels = [(row, col) for row in (0, 4, 8) for col in (0, 3, 8)]
    singles = [site_light(sky.horizon(*at), YEAR).summary for at in pixels]
    for name in NAMES[:6]:
        error = np.array([ours[name][at] - one[name] for at, one in zip(pixels, singles, strict=True)])
        record_property(name, f"{np.abs(error).max():.5f}")
        if name in MEANS:  # a share of time: of 8,760 steps a few fall to the other side of a rough sky-line
            assert np.abs(error).max() < 1.5e-3, (name, error)
            assert abs(error.mean()) < 6e-4, (name, error)
        else:
            assert np.median(np.abs(error)) < 1.0, (name, error)


def test_the_pieces_of_a_map_are_the_map():
    area = polar((40, 23))
    sky, track = rough_sky_lines(area, 90), tracks_of(area)
    whole = light_of(sky, track, block_px=16)
    for rows, cols in area.tiles(13):
        part = area.part(rows, cols)
        lines = sky.elevation[:, rows, cols]
        piece = type(sky)(part, sky.height_m, sky.direction_deg, lines, sky.ground_m[rows, cols])
        ours = tile_light(piece, track, NAMES, TilePlace(area, rows.start, cols.start), threads=2, block_px=16)
        for name in NAMES:
            np.testing.assert_array_equal(ours[name], whole[name][rows, cols], err_msg=name)


def test_blocks_of_another_size_change_little():
    area = polar((16, 64), 400.0)
    sky, track = rough_sky_lines(area, 180), tracks_of(area)
    large, small = (light_of(sky, track, MEANS, block_px=side) for side in (block_side_px(400.0), 8))
    for name in MEANS:
        assert np.abs(large[name] - small[name]).max() < 1.5e-3, name


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**31), st.floats(-2.0, 3.0), st.floats(0.1, 2.0), st.sampled_from([24, 90, 360]))
def test_rules_that_hold_for_any_sky_line(year_tracks, seed, mean_deg, spread_deg, directions):
    sky = rough_sky_lines(polar((3, 4)), directions, seed=seed, mean_deg=mean_deg, spread_deg=spread_deg)
    ours = light_of(sky, year_tracks)
    for body, gap in (("sun", "longest_dark_h"), ("earth", "longest_without_earth_h")):
        visible, part = ours[f"{body}_visible_mean"], ours[f"{body}_any_mean"]
        assert (visible >= 0.0).all()
        assert (part <= 1.0).all()
        assert (part >= visible).all()
        assert ((ours[gap] == YEAR_H) == (part == 0.0)).all()
        assert (ours[gap] <= (1.0 - part) * YEAR_H + 2.5 * np.sqrt(YEAR_H)).all()
    assert ((ours["permanent_shadow"] == 1) == (ours["sun_any_mean"] == 0.0)).all()
    raised = sky_lines_of(sky.area, sky.elevation_deg() + 0.3)
    higher = light_of(raised, year_tracks)
    for name in MEANS:
        assert (higher[name] <= ours[name] + 1e-6).all(), name
    for name in ("longest_dark_h", "longest_without_earth_h"):
        assert (higher[name] >= ours[name] - 0.1 * YEAR.step_h).all(), name


def test_wells_and_poles_of_light(year_tracks):
    area = polar((1, 3))
    lines = np.full((36, 1, 3), np.nan)
    lines[:, 0, 0], lines[:, 0, 1] = 80.0, -19.0
    ours = light_of(sky_lines_of(area, lines), year_tracks)
    assert ours["permanent_shadow"].tolist() == [[1, 0, 255]]
    for name in MEANS:
        assert ours[name][0, :2] == pytest.approx([0.0, 1.0], abs=2e-3)
        assert np.isnan(ours[name][0, 2])
    for name in ("longest_dark_h", "longest_without_earth_h"):
        assert ours[name][0, 0] == YEAR_H
        assert ours[name][0, 1] < 3.0  # but in an eclipse
        assert np.isnan(ours[name][0, 2])


def test_a_missing_direction_is_missing_data(year_tracks):
    lines = np.zeros((36, 1, 2))
    lines[7, 0, 1] = np.nan
    sky = sky_lines_of(polar((1, 2)), lines)
    ours = light_of(sky, year_tracks, ("sun_visible_mean", "permanent_shadow"))
    assert set(ours) == {"sun_visible_mean", "permanent_shadow"}
    assert np.isnan(ours["sun_visible_mean"]).tolist() == [[False, True]]
    assert ours["permanent_shadow"].tolist() == [[0, 255]]
