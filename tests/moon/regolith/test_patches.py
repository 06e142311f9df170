"""Patches: squares on one lattice, no wider than a fifth of their distance from the map."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.moon.regolith.exchange import LANES, Lights, Surfaces, send
from moonstation.moon.regolith.patches import WIDTH, patches_of


def nodes(origin, size, around):
    """Levels, lattice and number of a map's pixels in a field of single pixels, the map's first."""
    row, col = np.indices((size + 2 * around,) * 2).reshape(2, -1) + origin - around
    inside = np.all([(origin <= one) & (one < origin + size) for one in (row, col)], axis=0)
    order = np.argsort(~inside, kind="stable")
    return np.zeros(row.size, np.int32), np.stack([row, col], axis=-1)[order], size * size


@pytest.mark.parametrize("origin", [0, 5, -13])
def test_a_patch_is_a_square_no_wider_than_its_distance_allows(origin):
    level, at, pixels = nodes(origin, 7, 60)
    patches = patches_of(level, at, pixels, np.ones(level.size))
    assert np.array_equal(patches.of[:pixels], np.arange(pixels))
    assert patches.count < level.size / 4
    widest = 0
    for patch in range(pixels, patches.count):
        mine = at[patches.of == patch]
        low, past = mine.min(axis=0), mine.max(axis=0) + 1
        wide = 1 << int((past - low).max() - 1).bit_length()
        assert np.array_equal(low // wide, (past - 1) // wide)
        low, past = low // wide * wide, (low // wide + 1) * wide
        away = np.maximum(origin - past, low - origin - 7).max()
        assert wide == 1 or wide <= WIDTH * away
        widest = max(widest, wide)
    assert widest == 8


def test_coarser_nodes_are_joined_with_those_in_the_same_square_only():
    level, at, pixels = nodes(0, 4, 48)
    coarse = np.stack(np.indices((80, 80)).reshape(2, -1), axis=-1) - 38  # nodes 2 wide, farther out
    coarse = coarse[((coarse < -24) | (coarse >= 26)).any(axis=1)]
    level = np.concatenate([level, np.ones(len(coarse), np.int32)])
    at = np.concatenate([at, coarse])
    patches = patches_of(level, at, pixels, 4.0**level)
    middle = (at + 0.5) * 2.0 ** level[:, None]
    spread = np.abs(middle - patches.mean(middle)[patches.of]).max(axis=1)
    away = np.maximum(-middle, middle - 4).max(axis=1)
    assert np.all((spread == 0.0) | (spread < WIDTH * away))
    assert spread.max() >= 3.0
    np.testing.assert_allclose(patches.mean(np.ones(level.size)), 1.0, rtol=1e-6)
    assert np.all(patches.largest(level)[patches.of] >= level)


def test_parts_of_a_patch_send_out_as_much_heat_as_it_does_and_none_less_than_nothing():
    level, at, pixels = nodes(0, 3, 30)
    rng = np.random.default_rng(1)
    patches = patches_of(level, at, pixels, rng.uniform(1.0, 2.0, level.size))
    takes = np.where(rng.uniform(size=level.size) < 0.7, 0.0, rng.exponential(50.0, level.size)).astype(np.float32)
    mean = patches.mean(takes).astype(np.float32)
    glowing = rng.exponential(10.0, patches.count).astype(np.float32)
    none = np.zeros((1, 1, LANES))
    state = Surfaces(none, none[0], np.zeros_like(glowing), glowing, np.zeros((4 * level.size, 2), np.float32))
    direct = Lights(mean, takes, np.zeros((level.size, 4), np.float32))
    send((0, level.size), state, direct, patches.of, np.full((level.size, 4, 4), 0.25, np.float32), 0.2)
    heat = state.sent[::4, 1]
    assert heat.min() >= 0.0
    np.testing.assert_allclose(patches.mean(heat), glowing, rtol=1e-4)
    lone = patches.lone()
    np.testing.assert_allclose(heat[lone[lone >= 0]], glowing[lone >= 0], rtol=1e-5)
