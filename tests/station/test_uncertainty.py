"""Samples of uncertain facts: each fact fills its range evenly in probability, whatever else is sampled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from moonstation.facts.table import all_facts, lookup
from moonstation.station.uncertainty import LOG_RATIO, UncertainFact, latin_hypercube, triangular_quantile, uncertain

NARROW = UncertainFact("narrow", 2.0, 3.0, 7.0)
WIDE = UncertainFact("wide", 1e-4, 1e-3, 1e-1)
AT_END = UncertainFact("end", 1.0, 1.0, 4.0)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
def test_the_quantile_is_scipys_triangular_distribution(shares):
    for fact in (NARROW, AT_END):
        width = fact.high - fact.low
        known = stats.triang((fact.mode - fact.low) / width, fact.low, width)
        np.testing.assert_allclose(fact.quantile(shares), known.ppf(shares), rtol=1e-9)
    known = stats.triang(1 / 3, np.log(1e-4), np.log(1e3))
    np.testing.assert_allclose(WIDE.quantile(shares), np.exp(known.ppf(shares)), rtol=1e-9)


def test_a_range_of_orders_of_magnitude_is_sampled_by_its_logarithm():
    assert WIDE.high / WIDE.low >= LOG_RATIO
    assert WIDE.by_logarithm
    assert not NARROW.by_logarithm
    assert not UncertainFact("from nothing", 0.0, 1.0, 100.0).by_logarithm


def test_what_is_known_within_a_factor_of_three_is_as_often_more_as_less():
    assert UncertainFact("a life", 21833.0, 65500.0, 196500.0).quantile(0.5) == pytest.approx(65500.0, rel=1e-4)


def test_every_part_of_equal_probability_has_one_member():
    members = 200
    values = latin_hypercube((NARROW, WIDE, AT_END), members, seed=7)
    for fact, column in zip((NARROW, WIDE, AT_END), values.T, strict=True):
        edges = fact.quantile(np.arange(members + 1) / members)
        counts = np.histogram(column, edges)[0]
        assert (counts == 1).all(), fact.key


def test_columns_of_different_facts_are_independent():
    first, second, _ = latin_hypercube((NARROW, WIDE, AT_END), 2000, seed=7).T
    assert abs(stats.spearmanr(first, second).statistic) < 0.06  # 2.7 standard errors of 1 / sqrt(2000)


def test_a_column_depends_on_key_seed_and_count_alone():
    alone = latin_hypercube((WIDE,), 50, seed=7)[:, 0]
    np.testing.assert_array_equal(latin_hypercube((NARROW, WIDE), 50, seed=7)[:, 1], alone)
    assert not np.array_equal(latin_hypercube((WIDE,), 50, seed=8)[:, 0], alone)
    assert not np.array_equal(latin_hypercube((replace(WIDE, key="other"),), 50, seed=7)[:, 0], alone)


def test_no_facts_make_an_empty_matrix():
    assert latin_hypercube((), 5, seed=1).shape == (5, 0)


def test_facts_without_a_range_are_certain():
    plain = lookup("moon.synodic_day")
    found = uncertain([plain, replace(plain, key="one-sided", low=700.0), replace(plain, key="none", low=plain.value)])
    assert found == (UncertainFact("one-sided", 700.0, plain.value, plain.value),)


@pytest.mark.parametrize("fact", uncertain([*all_facts().values()]), ids=lambda fact: fact.key)
def test_samples_of_every_shipped_fact_stay_within_its_range(fact):
    values = fact.quantile([0.0, 1e-9, 0.5, 1.0 - 1e-9, 1.0])
    assert np.all((fact.low <= values) & (values <= fact.high))
    assert np.all(np.diff(values) >= 0.0)


def test_the_mode_splits_the_probability_as_it_splits_the_range():
    share = (3.0 - 2.0) / (7.0 - 2.0)
    assert triangular_quantile(share, 2.0, 3.0, 7.0) == pytest.approx(3.0)
