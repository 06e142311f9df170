"""Means over records: against numpy's own, a short last record included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from moonstation.station.means import means_over, steps_in


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.bool_, np.int8])
@settings(deadline=None)  # the first call compiles
@given(data=st.data(), length=st.integers(1, 9))
def test_each_record_has_the_mean_of_its_values(kind, data, length: int) -> None:
    values = data.draw(arrays(np.int8, st.integers(1, 40), elements=st.integers(0, 100))).astype(kind)
    found = means_over(values, length)
    expected = [values[at : at + length].astype(float).mean() for at in range(0, len(values), length)]
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    assert found.dtype == np.float64


def test_a_window_has_at_least_one_step() -> None:
    assert steps_in(708.73, 1.0) == 709
    assert steps_in(0.0, 1.0) == 1


def test_small_values_count_beside_great_ones() -> None:
    values = np.array([1e8, 1.0, 1.0, 1.0], np.float32)
    assert means_over(values, 4)[0] == (1e8 + 3.0) / 4.0
