"""Numbers side by side behave as numbers do, lane by lane and to the bit."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.station.compiling import compiled
from moonstation.station.lanes import all_of, any_of, bits_of, in_lanes, no, put, seldom, select, true_as
from moonstation.station.rows import rows_of

WIDTHS = (1, 3, 4)
NUMBERS = (
    "one other sum difference product ratio least most root size turned less at_most equal unequal both either neither"
)
COLUMNS = (
    NUMBERS,
    [("any", np.bool_), ("all", np.bool_), ("seldom", np.bool_), ("bits", np.int64), ("every", np.int64)],
)


class Rows(NamedTuple):
    """One table of one row."""

    rows: np.ndarray


@cache
def worked():
    @compiled
    def work(raw, singles, wholes):
        row = in_lanes(raw).rows[0]
        one, other = row.one, row.other
        less, equal = one < other, one == other
        row.sum, row.difference, row.product, row.ratio = one + other, one - other, one * other, one / other
        row.least, row.most = min(one, other), max(one, other)
        row.root, row.size, row.turned = math.sqrt(abs(one)), abs(one), -one
        row.less, row.at_most = select(less, 1.0, 0.0), select(one <= other, 1.0, 0.0)
        row.equal, row.unequal = select(equal, one, other), select(one != other, 1.0, 0.0)
        row.both, row.either = select(less & (one > 0.0), 1.0, 0.0), select(less | equal, 1.0, 0.0)
        row.neither = select(no(less | equal), 1.0, 0.0)
        row.any, row.all = any_of(less), all_of(less)
        row.seldom = seldom(less)
        row.bits, row.every = bits_of(less), bits_of(true_as(one))
        put(singles, one)
        put(wholes, select(less, 7.0, -3.0))

    return work


numbers = st.floats(width=64) | st.sampled_from([0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("width", WIDTHS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_lanes_are_the_same_to_the_bit_as_numbers_one_by_one(width, data):
    rows = rows_of(COLUMNS, width, 1)
    one, other = (np.array(data.draw(st.lists(numbers, min_size=width, max_size=width))) for _ in range(2))
    rows["one"], rows["other"] = one, other
    singles, wholes = np.zeros(width, np.float32), np.zeros(width, np.int32)
    worked()(Rows(rows), singles, wholes)
    less = one < other
    expected = {
        "sum": one + other,
        "difference": one - other,
        "product": one * other,
        "ratio": one / other,
        "least": [min(a, b) for a, b in zip(one, other, strict=True)],
        "most": [max(a, b) for a, b in zip(one, other, strict=True)],
        "root": np.sqrt(np.abs(one)),
        "size": np.abs(one),
        "turned": -one,
        "less": less,
        "at_most": one <= other,
        "equal": np.where(one == other, one, other),
        "unequal": one != other,
        "both": less & (one > 0.0),
        "either": less | (one == other),
        "neither": ~(less | (one == other)),
    }
    for name, values in expected.items():
        np.testing.assert_array_equal(rows[name][0], np.asarray(values, np.float64), err_msg=name)
    for name in ("least", "most", "turned"):
        same_sign = np.signbit(rows[name][0]) == np.signbit(np.asarray(expected[name], np.float64))
        assert same_sign[~np.isnan(rows[name][0])].all(), name
    assert rows["any"][0] == less.any()
    assert rows["seldom"][0] == less.any()
    assert rows["all"][0] == less.all()
    assert rows["bits"][0] == sum(1 << lane for lane in range(width) if less[lane])
    assert rows["every"][0] == 2**width - 1
    np.testing.assert_array_equal(singles, one.astype(np.float32))
    np.testing.assert_array_equal(wholes, np.where(less, 7, -3))


@pytest.mark.parametrize("width", [2, 8, 63, 64])
def test_each_lane_has_its_own_bit(width):
    @compiled
    def bits(raw):
        row = in_lanes(raw).rows[0]
        row.bits = bits_of(row.one > 0.0)

    rows = rows_of(COLUMNS, width, 1)
    for lane in range(width):
        rows["one"] = 0.0
        rows["one"][0, lane] = 1.0
        bits(Rows(rows))
        assert int(rows["bits"][0]) % 2**64 == 1 << lane
        assert (rows["bits"][0] >> lane) & 1 == 1, "as the rules of failures look at it"
    rows["one"] = 1.0
    bits(Rows(rows))
    assert int(rows["bits"][0]) % 2**64 == 2**width - 1
