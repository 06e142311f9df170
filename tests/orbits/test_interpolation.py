"""Coarse nodes and cubics between them."""

from __future__ import annotations

import numpy as np

from moonstation.orbits.interpolation import sampled


def cubic(t):
    return np.stack([t**3 - 2 * t**2 + 5, 1 - t], axis=1)


def test_a_cubic_is_reproduced_exactly():
    t = np.linspace(-3.0, 9.0, 1001)
    assert np.allclose(sampled(cubic, t, 1.0), cubic(t), atol=1e-10)


def test_order_does_not_matter():
    t = np.random.default_rng(1).permutation(np.linspace(0.0, 10.0, 501))
    assert np.allclose(sampled(cubic, t, 0.5), cubic(t), atol=1e-10)


def test_few_epochs_are_evaluated_themselves_and_no_node_lies_outside():
    asked = []

    def noted(t):
        asked.append(t)
        return cubic(t)

    few, many = np.array([0.0, 100.0, 5.0]), np.linspace(0.0, 100.0, 2001)
    assert np.array_equal(sampled(noted, few, 1.0), cubic(few))
    sampled(noted, many, 10.0)
    assert len(asked[0]) == 3
    assert len(asked[1]) == 11
    assert asked[1].min() == 0.0
    assert asked[1].max() == 100.0


def test_the_error_falls_with_the_fourth_power_of_the_node_step():
    t = np.linspace(0.0, 20.0, 5001)

    def wave(x):
        return np.sin(x)[:, np.newaxis]

    errors = [np.abs(sampled(wave, t, step) - wave(t)).max() for step in (0.4, 0.2, 0.1)]
    assert 12 < errors[0] / errors[1] < 20
    assert 12 < errors[1] / errors[2] < 20


def test_one_epoch_and_none():
    assert sampled(cubic, np.array([2.0]), 1.0).shape == (1, 2)
    assert sampled(cubic, np.array([2.0] * 9), 1.0).shape == (9, 2)
    assert sampled(cubic, np.empty(0), 1.0).shape == (0, 2)
