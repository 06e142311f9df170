"""Means over records: against numpy's own, a short last record included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from moonstation.station.means import greatest_over, means_over, share_of_known


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.bool_, np.int8])
@settings(deadline=None)  # the first call compiles
@given(data=st.data(), length=st.integers(1, 9))
def test_each_record_has_the_mean_of_its_values(kind, data, length: int) -> None:
    values = data.draw(arrays(np.int8, st.integers(1, 40), elements=st.integers(0, 100))).astype(kind)
    found = means_over(values, length)
    expected = [values[at : at + length].astype(float).mean() for at in range(0, len(values), length)]
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    assert found.dtype == np.float64


def test_small_values_count_beside_great_ones() -> None:
    values = np.array([1e8, 1.0, 1.0, 1.0], np.float32)
    assert means_over(values, 4)[0] == (1e8 + 3.0) / 4.0


@settings(deadline=None)
@given(values=arrays(np.int8, st.integers(1, 40), elements=st.integers(-1, 3)), length=st.integers(1, 9))
def test_each_record_has_the_greatest_of_its_values(values, length: int) -> None:
    expected = [values[at : at + length].max() for at in range(0, len(values), length)]
    np.testing.assert_array_equal(greatest_over(values, length), expected)
    columns = np.stack([values, values[::-1]], axis=1)
    np.testing.assert_array_equal(greatest_over(columns[:, 0], length), expected)


@settings(deadline=None)
@given(values=arrays(np.int8, st.integers(1, 40), elements=st.integers(-1, 1)), length=st.integers(1, 9))
def test_a_share_counts_what_is_known_and_is_nan_where_nothing_is(values, length: int) -> None:
    parts = [values[at : at + length] for at in range(0, len(values), length)]
    expected = [np.mean(part[part >= 0] == 1) if (part >= 0).any() else np.nan for part in parts]
    found = share_of_known(values, length)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6)
