"""Crests between posts: edges and round tops of known shape, in a profile and as a crater's floor sees them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from moonstation.moon.regolith.crests import Ray, crest_near, height_on, lines_crossed, over_chord, whole_facets

POSTS = np.arange(-2.0, 4.0)
SHARES = np.linspace(0.0, 1.0, 21)
slopes = st.floats(-1.0, 1.0)


def over(height, t):
    """Estimated height at a share ``t`` of the way from the post at 0 to that at 1."""
    c, d = height(np.array([0.0, 1.0]))
    return float(c + t * (d - c) + over_chord(*(float(one) for one in height(POSTS)), t))


@settings(deadline=None)
@given(st.floats(0.0, 1.0), slopes, st.floats(0.01, 2.0), st.floats(0.0, 1.0))
def test_a_sharp_edge_stands_where_its_sides_meet(edge, slope, bend, t):
    def height(x):
        return slope * (x - edge) - bend * np.maximum(x - edge, 0.0)

    assert over(height, t) == pytest.approx(float(height(t)), abs=1e-9 + 1e-6 * bend)


@settings(deadline=None)
@given(slopes, st.floats(0.01, 1.0), st.floats(-0.05, 0.05), st.floats(0.0, 1.0))
def test_a_round_top_is_not_taken_for_an_edge(slope, round_, skew, t):
    def height(x):
        return slope * x - round_ * (x - 0.5) ** 2 + skew * round_ * x**3

    edge = round_  # what an edge of the same posts would stand over the chord in the middle
    assert over(height, t) == pytest.approx(float(height(t)), abs=0.05 * edge)


@pytest.mark.parametrize("blur", [0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0])
def test_an_edge_blurred_by_a_gaussian_is_as_high_as_it_is(blur):
    mean = []
    for edge in np.linspace(0.0, 1.0, 11):

        def height(x, edge=edge):
            z = (np.asarray(x) - edge) / blur
            return -blur * (z * norm.cdf(z) + norm.pdf(z))

        mean.append([over(height, t) - float(height(t)) for t in SHARES])
    # Straight lines are too low by 0.08 of the bend under a sharp edge, an edge too high by 0.05 under round tops.
    assert abs(np.mean(mean)) < 0.01
    assert np.abs(mean).max() < 0.08


@settings(deadline=None)
@given(st.lists(st.floats(-50.0, 50.0), min_size=6, max_size=6), st.floats(0.0, 1.0))
def test_valleys_are_not_filled_and_crests_are_not_towers(heights, t):
    a, b, c, d, e, f = heights
    rise = over_chord(a, b, c, d, e, f, t)
    first, second = b - 2 * c + d, c - 2 * d + e
    if first >= 0.0 and second >= 0.0:
        assert rise <= 0.0
    assert rise <= max(-first, 0.0) + max(-second, 0.0) + 0.5 * (abs(a - 2 * b + c) + abs(d - 2 * e + f)) + 1e-9
    assert over_chord(f, e, d, c, b, a, 1.0 - t) == pytest.approx(rise, abs=1e-9)


@pytest.mark.parametrize("turn_deg", [0.0, 20.0, 45.0, 70.0, 110.0, 200.0, 315.0])
def test_an_edge_across_a_ray_is_met_where_it_is_from_any_side(turn_deg):
    # A wall of 0.8 that ends in a plain, its edge 317.3 m away and askew to the ray by 20 degrees.
    pixel, side = 50.0, 41
    turn, askew = np.radians(turn_deg), np.radians(turn_deg + 20.0)
    x, y = np.meshgrid((np.arange(side) - side // 2) * pixel, -(np.arange(side) - side // 2) * pixel)
    reach = 317.3 * np.cos(np.radians(20.0))
    beyond = x * np.sin(askew) + y * np.cos(askew) - reach
    height = np.where(beyond < 0.0, 0.8 * beyond, 0.0).astype(np.float32).ravel()
    ray = Ray(0.0, 0.0, -0.5 * reach, np.sin(turn), np.cos(turn), 1.0 / 1737400.0, 1737400.0)
    west = -(side / 2) * pixel
    lines = lines_crossed(ray, np.array([west, -west, pixel]), np.array([side, side, 0]))
    tangents = []
    for line in range(int(lines.start) + 1, lines.number):
        away = (line - lines.start) / lines.pace
        tangents.append((height_on(lines, line, height, False) - ray.height) / away)
    best = int(np.argmax(tangents))
    rise, near, past = crest_near(ray, lines, height, lines.start + 1.0 + best, 1.0, tangents[best])
    assert rise == pytest.approx(0.5 * reach / 317.3, rel=1e-3)
    assert abs(near - 317.3) < 1.5 * pixel
    assert 0.0 <= past <= 0.5


def test_facets_cut_by_an_edge_do_not_count_and_others_do():
    level = np.broadcast_to(np.arange(9.0) * 3.0, (7, 9)).copy()
    np.testing.assert_allclose(whole_facets(level), 1.0)
    roof = -np.abs(level - 3.0 * 4.5)  # along columns 4 and 5, its edge between them
    whole = whole_facets(roof)
    np.testing.assert_allclose(whole.mean(axis=2), 1.0)
    east = whole[:, :, [1, 3]]
    assert east[:, 4].max() < 0.05
    assert whole[:, 5][:, [0, 2]].max() < 0.05
    np.testing.assert_allclose(whole[:, [0, 1, 2, 3, 6, 7, 8]], 1.0)
    gap = level.copy()
    gap[3, 4] = np.nan
    assert np.isfinite(whole_facets(gap)).all()
