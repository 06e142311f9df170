"""Four nodes give any cubic back exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.sky.cubic import NODES, four_nodes, weights

places = st.floats(0.0, 3.0)


@given(places, st.lists(st.floats(-10, 10), min_size=4, max_size=4))
def test_a_cubic_comes_back_as_it_is(x, coefficients):
    cubic = np.polynomial.Polynomial(coefficients)
    between = sum(weight * cubic(node) for node, weight in enumerate(weights(x)))
    assert between == pytest.approx(cubic(x), abs=1e-10)
    assert sum(weights(x)) == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize(("x", "first"), [(-0.5, 0), (0.0, 0), (1.9, 0), (2.0, 1), (7.5, 6), (8.0, 6), (99.0, 6)])
def test_the_nodes_lie_around_and_never_outside(x, first):
    assert four_nodes(x, 10) == first
    assert four_nodes(x, NODES) == 0
