"""Cuts, worth, maxima apart, the Pareto front and pairs: closed cases, and what holds always."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.moon.siting import choice as choice_module
from moonstation.moon.siting.choice import (
    Scale,
    cuts,
    keeps,
    limits_in_words,
    maxima_apart,
    pareto_front,
    scales,
    score,
)
from moonstation.moon.siting.criteria import Criterion
from moonstation.moon.siting.pairs import common_gaps, distances_km, joint_dark, pairs_of

SLOPE = Criterion(quantity="slope_deg", max=10.0, weight=1.0)
LIGHT = Criterion(quantity="sun_visible_mean", mast_m=10.0, min=0.5, weight=3.0)
NAN = np.nan


def test_constraints_keep_their_limits_and_drop_what_is_not_known():
    assert keeps(SLOPE, [9.0, 10.0, 10.1, NAN, np.inf]).tolist() == [True, True, False, False, False]
    both = Criterion(quantity="slope_deg", min=1.0, max=2.0)
    assert keeps(both, [0.9, 1.0, 2.0, 2.1]).tolist() == [False, True, True, False]
    assert limits_in_words(both) == "slope_deg at least 1 and at most 2"


def test_cuts_say_what_falls_alone_only_and_in_order():
    values = {"slope_deg": np.array([5.0, 20.0, 20.0, 5.0, NAN]), LIGHT.label: np.array([0.9, 0.9, 0.1, 0.1, 0.9])}
    first, second = cuts([SLOPE, LIGHT], values, np.array([True, True, True, True, False]))
    assert (first.alone, first.only, first.left) == (0.5, 0.25, 0.5)
    assert (second.alone, second.only, second.left) == (0.5, 0.25, 0.25)
    assert cuts([], values, np.ones(5, bool)) == []


def test_a_scale_spans_the_ground_that_is_left_and_the_file_may_set_it():
    values = {"slope_deg": np.array([1.0, 5.0, 9.0, 80.0]), LIGHT.label: np.array([0.6, 0.8, 0.7, 1.0])}
    left = np.array([True, True, True, False])
    own = scales([SLOPE, LIGHT], values, left)
    assert own["slope_deg"] == Scale(worst=9.0, best=1.0)
    assert own[LIGHT.label] == Scale(worst=0.6, best=0.8)
    given_ends = scales([SLOPE.model_copy(update={"worst": 20.0, "best": 0.0})], values, left)
    assert given_ends["slope_deg"].worth([0.0, 5.0, 20.0, 30.0]).tolist() == [1.0, 0.75, 0.0, 0.0]
    total = score([SLOPE, LIGHT], values, own)
    np.testing.assert_allclose(total[:3], [0.25, (0.5 + 3.0) / 4.0, 0.75 * 0.5])
    assert scales([SLOPE], values, np.zeros(4, bool))["slope_deg"].worth(3.0) == 1.0


@pytest.mark.parametrize(
    ("ends", "worth"),
    [({"worst": 0.9}, 0.0), ({"best": 0.1}, 1.0), ({"worst": 0.5}, None), ({"best": 0.7}, None)],
)
@pytest.mark.parametrize("sense", [1.0, -1.0])
def test_ground_beyond_the_end_that_the_file_gives_is_worth_nothing_or_most(ends, worth, sense):
    wish = (LIGHT if sense > 0 else SLOPE).model_copy(update={name: sense * end for name, end in ends.items()})
    values = sense * np.array([0.2, 0.4, 0.6, 0.8])
    found = scales([wish], {wish.label: values}, np.ones(4, bool))[wish.label].worth(values)
    assert np.all(np.diff(found) >= 0.0)
    if worth is not None:
        assert found.tolist() == [worth] * 4


def test_an_end_at_nothing_tells_ground_apart_where_it_can_be_reached():
    values = {"slope_deg": np.array([1.0, 2.0])}
    for end, worth in (("best", [0.5, 0.0]), ("worst", [0.0, 0.0])):
        scale = scales([SLOPE.model_copy(update={end: 0.0})], values, np.ones(2, bool))["slope_deg"]
        assert scale.worth(values["slope_deg"]).tolist() == worth


def test_what_cannot_be_reached_is_worth_nothing_and_what_is_not_known_has_no_worth():
    scale = Scale(worst=30.0, best=1.0)
    assert scale.worth(np.inf) == 0.0
    assert np.isnan(scale.worth(NAN))


@given(a=st.floats(-100, 100), b=st.floats(-100, 100), x=st.lists(st.floats(-200, 200), min_size=2, max_size=9))
def test_worth_never_falls_towards_the_better_end(a, b, x):
    worth = Scale(worst=a, best=b).worth(sorted(x))
    assert np.all((worth >= 0) & (worth <= 1))
    steps = np.diff(worth)
    assert np.all(steps >= 0) if b >= a else np.all(steps <= 0)


def _flat_map(shape, spacing_rad):
    rows, cols = np.mgrid[: shape[0], : shape[1]] * spacing_rad
    out = np.stack([rows, cols, np.ones(shape)], axis=-1)
    return out / np.linalg.norm(out, axis=-1, keepdims=True)


def test_maxima_are_tops_and_stand_apart():
    points = np.zeros((20, 30))
    points[5, 5], points[5, 7], points[15, 20], points[2, 25] = 1.0, 0.9, 0.8, 0.7
    points[5, 6] = 0.95  # the shoulder of the first: no top
    points[2, 26] = NAN
    places = _flat_map(points.shape, 1e-4)
    with_ground = np.where(points > 0, points, NAN)
    assert maxima_apart(with_ground, places, 1.5e-4, 10) == [(5, 5), (15, 20), (2, 25)]
    assert maxima_apart(with_ground, places, 19e-4, 2) == [(5, 5), (2, 25)]  # (15, 20) lies 18 pixels off
    assert maxima_apart(np.full((4, 4), NAN), places[:4, :4], 1e-4, 3) == []


@given(st.integers(0, 2**32 - 1), st.floats(1e-4, 1e-3))
def test_chosen_maxima_keep_their_distance_and_come_best_first(seed, apart):
    points = np.random.default_rng(seed).normal(size=(15, 15))
    places = _flat_map(points.shape, 1e-4)
    chosen = maxima_apart(points, places, apart, 20)
    values = [points[pixel] for pixel in chosen]
    assert values == sorted(values, reverse=True)
    assert values[0] == points.max()
    for i, one in enumerate(chosen):
        for other in chosen[:i]:
            assert np.linalg.norm(places[one] - places[other]) >= apart * (1 - 1e-6)


def test_the_front_holds_what_nothing_beats():
    rows = [
        {"slope_deg": 1.0, LIGHT.label: 0.5},
        {"slope_deg": 5.0, LIGHT.label: 0.9},
        {"slope_deg": 5.0, LIGHT.label: 0.8},  # beaten by the second
        {"slope_deg": 1.0, LIGHT.label: 0.5},  # the first once more: neither beats the other
    ]
    assert pareto_front([SLOPE, LIGHT], rows).tolist() == [True, True, False, True]
    assert pareto_front([SLOPE], rows).tolist() == [True, False, False, True]
    assert pareto_front([SLOPE], []).size == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=25))
def test_everything_off_the_front_is_beaten_by_something_on_it(pairs):
    rows = [{"slope_deg": float(a), LIGHT.label: float(b)} for a, b in pairs]
    front = pareto_front([SLOPE, LIGHT], rows)
    assert front.any()
    for row in (row for row, on in zip(rows, front, strict=True) if not on):
        assert any(
            on and best["slope_deg"] <= row["slope_deg"] and best[LIGHT.label] >= row[LIGHT.label] and best != row
            for best, on in zip(rows, front, strict=True)
        )
    # The score can only be led by one on the front.
    points = score(
        [SLOPE, LIGHT],
        {key: np.array([row[key] for row in rows]) for key in rows[0]},
        {"slope_deg": Scale(6.0, -1.0), LIGHT.label: Scale(-1.0, 6.0)},
    )
    assert front[np.argmax(points)]


def _gaps(*spans):
    return np.array([span[0] for span in spans], float), np.array([span[1] for span in spans], float)


def test_level_ground_is_looked_at_in_blocks_with_the_same_outcome(monkeypatch):
    places = _flat_map((30, 40), 1e-4)
    level = np.ones((30, 40))
    level[12, 17] = 2.0
    whole = maxima_apart(level, places, 8e-4, 12)
    assert whole[:2] == [(12, 17), (0, 0)]
    monkeypatch.setattr(choice_module, "_BLOCK", 7)
    assert maxima_apart(level, places, 8e-4, 12) == whole
    assert len(maxima_apart(level, places, 0.0, 500)) == 500


def test_many_short_nights_take_no_more_memory_than_their_number():
    start = np.arange(300_000) * 10.0  # each with each would be 90 thousand million pairs
    assert joint_dark((start, start + 6.0), (start + 4.0, start + 9.0)) == (600_000.0, 2.0)


def test_joint_dark_is_what_both_have_in_common():
    one, other = _gaps((0, 10), (20, 30), (50, 60)), _gaps((5, 25), (55, 70))
    start, end = common_gaps(one, other)
    assert start.tolist() == [5.0, 20.0, 55.0]
    assert end.tolist() == [10.0, 25.0, 60.0]
    assert joint_dark(one, other) == (15.0, 5.0)
    assert joint_dark(one, _gaps()) == (0.0, 0.0)
    assert joint_dark(one, one) == (30.0, 10.0)


@given(st.integers(0, 2**32 - 1))
def test_joint_dark_agrees_with_counting_steps(seed):
    rng = np.random.default_rng(seed)
    dark = rng.random((2, 200)) < 0.4
    spans = []
    for row in dark:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
        spans.append((edges[::2].astype(float), edges[1::2].astype(float)))
    both = dark.all(axis=0)
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], both.astype(int), [0]]))))[::2]
    assert joint_dark(*spans) == (both.sum(), runs.max(initial=0))
    assert joint_dark(*spans) == joint_dark(*spans[::-1])


def test_pairs_are_near_enough_and_the_least_dark_come_first():
    gaps = {"a": _gaps((0, 7200)), "b": _gaps((3600, 9000)), "c": _gaps((20_000, 30_000)), "d": _gaps((0, 100_000))}
    names = list(gaps)
    apart = {(one, other): 5.0 for i, one in enumerate(names) for other in names[i + 1 :]} | {("a", "d"): 50.0}
    found = pairs_of(gaps, apart, 100_000.0, within_km=20.0)
    assert [(pair.first, pair.second) for pair in found][:2] == [("a", "c"), ("b", "c")]
    assert found[0].lit_share == 1.0
    assert [pair.longest_joint_dark_h for pair in found] == pytest.approx([0.0, 0.0, 1.0, 1.5, 10_000 / 3600])
    assert len(pairs_of(gaps, apart, 100_000.0, within_km=20.0, max_joint_dark_h=1.0)) == 3
    assert len(pairs_of(gaps, apart, 100_000.0, within_km=20.0, min_lit_share=0.99)) == 2
    assert found[0].record()["distance_km"] == 5.0


def test_distances_are_arcs():
    east = np.array([0.0, 1.0, 0.0])
    apart = distances_km([("pole", np.array([0.0, 0.0, -1.0])), ("east", east), ("west", -east)], 1737.4)
    assert apart["pole", "east"] == pytest.approx(1737.4 * np.pi / 2)
    assert apart["east", "west"] == pytest.approx(1737.4 * np.pi)
