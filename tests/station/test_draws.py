"""Random numbers by counter: numpy's Philox is the oracle, and the laws have their closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.station.draws import STREAM, life_of, lives_h, name_hash, philox, uniform, uniforms

words = st.integers(0, 2**64 - 1)
COUNT = 100_000


def numpy_philox(counter: tuple[int, ...], seed: int) -> int:
    """First word of numpy's generator, which steps its counter of 256 bits before it draws."""
    whole = (sum(word << (64 * place) for place, word in enumerate(counter)) - 1) % 2**256
    state = [(whole >> (64 * place)) & (2**64 - 1) for place in range(4)]
    generator = np.random.Philox(counter=np.array(state, np.uint64), key=np.array([seed, STREAM], np.uint64))
    return int(generator.random_raw())


@settings(deadline=None)
@given(st.tuples(words, words, words, words), words)
def test_it_is_the_philox_of_numpy(counter, seed):
    word = numpy_philox(counter, seed)
    assert philox(counter, (seed, STREAM))[0] == word
    out = np.zeros(1)
    uniforms(np.array([counter], np.uint64), np.uint64(seed), out)
    assert out[0] == uniform(counter, seed) == (word >> 11) * 2.0**-53


def test_a_name_has_the_same_number_on_every_machine():
    assert name_hash("oxygen generator A", "stack") == 0x54A19986EBBFEC34
    assert name_hash("a", "bc") != name_hash("ab", "c")


@pytest.fixture(scope="module")
def shares() -> np.ndarray:
    counters = np.zeros((COUNT, 4), np.uint64)
    counters[:, 3] = np.arange(COUNT)
    out = np.zeros(COUNT)
    uniforms(counters, np.uint64(7), out)
    return out


def test_neighbouring_counters_are_uniform_and_unrelated(shares):
    # standard errors: mean sqrt(1/12/n), correlation 1/sqrt(n); five of them
    assert shares.mean() == pytest.approx(0.5, abs=5 * math.sqrt(1 / 12 / COUNT))
    assert np.corrcoef(shares[1:], shares[:-1])[0, 1] == pytest.approx(0.0, abs=5 / math.sqrt(COUNT))
    counts, _ = np.histogram(shares, 100, (0.0, 1.0))
    chi2 = ((counts - COUNT / 100) ** 2 / (COUNT / 100)).sum()
    assert chi2 < 99 + 5 * math.sqrt(2 * 99)


@pytest.mark.parametrize(("scale_h", "shape"), [(2000.0, 1.0), (5e4, 0.45), (3000.0, 3.0)])
def test_lives_have_the_mean_and_the_quantiles_of_their_law(shares, scale_h, shape):
    lives = np.zeros(COUNT)
    lives_h(shares, scale_h, shape, lives)
    mean = scale_h * math.gamma(1 + 1 / shape)
    variance = scale_h**2 * math.gamma(1 + 2 / shape) - mean**2
    assert lives.mean() == pytest.approx(mean, abs=5 * math.sqrt(variance / COUNT))
    for share in (0.01, 0.1, 0.5, 0.9, 0.99):
        life = scale_h * (-math.log(1 - share)) ** (1 / shape)
        assert np.mean(lives <= life) == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / COUNT))


@settings(deadline=None)
@given(st.floats(0.0, 1.0, exclude_max=True), st.floats(1.0, 1e9), st.floats(0.2, 8.0))
def test_plain_and_compiled_lives_agree_to_the_bit(share, scale_h, shape):
    out = np.zeros(1)
    lives_h(np.array([share]), scale_h, shape, out)
    assert out[0] == life_of(share, scale_h, shape)
