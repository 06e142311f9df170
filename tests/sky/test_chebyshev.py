import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import chebyshev

from moonstation.sky.chebyshev import series_and_rate

STEP_S = 50.0


@given(st.integers(0, 2**32 - 1), st.integers(1, 14), st.floats(0.0, 3 * STEP_S))
def test_series_and_rates_equal_numpys(seed, terms, after):
    coefficients = np.random.default_rng(seed).normal(size=(3, 3, terms))
    value, rate = series_and_rate(np.array([1000.0 + after]), 1000.0, STEP_S, coefficients)
    record = min(int(after // STEP_S), 2)
    x = 2 * (after - record * STEP_S) / STEP_S - 1
    for axis in range(3):
        series = coefficients[record, axis]
        assert np.isclose(value[0, axis], chebyshev.chebval(x, series), atol=1e-10)
        assert np.isclose(rate[0, axis], chebyshev.chebval(x, chebyshev.chebder(series)) * 2 / STEP_S, atol=1e-9)


def test_the_last_moment_belongs_to_the_last_record():
    coefficients = np.arange(6.0).reshape(2, 3, 1)
    value, _ = series_and_rate(np.array([0.0, 50.0, 100.0]), 0.0, STEP_S, coefficients)
    assert value[:, 0].tolist() == [0.0, 3.0, 3.0]
