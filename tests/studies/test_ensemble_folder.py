"""The tables of a run folder: events in words, few of them many times."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from moonstation.studies.ensemble_folder import _distinct


@given(st.integers(1, 5), st.integers(0, 60), st.sampled_from([1, 3, 200, 10**9]), st.integers(0, 2**32 - 1))
def test_rows_that_differ_are_found_whatever_their_numbers(columns, count, most, seed):
    random = np.random.default_rng(seed)
    table = random.integers(-5, most, (columns, count)).astype(np.int32)
    rows, row_of = _distinct(*table)
    assert rows == sorted(set(rows))
    assert len(row_of) == count
    assert [rows[number] for number in row_of] == [tuple(row) for row in table.T.tolist()]
    assert set(row_of.tolist()) == set(range(len(rows)))
