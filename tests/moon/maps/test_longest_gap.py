"""The jumping search for the longest gap against looking at every step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.core.events import longest_run
from moonstation.moon.maps.longest_gap import longest_gap_steps

EDGE = np.zeros(4, dtype=np.float32)


def path_of(margins):
    slots = np.arange(len(margins)) % EDGE.size
    return np.stack([slots, margins], axis=1).astype(np.float32)


def plain(margins):
    """Every gap with its ends interpolated, one after the other."""
    margins = np.float32(margins).astype(float)
    longest, i = 0.0, 0
    while i < len(margins):
        if margins[i] > 0:
            i += 1
            continue
        j = i
        while j < len(margins) and margins[j] <= 0:
            j += 1
        begin = 0.0 if i == 0 else i - 1 + margins[i - 1] / (margins[i - 1] - margins[i])
        end = len(margins) if j == len(margins) else j - 1 + margins[j - 1] / (margins[j - 1] - margins[j])
        longest = max(longest, end - begin)
        i = j
    return longest


runs = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 200)), min_size=1, max_size=12)


@settings(deadline=None)
@given(runs, st.integers(0, 5000), st.integers(0, 2**32 - 1))
def test_no_gap_is_missed_whatever_the_hint(spans, hint, seed):
    sign = np.concatenate([np.r_[np.ones(lit), -np.ones(dark)] for lit, dark in spans])
    margins = sign * np.random.default_rng(seed).uniform(0.01, 1.0, sign.size)
    found = longest_gap_steps(path_of(margins), EDGE, np.array([hint % sign.size]))
    assert found == pytest.approx(plain(margins), abs=1e-3)
    assert abs(found - longest_run(margins <= 0)) <= 1.0


@pytest.mark.parametrize(("sign", "steps"), [(1.0, 0.0), (-1.0, 500.0)])
def test_always_and_never_in_sight(sign, steps):
    assert longest_gap_steps(path_of(np.full(500, sign)), EDGE, np.array([0])) == steps


def test_the_hint_is_left_in_the_longest_gap():
    margins = np.ones(1000)
    margins[100:150], margins[600:700] = -1.0, -1.0
    hint = np.array([0])
    assert longest_gap_steps(path_of(margins), EDGE, hint) == pytest.approx(100.0)
    assert 600 <= hint[0] < 700
