"""The order in which processes are served."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstation.components.contract import Primitives, Process
from moonstation.station.model import Asset
from moonstation.station.service import sorted_processes, worth

START = datetime(2030, 1, 1, tzinfo=UTC)


def part(name, *processes):
    return Asset(name, None, "ridge", START), Primitives(processes=processes)


def order(*parts, given=()):
    return [asset.name for asset, _ in sorted_processes(parts, given)]


SOURCE = part("array", Process("generation", {"electricity": 1.0}, limit=10.0))
LINK = part("link", Process("sending", {"data": -1.0, "data@earth": 1.0, "electricity": -0.01}, limit=36.0, priority=2))


def instrument(name, power_kw, data_gbit_h, value, priority=7):
    recipe = {"electricity": -power_kw, "data": data_gbit_h}
    return part(name, Process("observing", recipe, priority=priority, value=value))


def test_sources_come_first_and_then_priority_whatever_the_worth():
    rich = instrument("rich", 0.01, 0.0, 1e6, priority=8)
    plain = part("plain", Process("load", {"electricity": -5.0}, priority=5))
    assert order(rich, plain, LINK, SOURCE) == ["array", "link", "plain", "rich"]


def test_among_equals_the_greater_value_per_share_of_power_and_links_comes_first():
    # shares: 1 kW of 10 is 0.1; 3.6 Gbit/h of 36 is 0.1
    thrifty = instrument("thrifty", 0.1, 0.36, 1.0)
    hungry = instrument("hungry", 1.0, 0.36, 1.0)
    talkative = instrument("talkative", 0.1, 18.0, 1.0)
    prized = instrument("prized", 1.0, 3.6, 100.0)
    for parts in permutations((thrifty, hungry, talkative, prized)):
        assert order(SOURCE, LINK, *parts)[2:] == ["prized", "thrifty", "hungry", "talkative"]


def test_worth_is_value_over_shares():
    asset, primitives = instrument("x", 1.0, 3.6, 4.0)
    supply = {("electricity", "ridge"): 10.0, ("data", "ridge"): 36.0}
    assert worth(asset, primitives.processes[0], supply) == pytest.approx(4.0 / (0.1 + 0.1))
    assert worth(asset, primitives.processes[0], {("electricity", "ridge"): 10.0}) == 0.0


def test_without_values_the_order_is_that_of_the_scenario():
    loads = [part(name, Process("load", {"electricity": -1.0})) for name in "dbca"]
    assert order(*loads, SOURCE) == ["array", "d", "b", "c", "a"]


@given(st.permutations(list("abcd")))
def test_an_order_that_is_given_is_kept(names):
    loads = [part(name, Process("load", {"electricity": -1.0}, value=1.0)) for name in "abcd"]
    assert order(*loads, given=[(name, "load") for name in names]) == list(names)
